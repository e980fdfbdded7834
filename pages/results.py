"""Results that pages show, kept between reruns by content and by who may see them."""

from __future__ import annotations

import streamlit as st

from actions.overview import (
    Choices,
    CityOverview,
    Profile,
    city_view,
    department_view,
    view_choices,
)
from actions.quality import QualityView, round_quality
from actions.rounds import evidence_key
from pages.view import access, say


def choices() -> Choices:
    return view_choices(access())


def city(round_id: str, compared: str | None) -> CityOverview:
    """The overview of a round, computed once for the same evidence and reader."""
    return _city(_key(round_id, compared), round_id, compared)


def department(round_id: str, id: str, peers: tuple[str, ...] | None) -> Profile | None:
    """A department's profile, computed once for the same evidence and reader."""
    return _department(_key(*choices().rounds), round_id, id, peers)


def quality(round_id: str, missing: str, compared: str | None) -> QualityView:
    """A round's measurement quality, computed once for the same evidence and reader."""
    return _quality(_key(round_id, compared), round_id, missing, compared)


def _key(*rounds: str | None) -> str:
    digests = [evidence_key(access(), round_id) for round_id in rounds if round_id]
    return "|".join((access().scope, *digests))


@st.cache_data(show_spinner=False, max_entries=64)
def _city(key: str, round_id: str, compared: str | None) -> CityOverview:
    with st.spinner(say("page.computing")):
        return city_view(access(), round_id, compared)


@st.cache_data(show_spinner=False, max_entries=256)
def _department(key: str, round_id: str, id: str, peers: tuple[str, ...] | None) -> Profile | None:
    with st.spinner(say("page.computing")):
        return department_view(access(), round_id, id, peers)


@st.cache_data(show_spinner=False, max_entries=16)
def _quality(key: str, round_id: str, missing: str, compared: str | None) -> QualityView:
    with st.spinner(say("page.computing")):
        return round_quality(access(), round_id, missing=missing, compared=compared)
