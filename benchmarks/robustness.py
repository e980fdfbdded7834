"""Robustness: joint draws of all six kinds of uncertainty, and a Sobol design, on a large city.

SALib analyses the same model runs in the interpreter that FOURFOLD_SALIB names; without it that row
is skipped with a line that says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from actions.access import open_access
from actions.data.demo import load_demo
from analysis.robustness.design import Design, default_design
from analysis.robustness.model import build_model
from analysis.robustness.report import robustness
from analysis.robustness.sensitivity import sobol_indices, sobol_points
from benchmarks.results import Row
from survey_data.workspace import batches

DEPARTMENTS, DRAWS, POINTS, INPUTS = 60, 10_000, 8192, 8
_SALIB = """
import sys, time
import numpy as np
from SALib.analyze import sobol
y = np.load(sys.argv[1])
problem = {"num_vars": 8, "names": list("abcdefgh"), "bounds": [[0, 1]] * 8}
start = time.process_time()
found = sobol.analyze(problem, y, calc_second_order=False, num_resamples=1000, seed=1)
print(time.process_time() - start, *found["S1"], *found["ST"])
"""


def survival(folder: Path) -> list[Row]:
    """CPU of 10,000 draws, and of Sobol's indices at N = 8,192 with 1,000 resamples."""
    access = open_access(str(folder / "robust.db"))
    load_demo(access, departments=DEPARTMENTS, respondents=30, rounds=1, seed=7)
    evidence, framework = batches.evidence(access.workspace, "2025")
    rows = np.arange(len(evidence.departments))
    names = tuple(d.id for d in evidence.departments)
    model = build_model(evidence, framework, rows, sampling=True, seed=1)
    design = default_design(model, 1)
    kinds = len({one.kind for one in design.inputs})
    robustness(model, design, draws=200, points=0, names=names)
    start = time.process_time()
    robustness(model, design, draws=DRAWS, points=0, names=names)
    drawn = time.process_time() - start
    eight = Design(design.inputs[:INPUTS])
    start = time.process_time()
    robustness(model, eight, draws=200, points=POINTS, names=names)
    indices = time.process_time() - start
    access.workspace.close()
    beside = analysis_of_runs(folder)
    size = f"{len(rows)} departments × {len(framework.indicators)} indicators"
    return [
        Row(f"{DRAWS:,} draws of {kinds} kinds of uncertainty, {size}: CPU", drawn, "s", limit=4),
        Row(
            f"Sobol indices of {len(eight.inputs)} inputs, N = {POINTS:,}, 1,000 resamples: CPU",
            indices,
            "s",
            limit=6,
        ),
        *beside,
    ]


def analysis_of_runs(folder: Path) -> list[Row]:
    """CPU of the indices and 1,000 resamples of one output's 81,920 runs, beside SALib's."""
    python = os.environ.get("FOURFOLD_SALIB")
    if not python:
        print("skipped: FOURFOLD_SALIB names no interpreter with SALib", file=sys.stderr)
        return []
    a, b = sobol_points(INPUTS, POINTS, 1)
    blocks = []
    for i in range(INPUTS):
        block = a.copy()
        block[:, i] = b[:, i]
        blocks.append(block)
    runs = [_product(x) for x in (a, *blocks, b)]
    np.save(folder / "runs.npy", np.stack(runs, axis=1).ravel())
    start = time.process_time()
    (ours,) = sobol_indices(runs[0][:, None], runs[-1][:, None], np.stack(runs[1:-1])[..., None])
    own = time.process_time() - start
    printed = subprocess.run(
        [python, "-c", _SALIB, str(folder / "runs.npy")], capture_output=True, text=True, check=True
    ).stdout.split()
    theirs = np.array([float(value) for value in printed[1:]])
    apart = float(np.abs(np.concatenate([ours.first, ours.total]) - theirs).max())
    assert apart < 5e-3, f"indices differ from SALib's by {apart}"
    what = "Sobol indices of given runs, 1,000 resamples: CPU, beside SALib's"
    return [Row(what, own, "s", limit=1, peer=float(printed[0]), times_peer=True)]


def _product(u: np.ndarray) -> np.ndarray:
    """Sobol's g-function with a_i = i: closed form, many inputs, not additive."""
    a = np.arange(u.shape[1])
    return ((np.abs(4 * u - 2) + a) / (1 + a)).prod(axis=1)
