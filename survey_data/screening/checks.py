"""Screening of a survey's rows: which look careless, by which check. Nothing is left out here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import MISSING
from indicators.framework import Framework
from locales import text
from survey_data.screening import careless
from survey_data.screening.careless import Codes, Flags, Floats

CHECKS = (
    "missing",
    "block",
    "speed",
    "longstring",
    "irv",
    "mahalanobis",
    "even-odd",
    "duplicate",
    "attention",
    "burst",
)
RECOMMENDED = ("missing", "block", "speed")
"""Rules that are sound by themselves; the others are looked at, two or more of them together."""

MOST_MISSING = 0.5
SECONDS_AN_ITEM = 2.0
LONGEST_SHARE = 0.8
MAHALANOBIS_P = 0.001
BURST = 10
"""More responses of one department within a minute than people fill in side by side."""


@dataclass(frozen=True, eq=False)
class Screening:
    """Flags of n rows by check; checks whose input is missing are not there.

    Attributes
    ----------
    flagged : check → (n,) rows it names
    values : check → (n,) what the check measured
    thresholds : check → the value beyond which a row is named
    unavailable : check → why it could not be made: a key of the catalogue ``screen.no-…``
    """

    n: int
    flagged: Mapping[str, Flags]
    values: Mapping[str, NDArray]
    thresholds: Mapping[str, float]
    unavailable: Mapping[str, str]

    def summary(self) -> dict[str, dict[str, float | int]]:
        """By check, how many rows are named, their share 0-1 and the threshold (contract.md 4)."""
        return {
            check: {
                "flagged": int(flags.sum()),
                "share": float(flags.mean()) if self.n else 0.0,
                "threshold": self.thresholds[check],
            }
            for check, flags in self.flagged.items()
        }


def check_text(check: str) -> dict[str, dict[str, str]]:
    """A check's name and meaning in both languages."""
    return {"name": text(f"screen.{check}.name"), "meaning": text(f"screen.{check}.meaning")}


def screen(
    codes: Codes,
    framework: Framework,
    items: tuple[str, ...],
    *,
    duration: Floats | None = None,
    submitted: NDArray[np.datetime64] | None = None,
    department: NDArray[np.integer] | None = None,
    attention_failed: Flags | None = None,
) -> Screening:
    """Make every check for which there is what it needs.

    Parameters
    ----------
    codes : (n, J) answers as given, `MISSING` where there is none
    items : ids of the J columns
    duration : (n,) seconds, NaN where unknown
    submitted : (n,) times, NaT where unknown
    department : (n,) whole numbers
    attention_failed : (n,)

    Answers on different scales are compared by the share of the scale below them in the checks
    that need one scale: long string, variability and blocks take the items of the commonest scale.
    """
    flagged: dict[str, Flags] = {}
    values: dict[str, NDArray] = {}
    thresholds: dict[str, float] = {}
    unavailable: dict[str, str] = {}

    def found(check: str, value: NDArray, flags: Flags, threshold: float) -> None:
        flagged[check], values[check], thresholds[check] = flags, value, threshold

    answered = (codes != MISSING).sum(axis=1)
    share = careless.missing_share(codes)
    found("missing", share, share > MOST_MISSING, MOST_MISSING)
    alike = _commonest_scale(framework, items)
    same = codes[:, alike]
    run = careless.longstring(same)
    mixed = _both_directions(framework, [items[i] for i in alike])
    if mixed and len(alike) >= 5:
        least = int(np.ceil(LONGEST_SHARE * len(alike)))
        found("longstring", run, run >= least, least)
    else:
        unavailable["longstring"] = "screen.no-reversed"
    if blocks := _blocks(framework, items):
        flags = careless.constant_block(codes, blocks)
        found("block", flags, flags, 1)
    else:
        unavailable["block"] = "screen.no-reversed"
    if len(alike) >= 5:
        spread = careless.intra_individual_variability(same)
        found("irv", spread, spread == 0, 0)
    else:
        unavailable["irv"] = "screen.few-items"
    distance = careless.mahalanobis(codes)
    if np.isnan(distance).all():
        unavailable["mahalanobis"] = "screen.no-distance"
    else:
        from scipy.special import chdtri

        cut = float(chdtri(codes.shape[1], MAHALANOBIS_P))
        found("mahalanobis", distance, distance > cut, cut)
    consistency = careless.even_odd_consistency(
        _directed(codes, framework, items), _scales(framework, items)
    )
    if np.isnan(consistency).all():
        unavailable["even-odd"] = "screen.few-items"
    else:
        found("even-odd", consistency, consistency < 0, 0)
    twins = careless.duplicate_answers(codes)
    found("duplicate", twins, twins, 1)
    if duration is None or np.isnan(duration).all():
        unavailable["speed"] = "screen.no-duration"
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            pace = duration / answered
        found("speed", pace, (pace < SECONDS_AN_ITEM) & (answered > 0), SECONDS_AN_ITEM)
    if attention_failed is None:
        unavailable["attention"] = "screen.no-attention"
    else:
        found("attention", attention_failed, attention_failed, 1)
    if submitted is None or department is None or np.isnat(submitted).all():
        unavailable["burst"] = "screen.no-times"
    else:
        crowd = careless.submit_bursts(submitted, department, BURST)
        found("burst", crowd, crowd, BURST)
    order = {check: flagged[check] for check in CHECKS if check in flagged}
    return Screening(len(codes), order, values, thresholds, unavailable)


def _commonest_scale(framework: Framework, items: tuple[str, ...]) -> list[int]:
    """Positions of the items that share the scale which most of them have."""
    by_scale: dict[tuple[int, int], list[int]] = {}
    for position, item in enumerate(items):
        scale = framework.scale_of(item)
        by_scale.setdefault((scale.min, scale.max), []).append(position)
    return max(by_scale.values(), key=len, default=[])


def _reversed(framework: Framework) -> set[str]:
    return {item.id for item in framework.items if item.reverse}


def _both_directions(framework: Framework, items: list[str]) -> bool:
    back = _reversed(framework) & set(items)
    return 0 < len(back) < len(items)


def _dimensions(framework: Framework, items: tuple[str, ...]) -> list[list[int]]:
    """Positions of each dimension's items."""
    place = {item: position for position, item in enumerate(items)}
    return [
        [
            place[item.id]
            for indicator in dimension.indicators
            if indicator.survey
            for item in indicator.survey.items
            if item.id in place
        ]
        for factor in framework.factors
        for dimension in factor.dimensions
    ]


def _scales(framework: Framework, items: tuple[str, ...]) -> list[list[int]]:
    return [one for one in _dimensions(framework, items) if len(one) >= 2]


def _blocks(framework: Framework, items: tuple[str, ...]) -> list[list[int]]:
    """Dimensions of four items or more, on one scale, that hold items of both directions."""
    blocks = []
    for one in _dimensions(framework, items):
        scales = {(framework.scale_of(items[i]).min, framework.scale_of(items[i]).max) for i in one}
        if (
            len(one) >= 4
            and len(scales) == 1
            and _both_directions(framework, [items[i] for i in one])
        ):
            blocks.append(one)
    return blocks


def _directed(codes: Codes, framework: Framework, items: tuple[str, ...]) -> NDArray[np.int16]:
    directed = codes.astype(np.int16)
    back = _reversed(framework)
    for position, item in enumerate(items):
        if item in back:
            scale = framework.scale_of(item)
            column = directed[:, position]
            directed[:, position] = np.where(
                column == MISSING, MISSING, scale.min + scale.max - column
            )
    return directed
