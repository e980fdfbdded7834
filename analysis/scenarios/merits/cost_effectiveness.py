"""What a point costs: dominance, frontier, acceptability. Array floor.

Costs are money (万元), gains points, values money per point; draws S × portfolios K, shared by all
portfolios. Net benefit is NB = value·gain − cost (Stinnett & Mullahy 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.scenarios.merits.merits import TINY, draws_by_portfolio, winning_shares

Array = NDArray[Any]

Status = Literal["frontier", "dominated", "extended", "equal"]


@dataclass(frozen=True, eq=False)
class Frontier:
    """Portfolios worth their money at some value of a point.

    Attributes
    ----------
    status : K words: ``frontier``; ``dominated`` (another gains no less for no more money);
        ``extended`` (a mixture of two others does); ``equal`` (cost and gain of one listed before)
    order : (F,) portfolios of the frontier, by rising cost and gain
    ratio : (F−1,) money per further point from each to the next, rising; the first has none
    """

    status: tuple[Status, ...]
    order: NDArray[np.int64]
    ratio: Array


@dataclass(frozen=True, eq=False)
class Acceptability:
    """Acceptability over V values of a point.

    Attributes
    ----------
    values : (V,) money per point
    probability : (V, K) share of draws with the highest net benefit; rows sum to 1 (CEAC)
    error : (V, K) Monte Carlo standard error √(p(1−p)/S)
    best : (V,) portfolio with the highest mean net benefit, the first of equals
    frontier : (V,) its probability (CEAF), which need not be the highest
    expected_loss : (V, K) mean shortfall against the best of each draw; its least is the EVPI
    """

    values: Array
    probability: Array
    error: Array
    best: NDArray[np.int64]
    frontier: Array
    expected_loss: Array


@dataclass(frozen=True, eq=False)
class Ellipse:
    """Where draws of (cost, gain) lie, were they normal.

    Attributes
    ----------
    centre : (2,) mean cost and gain
    axes : (2,) half lengths, the longer first; 0 where there is no spread
    angle : radians from the cost axis to the longer axis, in (−π/2, π/2], in data units
    share : share of a normal cloud inside
    inside : share of the draws inside, to see how far that holds
    """

    centre: Array
    axes: Array
    angle: float
    share: float
    inside: float


def frontier(cost: ArrayLike, gain: ArrayLike) -> Frontier:
    """Dominance, extended dominance and incremental ratios of K portfolios.

    Parameters
    ----------
    cost, gain : (K,) expected cost and gain, finite

    Sorted by cost, portfolios that do not gain more than a cheaper one are dominated; then those
    whose ratio (c_k − c_j)/(g_k − g_j) to the one before exceeds the next ratio are dominated by a
    mixture of their neighbours. What stays is the upper hull. Three on one line all stay. Source:
    Weinstein & Stason (1977); Cantor (1994).

    Raises ValueError for other shapes or values not finite.
    """
    cost, gain = np.asarray(cost, dtype=float), np.asarray(gain, dtype=float)
    if cost.ndim != 1 or cost.shape != gain.shape or not len(cost):
        raise ValueError(f"costs and gains have one shape (K,), not {cost.shape} and {gain.shape}")
    if not (np.isfinite(cost).all() and np.isfinite(gain).all()):
        raise ValueError("costs and gains are finite")
    status: list[Status] = ["dominated"] * len(cost)
    hull: list[int] = []
    twins: list[tuple[int, int]] = []
    highest = None
    for k in np.lexsort((np.arange(len(cost)), -gain, cost)).tolist():
        if highest is not None and gain[k] <= gain[highest]:
            if gain[k] == gain[highest] and cost[k] == cost[highest]:
                twins.append((k, highest))
            continue
        highest = k
        while len(hull) > 1 and _bends_down(cost, gain, hull[-2], hull[-1], k):
            status[hull.pop()] = "extended"
        hull.append(k)
        status[k] = "frontier"
    for k, first in twins:
        status[k] = "equal" if status[first] == "frontier" else status[first]
    order = np.array(hull, dtype=np.int64)
    return Frontier(tuple(status), order, np.diff(cost[order]) / np.diff(gain[order]))


def net_benefit(cost: ArrayLike, gain: ArrayLike, value: float) -> Array:
    """(S, K) net benefits value·gain − cost, in money.

    Parameters
    ----------
    cost, gain : (S, K); a cost of (K,) or (1, K) is the same in every draw
    value : money per point, at least 0

    Raises ValueError for shapes that do not match, or values not finite or negative.
    """
    cost, gain = _paired(cost, gain)
    return _value(value) * gain - cost


def acceptability(cost: ArrayLike, gain: ArrayLike, values: ArrayLike) -> Acceptability:
    """Acceptability curves, their frontier and expected losses.

    Parameters
    ----------
    cost, gain : (S, K); a cost of (K,) or (1, K) is the same in every draw
    values : (V,) money per point, each at least 0

    CEAC_k(v) = share of draws in which k has the highest v·gain − cost, equals splitting the draw;
    CEAF(v) = CEAC of the portfolio with the highest mean. Source: Fenwick, Claxton & Sculpher
    (2001); expected loss: Alarid-Escudero et al. (2019).

    Raises ValueError for shapes that do not match, or values not finite or negative.
    """
    cost, gain = _paired(cost, gain)
    values = np.atleast_1d(np.asarray(values, dtype=float))
    if values.ndim != 1 or not len(values):
        raise ValueError(f"values of a point have shape (V,), not {values.shape}")
    shape = (len(values), gain.shape[1])
    probability, loss = np.empty(shape), np.empty(shape)
    best = np.empty(len(values), dtype=np.int64)
    # Contiguous in draws: a maximum over few portfolios is slow along short rows.
    gains, costs = np.ascontiguousarray(gain.T), np.ascontiguousarray(cost.T)
    for row, value in enumerate(values):
        net = _value(value) * gains - costs
        highest, mean = net.max(axis=0), net.mean(axis=1)
        reach = max(float(highest.max()), -float(net.min()))
        probability[row] = winning_shares(net, highest, TINY * reach)
        best[row] = mean.argmax()
        least = float((highest - net[best[row]]).mean())
        loss[row] = least + (mean[best[row]] - mean)
    error = np.sqrt(np.maximum(probability * (1 - probability), 0) / len(gain))
    chosen = probability[np.arange(len(values)), best]
    return Acceptability(values, probability, error, best, chosen, loss)


def ellipse(cost: ArrayLike, gain: ArrayLike, share: float) -> Ellipse:
    """Ellipse of one portfolio's cloud of costs and gains.

    Parameters
    ----------
    cost, gain : (S,) draws, S ≥ 2
    share : share of a normal cloud inside, between 0 and 1 (both excluded)

    Half axes √(λ·q) with λ the eigenvalues of the covariance and q = −2·ln(1−share), the quantile
    of χ² with two degrees of freedom. Points: :func:`ellipse_outline`.

    Raises ValueError for other shapes, values not finite, or a share outside.
    """
    cost, gain = np.asarray(cost, dtype=float), np.asarray(gain, dtype=float)
    if cost.ndim != 1 or cost.shape != gain.shape or len(cost) < 2:
        raise ValueError(f"costs and gains are two or more draws, not {cost.shape}, {gain.shape}")
    if not (np.isfinite(cost).all() and np.isfinite(gain).all()):
        raise ValueError("costs and gains are finite")
    if not 0 < share < 1:
        raise ValueError(f"the share inside lies between 0 and 1, not {share}")
    points = np.stack([cost, gain])
    centre = points.mean(axis=1)
    points = points - centre[:, None]
    size, direction = np.linalg.eigh(points @ points.T / (len(cost) - 1))
    size, direction = np.maximum(size[::-1], 0.0), direction[:, ::-1]
    size[size <= 1e-14 * max(size[0], float(centre @ centre))] = 0.0
    reach = -2 * np.log1p(-share)
    angle = float(np.arctan2(direction[1, 0], direction[0, 0]))
    if angle <= -np.pi / 2 or angle > np.pi / 2:
        angle -= np.copysign(np.pi, angle)
    along = (direction.T @ points)[size > 0]
    inside = float(((along**2 / size[size > 0, None]).sum(axis=0) <= reach).mean())
    return Ellipse(centre, np.sqrt(size * reach), angle, float(share), inside)


def ellipse_outline(of: Ellipse, points: int = 73) -> Array:
    """(P, 2) costs and gains along an ellipse, closed: the last is the first.

    Raises ValueError for fewer than four points.
    """
    if points < 4:
        raise ValueError(f"an outline has four points or more, not {points}")
    turn = np.linspace(0, 2 * np.pi, points)
    turn[-1] = 0.0
    along = of.axes[:, None] * np.stack([np.cos(turn), np.sin(turn)])
    c, s = np.cos(of.angle), np.sin(of.angle)
    return (np.array([[c, -s], [s, c]]) @ along).T + of.centre


def _bends_down(cost: Array, gain: Array, a: int, b: int, c: int) -> bool:
    """Whether the ratio from a to b exceeds that from b to c by more than rounding."""
    first = (cost[b] - cost[a]) * (gain[c] - gain[b])
    second = (cost[c] - cost[b]) * (gain[b] - gain[a])
    return bool(first - second > 1e-12 * max(abs(first), abs(second)))


def _paired(cost: ArrayLike, gain: ArrayLike) -> tuple[Array, Array]:
    gain = draws_by_portfolio(gain, "gains")
    cost = draws_by_portfolio(np.atleast_2d(np.asarray(cost, dtype=float)), "costs")
    if cost.shape not in (gain.shape, (1, gain.shape[1])):
        raise ValueError(f"costs {cost.shape} do not match gains {gain.shape}")
    return np.broadcast_to(cost, gain.shape), gain


def _value(value: float) -> float:
    if not (np.isfinite(value) and value >= 0):
        raise ValueError(f"the value of a point is finite and at least 0, not {value}")
    return float(value)
