"""Three grades for each check of measurement quality, and the verdict they add up to.

Cut-offs are conventions with their sources, shown beside every value; none is a test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

GOOD, CARE, POOR, UNKNOWN = "good", "care", "poor", "unknown"
USABLE, WITH_CARE, DO_NOT_RANK = "usable", "usable-with-care", "do-not-rank"


@dataclass(frozen=True)
class Rule:
    """A value is good from ``good`` on, to be used with care from ``care`` on.

    ``higher``: whether more is better. ``source``: where the cut-offs come from.
    ``core``: whether the verdict "usable" needs it to be good.
    """

    good: float
    care: float
    higher: bool
    source: str
    core: bool = False


RULES: dict[str, Rule] = {
    "missing": Rule(0.05, 0.20, False, "Schafer 1999; Bennett 2001", core=True),
    "screening": Rule(0.05, 0.10, False, "Meade & Craig 2012", core=True),
    "small-departments": Rule(0.0, 0.20, False, "disclosure threshold"),
    "reliability": Rule(0.70, 0.60, True, "Nunnally & Bernstein 1994", core=True),
    "item-rest": Rule(0.30, 0.20, True, "Nunnally & Bernstein 1994", core=True),
    "adequacy": Rule(0.80, 0.60, True, "Kaiser & Rice 1974"),
    "cfi": Rule(0.95, 0.90, True, "Hu & Bentler 1999; Bentler & Bonett 1980"),
    "rmsea": Rule(0.06, 0.08, False, "Hu & Bentler 1999; Browne & Cudeck 1993"),
    "srmr": Rule(0.08, 0.10, False, "Hu & Bentler 1999; Kline 2016"),
    "convergent": Rule(0.50, 0.36, True, "Fornell & Larcker 1981"),
    "discriminant": Rule(0.85, 0.90, False, "Henseler, Ringle & Sarstedt 2015"),
    "common-method": Rule(0.40, 0.50, False, "Podsakoff et al. 2003"),
    "agreement": Rule(0.70, 0.50, True, "LeBreton & Senter 2008", core=True),
    "icc2": Rule(0.70, 0.50, True, "Klein & Kozlowski 2000", core=True),
}


@dataclass(frozen=True)
class Check:
    """One check: what it found, where, and its grade. ``value`` is NaN where it is unknown."""

    id: str
    value: float
    place: str
    grade: str

    @property
    def rule(self) -> Rule:
        return RULES[self.id]


def check(id: str, value: float, place: str = "") -> Check:
    """Grade a value by the rule of its check."""
    rule = RULES[id]
    if not np.isfinite(value):
        return Check(id, float("nan"), place, UNKNOWN)
    sign = 1 if rule.higher else -1
    for cut, grade in ((rule.good, GOOD), (rule.care, CARE)):
        if sign * value >= sign * cut - 1e-12:
            return Check(id, float(value), place, grade)
    return Check(id, float(value), place, POOR)


def verdict(checks: Iterable[Check]) -> str:
    """What the data and the scales bear.

    ``do-not-rank``: departments' means cannot be told apart (ICC(2) below its lower cut-off or
    unknown), or the weakest scale's reliability is poor. ``usable``: every core check that could be
    made is good and no other poor. ``usable-with-care`` otherwise.
    """
    graded = {c.id: c.grade for c in checks}
    if graded.get("icc2", UNKNOWN) in (POOR, UNKNOWN) or graded.get("reliability") == POOR:
        return DO_NOT_RANK
    core = all(grade in (GOOD, UNKNOWN) for id, grade in graded.items() if RULES[id].core)
    return USABLE if core and POOR not in graded.values() else WITH_CARE
