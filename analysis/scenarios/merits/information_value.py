"""What it would be worth to know before deciding. Array floor.

Over the listed portfolios only, in the unit of the net benefit; which portfolios are feasible is
the caller's. EVPI ≥ EVPPI ≥ 0 by construction, see :func:`evppi`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.scenarios.merits.cost_effectiveness import net_benefit
from analysis.scenarios.merits.merits import draws_by_portfolio

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class InformationValue:
    """Value of knowing each of J inputs.

    Attributes
    ----------
    value : (J,) EVPPI, between 0 and ``evpi``
    evpi, evpi_error : value of knowing everything, with its Monte Carlo standard error
    noise : mean EVPPI found for an input that tells nothing (shuffled draws, same bins); a value
        near it is no evidence that the input matters
    bins : most bins of one input
    """

    value: Array
    evpi: float
    evpi_error: float
    noise: float
    bins: int


def evpi(net: ArrayLike) -> tuple[float, float]:
    """Expected value of perfect information and its Monte Carlo standard error.

    ``net`` (S, K) net benefits. EVPI = E max_k NB_k − max_k E NB_k, computed as the mean of
    max_k NB_k − NB_b with b the portfolio of highest mean, so it is never negative, and 0 where
    one portfolio wins every draw. Source: Raiffa & Schlaifer (1961).

    Raises ValueError for other shapes or values not finite.
    """
    net = draws_by_portfolio(net, "net benefits")
    lost = net.max(axis=1) - net[:, net.mean(axis=0).argmax()]
    error = float(lost.std(ddof=1)) / len(net) ** 0.5 if len(net) > 1 else 0.0
    return float(lost.mean()), error


def evpi_curve(cost: ArrayLike, gain: ArrayLike, values: ArrayLike) -> tuple[Array, Array]:
    """EVPI at each value of a point, and its Monte Carlo standard error, each (V,), money.

    Parameters and errors as :func:`analysis.scenarios.merits.cost_effectiveness.acceptability`.
    """
    found = [evpi(net_benefit(cost, gain, float(v))) for v in np.atleast_1d(values)]
    value, error = np.array(found).reshape(-1, 2).T
    return value, error


def evppi(net: ArrayLike, inputs: ArrayLike, bins: int | None = None) -> float:
    """Expected value of perfect information about one input or a group of inputs.

    Parameters
    ----------
    net : (S, K) net benefits
    inputs : (S,) draws of one input, or (S, G) of a group that would be learnt together
    bins : most bins, at least 1; default ∛S, 2..32: 22 at 10,000 draws

    Returns
    -------
    EVPPI in the unit of ``net``, between 0 and EVPI

    E_bin max_k E[NB_k | bin] − max_k E NB_k over bins of equal count; equal values stay in one bin,
    and an input with no more values than bins gets a bin for each. Any division of the draws gives
    a value ≥ 0 and ≤ EVPI, since a mean of maxima is no less than the maximum of means; only
    rounding is clipped. Few bins hide information, many add noise (Strong & Oakley 2013).

    A group is divided along the two leading principal directions of what its inputs and their
    squares predict of the net benefits' differences (least squares), and counts for no less than
    its best member; for a group it is a lower bound up to sampling noise.

    Raises ValueError for shapes that do not match, values not finite, or no bin.
    """
    net = draws_by_portfolio(net, "net benefits")
    inputs = _inputs(inputs, len(net))
    bins = _bins(bins, len(net))
    best = int(net.mean(axis=0).argmax())
    labels = [_equal_count(x, bins) for x in inputs.T]
    if inputs.shape[1] > 1:
        labels.append(_cells(net - net[:, [best]], inputs, bins))
    return min(max(_between(net, best, label) for label in labels), evpi(net)[0])


def evppi_by_input(
    net: ArrayLike,
    inputs: ArrayLike,
    bins: int | None = None,
    *,
    shuffles: int = 8,
    seed: int = 1,
) -> InformationValue:
    """EVPPI of each of J inputs alone, beside what noise would give.

    Parameters
    ----------
    net : (S, K) net benefits
    inputs : (S, J)
    bins : as :func:`evppi`
    shuffles : shuffled draws behind ``noise``, at least 1
    seed : of the shuffles (Philox)

    Raises ValueError as :func:`evppi`, and for no shuffle.
    """
    net = draws_by_portfolio(net, "net benefits")
    inputs = _inputs(inputs, len(net))
    bins = _bins(bins, len(net))
    if shuffles < 1:
        raise ValueError("noise is measured on at least one shuffle")
    whole, error = evpi(net)
    best = int(net.mean(axis=0).argmax())
    value = np.array([_between(net, best, _equal_count(x, bins)) for x in inputs.T])
    random = np.random.Generator(np.random.Philox(key=seed))
    idle = _equal_count(np.arange(len(net), dtype=float), bins)
    noise = np.mean([_between(net, best, random.permutation(idle)) for _ in range(shuffles)])
    return InformationValue(np.minimum(value, whole), whole, error, min(float(noise), whole), bins)


def _inputs(inputs: ArrayLike, draws: int) -> Array:
    inputs = np.asarray(inputs, dtype=float)
    if inputs.ndim == 1:
        inputs = inputs[:, None]
    if inputs.ndim != 2 or len(inputs) != draws or not inputs.size:
        raise ValueError(f"inputs have {draws} draws, as the net benefits, not {inputs.shape}")
    if not np.isfinite(inputs).all():
        raise ValueError("inputs are finite in every draw")
    return inputs


def _bins(bins: int | None, draws: int) -> int:
    if bins is None:
        return min(int(np.clip(round(draws ** (1 / 3)), 2, 32)), draws)
    if bins < 1:
        raise ValueError(f"there is at least one bin, not {bins}")
    return min(int(bins), draws)


def _equal_count(x: Array, bins: int) -> NDArray[np.int64]:
    """Bin of each draw; equal values share one."""
    order = x.argsort(kind="stable")
    ordered = x[order]
    fresh = np.concatenate([[True], ordered[1:] > ordered[:-1]])
    labels = np.empty(len(x), dtype=np.int64)
    if fresh.sum() <= bins:
        labels[order] = fresh.cumsum() - 1
    else:
        first = np.maximum.accumulate(np.where(fresh, np.arange(len(x)), 0))
        labels[order] = first * bins // len(x)
    return labels


def _cells(advantage: Array, inputs: Array, bins: int) -> NDArray[np.int64]:
    """Bins of equal count along two directions of the predicted advantages."""
    centred = inputs - inputs.mean(axis=0)
    spread = centred.std(axis=0)
    centred = centred[:, spread > 0] / spread[spread > 0]
    terms = np.column_stack([centred, centred**2 - 1])
    advantage = advantage - advantage.mean(axis=0)
    if not terms.size:
        return np.zeros(len(inputs), dtype=np.int64)
    slope, *_ = np.linalg.lstsq(terms, advantage, rcond=None)
    predicted = terms @ slope
    predicted -= predicted.mean(axis=0)
    size, direction = np.linalg.eigh(predicted.T @ predicted)
    size, direction = size[::-1], direction[:, ::-1]
    score = predicted @ direction[:, :2]
    rival = size[1] / size[0] if len(size) > 1 and size[0] > 0 else 0.0
    # The directions' spreads share the bins; with a negligible second one all go to the first.
    across = int(np.clip(round((bins * rival**0.5) ** 0.5), 1, max(1, round(bins**0.5))))
    first = _equal_count(score[:, 0], max(1, bins // across))
    if across == 1:
        return first
    second = np.empty(len(first), dtype=np.int64)
    for label in range(first.max() + 1):
        held = first == label
        if held.any():
            second[held] = _equal_count(score[held, 1], across)
    return first * across + second


def _between(net: Array, best: int, labels: NDArray[np.int64]) -> float:
    """Mean over draws of what the best of each bin gains on the best of all."""
    order = labels.argsort(kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    sums = np.add.reduceat(net[order], starts, axis=0)
    return float((sums.max(axis=1) - sums[:, best]).sum() / len(net))
