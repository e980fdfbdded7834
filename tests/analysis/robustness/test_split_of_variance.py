"""Sampling and method shares of a score's variance."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.robustness.design import Design
from analysis.robustness.inputs import Input
from analysis.robustness.model import build_model
from analysis.robustness.split import split_variance
from tests.indicators.frameworks import evidence_of, framework_of, metric, survey

RANDOM = np.random.default_rng(8)
ANSWERS = {f"d{k}": RANDOM.integers(1, 6, (12, 1)).tolist() for k in range(3)}
METRICS = {id: {"m": 40.0} for id in ANSWERS}
SAMPLING = Input("sampling", "sampling")


def weights(*rows: list[float]) -> Input:
    return Input("weights:x", "weights", tuple(f"w{k}" for k in range(len(rows))), {
        "overall": np.array(rows)})  # fmt: skip


def prepared():
    framework = framework_of([survey("s", "s1")], [metric("m")])
    evidence = evidence_of(framework, metrics=METRICS, answers=ANSWERS)
    return build_model(evidence, framework, np.arange(3), sampling=True, seed=1)


def test_shares_are_those_of_the_closed_form() -> None:
    """y = w s + (1 − w) 40: Var over s given mean w, over w given mean s, and their product."""
    model = prepared()
    found = split_variance(
        model, Design((SAMPLING, weights([0.3, 0.7], [0.7, 0.3]))), draws=40_000, seed=2
    )
    assert found is not None and model.sampled is not None
    s = model.sampled[:, :, 0].astype(float)
    from_sampling = 0.5**2 * s.var(axis=0)
    from_method = 0.2**2 * (s.mean(axis=0) - 40) ** 2
    together = 0.2**2 * s.var(axis=0)
    whole = from_sampling + from_method + together
    assert found.sampling == pytest.approx(from_sampling / whole, abs=0.03)
    assert found.method == pytest.approx(from_method / whole, abs=0.03)
    assert found.sampling + found.method + found.together == pytest.approx(np.ones(3))


def test_there_is_nothing_to_split_without_both_or_without_comparable_methods() -> None:
    model = prepared()
    assert split_variance(model, Design((SAMPLING,)), draws=200) is None
    assert split_variance(model, Design((weights([1, 1], [2, 1]),)), draws=200) is None
    ranks = Input("normalisation", "normalisation", ("rank", "minmax"))
    assert split_variance(model, Design((SAMPLING, ranks)), draws=200) is None
