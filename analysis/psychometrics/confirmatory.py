"""Confirmatory factor analysis of a declared structure by maximum likelihood.

Array floor: covariance matrix and pattern in, estimates and fit out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.covariance_structure import (
    Expand,
    GroupMoments,
    Pattern,
    Solution,
    cross_information,
    derivative_columns,
    minimise,
)
from analysis.psychometrics.fit_indices import Fit, fit_indices, standardised_residuals

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Confirmatory:
    """Estimates of a factor model, K items on M factors.

    Attributes
    ----------
    fit : Fit
    converged, identified : whether the search ended at a zero gradient, at a single point
    loadings, loading_se : (K, M) in the scale in which each factor's first item has loading 1
        (error 0); 0 where an item does not load
    standardised, standardised_se : (K, M) with factors and items of unit variance
    factor_correlations : (M, M)
    residuals, residuals_se : (K,) residual variances
    implied : (K, K) covariances of the model
    higher, higher_correlations : (M,) loadings of the factors on their second-order factor and the
        (U, U) correlations of those; None for a first-order model
    """

    fit: Fit
    converged: bool
    identified: bool
    loadings: Array
    loading_se: Array
    standardised: Array
    standardised_se: Array
    factor_correlations: Array
    residuals: Array
    residuals_se: Array
    implied: Array
    higher: Array | None = None
    higher_correlations: Array | None = None

    @property
    def heywood(self) -> NDArray[np.bool_]:
        """(K,) items with a negative residual variance."""
        return self.residuals < 0

    @property
    def improper_factors(self) -> bool:
        """Whether the factors' correlations are not those of any variables."""
        return bool(np.linalg.eigvalsh(self.factor_correlations)[0] < -1e-8)


@dataclass(frozen=True)
class ModificationIndex:
    """χ² that would be saved by freeing one parameter, about, and its expected value.

    ``kind``: ``loading`` of item ``first`` on factor ``second``, or ``residual`` covariance of the
    items ``first`` and ``second``. ``change`` is standardised: a loading of unit variances, or a
    correlation of residuals.
    """

    kind: str
    first: int
    second: int
    index: float
    change: float


def confirmatory(
    covariance: Array, n: float, loads: NDArray[np.bool_], parents: Sequence[int] | None = None
) -> Confirmatory:
    """Fit a factor model to a covariance matrix.

    Parameters
    ----------
    covariance : (K, K); its divisor is n for χ² as lavaan reports it
    n : number of people
    loads : bool (K, M), which item loads on which factor
    parents : for a second-order model, the index of the second-order factor of each factor

    Raises
    ------
    numpy.linalg.LinAlgError
        When the covariance matrix is not positive definite.
    ValueError
        When an item loads on nothing, a factor has no item, or parameters outnumber moments.
    """
    if not loads.any(axis=1).all() or not loads.any(axis=0).all():
        raise ValueError("every item needs a factor and every factor an item")
    sd = np.sqrt(np.diag(covariance))
    if not (sd > 0).all():
        raise np.linalg.LinAlgError("an item does not vary")
    # Of unit variance inside, so that steps and tolerances mean the same for every scale.
    r = covariance / np.outer(sd, sd)
    pattern = Pattern(loads)
    expand, start, names = _parameters(pattern, r, parents)
    k = len(r)
    if len(start) > k * (k + 1) // 2:
        raise ValueError(
            f"{len(start)} parameters cannot be told from {k * (k + 1) // 2} variances"
        )
    found = minimise([GroupMoments(n, r)], pattern, expand, start)
    return _result(found, pattern, covariance, r, sd, n, parents, names)


def modification_indices(
    covariance: Array, n: float, loads: NDArray[np.bool_], fitted: Confirmatory, most: int = 10
) -> list[ModificationIndex]:
    """The ``most`` largest score tests of loadings and residual covariances that are fixed at 0.

    Source: Sörbom (1989): n/2 g² / (I_cc − I_cθ I_θθ⁻¹ I_θc), with the expected information of a
    first-order model.
    """
    sd = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(sd, sd)
    k, m = loads.shape
    pattern = Pattern(loads)
    own = np.zeros(pattern.length)
    sections = pattern.sections
    own[sections["loadings"]] = fitted.standardised[pattern.loading_places]
    own[sections["factors"]] = fitted.factor_correlations[pattern.factor_places]
    own[sections["residuals"]] = fitted.residuals / sd**2
    # Standardised loadings are those of the implied variances; scale back to the observed ones.
    scale = np.sqrt(np.diag(fitted.implied)) / sd
    own[sections["loadings"]] *= scale[pattern.loading_places[0]]
    implied = fitted.implied / np.outer(sd, sd)
    inverse = np.linalg.inv(implied)
    free = _free_places(pattern)
    a, b = (columns[:, free] for columns in derivative_columns(pattern, own))
    item, factor = np.nonzero(~loads)
    first, second = np.tril_indices(k, -1)
    loadings, factors, _ = pattern.matrices(own)
    c = np.concatenate([np.eye(k)[:, item], np.eye(k)[:, first]], axis=1)
    d = np.concatenate([(loadings @ factors)[:, factor], np.eye(k)[:, second]], axis=1)
    gradient = 2 * np.einsum("ij,ij->j", c, (inverse - inverse @ r @ inverse) @ d)
    information = np.linalg.pinv(cross_information(inverse, a, b, a, b), hermitian=True)
    crossed = cross_information(inverse, c, d, a, b)
    own_information = 2 * (
        np.einsum("ij,ij->j", c, inverse @ c) * np.einsum("ij,ij->j", d, inverse @ d)
        + np.einsum("ij,ij->j", c, inverse @ d) ** 2
    )
    left = own_information - np.einsum("ci,ij,cj->c", crossed, information, crossed, optimize=True)
    usable = left > 1e-8 * own_information
    index = np.where(usable, n / 2 * gradient**2 / np.where(usable, left, 1.0), 0.0)
    change = np.where(usable, -gradient / np.where(usable, left, 1.0), 0.0)
    residual_sd = np.sqrt(np.abs(own[sections["residuals"]]))
    pairs = residual_sd[first] * residual_sd[second]
    change[len(item) :] /= np.where(pairs > 0, pairs, 1.0)
    kinds = ["loading"] * len(item) + ["residual"] * len(first)
    ones, others = np.concatenate([item, first]), np.concatenate([factor, second])
    best = np.argsort(-index, kind="stable")[:most]
    return [
        ModificationIndex(kinds[c], int(ones[c]), int(others[c]), float(index[c]), float(change[c]))
        for c in best
    ]


def implied_baseline(r: Array, n: float) -> tuple[float, int]:
    """χ² and df of the model in which no two items are correlated."""
    k = len(r)
    return -n * float(np.linalg.slogdet(r)[1]), k * (k - 1) // 2


def single_items(pattern: Pattern) -> NDArray[np.intp]:
    """Items that are the only one of their factor: their residual variance is fixed at 0."""
    alone = pattern.loads.sum(axis=0) == 1
    return np.nonzero(pattern.loads[:, alone].any(axis=1) & (pattern.loads.sum(axis=1) == 1))[0]


def _free_places(pattern: Pattern) -> NDArray[np.intp]:
    """Own parameters that are free in a single group: all but factor variances, fixed at 1."""
    free = np.ones(pattern.length, dtype=bool)
    rows, columns = pattern.factor_places
    free[pattern.sections["factors"].start + np.nonzero(rows == columns)[0]] = False
    free[pattern.sections["residuals"].start + single_items(pattern)] = False
    return np.nonzero(free)[0]


def start_values(pattern: Pattern, r: Array) -> Array:
    """Own parameters to begin with: the first principal component of each factor's items."""
    sections = pattern.sections
    own = np.zeros(pattern.length)
    weights = np.zeros(pattern.loads.shape)
    loadings = np.zeros(pattern.loads.shape)
    for m in range(pattern.factors):
        members = np.nonzero(pattern.loads[:, m])[0]
        values, vectors = np.linalg.eigh(r[np.ix_(members, members)])
        direction = vectors[:, -1] * (1 if vectors[:, -1].sum() >= 0 else -1)
        weights[members, m] = direction
        strength = 1.0 if len(members) == 1 else 0.85
        loadings[members, m] = strength * direction * np.sqrt(values[-1])
    loadings /= np.maximum(np.sqrt((loadings**2).sum(axis=1) / 0.9), 1.0)[:, None]
    composite = weights.T @ r @ weights
    length = np.sqrt(np.diag(composite))
    factors = np.clip(composite / np.outer(length, length), -0.9, 0.9)
    np.fill_diagonal(factors, 1.0)
    alone = single_items(pattern)
    loadings[alone] = np.sign(loadings[alone]) * pattern.loads[alone]
    own[sections["loadings"]] = loadings[pattern.loading_places]
    own[sections["factors"]] = factors[pattern.factor_places]
    residuals = np.maximum(1 - np.einsum("jm,mn,jn->j", loadings, factors, loadings), 0.1)
    residuals[alone] = 0.0
    own[sections["residuals"]] = residuals
    return own


def _parameters(
    pattern: Pattern, r: Array, parents: Sequence[int] | None
) -> tuple[Expand, Array, tuple[NDArray[np.intp], NDArray[np.intp]] | None]:
    own = start_values(pattern, r)
    free = _free_places(pattern)
    if parents is None:
        jacobian = np.zeros((pattern.length, len(free)))
        jacobian[free, np.arange(len(free))] = 1.0

        def first_order(values: Array) -> tuple[list[Array], list[Array]]:
            full = own.copy()
            full[free] = values
            return [full], [jacobian]

        return first_order, own[free], None
    return _second_order(pattern, own, free, np.asarray(parents))


def _second_order(
    pattern: Pattern, own: Array, free: NDArray[np.intp], parents: NDArray[np.intp]
) -> tuple[Expand, Array, tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Φ_rs = γ_r γ_s ψ_p(r)p(s) for r ≠ s, with γ fixed at 1 where a parent has one factor."""
    section = pattern.sections["factors"]
    kept = free[(free < section.start) | (free >= section.stop)]
    rows, columns = pattern.factor_places
    upper = int(parents.max()) + 1
    several = np.nonzero(np.bincount(parents, minlength=upper)[parents] > 1)[0]
    pairs = np.tril_indices(upper, -1)
    base, sizes = len(kept), (len(several), len(pairs[0]))
    between = np.zeros((upper, upper), dtype=np.intp)
    between[pairs] = between[pairs[::-1]] = np.arange(sizes[1])

    def expand(values: Array) -> tuple[list[Array], list[Array]]:
        full = own.copy()
        full[kept] = values[:base]
        gamma = np.ones(pattern.factors)
        gamma[several] = values[base : base + sizes[0]]
        psi = np.eye(upper)
        psi[pairs] = psi[pairs[::-1]] = values[base + sizes[0] :]
        jacobian = np.zeros((pattern.length, len(values)))
        jacobian[kept, np.arange(base)] = 1.0
        column_of = {int(m): base + place for place, m in enumerate(several)}
        for place, (r, s) in enumerate(zip(rows, columns, strict=True)):
            at = section.start + place
            if r == s:
                full[at] = 1.0
                continue
            p, q = parents[r], parents[s]
            full[at] = gamma[r] * gamma[s] * psi[p, q]
            if int(r) in column_of:
                jacobian[at, column_of[int(r)]] = gamma[s] * psi[p, q]
            if int(s) in column_of:
                jacobian[at, column_of[int(s)]] = gamma[r] * psi[p, q]
            if p != q:
                jacobian[at, base + sizes[0] + between[p, q]] = gamma[r] * gamma[s]
        return [full], [jacobian]

    start = np.concatenate([own[kept], np.full(sizes[0], 0.8), np.full(sizes[1], 0.5)])
    return expand, start, (several, parents)


def _result(
    found: Solution,
    pattern: Pattern,
    covariance: Array,
    r: Array,
    sd: Array,
    n: float,
    parents: Sequence[int] | None,
    names: tuple[NDArray[np.intp], NDArray[np.intp]] | None,
) -> Confirmatory:
    own, sections = found.own[0], pattern.sections
    k = pattern.items
    loadings, factors, residuals = pattern.matrices(own)
    implied = loadings @ factors @ loadings.T + np.diag(residuals)
    spread = found.jacobians[0] @ found.covariance @ found.jacobians[0].T
    chi2 = max(n * found.discrepancy, 0.0)
    df = k * (k + 1) // 2 - len(found.free)
    residual = standardised_residuals(r, implied)
    log_likelihood = (
        -n
        / 2
        * (
            k * np.log(2 * np.pi)
            + float(np.linalg.slogdet(implied)[1])
            + 2 * float(np.log(sd).sum())
            + float(np.trace(np.linalg.solve(implied, r)))
        )
    )
    fit = fit_indices(
        chi2,
        df,
        *implied_baseline(r, n),
        n,
        len(found.free),
        float(np.sqrt((residual**2).mean())),
        log_likelihood,
    )
    marker, marker_se = _marker_scale(pattern, loadings, spread, sd)
    standard, standard_se = _standardised(pattern, loadings, factors, implied, spread)
    higher = higher_correlations = None
    if names is not None and parents is not None:
        several, of = names
        upper = int(of.max()) + 1
        tail = found.free[-(len(several) + upper * (upper - 1) // 2) :]
        higher = np.ones(pattern.factors)
        higher[several] = tail[: len(several)]
        higher_correlations = np.eye(upper)
        pairs = np.tril_indices(upper, -1)
        higher_correlations[pairs] = higher_correlations[pairs[::-1]] = tail[len(several) :]
    at = sections["residuals"]
    return Confirmatory(
        fit,
        found.converged,
        found.identified,
        marker,
        marker_se,
        standard,
        standard_se,
        factors,
        residuals * sd**2,
        np.sqrt(np.maximum(np.diag(spread)[at], 0.0)) * sd**2,
        implied * np.outer(sd, sd),
        higher,
        higher_correlations,
    )


def _marker_scale(
    pattern: Pattern, loadings: Array, spread: Array, sd: Array
) -> tuple[Array, Array]:
    """Loadings over the factor's first one, in the items' own units, and delta-method errors."""
    rows, columns = pattern.loading_places
    first = {int(m): int(np.nonzero(columns == m)[0][0]) for m in range(pattern.factors)}
    found, error = np.zeros(loadings.shape), np.zeros(loadings.shape)
    for place, (j, m) in enumerate(zip(rows, columns, strict=True)):
        base = first[int(m)]
        marker = loadings[rows[base], m]
        unit = sd[j] / sd[rows[base]]
        ratio = loadings[j, m] / marker
        slope = np.array([1 / marker, -ratio / marker])
        own = spread[np.ix_([place, base], [place, base])]
        found[j, m] = ratio * unit
        error[j, m] = 0.0 if place == base else np.sqrt(max(slope @ own @ slope, 0.0)) * unit
    return found, error


def _standardised(
    pattern: Pattern, loadings: Array, factors: Array, implied: Array, spread: Array
) -> tuple[Array, Array]:
    """Loadings over the items' implied standard deviations, and delta-method errors."""
    rows, columns = pattern.loading_places
    variance = np.diag(implied)
    a, b = derivative_columns(pattern, _joined(pattern, loadings, factors, variance))
    slope_of_variance = 2 * a * b
    found, error = np.zeros(loadings.shape), np.zeros(loadings.shape)
    for place, (j, m) in enumerate(zip(rows, columns, strict=True)):
        found[j, m] = loadings[j, m] / np.sqrt(variance[j])
        slope = -0.5 * found[j, m] / variance[j] * slope_of_variance[j]
        slope[place] += 1 / np.sqrt(variance[j])
        error[j, m] = np.sqrt(max(slope @ spread @ slope, 0.0))
    return found, error


def _joined(pattern: Pattern, loadings: Array, factors: Array, variance: Array) -> Array:
    own = np.zeros(pattern.length)
    own[pattern.sections["loadings"]] = loadings[pattern.loading_places]
    own[pattern.sections["factors"]] = factors[pattern.factor_places]
    own[pattern.sections["residuals"]] = variance
    return own
