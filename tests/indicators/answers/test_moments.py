"""Moments add up: over batches, over departments, in any order of people and items."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.answers.moments import ALL_ITEMS, MISSING, SurveyMoments
from tests.indicators.frameworks import framework_of, moments_of, survey

FRAMEWORK = framework_of(
    [survey("A1", "a1", "-a2", "a3"), survey("A2", "a4", "-a5", scale={"min": 0, "max": 10})],
    [survey("B1", "b1")],
)
ITEMS = tuple(item.id for item in FRAMEWORK.items)
LOW = np.array([1, 1, 1, 0, 0, 1])
HIGH = np.array([5, 5, 5, 10, 10, 5])
DEPARTMENTS = ("tax", "audit", "water")


def answers(seed: int, people: int, gaps: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    codes = random.integers(LOW, HIGH + 1, (people, len(ITEMS))).astype(np.int16)
    codes[random.random(codes.shape) < gaps] = MISSING
    return codes, random.integers(0, len(DEPARTMENTS), people)


def moments(codes: np.ndarray, department: np.ndarray) -> SurveyMoments:
    return SurveyMoments.from_answers(codes, department, DEPARTMENTS, ITEMS, FRAMEWORK)


samples = st.builds(
    answers, st.integers(0, 2**32), st.integers(0, 40), st.sampled_from([0.0, 0.1, 0.6])
)


@given(samples)
def test_they_are_the_sums_written_out_over_the_answers(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    codes, department = case
    found = moments(codes, department)
    assert found.departments == tuple(sorted(DEPARTMENTS))
    for d, id in enumerate(found.departments):
        own = codes[np.array([DEPARTMENTS[k] == id for k in department], dtype=bool)].astype(int)
        there = own != MISSING
        x = np.where(there, own, 0)
        assert found.n[d] == there.any(axis=1).sum()
        np.testing.assert_array_equal(found.pair_n[d], there.T.astype(int) @ there.astype(int))
        np.testing.assert_array_equal(found.pair_sum[d], x.T @ there.astype(int))
        np.testing.assert_array_equal(found.pair_cross[d], x.T @ x)
        for j, counts in enumerate(found.counts):
            expected = np.bincount(own[there[:, j], j] - LOW[j], minlength=HIGH[j] - LOW[j] + 1)
            assert counts[d].tolist() == expected.tolist()
        whole = own[there.all(axis=1)]
        complete = found.complete[ALL_ITEMS]
        assert complete.n[d] == len(whole)
        assert complete.sums[d].tolist() == whole.sum(axis=0).tolist()
        np.testing.assert_array_equal(complete.cross[d], whole.T @ whole)
        directed = np.where([False, True, False], 6 - own[:, :3], own[:, :3])
        answered = there[:, :3].sum(axis=1)
        totals = np.where(there[:, :3], directed, 0).sum(axis=1)
        expected_persons = [
            [(answered == k).sum(), totals[answered == k].sum(), (totals[answered == k] ** 2).sum()]
            for k in range(4)
        ]
        assert found.persons["A1"].sums[d].tolist() == expected_persons


@given(samples, st.integers(0, 40))
def test_two_batches_merged_are_the_answers_computed_at_once(
    case: tuple[np.ndarray, np.ndarray], cut: int
) -> None:
    codes, department = case
    first, second = moments(codes[:cut], department[:cut]), moments(codes[cut:], department[cut:])
    whole = moments(codes, department)
    assert first.merge(second).fingerprint() == whole.fingerprint()
    assert second.merge(first).fingerprint() == whole.fingerprint()


@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_people_and_of_departments_does_not_matter(
    case: tuple[np.ndarray, np.ndarray], random: object
) -> None:
    codes, department = case
    order = list(range(len(codes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = SurveyMoments.from_answers(
        codes[order],
        (len(DEPARTMENTS) - 1 - department)[order],
        DEPARTMENTS[::-1],
        ITEMS,
        FRAMEWORK,
    )
    assert turned.fingerprint() == moments(codes, department).fingerprint()


@given(samples)
def test_a_file_of_moments_reads_back_as_it_was(case: tuple[np.ndarray, np.ndarray]) -> None:
    found = moments(*case)
    again = SurveyMoments.from_bytes(found.to_bytes())
    assert again.fingerprint() == found.fingerprint()
    for field in dataclasses.fields(SurveyMoments):
        mine, theirs = getattr(found, field.name), getattr(again, field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, theirs)
            assert theirs.dtype == np.int64
    assert again.persons["A1"].directions == (1, -1, 1)


def test_batches_of_other_departments_stand_side_by_side() -> None:
    tax = moments_of(FRAMEWORK, {"tax": [[1, 2, 3, 4, 5, 5]]})
    water = moments_of(FRAMEWORK, {"water": [[5, 4, None, 0, 10, 1], [None] * 6]})
    both = tax.merge(water)
    assert both.departments == ("tax", "water")
    assert both.n.tolist() == [1, 1]
    assert both.pair_n[:, 2, 2].tolist() == [1, 0]


def test_a_batch_without_an_item_has_no_complete_rows_but_keeps_its_pairs() -> None:
    full = moments_of(FRAMEWORK, {"tax": [[1, 2, 3, 4, 5, 5]]})
    part = moments_of(FRAMEWORK, {"tax": [[5, 5, 5], [4, None, 1]]}, items=ITEMS[:3])
    both = part.merge(full)
    at = [both.items.index(item) for item in ITEMS]
    assert both.n.tolist() == [3]
    assert both.complete[ALL_ITEMS].n.tolist() == [1]
    assert both.complete["A1"].n.tolist() == [2]
    assert np.diagonal(both.pair_n[0])[at].tolist() == [3, 2, 3, 1, 1, 1]
    assert np.diagonal(both.pair_sum[0])[at].tolist() == [10, 7, 9, 4, 5, 5]
    reference = full.merge(part)
    assert reference.complete["A1"].cross.tolist() == both.complete["A1"].cross.tolist()


def test_a_batch_with_its_columns_in_another_order_merges_item_by_item() -> None:
    codes, department = answers(5, 30, 0.1)
    order = [3, 5, 0, 4, 2, 1]
    turned = SurveyMoments.from_answers(
        codes[:12, order], department[:12], DEPARTMENTS, [ITEMS[k] for k in order], FRAMEWORK
    )
    both = moments(codes[12:], department[12:]).merge(turned)
    assert both.fingerprint() == moments(codes, department).fingerprint()


def test_batches_of_other_items_have_no_row_that_is_complete() -> None:
    first = moments_of(FRAMEWORK, {"tax": [[1, 2, 3]]}, items=ITEMS[:3])
    second = moments_of(FRAMEWORK, {"tax": [[4, 5]]}, items=ITEMS[3:5])
    both = first.merge(second)
    assert both.complete[ALL_ITEMS].n.tolist() == [0]
    assert both.complete["A1"].n.tolist() == [1]
    assert both.complete["A2"].n.tolist() == [1]
    third = both.merge(moments_of(FRAMEWORK, {"tax": [[1, 2, 3, 4, 5]]}, items=ITEMS[:5]))
    assert third.complete[ALL_ITEMS].n.tolist() == [1]
    assert third.complete[ALL_ITEMS].sums.tolist() == [[1, 2, 3, 4, 5]]


def test_an_item_with_another_scale_in_the_other_batch_cannot_be_merged() -> None:
    other = framework_of([survey("A1", "a1", scale={"min": 0, "max": 10})])
    with pytest.raises(ValueError, match="a1 has scale"):
        moments_of(FRAMEWORK, {"tax": [[1, 2, 3, 4, 5, 5]]}).merge(
            moments_of(other, {"tax": [[1]]})
        )


def test_totals_of_a_scale_directed_otherwise_cannot_be_merged() -> None:
    one = framework_of([survey("A1", "a1", "a2")])
    other = framework_of([survey("A1", "a1", "-a2")])
    with pytest.raises(ValueError, match="directed differently"):
        moments_of(one, {"tax": [[1, 2]]}).merge(moments_of(other, {"tax": [[1, 2]]}))


def test_a_code_off_its_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="off its scale"):
        moments_of(FRAMEWORK, {"tax": [[6, 2, 3, 4, 5, 5]]})
    with pytest.raises(ValueError, match="off its scale"):
        moments_of(FRAMEWORK, {"tax": [[1, 2, 3, -1, 5, 5]]})


def test_arrays_that_do_not_fit_together_are_refused_with_both_shapes() -> None:
    with pytest.raises(ValueError, match=r"\(2, 6\) need 6 items and 2 departments, not 5 and 2"):
        SurveyMoments.from_answers(
            np.ones((2, 6), dtype=np.int16), np.zeros(2, dtype=int), ["d"], ITEMS[:5], FRAMEWORK
        )


def test_departments_can_be_asked_for_in_any_order_and_unknown_ones_are_empty() -> None:
    found = moments_of(FRAMEWORK, {"tax": [[1, 2, 3, 4, 5, 5]], "water": [[2, 2, 2, 2, 2, 2]]})
    turned = found.for_departments(["water", "new", "tax"])
    assert turned.n.tolist() == [1, 0, 1]
    assert turned.pair_sum[:, 0, 0].tolist() == [2, 0, 1]
    assert turned.counts[0][1].tolist() == [0, 0, 0, 0, 0]
