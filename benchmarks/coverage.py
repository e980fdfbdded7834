"""How often the 90 % interval holds the truth, in simulated cities whose truth is known.

Cities mix departments of 5, 8, 15, 40 and 200 respondents. Answers are five-point and skewed, items
correlate within people and dimensions, departments differ in level and in spread, 5 % of the
answers are missing. The truth is the expected answer of the department's (endless) population.

    python -m benchmarks.coverage [CITIES]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from indicators.aggregate import up_the_tree
from indicators.evidence import Department, Evidence
from indicators.framework import Framework, load_framework
from indicators.moments import MISSING, SurveyMoments
from indicators.scoring import score

Array = NDArray[np.float64]
SIZES = (5, 8, 15, 40, 200)
OF_EACH_SIZE = 12
NO_ANSWER = 0.05


@cache
def survey_framework(aggregation: str = "arithmetic") -> Framework:
    """Four factors of two dimensions of two indicators of two items; every fourth item reversed."""
    lines = [
        "framework: coverage",
        "version: '1'",
        "name: coverage",
        "response_scale: {min: 1, max: 5}",
        f"aggregation: {aggregation}",
        "levels:",
        *(f"  - {{level: {k}, from: {20 * (k - 1)}}}" for k in range(1, 6)),
        "factors:",
    ]
    for factor in "PIET":
        lines.append(f"  - id: {factor}\n    dimensions:")
        for d in (1, 2):
            lines.append(f"      - id: {factor}{d}\n        indicators:")
            for i in (1, 2):
                id = f"{factor}{d}-{i}"
                turned = ", reverse: true" if i == 2 else ""
                items = f"[{{id: {id}a}}, {{id: {id}b{turned}}}]"
                lines.append(f"          - {{id: {id}, survey: {{items: {items}}}}}")
    return load_framework("\n".join(lines))


@dataclass(frozen=True)
class Covered:
    """Intervals counted, those that hold the truth, and the sum of their widths."""

    intervals: int = 0
    hits: int = 0
    width: float = 0.0

    @property
    def share(self) -> float:
        return self.hits / self.intervals

    def plus(self, hits: NDArray[np.bool_], widths: Array) -> Covered:
        return Covered(
            self.intervals + hits.size,
            self.hits + int(hits.sum()),
            self.width + float(widths.sum()),
        )


def simulated_city(
    framework: Framework, generator: np.random.Generator
) -> tuple[Evidence, Array, NDArray[np.int64]]:
    """A city's evidence, the true scores of its nodes (D, P) and its numbers of people (D,)."""
    items = framework.items
    sizes = np.repeat(SIZES, OF_EACH_SIZE)
    departments = [f"d{d:02d}" for d in range(len(sizes))]
    indicator = {m.id: column for column, m in enumerate(framework.measured)}
    dimension = {m: n.parent for m in indicator for n in framework.nodes if n.id == m}
    blocks = sorted({str(parent) for parent in dimension.values()})
    of_indicator = np.array([indicator[framework.item_indicator[i.id].id] for i in items])
    of_block = np.array(
        [blocks.index(str(dimension[framework.item_indicator[i.id].id])) for i in items]
    )
    turned = np.array([i.reverse for i in items])

    # Good answers lie near the top: cut points below the mean make the items skewed.
    cuts = np.array([-2.0, -1.2, -0.4, 0.7]) + generator.normal(0, 0.25, (len(items), 1))
    level = generator.normal(0.2, 0.35, (len(sizes), 1)) + generator.normal(
        0, 0.2, (len(sizes), len(items))
    )
    spread = np.exp(generator.normal(0, 0.2, len(sizes)))
    department = np.repeat(np.arange(len(sizes)), sizes)
    people = len(department)
    latent = (
        0.6 * generator.standard_normal((people, 1))
        + 0.4 * generator.standard_normal((people, len(blocks)))[:, of_block]
        + np.sqrt(1 - 0.6**2 - 0.4**2) * generator.standard_normal((people, len(items)))
    )
    position = level[department] + spread[department, None] * latent
    codes = 1 + (position[:, :, None] > cuts).sum(axis=2)
    codes = np.where(turned, 6 - codes, codes).astype(np.int16)
    codes[generator.random(codes.shape) < NO_ANSWER] = MISSING

    beyond = ndtr((level[:, :, None] - cuts) / spread[:, None, None])
    item_truth = 25.0 * beyond.sum(axis=2)
    belongs = np.arange(len(indicator))[:, None] == of_indicator
    truth = up_the_tree(framework, item_truth @ (belongs / belongs.sum(axis=1, keepdims=True)).T)

    moments = SurveyMoments.from_answers(
        codes, department, departments, [i.id for i in items], framework
    )
    listed = [Department(id, {"zh": id, "en": id}) for id in departments]
    return Evidence.build("r", listed, moments, [], framework), truth, sizes


def coverage(
    cities: int, *, draws: int = 1000, seed: int = 1, aggregation: str = "arithmetic"
) -> Mapping[tuple[int, str], Covered]:
    """Coverage by number of respondents and kind of node (overall, factor)."""
    framework = survey_framework(aggregation)
    factors = [framework.node_index[f.id] for f in framework.factors]
    kinds = {"overall": [0], "factor": factors}
    cells = {(n, kind): Covered() for n in SIZES for kind in kinds}
    for city in range(cities):
        generator = np.random.Generator(np.random.Philox(key=[seed, city]))
        evidence, truth, sizes = simulated_city(framework, generator)
        found = score(evidence, framework, draws=draws, seed=seed + city)
        hit = (found.low <= truth) & (truth <= found.high)
        width = found.high - found.low
        for n, kind in cells:
            at = np.ix_(sizes == n, kinds[kind])
            cells[n, kind] = cells[n, kind].plus(hit[at], width[at])
    return cells


def main() -> None:
    cities = int(sys.argv[1]) if len(sys.argv) > 1 else 420
    print("   n  node      intervals  coverage  mean width")
    for (n, kind), cell in coverage(cities).items():
        print(
            f"{n:4d}  {kind:8s}  {cell.intervals:9d}  {cell.share:8.3f}  "
            f"{cell.width / cell.intervals:10.1f}"
        )


if __name__ == "__main__":
    main()
