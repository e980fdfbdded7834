"""How the leader's pages begin: the rounds to choose from, or who must do what first."""

from __future__ import annotations

import streamlit as st

from actions.city.overview import Choices
from pages import frame, results
from pages.view import say, select


def choices_or_stop() -> Choices:
    """What a view can choose from; a workspace without data says how to begin instead."""
    found = results.choices()
    if not found.rounds:
        frame.finding(say("overview.empty"), say("overview.empty-reason"))
        st.page_link("bring/upload.py", label=say("overview.empty-link"))
        st.stop()
    return found


def select_round(choices: Choices) -> str:
    """The round looked at: the newest unless another is chosen."""
    newest_first = list(reversed(choices.rounds))
    return select("round", say("view.round"), {one: one for one in newest_first}, newest_first[0])


def source(text: str, *, synthetic: bool) -> str:
    """The line under a saved picture: what it is of, and that its data are synthetic."""
    return f"{say('page.synthetic')} · {text}" if synthetic else text
