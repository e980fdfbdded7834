"""The means of the tree: against their formulas, and what must hold of all of them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from indicators.aggregate import aggregate, up_the_tree
from tests.indicators.frameworks import content_of, framework_of, load, metric

NAN = float("nan")
METHODS = ["arithmetic", "geometric", "harmonic", "power:2", "power:0.5", "power:-2", "min"]
METHODS += ["owa:0.3", "owa:0.8"]
# From the smallest power mean to the largest (the power mean inequality).
RISING = ["min", "power:-2", "harmonic", "geometric", "power:0.5", "arithmetic", "power:2"]

scores = st.floats(0.01, 100)
weights = st.floats(0.01, 10)


@st.composite
def children(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 6))
    values = draw(hnp.arrays(float, size, elements=scores))
    return values, draw(hnp.arrays(float, size, elements=weights))


X = np.array([20.0, 50.0, 80.0])
W = np.array([1.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("arithmetic", (20 + 2 * 50 + 80) / 4),
        ("geometric", (20 * 50**2 * 80) ** (1 / 4)),
        ("harmonic", 4 / (1 / 20 + 2 / 50 + 1 / 80)),
        ("power:2", ((20**2 + 2 * 50**2 + 80**2) / 4) ** 0.5),
        ("power:0.5", ((20**0.5 + 2 * 50**0.5 + 80**0.5) / 4) ** 2),
        ("power:-2", ((20**-2 + 2 * 50**-2 + 80**-2) / 4) ** -0.5),
        ("power:1", 50.0),
        ("min", 20.0),
        ("mazziotta-pareto", 50 - (30**2 / 4 + 30**2 / 4) / 50),
        ("owa:0.5", 50.0),
        # Orness 0.25: Q(r) = r³ over the running shares 1/4, 3/4, 1 of the falling order 80, 50, 20.
        ("owa:0.25", 80 / 64 + 50 * (27 - 1) / 64 + 20 * (64 - 27) / 64),
    ],
)
def test_each_mean_is_its_formula(method: str, expected: float) -> None:
    assert aggregate(X, W, method) == pytest.approx(expected, rel=1e-12)


@given(children())
def test_the_three_classical_means_are_those_of_scipy(
    case: tuple[np.ndarray, np.ndarray],
) -> None:
    x, w = case
    assert aggregate(x, w, "arithmetic") == pytest.approx(np.average(x, weights=w))
    assert aggregate(x, w, "geometric") == pytest.approx(scipy.stats.gmean(x, weights=w))
    assert aggregate(x, w, "harmonic") == pytest.approx(scipy.stats.hmean(x, weights=w))


@given(children(), st.sampled_from(METHODS))
def test_a_mean_lies_between_the_smallest_and_the_largest_child(
    case: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    x, w = case
    assert x.min() * (1 - 1e-9) <= aggregate(x, w, method) <= x.max() * (1 + 1e-9)


@given(children())
def test_means_of_rising_power_rise(case: tuple[np.ndarray, np.ndarray]) -> None:
    x, w = case
    means = np.array([float(aggregate(x, w, method)) for method in RISING])
    assert (np.diff(means) >= -1e-9 * means[1:]).all()


@given(children(), st.sampled_from(METHODS), st.floats(0, 50), st.data())
def test_a_child_that_rises_never_lowers_its_parent(
    case: tuple[np.ndarray, np.ndarray], method: str, step: float, data: st.DataObject
) -> None:
    x, w = case
    raised = x.copy()
    raised[data.draw(st.integers(0, len(x) - 1))] += step
    assert aggregate(raised, w, method) >= aggregate(x, w, method) * (1 - 1e-9)


@given(children(), st.sampled_from(METHODS), st.floats(0.01, 100))
def test_only_the_ratio_of_weights_counts(
    case: tuple[np.ndarray, np.ndarray], method: str, factor: float
) -> None:
    x, w = case
    assert aggregate(x, w * factor, method) == pytest.approx(float(aggregate(x, w, method)))


@given(children(), st.sampled_from(METHODS), st.data())
def test_a_missing_child_is_as_if_it_were_not_in_the_file(
    case: tuple[np.ndarray, np.ndarray], method: str, data: st.DataObject
) -> None:
    x, w = case
    place = data.draw(st.integers(0, len(x)))
    with_gap = np.insert(x, place, NAN)
    weighted = np.insert(w, place, 3.0)
    assert aggregate(with_gap, weighted, method) == pytest.approx(float(aggregate(x, w, method)))


@given(children(), st.sampled_from(METHODS), st.data())
def test_a_child_of_weight_0_is_as_if_it_were_not_in_the_file(
    case: tuple[np.ndarray, np.ndarray], method: str, data: st.DataObject
) -> None:
    x, w = case
    place = data.draw(st.integers(0, len(x)))
    more = np.insert(x, place, data.draw(st.floats(0, 100)))
    weighted = np.insert(w, place, 0.0)
    assert aggregate(more, weighted, method) == pytest.approx(float(aggregate(x, w, method)))


@pytest.mark.parametrize("method", METHODS)
def test_without_any_child_the_parent_is_missing(method: str) -> None:
    assert np.isnan(aggregate(np.array([NAN, NAN]), np.array([1.0, 2.0]), method))


@pytest.mark.parametrize("method", ["geometric", "harmonic", "power:-2", "min"])
def test_a_child_at_0_takes_the_whole_to_0_where_nothing_makes_up_for_it(method: str) -> None:
    assert aggregate(np.array([0.0, 100.0]), np.array([1.0, 1.0]), method) == 0.0


@pytest.mark.parametrize("method", ["geometric", "harmonic", "power:2", "power:0.5"])
def test_these_means_of_negative_scores_do_not_exist(method: str) -> None:
    assert np.isnan(aggregate(np.array([-1.0, 3.0]), np.array([1.0, 1.0]), method))


@pytest.mark.parametrize("power", [-300, -40, 40, 300])
def test_a_large_power_neither_overflows_nor_vanishes(power: int) -> None:
    """The power mean tends to the smallest or largest child: n^(1/|P|) from it at most."""
    x = np.array([0.001, 50.0, 100.0])
    found = float(aggregate(x, np.ones(3), f"power:{power}"))
    nearest = x.max() if power > 0 else x.min()
    assert abs(np.log(found / nearest)) <= np.log(3) / abs(power) + 1e-12


@given(
    hnp.arrays(
        float,
        hnp.array_shapes(min_dims=1, max_dims=3, max_side=3),
        elements=st.integers(0, 1000).map(float),
    ),
    st.sampled_from([None, *METHODS]),
)
def test_leading_axes_of_any_shape_give_the_same_as_one_at_a_time(
    seeds: np.ndarray, method: str | None
) -> None:
    framework = framework_of(
        [metric("A1"), metric("A2", 2.0)],
        [metric("B1"), metric("B2"), metric("B3", 0.5)],
        aggregation="geometric",
    )
    values = np.stack(
        [np.random.default_rng(int(seed)).uniform(1, 100, 5) for seed in seeds.ravel()]
    )
    values[values < 15] = NAN
    together = up_the_tree(framework, values.reshape(*seeds.shape, 5), method)
    one_by_one = np.stack([up_the_tree(framework, row, method) for row in values])
    assert together.shape == (*seeds.shape, len(framework.node_ids))
    np.testing.assert_allclose(together.reshape(len(values), -1), one_by_one, rtol=1e-12)


def test_every_node_may_have_a_mean_of_its_own_and_else_has_the_common_one() -> None:
    content = content_of([metric("A1"), metric("A2")], [metric("B1"), metric("B2")])
    content["aggregation"] = "min"
    content["factors"][0]["dimensions"][0]["aggregation"] = "geometric"
    content["factors"][1]["aggregation"] = "harmonic"
    framework = load(content)
    scores = up_the_tree(framework, np.array([20.0, 80.0, 30.0, 90.0]))
    at = framework.node_index
    assert scores[at["D1"]] == pytest.approx(40.0)
    assert scores[at["F1"]] == pytest.approx(40.0)
    assert scores[at["D2"]] == pytest.approx(30.0)
    assert scores[at["overall"]] == pytest.approx(30.0)


def test_weights_act_among_siblings_alone() -> None:
    content = content_of([metric("A1", 3.0), metric("A2", 1.0)], [metric("B1", 100.0)])
    content["factors"][0]["weight"] = 3
    framework = load(content)
    scores = up_the_tree(framework, np.array([40.0, 80.0, 10.0]))
    at = framework.node_index
    assert scores[at["D1"]] == pytest.approx(50.0)
    assert scores[at["overall"]] == pytest.approx((3 * 50 + 10) / 4)


def test_a_missing_branch_leaves_the_rest_of_the_tree_as_it_is() -> None:
    framework = framework_of([metric("A1")], [metric("B1"), metric("B2")])
    scores = up_the_tree(framework, np.array([NAN, 30.0, 50.0]))
    at = framework.node_index
    assert np.isnan(scores[[at["A1"], at["D1"], at["F1"]]]).all()
    assert scores[at["overall"]] == pytest.approx(40.0)
