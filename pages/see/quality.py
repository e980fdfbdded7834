"""Data and measurement quality: can this data, and can these scales, be trusted?"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from actions.documents import quality_document
from actions.errors import Refused
from actions.quality import model_script
from charts.house.picture import Picture, Table
from charts.quality.departments import agreement_strip, estimate_dots, response_bars
from charts.quality.findings import (
    drift_sentences,
    effect_table,
    invariance_sentence,
    modification_table,
    reason_sentences,
    remark_sentences,
    screening_table,
)
from charts.quality.pictures import item_answers, item_rest_dots, loading_dots, missing_bars, scree
from charts.quality.tables import (
    check_table,
    correlation_table,
    exploratory_table,
    fit_table,
    invariance_table,
    item_table,
    node_name,
    scale_table,
)
from charts.quality.words import quality_finding, quality_paragraph, quality_reason
from pages import frame, opening, results
from pages.view import language, say, segments, select, tokens

NONE = "-"
KINDS = {"care": "warning", "poor": "error"}
PARTS = ("verdict", "data", "scales", "structure", "departments", "export")

lang, colours = language(), tokens()
choices = opening.choices_or_stop()

first, second, third, right = st.columns([0.9, 1.1, 1.3, 2.7], vertical_alignment="bottom")
with first:
    round_id = opening.select_round(choices)
with second:
    others = {NONE: say("quality.no-comparison")} | {
        one: one for one in reversed(choices.rounds) if one != round_id
    }
    compared = select("with-round", say("view.compared"), others, NONE)
with third:
    rules = {rule: say(f"quality.missing-{rule}") for rule in ("pairwise", "listwise")}
    missing = select("missing", say("quality.choose-missing"), rules, "pairwise")
try:
    view = results.quality(round_id, missing, None if compared == NONE else compared)
except Refused as refusal:
    frame.refused([found.as_json() for found in refusal.findings])
    st.page_link("bring/upload.py", label=say("overview.empty-link"))
    st.stop()
report = view.report
with right:
    frame.strip(
        (
            (say("quality.people"), str(report.n)),
            (say("quality.complete"), str(report.complete)),
            (say("quality.items"), str(len(report.items))),
        ),
        synthetic=view.synthetic,
    )
frame.finding(quality_finding(report, lang), quality_reason(report, lang))
source = opening.source(say("quality.source", round=round_id), synthetic=view.synthetic)


def show(found: Picture | None, key: str) -> None:
    if found is not None:
        frame.picture(found, key, source)


def titled(title: str, table: Table, note: str = "", wrap: tuple[int, ...] = ()) -> None:
    if table.rows:
        frame.section(title, note)
        frame.table(table, wrap=wrap)


def remarks(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        frame.remark(sentence)


def choose_scale() -> str:
    names = {scale: node_name(report, scale, lang) for scale in report.main_scales}
    return select("scale", say("quality.choose-scale"), names, report.main_scales[0])


def verdict_part() -> None:
    frame.section(say("quality.table-checks"), say("quality.note-conventions"))
    marked = {place: KINDS[c.grade] for place, c in enumerate(report.checks) if c.grade in KINDS}
    frame.table(check_table(report, lang), marked=marked)
    st.space("small")
    if view.effects:
        names = {d.id: d.name[lang] for d in report.departments if d.id not in view.hidden}
        titled(
            say("quality.effects-title"),
            effect_table(view.effects, names, lang),
            say("quality.effects-note"),
        )
    else:
        frame.section(say("quality.effects-title"), say("quality.effects-none"))


def data_part() -> None:
    show(missing_bars(report, colours, lang), "missing")
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        titled(
            say("quality.screening-title"),
            screening_table(view.screening, lang),
            say("quality.screening-note"),
            (3,),
        )
    with right:
        shown = response_bars(report, colours, lang)
        show(shown, "response")
        if shown is None:
            frame.section(say("quality.no-roster"), say("quality.no-roster-note"))


def scales_part() -> None:
    titled(say("quality.table-scales"), scale_table(report, lang), say("quality.note-scales"))
    remarks(remark_sentences(report, lang))
    st.space("small")
    left, right = st.columns(2, gap="large")
    with left:
        show(item_rest_dots(report, colours, lang), "rest")
    with right:
        show(item_answers(report, choose_scale(), colours, lang), "answers")
    with st.expander(say("quality.table-items")):
        frame.table(item_table(report, lang), wrap=(2,))


def structure_part() -> None:
    titled(say("quality.table-fit"), fit_table(report, lang), say("quality.note-fit"))
    remarks(reason_sentences(report, lang))
    st.space("small")
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        show(loading_dots(report, colours, lang), "loadings")
    with right:
        show(scree(report, colours, lang), "scree")
        titled(
            say("quality.modifications-title"),
            modification_table(report, lang),
            say("quality.modifications-note"),
        )
    titled(
        say("quality.table-correlations"),
        correlation_table(report, lang),
        say("quality.note-correlations"),
    )
    for name, found in (("groups", view.groups), ("rounds", view.rounds)):
        if found is not None:
            frame.section(say(f"quality.table-invariance-{name}"), invariance_sentence(found, lang))
            if found.steps:
                frame.table(invariance_table(found, lang))
    remarks(drift_sentences(view.drifts, lang))
    with st.expander(say("quality.table-exploratory")):
        frame.table(exploratory_table(report, lang))
    frame.section(say("quality.lavaan-title"), say("quality.lavaan-note", round=round_id))
    st.download_button(
        say("quality.lavaan"),
        model_script(view),
        f"fourfold-{round_id}-model.R",
        "text/plain",
        icon=":material/download:",
    )


def departments_part() -> None:
    scale = choose_scale()
    left, right = st.columns(2, gap="large")
    with left:
        show(agreement_strip(report, scale, colours, lang), "agreement")
    with right:
        show(estimate_dots(report, scale, colours, lang), "estimates")


def export_part() -> None:
    frame.section(say("quality.paragraph-title"), say("quality.paragraph-note"))
    st.code(quality_paragraph(report, lang), language=None, wrap_lines=True)
    kinds = {
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    for kind, mime in kinds.items():
        st.download_button(
            say(f"quality.download-{kind}"),
            lambda kind=kind: quality_document(view, kind, lang),
            f"fourfold-quality-{round_id}.{kind}",
            mime,
            icon=":material/download:",
        )


part = segments(
    "part", say("quality.parts"), {one: say(f"quality.part-{one}") for one in PARTS}, PARTS[0]
)
st.space("small")
{
    "verdict": verdict_part,
    "data": data_part,
    "scales": scales_part,
    "structure": structure_part,
    "departments": departments_part,
    "export": export_part,
}[part]()
