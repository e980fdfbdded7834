"""Results that pages show, kept between reruns by content and by who may see them."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from actions.city.overview import (
    Choices,
    CityOverview,
    Profile,
    city_view,
    department_view,
    shown_departments,
    view_choices,
)
from actions.comparison import Comparison, comparison_report
from actions.diagnosis import diagnosis_report, weights_report
from actions.errors import Refused
from actions.framework.frameworks import framework_of, scored_nodes
from actions.measures.catalogue import measures_report
from actions.quality import QualityView, round_quality
from actions.robustness import robustness_report
from actions.rounds import evidence_key
from actions.scenarios.edits import scenario_trajectory
from actions.scenarios.remedies import Remedy, linked_measures
from actions.scenarios.side_by_side import comparison_of_plans
from actions.scenarios.simulation import simulate_report
from actions.scenarios.stored import list_scenarios
from pages.view import access, say


def choices() -> Choices:
    return view_choices(access())


def city(round_id: str, compared: str | None) -> CityOverview:
    """The overview of a round, computed once for the same evidence and reader."""
    return _city(_key(round_id, compared), round_id, compared)


def remedies(round_id: str, indicators: tuple[str, ...]) -> dict[str, Remedy]:
    """Measures for weak indicators, computed once for the same evidence, catalogue and reader."""
    key = "|".join((_key(round_id), catalogue()["catalogue"]["digest"]))
    return _remedies(key, round_id, indicators)


def shown(round_id: str) -> frozenset[str]:
    """Departments with a score to show, found once for the same evidence and reader."""
    return _shown(_key(round_id), round_id)


def department(round_id: str, id: str, peers: tuple[str, ...] | None) -> Profile | None:
    """A department's profile, computed once for the same evidence and reader."""
    return _department(_key(*choices().rounds), round_id, id, peers)


def quality(round_id: str, missing: str, compared: str | None) -> QualityView:
    """A round's measurement quality, computed once for the same evidence and reader."""
    return _quality(_key(round_id, compared), round_id, missing, compared)


def nodes(round_id: str) -> dict[str, dict[str, str]]:
    """Names of the overall score, factors and dimensions of a round's framework."""
    return scored_nodes(access(), round_id)


def comparison(round_id: str, compared: str | None, node: str) -> Comparison:
    """Who is above whom in a round, computed once for the same evidence and reader."""
    return _comparison(_key(round_id, compared), round_id, compared, node)


def diagnosis(round_id: str) -> dict[str, Any]:
    """What holds departments back, computed once for the same evidence and reader."""
    return _diagnosis(_key(round_id), round_id)


def weights(round_id: str, method: str = "critic", node: str | None = None) -> dict[str, Any]:
    """Weights that the data suggest beside the given and the effective ones, computed once."""
    return _weights(_key(round_id), round_id, method, node)


def rankable(round_id: str) -> bool:
    """Whether the quality of the data allows ranks."""
    try:
        return quality(round_id, "pairwise", None).report.verdict != "do-not-rank"
    except Refused:
        return True


def method_intervals(round_id: str) -> dict[str, tuple[float, float]]:
    """Intervals of the overall scores over other reasonable methods."""
    return _method_intervals(_key(round_id), round_id)


def catalogue() -> dict[str, Any]:
    """The catalogue of measures in use, with its name and version for captions."""
    report = measures_report(access())
    held = report["catalogue"]
    return {**report, "name": f"{held['id']}@{held['version']}"}


def levels(round_id: str) -> int:
    """How many levels the framework of a round has."""
    return len(framework_of(access(), round_id).levels)


def next_level(round_id: str) -> int:
    """The level above the city's present one, the highest where it is there."""
    return min((city(round_id, None).level or 1) + 1, levels(round_id))


def scenario_name(content: dict[str, Any], language: str) -> str:
    return str((content.get("name") or {}).get(language) or content["scenario"])


def plans(
    round_id: str, ids: tuple[str, ...], horizon: int, level: int, value: float
) -> dict[str, Any]:
    """Stored scenarios side by side, computed once for the same content, evidence and reader."""
    held = {one.id: one for one in list_scenarios(access())}
    contents = [dict(held[id].content) for id in ids if id in held]
    key = "|".join((_key(round_id), catalogue()["catalogue"]["digest"], json.dumps(contents)))
    return _plans(key, round_id, contents, horizon, level, value)


def simulation(round_id: str, content: dict[str, Any]) -> dict[str, Any]:
    """What comes of a scenario, computed once for the same content, evidence and reader."""
    return _simulation(_plan_key(round_id, content), round_id, content)


def trajectory(round_id: str, content: dict[str, Any]) -> list[dict[str, Any]]:
    """The city's course under a scenario, computed once like its simulation."""
    return _trajectory(_plan_key(round_id, content), round_id, content)


def _plan_key(round_id: str, content: dict[str, Any]) -> str:
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return "|".join((_key(round_id), catalogue()["catalogue"]["digest"], plain))


def _key(*rounds: str | None) -> str:
    digests = [evidence_key(access(), round_id) for round_id in rounds if round_id]
    return "|".join((access().scope, *digests))


@st.cache_data(show_spinner=False, max_entries=64)
def _city(key: str, round_id: str, compared: str | None) -> CityOverview:
    with st.spinner(say("page.computing")):
        return city_view(access(), round_id, compared)


@st.cache_data(show_spinner=False, max_entries=64)
def _remedies(key: str, round_id: str, indicators: tuple[str, ...]) -> dict[str, Remedy]:
    with st.spinner(say("page.computing")):
        return linked_measures(access(), round_id, indicators)


@st.cache_data(show_spinner=False, max_entries=64)
def _shown(key: str, round_id: str) -> frozenset[str]:
    with st.spinner(say("page.computing")):
        return shown_departments(access(), round_id)


@st.cache_data(show_spinner=False, max_entries=256)
def _department(key: str, round_id: str, id: str, peers: tuple[str, ...] | None) -> Profile | None:
    with st.spinner(say("page.computing")):
        return department_view(access(), round_id, id, peers)


@st.cache_data(show_spinner=False, max_entries=16)
def _quality(key: str, round_id: str, missing: str, compared: str | None) -> QualityView:
    with st.spinner(say("page.computing")):
        return round_quality(access(), round_id, missing=missing, compared=compared)


@st.cache_data(show_spinner=False, max_entries=32)
def _comparison(key: str, round_id: str, compared: str | None, node: str) -> Comparison:
    with st.spinner(say("page.computing")):
        return comparison_report(access(), round_id, compared=compared, node=node)


@st.cache_data(show_spinner=False, max_entries=32)
def _plans(
    key: str,
    round_id: str,
    _contents: list[dict[str, Any]],
    horizon: int,
    level: int,
    value: float,
) -> dict[str, Any]:
    with st.spinner(say("page.computing")):
        return comparison_of_plans(
            access(), round_id, _contents, horizon=horizon, level=level, value=value
        )


@st.cache_data(show_spinner=False, max_entries=64)
def _simulation(key: str, round_id: str, _content: dict[str, Any]) -> dict[str, Any]:
    with st.spinner(say("page.computing")):
        return simulate_report(access(), round_id, _content)


@st.cache_data(show_spinner=False, max_entries=64)
def _trajectory(key: str, round_id: str, _content: dict[str, Any]) -> list[dict[str, Any]]:
    with st.spinner(say("page.computing")):
        return scenario_trajectory(access(), round_id, _content)


@st.cache_data(show_spinner=False, max_entries=32)
def _diagnosis(key: str, round_id: str) -> dict[str, Any]:
    with st.spinner(say("page.computing")):
        return diagnosis_report(access(), round_id)


@st.cache_data(show_spinner=False, max_entries=16)
def _method_intervals(key: str, round_id: str) -> dict[str, tuple[float, float]]:
    with st.spinner(say("page.computing")):
        report = robustness_report(access(), round_id, draws=2000, points=0)
    return {
        unit["id"]: (unit["score"]["low"], unit["score"]["high"])
        for unit in report["units"]
        if unit["score"]["low"] is not None
    }


@st.cache_data(show_spinner=False, max_entries=64)
def _weights(key: str, round_id: str, method: str, node: str | None) -> dict[str, Any]:
    with st.spinner(say("page.computing")):
        return weights_report(access(), round_id, method=method, node=node)
