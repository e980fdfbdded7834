"""Where the weights of a node's children come from: judgements, kept with the framework.

The judgements stand in the file, so that the digest covers them and the weights can be checked.
Weights that data suggest are adopted as numbers with their source: a framework never depends on a
round.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from indicators.framework.parts import Id, Number, Part, Sourced, Whole
from indicators.weighting.pairwise import (
    Consistency,
    best_worst_weights,
    consistency,
    eigenvector_weights,
    geometric_mean_weights,
    joint_judgement,
)
from indicators.weighting.weights import budget_allocation

Judgement = Annotated[Number, Field(ge=1 / 9 - 1e-6, le=9)]
MOST_CHILDREN = 15


class Expert(Part):
    """One person's judgements: ``pairs`` [a, b, how many times a outweighs b], ``points``, or the
    ``best`` and ``worst`` child with ratings 1 to 9 against each of the others."""

    name: str = ""
    pairs: list[tuple[Id, Id, Judgement]] = Field(default_factory=list)
    points: dict[Id, Annotated[Number, Field(ge=0)]] = Field(default_factory=dict)
    best: Id | None = None
    worst: Id | None = None
    best_to: dict[Id, Annotated[Whole, Field(ge=1, le=9)]] = Field(default_factory=dict)
    to_worst: dict[Id, Annotated[Whole, Field(ge=1, le=9)]] = Field(default_factory=dict)


class Weighting(Sourced):
    """How the children of a node get their weights; without it each child's own ``weight`` holds.

    - ``equal``
    - ``ahp``            principal eigenvector of the experts' joint comparisons in pairs
    - ``ahp-geometric``  geometric means of its rows
    - ``budget``         mean shares of the experts' points
    - ``best-worst``     linear best-worst method, mean over experts
    """

    method: Literal["equal", "ahp", "ahp-geometric", "budget", "best-worst"]
    random_index: Literal["saaty1980", "simulated"] = "saaty1980"
    experts: list[Expert] = Field(default_factory=list)

    @model_validator(mode="after")
    def _someone(self) -> Weighting:
        if self.method != "equal" and not self.experts:
            raise PydanticCustomError("weighting", "judgements of at least one expert are needed")
        return self

    def require(self, children: tuple[str, ...]) -> None:
        """Raises PydanticCustomError unless every expert judges exactly these children."""
        if self.method in ("ahp", "ahp-geometric"):
            if len(children) > MOST_CHILDREN:
                raise PydanticCustomError("weighting", "at most 15 things are compared in pairs")
            wanted = {frozenset((a, b)) for a in children for b in children if a != b}
            for expert in self.experts:
                judged = [frozenset(pair[:2]) for pair in expert.pairs]
                if len(set(judged)) < len(judged) or set(judged) != wanted:
                    raise PydanticCustomError(
                        "weighting", "an expert judges every pair of children once"
                    )
        for expert in self.experts if self.method == "budget" else ():
            if set(expert.points) != set(children) or sum(expert.points.values()) <= 0:
                raise PydanticCustomError(
                    "weighting", "an expert gives points to the children, and some above 0"
                )
        for expert in self.experts if self.method == "best-worst" else ():
            ends = {expert.best, expert.worst}
            if len(ends) < 2 or not ends <= set(children):
                raise PydanticCustomError("weighting", "best and worst are two of the children")
            if set(expert.best_to) | {str(expert.best)} != set(children) or set(expert.to_worst) | {
                str(expert.worst)
            } != set(children):
                raise PydanticCustomError(
                    "weighting", "best_to and to_worst rate every other child from 1 to 9"
                )

    def weights(self, children: tuple[str, ...]) -> tuple[float, ...]:
        """Weights of the children in their order, summing to 1."""
        if self.method == "equal":
            found = np.full(len(children), 1 / len(children))
        elif self.method == "budget":
            found = budget_allocation(
                np.array([[expert.points[child] for child in children] for expert in self.experts])
            )
        elif self.method == "best-worst":
            found = np.mean([_best_worst(expert, children) for expert in self.experts], axis=0)
        else:
            rule = eigenvector_weights if self.method == "ahp" else geometric_mean_weights
            found = rule(self.joint_matrix(children))
        return tuple(float(weight) for weight in found)

    def joint_matrix(self, children: tuple[str, ...]) -> np.ndarray:
        """(C, C) geometric mean of the experts' reciprocal matrices."""
        return joint_judgement(np.stack([expert_matrix(e.pairs, children) for e in self.experts]))

    def consistency(self, children: tuple[str, ...]) -> list[tuple[str, Consistency]]:
        """Each expert's name and consistency; empty unless pairs were compared."""
        if self.method not in ("ahp", "ahp-geometric"):
            return []
        return [
            (expert.name, consistency(expert_matrix(expert.pairs, children), self.random_index))
            for expert in self.experts
        ]


def expert_matrix(pairs: list[tuple[str, str, float]], children: tuple[str, ...]) -> np.ndarray:
    """The reciprocal matrix (C, C) of judgements; pairs that were not judged are 1."""
    at = {child: place for place, child in enumerate(children)}
    matrix = np.ones((len(children), len(children)))
    for a, b, ratio in pairs:
        matrix[at[a], at[b]] = ratio
        matrix[at[b], at[a]] = 1 / ratio
    return matrix


def _best_worst(expert: Expert, children: tuple[str, ...]) -> np.ndarray:
    best_to = {**expert.best_to, str(expert.best): 1}
    to_worst = {**expert.to_worst, str(expert.worst): 1}
    weights, _ = best_worst_weights(
        np.array([best_to[child] for child in children], dtype=float),
        np.array([to_worst[child] for child in children], dtype=float),
    )
    return weights
