"""The editor of one scenario: name, budget, measures, and where and when each is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from actions.scenarios.edits import StoredScenario, choose_measures, place_measure
from charts.measures.tables import called
from charts.scenarios.words import quarter_name, scenario_name
from pages import frame
from pages.literal import literal
from pages.plan import scenario_keeping
from pages.view import language, say

WHERE = ("all", "groups", "some")
EFFECTS = (1.0, 0.75, 0.5, 0.25)


def show(
    stored: StoredScenario, catalogue: Mapping[str, Any], places: Mapping[str, Any], horizon: int
) -> None:
    lang = language()
    names = {one["id"]: called(one, lang) for one in catalogue["measures"]}
    _about(stored, horizon)
    taken = [one["id"] for one in stored.content.get("measures", ())]
    key = f"scenario-{stored.id}-measures"
    st.session_state[key] = [id for id in taken if id in names]
    st.multiselect(
        say("scenario.measures"),
        list(names),
        format_func=names.__getitem__,
        placeholder=say("measures.choose"),
        key=key,
        on_change=lambda: scenario_keeping.change(choose_measures, st.session_state[key]),
    )
    for one in stored.content.get("measures", ()):
        with st.container(key=f"provision-{one['id']}"):
            _provision(stored.id, one, str(names.get(one["id"], one["id"])), places, horizon)


def _about(stored: StoredScenario, horizon: int) -> None:
    first, second, third = st.columns([1.5, 1, 1])
    with first:
        key = f"scenario-{stored.id}-name"
        st.session_state[key] = scenario_name(stored.content, language())
        st.text_input(say("scenario.name"), key=key, on_change=_rename, args=(stored, key))
    with second:
        budget_key = f"scenario-{stored.id}-budget"
        budget = stored.content.get("budget")
        st.session_state[budget_key] = None if budget is None else float(budget)
        st.number_input(
            say("scenario.budget"),
            min_value=0.0,
            step=50.0,
            format="%.6g",
            key=budget_key,
            placeholder=say("scenario.no-budget"),
            on_change=lambda: scenario_keeping.edit(
                budget=st.session_state[budget_key], horizon=horizon
            ),
        )
    with third:
        effect_key = f"scenario-{stored.id}-effect"
        effect = float(stored.content.get("effect", 1.0))
        st.session_state[effect_key] = effect
        shares = {one: f"{one:.0%}" for one in sorted({*EFFECTS, effect}, reverse=True)}
        st.selectbox(
            say("scenario.effect"),
            list(shares),
            format_func=shares.__getitem__,
            key=effect_key,
            on_change=lambda: scenario_keeping.edit(
                effect=st.session_state[effect_key], horizon=horizon
            ),
        )


def _rename(stored: StoredScenario, key: str) -> None:
    """The name in the language of the view; the other language keeps a name of its own."""
    text = str(st.session_state[key]).strip()
    if text:
        held = dict(stored.content.get("name") or {})
        before = held.get(language())
        kept = {lang: name for lang, name in held.items() if name != before}
        scenario_keeping.edit(name={"zh": text, "en": text, **kept, language(): text})


def _provision(
    scenario: str, one: Mapping[str, Any], name: str, places: Mapping[str, Any], horizon: int
) -> None:
    id = one["id"]
    frame.remark(name)
    first, second = st.columns([1.6, 1], vertical_alignment="bottom")
    groups, departments = one.get("groups") or [], one.get("departments", "all")
    mode = "groups" if groups else "all" if departments == "all" else "some"
    options = {kind: say(f"scenario.where-{kind}") for kind in WHERE if _possible(kind, places)}
    with first:
        key = f"where-{scenario}-{id}"
        st.session_state[key] = mode
        st.segmented_control(
            literal(say("scenario.where-of", name=id)),
            list(options),
            format_func=options.__getitem__,
            key=key,
            required=True,
            label_visibility="collapsed",
            on_change=_move,
            args=(key, id, places, horizon),
        )
    with second:
        start_key = f"start-{scenario}-{id}"
        start = int(one.get("start", 0))
        st.session_state[start_key] = start
        quarters = {
            quarter: quarter_name(quarter, language())
            for quarter in sorted({*range(4 * horizon), start})
        }
        st.selectbox(
            literal(say("scenario.start-of", name=id)),
            list(quarters),
            format_func=quarters.__getitem__,
            key=start_key,
            label_visibility="collapsed",
            on_change=lambda: scenario_keeping.change(
                place_measure, id, horizon, start=st.session_state[start_key]
            ),
        )
    if mode != "all":
        _which(scenario, id, mode, one, places, horizon)


def _possible(kind: str, places: Mapping[str, Any]) -> bool:
    return kind != "groups" or bool(places["groups"])


def _move(key: str, id: str, places: Mapping[str, Any], horizon: int) -> None:
    """Another kind of place begins with the first group, or with nobody."""
    begun: dict[str, dict[str, Any]] = {
        "all": {"departments": "all", "groups": []},
        "groups": {"departments": "all", "groups": list(places["groups"])[:1]},
        "some": {"departments": [], "groups": []},
    }
    scenario_keeping.change(place_measure, id, horizon, **begun[st.session_state[key]])


def _which(
    scenario: str,
    id: str,
    mode: str,
    one: Mapping[str, Any],
    places: Mapping[str, Any],
    horizon: int,
) -> None:
    field = "groups" if mode == "groups" else "departments"
    named = one.get(field) or []
    listed = list(places[field])
    names = (
        {group: group for group in listed}
        if mode == "groups"
        else {d: places["departments"][d][language()] for d in listed}
    )
    key = f"{field}-{scenario}-{id}"
    st.session_state[key] = [value for value in named if value in names]
    st.multiselect(
        literal(say(f"scenario.{field}-of", name=id)),
        listed,
        format_func=names.__getitem__,
        placeholder=say("measures.choose"),
        key=key,
        on_change=lambda: scenario_keeping.change(
            place_measure, id, horizon, **{field: st.session_state[key]}
        ),
    )
