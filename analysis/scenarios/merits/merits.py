"""How good a portfolio is, from draws that all portfolios share. Array floor.

Rows are S joint draws, columns K portfolios; row s of every column is the same world (common random
numbers), so that differences between columns are sharper than the columns. Gains are points of a
score against the baseline, net benefits the unit of money; every merit holds under the listed
assumptions and among the listed portfolios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

TINY = 1e-10
"""Values closer than this share of the largest magnitude are equal: rounding, not merit."""


@dataclass(frozen=True, eq=False)
class Worse:
    """Probability of ending below the baseline, each (K,).

    ``upper`` is the one-sided 95 % limit of Clopper & Pearson (1934): what S draws cannot rule out.
    It is 0 where ``zero_by_assumption``: nothing in the model could have made a draw negative.
    """

    probability: Array
    error: Array
    upper: Array
    zero_by_assumption: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Best:
    """Probability of being best, (K,), sums to 1, and its Monte Carlo standard error, (K,)."""

    probability: Array
    error: Array


@dataclass(frozen=True, eq=False)
class Regret:
    """Shortfall against the best portfolio of each draw, each (K,), at least 0.

    ``expected`` and its Monte Carlo ``error``, the 95 % quantile ``high``, and the ``largest``.
    """

    expected: Array
    error: Array
    high: Array
    largest: Array


@dataclass(frozen=True)
class BreakEven:
    """Smallest share of the assumed effects at which a plan stays best.

    ``always``: it stays best down to the lowest share, which is ``share``. ``never``: it is not
    best even at the highest share, and ``share`` is None.
    """

    share: float | None
    case: Literal["always", "between", "never"]


def draws_by_portfolio(values: ArrayLike, name: str = "values") -> Array:
    """``values`` as (S, K) floats; ValueError unless S, K ≥ 1 and all are finite."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"{name} have shape (draws, portfolios), not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} are finite in every draw")
    return values


def probability_worse(gain: ArrayLike, can_harm: ArrayLike | None = None) -> Worse:
    """Share of draws with a negative gain.

    Parameters
    ----------
    gain : (S, K) points against the baseline of the same draw
    can_harm : (K,) bool, whether the model of a portfolio holds anything that can lower a score
        (side effects, drift, noise of its own); without it a portfolio without a negative draw
        counts as one that cannot

    Losses below ``TINY`` of the largest gain are rounding. ``error`` = √(p(1−p)/S). Raises
    ValueError for other shapes or gains that are not finite.
    """
    from scipy.special import betaincinv

    gain = draws_by_portfolio(gain, "gains")
    draws, count = gain.shape
    harm = np.zeros(count, dtype=bool) if can_harm is None else np.asarray(can_harm, dtype=bool)
    if harm.shape != (count,):
        raise ValueError(f"one flag for each of {count} portfolios, not shape {harm.shape}")
    negative = (gain < -TINY * max(1.0, float(np.abs(gain).max()))).sum(axis=0)
    p = negative / draws
    by_assumption = (negative == 0) & ~harm
    upper = betaincinv(negative + 1, np.maximum(draws - negative, 1), 0.95)
    upper = np.where(negative == draws, 1.0, np.where(by_assumption, 0.0, upper))
    return Worse(p, np.sqrt(p * (1 - p) / draws), upper, by_assumption)


def probability_best(net: ArrayLike) -> Best:
    """Share of draws in which each portfolio has the highest net benefit (or gain).

    ``net`` (S, K); higher is better. Portfolios within ``TINY`` of the highest share the draw
    evenly, so that the shares sum to 1. ``error`` = √(p(1−p)/S), at most .005 at 10,000 draws; an
    upper bound where draws are split. Raises ValueError for other shapes or values not finite.
    """
    net = draws_by_portfolio(net, "net benefits")
    p = winning_shares(
        np.ascontiguousarray(net.T), net.max(axis=1), TINY * float(np.abs(net).max())
    )
    return Best(p, np.sqrt(np.maximum(p * (1 - p), 0) / len(net)))


def winning_shares(by_portfolio: Array, highest: Array, tiny: float) -> Array:
    """(K,) shares of the draws won, those within ``tiny`` of the highest splitting the draw.

    ``by_portfolio`` (K, S), contiguous in draws as this is the inner loop of acceptability;
    ``highest`` (S,) the largest of each draw.
    """
    close = (by_portfolio >= highest - tiny).astype(float)
    return close @ (1 / close.sum(axis=0)) / len(highest)


def regret(net: ArrayLike) -> Regret:
    """Expected, 95 % and largest regret.

    ``net`` (S, K). Regret of a draw is max_j net_j − net_k. The smallest expected regret is the
    expected value of perfect information. With a few named scenarios for rows, ``largest`` is the
    quantity that minimax regret minimises (Savage 1951). Raises ValueError for other shapes or
    values not finite.
    """
    net = draws_by_portfolio(net, "net benefits")
    lost = net.max(axis=1, keepdims=True) - net
    sd = lost.std(axis=0, ddof=1) if len(net) > 1 else np.zeros(net.shape[1])
    return Regret(
        lost.mean(axis=0),
        sd / np.sqrt(len(net)),
        np.quantile(lost, 0.95, axis=0),
        lost.max(axis=0),
    )


def break_even_share(
    advantage: Callable[[float], float],
    low: float = 0.0,
    high: float = 1.0,
    *,
    steps: int = 10,
    tolerance: float = 1e-3,
) -> BreakEven:
    """Smallest share of the assumed effects down to which a plan stays best.

    Parameters
    ----------
    advantage : share → mean net benefit of the plan less that of its best rival (or of doing
        nothing), on the same draws; the plan is best where this is ≥ 0
    low, high : shares searched
    steps : equal steps walked down from ``high`` to the first at which the plan loses
    tolerance : width of the share left by bisection

    Returns
    -------
    the upper end of the last bracket, where the plan is still best. Every step above it was best
    too; a loss narrower than a step may hide between two of them.

    Raises ValueError for limits out of order, no step, or an advantage that is not finite.
    """
    if not (low < high and steps >= 1 and tolerance > 0):
        raise ValueError("the lower share lies below the higher, with a step and a tolerance")

    def ahead(share: float) -> bool:
        value = float(advantage(share))
        if not np.isfinite(value):
            raise ValueError(f"the advantage at share {share:g} is {value}")
        return value >= 0

    if not ahead(high):
        return BreakEven(None, "never")
    best, beaten = high, None
    for step in range(steps - 1, -1, -1):
        share = low + (high - low) * step / steps
        if not ahead(share):
            beaten = share
            break
        best = share
    if beaten is None:
        return BreakEven(low, "always")
    while best - beaten > tolerance:
        middle = (best + beaten) / 2
        if ahead(middle):
            best = middle
        else:
            beaten = middle
    return BreakEven(best, "between")
