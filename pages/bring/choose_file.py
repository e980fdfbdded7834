"""First step of an upload: blanks to fill in, uploads left open, and the file itself."""

from __future__ import annotations

import streamlit as st

from actions.data.drafts import discard_draft, drafts_of, start_draft
from actions.errors import Refused
from actions.rounds import list_rounds
from actions.templates import make_template
from pages import frame
from pages.browser import browser
from pages.literal import literal
from pages.view import access, language, say

KINDS = ("survey", "metrics")
TYPES = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt", "sav", "zsav", "por", "dta")
MEGABYTES = 20


def step() -> None:
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _new_upload()
    with right:
        _open_uploads()
        _blanks()


def _new_upload() -> None:
    frame.section(say("upload.new"))
    kinds = {one: say(f"upload.kind-{one}") for one in KINDS}
    kind = st.segmented_control(
        say("upload.kind"),
        KINDS,
        default=KINDS[0],
        format_func=kinds.__getitem__,
        key="upload-kind",
        required=True,
    )
    rounds = [info.id for info in reversed(list_rounds(access()))]
    named = st.text_input(
        say("upload.round"),
        placeholder=say("upload.round-hint"),
        help=say("upload.round-help"),
        key="upload-round",
    ).strip()
    if rounds:
        between = say("wording.comma")
        st.caption(literal(say("upload.rounds", rounds=between.join(rounds))))
    file = st.file_uploader(
        say("upload.file"),
        type=list(TYPES),
        max_upload_size=MEGABYTES,
        help=say("upload.file-help", size=MEGABYTES),
        key="upload-file",
    )
    if st.button(
        say("upload.begin"), type="primary", disabled=not (file and named), key="upload-begin"
    ):
        assert file is not None
        try:
            draft = start_draft(access(), file.getvalue(), file.name, str(kind), named, browser())
        except Refused as refusal:
            frame.refused([one.as_json() for one in refusal.findings])
            return
        st.query_params["draft"] = draft.key
        st.rerun()


def _open_uploads() -> None:
    drafts = drafts_of(access(), browser())
    if not drafts:
        return
    frame.section(say("upload.open"), say("upload.open-note"))
    for draft in drafts[:5]:
        facts = draft.content
        with st.container(horizontal=True, vertical_alignment="center"):
            label = say("upload.resume", file=facts["file"], round=facts["round"])
            if st.button(literal(label), key=f"resume-{draft.id}", icon=":material/play_arrow:"):
                st.query_params["draft"] = draft.key
                st.rerun()
            if st.button(say("upload.discard"), key=f"discard-{draft.id}", type="tertiary"):
                discard_draft(access(), draft.id)
                st.rerun()
    st.space("small")


def _blanks() -> None:
    frame.section(say("upload.blanks"), say("upload.blanks-note"))
    for kind in KINDS:
        name, content = _blank(access().scope, kind, language())
        st.download_button(
            say(f"upload.blank-{kind}"),
            content,
            file_name=name,
            key=f"blank-{kind}",
            on_click="ignore",
            icon=":material/download:",
        )


@st.cache_data(show_spinner=False, ttl=60)
def _blank(scope: str, kind: str, lang: str) -> tuple[str, bytes]:
    return make_template(access(), kind, lang)
