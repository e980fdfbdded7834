"""Which assumptions move the result: an output where each input is low and where it is high."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Tornado:
    """Bars of J inputs, the widest first.

    Attributes
    ----------
    order : (J,) columns of the inputs
    low, high : (J,) mean of the output where the input is in its lowest, its highest share
    low_error, high_error : (J,) their standard errors
    width : (J,) |high − low|
    width_error : (J,) its standard error; an idle input has a width near it
    mean : the output's mean over all draws
    share : share of the draws at each end
    """

    order: NDArray[np.int64]
    low: Array
    high: Array
    low_error: Array
    high_error: Array
    width: Array
    width_error: Array
    mean: float
    share: float


def tornado(inputs: ArrayLike, output: ArrayLike, share: float = 0.1) -> Tornado:
    """Conditional means of an output at the two ends of each input.

    Parameters
    ----------
    inputs : (S, J) draws
    output : (S,) the same draws, in any unit
    share : share of the draws taken at each end, above 0 and at most ½

    E[y | x_j among its lowest share·S draws] and the same for the highest. Draws that tie at the
    cut are taken in part, each by the same weight, so that the weights add to share·S: what any
    order among them gives on average. A constant input has no width. Error: √(Σw²(y−m)²)/Σw, with
    the factor √(n/(n−1)), n = (Σw)²/Σw². The ends carry what is correlated with the input too.
    Equal widths keep the order of the inputs. Source: Eschenbach (1992), with conditional means in
    place of one-at-a-time values.

    Raises ValueError for shapes that do not match, values not finite, fewer than two draws at an
    end, or a share outside its range.
    """
    inputs, output = np.asarray(inputs, dtype=float), np.asarray(output, dtype=float)
    if inputs.ndim != 2 or output.ndim != 1 or len(inputs) != len(output):
        raise ValueError(
            f"inputs (S, J) and output (S,) do not match {inputs.shape}, {output.shape}"
        )
    if not (np.isfinite(inputs).all() and np.isfinite(output).all()):
        raise ValueError("inputs and output are finite in every draw")
    if not 0 < share <= 0.5:
        raise ValueError(f"the share at an end lies above 0 and at most at one half, not {share}")
    wanted = share * len(output)
    if wanted < 2:
        raise ValueError(f"{share} of {len(output)} draws is fewer than two")
    whole = float(output.mean())
    count = inputs.shape[1]
    ends = np.empty((4, count))
    for j, x in enumerate(inputs.T):
        ends[:2, j] = _end(x, output - whole, wanted)
        ends[2:, j] = _end(-x, output - whole, wanted)
    # An input without spread has the same draws at both ends, and no rounding between them.
    ends[0::2, np.ptp(inputs, axis=0) == 0] = 0.0
    width = np.abs(ends[2] - ends[0])
    order = (-width).argsort(kind="stable")
    low, low_error, high, high_error = ends[:, order]
    error = np.hypot(low_error, high_error)
    return Tornado(
        order, low + whole, high + whole, low_error, high_error, width[order], error, whole, share
    )


def _end(x: Array, y: Array, wanted: float) -> tuple[float, float]:
    """Mean of ``y`` and its error over the ``wanted`` draws with the lowest ``x``."""
    cut = np.partition(x, int(np.ceil(wanted)) - 1)[int(np.ceil(wanted)) - 1]
    below, tied = y[x < cut], y[x == cut]
    part = (wanted - len(below)) / len(tied)
    mean = (below.sum() + part * tied.sum()) / wanted
    squares = len(below) + part**2 * len(tied)
    effective = wanted**2 / squares
    scatter = ((below - mean) ** 2).sum() + part**2 * ((tied - mean) ** 2).sum()
    return float(mean), float(np.sqrt(scatter * effective / max(effective - 1, 1.0)) / wanted)
