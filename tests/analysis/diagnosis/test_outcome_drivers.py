"""Drivers, necessary conditions and importance: against plain regressions of the same data."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.diagnosis.outcome_drivers import drivers, importances, necessities
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, survey

DEPARTMENTS, PEOPLE = 16, 30


def answered(seed: int = 3):
    """Answers in which people who like F1 like the outcome, and departments high in F2 do."""
    random = np.random.default_rng(seed)
    answers = {}
    for d in range(DEPARTMENTS):
        shift = random.normal(0, 0.6, 2)
        person = random.normal(0, 1, (PEOPLE, 2))
        outcome = 1.2 * shift[1] + 0.8 * person[:, 0] + random.normal(0, 0.5, PEOPLE)
        noise = random.normal(0, 0.4, (PEOPLE, 4))
        columns = [
            shift[0] + person[:, 0] + noise[:, 0],
            shift[0] + person[:, 0] + noise[:, 1],
            shift[1] + person[:, 1] + noise[:, 2],
            shift[1] + person[:, 1] + noise[:, 3],
            outcome,
        ]
        rows = np.clip(np.round(3 + np.stack(columns, axis=1)), 1, 5)
        answers[f"d{d:02}"] = rows.tolist()
    framework = framework_of(
        [survey("a", "a1", "a2")],
        [survey("b", "b1", "b2"), survey("y", "y1")],
        outcomes=[{"ref": "y"}],
    )
    evidence = evidence_of(framework, answers=answers)
    return framework, evidence, answers


def r_squared(x: np.ndarray, y: np.ndarray) -> float:
    x, y = x - x.mean(axis=0), y - y.mean()
    fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float((fitted**2).sum() / (y**2).sum())


def test_shares_within_departments_are_those_of_centred_answers() -> None:
    framework, evidence, answers = answered()
    scores = score(evidence, framework, draws=100)
    found = {one.level: one for one in drivers(scores, evidence.survey, np.ones(16, bool))}
    data = np.concatenate([np.array(rows) - np.mean(rows, axis=0) for rows in answers.values()])
    x = np.stack([data[:, :2].mean(axis=1), data[:, 2:4].mean(axis=1)], axis=1)
    within = found["within"]
    assert within.r2 == pytest.approx(r_squared(x, data[:, 4]), abs=1e-9)
    first, second = (r_squared(x[:, [k]], data[:, 4]) for k in (0, 1))
    expected = [(first + within.r2 - second) / 2, (second + within.r2 - first) / 2]
    assert within.lmg == pytest.approx(expected, abs=1e-9)
    assert within.johnson.sum() == pytest.approx(within.r2)
    assert within.lmg[0] > 10 * within.lmg[1]
    assert (within.low <= within.lmg).all() and (within.lmg <= within.high).all()


def test_shares_between_departments_leave_the_outcome_out_of_its_own_factor() -> None:
    framework, evidence, answers = answered()
    scores = score(evidence, framework, draws=100)
    found = {one.level: one for one in drivers(scores, evidence.survey, np.ones(16, bool))}
    means = np.array([np.mean(rows, axis=0) for rows in answers.values()])
    x = np.stack([means[:, :2].mean(axis=1), means[:, 2:4].mean(axis=1)], axis=1)
    assert found["between"].r2 == pytest.approx(r_squared(x, means[:, 4]), abs=1e-9)
    assert found["between"].lmg[1] > found["between"].lmg[0]


def test_with_few_departments_nothing_is_said() -> None:
    framework, evidence, _ = answered()
    scores = score(evidence, framework, draws=100)
    few = np.arange(16) < 6
    assert drivers(scores, evidence.survey, few) == []
    assert necessities(scores, few) == []
    assert importances(scores, few) == []


def test_the_bottleneck_is_the_least_that_reached_the_outcome() -> None:
    framework, evidence, answers = answered()
    scores = score(evidence, framework, draws=100)
    found = {one.factor: one for one in necessities(scores, np.ones(16, bool))}
    means = np.array([np.mean(rows, axis=0) for rows in answers.values()])
    x, y = 25 * (means[:, 2:4].mean(axis=1) - 1), 25 * (means[:, 4] - 1)
    half = y.min() + 0.5 * np.ptp(y)
    assert found["F2"].needed[1] == pytest.approx(x[y >= half].min())
    assert (np.diff(found["F2"].needed) >= 0).all()
    assert 0 < found["F2"].p <= 1 and 0 <= found["F2"].effect <= 1


def test_importance_is_the_correlation_and_unsure_dimensions_are_neutral() -> None:
    framework, evidence, answers = answered()
    scores = score(evidence, framework, draws=100)
    found = {one.dimension: one for one in importances(scores, np.ones(16, bool))}
    means = np.array([np.mean(rows, axis=0) for rows in answers.values()])
    r = np.corrcoef(means[:, 2:4].mean(axis=1), means[:, 4])[0, 1]
    assert found["D2"].importance == pytest.approx(r)
    assert found["D2"].performance == pytest.approx(25 * (means[:, 2:4].mean() - 1))
    for one in found.values():
        assert one.importance_low <= one.importance <= one.importance_high
        assert one.zone in ("neutral", "keep", "concentrate", "enough", "low-priority")
