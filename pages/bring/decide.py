"""The steps between file and commit: what was recognised, and what a person decides.

Every decision is kept as soon as it is made.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from actions.data.drafts import Draft, RawTable, annotated_draft, discard_draft, read_draft
from actions.data.previews import Preview, preview
from actions.errors import Refused
from pages import frame
from pages.bring import codes, columns, finish, recognised, review
from pages.bring.keeping import save
from pages.view import access, language, say

ORDER = ("recognised", "columns", "codes", "findings", "preview")
ENCODING_PROBLEMS = {"E120", "E121"}
READING_PROBLEMS = {"E116", "E119", "E120", "E121", "E122", "E123", "E126", "E285"}
"""What another way of reading may mend; a damaged file is not among it."""


def step(draft: Draft, name: str) -> None:
    """Show one step of a draft, with the way back and on."""
    facts = draft.content
    frame.strip(
        (
            (say("upload.kind"), say(f"upload.kind-{facts['kind']}")),
            (say("view.round"), str(facts["round"])),
            (say("upload.file-name"), str(facts["file"])),
        ),
        synthetic=False,
    )
    try:
        with st.spinner(say("upload.reading")):
            table = _table(access().scope, draft.sha256, _reading(draft), draft)
            found = _preview(access().scope, draft.id, draft.version, draft, table)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        codes_said = {one.code for one in refusal.findings}
        if codes_said & ENCODING_PROBLEMS:
            recognised.encodings(draft)
        if codes_said & READING_PROBLEMS:
            recognised.read_again(draft, None)
        _discard(draft)
        return
    ready = True
    if name == "recognised":
        recognised.show(draft, table, found)
    elif name == "columns":
        columns.show(draft, found)
    elif name == "codes":
        codes.show(draft, found)
    elif name == "findings":
        ready = _findings(draft, found)
    else:
        ready = _review(draft, found)
    _onward(draft, name, ready)


@st.cache_resource(show_spinner=False, max_entries=4)
def _table(scope: str, sha256: str, reading: str, _draft: Draft) -> RawTable:
    return read_draft(access(), _draft)


@st.cache_resource(show_spinner=False, max_entries=4, ttl=60)
def _preview(scope: str, id: str, version: int, _draft: Draft, _read: RawTable) -> Preview:
    return preview(access(), _draft, _read)


def _reading(draft: Draft) -> str:
    chosen = ("encoding", "delimiter", "sheet", "header_row", "fill_merged")
    return repr([draft.content.get(one) for one in chosen])


def _marked(draft: Draft) -> bytes:
    """The person's own sheet with its problems marked, made when it is asked for."""
    return annotated_draft(access(), draft, read_draft(access(), draft), language())


def _onward(draft: Draft, name: str, ready: bool) -> None:
    place = ORDER.index(name) + 1
    st.space("small")
    with st.container(horizontal=True):
        if place > 1 and st.button(say("upload.back"), key=f"back-{name}"):
            save(draft, step=place - 1)
        last = name == ORDER[-1]
        label = say("upload.commit") if last else say("upload.next")
        if st.button(label, type="primary", disabled=not ready, key=f"next-{name}"):
            if last:
                finish.start(draft)
            else:
                save(draft, step=place + 1)
        _discard(draft)


def _discard(draft: Draft) -> None:
    if st.button(say("upload.discard"), type="tertiary", key="discard"):
        discard_draft(access(), draft.id)
        del st.query_params["draft"]
        st.rerun()


def _findings(draft: Draft, found: Preview) -> bool:
    if not found.findings:
        frame.section(say("upload.findings-none"))
        return True
    errors = sum(one["severity"] == "error" for one in found.findings)
    frame.section(
        say("upload.findings", errors=errors, warnings=found.warnings),
        say("upload.findings-blocked" if found.blocked else "upload.findings-note"),
    )
    frame.findings(found.findings)
    st.download_button(
        say("upload.annotated"),
        lambda: _marked(draft),
        file_name=f"{Path(str(draft.content['file'])).stem}-{say('upload.annotated-name')}.xlsx",
        key=f"annotated-{draft.id}",
        on_click="ignore",
        icon=":material/download:",
    )
    if found.blocked:
        return False
    if not found.warnings:
        return True
    return st.checkbox(say("upload.seen"), key=f"seen-{draft.id}")


def _review(draft: Draft, found: Preview) -> bool:
    review.counts(found)
    decided = True
    if found.active:
        mode = review.choose_mode(draft, found)
        if mode != draft.content.get("mode"):
            save(draft, mode=mode)
        decided = mode is not None
    chosen = review.screening(draft, found)
    if chosen is not None and list(chosen) != list(draft.content.get("exclude") or ()):  # type: ignore[call-overload]
        save(draft, exclude=list(chosen))
    review.missing(found)
    review.departments(found)
    return decided and not found.blocked and found.accepted > 0
