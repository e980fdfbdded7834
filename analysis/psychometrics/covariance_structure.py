"""Maximum likelihood of factor models from covariance matrices, in one or several groups.

Array floor. The model of group g is Σ = Λ Φ Λᵀ + Θ and, where means are modelled, μ = ν + Λ α. A
group's own parameters come from the free ones through a function with its Jacobian, so that
equality over groups and second-order factors are the same estimator.

Every derivative of Σ has the form a bᵀ + b aᵀ; gradient and information follow in closed form
from the columns a and b, at a cost of (items × parameters²) however many people there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

SURE_FALL = 1e-9
"""An expected fall of F that is this small needs no search along the step."""

Expand = Callable[[Array], tuple[list[Array], list[Array]]]
"""Free parameters (Q,) → own parameters of each group (L,), and the Jacobians (L, Q)."""

Held = tuple[float, list[Array], list[Array]]
"""F at some free parameters, the groups' own parameters there, and the Jacobians."""

SCORING_STEPS = 2
"""Steps by the expected information, which is right far from the end and slow near it."""


@dataclass(frozen=True)
class GroupMoments:
    """One group: n people, covariance (K, K) with divisor n, means (K,) or None."""

    n: float
    covariance: Array
    means: Array | None = None


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which loadings are free, and where a group's own parameters stand in their vector.

    The order is: free loadings by item, then factor; the lower triangle of Φ by row with its
    diagonal; residual variances; and with ``means`` the intercepts and the factors' means.
    """

    loads: NDArray[np.bool_]
    means: bool = False

    @property
    def items(self) -> int:
        return self.loads.shape[0]

    @property
    def factors(self) -> int:
        return self.loads.shape[1]

    @cached_property
    def loading_places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Item and factor of every free loading."""
        rows, columns = np.nonzero(self.loads)
        return rows, columns

    @cached_property
    def factor_places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of every element of Φ's lower triangle."""
        rows, columns = np.tril_indices(self.factors)
        return rows, columns

    @cached_property
    def sections(self) -> dict[str, slice]:
        """Where loadings, factors, residuals, intercepts and factor_means stand."""
        sizes = {
            "loadings": int(self.loads.sum()),
            "factors": self.factors * (self.factors + 1) // 2,
            "residuals": self.items,
        }
        if self.means:
            sizes |= {"intercepts": self.items, "factor_means": self.factors}
        found, start = {}, 0
        for name, size in sizes.items():
            found[name] = slice(start, start + size)
            start += size
        return found

    @property
    def length(self) -> int:
        return list(self.sections.values())[-1].stop

    def matrices(self, own: Array) -> tuple[Array, Array, Array]:
        """Λ (K, M), Φ (M, M), residual variances (K,)."""
        sections = self.sections
        loadings = np.zeros(self.loads.shape)
        loadings[self.loading_places] = own[sections["loadings"]]
        factors = np.zeros((self.factors, self.factors))
        rows, columns = self.factor_places
        factors[rows, columns] = own[sections["factors"]]
        factors[columns, rows] = own[sections["factors"]]
        return loadings, factors, own[sections["residuals"]]


@dataclass(frozen=True)
class Solution:
    """What the search ended with.

    Attributes
    ----------
    free : (Q,) free parameters
    own : (L,) parameters of each group
    jacobians : (L, Q) of each group
    discrepancy : minimum of F = Σ n_g/n F_g; χ² = n F
    information : (Q, Q) expected information of the free parameters, for all n people
    converged : whether the gradient is zero
    identified : whether the information can be inverted
    """

    free: Array
    own: list[Array]
    jacobians: list[Array]
    discrepancy: float
    information: Array
    converged: bool
    identified: bool

    @property
    def covariance(self) -> Array:
        """(Q, Q) of the free parameters' estimates; pseudo-inverse when not identified."""
        if self.identified:
            return np.linalg.inv(self.information)
        return np.linalg.pinv(self.information, hermitian=True)


def minimise(
    groups: Sequence[GroupMoments],
    pattern: Pattern,
    expand: Expand,
    start: Array,
    *,
    steps: int = 200,
    tolerance: float = 1e-8,
) -> Solution:
    """Scoring from ``start``, then BFGS from its information; steps are halved until F falls.

    F_g = log|Σ| + tr(SΣ⁻¹) − log|S| − K + (x̄ − μ)ᵀ Σ⁻¹ (x̄ − μ). Source: Jöreskog (1969);
    Lee & Jennrich (1979).

    Raises
    ------
    numpy.linalg.LinAlgError
        When a group's covariance matrix is not positive definite.
    """
    total = sum(group.n for group in groups)
    logs = [np.linalg.slogdet(group.covariance) for group in groups]
    if any(sign <= 0 for sign, _ in logs):
        raise np.linalg.LinAlgError("the covariance matrix is not positive definite")
    floor = [float(log) + pattern.items for _, log in logs]

    def at(free: Array) -> Held | None:
        own, jacobians = expand(free)
        value = 0.0
        for group, parameters, least in zip(groups, own, floor, strict=True):
            part = _discrepancy(group, pattern, parameters)
            if part is None:
                return None
            value += group.n / total * (part - least)
        return value, own, jacobians

    free, held = start, at(start)
    if held is None:
        raise np.linalg.LinAlgError("the start values give no positive definite matrix")
    gradient = _gradient(groups, pattern, held, total)
    inverse, exact, converged = np.empty(0), False, False
    for step_number in range(steps):
        if np.abs(gradient).max(initial=0.0) < tolerance:
            converged = True
            break
        if step_number < SCORING_STEPS or not len(inverse):
            inverse, exact = _inverse(_information(groups, pattern, held, total)), True
        step = -inverse @ gradient
        found = _along(at, free, held, step, -float(gradient @ step))
        if found is None and not exact:
            inverse = np.empty(0)
            continue
        if found is None:
            break
        moved, held = found
        free = free + moved
        before, gradient = gradient, _gradient(groups, pattern, held, total)
        inverse, exact = _updated(inverse, moved, gradient - before), False
    curve = _information(groups, pattern, held, total)
    scale = np.sqrt(np.maximum(np.diag(curve), 1e-300))
    identified = _positive(curve / np.outer(scale, scale))
    value, own, jacobians = held
    return Solution(free, own, jacobians, value, curve * total / 2, converged, identified)


def _along(
    at: Callable[[Array], Held | None], free: Array, held: Held, step: Array, fall: float
) -> tuple[Array, Held] | None:
    """The step, halved until F falls as it should, and what is found there; None if it never does.

    Near the end the fall of F drowns in rounding while the gradient is still exact.
    """
    size = 1.0
    while size > 1e-8:
        fresh = at(free + size * step)
        if fresh is not None and (fall < SURE_FALL or fresh[0] <= held[0] - 1e-4 * size * fall):
            return size * step, fresh
        size /= 2
    return None


def _updated(inverse: Array, moved: Array, change: Array) -> Array:
    """The BFGS update of an inverse Hessian after a step and the gradient's change over it."""
    along = float(moved @ change)
    if along <= 1e-14 * float(np.sqrt((moved @ moved) * (change @ change))):
        return inverse
    turned = inverse @ change
    outer = np.outer(turned, moved) / along
    weight = (1 + float(change @ turned) / along) / along
    return inverse + weight * np.outer(moved, moved) - outer - outer.T


def _positive(scaled: Array) -> bool:
    """Whether a scaled information matrix is positive definite beyond rounding."""
    try:
        return bool((np.diag(np.linalg.cholesky(scaled)) ** 2).min() > 1e-9)
    except np.linalg.LinAlgError:
        return False


def derivative_columns(pattern: Pattern, own: Array) -> tuple[Array, Array]:
    """Columns a and b (K, L of Σ) with ∂Σ/∂own_i = a_i b_iᵀ + b_i a_iᵀ."""
    loadings, factors, _ = pattern.matrices(own)
    sections = pattern.sections
    a = np.zeros((pattern.items, sections["residuals"].stop))
    b = np.zeros_like(a)
    rows, columns = pattern.loading_places
    a[rows, np.arange(len(rows))] = 1.0
    b[:, sections["loadings"]] = (loadings @ factors)[:, columns]
    r, s = pattern.factor_places
    a[:, sections["factors"]] = loadings[:, r]
    b[:, sections["factors"]] = loadings[:, s] * np.where(r == s, 0.5, 1.0)
    at = np.arange(sections["residuals"].start, sections["residuals"].stop)
    a[np.arange(pattern.items), at] = 1.0
    b[np.arange(pattern.items), at] = 0.5
    return a, b


def cross_information(inverse: Array, a: Array, b: Array, c: Array, d: Array) -> Array:
    """tr(W Δ_i W Δ_j) of Δ_i = a_i b_iᵀ + b_i a_iᵀ and Δ_j = c_j d_jᵀ + d_j c_jᵀ, with W given."""
    wc, wd = inverse @ c, inverse @ d
    return 2 * ((a.T @ wc) * (b.T @ wd) + (a.T @ wd) * (b.T @ wc))


def _discrepancy(group: GroupMoments, pattern: Pattern, own: Array) -> float | None:
    """log|Σ| + tr((S + dd')Σ⁻¹); None where Σ is not positive definite."""
    loadings, factors, residuals = pattern.matrices(own)
    implied = loadings @ factors @ loadings.T + np.diag(residuals)
    try:
        factor = np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.inv(factor)
    value = 2 * float(np.log(np.diag(factor)).sum())
    value += float(((inverse @ group.covariance) * inverse).sum())
    if pattern.means:
        away = inverse @ _away(group, pattern, own, loadings)
        value += float(away @ away)
    return value if np.isfinite(value) else None


def _away(group: GroupMoments, pattern: Pattern, own: Array, loadings: Array) -> Array:
    sections = pattern.sections
    assert group.means is not None
    implied = own[sections["intercepts"]] + loadings @ own[sections["factor_means"]]
    return group.means - implied


def _gradient(groups: Sequence[GroupMoments], pattern: Pattern, held: Held, total: float) -> Array:
    """∂F of the free parameters (Q,)."""
    _, own, jacobians = held
    gradient = np.zeros(jacobians[0].shape[1])
    section = slice(0, pattern.sections["residuals"].stop)
    for group, parameters, jacobian in zip(groups, own, jacobians, strict=True):
        loadings, inverse = _inverse_of_implied(pattern, parameters)
        observed = group.covariance
        slope = np.zeros(pattern.length)
        if pattern.means:
            away = _away(group, pattern, parameters, loadings)
            observed = observed + np.outer(away, away)
            slope -= 2 * _mean_columns(pattern, parameters, loadings).T @ (inverse @ away)
        omega = inverse - inverse @ observed @ inverse
        a, b = derivative_columns(pattern, parameters)
        slope[section] += 2 * (a * (omega @ b)).sum(axis=0)
        gradient += group.n / total * (slope @ jacobian)
    return gradient


def _information(
    groups: Sequence[GroupMoments], pattern: Pattern, held: Held, total: float
) -> Array:
    """Expected Hessian of F in the free parameters (Q, Q)."""
    _, own, jacobians = held
    curve = np.zeros((jacobians[0].shape[1],) * 2)
    section = slice(0, pattern.sections["residuals"].stop)
    for group, parameters, jacobian in zip(groups, own, jacobians, strict=True):
        loadings, inverse = _inverse_of_implied(pattern, parameters)
        a, b = derivative_columns(pattern, parameters)
        bend = np.zeros((pattern.length, pattern.length))
        bend[section, section] = cross_information(inverse, a, b, a, b)
        if pattern.means:
            means = _mean_columns(pattern, parameters, loadings)
            bend += 2 * means.T @ inverse @ means
        # Each group's parameters follow from few of the free ones.
        used = np.nonzero(jacobian.any(axis=0))[0]
        inner = jacobian[:, used]
        curve[np.ix_(used, used)] += group.n / total * (inner.T @ bend @ inner)
    return curve


def _inverse_of_implied(pattern: Pattern, own: Array) -> tuple[Array, Array]:
    """Λ and Σ⁻¹."""
    loadings, factors, residuals = pattern.matrices(own)
    inverse = np.linalg.inv(loadings @ factors @ loadings.T + np.diag(residuals))
    return loadings, (inverse + inverse.T) / 2


def _mean_columns(pattern: Pattern, own: Array, loadings: Array) -> Array:
    """∂μ/∂own (K, L)."""
    sections = pattern.sections
    found = np.zeros((pattern.items, pattern.length))
    rows, columns = pattern.loading_places
    found[rows, np.arange(len(rows))] = own[sections["factor_means"]][columns]
    found[:, sections["intercepts"]] = np.eye(pattern.items)
    found[:, sections["factor_means"]] = loadings
    return found


def _inverse(curve: Array) -> Array:
    """Inverse of an information matrix, damped where it is singular."""
    from scipy.linalg import cho_solve

    scale = np.sqrt(np.maximum(np.diag(curve), 1e-12))
    scaled = curve / np.outer(scale, scale)
    for ridge in (0.0, 1e-8, 1e-5, 1e-2):
        try:
            factor = np.linalg.cholesky(scaled + ridge * np.eye(len(scaled)))
        except np.linalg.LinAlgError:
            continue
        if np.diag(factor).min() > 1e-7:
            whole = cho_solve((factor, True), np.eye(len(scaled)), check_finite=False)
            return whole / np.outer(scale, scale)
    return np.diag(1 / scale**2)
