"""Comparisons in pairs: one pair a screen, how consistent the answers are, and what they give
beside other methods."""

from __future__ import annotations

import streamlit as st

from actions.framework.drafts import Draft
from actions.framework.judgements import (
    METHODS,
    TABLES,
    Judgements,
    Person,
    add_expert,
    choose_rule,
    judge,
    judgements,
    remove_expert,
    take_back,
    use_judgements,
    weights_beside,
)
from charts.framework.judgements import (
    STEPS,
    consistency_sentence,
    dispersion_dots,
    methods_beside,
    own_weights_table,
    person_table,
    revision_sentences,
    step_text,
)
from pages import frame, opening
from pages.literal import literal
from pages.manage import fields, keeping
from pages.view import access, language, say, select, tokens


def show(draft: Draft, id: str, round_id: str | None, *, synthetic: bool) -> None:
    found = judgements(access(), draft, id)
    if not found.comparable:
        frame.section(say("editor.not-comparable"), say("editor.not-comparable-note"))
        return
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        person = _choose_person(found)
        if person is None:
            frame.section(say("editor.no-expert"), say("editor.no-expert-note"))
        else:
            _one_pair(found, person)
    with right:
        if person is not None:
            _consistency(found, person)
        _together(found)
    _pictures(draft, found, round_id, synthetic)


def _choose_person(found: Judgements) -> Person | None:
    first, second = st.columns(2, vertical_alignment="bottom")
    names = {one.name: one.name for one in found.people}
    with second, st.popover(say("editor.add-expert"), icon=":material/person_add:"):
        st.text_input(say("editor.expert-name"), key="expert-name", max_chars=40)
        st.button(
            say("editor.add"), key="add-expert", on_click=_add, args=(found.node,), type="primary"
        )
    if not names:
        return None
    with first:
        name = select("expert", say("editor.expert"), names, next(reversed(names)))
    return found.person(name)


def _add(node: str) -> None:
    name = str(st.session_state["expert-name"]).strip()
    keeping.change(add_expert, node, name)
    st.query_params["expert"] = name
    st.session_state["expert-name"] = ""


def _one_pair(found: Judgements, person: Person) -> None:
    """The pair asked about, its scale, and the ways back and on."""
    lang, state = language(), person.state
    count = len(state.pairs)
    asked = st.query_params.get("pair", "")
    known = asked.isdecimal() and 1 <= int(asked) <= count
    place = int(asked) - 1 if known else state.next_place
    st.query_params["pair"] = str(place + 1)
    pair = state.pairs[place]
    first, second = (found.names[child][lang] for child in pair)
    frame.section(
        say("editor.pair", a=first, b=second),
        say("editor.pair-note", at=place + 1, count=count, judged=len(state.ratios)),
    )
    st.progress(len(state.ratios) / count)
    key = f"pair-{found.node}-{person.name}-{place}"
    st.session_state[key] = person.steps.get(pair)
    st.radio(
        say("editor.scale"),
        STEPS,
        format_func=lambda step: literal(step_text(step, first, second, lang)),
        key=key,
        on_change=lambda: keeping.change(
            judge, found.node, person.name, pair, st.session_state[key]
        ),
    )
    with st.container(horizontal=True):
        st.button(
            say("editor.pair-back"),
            key="pair-back",
            disabled=place == 0,
            on_click=_go,
            args=(place,),
        )
        st.button(
            say("editor.pair-next"),
            key="pair-next",
            type="primary",
            disabled=pair not in state.ratios or (state.complete and place == count - 1),
            on_click=_go,
            args=(place + 2,),
        )
        st.button(
            say("editor.undo"),
            key="pair-undo",
            disabled=not state.ratios,
            on_click=_undo,
            args=(found.node, person),
        )
        st.button(
            say("editor.remove-expert"),
            key="remove-expert",
            type="tertiary",
            on_click=keeping.change,
            args=(remove_expert, found.node, person.name),
        )


def _go(place: int) -> None:
    st.query_params["pair"] = str(place)


def _undo(node: str, person: Person) -> None:
    """Take the last judgement back and stand at its pair."""
    last = list(person.state.ratios)[-1]
    keeping.change(take_back, node, person.name)
    _go(person.state.pairs.index(last) + 1)


def _consistency(found: Judgements, person: Person) -> None:
    lang = language()
    frame.section(consistency_sentence(person, found.names, lang), say("editor.cr-note"))
    for sentence in revision_sentences(person, found.names, lang):
        frame.remark(sentence)
    if not person.accepted and person.state.revision is not None:
        revision = person.state.revision
        pair = (person.state.covered[revision.i], person.state.covered[revision.j])
        st.button(
            say("editor.to-pair"),
            key="to-pair",
            on_click=_go,
            args=(person.state.pairs.index(pair) + 1,),
        )
    if person.state.covered:
        frame.table(own_weights_table(person, found.names, lang))


def _together(found: Judgements) -> None:
    """Everybody's progress, the rule, and whether the framework uses it."""
    if not found.people:
        return
    st.space("small")
    frame.section(
        say("editor.people"),
        ""
        if found.consistency is None
        else say("editor.joint-cr", ratio=f"{found.consistency.ratio:.3f}"),
    )
    frame.table(person_table(found, language()))
    first, second = st.columns(2)
    with first:
        fields.select(
            f"rule-{found.node}",
            say("editor.rule"),
            {one: say(f"editor.method-{one}") for one in METHODS},
            found.method,
            lambda one: keeping.change(choose_rule, found.node, one, found.table),
        )
    with second:
        fields.select(
            f"table-{found.node}",
            say("editor.table"),
            {one: say(f"editor.table-{one}") for one in TABLES},
            found.table,
            lambda one: keeping.change(choose_rule, found.node, found.method, one),
        )
    if found.in_framework:
        frame.remark(say("editor.in-framework"))
        return
    frame.remark(say("editor.not-in-framework"))
    st.button(
        say("editor.use-judgements", count=len(found.finished)),
        key="use-judgements",
        type="primary",
        disabled=not found.finished,
        on_click=keeping.change,
        args=(use_judgements, found.node),
    )


def _pictures(draft: Draft, found: Judgements, round_id: str | None, synthetic: bool) -> None:
    lang, colours = language(), tokens()
    source = opening.source(say("editor.source", node=found.node), synthetic=synthetic)
    shown = dispersion_dots(found, colours, lang)
    if shown is not None:
        st.space("small")
        frame.picture(shown, "experts", source)
    reports = keeping.data_weights(round_id, found.node) if round_id else {}
    weights = weights_beside(access(), draft, found.node, reports)
    st.space("small")
    frame.picture(
        methods_beside(weights, found.children, found.names, colours, lang),
        "methods",
        source,
    )
    if round_id:
        frame.remark(say("editor.data-note", round=round_id))
