"""PRIM finds boxes that were planted, and says when there is nothing to find."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import binom

from analysis.scenarios.merits.discovery import Box, discover


def inside(box: Box, inputs: np.ndarray) -> NDArray[np.bool_]:
    """(S,) the draws within both limits of every input; a limit not set is infinite."""
    return np.asarray(np.logical_and(inputs >= box.low, inputs <= box.high)).all(axis=1)


@pytest.fixture(scope="module")
def uniform() -> np.ndarray:
    return np.random.default_rng(1).random((4000, 6))


def test_a_planted_box_is_found_with_its_limits_and_no_other(uniform):
    fails = (uniform[:, 1] < 0.35) & (uniform[:, 4] > 0.6)
    found = discover(uniform, fails)
    box = found.box
    assert found.case == "found" and box is not None
    assert sorted(box.restricted) == [1, 4]
    assert box.high[1] == pytest.approx(0.35, abs=0.02)
    assert box.low[4] == pytest.approx(0.6, abs=0.02)
    assert np.isinf(box.low[[0, 1, 2, 3, 5]]).all() and np.isinf(box.high[[0, 2, 3, 4, 5]]).all()
    assert box.density > 0.97 and box.coverage > 0.95
    held = inside(box, uniform)
    assert box.mass == pytest.approx(held.mean())
    assert box.coverage == pytest.approx(fails[held].sum() / fails.sum())
    assert box.density == pytest.approx(fails[held].mean())


def test_a_box_bounded_on_both_sides_is_found_in_noise(uniform):
    core = (np.abs(uniform[:, 0] - 0.5) < 0.2) & (uniform[:, 2] > 0.5)
    fails = core ^ (np.random.default_rng(2).random(4000) < 0.05)
    box = discover(uniform, fails).box
    assert box is not None and sorted(box.restricted) == [0, 2]
    assert (box.low[0], box.high[0]) == pytest.approx((0.3, 0.7), abs=0.05)
    assert box.low[2] == pytest.approx(0.5, abs=0.05)


def test_pasting_takes_back_what_peeling_cut_too_far(uniform):
    fails = uniform[:, 3] < 0.45
    coarse = discover(uniform, fails, peel=0.4, paste=0.01).box
    assert coarse is not None and coarse.density == 1
    assert coarse.high[3] == pytest.approx(0.45, abs=0.01)
    # Peels end at .6 and .36; without pasting a fifth of the failures would be left out.
    assert coarse.coverage > 0.98


def test_quasi_p_is_the_binomial_tail_with_the_limits_lifted(uniform):
    fails = (uniform[:, 1] < 0.35) & (uniform[:, 4] > 0.6)
    box = discover(uniform, fails, peel=0.2, paste=0.2).trajectory[3]
    held = inside(box, uniform)
    assert box.restricted
    for j in box.restricted:
        others = np.ones(4000, dtype=bool)
        for k in set(box.restricted) - {j}:
            others &= (uniform[:, k] >= box.low[k]) & (uniform[:, k] <= box.high[k])
        tail = binom.sf(fails[held].sum() - 1, held.sum(), fails[others].mean())
        assert box.quasi_p[j] == pytest.approx(tail, rel=1e-6, abs=1e-300)
    assert (np.delete(box.quasi_p, box.restricted) == 1).all()


def test_the_trajectory_peels_patiently_and_its_measures_agree(uniform):
    fails = uniform[:, 0] + uniform[:, 1] < 0.7
    found = discover(uniform, fails)
    first = found.trajectory[0]
    assert (first.coverage, first.mass, first.restricted) == (1, 1, ())
    assert first.density == found.base_rate == pytest.approx(fails.mean())
    masses = np.array([box.mass for box in found.trajectory])
    assert (np.diff(masses) < 0).all() and masses[-1] >= 0.05
    assert (masses[1:] / masses[:-1] >= 0.95 - 1e-9).all()
    for box in found.trajectory:
        assert box.coverage * found.base_rate == pytest.approx(box.density * box.mass)


def test_discrete_inputs_are_peeled_value_by_value_and_constant_ones_never():
    random = np.random.default_rng(3)
    x = np.column_stack(
        [random.integers(0, 4, 2000), np.full(2000, 7.0), random.random(2000) < 0.8]
    ).astype(float)
    fails = (x[:, 0] >= 3) & (x[:, 2] == 0)
    box = discover(x, fails, least_mass=0.01).box
    assert box is not None and sorted(box.restricted) == [0, 2]
    assert (box.low[0], box.high[2]) == (3, 0)
    assert (box.coverage, box.density) == (1, 1)
    assert discover(np.full((50, 2), 1.0), np.arange(50) < 20).case == "none"


def test_a_small_cut_that_tells_much_comes_before_a_large_one_that_tells_more_in_all():
    # Half of the draws at once raise density by .1; five of a hundred by .026, more for each.
    half = np.repeat([0.0, 1.0], 50)
    fails = np.concatenate([np.arange(50) >= 30, np.arange(50) >= 20])
    second = np.arange(100.0)[::-1].copy()
    second[:5], second[95:] = -np.arange(5.0) - 1, np.arange(5.0)
    trajectory = discover(np.column_stack([half, second]), fails).trajectory
    assert trajectory[1].restricted == (1,) and trajectory[1].mass == 0.95
    assert trajectory[1].density == pytest.approx(0.5 / 0.95)


def test_outcomes_that_never_differ_say_so():
    x = np.random.default_rng(4).random((30, 2))
    for outcome, case in ((True, "always"), (False, "never")):
        found = discover(x, np.full(30, outcome))
        assert (found.case, found.box, found.trajectory) == (case, None, ())
        assert found.base_rate == outcome


def test_failures_without_a_cause_give_no_box():
    for seed in range(3):
        random = np.random.default_rng([5, seed])
        x, fails = random.random((2000, 5)), random.random(2000) < 0.4
        assert discover(x, fails).case == "none"


@given(
    st.integers(2, 40).flatmap(
        lambda n: st.tuples(
            arrays(float, (n, 3), elements=st.integers(0, 5).map(float)), arrays(bool, n)
        )
    )
)
@settings(max_examples=30, deadline=None)
def test_any_draws_give_a_box_denser_than_all_or_say_why_not(case):
    inputs, fails = case
    found = discover(inputs, fails)
    assert found.base_rate == fails.mean()
    if found.box is None:
        assert found.case in ("none", "always", "never")
        return
    held = inside(found.box, inputs)
    assert held.any() and not held.all()
    assert found.box.density == fails[held].mean() >= found.base_rate
    assert (found.box.quasi_p[list(found.box.restricted)] <= 0.05).all()


def test_bad_arguments_are_refused():
    x = np.random.default_rng(6).random((10, 2))
    y = x[:, 0] > 0.5
    with pytest.raises(ValueError, match="match"):
        discover(x, y[:9])
    with pytest.raises(ValueError, match="finite"):
        discover(x * np.nan, y)
    with pytest.raises(ValueError, match="true or false"):
        discover(x, y.astype(float))
    for name in ("peel", "paste", "least_mass"):
        with pytest.raises(ValueError, match="shares"):
            discover(x, y, **{name: 1.0})
