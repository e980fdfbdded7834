"""The builder of scenarios: measures × departments × quarters, and at once what comes of them."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from actions.documents import scenario_document
from actions.errors import Refused
from actions.framework.frameworks import dimension_factors
from actions.scenarios.edits import (
    copy_scenario,
    new_scenario,
    plan_places,
    sample_scenario,
    scenario_file,
    upload_scenario,
)
from actions.scenarios.stored import delete_scenario, list_scenarios
from charts.scenarios.pictures import stored_table, trajectory_picture
from charts.scenarios.roadmap import roadmap
from charts.scenarios.words import (
    NOTHING,
    check_sentences,
    figures,
    provision_sentences,
    scenario_finding,
    scenario_name,
    scenario_reason,
)
from locales import text
from pages import frame, opening, results
from pages.literal import literal
from pages.plan import catalogue_rows, scenario_editor, scenario_keeping
from pages.view import access, language, say, segments, select, tokens

PARTS = ("plan", "edit", "all")
YEARS = tuple(range(1, 11))
DOCUMENTS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

lang, colours = language(), tokens()
choices = opening.choices_or_stop()
stored = {one.id: one for one in list_scenarios(access())}
names = {NOTHING: say("scenario.nothing")}
names |= {id: scenario_name(one.content, lang) for id, one in stored.items()}
another = scenario_keeping.opened()
if another in names:
    st.query_params["scenario"] = another

first, second, third, fourth, right = st.columns(
    [0.8, 1.6, 0.8, 1.2, 2.4], vertical_alignment="bottom"
)
with first:
    round_id = opening.select_round(choices)
with second:
    id = select("scenario", say("scenario.scenario"), names, next(iter(stored), NOTHING))
plan = stored.get(id)
if plan is not None:
    scenario_keeping.hold(plan)
with third:
    years = {str(n): say("portfolio.years", years=n) for n in YEARS}
    held = str(plan.content.get("horizon", 3)) if plan else "3"
    horizon = int(select("horizon", say("portfolio.horizon"), years, held))
with fourth:
    levels = {
        str(k): say("portfolio.target-level", level=k)
        for k in range(2, results.levels(round_id) + 1)
    }
    level = int(
        select("target", say("portfolio.target"), levels, str(results.next_level(round_id)))
    )
content: dict[str, Any] = {
    **(plan.content if plan else {"scenario": NOTHING, "name": text("scenario.nothing")}),
    "horizon": horizon,
}
places = plan_places(access(), round_id)
report: dict[str, Any] | None = None
wrong: list[dict[str, Any]] = []
try:
    report = results.simulation(round_id, content)
except Refused as refusal:
    wrong = [one.as_json() for one in refusal.findings]
with right:
    facts = [(say("scenario.version"), str(plan.version))] if plan else []
    if report is not None:
        facts.append((say("portfolio.drawn"), f"{report['draws']:,}"))
    frame.strip(
        facts,
        synthetic=bool(report and report["synthetic"]),
        marks=(say("measures.assumption"),),
    )
if report is None:
    frame.finding(say("scenario.wrong", name=names[id]), say("scenario.wrong-note"))
    frame.refused(wrong)
else:
    frame.finding(scenario_finding(report, level, lang), scenario_reason(report, lang))
    frame.cards(
        [
            (colours.accent, *figure)
            for figure in figures(report, level, content.get("budget"), lang)
        ]
    )
    st.space("small")
scenario_keeping.show_refusals()
source = opening.source(
    say("scenario.source", round=round_id, name=names[id], draws=report["draws"] if report else 0),
    synthetic=bool(report and report["synthetic"]),
)


def provisions() -> None:
    frame.section(say("scenario.provisions"), say("scenario.provisions-note"))
    if report is not None:
        catalogue_rows.sentences(
            provision_sentences(report, content, places, results.catalogue(), lang),
            numbered=bool(report["measures"]),
        )


def checks() -> None:
    if report is None:
        return
    if report["checks"]:
        frame.section(say("scenario.checks", count=len(report["checks"])))
        catalogue_rows.sentences(check_sentences(report, lang))
    elif report["measures"]:
        frame.section(say("scenario.checks-none"), say("scenario.checks-none-note"))


def documents() -> None:
    frame.section(say("scenario.files"), say("scenario.files-note"))
    if plan is not None:
        file_name, file = scenario_file(access(), content)
        st.download_button(
            say("scenario.download-yaml"), file, file_name, "application/yaml",
            key="scenario-yaml", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
    if report is not None:
        for kind, mime in DOCUMENTS.items():
            st.download_button(
                say(f"scenario.download-{kind}"),
                partial(document, report, kind),
                f"fourfold-{id}-{round_id}.{kind}",
                mime,
                key=f"scenario-{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def document(found: dict[str, Any], kind: str) -> bytes:
    course = results.trajectory(round_id, content)
    return scenario_document(access(), found, course, content, places, level, kind, lang)


def plan_part() -> None:
    left, side = st.columns([1.15, 1], gap="large")
    with left:
        provisions()
        st.space("small")
        checks()
    with side:
        if report is not None:
            course = results.trajectory(round_id, content)
            shown = trajectory_picture(report, course, places, level, colours, lang)
            frame.picture(shown, "trajectory", source)
        documents()
    if report is not None:
        drawn = roadmap(report, dimension_factors(access(), round_id), colours, lang)
        if drawn is not None:
            st.space("small")
            frame.picture(drawn, "roadmap", source)


def edit_part() -> None:
    if plan is None:
        frame.section(say("scenario.nothing-fixed"), say("scenario.nothing-fixed-note"))
        begin_buttons()
        return
    left, side = st.columns([1.25, 1], gap="large")
    with left:
        frame.section(say("scenario.edit"), say("scenario.edit-note"))
        scenario_editor.show(plan, results.catalogue(), places, horizon)
    with side:
        provisions()
        st.space("small")
        checks()


def begin_buttons() -> None:
    with st.container(horizontal=True):
        count = len(stored) + 1
        st.button(
            say("scenario.new"),
            type="primary",
            key="scenario-new",
            on_click=scenario_keeping.begin,
            args=(new_scenario, text("scenario.new-name", number=count)),
        )
        if not stored:
            st.button(
                say("scenario.sample"),
                key="scenario-sample",
                on_click=scenario_keeping.begin,
                args=(sample_scenario,),
            )


def remove() -> None:
    delete_scenario(access(), id)
    scenario_keeping.open_next(NOTHING)


def all_part() -> None:
    frame.section(say("scenario.stored"), say("scenario.stored-note"))
    kept = [
        {"content": one.content, "version": one.version, "changed_at": one.changed_at}
        for one in stored.values()
    ]
    frame.table(stored_table(kept, lang), wrap=(0,))
    st.space("small")
    left, side = st.columns(2, gap="large")
    with left:
        frame.section(say("scenario.begin"))
        begin_buttons()
        if plan is not None:
            frame.section(say("scenario.of-open", name=names[id]))
            with st.container(horizontal=True):
                st.button(
                    say("scenario.copy"),
                    key="scenario-copy",
                    on_click=scenario_keeping.begin,
                    args=(
                        copy_scenario,
                        id,
                        text("scenario.copy-name", name=content.get("name") or id),
                    ),
                )
                with st.popover(say("scenario.delete")):
                    frame.remark(say("scenario.delete-note"))
                    st.button(
                        literal(say("scenario.delete-sure", name=names[id])),
                        key="scenario-delete",
                        on_click=remove,
                    )
    with side:
        frame.section(say("scenario.upload"), say("scenario.upload-note"))
        file = st.file_uploader(
            say("scenario.file"), type=["yaml", "yml"], key="scenario-file", max_upload_size=1
        )
        if st.button(say("scenario.take-in"), disabled=file is None, key="scenario-take-in"):
            assert file is not None
            scenario_keeping.begin(upload_scenario, file.getvalue())
            st.rerun()


part = segments(
    "part", say("scenario.parts"), {one: say(f"scenario.part-{one}") for one in PARTS}, PARTS[0]
)
{"plan": plan_part, "edit": edit_part, "all": all_part}[part]()
frame.footnote(say("scenario.foot"))
