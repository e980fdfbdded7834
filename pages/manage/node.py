"""One node of a framework draft: its wording, how its children are weighted and put together, or
how its value becomes a score; and the tree below it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions.framework.drafts import DraftView
from actions.framework.edits import keep_weights, reset_weights
from charts.framework.tables import (
    child_entries,
    entry_of,
    normalisations,
    sibling_shares,
    subtree_root,
    tree_table,
    weight_label,
    weight_sum,
)
from pages import frame
from pages.literal import literal
from pages.manage import fields
from pages.manage.keeping import change, edit
from pages.view import language, say

RULES = ("arithmetic", "geometric", "harmonic", "min", "mazziotta-pareto", "power", "owa")
NEUTRAL = {"power": "power:1", "owa": "owa:0.5"}
"""Where a rule with a parameter begins: where it is the arithmetic mean."""
ROOT, INHERITED = "overall", "inherited"


def show(view: DraftView, id: str) -> None:
    entry = entry_of(view.content, id)
    left, right = st.columns([1, 1.25], gap="large")
    with left:
        frame.section(say("editor.section-wording"))
        _names(id, entry)
        if id != ROOT and "indicators" not in entry and "dimensions" not in entry:
            _indicator(id, entry)
        else:
            _aggregation(id, entry)
    with right:
        if child_entries(view.content, id):
            _weights(view, id, entry)
        else:
            _items(entry)
    st.space("small")
    changed = {one.owner for one in view.edits}
    within = subtree_root(view.content, id)
    table, marked = tree_table(view.content, view.framework, changed, language(), within)
    frame.section(say("editor.section-tree"), say("editor.section-tree-note"))
    frame.table(table, wrap=(1, 2), marked=marked)


def _names(id: str, entry: dict[str, Any]) -> None:
    name = entry.get("name")
    held = name if isinstance(name, dict) else {}
    for lang in ("zh", "en"):
        fields.text(id, ("name", lang), say(f"editor.field-name.{lang}"), held.get(lang))


def _aggregation(id: str, entry: dict[str, Any]) -> None:
    held = entry.get("aggregation")
    kind, _, parameter = str(held or "").partition(":")
    options = {} if id == ROOT else {INHERITED: say("editor.inherited")}
    options |= {one: say(f"editor.aggregation-{one}") for one in RULES}
    fields.select(
        f"fw-{id}-aggregation",
        say("editor.field-aggregation"),
        options,
        kind or (RULES[0] if id == ROOT else INHERITED),
        lambda chosen: edit(
            id, ("aggregation",), None if chosen == INHERITED else NEUTRAL.get(chosen, chosen)
        ),
    )
    if kind in NEUTRAL:
        fields.parameter(id, ("aggregation",), say(f"editor.parameter-{kind}"), kind, parameter)


def _weights(view: DraftView, id: str, entry: dict[str, Any]) -> None:
    lang = language()
    judged = (entry.get("weighting") or {}).get("method")
    shares = sibling_shares(view.framework)
    note = say("editor.weights-judged") if judged else weight_sum(view.content, id, lang)
    frame.section(say("editor.section-weights"), note)
    columns: list = []
    for child in child_entries(view.content, id):
        # A row at a time: on a phone, where columns stand below each other, the order stays.
        columns = columns or list(st.columns(2))
        with columns.pop(0):
            fields.number(
                child["id"],
                ("weight",),
                literal(weight_label(child, shares, lang)),
                child.get("weight", 1.0),
                least=0.0,
                step=0.1,
                disabled=bool(judged),
            )
    with st.container(horizontal=True):
        if judged:
            st.button(
                say("editor.keep-weights"),
                key="keep-weights",
                disabled=view.framework is None,
                on_click=change,
                args=(keep_weights, id),
            )
        st.button(
            say("editor.equal-weights"),
            key="equal-weights",
            on_click=change,
            args=(reset_weights, id),
        )


def _indicator(id: str, entry: dict[str, Any]) -> None:
    fields.switch(id, ("core",), say("editor.core"), bool(entry.get("core")))
    metric = entry.get("metric")
    if not isinstance(metric, dict):
        return
    unit: Any = metric.get("unit")
    unit = unit if isinstance(unit, dict) else {}
    for column, lang in zip(st.columns(2), ("zh", "en"), strict=True):
        with column:
            field = ("metric", "unit", lang)
            fields.text(id, field, say(f"editor.field-{'.'.join(field)}"), unit.get(lang))
    frame.section(say("editor.section-scaling"), say("editor.section-scaling-note"))
    own = metric.get("normalisation")
    method = own.get("method", "goalposts") if isinstance(own, dict) else own
    fields.select(
        f"fw-{id}-normalisation",
        say("editor.field-metric.normalisation"),
        {"": say("editor.default")} | normalisations(language()),
        method or "",
        lambda chosen: edit(
            id, ("metric", "normalisation"), {"method": chosen} if chosen else None
        ),
    )
    directions = {one: say(f"editor.direction-{one}") for one in ("up", "down", "interval")}
    direction = metric.get("direction", "up")
    fields.choice(
        id, ("metric", "direction"), say("editor.field-metric.direction"), directions, direction
    )
    posts = metric.get("goalposts")
    if posts == "sample":
        frame.remark(say("editor.posts-sample"))
    fields.ends(id, ("metric", "goalposts"), (say("editor.post-0"), say("editor.post-100")), posts)
    if direction == "interval":
        labels = (say("editor.optimum-low"), say("editor.optimum-high"))
        fields.ends(id, ("metric", "optimum"), labels, metric.get("optimum"))
    elif isinstance(posts, list | tuple):
        st.button(
            say("editor.swap"),
            key="swap-goalposts",
            on_click=edit,
            args=(id, ("metric", "goalposts"), list(reversed(posts))),
        )


def _items(entry: dict[str, Any]) -> None:
    items = (entry.get("survey") or {}).get("items") or ()
    if not items:
        frame.section(say("editor.section-definition"))
        for key in ("definition", "formula"):
            words = entry.get(key)
            if isinstance(words, dict):
                frame.remark(str(words.get(language(), "")))
        return
    frame.section(say("editor.section-items"), say("editor.section-items-note"))
    for item in items:
        words = item.get("text") if isinstance(item.get("text"), dict) else {}
        for lang in ("zh", "en"):
            label = f"{item['id']} · {say(f'editor.field-text.{lang}')}"
            fields.text(item["id"], ("text", lang), literal(label), words.get(lang))
        fields.switch(item["id"], ("reverse",), say("editor.reverse"), bool(item.get("reverse")))
