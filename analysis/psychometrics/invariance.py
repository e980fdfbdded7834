"""Whether items measure the same in several groups or rounds. Array floor.

Configural: the same items on the same factors. Metric: and equal loadings. Scalar: and equal
intercepts. Strict: and equal residual variances. Each is a maximum likelihood fit to all groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.confirmatory import implied_baseline, single_items, start_values
from analysis.psychometrics.covariance_structure import (
    Expand,
    GroupMoments,
    Pattern,
    Solution,
    minimise,
)
from analysis.psychometrics.fit_indices import Fit, fit_indices, standardised_residuals

Array = NDArray[np.floating]

STEPS = ("configural", "metric", "scalar", "strict")
EQUAL = {
    "configural": frozenset[str](),
    "metric": frozenset({"loadings"}),
    "scalar": frozenset({"loadings", "intercepts"}),
    "strict": frozenset({"loadings", "intercepts", "residuals"}),
}


@dataclass(frozen=True)
class InvarianceStep:
    """Fit of one step. ``factor_means`` (G, M) from scalar on, the first group's being 0."""

    step: str
    fit: Fit
    converged: bool
    factor_means: Array | None


@dataclass(frozen=True)
class ItemDrift:
    """An item's change between two occasions against that of its scale.

    Attributes
    ----------
    change, others : change of the item's mean and mean change of the scale's other items, in the
        item's units
    size : (change − others) / pooled SD of the item
    z : its size over its standard error
    """

    change: Array
    others: Array
    size: Array
    z: Array


def invariance(
    groups: Sequence[GroupMoments], loads: NDArray[np.bool_], steps: Sequence[str] = STEPS
) -> list[InvarianceStep]:
    """Fit the steps of invariance to G groups.

    Parameters
    ----------
    groups : each with n, covariance (K, K) with divisor n, and means (K,)
    loads : bool (K, M)

    Source: Jöreskog (1971); Sörbom (1974); steps after Meredith (1993). Change of CFI of more than
    .010 marks a step that does not hold: Cheung & Rensvold (2002).

    Raises
    ------
    numpy.linalg.LinAlgError
        When a group's covariance matrix is not positive definite.
    """
    if len(groups) < 2:
        raise ValueError("invariance needs at least two groups")
    # One unit for all groups, so that equality over groups keeps its meaning.
    total = sum(g.n for g in groups)
    sd = np.sqrt(sum(g.n / total * np.diag(g.covariance) for g in groups))
    means = [g.means for g in groups]
    if any(m is None for m in means):
        raise ValueError("invariance needs the groups' means")
    scaled = [
        GroupMoments(g.n, g.covariance / np.outer(sd, sd), np.asarray(g.means) / sd) for g in groups
    ]
    found = []
    for step in steps:
        equal = EQUAL[step]
        pattern = Pattern(loads, means="intercepts" in equal)
        expand, start = _shared(scaled, pattern, equal)
        solution = minimise(scaled, pattern, expand, start)
        found.append(_step(step, solution, pattern, scaled, sd))
    return found


def item_drift(
    before_mean: Array,
    after_mean: Array,
    before_sd: Array,
    after_sd: Array,
    n: NDArray[np.integer],
    m: NDArray[np.integer],
) -> ItemDrift:
    """How far each of K items of a scale moved away from the others between two occasions.

    Parameters
    ----------
    before_mean, after_mean, before_sd, after_sd : (K,) of directed items
    n, m : (K,) people who answered before and after, taken as different people
    """
    k = len(before_mean)
    change = after_mean - before_mean
    others = (change.sum() - change) / max(k - 1, 1)
    pooled = np.sqrt((before_sd**2 + after_sd**2) / 2)
    # Sampling variance of the change against the others', items taken as uncorrelated: too large
    # for items of one scale, so that a flag is on the careful side.
    variance = before_sd**2 / n + after_sd**2 / m
    spread = variance + (variance.sum() - variance) / max(k - 1, 1) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return ItemDrift(
            change, others, (change - others) / pooled, (change - others) / np.sqrt(spread)
        )


def _shared(
    groups: Sequence[GroupMoments], pattern: Pattern, equal: frozenset[str]
) -> tuple[Expand, Array]:
    """Which own parameter of each group is which free one.

    The factors' variances are 1 in the first group, and in all while loadings differ.
    """
    sections = pattern.sections
    rows, columns = pattern.factor_places
    diagonal = rows == columns
    alone = single_items(pattern)
    places: list[NDArray[np.intp]] = []
    fixed: list[Array] = []
    start: list[float] = []
    seen: dict[tuple[str, int], int] = {}
    for g, group in enumerate(groups):
        scale = np.sqrt(np.diag(group.covariance))
        own = start_values(pattern, group.covariance / np.outer(scale, scale))
        own[sections["loadings"]] *= scale[pattern.loading_places[0]]
        own[sections["residuals"]] *= scale**2
        if pattern.means:
            assert group.means is not None
            own[sections["intercepts"]] = group.means
        place = np.full(pattern.length, -1, dtype=np.intp)
        for name, section in sections.items():
            for offset in range(section.stop - section.start):
                at = section.start + offset
                if name == "factors" and diagonal[offset] and (g == 0 or "loadings" not in equal):
                    continue
                if name == "factor_means" and g == 0:
                    continue
                if name == "residuals" and offset in alone:
                    continue
                key = (name, offset) if name in equal else (f"{name} {g}", offset)
                if key not in seen:
                    seen[key] = len(start)
                    start.append(float(own[at]))
                place[at] = seen[key]
        places.append(place)
        fixed.append(np.where(place < 0, own, 0.0))
    jacobians = []
    for place in places:
        jacobian = np.zeros((pattern.length, len(start)))
        free = place >= 0
        jacobian[np.nonzero(free)[0], place[free]] = 1.0
        jacobians.append(jacobian)

    def expand(values: Array) -> tuple[list[Array], list[Array]]:
        own = [f + j @ values for f, j in zip(fixed, jacobians, strict=True)]
        return own, jacobians

    return expand, np.array(start)


def _step(
    step: str,
    found: Solution,
    pattern: Pattern,
    groups: Sequence[GroupMoments],
    sd: Array,
) -> InvarianceStep:
    k, total = pattern.items, sum(g.n for g in groups)
    sections = pattern.sections
    baseline_chi2, baseline_df = 0.0, 0
    srmr, log_likelihood = 0.0, 0.0
    factor_means = []
    for group, own in zip(groups, found.own, strict=True):
        loadings, factors, residuals = pattern.matrices(own)
        implied = loadings @ factors @ loadings.T + np.diag(residuals)
        away = np.zeros(k)
        if pattern.means:
            assert group.means is not None
            mean_of_factors = own[sections["factor_means"]]
            away = group.means - own[sections["intercepts"]] - loadings @ mean_of_factors
            factor_means.append(mean_of_factors)
        scale = np.sqrt(np.diag(group.covariance))
        chi2, df = implied_baseline(group.covariance / np.outer(scale, scale), group.n)
        baseline_chi2, baseline_df = baseline_chi2 + chi2, baseline_df + df
        left = np.concatenate([standardised_residuals(group.covariance, implied), away / scale])
        srmr += group.n / total * float(np.sqrt((left**2).mean()))
        observed = group.covariance + np.outer(away, away)
        log_likelihood -= (
            group.n
            / 2
            * (
                k * np.log(2 * np.pi)
                + float(np.linalg.slogdet(implied)[1])
                + 2 * float(np.log(sd).sum())
                + float(np.trace(np.linalg.solve(implied, observed)))
            )
        )
    free_means = 0 if pattern.means else len(groups) * k
    moments = len(groups) * (k * (k + 1) // 2 + (k if pattern.means else 0))
    fit = fit_indices(
        max(total * found.discrepancy, 0.0),
        moments - len(found.free),
        baseline_chi2,
        baseline_df,
        total,
        len(found.free) + free_means,
        srmr,
        log_likelihood,
        len(groups),
    )
    return InvarianceStep(
        step, fit, found.converged, np.stack(factor_means) if factor_means else None
    )
