"""Departments that both answer and record, on two factors with gates."""

from __future__ import annotations

import numpy as np

from indicators.framework import Framework
from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey


def mixed_framework(aggregation: str = "arithmetic") -> Framework:
    return framework_of(
        [survey("A1", "a1", "-a2"), metric("A2")],
        [survey("B1", "b1"), metric("B2", goalposts=[20, 3], direction="down")],
        gates=[
            {"id": "G1", "kind": "weakest-factor", "allow": 1},
            {"id": "G2", "kind": "minimum", "level": 3, "nodes": {"D1": 45}},
        ],
        aggregation=aggregation,
    )


MIXED = mixed_framework()


def rows(seed: int, people: int) -> list[list[float | None]]:
    random = np.random.default_rng(seed)
    level = random.normal(0, 0.6)
    latent = level + random.normal(0, 0.7, (people, 1)) + random.normal(0, 0.7, (people, 3))
    codes = np.clip(np.rint(3.2 + latent), 1, 5)
    codes[:, 1] = 6 - codes[:, 1]
    return [[None if random.random() < 0.05 else float(c) for c in row] for row in codes]


def city(count: int, *, seed: int = 0, people: int = 12) -> dict[str, list[list[float | None]]]:
    return {f"d{k:02d}": rows(seed + k, people) for k in range(count)}


def records(ids: list[str]) -> dict[str, dict[str, float | None]]:
    return {
        id: {"A2": 10.0 + 7 * (k % 11), "B2": 3.0 + k % 17}
        for k, id in enumerate(sorted(ids, key=lambda id: id[::-1]))
    }


def mixed(count: int, framework: Framework = MIXED, **options: object) -> Scores:
    answers = city(count)
    evidence = evidence_of(framework, records(list(answers)), answers)
    return score(evidence, framework, **({"draws": 400} | options))  # type: ignore[arg-type]
