"""What holds of every scenario on any round."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scenarios.projection import project
from analysis.scenarios.read_nodes import read_nodes
from analysis.scenarios.scenario import check_scenario
from analysis.scenarios.simulation import simulate, terms_at
from analysis.scenarios.tree import ScoreTree
from indicators.scoring import score
from tests.analysis.scenarios.scenario_cities import catalogue_of, measure, outcome, planner_of
from tests.indicators.frameworks import evidence_of, framework_of, metric
from tests.indicators.mixed_city import city, mixed_framework, records

MEASURES = (
    measure("M1", {"D1": [2, 10, 30], "D2": [1, 4, 9]}, lead_months=[1, 4, 12], ramp_months=6),
    measure("M2", {"D1": {"low": 5, "mode": 9, "high": 40, "only": ["A1"]}}, success=0.8),
    measure("M3", {"D2": [8, 16, 26]}, supported_by=["M1"]),
    measure("M4", {"D2": [4, 9, 15]}, requires=["M3"]),
)
PAIRS = [{"pair": ["M1", "M3"], "factor": 1.2}, {"pair": ["M3", "M4"], "factor": 0.8}]
CATALOGUE = catalogue_of(*MEASURES, interactions=PAIRS, counts={"B2": "D2"})
ANSWERS = city(9)
METRICS = records(list(ANSWERS))
SOME = ["M1", "M2", "M3", "M4"]


def planned(aggregation: str = "arithmetic", catalogue=CATALOGUE, count: int = 9, **rest):
    answers = {id: ANSWERS[id] for id in list(ANSWERS)[:count]}
    metrics = {id: METRICS[id] for id in answers}
    return planner_of(catalogue, metrics, mixed_framework(aggregation), answers=answers, **rest)


@pytest.fixture(scope="module")
def planner():
    return planned(draws=700)


@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric"])
def test_without_measures_the_projection_is_the_baseline_bit_for_bit(aggregation: str):
    planner = planned(aggregation)
    found = outcome(planner).projection
    np.testing.assert_array_equal(found.overall, planner.baseline.score[..., 0])
    np.testing.assert_array_equal(found.city, planner.baseline.city)
    # So does a plan whose measures have not begun, or are taken by nobody.
    idle = outcome(planner, *({"id": id, "departments": []} for id in SOME)).projection
    np.testing.assert_array_equal(idle.overall, found.overall)
    np.testing.assert_array_equal(idle.level, found.level)


@pytest.mark.parametrize(
    ("aggregation", "count"), [("arithmetic", 9), ("geometric", 9), ("arithmetic", 5)]
)
def test_the_baseline_has_the_level_probabilities_and_shrunken_scores_of_score(
    aggregation: str, count: int
):
    planner = planned(aggregation, count=count, draws=400, seed=3)
    answers = {id: ANSWERS[id] for id in list(ANSWERS)[:count]}
    evidence = evidence_of(planner.framework, {id: METRICS[id] for id in answers}, answers)
    scores = score(evidence, planner.framework, draws=400, seed=3, estimate="shrunken")
    raw = score(evidence, planner.framework, draws=400, seed=3)
    shares = np.stack([(planner.nothing.level == k).mean(axis=1) for k in range(1, 6)], axis=1)
    np.testing.assert_allclose(shares, scores.level_probability, atol=1e-12)
    np.testing.assert_allclose(planner.baseline.point[:, 0], scores.score[:, 0], atol=1e-9)
    assert planner.baseline.adjusted == (count >= 8) == (scores.estimate == "shrunken")
    np.testing.assert_allclose(planner.baseline.city_point[0], raw.city.score[0], atol=1e-9)
    np.testing.assert_allclose(
        np.quantile(planner.baseline.city[:, 0], [0.05, 0.95]),
        [raw.city.low[0], raw.city.high[0]],
        atol=1e-9,
    )


def test_the_kernel_has_the_shrunken_mean_and_spread_of_the_overall_score(planner):
    kernel, theta = planner.baseline.kernel[..., 0], planner.baseline.score[..., 0]
    # The leaves are moved as one, and clipped at the ends of the scale: hence not exactly.
    np.testing.assert_allclose(kernel.mean(axis=1), theta.mean(axis=1), atol=0.15)
    np.testing.assert_allclose(kernel.std(axis=1), theta.std(axis=1), rtol=0.05)


@pytest.mark.parametrize("effect", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("horizon", [1, 3])
def test_more_measures_never_lower_a_score_and_none_passes_the_top(effect: float, horizon: int):
    helped = catalogue_of(*MEASURES, interactions=PAIRS[:1], counts={"B2": "D2"})
    planner = planned(catalogue=helped)
    found = {
        frozenset(some): simulate(
            planner,
            check_scenario({"measures": some, "effect": effect, "horizon": horizon}, helped),
        )
        for size in range(5)
        for some in map(list, combinations(SOME, size))
    }
    rounding = 1e-9
    for some, less in found.items():
        assert less.projection.overall.max() <= 100 and less.projection.city.max() <= 100
        for one in set(SOME) - some:
            more = found[some | {one}]
            assert (more.projection.overall >= less.projection.overall - rounding).all()
            assert (more.projection.city >= less.projection.city - rounding).all()
            assert more.total >= less.total
            if effect == 0:
                assert abs(more.projection.overall - less.projection.overall).max() < rounding


def test_another_department_moves_nobodys_draws():
    alone = {"d1": {"A2": 40.0, "B2": 9.0}, "d2": {"A2": 60.0, "B2": 12.0}}
    one = planner_of(CATALOGUE, alone, mixed_framework(), draws=200)
    two = planner_of(
        CATALOGUE, alone | {"a": {"A2": 5.0, "B2": 19.0}}, mixed_framework(), draws=200
    )
    np.testing.assert_allclose(
        outcome(two, *SOME).projection.overall[1:],
        outcome(one, *SOME).projection.overall,
        atol=1e-9,
    )


def test_another_measure_in_the_catalogue_moves_nobody(planner):
    longer = catalogue_of(
        measure("M0", {"D1": {"low": 1, "high": 9, "only": ["A2"]}, "D2": [1, 2, 3]}),
        *MEASURES,
        measure("M9", {"D2": 50}),
        interactions=PAIRS,
        counts={"B2": "D2"},
    )
    other = planned(catalogue=longer, draws=700)
    first, second = outcome(planner, *SOME), outcome(other, *SOME)
    np.testing.assert_allclose(first.projection.overall, second.projection.overall, atol=1e-9)
    np.testing.assert_array_equal(first.projection.level, second.projection.level)
    assert first.total == second.total and first.capped == second.capped


def test_the_first_draws_of_a_projection_are_those_of_all(planner):
    found = outcome(planner, *SOME)
    scenario = found.scenario
    anywhere = found.works.any(axis=0)
    terms, reach, _ = terms_at(planner, scenario, anywhere, 12.0 * scenario.horizon, draws=123)
    part = project(
        planner.baseline, terms, found.works, counts=reach.counted, seed=planner.seed, draws=123
    )
    np.testing.assert_allclose(part.overall, found.projection.overall[:, :123], atol=1e-9)
    np.testing.assert_array_equal(part.level, found.projection.level[:, :123])
    np.testing.assert_array_equal(part.city_level, found.projection.city_level[:123])


def test_common_correlation_leaves_each_effect_alone_and_widens_the_sum():
    catalogue = catalogue_of(*(measure(f"M{k}", {"D1": [2, 10, 30]}) for k in range(8)))
    framework = framework_of([metric("A1")])
    planner = planner_of(catalogue, {"d1": {"A1": 50}}, framework, draws=2000)
    own = outcome(planner, *catalogue.ids).projection.overall
    common = outcome(planner, *catalogue.ids, correlation=0.6).projection.overall
    assert common.std() > 1.7 * own.std()
    one = [outcome(planner, "M3", correlation=rho).projection.overall.mean() for rho in (0.0, 0.6)]
    assert one[0] == pytest.approx(one[1], abs=0.1)


def test_sums_of_logarithms_are_products_of_what_each_term_leaves(planner):
    found = outcome(planner, *SOME)
    terms, _, _ = terms_at(planner, found.scenario, np.ones(4, dtype=bool), 12.0, draws=50)
    random = np.random.default_rng(2)
    taken = random.random((9, 4)) < 0.6
    left = np.ones((50, 9, terms.groups))
    for d in range(9):
        for t, (a, b) in enumerate(zip(terms.first, terms.second, strict=True)):
            if taken[d, a] and (b < 0 or taken[d, b]):
                left[:, d, terms.group[t]] *= np.exp(terms.value[:, terms.kind[d], t])
    np.testing.assert_allclose(np.exp(terms.log_left(taken)), left, rtol=1e-12)
    part = terms.log_left(taken, slice(10, 20))
    np.testing.assert_allclose(np.exp(part), left[10:20], rtol=1e-12)


METHODS = ["arithmetic", "geometric", "harmonic", "min", "power:0.5", "owa:0.3"]


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from(METHODS), st.sampled_from(METHODS), st.booleans())
def test_read_nodes_are_those_of_the_whole_tree(seed: int, root: str, second: str, opened: bool):
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 4, 3)
    factors = [
        [metric(f"{'ABC'[k]}{i}", float(random.choice([0.5, 1, 2]))) for i in range(size)]
        for k, size in enumerate(sizes)
    ]
    framework = framework_of(*factors, aggregation=root)
    plain = framework.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plain["factors"][1]["dimensions"][0]["aggregation"] = second
    plain["gates"] = [
        {"id": "G1", "kind": "minimum", "level": 2, "nodes": {"D2": 10, "C0": 5}},
    ]
    framework = type(framework).model_validate(plain)
    leaves = len(framework.measured)
    group = random.integers(-1, 3, leaves)
    missing = random.random((2, leaves)) < 0.25
    frozen = frozenset({0, 1, 2}) if opened else frozenset()
    read = read_nodes(framework, missing, group, 3, frozen)
    gap = np.where(missing[:, None], np.nan, random.uniform(0, 100, (2, 5, leaves)))
    left = random.uniform(0, 1.6 if opened else 1, (2, 5, 3))
    columns = np.stack([read.of_leaves(gap[r], r) for r in range(2)])
    own = np.concatenate([left, np.ones((2, 5, 1))], axis=-1)[..., read.group]
    found = read.scores(np.minimum(columns * own, read.most[:, None]))
    whole = ScoreTree(framework, group, 3).scores(gap, left)
    np.testing.assert_allclose(found, whole[..., list(read.nodes)], atol=1e-9)
