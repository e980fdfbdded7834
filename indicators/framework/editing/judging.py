"""One person's comparisons in pairs on their way: what is judged, what is asked next, how
consistent it is so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

from indicators.framework.weighting import expert_matrix
from indicators.weighting.pairwise import (
    SCALE,
    Consistency,
    Revision,
    Triple,
    best_revision,
    consistency,
    eigenvector_weights,
    geometric_mean_weights,
    worst_triple,
)

Pair = tuple[str, str]


@dataclass(frozen=True)
class Judging:
    """Comparisons of C children.

    ``pairs`` in the order in which they are asked, ``ratios`` of those judged. ``covered`` are the
    leading children all of whose pairs are judged: the weights (that sum to 1), the consistency, the
    worst triple and the best revision are of them, so that they can be shown while judging goes on.
    Places in ``triple`` and ``revision`` count in ``covered``.
    """

    children: tuple[str, ...]
    pairs: tuple[Pair, ...]
    ratios: dict[Pair, float]
    covered: tuple[str, ...]
    eigenvector: tuple[float, ...]
    geometric: tuple[float, ...]
    consistency: Consistency | None
    triple: Triple | None
    revision: Revision | None

    @property
    def complete(self) -> bool:
        return len(self.ratios) == len(self.pairs)

    @property
    def next_place(self) -> int:
        """Place of the first pair that is not judged; the last pair when all are."""
        for place, pair in enumerate(self.pairs):
            if pair not in self.ratios:
                return place
        return len(self.pairs) - 1


def asked_pairs(children: tuple[str, ...]) -> tuple[Pair, ...]:
    """Every pair once; those of the first three children come first, then those of the fourth."""
    return tuple((children[i], children[j]) for j in range(len(children)) for i in range(j))


def judging(
    judged: list[tuple[str, str, float]], children: tuple[str, ...], table: str = "saaty1980"
) -> Judging:
    """Where a person's judgements [a, b, how many times a outweighs b] stand.

    Judgements of others than these children are left out; of a pair judged twice the later holds.
    """
    pairs = asked_pairs(children)
    known = set(pairs)
    ratios: dict[Pair, float] = {}
    for a, b, ratio in judged:
        if (a, b) in known:
            ratios[a, b] = float(ratio)
        elif (b, a) in known:
            ratios[b, a] = 1 / float(ratio)
    covered = children[:1]
    for place in range(1, len(children)):
        if not all((children[i], children[place]) in ratios for i in range(place)):
            break
        covered = children[: place + 1]
    if len(covered) < 2:
        return Judging(children, pairs, ratios, (), (), (), None, None, None)
    inside = [(a, b, r) for (a, b), r in ratios.items() if a in covered and b in covered]
    matrix = expert_matrix(inside, covered)
    return Judging(
        children,
        pairs,
        ratios,
        covered,
        tuple(float(w) for w in eigenvector_weights(matrix)),
        tuple(float(w) for w in geometric_mean_weights(matrix)),
        consistency(matrix, table),
        worst_triple(matrix),
        best_revision(matrix, table),
    )


def ratio_of(step: int) -> float:
    """Saaty's scale as whole numbers: 9 … 2, 1, −2 … −9, where −k says the second outweighs the
    first k times. Raises ValueError for any other number."""
    if step == 1 or 2 <= abs(step) <= 9:
        return float(step) if step > 0 else 1 / -step
    raise ValueError(f"the scale runs from 9 over 1 to -9 without 0 and -1, not {step}")


def step_of(ratio: float) -> int:
    """The nearest step of the scale, on a logarithmic measure."""
    nearest = min(SCALE, key=lambda one: abs(math.log(one) - math.log(ratio)))
    return round(nearest) if nearest >= 1 else -round(1 / nearest)
