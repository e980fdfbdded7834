"""Whether the items measure alike in groups of departments and over rounds: the labelled floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.covariance_structure import GroupMoments
from analysis.psychometrics.invariance import (
    STEPS,
    InvarianceStep,
    ItemDrift,
    invariance,
    item_drift,
)
from analysis.quality.item_moments import PooledItems, model_group, pooled_items
from analysis.quality.structure import loading_pattern, varying_items
from indicators.answers.moments import SurveyMoments
from indicators.evidence import Evidence
from indicators.framework import Framework
from locales import text

Text = dict[str, str]

MOST_LOSS = 0.01
"""Fall of CFI beyond which a step does not hold (Cheung & Rensvold 2002)."""
FEWEST_PEOPLE = 100
"""People that a group needs to be compared."""
DRIFT, DRIFT_Z = 0.2, 2.58
"""An item drifts when it moves this many SDs away from its scale, at this many standard errors."""


@dataclass(frozen=True)
class InvarianceQuality:
    """Steps of invariance over named groups.

    ``holds`` is the last step whose loss of CFI against the step before is at most `MOST_LOSS`;
    None where even the configural model could not be fitted. ``left_out`` are groups with too few
    people. ``reason`` says why nothing could be computed.
    """

    groups: tuple[str, ...]
    n: tuple[int, ...]
    left_out: tuple[str, ...]
    steps: tuple[InvarianceStep, ...] = ()
    reason: Text | None = None

    @property
    def losses(self) -> tuple[float, ...]:
        """Fall of CFI from step to step; the first is NaN."""
        fits = [step.fit.cfi for step in self.steps]
        return tuple(
            fits[place - 1] - fit if place else float("nan") for place, fit in enumerate(fits)
        )

    @property
    def holds(self) -> str | None:
        held = None
        for step, loss in zip(self.steps, self.losses, strict=True):
            if loss > MOST_LOSS or not step.converged:
                break
            held = step.step
        return held


@dataclass(frozen=True, eq=False)
class ScaleDrift:
    """Movement of a scale's items between two rounds; ``flagged`` (K,)."""

    scale: str
    items: tuple[str, ...]
    drift: ItemDrift
    flagged: NDArray[np.bool_]


def group_invariance(evidence: Evidence, framework: Framework, missing: str) -> InvarianceQuality:
    """Over the groups of departments that the roster names."""
    assert evidence.survey is not None
    moments = evidence.survey
    named = np.array([d.group for d in evidence.departments])
    samples = {str(group): (moments, named == group) for group in sorted({g for g in named if g})}
    return _compared(samples, framework, missing)


def round_invariance(
    rounds: Mapping[str, SurveyMoments], framework: Framework, missing: str
) -> InvarianceQuality:
    """Over rounds, taken as samples of different people."""
    samples = {
        name: (moments, np.ones(len(moments.departments), dtype=bool))
        for name, moments in rounds.items()
    }
    return _compared(samples, framework, missing)


def scale_drifts(
    before: SurveyMoments, after: SurveyMoments, framework: Framework, missing: str
) -> dict[str, ScaleDrift]:
    """Items of each scale of three or more that moved away from the others, by scale."""
    found = {}
    for scale, members in framework.scales().items():
        items = tuple(i for i in members if i in before.items and i in after.items)
        if len(items) < 3:
            continue
        a, b = (pooled_items(m, framework, items, missing, scale) for m in (before, after))
        if min(a.counts.min(), b.counts.min()) < 2:
            continue
        drift = item_drift(a.means, b.means, a.sds, b.sds, a.counts, b.counts)
        flagged = (np.abs(drift.size) > DRIFT) & (np.abs(drift.z) > DRIFT_Z)
        found[scale] = ScaleDrift(scale, items, drift, flagged)
    return found


def _compared(
    samples: Mapping[str, tuple[SurveyMoments, NDArray[np.bool_]]],
    framework: Framework,
    missing: str,
) -> InvarianceQuality:
    sets = [set(varying_items(moments, framework)[0]) for moments, _ in samples.values()]
    shared = set.intersection(*sets) if sets else set()
    items = tuple(item for item in framework.model_items if item in shared)
    pooled: dict[str, PooledItems] = {}
    left_out = []
    for name, (moments, chosen) in samples.items():
        one = pooled_items(moments, framework, items, missing, model_group(moments, items), chosen)
        enough = one.n >= max(FEWEST_PEOPLE, 2 * len(items))
        if enough and _definite(one.maximum_likelihood):
            pooled[name] = one
        else:
            left_out.append(name)
    groups, n = tuple(pooled), tuple(one.n for one in pooled.values())
    latents = {
        latent: own
        for latent, members in framework.latents.items()
        if (own := tuple(item for item in members if item in items))
    }
    if len(pooled) < 2 or len(items) < 3:
        needed = max(FEWEST_PEOPLE, 2 * len(items))
        reason = text("quality.reason-groups", people=needed)
        return InvarianceQuality(groups, n, tuple(left_out), reason=reason)
    try:
        steps = invariance(
            [GroupMoments(one.n, one.maximum_likelihood, one.means) for one in pooled.values()],
            loading_pattern(items, latents),
            STEPS[:3],
        )
    except np.linalg.LinAlgError:
        reason = text("quality.reason-singular")
        return InvarianceQuality(groups, n, tuple(left_out), reason=reason)
    return InvarianceQuality(groups, n, tuple(left_out), tuple(steps))


def _definite(covariance: NDArray[np.floating]) -> bool:
    if not np.isfinite(covariance).all() or (np.diag(covariance) <= 0).any():
        return False
    sd = np.sqrt(np.diag(covariance))
    return bool(np.linalg.eigvalsh(covariance / np.outer(sd, sd))[0] > 1e-8)
