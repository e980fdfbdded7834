"""Agreement within departments, what that means for their means, and the estimates of each.

The labelled floor over `agreement.py`, `variance_components.py` and `raking.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.agreement import (
    OneWay,
    average_deviation,
    one_way,
    rwg_j,
    skewed_null,
    uniform_null,
)
from analysis.psychometrics.raking import cluster_design_effect, effective_size, rake, trimmed
from analysis.psychometrics.variance_components import (
    VarianceComponents,
    one_way_components,
    reliability,
)
from indicators.answers.moments import PersonTotals, SurveyMoments
from indicators.evidence import Department
from indicators.framework import Framework
from indicators.scores import WITHHELD
from indicators.uncertainty.shrinkage import FEWEST, empirical_bayes

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class ScaleAgreement:
    """Agreement on one scale in D departments; NaN where it cannot be had.

    Attributes
    ----------
    n : (D,) people with a mean on the scale
    anova : one-way analysis of variance of people's means
    components : REML variance components; None with fewer than two departments or nobody to compare
    rwg_j, rwg_j_skewed : (D,) under the uniform and the slightly skewed null
    average_deviation : (D,) about the item means, in categories
    means : (D,) mean of people's means, in the items' units
    shrunken, sd : (D,) empirical Bayes estimate and its standard deviation, the uncertainty of the
        spread and of the mean included; raw where fewer than 8 departments
    reliability : (D,) B = τ²/(τ² + σ²/n)
    design_effect : what clustering in departments costs a mean over people
    adjusted : whether the estimates are shrunken
    """

    scale: str
    n: NDArray[np.int64]
    anova: OneWay
    components: VarianceComponents | None
    rwg_j: Array
    rwg_j_skewed: Array
    average_deviation: Array
    means: Array
    shrunken: Array
    sd: Array
    reliability: Array
    design_effect: float
    adjusted: bool


@dataclass(frozen=True, eq=False)
class Representation:
    """How the people who answered stand for the staff of the roster.

    Attributes
    ----------
    response : (D,) share of staff that answered, NaN without a head count
    weights : (D,) weight per person that makes departments count as in the roster, mean 1
    trimmed : whether weights above five times the median were brought down
    effective : Kish's effective number of people; ``design_effect`` = people / effective
    """

    response: Array
    weights: Array
    trimmed: bool
    effective: float
    design_effect: float


def scale_agreements(
    moments: SurveyMoments, framework: Framework, listwise: bool, fewest: int = 1
) -> dict[str, ScaleAgreement]:
    """Agreement of every scale whose sums per person the moments hold, by id."""
    return {
        scale: scale_agreement(moments, framework, scale, totals, listwise, fewest)
        for scale, totals in moments.persons.items()
        if scale in framework.scales()
    }


def scale_agreement(
    moments: SurveyMoments,
    framework: Framework,
    scale: str,
    totals: PersonTotals,
    listwise: bool,
    fewest: int = 1,
) -> ScaleAgreement:
    """One scale. A person counts with at least half of its items answered, listwise with all.

    Departments of which 1 … ``fewest`` − 1 people count stay out of every figure, also of those
    over departments, out of which they could be reckoned; their ``n`` is `WITHHELD`.
    """
    n, means, spread = person_means(totals, listwise)
    few = (n > 0) & (n < fewest)
    n, means = np.where(few, 0, n), np.where(few, np.nan, means)
    within = float(spread[~few].sum())
    anova = one_way(n.astype(float), means, within)
    people = n > 0
    components = None
    if people.sum() >= 2 and n.sum() > people.sum():
        components = one_way_components(n[people].astype(float), means[people], max(within, 0.0))
    uniform, skewed = _ratios(moments, framework, scale, totals, listwise)
    estimate, sd, share, adjusted = _estimates(n.astype(float), means, components)
    at = [moments.items.index(item) for item in totals.items]
    deviation = average_deviation(
        [moments.counts[j] for j in at], [moments.scales[j][0] for j in at]
    )
    size = len(totals.items)
    return ScaleAgreement(
        scale,
        np.where(few, WITHHELD, n),
        anova,
        components,
        np.where(few, np.nan, rwg_j(uniform, size, 1.0)),
        np.where(few, np.nan, rwg_j(skewed, size, 1.0)),
        np.where(n > 1, deviation, np.nan),
        means,
        estimate,
        sd,
        share,
        cluster_design_effect(anova.icc1, anova.n0) if np.isfinite(anova.icc1) else float("nan"),
        adjusted,
    )


def person_means(totals: PersonTotals, listwise: bool) -> tuple[NDArray[np.int64], Array, Array]:
    """People (D,), their mean of person means (D,), and the sum of squares around it (D,)."""
    size = len(totals.items)
    answered = np.arange(size + 1)
    counted = answered == size if listwise else (answered > 0) & (2 * answered >= size)
    share = 1.0 / np.maximum(answered, 1)
    sums = np.where(counted[:, None], totals.sums, 0)
    n = sums[:, :, 0].sum(axis=1)
    first = sums[:, :, 1] @ share
    second = sums[:, :, 2] @ share**2
    with np.errstate(divide="ignore", invalid="ignore"):
        means = first / n
        within = np.where(n > 0, second - first**2 / n, 0.0)
    # What rounding leaves of people who all agree is not a spread.
    return n, means, np.where(within < 1e-9 * np.maximum(second, 1.0), 0.0, within)


def representation(moments: SurveyMoments, departments: Sequence[Department]) -> Representation:
    """Response and weights by the roster's head counts; without any, all weigh the same."""
    heads = np.array([d.headcount or np.nan for d in departments], dtype=float)
    n = moments.n.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        response = n / heads
    people = (n > 0) & np.isfinite(heads)
    weights = np.ones(len(n))
    cut = False
    if people.sum() >= 2 and people.sum() == (n > 0).sum():
        factor = rake(n[people], [heads[people]])
        factor *= n[people].sum() / (factor * n[people]).sum()
        capped = trimmed(factor, n[people])
        cut = bool((capped < factor - 1e-9).any())
        weights[people] = capped
    effective = effective_size(weights[n > 0], n[n > 0])
    return Representation(response, weights, cut, effective, float(n.sum()) / effective)


def _ratios(
    moments: SurveyMoments,
    framework: Framework,
    scale: str,
    totals: PersonTotals,
    listwise: bool,
) -> tuple[Array, Array]:
    """Mean over items of each department's variance over its null, uniform and skewed. (D,)

    Over each item's own null, so that items on different scales can stand in one scale.
    """
    variances, uniform, skewed = [], [], []
    held = moments.complete.get(scale)
    for item in totals.items:
        j = moments.items.index(item)
        answers = framework.scale_of(item)
        categories = answers.max - answers.min + 1
        uniform.append(uniform_null(categories))
        skewed.append(skewed_null(categories))
        if listwise and held is not None:
            at = held.items.index(item)
            n, first, second = held.n, held.sums[:, at], held.cross[:, at, at]
        else:
            n = moments.pair_n[:, j, j]
            first, second = moments.pair_sum[:, j, j], moments.pair_cross[:, j, j]
        with np.errstate(divide="ignore", invalid="ignore"):
            variances.append(np.where(n > 1, (second - first**2 / n) / (n - 1), np.nan))
    spread = np.stack(variances)
    known = np.isfinite(spread)
    some = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    found = []
    for nulls in (uniform, skewed):
        ratio = np.where(known, spread, 0.0) / np.array(nulls)[:, None]
        found.append(ratio.sum(axis=0) / some)
    return found[0], found[1]


def _estimates(
    n: Array, means: Array, components: VarianceComponents | None
) -> tuple[Array, Array, Array, bool]:
    """Shrunken means, their standard deviations, reliabilities, and whether they are shrunken."""
    people = n > 0
    estimate, share = means.copy(), np.full(len(n), np.nan)
    sd = np.full(len(n), np.nan)
    if components is None:
        return estimate, sd, share, False
    variance = components.within / n[people]
    share[people] = reliability(components.between, variance)
    sd[people] = np.sqrt(variance)
    if people.sum() < FEWEST or components.within <= 0:
        return estimate, sd, share, False
    estimate[people], sd[people] = empirical_bayes(means[people], variance)
    return estimate, sd, share, True
