"""Small cells (statistics.md 4): hidden, and not to be found again from anything that is shown."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.evidence import Department, Evidence
from indicators.framework import Framework, load_framework
from indicators.leaves import node_counts
from indicators.moments import MISSING, SurveyMoments
from indicators.scores import GateResult, Scores
from indicators.scoring import score
from survey_data.disclosure import THRESHOLD, WITHHELD, hidden_cells, suppress
from tests.survey_data.small import ITEMS, YAML

GATED = (
    YAML
    + """
outcomes:
  - id: O1
    name: {zh: 成效, en: Effect}
    survey: {items: [{id: O1-a, text: {zh: 有效, en: It works}}]}
gates:
  - {id: G1, kind: weakest-factor, allow: 0}
  - {id: G2, kind: minimum, level: 2, nodes: {A: 50}}
  - {id: G3, kind: cap, level: 1, when: {indicator: A1-1, score_below: 60}}
  - {id: G4, kind: cap, level: 1, when: {indicator: B1-1, value_below: 40}}
  - {id: G5, kind: coordination, level: 2, at_least: 0.7}
"""
)
ALL_ITEMS = (*ITEMS, "O1-a")
ENDS = np.array([[1, 5], [1, 5], [0, 10], [1, 5]])


@cache
def gated() -> Framework:
    return load_framework(GATED)


def answers_of(sizes: list[int], missing: float, seed: int) -> list[np.ndarray]:
    """Answer matrices of departments of these sizes."""
    random = np.random.default_rng(seed)
    found = []
    for size in sizes:
        codes = random.integers(ENDS[:, 0], ENDS[:, 1] + 1, (size, len(ALL_ITEMS)))
        found.append(np.where(random.random(codes.shape) < missing, MISSING, codes))
    return found


def evidence_of(answers: list[np.ndarray], metric_seed: int = 5) -> Evidence:
    ids = [f"d{index:02}" for index in range(len(answers))]
    random = np.random.default_rng(metric_seed)
    cells = [(id, "B1-1", "", float(random.integers(0, 100)), False) for id in ids]
    cells += [(id, "B1-2", "", float(random.integers(3, 20)), False) for id in ids]
    moments = SurveyMoments.from_answers(
        np.concatenate(answers).astype(np.int16),
        np.repeat(np.arange(len(answers)), [len(a) for a in answers]),
        ids,
        ALL_ITEMS,
        gated(),
    )
    listed = [Department(id, {"zh": id, "en": id}, f"g{n % 2}") for n, id in enumerate(ids)]
    return Evidence.build("2025", listed, moments, cells, gated())


def both(evidence: Evidence, estimate: str = "raw") -> tuple[Scores, Scores]:
    """The scores that the owner sees, and those that are published."""
    hidden = hidden_cells(node_counts(evidence, gated()))
    options = {"draws": 100, "estimate": estimate, "keep_draws": True}
    whole = score(evidence, gated(), **options)  # type: ignore[arg-type]
    part = score(evidence, gated(), outside_city=hidden, **options)  # type: ignore[arg-type]
    return whole, suppress(part, hidden)


@given(
    counts=st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=6),
    threshold=st.integers(THRESHOLD, 10),
)
def test_a_cell_is_hidden_exactly_when_it_rests_on_one_to_threshold_minus_one_answers(
    counts: list[list[int]], threshold: int
) -> None:
    hidden = hidden_cells(np.array(counts), threshold)
    assert hidden.tolist() == [[1 <= n <= threshold - 1 for n in row] for row in counts]


@pytest.mark.parametrize("threshold", [4, 1, 0, -1])
def test_the_threshold_can_be_raised_but_not_lowered(threshold: int) -> None:
    assert THRESHOLD == 5
    with pytest.raises(ValueError, match="not lowered"):
        hidden_cells(np.array([[3]]), threshold)


CASES = st.tuples(
    st.lists(st.integers(0, 9), min_size=9, max_size=12).filter(sum),
    st.sampled_from([0.0, 0.2, 0.6]),
    st.integers(0, 50),
)


@settings(max_examples=20, deadline=None)
@given(case=CASES)
def test_whatever_rests_on_few_answers_is_hidden_and_so_is_all_above_it(
    case: tuple[list[int], float, int],
) -> None:
    """Counted anew from the answers: parents too, or a part were found by subtraction."""
    answers, framework = answers_of(*case), gated()
    whole, shown = both(evidence_of(answers))
    for d, department in enumerate(shown.departments):
        counts = (answers[int(department.id[1:])] != MISSING).sum(axis=0)
        for item, count in zip(ALL_ITEMS, counts, strict=True):
            node: str | None = framework.item_indicator[item].id
            while node is not None and 1 <= count < THRESHOLD:
                p = framework.node_index[node]
                assert shown.hidden[d, p]
                assert np.isnan(shown.score[d, p])
                node = framework.node(node).parent
    assert (np.isnan(shown.score) == (np.isnan(whole.score) | shown.hidden)).all()


@settings(max_examples=20, deadline=None)
@given(case=CASES)
def test_metrics_and_departments_without_answers_are_not_hidden(
    case: tuple[list[int], float, int],
) -> None:
    answers = answers_of(*case)
    _, shown = both(evidence_of(answers))
    index = shown.framework.node_index
    assert not shown.hidden[:, [index["B"], index["B1-1"]]].any()
    nobody = np.array([(answers[int(d.id[1:])] == MISSING).all() for d in shown.departments])
    assert not shown.hidden[nobody].any()


@settings(max_examples=20, deadline=None)
@given(case=CASES, estimate=st.sampled_from(["raw", "shrunken"]))
def test_no_array_holds_anything_at_a_hidden_cell(
    case: tuple[list[int], float, int], estimate: str
) -> None:
    whole, shown = both(evidence_of(answers_of(*case)), estimate)
    hidden, withheld = shown.hidden, shown.hidden[:, 0]
    # These tell what there is, not what it says.
    told_anyway = {"coverage", "survey_share", "clipped", "approximate"}
    for field in dataclasses.fields(shown):
        array = getattr(shown, field.name)
        if not isinstance(array, np.ndarray) or field.name in told_anyway | {"hidden"}:
            continue
        empty = np.isnan(array) if array.dtype.kind == "f" else np.isin(array, (0, WITHHELD))
        if field.name == "factor_level":
            factors = [shown.framework.node_index[f.id] for f in shown.framework.factors]
            assert empty[hidden[:, factors]].all()
        elif array.shape[-2:] == hidden.shape:
            assert empty[..., hidden].all(), field.name
        else:
            assert len(array) == len(hidden), field.name
            assert empty[withheld].all(), field.name
    for d in np.flatnonzero(withheld):
        assert shown.status[d] == "suppressed"
        for gate in shown.gates[d]:
            if gate.id != "G4":  # on records: they rest on nobody's answers
                assert (gate.passed, gate.value, gate.threshold) == (None, None, None)
    visible = ~hidden
    if estimate == "raw":
        assert np.array_equal(shown.score[visible], whole.score[visible], equal_nan=True)


@settings(max_examples=20, deadline=None)
@given(case=CASES, estimate=st.sampled_from(["raw", "shrunken"]))
def test_the_citys_figures_follow_from_what_is_shown_alone(
    case: tuple[list[int], float, int], estimate: str
) -> None:
    """So that no hidden cell can be found by taking the others from the city's mean."""
    _, shown = both(evidence_of(answers_of(*case)), estimate)
    counted = np.array([s in ("rated", "provisional", "suppressed") for s in shown.status])
    for p in range(len(shown.nodes)):
        there = shown.score[counted, p]
        there = there[~np.isnan(there)]
        if len(there):
            assert shown.city.score[p] == pytest.approx(there.mean())
        else:
            assert np.isnan(shown.city.score[p])
    assert shown.city.n_departments == (~np.isnan(shown.score[counted, 0])).sum()


@settings(max_examples=30, deadline=None)
@given(case=CASES, estimate=st.sampled_from(["raw", "shrunken"]), other=st.integers(51, 99))
def test_what_a_small_department_answered_changes_no_figure_that_is_shown(
    case: tuple[list[int], float, int], estimate: str, other: int
) -> None:
    """The strongest form: cities that differ in hidden answers only publish the same figures."""
    answers = answers_of(*case)
    changed = [np.array(a) for a in answers]
    random = np.random.default_rng(other)
    for codes in changed:
        if 1 <= len(codes) < THRESHOLD:
            fresh = random.integers(ENDS[:, 0], ENDS[:, 1] + 1, codes.shape)
            codes[:] = np.where(codes == MISSING, MISSING, fresh)
    _, one = both(evidence_of(answers), estimate)
    _, two = both(evidence_of(changed), estimate)
    assert one.evidence_digest != two.evidence_digest or all(
        np.array_equal(a, b) for a, b in zip(answers, changed, strict=True)
    )
    for part in ("", "city."):
        first, second = (one, two) if not part else (one.city, two.city)
        for field in dataclasses.fields(first):
            before, after = getattr(first, field.name), getattr(second, field.name)
            if isinstance(before, np.ndarray) and before.dtype.kind == "f":
                np.testing.assert_allclose(before, after, atol=1e-9, err_msg=part + field.name)
            elif isinstance(before, np.ndarray):
                assert np.array_equal(before, after), part + field.name
            elif field.name == "gates":
                assert _said(before) == _said(after), part + field.name
            elif field.name not in ("city", "evidence_digest"):
                assert before == after, part + field.name


def _said(gates: object) -> object:
    """Gate results with their values to nine decimals; deeper ones are the machine's rounding."""
    if isinstance(gates, tuple):
        return [_said(gate) for gate in gates]
    assert isinstance(gates, GateResult)
    value = None if gates.value is None else round(gates.value, 9)
    return dataclasses.replace(gates, value=value)


def test_without_small_cells_nothing_changes() -> None:
    whole, shown = both(evidence_of(answers_of([8] * 9, 0.0, 1)))
    assert not shown.hidden.any()
    assert np.array_equal(whole.score, shown.score, equal_nan=True)
    assert whole.status == shown.status


def test_an_outcome_on_few_answers_is_hidden_alone() -> None:
    """Nothing above it, and no gate can read it, so nothing else has to go."""
    answers = answers_of([9] * 9, 0.0, 3)
    answers[4][2:, 3] = MISSING
    whole, shown = both(evidence_of(answers))
    index = shown.framework.node_index
    assert np.argwhere(shown.hidden).tolist() == [[4, index["O1"]]]
    assert shown.status == whole.status
    assert shown.gates == whole.gates
