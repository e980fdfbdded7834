"""Sensitivity indices against closed forms, enumeration and a known function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.robustness.inputs import dirichlet_weights
from analysis.robustness.model import SAMPLE_METHODS, by_sample
from analysis.robustness.sensitivity import exact_indices, sobol_indices, sobol_points


def test_indices_of_a_design_of_twenty_cells_are_those_of_their_definition():
    y = np.random.default_rng(2).normal(size=(2, 5, 2))
    found = exact_indices(y)
    variance = y.var()
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        means = np.array([np.take(y, k, axis=axis).mean() for k in range(y.shape[axis])])
        first = ((means - y.mean()) ** 2).mean() / variance
        rest = y.mean(axis=axis)
        total = 1 - ((rest - y.mean()) ** 2).mean() / variance
        assert found.first[axis] == pytest.approx(first, abs=1e-12)
        assert found.total[axis] == pytest.approx(total, abs=1e-12)
        assert y.mean(axis=others).var() / variance == pytest.approx(first, abs=1e-12)
    assert found.exact and (found.first_low == found.first).all()


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3))
@settings(max_examples=30)
def test_an_additive_output_has_first_order_equal_to_total_and_they_sum_to_one(slopes):
    grid = np.meshgrid(np.arange(3), np.arange(4), np.arange(2), indexing="ij")
    y = sum(s * g for s, g in zip(slopes, grid, strict=True))
    found = exact_indices(np.asarray(y, dtype=float))
    if np.isnan(found.first).all():
        assert max(abs(s) for s in slopes) < 1e-6
        return
    assert found.first == pytest.approx(found.total, abs=1e-9)
    assert found.first.sum() == pytest.approx(1)


def test_an_output_that_does_not_vary_has_no_indices():
    assert np.isnan(exact_indices(np.full((2, 3), 7.0)).first).all()
    flat = np.full((64, 1), 3.0)
    (found,) = sobol_indices(flat, flat, np.stack([flat, flat]), resamples=20)
    assert np.isnan(found.total).all()


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_s_design_finds_the_published_indices_of_ishigami_s_function():
    # Ishigami & Homma (1990), a = 7, b = 0.1: closed forms.
    a, b = sobol_points(3, 4096, 1)
    mixed = []
    for i in range(3):
        block = a.copy()
        block[:, i] = b[:, i]
        mixed.append(ishigami(block)[:, None])
    values = (ishigami(a)[:, None], ishigami(b)[:, None], np.stack(mixed))
    (found,) = sobol_indices(*values, resamples=400)
    assert found.first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found.total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (found.first_low <= found.first).all() and (found.first <= found.first_high).all()
    widths = found.total_high - found.total_low
    assert ((widths > 0) & (widths < 0.1)).all()
    (shifted,) = sobol_indices(*(v + 1000 for v in values), resamples=400)
    assert shifted.first == pytest.approx(found.first, abs=1e-6)
    with pytest.raises(ValueError, match="power of two"):
        sobol_points(3, 100, 1)


@given(st.lists(st.floats(0.05, 5), min_size=2, max_size=8), st.integers(0, 999))
@settings(max_examples=25)
def test_drawn_weights_sum_to_one_keep_zeros_and_scatter_as_asked(weights, seed):
    given = np.array([*weights, 0.0])
    drawn = dirichlet_weights(given, 0.2, 4000, np.random.default_rng(seed))
    assert drawn.sum(axis=1) == pytest.approx(np.ones(4000))
    assert (drawn[:, -1] == 0).all() and (drawn >= 0).all()
    share = given / given.sum()
    assert drawn.mean(axis=0) == pytest.approx(share, abs=0.02)
    if np.ptp(weights) == 0:
        assert drawn[:, 0].std() / share[0] == pytest.approx(0.2, rel=0.1)


@given(st.integers(0, 999))
@settings(max_examples=20)
def test_scaling_by_the_sample_is_that_of_each_setting_on_its_own(seed):
    random = np.random.default_rng(seed)
    values = random.normal(50, 10, size=(3, 8, 4))
    values[0, 2, 1] = np.nan
    values[:, :, 3] = 5.0
    for method in SAMPLE_METHODS:
        found = by_sample(values, method, (0.0, 100.0))
        assert np.isnan(found[:, :, 3]).all()
        assert np.isnan(found[0, 2, 1])
        alone = by_sample(values[1:2], method, (0.0, 100.0))
        assert found[1] == pytest.approx(alone[0], nan_ok=True)
    z = by_sample(values, "zscore", (0.0, 100.0))
    assert np.nanmean(z[1, :, 0]) == pytest.approx(0, abs=1e-12)
    assert np.nanstd(z[1, :, 0], ddof=1) == pytest.approx(1)
    shares = by_sample(values, "minmax", (0.0, 100.0))
    assert np.nanmin(shares[1, :, 0]) == 0 and np.nanmax(shares[1, :, 0]) == 100
    ranks = by_sample(values, "rank", (0.0, 100.0))
    assert sorted(ranks[1, :, 0]) == list(range(1, 9))
