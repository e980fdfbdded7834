"""Where no plan keeps all requirements: the smallest set of them to give way on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from analysis.portfolio.highs import minimise
from analysis.portfolio.merit import Merit
from analysis.portfolio.outer_approximation import STEPS, OuterApproximation
from analysis.portfolio.plan import Relaxation
from analysis.portfolio.problem import Objective
from analysis.portfolio.requirements import LINK, Requirements
from analysis.portfolio.upper_model import UpperModel

AMOUNTS = ("budget", "yearly-budget", "large", "floor")
"""Kinds of which some amount more, or less, is enough; other rules are dropped."""


def smallest_relaxation(merit: Merit, requirements: Requirements) -> tuple[Relaxation, ...]:
    """What to give way on, so that some plan keeps the rest.

    The budget alone if that is enough: the cheapest plan says by how much. Otherwise as few
    requirements as possible, and of amounts no more than needed: one binary for each requirement
    and one slack for each amount, minimised one after the other (elastic programming: Chinneck
    2008, ch. 6).
    """
    plain = Merit(replace(merit.problem, objective=Objective()))
    budget = merit.problem.budget
    if budget is not None:
        free = Merit(plain.problem.with_budget(None))
        outer = OuterApproximation(free, Requirements(free.problem))
        cheapest = outer.least_cost(-np.inf, extra=[])
        if cheapest.taken is not None:
            return (Relaxation("budget", (), -cheapest.value - budget),)
    return _elastic(plain, requirements)


def _elastic(merit: Merit, requirements: Requirements) -> tuple[Relaxation, ...]:
    upper = UpperModel(merit, requirements)
    keys = sorted({(row.kind, row.ids) for row in upper.frame if row.kind != LINK})
    place = {key: k for k, key in enumerate(keys)}
    for _ in range(STEPS):
        found = _fewest(upper, keys, place)
        if found is None:
            return ()
        x, dropped, amount = found
        if not upper.separate(x[: upper.width]):
            break
    return tuple(
        Relaxation(kind, ids, float(amount[k]) if kind in AMOUNTS else None)
        for k, (kind, ids) in enumerate(keys)
        if dropped[k]
    )


def _fewest(
    upper: UpperModel, keys: list[tuple[str, tuple[str, ...]]], place: dict
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Columns, whether each requirement is dropped (K,), and by how much it is broken (K,)."""
    matrix, low, high = upper.rows([])
    rows = [*upper.frame, *upper.cuts]
    top = matrix.multiply(matrix > 0) @ upper.upper + matrix.multiply(matrix < 0) @ upper.lower
    bottom = matrix.multiply(matrix > 0) @ upper.lower + matrix.multiply(matrix < 0) @ upper.upper
    count, width = len(keys), upper.width
    most = np.zeros(count)
    where, who, sign = [], [], []
    for i, row in enumerate(rows):
        if row.kind == LINK:
            continue
        k = place[row.kind, row.ids]
        where.append(i)
        who.append(k)
        sign.append(-1.0 if np.isfinite(row.high) else 1.0)
        need = top[i] - high[i] if np.isfinite(row.high) else low[i] - bottom[i]
        most[k] = max(most[k], need, 0.0)
    slack = sparse.csr_matrix((sign, (where, who)), shape=(len(rows), count))
    both: Any = sparse.vstack(
        [
            sparse.hstack([matrix, slack, sparse.csr_matrix((len(rows), count))]),
            sparse.hstack(
                [sparse.csr_matrix((count, width)), sparse.eye(count), -sparse.diags(most)]
            ),
        ]
    ).tocsr()
    lows = np.append(low, np.full(count, -np.inf))
    highs = np.append(high, np.zeros(count))
    share = 0.5 / max(count, 1) / np.maximum(most, 1e-9)
    amounts = np.array([kind in AMOUNTS for kind, _ in keys])
    goal = np.concatenate([np.zeros(width), np.where(amounts, share, 0.0), np.ones(count)])
    ends = (
        np.append(upper.lower, np.zeros(2 * count)),
        np.concatenate([upper.upper, most, np.ones(count)]),
    )
    whole = np.concatenate([upper.whole, np.zeros(count, bool), np.ones(count, bool)])
    found = minimise(goal, (both, lows, highs), ends, whole)
    if found.x is None:
        return None
    return found.x, found.x[width + count :] > 0.5, np.round(found.x[width : width + count], 6)
