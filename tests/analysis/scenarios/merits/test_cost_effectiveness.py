"""Dominance, frontier and acceptability against hand-computed tables and identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from analysis.scenarios.merits.cost_effectiveness import (
    acceptability,
    ellipse,
    ellipse_outline,
    frontier,
    net_benefit,
)
from analysis.scenarios.merits.information_value import evpi

whole = st.integers(0, 12).map(float)
plane = st.integers(1, 9).flatmap(
    lambda k: st.tuples(arrays(float, k, elements=whole), arrays(float, k, elements=whole))
)
clouds = st.tuples(st.integers(1, 20), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(
        arrays(float, shape, elements=whole), arrays(float, shape, elements=whole)
    )
)


def test_a_table_with_extended_dominance_gives_the_ratios_computed_by_hand():
    #       A: nothing; B→C 34 falls to C→D 10/3, so C goes; A→B 16 exceeds B→D 11, so B goes too;
    #       F costs more than D for less; G is D again. A→D 60/5 = 12, D→E 40/1 = 40.
    names = "ABCDEFG"
    cost = np.array([0.0, 16, 50, 60, 100, 70, 60])
    gain = np.array([0.0, 1, 2, 5, 6, 4, 5])
    found = frontier(cost, gain)
    assert [names[k] for k in found.order] == ["A", "D", "E"]
    assert found.ratio == pytest.approx([12, 40])
    assert dict(zip(names, found.status, strict=True)) == {
        "A": "frontier", "B": "extended", "C": "extended", "D": "frontier", "E": "frontier",
        "F": "dominated", "G": "equal",
    }  # fmt: skip


def test_three_on_a_line_all_stay_and_a_harmful_portfolio_is_dominated_by_nothing():
    found = frontier([0, 1, 2, 3], [0, 2, 4, -1])
    assert found.order.tolist() == [0, 1, 2]
    assert found.ratio == pytest.approx([0.5, 0.5])
    assert found.status[3] == "dominated"
    assert frontier([5.0], [1.0]).ratio.size == 0
    same = frontier([3.0, 3.0, 3.0], [1.0, 2.0, 2.0])
    assert same.status == ("dominated", "frontier", "equal")


@given(plane)
@settings(max_examples=50)
def test_the_frontier_holds_every_portfolio_that_is_best_at_some_value(table):
    cost, gain = table
    found = frontier(cost, gain)
    assert (np.diff(cost[found.order]) > 0).all() and (np.diff(gain[found.order]) > 0).all()
    assert (np.diff(found.ratio) >= -1e-9).all()
    kept = [s == "frontier" for s in found.status]
    assert sorted(found.order.tolist()) == np.flatnonzero(kept).tolist()
    # At values between the ratios the best portfolio is that of the frontier.
    values = np.concatenate([[0.0], found.ratio, [1e4]])
    for k, value in zip(found.order, (values[:-1] + values[1:]) / 2, strict=True):
        net = value * gain - cost
        assert net[k] == pytest.approx(net.max())


@given(plane, st.integers(0, 8), st.floats(0, 5), st.floats(0, 5))
@settings(max_examples=50)
def test_adding_a_dominated_portfolio_changes_no_frontier(table, which, dearer, less):
    cost, gain = table
    which %= len(cost)
    before = frontier(cost, gain)
    after = frontier([*cost, cost[which] + dearer], [*gain, gain[which] - less])
    assert after.order.tolist() == before.order.tolist()
    assert after.ratio.tolist() == before.ratio.tolist()
    assert after.status[:-1] == before.status
    assert after.status[-1] != "frontier"


@given(clouds, st.lists(st.floats(0, 50), min_size=1, max_size=4))
@settings(max_examples=30)
def test_acceptability_sums_to_one_and_the_least_expected_loss_is_the_evpi(cloud, values):
    cost, gain = cloud
    found = acceptability(cost, gain, values)
    assert found.probability.sum(axis=1) == pytest.approx(1)
    assert ((found.probability >= 0) & (found.probability <= 1 + 1e-12)).all()
    least = np.array([evpi(net_benefit(cost, gain, value))[0] for value in values])
    rows = np.arange(len(values))
    assert found.expected_loss.min(axis=1) == pytest.approx(least, abs=1e-9)
    assert found.expected_loss[rows, found.best] == pytest.approx(least, abs=1e-9)
    assert (least >= 0).all()
    assert found.frontier == pytest.approx(found.probability[rows, found.best])
    for row, value in enumerate(values):
        mean = net_benefit(cost, gain, value).mean(axis=0)
        assert mean[found.best[row]] == mean.max()


def test_the_acceptability_of_two_normal_portfolios_is_that_of_the_normal_curve():
    u = (np.arange(20_000) + 0.5) / 20_000
    gain = np.column_stack([np.zeros(len(u)), 2 + 1.5 * norm.ppf(u)])
    values = np.array([0.0, 5.0, 10.0, 40.0])
    found = acceptability([0.0, 20.0], gain, values)
    wanted = norm.cdf((values * 2 - 20) / np.maximum(values * 1.5, 1e-9))
    assert found.probability[:, 1] == pytest.approx(wanted, abs=1e-4)
    assert found.best.tolist() == [0, 0, 0, 1] or found.best.tolist() == [0, 0, 1, 1]
    assert found.error[1, 0] == pytest.approx(
        (wanted[1] * (1 - wanted[1]) / 20_000) ** 0.5, rel=0.01
    )


def test_the_frontier_curve_may_follow_a_portfolio_that_is_seldom_best():
    # The second wins one draw in four by far: highest mean, lowest chance.
    gain = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 9.0]])
    found = acceptability([0.0, 0.0], gain, [1.0])
    assert found.best.tolist() == [1]
    assert found.frontier.tolist() == [0.25] and found.probability[0, 0] == 0.75
    assert found.expected_loss[0] == pytest.approx([2.0, 0.75])
    assert evpi(gain)[0] == pytest.approx(0.75)


def test_an_ellipse_is_that_of_the_covariance_and_holds_its_share_of_a_normal_cloud():
    z = np.random.default_rng(5).normal(size=(2, 20_000))
    cost, gain = 100 + 10 * z[0], 3 + 0.5 * (0.6 * z[0] + 0.8 * z[1])
    for share, q in ((0.5, 1.3863), (0.9, 4.6052)):  # χ² with two degrees of freedom
        found = ellipse(cost, gain, share)
        covariance = np.cov(cost, gain)
        assert found.axes**2 == pytest.approx(np.linalg.eigvalsh(covariance)[::-1] * q, rel=1e-4)
        assert found.inside == pytest.approx(share, abs=0.01)
        assert found.centre == pytest.approx([cost.mean(), gain.mean()])
        # Slope of the longer axis by the closed form of two dimensions.
        (a, b), (_, d) = covariance
        assert found.angle == pytest.approx(0.5 * np.arctan2(2 * b, a - d), abs=1e-9)
        outline = ellipse_outline(found)
        assert (outline[0] == outline[-1]).all()
        away = outline - found.centre
        form = np.einsum("pi,ij,pj->p", away, np.linalg.inv(covariance), away)
        assert form == pytest.approx(np.full(len(form), q), rel=1e-4)


def test_a_cloud_without_spread_in_cost_or_at_all_is_a_line_or_a_point():
    line = ellipse(np.full(9, 5.0), np.arange(9.0), 0.5)
    assert line.axes[1] == 0 and abs(line.angle) == pytest.approx(np.pi / 2)
    falling = ellipse(np.arange(9.0), -np.arange(9.0), 0.5)
    assert falling.angle == pytest.approx(-np.pi / 4) and falling.axes[1] == 0
    point = ellipse(np.full(3, 5.0), np.full(3, 1.0), 0.9)
    assert point.axes.tolist() == [0, 0] and point.inside == 1
    assert (ellipse_outline(point, 4) == [5, 1]).all()


def test_bad_clouds_and_values_are_refused():
    good = np.zeros((3, 2))
    for value in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="value of a point"):
            net_benefit(good, good, value)
        with pytest.raises(ValueError, match="value of a point"):
            acceptability(good, good, [1.0, value])
    with pytest.raises(ValueError, match="match"):
        net_benefit(np.zeros((2, 2)), good, 1.0)
    with pytest.raises(ValueError, match="finite"):
        net_benefit(good * np.nan, good, 1.0)
    with pytest.raises(ValueError, match="shape"):
        frontier([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="finite"):
        frontier([1.0, np.inf], [1.0, 2.0])
    with pytest.raises(ValueError, match="two or more"):
        ellipse([1.0], [1.0], 0.5)
    with pytest.raises(ValueError, match="share"):
        ellipse([1.0, 2.0], [1.0, 2.0], 1.0)
