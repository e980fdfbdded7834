"""Under which assumptions a plan stops being best: boxes of inputs by patient rule induction.

PRIM peels the input space from all sides, a little at a time, towards a box dense in failures, then
pastes back. Source: Friedman & Fisher (1999); for decisions Bryant & Lempert (2010), whose measures
these are: coverage, the share of all failures inside; density, the share of the inside that fails;
mass, the share of the draws inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

SIGNIFICANT = 0.05
"""A limit whose quasi p-value is higher is dropped from the chosen box."""


@dataclass(frozen=True, eq=False)
class Box:
    """Limits on J inputs, both ends inside.

    Attributes
    ----------
    low, high : (J,) −∞ and ∞ where there is no limit
    quasi_p : (J,) 1 where there is no limit
    restricted : inputs with a limit, the most telling first (lowest quasi p, then narrowest)
    coverage, density, mass : shares, 0..1
    """

    low: Array
    high: Array
    quasi_p: Array
    restricted: tuple[int, ...]
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True, eq=False)
class Discovery:
    """What PRIM found.

    Attributes
    ----------
    case : ``found``; ``always`` or ``never`` (the plan fails in every draw, in none: nothing to
        tell apart); ``none`` (no box says more than all draws together)
    box : the chosen box, None unless found
    trajectory : the boxes peeled, from all draws inwards; empty for ``always`` and ``never``
    base_rate : share of all draws that fail
    """

    case: Literal["found", "always", "never", "none"]
    box: Box | None
    trajectory: tuple[Box, ...]
    base_rate: float


def discover(
    inputs: ArrayLike,
    fails: ArrayLike,
    *,
    peel: float = 0.05,
    paste: float = 0.05,
    least_mass: float = 0.05,
) -> Discovery:
    """Find the box of inputs in which a plan fails.

    Parameters
    ----------
    inputs : (S, J) draws of the assumptions, numeric; discrete ones are peeled value by value
    fails : (S,) bool, whether the plan is no longer best in the draw
    peel, paste : share of the draws of the box cut off, put back, in a step; in (0, 1)
    least_mass : peeling stops before fewer than this share of all draws are left; in (0, 1)

    Each step cuts ⌊peel·n⌋ draws, at least one (equal values together), off one side of one input:
    the cut with the highest (density after − density before) / draws removed, the first of equals.
    It stops at density 1, at the least mass, or where nothing is left to cut.

    The chosen box is the one of the trajectory with the highest harmonic mean of coverage and
    density (the larger of equals). Pasting then widens its sides while density does not fall, and
    limits are dropped one by one, the least telling first, while any quasi p-value exceeds .05. The
    quasi p of an input is P(Bin(n, q) ≥ t), with n and t the draws and failures inside and q the
    density once its limits are lifted: it is no test, as the limits were chosen on the same draws.

    Raises ValueError for shapes that do not match, inputs not finite, outcomes that are not true
    or false, or shares out of range.
    """
    inputs, fails = np.asarray(inputs, dtype=float), np.asarray(fails)
    if inputs.ndim != 2 or fails.shape != inputs.shape[:1] or not inputs.size:
        raise ValueError(
            f"inputs (S, J) and failures (S,) do not match {inputs.shape}, {fails.shape}"
        )
    if not np.isfinite(inputs).all():
        raise ValueError("inputs are finite in every draw")
    if fails.dtype != np.bool_:
        raise ValueError("a draw fails or it does not: failures are true or false")
    if not all(0 < share < 1 for share in (peel, paste, least_mass)):
        raise ValueError("shares peeled, pasted and left lie between 0 and 1")
    base = float(fails.mean())
    if base in (0.0, 1.0):
        return Discovery("always" if base else "never", None, (), base)
    columns = np.ascontiguousarray(inputs.T)
    limits = _peeled(columns, fails, peel, least_mass * len(fails))
    trajectory = tuple(_box(columns, fails, low, high) for low, high in limits)
    score = [2 * b.coverage * b.density / max(b.coverage + b.density, 1e-300) for b in trajectory]
    chosen = trajectory[int(np.argmax(score))]
    if chosen.restricted:
        low, high = _pasted(columns, fails, chosen.low.copy(), chosen.high.copy(), paste)
        chosen = _pruned(columns, fails, _box(columns, fails, low, high))
    if not chosen.restricted:
        return Discovery("none", None, trajectory, base)
    return Discovery("found", chosen, trajectory, base)


def _inside(columns: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    held = np.ones(columns.shape[1], dtype=bool)
    for j in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
        held &= (columns[j] >= low[j]) & (columns[j] <= high[j])
    return held


def _peeled(columns: Array, fails: Array, peel: float, least: float) -> list[tuple[Array, Array]]:
    """Limits of each box of the trajectory."""
    low, high = np.full(len(columns), -np.inf), np.full(len(columns), np.inf)
    trajectory = [(low.copy(), high.copy())]
    x, y = columns, fails
    while not y.all():
        n, density = len(y), float(y.mean())
        cut = max(1, int(peel * n))
        if n - cut < 1:
            break
        bottom, top = _bounds(x, cut)
        best, where = -np.inf, None
        for end, keep in enumerate((x >= bottom[:, None], x <= top[:, None])):
            kept = keep.sum(axis=1)
            failing = keep @ y.astype(float)
            possible = (kept < n) & (kept >= max(least, 1.0))
            if not possible.any():
                continue
            gain = np.full(len(x), -np.inf)
            gain[possible] = (failing[possible] / kept[possible] - density) / (n - kept[possible])
            j = int(gain.argmax())
            if gain[j] > best:
                best, where = float(gain[j]), (end, j)
        if where is None:
            break
        end, j = where
        if end == 0:
            low[j], held = bottom[j], x[j] >= bottom[j]
        else:
            high[j], held = top[j], x[j] <= top[j]
        x, y = x[:, held], y[held]
        trajectory.append((low.copy(), high.copy()))
    return trajectory


def _bounds(x: Array, cut: int) -> tuple[Array, Array]:
    """Lowest and highest value kept of each input when ``cut`` draws go, or the values they tie with.

    Where too many tie at an end, all of them go; where nothing else is left, the bound is infinite
    outwards and cuts nothing.
    """
    n = x.shape[1]
    parted = np.partition(x, sorted({cut, n - 1 - cut}), axis=1)
    bottom, top = parted[:, cut].copy(), parted[:, n - 1 - cut].copy()
    least, most = x.min(axis=1), x.max(axis=1)
    for j in np.flatnonzero(bottom <= least):
        others = x[j][x[j] > least[j]]
        bottom[j] = others.min() if len(others) else -np.inf
    for j in np.flatnonzero(top >= most):
        others = x[j][x[j] < most[j]]
        top[j] = others.max() if len(others) else np.inf
    return bottom, top


def _pasted(
    columns: Array, fails: Array, low: Array, high: Array, paste: float
) -> tuple[Array, Array]:
    """Limits widened, a share at a time, while density does not fall."""
    while True:
        held = _inside(columns, low, high)
        density, size = fails[held].mean(), max(1, int(paste * held.sum()))
        best = (density, int(held.sum()))
        wider = None
        for j in np.flatnonzero(np.isfinite(low) | np.isfinite(high)):
            for end, limit in enumerate((low, high)):
                if not np.isfinite(limit[j]):
                    continue
                moved = low.copy(), high.copy()
                moved[end][j] = (-np.inf, np.inf)[end]
                beyond = np.sort(columns[j][_inside(columns, *moved) & ~held])
                if not len(beyond):
                    limit[j] = moved[end][j]
                    continue
                step = min(size, len(beyond))
                moved[end][j] = (beyond[-step], beyond[step - 1])[end]
                fresh = _inside(columns, *moved)
                found = (fails[fresh].mean(), int(fresh.sum()))
                if found > best:
                    best, wider = found, moved
        if wider is None:
            return low, high
        low, high = wider


def _pruned(columns: Array, fails: Array, box: Box) -> Box:
    """The box without limits that chance explains."""
    while box.restricted:
        j = max(box.restricted, key=lambda one: box.quasi_p[one])
        if box.quasi_p[j] <= SIGNIFICANT:
            break
        low, high = box.low.copy(), box.high.copy()
        low[j], high[j] = -np.inf, np.inf
        box = _box(columns, fails, low, high)
    return box


def _box(columns: Array, fails: Array, low: Array, high: Array) -> Box:
    from scipy.special import betainc

    limited = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
    outside = (columns[limited] < low[limited, None]) | (columns[limited] > high[limited, None])
    broken = outside.sum(axis=0)
    held = broken == 0
    n, t = int(held.sum()), int(fails[held].sum())
    quasi = np.ones(len(low))
    width = np.ones(len(low))
    for j, its in zip(limited, outside, strict=True):
        without = broken == its
        # The binomial tail as an incomplete beta; scipy.stats alone would take a second to import.
        quasi[j] = betainc(t, n - t + 1, fails[without].mean()) if t else 1.0
        width[j] = n / without.sum()
    order = sorted(limited.tolist(), key=lambda j: (quasi[j], width[j], j))
    return Box(low, high, quasi, tuple(order), t / int(fails.sum()), t / n, n / len(fails))
