"""Controls of single values of a framework draft. Each shows what the draft holds and saves what a
person makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.manage.keeping import edit

Field = tuple[str, ...]


def text(id: str, field: Field, label: str, held: object) -> None:
    key = _key(id, field)
    st.session_state[key] = "" if held is None else str(held)
    st.text_input(label, key=key, on_change=_saved, args=(id, field, key, str.strip))


def number(
    id: str,
    field: Field,
    label: str,
    held: object,
    *,
    least: float | None = None,
    most: float | None = None,
    step: float = 1.0,
    disabled: bool = False,
) -> None:
    """A number. A cleared field keeps what was there: a blank is no value."""
    key = _key(id, field)
    st.session_state[key] = _within(held, least, most)
    st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=step,
        format="%.6g",
        key=key,
        disabled=disabled,
        on_change=_saved,
        args=(id, field, key),
    )


def ends(id: str, field: Field, labels: tuple[str, str], held: object) -> None:
    """A pair of numbers, saved once both are there."""
    pair = list(held) if isinstance(held, list | tuple) else [None, None]
    keys = [f"{_key(id, field)}-{place}" for place in (0, 1)]

    def save() -> None:
        values = [st.session_state[key] for key in keys]
        if None not in values:
            edit(id, field, values)

    for column, key, label, one in zip(st.columns(2), keys, labels, pair, strict=True):
        st.session_state[key] = None if one is None else float(one)
        with column:
            st.number_input(label, step=1.0, format="%.6g", key=key, on_change=save)


def choice(id: str, field: Field, label: str, options: Mapping[Any, str], held: Any) -> None:
    """One of several."""
    select(_key(id, field), label, options, held, lambda value: edit(id, field, value))


def select(
    key: str, label: str, options: Mapping[Any, str], held: Any, save: Callable[[Any], None]
) -> None:
    """One of several, saved as the caller says."""
    st.session_state[key] = held if held in options else next(iter(options))
    st.selectbox(
        label,
        list(options),
        format_func=lambda one: options[one],
        key=key,
        on_change=lambda: save(st.session_state[key]),
    )


def parameter(id: str, field: Field, label: str, kind: str, held: str) -> None:
    """The number of a rule that is written ``kind:number``."""
    key = f"{_key(id, field)}-parameter"

    def save() -> None:
        if st.session_state[key] is not None:
            edit(id, field, f"{kind}:{st.session_state[key]:.6g}")

    st.session_state[key] = float(held) if held else None
    st.number_input(label, step=0.1, format="%.6g", key=key, on_change=save)


def switch(id: str, field: Field, label: str, held: bool) -> None:
    key = _key(id, field)
    st.session_state[key] = held
    st.checkbox(label, key=key, on_change=_saved, args=(id, field, key))


def _saved(
    id: str, field: Field, key: str, made: Callable[[Any], Any] = lambda value: value
) -> None:
    value = st.session_state[key]
    if value is not None:
        edit(id, field, made(value))


def _key(id: str, field: Field) -> str:
    return f"fw-{id}-{'.'.join(field)}"


def _within(held: object, least: float | None, most: float | None) -> float | None:
    """What a number field can show; a text in a wrong file shows as empty."""
    if isinstance(held, bool) or not isinstance(held, int | float):
        return None
    value = float(held)
    if least is not None:
        value = max(value, least)
    return value if most is None else min(value, most)
