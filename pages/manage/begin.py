"""How a framework draft begins: from a stored framework, from a file, or where one was left."""

from __future__ import annotations

import streamlit as st

from actions.errors import Refused
from actions.framework.drafts import (
    Base,
    Draft,
    base_frameworks,
    discard_framework_draft,
    framework_drafts,
    start_framework_draft,
)
from pages import frame
from pages.literal import literal
from pages.manage import keeping
from pages.view import access, say

ANOTHER = "new"
"""In the address in a draft's place: begin another one."""


def show(*, gone: bool) -> None:
    frame.finding(say("editor.title"), say("editor.title-reason"))
    adopted = st.query_params.get("adopted")
    if adopted:
        st.success(literal(say("editor.adopted", name=adopted)))
    if gone:
        st.warning(say("editor.gone"))
    keeping.show_refusals()
    left, right = st.columns([1.4, 1], gap="large")
    with left:
        _stored()
        st.space("small")
        _file()
    with right:
        _open_drafts()


def _stored() -> None:
    frame.section(say("editor.from-stored"), say("editor.from-stored-note"))
    bases = {one.name: one for one in base_frameworks(access())}
    base = bases[
        st.selectbox(
            say("editor.base"),
            list(bases),
            format_func={name: _called(one) for name, one in bases.items()}.__getitem__,
            key="framework-base",
        )
    ]
    label = say("editor.begin-shipped" if base.shipped else "editor.begin")
    if st.button(label, type="primary", key="framework-begin"):
        _start(base.name)


def _called(base: Base) -> str:
    marks = [("shipped", base.shipped), ("current", base.current)]
    return " · ".join([base.name, *[say(f"editor.base-{mark}") for mark, is_so in marks if is_so]])


def _file() -> None:
    frame.section(say("editor.from-file"), say("editor.from-file-note"))
    file = st.file_uploader(
        say("editor.file"), type=["yaml", "yml"], key="framework-file", max_upload_size=1
    )
    if st.button(say("editor.begin-file"), disabled=file is None, key="framework-begin-file"):
        assert file is not None
        _start("", file.getvalue(), file.name)


def _start(base: str, content: bytes | None = None, name: str = "framework.yaml") -> None:
    try:
        draft = start_framework_draft(access(), base, content, name)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        return
    st.query_params["draft"] = draft.id
    if "adopted" in st.query_params:
        del st.query_params["adopted"]
    st.rerun()


def _open_drafts() -> None:
    drafts = framework_drafts(access())
    if not drafts:
        frame.section(say("editor.how"))
        for step in ("edit", "judge", "look", "adopt"):
            frame.remark(say(f"editor.how-{step}"))
        return
    frame.section(say("editor.open"), say("editor.open-note"))
    for draft in drafts[:5]:
        held: dict = draft.content["framework"]  # type: ignore[assignment]
        name = f"{held.get('framework')}@{held.get('version')}"
        with st.container(horizontal=True, vertical_alignment="center"):
            label = say("editor.resume", name=name, base=draft.content["base"])
            if st.button(literal(label), key=f"resume-{draft.id}", icon=":material/play_arrow:"):
                st.query_params["draft"] = draft.id
                st.rerun()
            # A callback has the draft that was listed, not one that was saved since.
            st.button(
                say("upload.discard"),
                key=f"discard-{draft.id}",
                type="tertiary",
                on_click=_discard,
                args=(draft,),
            )


def _discard(draft: Draft) -> None:
    keeping.end(discard_framework_draft, draft)
