"""Gates of a framework draft: whether each holds, for which level, and its thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from actions.framework.drafts import DraftView
from charts.framework.tables import gate_rule
from pages import frame
from pages.manage import fields
from pages.view import language, say

BOUNDS = ("value_above", "value_below", "score_below")


def show(view: DraftView) -> None:
    lang = language()
    gates = view.content.get("gates") or ()
    levels = {
        one["level"]: f"{one['level']} {(one.get('name') or {}).get(lang, '')}"
        for one in view.content.get("levels") or ()
    }
    frame.section(
        say("editor.gates", count=len(gates)) if gates else say("editor.no-gates"),
        say("editor.gates-note"),
    )
    for gate in gates:
        with st.container(border=True, key=f"gate-{gate['id']}"):
            name = gate.get("name") or {}
            frame.section(f"{gate['id']} {name.get(lang, '')}", gate_rule(gate, lang))
            columns = st.columns([1, 1.2, 1, 1, 1], vertical_alignment="bottom")
            with columns[0]:
                enabled = bool(gate.get("enabled", True))
                fields.switch(gate["id"], ("enabled",), say("editor.enabled"), enabled)
            if "level" in gate:
                with columns[1]:
                    label = say(f"editor.level-{gate['kind']}")
                    fields.choice(gate["id"], ("level",), label, levels, gate["level"])
            _thresholds(gate, columns[2:])


def _thresholds(gate: Mapping[str, Any], columns: list) -> None:
    id, kind = gate["id"], gate["kind"]
    if kind == "weakest-factor":
        with columns[0]:
            fields.number(
                id, ("allow",), say("editor.field-allow"), gate.get("allow", 1), least=0.0
            )
    elif kind == "minimum":
        for place, (node, least) in enumerate((gate.get("nodes") or {}).items()):
            with columns[place % len(columns)]:
                fields.number(id, ("nodes", node), say("editor.field-least", node=node), least)
    elif kind == "cap":
        for bound in BOUNDS:
            held = (gate.get("when") or {}).get(bound)
            if held is not None:
                with columns[0]:
                    label = say(f"editor.field-when.{bound}")
                    fields.number(id, ("when", bound), label, held)
    elif kind == "coordination":
        with columns[0]:
            label = say("editor.field-at_least")
            fields.number(
                id, ("at_least",), label, gate.get("at_least"), least=0.0, most=1.0, step=0.05
            )
    elif kind == "coverage":
        for column, name in zip(columns, ("unrated_below", "provisional_below"), strict=False):
            with column:
                fields.number(
                    id, (name,), say(f"editor.field-{name}"), gate.get(name, 0.0),
                    least=0.0, most=1.0, step=0.05,
                )  # fmt: skip
