"""Edits of a framework draft: each is saved by the control that makes it, before the page runs
again, and another tab that saved in between is told of, not overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from actions.errors import Refused
from actions.framework.drafts import Draft, DraftView, Impact, base_scores, draft_view, impact
from actions.framework.edits import edit_framework, undo_edit
from actions.framework.fit import RoundData, RoundFit, round_data, round_fits
from actions.rounds import evidence_key
from pages import frame, results
from pages.literal import literal
from pages.view import access, say

_HELD, _SHOWN, _REFUSED = "framework-held", "framework-shown", "framework-refused"
Action = Callable[..., Draft]


def hold(draft: Draft) -> None:
    """The draft as this tab shows it. It stays in the session, since a control's callback may be
    older than the last save of this very tab."""
    before = st.session_state.get(_HELD)
    st.session_state[_SHOWN] = draft if before is None or before.id != draft.id else before
    st.session_state[_HELD] = draft


def change(action: Action, *arguments: Any) -> None:
    """Do an action on the draft; called from controls."""
    attempt(action, *arguments)


def attempt(action: Action, *arguments: Any) -> bool:
    """As `change`, for buttons whose page runs on; False when it was refused."""
    try:
        st.session_state[_HELD] = action(access(), st.session_state[_HELD], *arguments)
    except Refused as refusal:
        st.session_state[_REFUSED] = [one.as_json() for one in refusal.findings]
        return False
    return True


def end(action: Callable[..., Any], draft: Draft | None = None) -> bool:
    """Adopt or discard a draft, by itself the one of the page as it stood when the button for it
    was pressed; False when it was refused."""
    try:
        action(access(), draft or st.session_state[_SHOWN])
    except Refused as refusal:
        st.session_state[_REFUSED] = [one.as_json() for one in refusal.findings]
        return False
    return True


def edit(id: str, field: tuple[str, ...], value: Any) -> None:
    """Set one value of the framework; called from controls."""
    change(edit_framework, id, field, value)


def undo(last: tuple[str, str] | None) -> None:
    """The control that takes the last edit back, which it names."""
    what = (
        say("structure.undo-none") if last is None else say(f"structure.undo-{last[0]}", id=last[1])
    )
    st.button(
        literal(what),
        key="undo-edit",
        type="tertiary",
        icon=":material/undo:",
        disabled=last is None,
        on_click=change,
        args=(undo_edit,),
    )


def show_refusals() -> None:
    """What the last edit was refused for."""
    found = st.session_state.pop(_REFUSED, None)
    if found:
        frame.refused(found)


def view(draft: Draft) -> DraftView:
    """The draft with its problems and changes, computed once a version."""
    return _view(access().scope, draft.id, draft.version, draft)


def impact_of(draft: Draft, round_id: str) -> Impact:
    """What the draft does to a round, computed once a version. Raises Refused."""
    key = "|".join((access().scope, evidence_key(access(), round_id)))
    return _impact(key, draft.id, draft.version, round_id, draft)


def data() -> tuple[RoundData, ...]:
    """What the rounds that are there hold."""
    return _data(_rounds_key())


def fits(draft: Draft) -> tuple[RoundFit, ...]:
    """What the draft breaks in each round, computed once a version."""
    return _fits(_rounds_key(), draft.id, draft.version, draft)


def _rounds_key() -> str:
    rounds = results.choices().rounds
    return "|".join((access().scope, *(evidence_key(access(), one) for one in rounds)))


def data_weights(round_id: str, node: str) -> dict[str, dict[str, Any]]:
    """Entropy and CRITIC weights of a node's children in a round, by method."""
    return {method: results.weights(round_id, method, node) for method in ("entropy", "critic")}


@st.cache_resource(show_spinner=False, max_entries=32)
def _view(scope: str, id: str, version: int, _draft: Draft) -> DraftView:
    return draft_view(access(), _draft)


@st.cache_data(show_spinner=False, max_entries=64)
def _impact(key: str, id: str, version: int, round_id: str, _draft: Draft) -> Impact:
    with st.spinner(say("page.computing")):
        before = _base(key, id, round_id, _draft)
        return impact(access(), _draft, round_id, before=before)


@st.cache_resource(show_spinner=False, max_entries=8)
def _base(key: str, id: str, round_id: str, _draft: Draft) -> Any:
    return base_scores(access(), _draft, round_id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _data(key: str) -> tuple[RoundData, ...]:
    return round_data(access())


@st.cache_resource(show_spinner=False, max_entries=32)
def _fits(key: str, id: str, version: int, _draft: Draft) -> tuple[RoundFit, ...]:
    return round_fits(access(), _draft, _data(key))
