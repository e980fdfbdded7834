"""HiGHS through `scipy.optimize.milp`, with nothing on standard output."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from analysis.portfolio.problem import Array, Flags

_ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True, eq=False)
class Solved:
    """A solution x, or None, and the dual bound of what was minimised."""

    x: Array | None
    bound: float
    nodes: int
    infeasible: bool
    limited: bool


def minimise(
    goal: Array,
    rows: tuple[sparse.csr_matrix, Array, Array],
    ends: tuple[Array, Array],
    whole: Flags | None,
    gap: float = 0.0,
    nodes: int | None = None,
) -> Solved:
    """Minimise ``goal · x`` under ``low ≤ A x ≤ high`` and the ends of x.

    Parameters
    ----------
    rows : A, low, high
    whole : which columns are whole numbers; None for none
    gap : relative gap at which HiGHS stops; nodes : limit of branch and bound, None for none
    """
    options: dict[str, float | int] = {"mip_rel_gap": gap}
    if nodes is not None:
        options["node_limit"] = nodes
    with _nothing_printed():
        found = milp(
            goal,
            integrality=None if whole is None else whole.astype(int),
            bounds=Bounds(*ends),  # pyright: ignore[reportArgumentType]
            constraints=LinearConstraint(*rows),  # pyright: ignore[reportArgumentType]
            options=options,
        )
    bound = found.fun if whole is None and found.x is not None else found.mip_dual_bound
    return Solved(
        None if found.x is None else np.asarray(found.x),
        -np.inf if bound is None else float(bound),
        int(found.mip_node_count or 0),
        found.status == 2,
        found.status == 1,
    )


@contextmanager
def _nothing_printed() -> Iterator[None]:
    """Standard output leads to standard error meanwhile.

    HiGHS 1.12 prints a line of its own when it repairs a solution, whatever its options say; in the
    output of a command that writes JSON it would be a fault.
    """
    with _ONE_AT_A_TIME:
        try:
            sys.stdout.flush()
            kept = os.dup(1)
            os.dup2(2, 1)
        except (OSError, ValueError):
            yield
            return
        try:
            yield
        finally:
            # The C library keeps what was printed until it is asked.
            if os.name == "posix":
                ctypes.CDLL(None).fflush(None)
            os.dup2(kept, 1)
            os.close(kept)
