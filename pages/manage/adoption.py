"""The end of a framework draft: all its problems, files to hand on, and its adoption."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from actions.errors import Finding
from actions.framework.drafts import (
    Draft,
    DraftView,
    adopt_draft,
    discard_framework_draft,
    draft_codebook,
    draft_file,
)
from actions.framework.fit import RoundFit
from pages import frame
from pages.literal import literal
from pages.manage import begin, fields, keeping
from pages.view import access, language, say

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(draft: Draft, view: DraftView, fit: RoundFit | None) -> None:
    """``fit``: what the draft breaks in the round it is tried on."""
    _problems(view, () if fit is None else fit.findings)
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        _adopt(view)
    with right:
        frame.section(say("editor.section-files"), say("editor.section-files-note"))
        _files(draft, view)
        st.space("small")
        frame.section(say("editor.section-drafts"))
        with st.container(horizontal=True):
            if st.button(say("editor.another"), key="another-draft"):
                st.query_params["draft"] = begin.ANOTHER
                st.rerun()
            discard = st.button(say("editor.discard"), type="tertiary", key="discard-draft")
            if discard and keeping.end(discard_framework_draft):
                st.query_params["draft"] = begin.ANOTHER
                st.rerun()
    keeping.show_refusals()


def _problems(view: DraftView, of_round: Sequence[Finding]) -> None:
    listed = (*view.findings, *of_round)
    if not listed:
        frame.section(say("editor.no-problems"))
        return
    wrong = view.framework is None
    frame.section(
        say("editor.problems", count=len(listed)),
        say("editor.problems-errors" if wrong else "editor.problems-warnings"),
    )
    frame.findings([one.as_json() for one in listed])
    st.space("small")


def _adopt(view: DraftView) -> None:
    frame.section(say("editor.section-adopt"), say("editor.section-adopt-note"))
    first, second = st.columns(2)
    with first:
        fields.text(
            "overall", ("framework",), say("editor.field-framework"), view.content.get("framework")
        )
    with second:
        fields.text(
            "overall", ("version",), say("editor.field-version"), view.content.get("version")
        )
    adopt = st.button(
        literal(say("editor.adopt", name=view.name)),
        type="primary",
        disabled=view.framework is None,
        key="adopt-draft",
    )
    if adopt and keeping.end(adopt_draft):
        st.query_params["draft"] = begin.ANOTHER
        st.query_params["adopted"] = view.name
        st.rerun()


def _files(draft: Draft, view: DraftView) -> None:
    name, content = draft_file(access(), draft)
    st.download_button(
        say("editor.download-yaml"),
        content,
        name,
        "application/yaml",
        key="download-yaml",
        on_click="ignore",
        icon=":material/download:",
    )
    if view.framework is not None:
        st.download_button(
            say("editor.download-codebook"),
            lambda: draft_codebook(access(), draft, language())[1],
            name.replace(".yaml", "-codebook.xlsx"),
            SHEET,
            key="download-codebook",
            on_click="ignore",
            icon=":material/download:",
        )
