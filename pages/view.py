"""Who looks, in which language, and at what. The state of a view lives in the address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from actions.access import Access, open_access
from charts.house.theme import Theme, theme
from locales import LANGUAGES, translate

_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


@st.cache_resource(show_spinner=False)
def access() -> Access:
    """The one user of this workspace, who sees results as they may be published."""
    return open_access(None, published=True)


def language() -> str:
    return _held("lang", LANGUAGES, LANGUAGES[0])


def say(key: str, **params: object) -> str:
    """A text of the pages in the language of the view."""
    return translate(key, language(), **params)


def tokens() -> Theme:
    """Colours of the mode that the reader's browser shows."""
    return theme(st.context.theme.type == "dark")


def choose_language() -> None:
    """The switch between the languages; it leaves everything else as it is."""
    st.session_state["language"] = language()
    st.segmented_control(
        "语言 · Language",
        LANGUAGES,
        format_func=_LANGUAGE_NAMES.__getitem__,
        key="language",
        required=True,
        on_change=lambda: _remember("lang", st.session_state["language"]),
    )
    _remember("lang", language())


def select(
    name: str,
    label: str,
    options: Mapping[str, str],
    default: str | Callable[[], str],
) -> str:
    """A selector whose value stands in the address and stays when the page changes.

    ``options`` are the values with the texts that stand for them; ``default`` may be a function,
    called only when nothing was chosen yet.
    """
    key = f"select-{name}"
    st.session_state[key] = _held(name, options, default)
    value = st.selectbox(
        label,
        list(options),
        format_func=dict(options).__getitem__,
        key=key,
        on_change=lambda: _remember(name, st.session_state[key]),
    )
    _remember(name, value)
    return value


def segments(name: str, label: str, options: Mapping[str, str], default: str) -> str:
    """As `select`, for a few parts of a page side by side."""
    key = f"segments-{name}"
    st.session_state[key] = _held(name, options, default)
    value = st.segmented_control(
        label,
        list(options),
        format_func=dict(options).__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: _remember(name, st.session_state[key]),
    )
    _remember(name, str(value))
    return str(value)


def select_many(name: str, label: str, options: Mapping[str, str]) -> list[str]:
    """As `select`, for any number of options; the address holds them with commas between."""
    key = f"select-{name}"
    asked = str(st.query_params.get(name) or _view().get(name) or "").split(",")
    st.session_state[key] = [option for option in options if _listed(option) in asked]
    values = st.multiselect(
        label,
        list(options),
        format_func=dict(options).__getitem__,
        key=key,
        placeholder=say("view.choose"),
        on_change=lambda: _remember(name, ",".join(map(_listed, st.session_state[key]))),
    )
    _remember(name, ",".join(map(_listed, values)))
    return values


def _listed(option: str) -> str:
    """An option as the address lists it: a department's name may hold a comma."""
    return option.replace("%", "%25").replace(",", "%2C")


def _view() -> dict[str, str]:
    return st.session_state.setdefault("view", {})


def _held(name: str, options: Collection[str], default: str | Callable[[], str]) -> str:
    """What the address says, else what was last chosen, else the default."""
    for value in (st.query_params.get(name), _view().get(name)):
        if value in options:
            return str(value)
    return default() if callable(default) else default


def _remember(name: str, value: str) -> None:
    _view()[name] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value
