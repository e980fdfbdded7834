"""Conditional means at the ends of inputs, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from analysis.scenarios.merits.tornado import tornado


def test_ends_of_a_linear_normal_model_are_the_means_of_normal_tails():
    z = np.random.default_rng(1).normal(size=(20_000, 3))
    found = tornado(z, 5 + 3 * z[:, 1] - 1 * z[:, 2])
    assert found.order.tolist() == [1, 2, 0]
    tail = norm.pdf(norm.ppf(0.1)) / 0.1  # mean of the highest tenth, 1.755
    assert found.low == pytest.approx([5 - 3 * tail, 5 + tail, 5], abs=0.25)
    assert found.high == pytest.approx([5 + 3 * tail, 5 - tail, 5], abs=0.25)
    assert (np.diff(found.width) <= 0).all()
    assert found.width[2] < 3 * found.width_error[2]
    # Spread left in a tail of z₁: that of z₂ with 9 times the variance of a normal tail.
    left = 1 + tail * norm.ppf(0.9) - tail**2
    assert found.low_error[0] == pytest.approx(((9 * left + 1) / 2000) ** 0.5, rel=0.05)


def test_a_fifth_of_ten_draws_is_their_two_lowest_and_two_highest():
    x = np.array([3.0, 9, 1, 7, 5, 2, 8, 6, 4, 0])
    y = np.arange(10.0)
    found = tornado(x[:, None], y, share=0.2)
    assert found.low.tolist() == [(9 + 2) / 2] and found.high.tolist() == [(1 + 6) / 2]
    assert found.width.tolist() == [2.0] and found.mean == 4.5
    assert found.low_error[0] == pytest.approx(np.std([9, 2], ddof=1) / 2**0.5)


def test_draws_that_tie_at_the_cut_are_taken_in_part():
    # One draw in twenty fails: the lowest tenth is that failure and as much of the successes.
    x = np.array([0.0] + [1.0] * 19)
    y = np.array([-10.0] + [1.0] * 19)
    found = tornado(x[:, None], y)
    assert found.low[0] == pytest.approx((-10 + 1) / 2)
    assert found.high[0] == pytest.approx(1)
    shuffled = np.random.default_rng(2).permutation(20)
    assert tornado(x[shuffled, None], y[shuffled]).low[0] == pytest.approx(-4.5)


def test_a_constant_input_has_no_width_and_comes_last():
    z = np.random.default_rng(3).normal(size=(500, 2))
    z[:, 0] = 4.0
    found = tornado(z, z[:, 1] + 1e6)
    assert found.order.tolist() == [1, 0]
    assert found.width[1] == 0 and found.low[1] == found.high[1] == found.mean


@given(
    arrays(float, (25, 3), elements=st.integers(0, 4).map(float)),
    arrays(float, 25, elements=st.integers(-9, 9).map(float)),
)
@settings(max_examples=25)
def test_shifting_scaling_and_turning_inputs_round_only_renames_the_ends(inputs, output):
    found = tornado(inputs, output)
    moved = tornado(3 * inputs + 2, output)
    assert moved.width == pytest.approx(found.width)
    turned = tornado(-inputs, output)
    back = turned.order.argsort()
    assert turned.low[back] == pytest.approx(found.high[found.order.argsort()])
    assert (found.low >= output.min() - 1e-9).all() and (found.high <= output.max() + 1e-9).all()


def test_bad_arguments_are_refused():
    good = np.zeros((40, 2))
    with pytest.raises(ValueError, match="match"):
        tornado(good, np.zeros(39))
    with pytest.raises(ValueError, match="finite"):
        tornado(good, np.full(40, np.nan))
    for share in (0.0, 0.6, np.nan):
        with pytest.raises(ValueError, match="share"):
            tornado(good, np.zeros(40), share)
    with pytest.raises(ValueError, match="fewer than two"):
        tornado(good, np.zeros(40), 0.02)
