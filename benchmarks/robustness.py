"""Robustness: joint draws of all six kinds of uncertainty, and a Sobol design, on a large city."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from actions.access import open_access
from actions.demo import load_demo
from analysis.robustness.design import Design, default_design
from analysis.robustness.model import build_model
from analysis.robustness.report import robustness
from benchmarks.results import Row
from survey_data.workspace import batches

DEPARTMENTS, DRAWS, POINTS, INPUTS = 60, 10_000, 8192, 8


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
    size = f"{len(rows)} departments × {len(framework.indicators)} indicators"
    return [
        Row(f"{DRAWS:,} draws of {kinds} kinds of uncertainty, {size}: CPU", drawn, "s", limit=4),
        Row(
            f"Sobol indices of {len(eight.inputs)} inputs, N = {POINTS:,}, 1,000 resamples: CPU",
            indices,
            "s",
            limit=6,
        ),
    ]
