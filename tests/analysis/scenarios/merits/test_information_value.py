"""Value of information against closed forms, and its order EVPI ≥ EVPPI ≥ 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, qmc

from analysis.scenarios.merits.information_value import evpi, evppi_by_input

cases = st.tuples(st.integers(1, 40), st.integers(1, 4), st.integers(1, 3)).flatmap(
    lambda n: st.tuples(
        arrays(float, (n[0], n[1]), elements=st.integers(-9, 9).map(float)),
        arrays(float, (n[0], n[2]), elements=st.integers(0, 5).map(float)),
        st.one_of(st.none(), st.integers(1, 9)),
    )
)


def evppi(net: np.ndarray, one: np.ndarray, bins: int | None = None) -> float:
    """Of one input (S,)."""
    (value,) = evppi_by_input(net, one, bins, shuffles=1).value.tolist()
    return value


def unit_loss(mean: float, sd: float) -> float:
    """E max(0, D) − max(0, E D) of a normal D: sd·φ(m/sd) − |m|·Φ(−|m|/sd), Raiffa & Schlaifer."""
    return sd * norm.pdf(mean / sd) - abs(mean) * norm.cdf(-abs(mean) / sd)


@pytest.mark.parametrize(("means", "sds", "rho"), [((1, 0.5), (1, 2), 0.3), ((0, 0), (1, 1), -0.5)])
def test_evpi_of_two_normals_is_the_unit_normal_loss(means, sds, rho):
    z = norm.ppf(qmc.Sobol(2, rng=np.random.default_rng(1)).random(1 << 14))
    net = np.column_stack(
        [means[0] + sds[0] * z[:, 0],
         means[1] + sds[1] * (rho * z[:, 0] + (1 - rho**2) ** 0.5 * z[:, 1])]
    )  # fmt: skip
    spread = (sds[0] ** 2 + sds[1] ** 2 - 2 * rho * sds[0] * sds[1]) ** 0.5
    value, error = evpi(net)
    assert value == pytest.approx(unit_loss(means[1] - means[0], spread), rel=0.005)
    lost = np.maximum(net[:, 0], net[:, 1]) - net[:, net.mean(axis=0).argmax()]
    assert error == pytest.approx(lost.std(ddof=1) / 128)


@pytest.fixture(scope="module")
def linear() -> tuple[np.ndarray, np.ndarray]:
    """D = ½ + 2(.8·z₁ + .5·z₂ + √.11·z₃) against nothing; knowing z₁ leaves a normal of sd 1.6."""
    z = norm.ppf(qmc.Sobol(3, rng=np.random.default_rng(2)).random(1 << 14))
    difference = 0.5 + 2 * (z @ [0.8, 0.5, 0.11**0.5])
    return np.column_stack([np.zeros(len(z)), difference]), z


@pytest.mark.parametrize(("known", "share"), [(0, 0.64), (1, 0.25), (2, 0.11)])
def test_evppi_of_a_linear_normal_model_is_the_loss_of_its_explained_spread(linear, known, share):
    net, z = linear
    found = evppi(net, z[:, known])
    assert found == pytest.approx(unit_loss(0.5, 2 * share**0.5), abs=0.006)
    assert found < evpi(net)[0]


def test_a_table_of_inputs_says_what_noise_would_give():
    random = np.random.default_rng(4)
    x = random.normal(size=(4000, 3))
    net = np.column_stack([random.normal(size=(4000, 6)), 2 * x[:, 0]])
    found = evppi_by_input(net, x)
    assert found.value[0] > 8 * found.noise > 0
    assert found.value[1:] == pytest.approx(found.noise, abs=found.noise)
    assert found.value[0] == evppi(net, x[:, 0])
    assert (found.evpi, found.evpi_error) == evpi(net)
    again = evppi_by_input(net, x)
    assert again.noise == found.noise and found.bins == 16


def test_a_discrete_input_has_a_bin_for_each_value():
    # Success decides: with it the second is worth 10, without it −10; a coin that pays 5.
    success = np.array([0.0, 1.0, 1.0, 1.0] * 100)
    net = np.column_stack([np.zeros(400), np.where(success > 0, 10.0, -10.0)])
    assert evppi(net, success) == pytest.approx(2.5)
    assert evppi(net, success) == pytest.approx(evpi(net)[0])
    assert evppi(net, np.ones(400)) == 0
    assert evppi(net, success, bins=1) == 0


def test_bins_never_divide_equal_values():
    # The value tied at the cut would otherwise be told apart by the order of the draws.
    x = np.repeat([0.0, 1.0, 2.0, 3.0], 30)
    net = np.column_stack([np.zeros(120), np.tile([1.0, -1.0], 60)])
    shuffled = np.arange(120).reshape(4, 30)
    order = np.concatenate([np.concatenate([row[::2], row[1::2]]) for row in shuffled])
    assert evppi(net[order], x[order], bins=3) == 0


@given(cases)
@settings(max_examples=50)
def test_evpi_is_no_less_than_evppi_and_that_no_less_than_nothing(case):
    net, inputs, bins = case
    whole, _ = evpi(net)
    found = evppi_by_input(net, inputs, bins, shuffles=1)
    assert whole >= 0
    for value in (*found.value, found.noise):
        assert 0 <= value <= whole
    assert found.value.tolist() == [evppi(net, x, bins) for x in inputs.T]


@given(cases)
@settings(max_examples=40)
def test_nothing_is_worth_knowing_where_one_portfolio_wins_every_draw(case):
    net, inputs, bins = case
    net = np.column_stack([net, net.max(axis=1) + 0.25])
    assert evpi(net) == (0, 0)
    assert (evppi_by_input(net, inputs, bins).value == 0).all()


def test_bad_inputs_are_refused():
    net = np.zeros((5, 2))
    for inputs in (np.zeros(4), np.zeros((5, 0)), np.zeros((5, 2, 2))):
        with pytest.raises(ValueError, match="draws"):
            evppi_by_input(net, inputs)
    with pytest.raises(ValueError, match="finite"):
        evppi(net, np.full(5, np.nan))
    with pytest.raises(ValueError, match="finite"):
        evpi(net * np.nan)
    with pytest.raises(ValueError, match="bin"):
        evppi(net, np.zeros(5), bins=0)
    with pytest.raises(ValueError, match="shuffle"):
        evppi_by_input(net, np.zeros(5), shuffles=0)
