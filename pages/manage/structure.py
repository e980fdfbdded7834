"""Parts of a framework draft added, moved and removed, and what that breaks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from actions.framework.drafts import Draft, DraftView
from actions.framework.fit import RoundFit
from actions.framework.structure import (
    Places,
    add_part,
    item_ids,
    move_part,
    part_form,
    part_places,
    removal,
    remove_part,
    spare_items,
)
from charts.framework.fit import break_sentence, fit_table, removal_sentences, some
from charts.framework.tables import entry_of, named, part_names
from pages import frame
from pages.literal import literal
from pages.manage import keeping
from pages.manage.part_form import Entry
from pages.manage.part_form import part_form as form_of
from pages.view import access, language, say

MORE = ("definition", "formula", "responds", "source", "status")
MORE_OF_METRICS = ("transform", "over_periods", "error_sd", "source", "status")
MOST_NEW = 12
"""New items that one form holds."""


def show(draft: Draft, view: DraftView, id: str, fits: Sequence[RoundFit]) -> None:
    places = part_places(access(), draft, id, keeping.data())
    left, right = st.columns([1.35, 1], gap="large")
    with left:
        _add(draft, view, id, places)
    with right:
        _arrange(draft, view, id)
    keeping.show_refusals()
    st.space("small")
    breaks(view, fits)


def breaks(view: DraftView, fits: Sequence[RoundFit]) -> None:
    """What the draft breaks in rounds that are there."""
    if not fits or not view.edits:
        return
    lang = language()
    frame.section(say("structure.breaks"), break_sentence(fits, view.name, lang))
    frame.table(fit_table(fits, lang), wrap=(2, 3, 4))


def _add(draft: Draft, view: DraftView, id: str, places: Places) -> None:
    child, lang = places.child, language()
    if child is None:
        frame.section(say("structure.nothing-to-add"), say("structure.nothing-to-add-note"))
        return
    whole = say("structure.whole")
    name = whole if id == "overall" else named(view.content, id, lang)
    frame.section(say(f"structure.add-{child}", name=name), say(f"structure.add-{child}-note"))
    form = _form(draft, id)
    entry: Entry | None = None
    items: list[str] = []
    if child == "item":
        if _either("item-from", ("new", "held"), form) == "new":
            entry = form_of(part_form(access(), "item"), form, suggested=places.free)
        else:
            items = _spare(draft, id, form)
    elif child == "indicator":
        entry, items = _indicator(draft, id, places, form)
    else:
        entry = form_of(part_form(access(), child), form, suggested=places.free)
    label = say("structure.take" if entry is None else "structure.add")
    wanting = entry is None and not items
    asked = st.button(label, type="primary", key=f"{form}-add", disabled=wanting)
    if asked and keeping.attempt(add_part, id, entry, items, None, keeping.data()):
        st.session_state["structure-forms"] = st.session_state.get("structure-forms", 0) + 1
        if child in ("factor", "dimension") and entry is not None:
            # It is empty: what comes next is to add under it.
            st.query_params["node"] = str(entry["id"])
        st.rerun()


def _form(draft: Draft, id: str) -> str:
    """Keys of a form; an added part begins another one."""
    return f"add-{draft.id}-{id}-{st.session_state.get('structure-forms', 0)}"


def _either(what: str, options: tuple[str, str], form: str) -> str:
    words = {one: say(f"structure.{what}-{one}") for one in options}
    label, key = say(f"structure.{what}"), f"{form}-structure.{what}"
    return st.radio(label, options, format_func=words.__getitem__, key=key, horizontal=True)


def _indicator(draft: Draft, id: str, places: Places, form: str) -> tuple[Entry, list[str]]:
    """A new indicator as its form has it, and the items that it takes over."""
    kinds = part_form(access(), "indicator")
    entry = form_of(kinds, form, suggested=places.free, left_out=MORE)
    items: list[str] = []
    survey = _either("measured", ("survey", "metric"), form) == "survey"
    if survey:
        items = _spare(draft, id, form)
        new = _new_items(draft, form, str(entry.get("id", "")), 0 if items else 1)
        entry["survey"] = {"items": new}
    else:
        entry["metric"] = _metric(form)
    with st.expander(say("structure.more")):
        others = [one.name for one in kinds if one.name not in MORE]
        entry |= form_of(kinds, form, left_out=others)
        if not survey:
            metrics = part_form(access(), "metric")
            others = [one.name for one in metrics if one.name not in MORE_OF_METRICS]
            entry["metric"] |= form_of(metrics, form, of="metric.", left_out=others)
    return entry, items


def _metric(form: str) -> Entry:
    kinds = part_form(access(), "metric")
    direction = st.session_state.get(f"{form}-metric.direction")
    left_out = [*MORE_OF_METRICS, *(() if direction == "interval" else ("optimum",))]
    return form_of(kinds, form, of="metric.", left_out=left_out)


def _new_items(draft: Draft, form: str, indicator: str, least: int) -> list[Entry]:
    count = st.number_input(
        say("structure.new-items"),
        min_value=0,
        max_value=MOST_NEW,
        value=least,
        key=f"{form}-count",
    )
    fields, found = part_form(access(), "item"), []
    ids = item_ids(access(), draft, indicator, int(count or 0), keeping.data())
    for place, suggested in enumerate(ids):
        with st.container(border=True):
            found.append(form_of(fields, f"{form}-item-{place}", suggested=suggested))
    return found


def _spare(draft: Draft, id: str, form: str) -> list[str]:
    lang = language()
    words = {
        one.id: f"{one.id} {one.text[lang]} · "
        + (one.home or say("structure.answered", round=one.round))
        for one in spare_items(access(), draft, keeping.data())
        if one.home != id
    }
    return st.multiselect(
        say("structure.spare"),
        list(words),
        format_func=words.__getitem__,
        placeholder=say("view.choose"),
        key=f"{form}-spare",
    )


def _arrange(draft: Draft, view: DraftView, id: str) -> None:
    """Move or remove the node, or one of its items."""
    lang = language()
    frame.section(say("structure.arrange"))
    items = (entry_of(view.content, id).get("survey") or {}).get("items") or []
    ids = [*([] if id == "overall" else [id]), *(str(one["id"]) for one in items)]
    if not ids:
        frame.remark(say("structure.arrange-whole"))
        return
    what = ids[0]
    if len(ids) > 1:
        words = {one: named(view.content, one, lang) for one in ids}
        what = st.selectbox(
            say("structure.what"), ids, format_func=words.__getitem__, key=f"arrange-{id}"
        )
    places = part_places(access(), draft, what, keeping.data())
    _move(view, what, places)
    _remove(draft, view, what, places)


def _move(view: DraftView, id: str, places: Places) -> None:
    lang = language()
    whole = say("structure.whole")
    words = {
        one: whole if one == "overall" else named(view.content, one, lang) for one in places.parents
    }
    parents = list(words)
    parent = st.selectbox(
        say("structure.under"),
        parents,
        index=parents.index(places.parent) if places.parent in parents else 0,
        format_func=words.__getitem__,
        key=f"move-{id}-{places.parent}",
    )
    beside = places.siblings[parent]
    spots = ["", *beside]
    texts = {one: say("structure.behind", name=named(view.content, one, lang)) for one in beside}
    texts[""] = say("structure.first")
    after = st.selectbox(
        say("structure.place"),
        spots,
        index=spots.index(places.after) if parent == places.parent else len(spots) - 1,
        format_func=texts.__getitem__,
        key=f"place-{id}-{parent}-{places.after}",
    )
    stays = (parent, after) == (places.parent, places.after)
    if st.button(say("structure.move"), key=f"move-{id}", disabled=stays) and keeping.attempt(
        move_part, id, parent, after
    ):
        st.rerun()


def _remove(draft: Draft, view: DraftView, id: str, places: Places) -> None:
    lang = language()
    st.space("small")
    found = removal(access(), draft, id, keeping.data())
    frame.section(say("structure.remove-title", name=named(view.content, id, lang)))
    sentences = removal_sentences(found, part_names(view.content), lang)
    for sentence in sentences or [say("structure.goes-nothing")]:
        frame.remark(sentence)
    clean = True
    if found.references:
        names = some([one.id for one in found.references], lang)
        clean = st.checkbox(
            literal(say("structure.clean", names=names)), value=True, key=f"clean-{id}"
        )
    if st.button(say("structure.remove"), key=f"remove-{id}") and keeping.attempt(
        remove_part, id, clean
    ):
        if places.kind != "item":
            st.query_params["node"] = places.parent
        st.rerun()
