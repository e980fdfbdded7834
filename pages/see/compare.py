"""Compare and rank: who is really above whom, and what changed."""

from __future__ import annotations

import streamlit as st

from actions.documents import comparison_workbook
from actions.errors import Refused
from charts.city.matrix import translate_group
from charts.comparison.pictures import (
    caterpillar,
    change_dots,
    comparison_finding,
    probability_matrix,
)
from charts.comparison.tables import cross_reading_table, scale_test_table
from pages import frame, opening, results
from pages.view import language, say, segments, select, tokens

NONE, ALL = "-", "all"
PARTS = ("scores", "pairs", "change", "tests", "rules")
FEWEST_RANKED = 3

lang, colours = language(), tokens()
choices = opening.choices_or_stop()

first, second, third, fourth, right = st.columns(
    [0.9, 1.3, 1.2, 1.5, 1.9], vertical_alignment="bottom"
)
with first:
    round_id = opening.select_round(choices)
nodes = results.nodes(round_id)
with second:
    node = select(
        "node", say("comparison.node"), {id: name[lang] for id, name in nodes.items()}, "overall"
    )
with third:
    orders = {one: say(f"comparison.order-{one}") for one in ("level", "score")}
    order = select("order", say("comparison.order"), orders, "level")
with fourth:
    others = {NONE: say("view.no-comparison")} | {
        one: one for one in reversed(choices.rounds) if one != round_id
    }
    default = next((one for one in reversed(choices.rounds) if one < round_id), NONE)
    compared = select("with-round", say("view.compared"), others, default)
try:
    report = results.comparison(round_id, None if compared == NONE else compared, node)
except Refused as refusal:
    frame.refused([found.as_json() for found in refusal.findings])
    st.page_link("bring/upload.py", label=say("overview.empty-link"))
    st.stop()
units = report.units
with right:
    frame.strip(
        ((say("comparison.departments"), str(len(units))),),
        synthetic=report.synthetic,
    )
frame.finding(
    comparison_finding(report, lang),
    say("comparison.reason", node=nodes[node][lang]) if len(units) > 1 else "",
)
source = opening.source(say("comparison.source", round=round_id), synthetic=report.synthetic)
rankable = results.rankable(round_id)
if order == "score":
    frame.remark(say("comparison.order-warning" if rankable else "comparison.do-not-rank"))
    order = order if rankable and len(units) >= FEWEST_RANKED else "level"


def scores_part() -> None:
    left, middle, right = st.columns([1.4, 1.2, 2.4], vertical_alignment="bottom")
    with left:
        named = {unit.id: unit.name[lang] for unit in units}
        reference = select(
            "reference",
            say("comparison.reference"),
            {NONE: say("comparison.no-reference")} | named,
            NONE,
        )
    with middle:
        groups = {u.group: translate_group(u.group, lang) for u in units if u.group}
        group = select("group", say("view.group"), {ALL: say("view.all-departments")} | groups, ALL)
    method = None
    with right:
        sources = {"sampling": say("comparison.error-sampling")}
        if node == "overall":
            sources["both"] = say("comparison.error-both")
        if select("error", say("comparison.error"), sources, "sampling") == "both":
            method = results.method_intervals(round_id)
    shown = caterpillar(
        report,
        colours,
        lang,
        order=order,
        reference=None if reference == NONE else reference,
        group=None if group == ALL else group,
        method=method,
    )
    if shown is not None:
        frame.picture(shown, "scores", source)


def pairs_part() -> None:
    shown = probability_matrix(report, colours, lang)
    if shown is None:
        frame.section(say("comparison.one"))
        return
    frame.picture(shown, "pairs", source)
    st.download_button(
        say("comparison.download"),
        lambda: comparison_workbook(report, nodes[node], lang),
        f"fourfold-comparison-{round_id}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        icon=":material/download:",
    )


def change_part() -> None:
    shown = change_dots(report, colours, lang)
    if shown is None or report.change is None:
        frame.section(say("comparison.no-change"), say("comparison.no-change-note"))
        return
    if report.change.rescored:
        frame.remark(say("comparison.rescored", round=compared, framework=report.change.framework))
    frame.picture(shown, "change", source)


def tests_part() -> None:
    table = scale_test_table(report, {id: name[lang] for id, name in nodes.items()}, lang)
    if not table.rows:
        frame.section(say("comparison.no-tests"))
        return
    frame.section(say("comparison.tests-title"), say("comparison.tests-note"))
    frame.table(table)


def rules_part() -> None:
    table = cross_reading_table(report, lang)
    if table is None:
        frame.section(say("comparison.no-rules"))
        return
    frame.section(say("comparison.rules-title"), say("comparison.rules-note"))
    frame.table(table)


part = segments(
    "part", say("comparison.parts"), {one: say(f"comparison.part-{one}") for one in PARTS}, PARTS[0]
)
{
    "scores": scores_part,
    "pairs": pairs_part,
    "change": change_part,
    "tests": tests_part,
    "rules": rules_part,
}[part]()
frame.footnote(say("page.self-report"))
