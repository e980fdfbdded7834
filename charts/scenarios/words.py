"""A scenario in words: the finding, four figures, and every provision as a sentence.

They draw the report of `actions.scenarios.simulation.simulate_report`; model results begin with the words
that they hold under the listed assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.city.words import likelihood
from charts.house.numbers import NOT_APPLICABLE, interval, probability, score, signed
from charts.portfolio.words import money
from locales import translate

Report = Mapping[str, Any]
NOTHING = "do-nothing"
"""Id of the scenario that takes no measures; it is always there and never stored."""
QUARTER = 3.0
MOST_NAMED = 4
WEAK_LEVEL = 3


def scenario_name(content: Mapping[str, Any], language: str) -> str:
    return str((content.get("name") or {}).get(language) or content["scenario"])


def reaches(probabilities: Mapping[str, float] | None, level: int) -> float | None:
    """P(at least the level), None where levels are not given."""
    if probabilities is None:
        return None
    return min(1.0, sum(p for at, p in probabilities.items() if int(at) >= level))


def below(report: Report, level: int) -> tuple[float, float]:
    """Expected departments below a level, before and after."""

    def count(key: str) -> float:
        return sum(
            sum(p for at, p in unit[key].items() if int(at) < level)
            for unit in report["units"]
            if unit[key] is not None
        )

    return count("baseline_level_probability"), count("level_probability")


def scenario_finding(report: Report, level: int, language: str) -> str:
    """What it costs, where the city gets, and how likely the level is."""
    city = report["city"]
    before, after = (
        reaches(city[key], level) for key in ("baseline_level_probability", "level_probability")
    )
    chances = [probability(p or 0.0) for p in (before, after)]
    key = "scenario.finding" if report["measures"] else "scenario.finding-nothing"
    if after is None:
        key = f"{key}-unrated"
    elif report["measures"] and chances[0] == chances[1]:
        key = f"{key}-same"
    return translate(
        key,
        language,
        name=report["name"][language],
        years=report["horizon_years"],
        cost=money(report["cost"]["horizon_total"], language),
        before=score(city["baseline"]["score"]),
        after=score(city["projected"]["score"]),
        level=level,
        p_before=chances[0],
        p_after=chances[1],
    )


def scenario_reason(report: Report, language: str) -> str:
    """Under the listed assumptions: the gain with its interval, weak departments, the worst-off."""
    if not report["measures"]:
        return translate("scenario.reason-nothing", language)
    gain = report["city"]["gain"]
    before, after = below(report, WEAK_LEVEL)
    worst = report["worst_off"]
    name = next(u["name"][language] for u in report["units"] if u["id"] == worst["id"])
    return translate(
        "scenario.reason",
        language,
        gain=score(gain["score"]),
        interval=interval(gain["low"], gain["high"], language),
        level=WEAK_LEVEL,
        before=score(before),
        after=score(after),
        worst=name,
        least=signed(worst["gain"]),
    )


def figures(
    report: Report, level: int, budget: float | None, language: str
) -> list[tuple[str, str, str]]:
    """Four figures: what of, the figure, what stands behind it."""
    cost, city = report["cost"], report["city"]
    before, after = (
        reaches(city[key], level) for key in ("baseline_level_probability", "level_probability")
    )
    weak = below(report, WEAK_LEVEL)
    spent = translate(
        "scenario.cost-range",
        language,
        low=money(cost["low"], language),
        high=money(cost["high"], language),
    )
    if budget is not None:
        over = "over" if cost["horizon_total"] > budget + 1e-9 else "within"
        left = money(abs(budget - cost["horizon_total"]), language)
        spent += translate(
            f"scenario.budget-{over}", language, budget=money(budget, language), left=left
        )
    projected = city["projected"]
    return [
        (
            translate("scenario.of-cost", language, years=report["horizon_years"]),
            translate("scenario.amount", language, amount=money(cost["horizon_total"], language)),
            spent,
        ),
        (
            translate("scenario.of-score", language),
            f"{score(city['baseline']['score'])} → {score(projected['score'])}",
            translate(
                "scenario.score-range",
                language,
                interval=interval(projected["low"], projected["high"], language).strip(),
                gain=score(city["gain"]["score"]),
            ),
        ),
        (
            translate("scenario.of-level", language, level=level),
            NOT_APPLICABLE
            if before is None or after is None
            else f"{probability(before)} → {probability(after)}",
            "" if after is None else likelihood(after, language),
        ),
        (
            translate("scenario.of-weak", language, level=WEAK_LEVEL),
            f"{score(weak[0])} → {score(weak[1])}",
            translate("scenario.weak-note", language, count=len(report["units"])),
        ),
    ]


def when(months: float, language: str) -> str:
    """第 1 年第 3 季度."""
    quarter = int(months // QUARTER)
    return quarter_name(quarter, language)


def quarter_name(quarter: int, language: str) -> str:
    """The quarter that begins after so many quarters, counted from the baseline."""
    return translate("scenario.quarter", language, year=quarter // 4 + 1, quarter=quarter % 4 + 1)


def provision_sentences(
    report: Report, content: Mapping[str, Any], places: Report, catalogue: Report, language: str
) -> list[str]:
    """Every provision of a scenario in a sentence, in the order in which they begin.

    ``content`` as stored, for when and where measures were meant; ``places`` of
    `actions.scenarios.edits.plan_places`; ``catalogue`` a report of the measures.
    """
    requires = {one["id"]: one["requires"] for one in catalogue["measures"]}
    planned = {one["id"]: one for one in content.get("measures", ())}
    unmet = {one["measure"]: one for one in report["unmet"]}
    said = [
        _provision(
            one, planned.get(one["id"], {}), unmet.get(one["id"]), places, requires, language
        )
        for one in report["measures"]
    ]
    taken = {one["id"] for one in report["measures"]}
    said += [translate("scenario.nowhere", language, id=id) for id in planned if id not in taken]
    return said or [translate("scenario.no-provisions", language)]


def _provision(
    one: Report,
    planned: Report,
    unmet: Report | None,
    places: Report,
    requires: Report,
    language: str,
) -> str:
    start = int(planned.get("start", 0))
    late = one["begins_month"] >= QUARTER * (start + 1)
    waits = _waits(one["waits_for"], requires[one["id"]], language)
    text = translate(
        "scenario.provision",
        language,
        start=quarter_name(start, language),
        where=where(planned, places, language),
        name=f"{one['id']} {one['name'][language]}",
        first=money(one["first_year"], language),
        annual=money(one["annual"], language),
    )
    if waits:
        text += translate(
            "scenario.waits-late" if late else "scenario.waits",
            language,
            names=waits,
            begins=when(one["begins_month"], language),
        )
    text += translate("scenario.works", language, works=when(one["works_month"], language))
    if unmet is not None:
        names = translate("wording.comma", language).join(
            str(need).replace("|", translate("measures.or", language)) for need in unmet["needs"]
        )
        text += translate("scenario.idle", language, names=names, count=unmet["departments"])
    if one["draft"]:
        text += translate("scenario.draft", language)
    return text + translate("scenario.stop", language)


def _waits(taken: Sequence[str], requires: Report, language: str) -> str:
    """M06、M17; M01 或 M02: of the prerequisites, those that the scenario takes."""
    either = translate("measures.or", language)
    some = [either.join(id for id in one if id in taken) for one in requires["any"]]
    parts = [*(id for id in requires["all"] if id in taken), *some]
    return translate("wording.comma", language).join(part for part in parts if part)


def where(planned: Report, places: Report, language: str) -> str:
    """全部部门; 民生与社会组（9 个部门）; 财政局、教育局等 7 个部门."""
    between = translate("wording.comma", language)
    groups, departments = planned.get("groups") or (), planned.get("departments", "all")
    named = [] if departments == "all" else list(departments)
    if departments == "all" and not groups:
        return translate("scenario.everywhere", language)
    parts = [
        translate(
            "scenario.group", language, name=group, count=len(places["groups"].get(group, ()))
        )
        for group in groups
    ]
    if named:
        names = [places["departments"].get(id, {}).get(language, id) for id in named]
        shown = between.join(names[:MOST_NAMED])
        key = "scenario.departments-more" if len(names) > MOST_NAMED else "scenario.departments"
        parts.append(translate(key, language, names=shown, count=len(names)))
    return between.join(parts)


def check_sentences(report: Report, language: str) -> list[str]:
    """Every check with its fix and code: budget, prerequisites, halved effects, capacity, cautions."""
    return [
        translate(
            "scenario.check",
            language,
            message=one["message"][language],
            fix=one["fix"][language],
            code=one["code"],
        )
        for one in report["checks"]
    ]
