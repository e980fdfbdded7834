"""How often the 90 % interval holds the truth, in simulated cities whose truth is known.

Cities mix departments of 5, 8, 15, 40 and 200 respondents. Answers are five-point and skewed, items
correlate within people and dimensions, departments differ in level and in spread, 5 % of the
answers are missing. The truth is the expected answer of the department's (endless) population.

With a known roster the truth is the score of everybody's complete answers, everybody on the roster:
`roster_coverage` has cities of departments of one size, of which a share responds and leaves a
share of the cells blank.

    python -m benchmarks.coverage [CITIES] [CITIES OF EACH CELL WITH A ROSTER]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from indicators.aggregate import up_the_tree
from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Department, Evidence
from indicators.framework import Framework, load_framework
from indicators.scoring import score

Array = NDArray[np.float64]
SIZES = (5, 8, 15, 40, 200)
OF_EACH_SIZE = 12
NO_ANSWER = 0.05
STAFF = (20, 60)
RESPONSE = (0.8, 0.9, 0.95, 1.0)
BLANK = (0.0, 0.05, 0.15, 0.3)
ROSTERED = 30
"""Departments of a city with a known roster."""


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
        return self.hits / self.intervals if self.intervals else float("nan")

    @property
    def mean_width(self) -> float:
        return self.width / self.intervals if self.intervals else 0.0

    def plus(self, hits: NDArray[np.bool_], widths: Array) -> Covered:
        return Covered(
            self.intervals + hits.size,
            self.hits + int(hits.sum()),
            self.width + float(widths.sum()),
        )


@dataclass(frozen=True, eq=False)
class Answered:
    """Complete answers (people, items) as coded, and the expected scores of items (D, items)."""

    codes: NDArray[np.int16]
    department: NDArray[np.int64]
    expected: Array


def complete_answers(
    framework: Framework, generator: np.random.Generator, sizes: NDArray[np.int64]
) -> Answered:
    """Everybody's answers in departments of the given sizes (D,)."""
    items = framework.items
    dimension = [framework.node(framework.item_indicator[i.id].id).parent for i in items]
    blocks = sorted({str(parent) for parent in dimension})
    of_block = np.array([blocks.index(str(parent)) for parent in dimension])
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
    beyond = ndtr((level[:, :, None] - cuts) / spread[:, None, None])
    return Answered(
        np.where(turned, 6 - codes, codes).astype(np.int16),
        department,
        25.0 * beyond.sum(axis=2),
    )


def up_from_items(framework: Framework, item_scores: Array) -> Array:
    """(D, P) node scores of item scores (D, items)."""
    column = {m.id: place for place, m in enumerate(framework.measured)}
    of_indicator = np.array([column[framework.item_indicator[i.id].id] for i in framework.items])
    belongs = np.arange(len(column))[:, None] == of_indicator
    return up_the_tree(framework, item_scores @ (belongs / belongs.sum(axis=1, keepdims=True)).T)


def simulated_city(
    framework: Framework, generator: np.random.Generator
) -> tuple[Evidence, Array, NDArray[np.int64]]:
    """A city's evidence, the true scores of its nodes (D, P) and its numbers of people (D,)."""
    sizes = np.repeat(SIZES, OF_EACH_SIZE)
    found = complete_answers(framework, generator, sizes)
    codes = found.codes.copy()
    codes[generator.random(codes.shape) < NO_ANSWER] = MISSING
    truth = up_from_items(framework, found.expected)
    return _evidence(framework, codes, found.department, len(sizes), None), truth, sizes


def rostered_city(
    framework: Framework,
    generator: np.random.Generator,
    staff: int,
    response: float,
    blank: float,
) -> tuple[Evidence, Array]:
    """A city whose departments have a known staff, and the scores (D, P) of everybody's answers."""
    sizes = np.full(ROSTERED, staff)
    found = complete_answers(framework, generator, sizes)
    means = found.codes.reshape(ROSTERED, staff, -1).mean(axis=1)
    turned = np.array([i.reverse for i in framework.items])
    truth = up_from_items(framework, 25.0 * (np.where(turned, 6 - means, means) - 1))
    # People are in no order: the first ones to respond are a random part.
    responds = np.tile(np.arange(staff) < round(response * staff), ROSTERED)
    codes = found.codes[responds]
    codes[generator.random(codes.shape) < blank] = MISSING
    return _evidence(framework, codes, found.department[responds], ROSTERED, staff), truth


def _evidence(
    framework: Framework,
    codes: NDArray[np.int16],
    department: NDArray[np.int64],
    count: int,
    staff: int | None,
) -> Evidence:
    ids = [f"d{d:02d}" for d in range(count)]
    moments = SurveyMoments.from_answers(
        codes, department, ids, [i.id for i in framework.items], framework
    )
    listed = [Department(id, {"zh": id, "en": id}, headcount=staff) for id in ids]
    return Evidence.build("r", listed, moments, [], framework)


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


def roster_coverage(
    staff: int, response: float, blank: float, cities: int, *, draws: int = 500, seed: int = 1
) -> Mapping[str, Covered]:
    """Coverage by kind of node where a roster is known, the truth everybody's complete answers.

    A full response without blanks leaves no interval to count.
    """
    framework = survey_framework()
    kinds = {
        "overall": [0],
        "factor": [framework.node_index[f.id] for f in framework.factors],
        "indicator": [framework.node_index[m.id] for m in framework.measured],
    }
    cells = {kind: Covered() for kind in kinds}
    for city in range(cities):
        key = [seed + round(100 * response) + 1000 * staff, 1000 * city + round(100 * blank)]
        generator = np.random.Generator(np.random.Philox(key=key))
        evidence, truth = rostered_city(framework, generator, staff, response, blank)
        found = score(evidence, framework, draws=draws, seed=seed + city)
        width = found.high - found.low
        hit = (found.low <= truth) & (truth <= found.high)
        # Where nobody left a cell blank the score is the truth: no interval to count.
        counted = (width > 0) | (np.abs(found.score - truth) > 1e-9)
        for kind, at in kinds.items():
            own = counted[:, at]
            cells[kind] = cells[kind].plus(hit[:, at][own], width[:, at][own])
    return cells


def main() -> None:
    cities = int(sys.argv[1]) if len(sys.argv) > 1 else 420
    print("   n  node      intervals  coverage  mean width")
    for (n, kind), cell in coverage(cities).items():
        print(f"{n:4d}  {kind:8s}  {cell.intervals:9d}  {cell.share:8.3f}  {cell.mean_width:10.1f}")
    of_cell = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    print("staff  response  blank  coverage and mean width of overall, factor, indicator")
    for staff, response, blank in product(STAFF, RESPONSE, BLANK):
        cells = roster_coverage(staff, response, blank, of_cell).values()
        shown = "  ".join(f"{c.share:.3f} {c.mean_width:5.2f}" for c in cells)
        print(f"{staff:5d}  {response:8.2f}  {blank:5.2f}  {shown}")


if __name__ == "__main__":
    main()
