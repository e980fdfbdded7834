"""Weights from comparisons in pairs: the analytic hierarchy process and the best-worst method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indicators.words import one_of

Array = NDArray[np.floating]

RANDOM_INDEX = {
    "saaty1980": (
        0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
    ),
    "simulated": (
        0.0, 0.0, 0.52, 0.89, 1.12, 1.26, 1.36, 1.41, 1.46, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59,
    ),
}  # fmt: skip
"""Mean consistency index of random matrices of 1 … 15 rows: Saaty (1980), and the later simulation
of Chinese textbooks. A consistency ratio always names its table."""

ACCEPTED_RATIO = 0.1
SCALE = (*(1 / k for k in range(9, 1, -1)), *(float(k) for k in range(1, 10)))
"""Saaty's scale of judgements, 1/9 … 1 … 9."""


@dataclass(frozen=True)
class Consistency:
    """``eigenvalue`` λ_max; ``index`` (λ_max − n)/(n − 1); ``ratio`` index over the random one.

    ``table`` names the random indices; the ratio is 0 for fewer than three rows.
    """

    eigenvalue: float
    index: float
    ratio: float
    table: str


@dataclass(frozen=True)
class Triple:
    """The three judgements that agree least: a_ik should be a_ij·a_jk.

    ``suggested`` is what ``a_ik`` would have to be; ``error`` |ln(a_ij a_jk / a_ik)|.
    """

    i: int
    j: int
    k: int
    suggested: float
    error: float


def require_reciprocal(matrix: Array) -> None:
    """Raises ValueError unless positive with a_ji = 1/a_ij and ones on the diagonal."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"comparisons need a square matrix, not {matrix.shape}")
    if not (np.isfinite(matrix).all() and (matrix > 0).all()):
        raise ValueError("judgements are positive numbers")
    if not np.allclose(matrix * matrix.T, 1.0, rtol=0, atol=1e-6):
        raise ValueError("the matrix is not reciprocal: a_ji must be 1/a_ij")


def eigenvector_weights(matrix: Array) -> Array:
    """Principal right eigenvector of a reciprocal matrix, scaled to 1. Saaty (1977)."""
    require_reciprocal(matrix)
    values, vectors = np.linalg.eig(matrix)
    vector = np.abs(np.real(vectors[:, int(np.argmax(np.real(values)))]))
    return vector / vector.sum()


def geometric_mean_weights(matrix: Array) -> Array:
    """Geometric means of the rows, scaled to 1. Crawford & Williams (1985)."""
    require_reciprocal(matrix)
    mean = np.exp(np.log(matrix).mean(axis=1))
    return mean / mean.sum()


def consistency(matrix: Array, table: str = "saaty1980") -> Consistency:
    """Saaty's consistency of a reciprocal matrix of at most 15 rows."""
    one_of("table", table, RANDOM_INDEX)
    require_reciprocal(matrix)
    n = len(matrix)
    if n > len(RANDOM_INDEX[table]):
        raise ValueError(f"no random index for {n} rows, at most {len(RANDOM_INDEX[table])}")
    largest = float(np.real(np.linalg.eigvals(matrix)).max())
    # λ_max ≥ n; what lies below is rounding.
    index = max(largest - n, 0.0) / (n - 1) if n > 2 else 0.0
    random = RANDOM_INDEX[table][n - 1]
    return Consistency(largest, index, index / random if random > 0 else 0.0, table)


def worst_triple(matrix: Array) -> Triple | None:
    """The triple i < j < k whose judgements disagree most; None for fewer than three rows."""
    n = len(matrix)
    logs = np.log(matrix)
    found = None
    for i in range(n):
        for j in range(i + 1, n):
            for k in range(j + 1, n):
                error = abs(logs[i, j] + logs[j, k] - logs[i, k])
                if found is None or error > found.error:
                    found = Triple(i, j, k, float(matrix[i, j] * matrix[j, k]), float(error))
    return found


@dataclass(frozen=True)
class Revision:
    """The one judgement a_ij whose change lowers inconsistency most, to what, and the consistency
    ratio that would result."""

    i: int
    j: int
    suggested: float
    ratio: float


def best_revision(matrix: Array, table: str = "saaty1980") -> Revision | None:
    """The change of one judgement to a point of Saaty's scale that gives the lowest λ_max.

    All n(n − 1)/2 · 17 changes are tried; among equals the smallest change is taken. None where no
    change lowers the ratio, and for fewer than three rows. λ_max ≥ n with equality for consistent
    matrices alone: Saaty (1980); looking for the judgement to reconsider: Saaty (2003).
    """
    require_reciprocal(matrix)
    n = len(matrix)
    if n < 3:
        return None
    now = consistency(matrix, table)
    tried = [(i, j, to) for i in range(n) for j in range(i + 1, n) for to in SCALE]
    stack = np.repeat(matrix[None], len(tried), axis=0)
    for at, (i, j, to) in enumerate(tried):
        stack[at, i, j], stack[at, j, i] = to, 1 / to
    largest = np.real(np.linalg.eigvals(stack)).max(axis=1)
    lowest = float(largest.min())
    if lowest >= now.eigenvalue - 1e-9:
        return None
    equal = [tried[at] for at in np.flatnonzero(largest <= lowest + 1e-9)]
    i, j, to = min(equal, key=lambda one: abs(np.log(one[2] / matrix[one[0], one[1]])))
    changed = matrix.copy()
    changed[i, j], changed[j, i] = to, 1 / to
    return Revision(i, j, to, consistency(changed, table).ratio)


def joint_judgement(matrices: Array) -> Array:
    """Several experts' matrices (E, n, n) as one: geometric mean of each judgement.

    Keeps reciprocity. Source: Aczél & Saaty (1983).
    """
    for matrix in matrices:
        require_reciprocal(matrix)
    return np.exp(np.log(matrices).mean(axis=0))


def best_worst_weights(best_to_others: Array, others_to_worst: Array) -> tuple[Array, float]:
    """Linear best-worst method: minimise ξ with |w_B − a_Bj w_j| ≤ ξ and |w_j − a_jW w_W| ≤ ξ.

    Parameters
    ----------
    best_to_others : (C,) how much the best outweighs each, 1 for itself
    others_to_worst : (C,) how much each outweighs the worst, 1 for itself

    Returns
    -------
    weights (C,), and ξ: 0 when the judgements are consistent

    Source: Rezaei (2016).
    """
    from scipy.optimize import linprog

    count = len(best_to_others)
    if len(others_to_worst) != count or min(best_to_others.min(), others_to_worst.min()) < 1:
        raise ValueError("both lists have a judgement of at least 1 for every criterion")
    best, worst = int(np.argmin(best_to_others)), int(np.argmin(others_to_worst))
    rows = []
    for j in range(count):
        for pair in ((best, j, best_to_others[j]), (j, worst, others_to_worst[j])):
            for sign in (1.0, -1.0):
                row = np.zeros(count + 1)
                row[pair[0]] += sign
                row[pair[1]] -= sign * pair[2]
                row[-1] = -1.0
                rows.append(row)
    cost = np.zeros(count + 1)
    cost[-1] = 1.0
    total = np.append(np.ones(count), 0.0)[None]
    found = linprog(
        cost, A_ub=np.array(rows), b_ub=np.zeros(len(rows)), A_eq=total, b_eq=[1.0], method="highs"
    )
    if found.x is None:
        raise ValueError("the judgements give no weights")
    return found.x[:-1], float(found.x[-1])
