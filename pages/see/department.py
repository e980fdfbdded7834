"""One department: why it is at its level, and what is missing for the next."""

from __future__ import annotations

import streamlit as st

from charts.city.answers import answer_bars
from charts.city.department import course, indicator_dots, largest_gaps
from charts.city.ladder import ladder
from charts.city.matrix import translate_group
from charts.city.words import department_finding, department_reason
from charts.house.numbers import percent, respondents
from pages import frame, opening, results
from pages.see.reasons import department_reasons
from pages.view import language, say, segments, select, select_many, tokens

GROUP, CITY, OWN = "group", "city", "own"

lang, colours = language(), tokens()
choices = opening.choices_or_stop()

names = {id: name[lang] for id, name, _ in choices.departments}
group_of = {id: group for id, _, group in choices.departments}
ids = sorted(names, key=lambda id: (group_of[id], names[id]))
first, second, third, right = st.columns([0.9, 1.6, 1.6, 2.6], vertical_alignment="bottom")
with first:
    round_id = opening.select_round(choices)
with second:
    department = select(
        "department",
        say("view.department"),
        {id: names[id] for id in ids},
        lambda: next((id for id in ids if id in results.shown(round_id)), ids[0]),
    )
with third:
    kinds = {CITY: say("view.peers-city"), OWN: say("view.peers-own")}
    if group_of[department]:
        group = translate_group(group_of[department], lang)
        kinds = {GROUP: say("view.peers-group", group=group)} | kinds
    kind = select("peers", say("view.peers"), kinds, next(iter(kinds)))
if kind == OWN:
    others = {id: names[id] for id in ids if id != department}
    peers = tuple(select_many("with", say("view.peers-pick"), others))
elif kind == CITY:
    peers = tuple(ids)
else:
    peers = None
view = results.department(round_id, department, peers)
if view is None:
    frame.finding(
        say("department.empty", name=names[department], round=round_id),
        say("department.empty-reason"),
    )
    st.stop()
with right:
    frame.strip(
        (
            (say("view.respondents"), respondents(view.respondents)),
            (say("view.coverage"), percent(view.coverage)),
            (say("view.status"), say(f"status.{view.row.status}")),
        ),
        synthetic=view.synthetic,
    )
frame.finding(department_finding(view, lang), department_reason(view, lang))
source = opening.source(
    say("page.source-department", round=round_id, name=names[department]), synthetic=view.synthetic
)

part = segments(
    "part",
    say("diagnosis.parts"),
    {one: say(f"diagnosis.part-{one}") for one in ("now", "why")},
    "now",
)
st.space("small")
if part == "why":
    department_reasons(round_id, department, source)
else:
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        frame.picture(indicator_dots(view, colours, lang), "indicators", source)
        answered = answer_bars(view, colours, lang)
        if answered is not None:
            frame.picture(answered, "answers", source)
    with right:
        frame.rungs(ladder(view, lang))
        st.space("small")
        gaps = largest_gaps(view, colours, lang)
        if gaps is not None:
            frame.picture(gaps, "gaps", source)
        trend = course(view, colours, lang)
        if trend is not None:
            frame.picture(trend, "course", source)

between = say("wording.comma")
frame.footnote(
    say("department.peers", names=between.join(name[lang] for name in view.peers))
    if view.peers
    else "",
    say("department.missing", names=between.join(name[lang] for name in view.missing))
    if view.missing
    else "",
    say("page.self-report"),
)
