"""Words for plans: money, names, and the finding that a page opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.numbers import interval, probability, score, signed
from locales import translate

Report = Mapping[str, Any]
LARGE_MONEY = 10_000.0
"""万元 from which amounts are written in 亿元."""


def money(amount: float, language: str) -> str:
    """1,985 in 万元; at most one decimal, and only below 100; 亿元 from a hundred million yuan."""
    if abs(amount) >= LARGE_MONEY and language == "zh":
        return f"{amount / LARGE_MONEY:,.2f} 亿"
    text = f"{amount:,.1f}" if 0 < abs(amount) < 100 else f"{amount:,.0f}"
    return text.removesuffix(".0").replace("-", "−")


def money_in_words(amount: float, language: str) -> str:
    """1,985 万元; in English in millions of yuan, CNY 19.9 million."""
    if language == "zh":
        unit = "元" if abs(amount) >= LARGE_MONEY else " 万元"
        return f"{money(amount, language)}{unit}"
    millions = amount / 100
    digits = 0 if abs(millions) >= 1000 else 1 if abs(millions) >= 1 else 2
    return f"CNY {millions:,.{digits}f} million".replace("-", "−")


def plan_name(report: Report, place: int, language: str) -> str:
    return str(report["scenarios"][place]["name"][language])


def plural_list(names: Sequence[str], language: str) -> str:
    return translate("wording.comma", language).join(names)


def comparison_finding(report: Report, language: str) -> str:
    """Which scenario is the likeliest to bring the city to the level, and how likely."""
    best = report["recommended"]
    if not best:
        return translate("portfolio.finding-none", language)
    one = report["scenarios"][best]
    key = "portfolio.finding" if one["reaches"] >= 0.01 else "portfolio.finding-unreached"
    return translate(
        key,
        language,
        name=plan_name(report, best, language),
        cost=money_in_words(one["cost"]["horizon_total"], language),
        level=report["level"],
        p=probability(one["reaches"]),
        gain=score(one["gain"]["score"]),
    )


def comparison_reason(report: Report, language: str) -> str:
    """Under the listed assumptions: the lead over the next, and what half the effect would do."""
    best = report["recommended"]
    parts = [translate("portfolio.under-assumptions", language)]
    if best:
        one = report["scenarios"][best]
        rivals = [
            (other["reaches"], other["gain"]["score"], k)
            for k, other in enumerate(report["scenarios"])
            if k not in (0, best)
        ]
        if rivals:
            chance, gain, k = max(rivals)
            points = round(100 * (one["reaches"] - chance))
            key = "portfolio.reason-lead" if points >= 1 else "portfolio.reason-gain"
            parts.append(
                translate(
                    key,
                    language,
                    rival=plan_name(report, k, language),
                    points=points,
                    gain=signed(one["gain"]["score"] - gain),
                )
            )
        parts.append(
            translate(
                "portfolio.reason-half",
                language,
                p=probability(one["reaches_with_half"]),
                level=report["level"],
            )
        )
        even = report["break_even"]
        if even["case"] == "between":
            parts.append(
                translate(
                    "portfolio.reason-break-even",
                    language,
                    share=f"{100 * even['share']:.0f}%",
                    level=report["level"],
                )
            )
    return ("" if language == "zh" else " ").join(parts)


def information_sentence(report: Report, language: str) -> str:
    """Where no assumption is worth studying, that; else nothing: the picture says which is."""
    information = report["information"]
    if information is None or any(one["value"] > 0 for one in information["inputs"]):
        return ""
    return translate(
        "portfolio.information-idle", language, evpi=money_in_words(information["evpi"], language)
    )


def discovery_sentence(report: Report, language: str) -> str:
    """Under which assumptions the plan with the best net benefit is no longer best."""
    found = report["discovery"]
    if found is None:
        return ""
    name = plan_name(report, report["best_value"], language)
    value = money_in_words(report["value_of_point"], language)
    share = probability(found["base_rate"])
    if found["case"] != "found":
        return translate(
            f"portfolio.discovery-{found['case']}", language, name=name, value=value, share=share
        )
    limits = []
    for one in found["limits"]:
        low, high = one["low"], one["high"]
        side = "below" if low is None else "above" if high is None else "between"
        limits.append(
            translate(
                f"portfolio.limit-{one['input']}-{side}",
                language,
                measure=f"{one['measure']} {one['name'][language]}",
                low=_limit(low, one["input"], language),
                high=_limit(high, one["input"], language),
            )
        )
    joint = translate("wording.and-also", language)
    return translate(
        "portfolio.discovery-found",
        language,
        name=name,
        value=value,
        share=share,
        limits=joint.join(limits),
        density=probability(found["density"]),
        coverage=probability(found["coverage"]),
    )


def _limit(value: float | None, kind: str, language: str) -> str:
    if value is None:
        return ""
    return score(value) if kind == "effect" else money_in_words(value, language)


def optimum_finding(report: Report, language: str) -> str:
    """What the best portfolio under the budget is worth, or that there is none."""
    if report["status"] == "infeasible":
        return translate("portfolio.optimum-infeasible", language)
    return translate(
        "portfolio.optimum-finding",
        language,
        budget="—" if report["budget"] is None else money_in_words(report["budget"], language),
        count=len(report["measures"]),
        cost=money_in_words(report["cost"], language),
        gain=score(report["gain"]),
    )


def optimum_reason(report: Report, language: str) -> str:
    """How firmly that is proven."""
    if report["status"] == "infeasible":
        return relaxation_sentence(report, language)
    gap = report["gap"]
    shown = "—" if gap is None else "0.01%" if gap < 1e-4 else f"{100 * gap:.2f}%"
    return translate(
        f"portfolio.optimum-{report['status']}",
        language,
        gap=shown,
        near=len(report["near_optimal"]),
    )


def rescored_sentence(report: Report, language: str) -> str:
    """What the search promised, and what fresh draws say of the same plan."""
    again = report["rescored"]
    return translate(
        "portfolio.rescored",
        language,
        fitted=report["fitted_draws"],
        objective=f"{report['objective']:.2f}",
        draws=f"{report['draws']:,}",
        gain=signed(again["gain"]["score"])
        + interval(again["gain"]["low"], again["gain"]["high"], language),
        level=report["level"],
        p=probability(again["reaches"]),
    )


def relaxation_sentence(report: Report, language: str) -> str:
    """What to give way on where nothing fulfils the conditions."""
    parts = []
    for one in report["relaxation"]:
        amount = "" if one["amount"] is None else f"{one['amount']:,.1f}"
        if one["kind"] in ("budget", "yearly-budget") and one["amount"] is not None:
            amount = money_in_words(one["amount"], language)
        parts.append(
            translate(
                f"portfolio.relax-{one['kind']}",
                language,
                ids=plural_list(one["ids"], language),
                amount=amount,
            )
        )
    joint = translate("wording.semicolon", language)
    return joint.join(parts) or translate("portfolio.relax-unknown", language)
