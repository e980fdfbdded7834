"""The scoring kernel alone: leaves to every node, for many draws at once."""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from benchmarks.results import Row
from indicators.aggregate import up_the_tree
from indicators.framework import default_framework

_DRAWS = 500
_DEPARTMENTS = 42


def kernel() -> list[Row]:
    """Time per draw of a city of 42 departments under the default framework."""
    framework = default_framework()
    leaves = np.random.default_rng(1).uniform(
        0, 100, (_DRAWS, _DEPARTMENTS, len(framework.measured))
    )
    rows = []
    for method in ("arithmetic", "geometric"):
        times = []
        for _ in range(5):
            start = time.process_time()
            up_the_tree(framework, leaves, method)
            times.append((time.process_time() - start) / _DRAWS)
        what = f"kernel, {method}: one draw of {_DEPARTMENTS} departments × {len(framework.measured)} indicators"
        rows.append(Row(what, median(times) * 1e6, "µs"))
    return rows
