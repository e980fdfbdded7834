"""A classical index of any size, against a plain replay of the R package for composite indicators.

COINr 1.1 (Becker et al. 2022): min-max per indicator over the units, costs turned round, to a range
[l, u]; each level the weighted mean of the level below, ``Σ w x / Σ w`` or ``exp(Σ w ln x / Σ w)``,
over the values that are there. The replay below knows nothing of frameworks or kernels.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from indicators.framework import Framework
from indicators.scores import Scores
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, load

UNITS = 50
# As the ASEM index: 49 indicators in 8 pillars of unequal size, 2 sub-indexes.
PILLARS = {"Conn": (8, 7, 5, 4, 6), "Sust": (5, 9, 5)}


class Case:
    """50 units with 3 % of the values missing, directions and weights of every kind."""

    def __init__(self, ends: tuple[float, float]) -> None:
        random = np.random.default_rng(20250701)
        count = sum(sum(sizes) for sizes in PILLARS.values())
        assert count == 49
        self.ends = ends
        spread = random.lognormal(0, 2, count)
        self.raw = random.standard_t(4, (UNITS, count)) * spread + random.normal(0, 10, count)
        self.raw[random.random(self.raw.shape) < 0.03] = math.nan
        self.down = random.random(count) < 0.35
        self.weight = np.round(random.uniform(0.2, 3, count), 2)
        self.pillar_weight = np.round(random.uniform(0.5, 2, 8), 2)
        self.sub_weight = [2.0, 1.0]

    def framework(self, aggregation: str, method: str = "minmax") -> Framework:
        factors, column, pillar = [], 0, 0
        for s, (sub, sizes) in enumerate(PILLARS.items()):
            dimensions = []
            for size in sizes:
                indicators = [
                    {
                        "id": f"x{column + k}",
                        "weight": float(self.weight[column + k]),
                        "metric": {
                            "direction": "down" if self.down[column + k] else "up",
                            **({"goalposts": "sample"} if method == "minmax" else {}),
                        },
                    }
                    for k in range(size)
                ]
                dimensions.append(
                    {
                        "id": f"p{pillar}",
                        "weight": float(self.pillar_weight[pillar]),
                        "indicators": indicators,
                    }
                )
                column += size
                pillar += 1
            factors.append({"id": sub, "weight": self.sub_weight[s], "dimensions": dimensions})
        return load(
            {
                "framework": "index",
                "version": "1",
                "name": "Index",
                "response_scale": {"min": 1, "max": 5},
                "aggregation": aggregation,
                "normalisation": method,
                "normalised_range": list(self.ends),
                "levels": [{"level": 1, "from": 0}, {"level": 2, "from": 50}],
                "factors": factors,
            }
        )

    def scores(self, aggregation: str, method: str = "minmax") -> Scores:
        framework = self.framework(aggregation, method)
        values = {
            f"u{u:02d}": {
                f"x{j}": float(self.raw[u, j])
                for j in range(self.raw.shape[1])
                if not math.isnan(self.raw[u, j])
            }
            for u in range(UNITS)
        }
        return score(evidence_of(framework, values), framework, draws=100)

    def replayed(self, aggregation: str, method: str = "minmax") -> list[dict[str, float]]:
        """The index unit by unit, in plain Python."""
        low, high = self.ends
        columns = []
        for j in range(self.raw.shape[1]):
            if method != "minmax":
                columns.append(by_sample(self.raw[:, j].tolist(), bool(self.down[j]), method))
                continue
            there = [x for x in self.raw[:, j].tolist() if not math.isnan(x)]
            least, most = min(there), max(there)
            columns.append(
                [
                    math.nan
                    if math.isnan(x)
                    else low
                    + (high - low) * ((most - x) if self.down[j] else (x - least)) / (most - least)
                    for x in self.raw[:, j].tolist()
                ]
            )
        units = []
        for u in range(UNITS):
            found = {f"x{j}": column[u] for j, column in enumerate(columns)}
            column, pillar, subs = 0, 0, []
            for sub, sizes in PILLARS.items():
                pillars = []
                for size in sizes:
                    own = [(found[f"x{column + k}"], self.weight[column + k]) for k in range(size)]
                    found[f"p{pillar}"] = mean_of(own, aggregation)
                    pillars.append((found[f"p{pillar}"], self.pillar_weight[pillar]))
                    column += size
                    pillar += 1
                found[sub] = mean_of(pillars, aggregation)
                subs.append(found[sub])
            found["overall"] = mean_of(list(zip(subs, self.sub_weight, strict=True)), aggregation)
            units.append(found)
        return units


def by_sample(raw: list[float], down: bool, method: str) -> list[float]:
    """A column as COINr's n_zscore, n_rank, n_prank, n_borda and n_dist2max have it."""
    directed = [-x if down else x for x in raw]
    there = [x for x in directed if not math.isnan(x)]
    n, mean = len(there), math.fsum(there) / len(there)
    sd = math.sqrt(math.fsum((x - mean) ** 2 for x in there) / (n - 1))

    def one(x: float) -> float:
        below = sum(y < x for y in there)
        return {
            "zscore": (x - mean) / sd,
            "rank": below + 1.0,
            "percentile-rank": below / (n - 1),
            "borda": float(below),
            "distance-to-max": 1 - (max(there) - x) / (max(there) - min(there)),
        }[method]

    return [math.nan if math.isnan(x) else one(x) for x in directed]


def mean_of(pairs: list[tuple[float, float]], aggregation: str) -> float:
    there = [(float(x), float(w)) for x, w in pairs if not math.isnan(x)]
    total = math.fsum(w for _, w in there)
    if aggregation == "arithmetic":
        return math.fsum(w * x for x, w in there) / total
    if aggregation == "geometric":
        return math.exp(math.fsum(w * math.log(x) for x, w in there) / total)
    return total / math.fsum(w / x for x, w in there)


@pytest.mark.parametrize(
    ("aggregation", "ends"),
    [
        ("arithmetic", (0.0, 100.0)),
        ("arithmetic", (1.0, 100.0)),
        ("geometric", (1.0, 100.0)),
        ("harmonic", (1.0, 100.0)),
    ],
)
def test_a_min_max_index_of_50_units_and_49_indicators_is_the_replayed_one(
    aggregation: str, ends: tuple[float, float]
) -> None:
    case = Case(ends)
    scores = case.scores(aggregation)
    assert len(scores.nodes) == 1 + 2 + 8 + 49
    expected = case.replayed(aggregation)
    for u, found in enumerate(scores.score):
        for p, node in enumerate(scores.nodes):
            if math.isnan(expected[u][node]):
                assert math.isnan(found[p])
            else:
                assert found[p] == pytest.approx(expected[u][node], rel=0, abs=1e-9)


@pytest.mark.parametrize(
    ("method", "aggregation"),
    [
        ("zscore", "arithmetic"),
        ("rank", "arithmetic"),
        ("rank", "geometric"),
        ("rank", "harmonic"),
        ("percentile-rank", "arithmetic"),
        ("borda", "arithmetic"),
        ("distance-to-max", "arithmetic"),
    ],
)
def test_an_index_of_any_sample_scale_is_the_replayed_one(method: str, aggregation: str) -> None:
    """Geometric and harmonic means of scales that begin at nought or below are none of COINr's."""
    case = Case((0.0, 100.0))
    scores = case.scores(aggregation, method)
    expected = case.replayed(aggregation, method)
    for u, found in enumerate(scores.score):
        values = [expected[u][node] for node in scores.nodes]
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-9)


def test_the_ends_of_the_range_are_reached_by_the_best_and_the_worst_unit() -> None:
    scores = Case((1.0, 100.0)).scores("geometric")
    leaves = scores.score[:, [scores.nodes.index(f"x{j}") for j in range(49)]]
    np.testing.assert_allclose(np.nanmin(leaves, axis=0), 1.0, atol=1e-12)
    np.testing.assert_allclose(np.nanmax(leaves, axis=0), 100.0, atol=1e-12)


def test_an_index_that_depends_on_its_sample_has_scores_but_no_levels() -> None:
    scores = Case((0.0, 100.0)).scores("arithmetic")
    assert scores.sample_scaled
    assert not np.isnan(scores.score[:, 0]).any()
    assert (scores.level == 0).all() and (scores.score_level == 0).all()
    assert np.isnan(scores.level_probability).all()
    assert scores.city.level == 0
