"""Scenarios: 30 plans on 10,000 joint draws of city H, baseline and assumptions included."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import psutil

from actions.access import open_access
from actions.city.scoring import round_scores
from actions.data.demo import load_demo
from analysis.measures.catalogue_file import default_catalogue
from analysis.scenarios.scenario import check_scenario
from analysis.scenarios.simulation import prepare, simulate
from benchmarks.results import Row
from survey_data.workspace import batches

DEPARTMENTS, DRAWS, SCENARIOS = 42, 10_000, 30


def projections(folder: Path) -> list[Row]:
    """CPU of everything from the scored round to the last plan's levels, and the memory it takes."""
    access = open_access(str(folder / "scenarios.db"))
    load_demo(access, departments=DEPARTMENTS, respondents=30, rounds=1, seed=7)
    evidence, framework = batches.evidence(access.workspace, "2025")
    scores = round_scores(access, "2025", draws=100, seed=1)
    catalogue = default_catalogue()
    random = np.random.default_rng(1)
    plans = [
        random.choice(catalogue.ids, size=random.integers(3, 20), replace=False).tolist()
        for _ in range(SCENARIOS)
    ]
    simulate(
        prepare(evidence, framework, scores, catalogue, draws=200, seed=1),
        check_scenario({"measures": plans[0]}, catalogue),
    )
    memory = psutil.Process()
    before, most = memory.memory_info().rss, 0
    start = time.process_time()
    planner = prepare(evidence, framework, scores, catalogue, draws=DRAWS, seed=1)
    ready = time.process_time() - start
    for plan in plans:
        simulate(planner, check_scenario({"measures": plan}, catalogue))
        most = max(most, memory.memory_info().rss)
    whole = time.process_time() - start
    access.workspace.close()
    size = f"{len(planner.ids)} departments × {len(framework.indicators)} indicators"
    return [
        Row(
            f"{SCENARIOS} scenarios × {DRAWS:,} draws, {size}, baseline included: CPU",
            whole,
            "s",
            limit=10,
        ),
        Row("of it the baseline and the assumptions", ready, "s"),
        Row("memory that they take", (most - before) / 2**20, "MiB", limit=1024),
    ]
