"""What it would be worth to know before deciding. Array floor.

Over the listed portfolios only, in the unit of the net benefit; which portfolios are feasible is
the caller's. EVPI ≥ EVPPI ≥ 0 by construction, see :func:`evppi_by_input`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def evppi_by_input(
    net: ArrayLike,
    inputs: ArrayLike,
    bins: int | None = None,
    *,
    shuffles: int = 8,
    seed: int = 1,
) -> InformationValue:
    """Expected value of perfect information about each of J inputs alone, beside that of noise.

    Parameters
    ----------
    net : (S, K) net benefits
    inputs : (S, J), or (S,) of one input
    bins : most bins, at least 1; default ∛S, 2..32: 22 at 10,000 draws
    shuffles : shuffled draws behind ``noise``, at least 1
    seed : of the shuffles (Philox)

    E_bin max_k E[NB_k | bin] − max_k E NB_k over bins of equal count; equal values stay in one bin,
    and an input with no more values than bins gets a bin for each. Any division of the draws gives
    a value ≥ 0 and ≤ EVPI, since a mean of maxima is no less than the maximum of means; only
    rounding is clipped. Few bins hide information, many add noise (Strong & Oakley 2013).

    Raises ValueError for shapes that do not match, values not finite, no bin, or no shuffle.
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


def _between(net: Array, best: int, labels: NDArray[np.int64]) -> float:
    """Mean over draws of what the best of each bin gains on the best of all."""
    order = labels.argsort(kind="stable")
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    sums = np.add.reduceat(net[order], starts, axis=0)
    return float((sums.max(axis=1) - sums[:, best]).sum() / len(net))
