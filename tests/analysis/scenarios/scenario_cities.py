"""Small rounds and catalogues whose projections can be written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from analysis.measures.catalogue import Catalogue
from analysis.measures.catalogue_file import load_catalogue
from analysis.scenarios.scenario import check_scenario
from analysis.scenarios.simulation import Outcome, Planner, prepare, simulate
from indicators.evidence import Department
from indicators.framework import Framework
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric

READINESS = [0.5, 0.75, 1.0, 1.1, 1.2]
TWO = framework_of([metric("A1"), metric("A2", 3)], [metric("B1")])
"""Two factors: D1 of A1 and A2 with weights 1 and 3, D2 of B1."""


def measure(id: str, effects: Mapping[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    """A measure that works fully from the first day, with certain effects in points."""
    return {
        "id": id,
        "effects": dict(effects or {}),
        "cost": {"first_year": 10, "annual": 1},
        "evidence": {"source": "test"},
        **rest,
    }


def catalogue_of(*measures: dict[str, Any], **top: Any) -> Catalogue:
    plain = {
        "catalogue": "small",
        "version": "1",
        "ramp_months": 0,
        "readiness": {"by_level": READINESS},
        "measures": list(measures),
    } | top
    return load_catalogue(yaml.safe_dump(plain, allow_unicode=True))


def planner_of(
    catalogue: Catalogue,
    values: Mapping[str, Mapping[str, float | None]],
    framework: Framework = TWO,
    *,
    answers: Mapping[str, Sequence[Sequence[float | None]]] | None = None,
    departments: Sequence[Department] = (),
    draws: int = 100,
    seed: int = 1,
) -> Planner:
    evidence = evidence_of(framework, values, answers, departments=departments)
    scores = score(evidence, framework, draws=100, seed=seed)
    return prepare(evidence, framework, scores, catalogue, draws=draws, seed=seed)


def outcome(planner: Planner, *measures: Any, **rest: Any) -> Outcome:
    scenario = {"measures": list(measures), "horizon": 1} | rest
    return simulate(planner, check_scenario(scenario, planner.catalogue, planner.ids))


def overall(planner: Planner, *measures: Any, **rest: Any) -> dict[str, float]:
    """Projected overall score of each department, the same in every draw."""
    drawn = outcome(planner, *measures, **rest).projection.overall
    assert np.ptp(drawn, axis=1).max() < 1e-9
    return dict(zip(planner.ids, drawn.mean(axis=1).tolist(), strict=True))
