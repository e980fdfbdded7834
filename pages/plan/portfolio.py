"""Compare plans: which scenario gets the city to its target, and the best portfolio for a budget."""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions.documents import portfolio_document
from actions.errors import Refused
from actions.framework.frameworks import dimension_factors
from actions.jobs import FINISHED, finished_job, job_state, start_job
from actions.portfolio import optimise_arguments
from actions.scenarios.stored import list_scenarios, save_scenario
from charts.portfolio.assumptions import information_bars, item_bars, tornado_bars
from charts.portfolio.comparison import acceptability_curves, dots, loss_curves, plan_table, plane
from charts.portfolio.optimum import frontier_line, inclusion_bars, provision_table, rivals_table
from charts.portfolio.words import (
    comparison_finding,
    comparison_reason,
    discovery_sentence,
    information_sentence,
    money_in_words,
    optimum_finding,
    optimum_reason,
    rescored_sentence,
)
from charts.scenarios.roadmap import roadmap
from pages import frame, opening, results
from pages.literal import literal
from pages.running import watch
from pages.view import access, language, say, segments, select, select_many, tokens

HORIZONS = (1, 2, 3, 4, 5)
VALUES = ("50", "100", "200", "500", "1000")
PARTS = ("compare", "value", "assumptions", "roadmap", "optimum")
AIMS = ("expected", "probability", "worst-off-gain", "cvar")
NO_FLOOR = "none"
FRONTIER_POINTS = 12
DOCUMENTS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

lang, colours = language(), tokens()
choices = opening.choices_or_stop()
first, second, third, fourth, right = st.columns(
    [0.9, 0.9, 1.4, 1.2, 2.6], vertical_alignment="bottom"
)
with first:
    round_id = opening.select_round(choices)
with second:
    years = {str(n): say("portfolio.years", years=n) for n in HORIZONS}
    horizon = int(select("horizon", say("portfolio.horizon"), years, "3"))
catalogue = results.catalogue()
levels = results.levels(round_id)
with third:
    targets = {str(k): say("portfolio.target-level", level=k) for k in range(2, levels + 1)}
    target = int(
        select("target", say("portfolio.target"), targets, str(results.next_level(round_id)))
    )
with fourth:
    worth = {one: money_in_words(float(one), lang) for one in VALUES}
    value = float(select("worth", say("portfolio.value"), worth, "200"))
stored = {one.id: dict(one.content) for one in list_scenarios(access())}
named = {id: results.scenario_name(content, lang) for id, content in stored.items()}
chosen = select_many("plans", say("portfolio.chosen"), named) if named else []
compared = tuple(chosen or list(named)[:5])
try:
    report = results.plans(round_id, compared, horizon, target, value)
except Refused as refusal:
    frame.refused([found.as_json() for found in refusal.findings])
    st.stop()
with right:
    frame.strip(
        (
            (say("portfolio.drawn"), f"{report['draws']:,}"),
            (say("view.seed"), str(report["seed"])),
        ),
        synthetic=bool(report["synthetic"]),
        marks=(say("portfolio.assumption-badge"),),
    )
source = opening.source(
    say(
        "portfolio.source",
        round=round_id,
        draws=report["draws"],
        seed=report["seed"],
        catalogue=catalogue["name"],
    ),
    synthetic=bool(report["synthetic"]),
)
if compared:
    frame.finding(comparison_finding(report, lang), comparison_reason(report, lang))
else:
    frame.finding(say("portfolio.empty"), say("portfolio.empty-reason"))
part = segments(
    "part",
    say("portfolio.parts"),
    {one: say(f"portfolio.part-{one}") for one in PARTS},
    PARTS[0] if compared else "optimum",
)


def compare_part() -> None:
    frame.section(say("portfolio.all-table"), say("portfolio.all-table-note"))
    frame.table(plan_table(report, lang))
    st.space("small")
    left, middle = st.columns(2, gap="large")
    with left:
        frame.picture(dots(report, colours, lang), "dots", source)
    with middle:
        frame.picture(plane(report, optimum_report(), colours, lang), "plane", source)
    for kind, mime in DOCUMENTS.items():
        st.download_button(
            say(f"portfolio.download-{kind}"),
            lambda kind=kind: portfolio_document(report, optimum_report(), kind, lang),
            f"fourfold-plans-{round_id}.{kind}",
            mime,
            key=f"download-{kind}",
            icon=":material/download:",
        )


def value_part() -> None:
    left, middle = st.columns(2, gap="large")
    with left:
        frame.picture(acceptability_curves(report, colours, lang), "acceptability", source)
    with middle:
        frame.picture(loss_curves(report, colours, lang), "loss", source)
    shown = item_bars(report, colours, lang)
    if shown is not None:
        frame.picture(shown, "items", source)


def assumptions_part() -> None:
    left, middle = st.columns(2, gap="large")
    for place, draw in ((left, tornado_bars), (middle, information_bars)):
        shown = draw(report, colours, lang)
        if shown is not None:
            with place:
                frame.picture(shown, draw.__name__.replace("_", "-"), source)
    for sentence in (information_sentence(report, lang), discovery_sentence(report, lang)):
        if sentence:
            frame.remark(sentence)


def roadmap_part() -> None:
    options = {str(k): one["name"][lang] for k, one in enumerate(report["scenarios"]) if k}
    if not options:
        frame.section(say("portfolio.empty"))
        return
    default = str(report["recommended"] or 1)
    place = int(select("plan", say("portfolio.roadmap-of"), options, default))
    plan = report["scenarios"][place]
    shown = roadmap(plan, dimension_factors(access(), round_id), colours, lang)
    if shown is not None:
        frame.picture(shown, "roadmap", source)
    if plan["checks"]:
        frame.findings(plan["checks"])


def conditions() -> dict[str, Any]:
    """What the planner asks the optimiser for."""
    left, middle, third, fourth = st.columns(4, vertical_alignment="bottom")
    ids = {one["id"]: f"{one['id']} {one['name'][lang]}" for one in catalogue["measures"]}
    with left:
        budget = st.number_input(
            say("portfolio.budget"), min_value=0, value=2000, step=100, key="budget"
        )
    with middle:
        scopes = {one: say(f"portfolio.scope-{one}") for one in ("city", "department")}
        scope = select("scope", say("portfolio.scope"), scopes, "city")
    with third:
        aims = {one: say(f"portfolio.aim-{one}") for one in AIMS}
        aim = select("aim", say("portfolio.aim"), aims, "expected")
    with fourth:
        floors = {NO_FLOOR: say("portfolio.floor-none")} | {
            str(k): say("portfolio.floor-level", level=k) for k in range(2, levels + 1)
        }
        floor = select("floor", say("portfolio.floor"), floors, NO_FLOOR)
    left, middle, third, fourth = st.columns(4, vertical_alignment="bottom")
    with left:
        must = select_many("must", say("portfolio.must"), ids)
    with middle:
        never = select_many("never", say("portfolio.never"), ids)
    with third:
        yearly = st.number_input(
            say("portfolio.yearly"), min_value=0, value=0, step=100, key="yearly"
        )
    with fourth:
        large = st.number_input(say("portfolio.parallel"), min_value=0, value=0, key="parallel")
    return {
        "budget": float(budget),
        "scope": scope,
        "horizon": horizon,
        "must": sorted(must),
        "never": sorted(never),
        "aim": aim,
        "level": target,
        "floor": None if floor == NO_FLOOR else int(floor),
        "yearly": float(yearly) or None,
        "in_parallel": int(large) or None,
        "gap": 1e-4 if scope == "city" else 5e-3,
        "frontier_points": FRONTIER_POINTS if aim == "expected" else 0,
    }


def optimum_report() -> dict[str, Any] | None:
    """The last optimum found in this view, None before."""
    held = st.session_state.get("optimum")
    return held if held and held["round"] == round_id and held["horizon_years"] == horizon else None


def optimum_part() -> None:
    arguments = optimise_arguments(access(), round_id, conditions())
    job_id = st.query_params.get("job")
    job = job_state(access(), job_id) if job_id else None
    if job is not None and (job.kind != "optimise" or dict(job.arguments) != arguments):
        job = None
    if job is None or job.state in FINISHED:
        done = finished_job(access(), "optimise", arguments)
        # What an earlier version of the program found is asked for anew.
        job = done or (None if job is None or job.state == "done" else job)
    if job is None or job.state != "done":
        if job is not None and job.state not in FINISHED:
            frame.section(say("portfolio.running"), say("portfolio.running-note"))
            watch(job.id, "portfolio")
            return
        if job is not None:
            st.warning(say(f"portfolio.ended-{job.state}"))
            frame.findings((job.result or {}).get("findings", ()))  # type: ignore[arg-type]
        if st.button(say("portfolio.run"), type="primary", key="run"):
            st.query_params["job"] = start_job(access(), "optimise", arguments)
            st.rerun()
        return
    found: dict[str, Any] = dict(job.result or {})
    st.session_state["optimum"] = found
    show_optimum(found)


def show_optimum(found: dict[str, Any]) -> None:
    names = {one["id"]: one["name"] for one in catalogue["measures"]}
    frame.section(optimum_finding(found, lang), optimum_reason(found, lang))
    if found["status"] == "infeasible":
        return
    frame.remark(rescored_sentence(found, lang))
    left, middle = st.columns(2, gap="large")
    with left:
        shown = frontier_line(found, colours, lang)
        if shown is not None:
            frame.picture(shown, "frontier", source)
        frame.section(say("portfolio.provisions"), say("portfolio.provisions-note"))
        frame.table(provision_table(found, names, lang), wrap=(0,))
    with middle:
        shown = inclusion_bars(found, names, colours, lang)
        if shown is not None:
            frame.picture(shown, "inclusion", source)
    shown = roadmap(found["rescored"], dimension_factors(access(), round_id), colours, lang)
    if shown is not None:
        frame.picture(shown, "optimum-roadmap", source)
    if found["rescored"]["checks"]:
        frame.findings(found["rescored"]["checks"])
    frame.section(say("portfolio.rivals"), say("portfolio.rivals-note"))
    frame.table(rivals_table(found, lang), wrap=(3,))
    st.space("small")
    keep(found)


def keep(found: dict[str, Any]) -> None:
    """Store the optimum under a name, so that it can be compared and changed."""
    left, middle = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        budget = f"{found['budget']:.0f}" if found["budget"] is not None else ""
        name = st.text_input(say("portfolio.save-as"), value=f"optimum-{budget}", max_chars=60)
    with middle:
        pressed = st.button(say("portfolio.save"), key="save-optimum", disabled=not name.strip())
    if pressed:
        content = {**found["scenario"], "scenario": name.strip(), "budget": found["budget"]}
        content["name"] = {"zh": name.strip(), "en": name.strip()}
        held = next((one for one in list_scenarios(access()) if one.id == name.strip()), None)
        try:
            save_scenario(access(), content, held.version if held else 0)
        except Refused as refusal:
            frame.refused([one.as_json() for one in refusal.findings])
            return
        st.success(literal(say("portfolio.saved", name=name.strip())))


{
    "compare": compare_part,
    "value": value_part,
    "assumptions": assumptions_part,
    "roadmap": roadmap_part,
    "optimum": optimum_part,
}[part]()
