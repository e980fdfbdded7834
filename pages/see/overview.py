"""The leader's overview: how far the city is, and what to mend first."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.city.matrix import matrix, translate_group
from charts.city.movers import movers
from charts.city.pictures import city_bar, factor_rows
from charts.city.words import (
    city_finding,
    city_reason,
    remedy_name,
    remedy_sentence,
    weak_point_sentence,
)
from charts.house.numbers import percent
from charts.house.theme import factor_colour
from pages import frame, opening, results
from pages.literal import literal
from pages.see.reasons import city_reasons
from pages.view import language, say, segments, select, tokens

ALL = "all"
NONE = "none"
MEASURE = {"part": "measure", "factor": "any", "cause": "any", "cost": "any", "drafts": "all"}
"""What the page of measures has to be asked for, to show one whatever was filtered before."""

lang, colours = language(), tokens()
choices = opening.choices_or_stop()

rounds = list(reversed(choices.rounds))
groups = list(dict.fromkeys(group for _, _, group in choices.departments if group))
first, second, third, right = st.columns([1.1, 1.1, 1.5, 3.3], vertical_alignment="bottom")
with first:
    round_id = opening.select_round(choices)
with second:
    others = [one for one in rounds if one != round_id]
    before = [one for one in others if rounds.index(one) > rounds.index(round_id)]
    compared = select(
        "compared",
        say("view.compared"),
        {one: one for one in others} | {NONE: say("view.no-comparison")},
        before[0] if before else NONE,
    )
with third:
    named = {one: translate_group(one, lang) for one in groups}
    group = select("group", say("view.group"), {ALL: say("view.all-departments")} | named, ALL)
view = results.city(round_id, None if compared == NONE else compared)
within = None if group == ALL else group
with right:
    frame.strip(
        (
            (say("view.framework"), view.framework),
            (say("view.respondents"), f"{view.respondents:,}"),
            (say("view.coverage"), percent(view.coverage)),
            (say("view.state"), say(f"round.state.{view.state}")),
        ),
        synthetic=view.synthetic,
    )
frame.finding(
    city_finding(view, say("city.synthetic" if view.synthetic else "city.plain"), lang),
    city_reason(view, lang),
)
source = opening.source(
    say("page.source", round=round_id, framework=view.framework), synthetic=view.synthetic
)


def weak_points() -> list[DeltaGenerator]:
    """A card for each weak point, with room for a measure, and room for a note on all."""
    cards = st.columns(len(view.weak_points), gap="medium")
    rooms = []
    for column, weak in zip(cards, view.weak_points, strict=True):
        with column, st.container(key=f"card-{weak.indicator}", height="stretch", gap=None):
            frame.cards(
                [
                    (
                        factor_colour(colours, weak.factor),
                        f"{weak.factor_name[lang]} · {weak.indicator}",
                        weak.name[lang],
                        weak_point_sentence(weak, lang),
                    )
                ]
            )
            rooms.append(st.container(gap=None))
    return [*rooms, st.container()]


def measures_for(rooms: list[DeltaGenerator]) -> None:
    """In the room under each weak point the measure to think of first, where there is one."""
    with rooms[0]:
        found = results.remedies(round_id, tuple(weak.indicator for weak in view.weak_points))
    for weak, room in zip(view.weak_points, rooms[:-1], strict=True):
        remedy = found.get(weak.indicator)
        if remedy is None:
            continue
        with room:
            st.page_link(
                "plan/measures.py",
                label=literal(remedy_name(remedy, lang)),
                icon=":material/construction:",
                width="stretch",
                query_params=MEASURE | {"measure": remedy.measure},
            )
            frame.remark(remedy_sentence(remedy, lang))
    if found:
        with rooms[-1]:
            years = next(iter(found.values())).horizon
            frame.remark(say("overview.remedies-note", years=years))


part = segments(
    "part",
    say("diagnosis.parts"),
    {one: say(f"diagnosis.part-{one}") for one in ("now", "why")},
    "now",
)
st.space("small")
if part == "why":
    city_reasons(round_id, source)
else:
    left, right = st.columns(2, gap="large")
    with left:
        frame.picture(city_bar(view, colours, lang), "city", source)
    with right:
        frame.picture(factor_rows(view, colours, lang), "factors", source)

    if view.weak_points:
        frame.section(say("overview.weak", count=len(view.weak_points)), say("overview.weak-note"))
        below = weak_points()
        st.space("small")

    left, right = st.columns([1.15, 1], gap="large")
    with left:
        frame.picture(matrix(view, colours, lang, within), "departments", source)
    with right:
        moved = movers(view, colours, lang, within)
        if moved is not None:
            frame.picture(moved, "movers", source)
            frame.remark(moved.sentence)
        names = {id: name[lang] for id, name, _ in choices.departments}
        inside = [row for row in view.rows if within in (None, row.group)]
        listed = {row.id: names[row.id] for row in inside}
        if listed:
            first_shown = next((row for row in inside if row.overall.score is not None), inside[0])
            chosen = select("department", say("overview.open"), listed, first_shown.id)
            st.page_link(
                "see/department.py",
                label=literal(say("overview.open-link", name=listed[chosen])),
                icon=":material/arrow_forward:",
            )
    # Last, so that nobody waits for measures before seeing where the city stands.
    if view.weak_points:
        measures_for(below)

absent = say("wording.comma")
frame.footnote(
    say("overview.absent", names=absent.join(name[lang] for name in view.absent))
    if view.absent
    else "",
    say("page.self-report"),
)
