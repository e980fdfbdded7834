"""Random numbers of a department are its own, and joint draws are Student's t."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from indicators.uncertainty.draws import joint_draws, stream, symmetric_root

NAN = float("nan")


def test_a_stream_is_philox_keyed_by_the_hash_of_what_it_is_for() -> None:
    """statistics.md 2; the number guards the bytes of every published interval."""
    digest = hashlib.sha256(b"1\x1fanswers\x1f2025\x1ftax").digest()
    key = [int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")]
    own = np.random.Generator(np.random.Philox(key=np.array(key, dtype=np.uint64)))
    assert stream(1, "answers", "2025", "tax").random() == own.random()


@pytest.mark.parametrize(
    "other",
    [
        (2, "answers", "2025", "tax"),
        (1, "metrics", "2025", "tax"),
        (1, "answers", "2024", "tax"),
        (1, "answers", "2025", "audit"),
        (1, "answers", "20251", ""),
    ],
)
def test_another_seed_purpose_round_or_department_has_other_numbers(
    other: tuple[int, str, str, str],
) -> None:
    own = stream(1, "answers", "2025", "tax").random(4)
    assert not np.isin(own, stream(*other).random(4)).any()


@given(st.integers(1, 5), st.integers(0, 2**32))
def test_the_root_of_a_covariance_squared_is_the_covariance(size: int, seed: int) -> None:
    half = np.random.default_rng(seed).normal(size=(size, size))
    covariance = half @ half.T
    root = symmetric_root(covariance)
    np.testing.assert_allclose(root @ root, covariance, atol=1e-9)
    np.testing.assert_allclose(root, root.T, atol=1e-9)


def test_negative_eigenvalues_are_taken_as_0() -> None:
    """[[1, 2], [2, 1]] has the eigenvalues 3 and −1: what is left is 3 on (1, 1)/√2."""
    root = symmetric_root(np.array([[1.0, 2.0], [2.0, 1.0]]))
    np.testing.assert_allclose(root @ root, [[1.5, 1.5], [1.5, 1.5]])


COVARIANCE = np.array([[4.0, 1.5, 0.0], [1.5, 1.0, 0.2], [0.0, 0.2, 2.0]])
MEAN = np.array([50.0, 60.0, 70.0])


def test_every_linear_function_of_the_draws_is_t() -> None:
    """Weighted sums too, since one χ² serves all indicators of a draw (statistics.md 2)."""
    drawn, _ = joint_draws(MEAN, COVARIANCE, 12.0, 40_000, stream(5, "t", "r", "d"))
    for weights in ([1, 0, 0], [0, 0, 1], [0.5, 0.2, 0.3], [1, -1, 0.5]):
        w = np.array(weights)
        standardised = (drawn - MEAN) @ w / np.sqrt(w @ COVARIANCE @ w)
        assert scipy.stats.kstest(standardised, scipy.stats.t(12).cdf).pvalue > 0.001


def test_without_the_stretch_they_are_normal() -> None:
    drawn, normal = joint_draws(MEAN, COVARIANCE, 12.0, 40_000, stream(5, "t", "r", "d"))
    standardised = (normal[:, 0] - 50) / 2
    assert scipy.stats.kstest(standardised, "norm").pvalue > 0.001
    np.testing.assert_allclose(np.cov(normal.T), COVARIANCE, atol=0.1)
    ratio = (drawn - MEAN) / (normal - MEAN)
    np.testing.assert_allclose(ratio, np.broadcast_to(ratio[:, :1], ratio.shape), rtol=1e-6)


def test_a_missing_indicator_stays_missing_and_moves_no_other() -> None:
    mean = np.array([50.0, NAN, 70.0])
    covariance = np.diag([4.0, 0.0, 2.0])
    drawn, _ = joint_draws(mean, covariance, 12.0, 100, stream(5, "t", "r", "d"))
    assert np.isnan(drawn[:, 1]).all()
    assert not np.isnan(drawn[:, [0, 2]]).any()


def test_without_uncertainty_every_draw_is_the_mean() -> None:
    drawn, _ = joint_draws(MEAN, np.zeros((3, 3)), 12.0, 50, stream(5, "t", "r", "d"))
    np.testing.assert_array_equal(drawn, np.broadcast_to(MEAN, (50, 3)))
