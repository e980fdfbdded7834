"""The form of a new part of the framework, drawn from the framework's own schema."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

from actions.framework.structure import FormField
from charts.framework.tables import choice_name
from pages.view import language, say

Entry = dict[str, Any]


def part_form(
    fields: Sequence[FormField],
    form: str,
    *,
    of: str = "",
    suggested: str = "",
    left_out: Collection[str] = (),
) -> Entry:
    """The part as the controls have it; what is left blank or at its default is left out.

    ``of`` begins the labels of a part within a part: ``metric.``; ``suggested`` is the id of a part
    that is given none.
    """
    entry: Entry = {}
    for field in fields:
        if field.name in left_out:
            continue
        held = _control(
            field, f"{form}-{of}{field.name}", f"editor.field-{of}{field.name}", suggested
        )
        if held not in (None, field.default):
            entry[field.name] = held
    return entry


def _control(field: FormField, key: str, label: str, suggested: str) -> Any:
    if field.control == "id":
        given = st.text_input(say(label), placeholder=suggested, key=key, max_chars=80).strip()
        return given or suggested
    if field.control == "words":
        return _words(key, label)
    if field.control == "switch":
        return st.checkbox(say(label), value=bool(field.default), key=key)
    if field.control == "ends":
        return _ends(key, field.name)
    if field.control == "choice":
        return _choice(field, key, label)
    given = None if field.default is None else float(field.default)
    return st.number_input(say(label), value=given, min_value=0.0, step=0.1, format="%.6g", key=key)


def _words(key: str, label: str) -> dict[str, str] | None:
    """A text in both languages; one that is left blank is taken from the other."""
    words: dict[str, str] = {}
    for column, lang in zip(st.columns(2), ("zh", "en"), strict=True):
        with column:
            words[lang] = st.text_input(say(f"{label}.{lang}"), key=f"{key}-{lang}").strip()
    some = words["zh"] or words["en"]
    return {lang: text or some for lang, text in words.items()} if some else None


def _ends(key: str, name: str) -> list[float] | None:
    labels = {
        "goalposts": ("editor.post-0", "editor.post-100"),
        "optimum": ("editor.optimum-low", "editor.optimum-high"),
    }[name]
    found: list[float | None] = []
    for place, (column, label) in enumerate(zip(st.columns(2), labels, strict=True)):
        with column:
            held = st.number_input(
                say(label), value=None, step=1.0, format="%.6g", key=f"{key}-{place}"
            )
            found.append(held)
    given = [one for one in found if one is not None]
    return given or None


def _choice(field: FormField, key: str, label: str) -> str | None:
    lang = language()
    options = [*([] if field.default else [""]), *field.options]
    words = {
        one: choice_name(field.name, one, lang) if one else say("editor.default") for one in options
    }
    held = st.selectbox(
        say(label),
        options,
        index=options.index(field.default or ""),
        format_func=words.__getitem__,
        key=key,
    )
    return held or None
