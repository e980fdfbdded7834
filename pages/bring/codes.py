"""Fourth step of an upload: texts and names that only a person can decide."""

from __future__ import annotations

import streamlit as st

from actions.data.drafts import Draft
from actions.data.previews import Preview
from pages import frame
from pages.bring.keeping import decided, save
from pages.literal import literal
from pages.view import language, say


def show(draft: Draft, found: Preview) -> None:
    lang = language()
    aliases = decided(draft, "aliases")
    codes = [str(code) for code in draft.content.get("codes") or ()]  # type: ignore[union-attr]
    if not (found.undecided or found.near or aliases or codes):
        frame.section(say("upload.codes-none"), say("upload.codes-none-note"))
        return
    if found.undecided:
        frame.section(say("upload.codes"), say("upload.codes-note"))
    labels = {None: say("upload.leave-out")} | {code: text[lang] for code, text in found.scale}
    for text in found.undecided:
        hint = found.suggested.get(text)
        code = st.selectbox(
            literal(say("upload.quoted", text=text)),
            list(labels),
            format_func=labels.__getitem__,
            key=f"code-{text}",
            help=None if hint is None else literal(say("upload.suggested", label=labels[hint])),
        )
        if code is not None:
            save(draft, codes=[*codes, f"{text}={code}"])
    if found.near:
        frame.section(say("upload.near"), say("upload.near-note"))
    for name, ids in found.near.items():
        known = {None: say("upload.new-department")} | {id: found.known[id][lang] for id in ids}
        meant = st.selectbox(
            literal(say("upload.quoted", text=name)),
            list(known),
            format_func=known.__getitem__,
            key=f"alias-{name}",
        )
        if meant is not None:
            save(draft, aliases=aliases | {name: meant})
    if codes or aliases:
        said = [*codes, *[f"{name} → {found.known[id][lang]}" for name, id in aliases.items()]]
        st.caption(literal(say("upload.decided", decisions="; ".join(said))))
    if (codes or aliases) and st.button(say("upload.forget"), key="forget-decisions"):
        save(draft, codes=[], aliases={})
