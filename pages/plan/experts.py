"""Experts' estimates: hand out blanks, bring filled sheets in, see where the experts disagree."""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions.errors import Refused
from actions.measures.edits import catalogue_view
from actions.measures.experts import (
    adopt_experts,
    experts_blank,
    experts_report,
    preview_experts,
    withdraw_expert,
)
from charts.measures.experts import (
    disagreement_picture,
    experts_finding,
    experts_reason,
    judgement_table,
    people_table,
    pooled_table,
)
from charts.measures.tables import listed
from pages import frame
from pages.literal import literal
from pages.view import access, language, say, segments, select, tokens

PARTS = ("picture", "judgements", "collect")
WIDEST = 8
MEGABYTES = 5
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

lang, colours = language(), tokens()
report = experts_report(access())
factor_of = {one["id"]: one["place"] for one in catalogue_view(access())["dimensions"]}
name = f"{report['catalogue']['id']}@{report['catalogue']['version']}"
source = say("experts.source", name=name)

first, right = st.columns([1.2, 3], vertical_alignment="bottom")
with first:
    shown = {
        "widest": say("experts.shown-widest", count=min(WIDEST, len(report["effects"]))),
        "all": say("experts.shown-all", count=len(report["effects"])),
    }
    extent = select("shown", say("experts.shown"), shown, "widest") if report["effects"] else "all"
with right:
    frame.strip(
        ((say("measures.catalogue"), name),), synthetic=False, marks=(say("measures.assumption"),)
    )
frame.finding(experts_finding(report, lang), experts_reason(report, lang))
adopted = st.session_state.pop("experts-adopted", None)
if adopted:
    st.success(literal(say("measures.saved", name=adopted)))


def picture_part(content: dict[str, Any], key: str) -> None:
    count = WIDEST if extent == "widest" else len(content["effects"])
    drawn = disagreement_picture(content, count, factor_of, colours, lang)
    if drawn is not None:
        frame.picture(drawn, key, source)


def judgements_part() -> None:
    frame.section(say("experts.judgements-title"), say("experts.judgements-note"))
    frame.table(judgement_table(report, lang), wrap=(0, 4))
    st.space("small")
    frame.section(say("experts.people"))
    frame.table(people_table(report, lang))
    with st.container(horizontal=True):
        for one in report["experts"]:
            st.button(
                literal(say("experts.withdraw", expert=one["expert"])),
                key=f"withdraw-{one['expert']}",
                type="tertiary",
                on_click=withdraw,
                args=(one["expert"],),
            )


def withdraw(expert: str) -> None:
    withdraw_expert(access(), expert)


def collect_part() -> None:
    left, side = st.columns([1, 1.2], gap="large")
    with left:
        frame.section(say("experts.blank"), say("experts.blank-note"))
        file_name, blank = experts_blank(access(), lang)
        st.download_button(
            say("experts.download-blank"),
            blank,
            file_name,
            SHEET,
            key="experts-blank",
            on_click="ignore",
            icon=":material/download:",
        )
    with side:
        frame.section(say("experts.import"), say("experts.import-note"))
        files = st.file_uploader(
            say("experts.file"),
            type=["xlsx"],
            accept_multiple_files=True,
            key="experts-files",
            max_upload_size=MEGABYTES,
        )
    if files:
        preview([(file.name, file.getvalue()) for file in files])


def preview(files: list[tuple[str, bytes]]) -> None:
    try:
        found = _preview(access().scope, report["catalogue"]["digest"], files)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        return
    people = listed([one["expert"] for one in found["read"]], lang)
    frame.section(
        say("experts.preview", effects=found["judgements"], experts=people),
        say("experts.preview-note"),
    )
    if st.button(say("experts.adopt"), type="primary", key="experts-adopt"):
        try:
            made = adopt_experts(access(), files)
        except Refused as refusal:
            frame.refused([one.as_json() for one in refusal.findings])
            return
        st.session_state["experts-adopted"] = (
            f"{made['catalogue']['id']}@{made['catalogue']['version']}"
        )
        st.query_params["part"] = "picture"
        st.rerun()
    picture_part(found, "preview")
    frame.table(pooled_table(found, lang), wrap=(0,))
    if found["issues"]:
        st.space("small")
        frame.findings(found["issues"])


@st.cache_data(show_spinner=False, max_entries=8)
def _preview(scope: str, digest: str, files: list[tuple[str, bytes]]) -> dict[str, Any]:
    with st.spinner(say("page.computing")):
        return preview_experts(access(), files)


part = segments(
    "part",
    say("experts.parts"),
    {one: say(f"experts.part-{one}") for one in PARTS},
    PARTS[0] if report["effects"] else "collect",
)
if part == "collect" or not report["effects"]:
    collect_part()
elif part == "judgements":
    judgements_part()
else:
    picture_part(report, "disagreement")
frame.footnote(say("experts.foot"))
