"""Empirical Bayes estimates over departments, their variance averaged over a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indicators.aggregate import up_the_tree
from indicators.framework import Framework
from indicators.values.leaves import Leaves

Array = NDArray[np.float64]
FEWEST = 8
"""With fewer departments than this nothing is learnt of their spread: estimates stay raw."""

_GRID = 200


def empirical_bayes(
    estimate: NDArray[np.floating], variance: NDArray[np.floating]
) -> tuple[Array, Array]:
    """Posterior means and standard deviations of departments' true values.

    Model: estimate_d ~ N(θ_d, variance_d), θ_d ~ N(μ, τ²), μ flat, τ flat on a grid, weighted by
    the restricted likelihood; so that a spread that cannot be told from zero is never taken as
    zero. Given τ, with B_d = v_d / (v_d + τ²), μ̂ the weighted mean and V_μ its variance:
    θ̂_d = y_d − B_d (y_d − μ̂) and var = v_d (1 − B_d) + B_d² V_μ (Morris 1983; Fay & Herriot 1979;
    flat prior on τ: Gelman 2006).

    Parameters
    ----------
    estimate : (D,) finite
    variance : (D,) sampling variances, not negative

    Returns
    -------
    mean, sd : (D,)
    """
    y, v = estimate, np.maximum(variance, 1e-12 * max(float(np.var(estimate)), 1e-12))
    top = 3.0 * float(np.std(y, ddof=1)) + 1e-9
    tau = (np.arange(_GRID) + 0.5) / _GRID * top
    total = v + (tau**2)[:, None]
    weight = 1.0 / total
    mu_variance = 1.0 / weight.sum(axis=1)
    mu = (weight * y).sum(axis=1) * mu_variance
    log_likelihood = 0.5 * (
        np.log(mu_variance)
        - np.log(total).sum(axis=1)
        - (weight * (y - mu[:, None]) ** 2).sum(axis=1)
    )
    share = np.exp(log_likelihood - log_likelihood.max())
    share /= share.sum()
    pull = v / total
    means = y - pull * (y - mu[:, None])
    variances = v * (1 - pull) + pull**2 * mu_variance[:, None]
    mean = share @ means
    return mean, np.sqrt(np.maximum(share @ (variances + means**2) - mean**2, 0.0))


def shrunken_nodes(
    framework: Framework,
    leaf: Leaves,
    point: Array,
    spread: Array,
    share: Array,
) -> tuple[Array, Array, bool]:
    """Empirical Bayes means and standard deviations of every node, node by node.

    What is shrunk is the node's survey part: the score less the score that the department's own
    metrics would give with everybody's mean answers, per unit of survey weight. Where fewer than
    `FEWEST` departments have answers the raw values stay; the flag says whether overall was
    adjusted.
    """
    columns = list(leaf.survey_columns)
    values = leaf.value.copy()
    answered = ~np.isnan(values[:, columns])
    people = np.maximum(answered.sum(axis=0), 1)
    middle = np.where(answered, values[:, columns], 0.0).sum(axis=0) / people
    values[:, columns] = np.where(answered, middle, np.nan)
    metric_part = up_the_tree(framework, values)
    mean, sd = point.copy(), spread.copy()
    df = leaf.survey.df
    adjusted = False
    for p in range(point.shape[1]):
        rows = (np.nan_to_num(share[:, p]) > 0) & ~np.isnan(point[:, p])
        if rows.sum() < FEWEST:
            continue
        part = share[rows, p]
        variance = (spread[rows, p] / part) ** 2 * (df[rows] - 2) / df[rows]
        own = (point[rows, p] - metric_part[rows, p]) / part
        posterior, posterior_sd = empirical_bayes(own, variance)
        mean[rows, p] = metric_part[rows, p] + part * posterior
        sd[rows, p] = part * posterior_sd
        adjusted |= p == 0
    return mean, sd, adjusted
