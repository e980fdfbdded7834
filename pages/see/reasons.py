"""Why the city, or a department, is where it is: panels of the leader's pages."""

from __future__ import annotations

import streamlit as st

from actions.framework.frameworks import dimension_factors, node_names
from charts.diagnosis.pictures import (
    bottleneck_table,
    coordination_sentence,
    driver_bars,
    importance_map,
    peer_bars,
    perception_dots,
    weight_table,
)
from charts.house.numbers import score
from pages import frame, results
from pages.view import access, language, say, tokens


def city_reasons(round_id: str, source: str) -> None:
    """What goes with the outcome, which dimensions matter, and what nothing went without."""
    lang, colours = language(), tokens()
    report, names = results.diagnosis(round_id), node_names(access(), round_id)
    left, right = st.columns(2, gap="large")
    with left:
        shown = importance_map(report, names, dimension_factors(access(), round_id), colours, lang)
        if shown is None:
            frame.section(say("diagnosis.no-outcome"))
        else:
            frame.picture(shown, "importance", source)
    with right:
        for level in ("between", "within"):
            bars = driver_bars(report, names, level, colours, lang)
            if bars is not None:
                frame.picture(bars, f"drivers-{level}", source)
    needed = bottleneck_table(report, names, lang)
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        if needed.rows:
            frame.section(say("diagnosis.bottleneck"), say("diagnosis.bottleneck-note"))
            frame.table(needed)
    with right:
        weights = results.weights(round_id)
        table = weight_table(weights, names, lang)
        if table.rows:
            frame.section(say("diagnosis.weights"), say("diagnosis.weights-note"))
            frame.table(table)
            if weights["warning"]:
                frame.remark(weights["warning"][lang])


def department_reasons(round_id: str, department: str, source: str) -> None:
    """What is missing for the next level, strengths among similar departments, answers and records."""
    lang, colours = language(), tokens()
    report, names = results.diagnosis(round_id), node_names(access(), round_id)
    unit = next((one for one in report["units"] if one["id"] == department), None)
    if unit is None:
        frame.section(say("diagnosis.no-result"), say("diagnosis.no-result-note"))
        return
    target = unit["next_level"]
    if target["level"] is None:
        frame.section(say("diagnosis.next-top"))
    else:
        parts = [
            say("diagnosis.next-points", points=score(target["points"]))
            if target["points"]
            else say("diagnosis.next-enough")
        ]
        if target["binding_gates"]:
            gates = ", ".join(target["binding_gates"])
            parts.append(say("diagnosis.next-gates", gates=gates))
        between = "" if lang == "zh" else " "
        frame.section(say("diagnosis.next", level=target["level"]), between.join(parts))
    frame.remark(coordination_sentence(unit, names, lang))
    left, right = st.columns(2, gap="large")
    with left:
        bars = peer_bars(unit, names, colours, lang)
        if bars is not None:
            frame.picture(bars, "peers", source)
    with right:
        dots = perception_dots(unit, names, colours, lang)
        if dots is not None:
            frame.picture(dots, "perception", source)
