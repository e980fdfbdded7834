"""Merits of portfolios against hand computation and what must be true of any draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis.scenarios.merits.merits import (
    break_even_share,
    probability_best,
    probability_worse,
    regret,
)

draws = st.tuples(st.integers(1, 30), st.integers(1, 5)).flatmap(
    lambda shape: arrays(float, shape, elements=st.integers(-6, 6).map(float))
)


def test_harm_never_drawn_is_zero_by_assumption_only_where_nothing_can_harm():
    gain = np.array([[1.0, 2.0, -1.0, -1e-13]] * 3 + [[1.0, 2.0, 3.0, 0.0]])
    found = probability_worse(gain, [False, True, True, False])
    assert found.probability.tolist() == [0, 0, 0.75, 0]
    assert found.zero_by_assumption.tolist() == [True, False, False, True]
    # No event in four draws: 1 − .05^(1/4), the closed form of Clopper and Pearson's limit.
    assert found.upper[1] == pytest.approx(1 - 0.05**0.25)
    assert found.upper[2] == pytest.approx(stats.beta(4, 1).ppf(0.95))
    assert found.upper[[0, 3]].tolist() == [0, 0]
    assert found.error[2] == pytest.approx((0.75 * 0.25 / 4) ** 0.5)
    assert probability_worse(gain).zero_by_assumption.tolist() == [True, True, False, True]
    assert probability_worse(-np.ones((5, 1))).upper.tolist() == [1]
    with pytest.raises(ValueError, match="one flag"):
        probability_worse(gain, [True])


def test_equals_split_a_draw_and_rounding_is_a_tie():
    net = np.array([[2.0, 2.0, 1.0], [0.0, 5.0, 1.0], [3.0, 3.0, 3.0], [0.3, 0.1 + 0.2, 0.0]])
    found = probability_best(net)
    assert found.probability == pytest.approx(
        np.array([0.5 + 1 / 3 + 0.5, 0.5 + 1 + 1 / 3 + 0.5, 1 / 3]) / 4
    )
    p = found.probability
    assert found.error == pytest.approx(np.sqrt(p * (1 - p) / 4))


@given(draws)
@settings(max_examples=40)
def test_chances_of_being_best_sum_to_one_and_the_least_regret_is_that_of_the_highest_mean(net):
    assert probability_best(net).probability.sum() == pytest.approx(1)
    found = regret(net)
    assert (found.expected >= 0).all() and (found.high <= found.largest + 1e-12).all()
    assert found.expected - found.expected.min() == pytest.approx(
        net.mean(axis=0).max() - net.mean(axis=0)
    )


def test_minimax_regret_of_named_scenarios_is_savage_s():
    # Rows are scenarios; regrets (0, 2, 5), (6, 0, 1), (3, 4, 0).
    net = np.array([[7.0, 5.0, 2.0], [1.0, 7.0, 6.0], [2.0, 1.0, 5.0]])
    found = regret(net)
    assert found.largest.tolist() == [6, 4, 5]
    assert found.expected == pytest.approx([3, 2, 2])
    assert found.high == pytest.approx([5.7, 3.8, 4.6])


@given(st.floats(0.02, 0.98))
@settings(max_examples=30)
def test_the_break_even_share_is_where_the_advantage_changes_sign(root):
    found = break_even_share(lambda share: share**2 - root**2, tolerance=1e-6)
    assert found.case == "between"
    assert found.share == pytest.approx(root, abs=1e-6)
    assert found.share >= root - 1e-12


def test_a_plan_that_always_or_never_wins_says_so():
    assert break_even_share(lambda s: s + 1).case == "always"
    assert break_even_share(lambda s: s + 1, 0.2).share == 0.2
    never = break_even_share(lambda s: s - 2)
    assert (never.case, never.share) == ("never", None)
    assert break_even_share(lambda s: 0.0).case == "always"


def test_bisection_starts_in_the_last_step_as_each_share_is_a_projection():
    asked: list[float] = []
    break_even_share(lambda s: asked.append(s) or s - 0.65, tolerance=1e-3)
    assert asked[:6] == pytest.approx([1, 0.9, 0.8, 0.7, 0.6, 0.65])
    assert len(asked) == 5 + 7


def test_a_plan_that_loses_in_the_middle_breaks_even_at_the_upper_crossing():
    found = break_even_share(lambda s: (s - 0.25) * (s - 0.75), tolerance=1e-6)
    assert found.share == pytest.approx(0.75, abs=1e-6)


def test_bad_draws_are_refused():
    for bad in (np.zeros(3), np.zeros((0, 2)), np.array([[np.nan, 1.0]])):
        for function in (probability_worse, probability_best, regret):
            with pytest.raises(ValueError, match="shape|finite"):
                function(bad)
    with pytest.raises(ValueError, match="advantage"):
        break_even_share(lambda s: np.nan)
    with pytest.raises(ValueError, match="below"):
        break_even_share(lambda s: s, 1, 0)


@given(draws)
@settings(max_examples=30)
def test_an_idle_portfolio_that_always_loses_changes_no_other_merit(net):
    loser = net.min(axis=1, keepdims=True) - 1
    more = np.column_stack([net, loser])
    assert probability_best(more).probability[:-1] == pytest.approx(
        probability_best(net).probability
    )
    assert regret(more).expected[:-1] == pytest.approx(regret(net).expected)
