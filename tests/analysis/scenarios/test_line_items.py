"""Shapley line items of games whose values are known, and what must hold of any game."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.scenarios.line_items import shapley


def table(values: np.ndarray, items: int):
    """The game that looks each set up in 2^M values."""
    return lambda masks: values[masks @ (1 << np.arange(items))]


def test_the_glove_game_gives_two_thirds_to_the_only_left_glove():
    # Shapley & Shubik (1969): one left glove, two right ones; a pair is worth 1.
    found = shapley(lambda m: np.minimum(m[:, 0], m[:, 1:].sum(axis=1)), 3)
    assert found.item == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert (found.exact, found.sets, found.total, found.empty) == (True, 8, 1, 0)
    assert found.error.tolist() == [0, 0, 0]


def airport(costs: np.ndarray):
    return lambda masks: (masks * costs).max(axis=1)


def airport_shares(costs: np.ndarray) -> np.ndarray:
    """Littlechild & Owen (1973): each step of the runway is shared by those who need it."""
    users = len(costs) - np.arange(len(costs))
    return np.cumsum(np.diff(costs, prepend=0) / users)


def test_the_airport_game_shares_each_step_among_those_who_need_it():
    costs = np.array([1.0, 2, 2, 5, 8, 13, 13, 14, 20, 31])
    assert shapley(airport(costs), 10).item == pytest.approx(airport_shares(costs))


def test_sampled_orders_find_the_airport_game_of_thirty_within_their_errors():
    costs = np.sort(np.random.default_rng(1).uniform(1, 50, 30))
    found = shapley(airport(costs), 30, pairs=2000)
    assert not found.exact
    off = (found.item - airport_shares(costs)) / np.maximum(found.error, 1e-9)
    assert np.abs(off).max() < 4 and (off**2).mean() < 2
    assert (found.error > 0).sum() >= 29
    assert found.item.sum() == pytest.approx(found.total - found.empty, abs=1e-9)
    again = shapley(airport(costs), 30, pairs=2000)
    assert (again.item == found.item).all()
    assert (shapley(airport(costs), 30, pairs=2000, seed=2).item != found.item).any()


def test_sampling_agrees_with_enumeration_and_pairs_are_exact_for_games_of_two():
    # Antithetic orders average i before j and j before i: exact where only pairs interact.
    random = np.random.default_rng(3)
    single, pair = random.normal(size=9), np.triu(random.normal(size=(9, 9)), 1)

    def value(masks):
        return 2 + masks @ single + np.einsum("ni,ij,nj->n", masks, pair, masks.astype(float))

    exact = shapley(value, 9)
    assert exact.item == pytest.approx(single + (pair.sum(axis=0) + pair.sum(axis=1)) / 2)
    sampled = shapley(value, 9, enumerate_up_to=0, pairs=2)
    assert sampled.item == pytest.approx(exact.item)
    assert sampled.error == pytest.approx(np.zeros(9), abs=1e-9)


@given(arrays(float, 16, elements=st.floats(-50, 50)))
@settings(max_examples=30)
def test_items_are_their_mean_addition_over_all_orders_and_add_up(values):
    found = shapley(table(values, 4), 4)
    wanted = np.zeros(4)
    orders = list(permutations(range(4)))
    for order in orders:
        held = 0
        for item in order:
            wanted[item] += values[held | 1 << item] - values[held]
            held |= 1 << item
    assert found.item == pytest.approx(wanted / len(orders), abs=1e-9)
    assert found.item.sum() == pytest.approx(values[-1] - values[0], abs=1e-9)
    sampled = shapley(table(values, 4), 4, enumerate_up_to=0, pairs=5)
    assert sampled.item.sum() == pytest.approx(values[-1] - values[0], abs=1e-9)


@given(arrays(float, 8, elements=st.floats(-9, 9)), st.floats(-9, 9))
@settings(max_examples=25)
def test_an_idle_item_gets_nothing_and_equals_get_the_same(values, alone):
    found = shapley(lambda m: table(values, 3)(m[:, :3]) + alone * m[:, 4:].sum(axis=1), 6)
    assert found.item[3] == pytest.approx(0, abs=1e-9)
    assert found.item[4:] == pytest.approx([alone, alone], abs=1e-9)
    assert found.item[:3] == pytest.approx(shapley(table(values, 3), 3).item, abs=1e-9)


def test_gap_closing_measures_share_what_they_close_together():
    # Two equal measures close 1 − (1−e)² of the gap: half of it each.
    found = shapley(lambda m: 1 - np.prod(np.where(m, 0.7, 1.0), axis=1), 2)
    assert found.item == pytest.approx([(1 - 0.49) / 2] * 2)


def test_sets_are_valued_once_and_in_batches():
    seen: list[np.ndarray] = []

    def value(masks):
        seen.append(masks.copy())
        return masks.sum(axis=1)

    shapley(value, 6, batch=10)
    assert max(map(len, seen)) == 10 and sum(map(len, seen)) == 64
    seen.clear()
    found = shapley(value, 14, pairs=50, batch=100)
    masks = np.concatenate(seen)
    assert len(np.unique(masks, axis=0)) == len(masks) == found.sets
    assert found.item == pytest.approx(np.ones(14))
    seen.clear()
    many = shapley(value, 70, pairs=4)
    masks = np.concatenate(seen)
    assert len(np.unique(masks, axis=0)) == len(masks) == many.sets <= 8 * 69 + 2
    assert many.item == pytest.approx(np.ones(70))


def test_bad_games_are_refused():
    for arguments in ({"items": 0}, {"items": 2, "batch": 0}, {"items": 2, "enumerate_up_to": 21}):
        with pytest.raises(ValueError, match="items"):
            shapley(lambda m: m.sum(axis=1), **arguments)
    with pytest.raises(ValueError, match="pairs"):
        shapley(lambda m: m.sum(axis=1), 15, pairs=1)
    with pytest.raises(ValueError, match="shape"):
        shapley(lambda m: m, 3)
    with pytest.raises(ValueError, match="finite"):
        shapley(lambda m: np.full(len(m), np.nan), 3)
