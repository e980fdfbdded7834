"""Edits of a stored scenario: each is saved by the control that makes it, before the page runs
again, so that a closed tab loses nothing; another tab that saved in between is told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from actions.errors import Refused
from actions.scenarios.edits import StoredScenario, edit_scenario
from pages import frame
from pages.view import access

_HELD, _REFUSED, _OPEN = "scenario-held", "scenario-refused", "scenario-open"
Action = Callable[..., StoredScenario]


def hold(stored: StoredScenario) -> None:
    """The scenario as this tab shows it. It stays in the session, since a control's callback may be
    older than the last save of this very tab."""
    st.session_state[_HELD] = stored


def change(action: Action, *arguments: Any, **named: Any) -> None:
    """Do an action on the scenario; called from controls."""
    try:
        st.session_state[_HELD] = action(access(), st.session_state[_HELD], *arguments, **named)
    except Refused as refusal:
        st.session_state[_REFUSED] = [one.as_json() for one in refusal.findings]


def edit(**changes: Any) -> None:
    """Set keys of the scenario; called from controls."""
    change(edit_scenario, **changes)


def begin(action: Action, *arguments: Any) -> None:
    """Make another scenario and open it; called from controls."""
    try:
        open_next(action(access(), *arguments).id)
    except Refused as refusal:
        st.session_state[_REFUSED] = [one.as_json() for one in refusal.findings]


def open_next(id: str) -> None:
    """The scenario that the page opens when it runs again, whatever its address says."""
    st.session_state[_OPEN] = id


def opened() -> str | None:
    return st.session_state.pop(_OPEN, None)


def show_refusals() -> None:
    """What the last edit was refused for."""
    found = st.session_state.pop(_REFUSED, None)
    if found:
        frame.refused(found)
