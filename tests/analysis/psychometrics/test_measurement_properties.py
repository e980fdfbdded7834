"""What must hold of measurement statistics whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from analysis.psychometrics.agreement import average_deviation, one_way, rwg_j, uniform_null
from analysis.psychometrics.confirmatory import confirmatory, modification_indices
from analysis.psychometrics.covariance_structure import GroupMoments
from analysis.psychometrics.dimensionality import (
    bartlett_sphericity,
    kaiser_meyer_olkin,
    minimum_average_partial,
    parallel_analysis,
)
from analysis.psychometrics.factor_extraction import (
    hierarchical_omega,
    maximum_likelihood,
    minres,
    omega_total,
    one_factor_loadings,
)
from analysis.psychometrics.invariance import invariance, item_drift
from analysis.psychometrics.polychoric import table_correlation
from analysis.psychometrics.raking import cluster_design_effect, effective_size, rake, trimmed
from analysis.psychometrics.reliability import (
    alpha_interval,
    average_r,
    correlation,
    cronbach_alpha,
    guttman_lambda6,
    item_statistics,
    split_half,
)
from analysis.psychometrics.rotation import ROTATIONS
from analysis.psychometrics.validity import heterotrait_monotrait, single_factor_share
from analysis.psychometrics.variance_components import (
    one_way_components,
    reliability,
    shrunken,
)

seeds = st.integers(0, 10_000)


def answers(seed: int, n: int = 60, k: int = 5, factors: int = 1) -> np.ndarray:
    """People's answers (n, k) that share ``factors`` common causes."""
    random = np.random.default_rng(seed)
    causes = random.normal(size=(n, factors))
    weights = random.uniform(0.4, 1.2, size=(factors, k)) * (
        np.arange(k) * factors // k == np.arange(factors)[:, None]
    )
    return causes @ weights + random.normal(size=(n, k))


@given(seeds, st.integers(3, 8))
@settings(max_examples=30)
def test_alpha_does_not_depend_on_the_order_or_a_common_unit_of_the_items(seed, k):
    x = answers(seed, k=k)
    covariance = np.cov(x.T)
    order = np.random.default_rng(seed).permutation(k)
    alpha = cronbach_alpha(covariance)
    assert cronbach_alpha(covariance[np.ix_(order, order)]) == pytest.approx(alpha)
    assert cronbach_alpha(covariance * 9) == pytest.approx(alpha)
    low, high = alpha_interval(alpha, len(x), k)
    assert low <= alpha <= high <= 1
    r = correlation(covariance)
    mean = average_r(r)
    assert cronbach_alpha(r) == pytest.approx(k * mean / (1 + (k - 1) * mean))


@given(seeds, st.integers(3, 7))
@settings(max_examples=30)
def test_item_statistics_are_correlations_of_the_answers_themselves(seed, k):
    x = answers(seed, k=k)
    found = item_statistics(np.cov(x.T))
    for j in range(k):
        rest = np.delete(x, j, axis=1).sum(axis=1)
        assert found.rest_r[j] == pytest.approx(np.corrcoef(x[:, j], rest)[0, 1])
        assert found.total_r[j] == pytest.approx(np.corrcoef(x[:, j], x.sum(axis=1))[0, 1])
        without = np.cov(np.delete(x, j, axis=1).T)
        assert found.alpha_if_dropped[j] == pytest.approx(cronbach_alpha(without))


@given(seeds, st.integers(2, 6))
@settings(max_examples=20)
def test_halves_are_those_of_the_answers_and_the_mean_of_all_splits_is_alpha_for_even_counts(
    seed, half
):
    x = answers(seed, k=2 * half)
    x = x / x.std(axis=0)
    covariance = np.cov(x.T)
    found = split_half(covariance)
    halves = np.corrcoef(x[:, ::2].sum(axis=1), x[:, 1::2].sum(axis=1))[0, 1]
    assert found.odd_even_r == pytest.approx(halves)
    assert found.lowest <= found.mean <= found.highest
    # Cronbach (1951): alpha is the mean of all split-half coefficients.
    assert found.mean == pytest.approx(cronbach_alpha(correlation(covariance)))
    assert guttman_lambda6(correlation(covariance)) <= 1


@given(seeds, st.sampled_from([1, 2, 3]))
@settings(max_examples=20, deadline=None)
def test_extraction_explains_the_correlations_and_rotation_changes_only_the_view(seed, factors):
    r = np.corrcoef(answers(seed, n=200, k=9, factors=factors).T)
    for extract in (minres, maximum_likelihood):
        found = extract(r, factors)
        assert found.converged
        assert ((found.uniqueness > 0) & (found.uniqueness <= 1)).all()
        implied = found.loadings @ found.loadings.T
        for rotate in ROTATIONS.values():
            turned = rotate(found.loadings)
            again = turned.loadings @ turned.correlations @ turned.loadings.T
            assert again == pytest.approx(implied, abs=1e-6)
            assert np.diag(turned.correlations) == pytest.approx(np.ones(factors))
    residual = r - minres(r, factors).loadings @ minres(r, factors).loadings.T
    worse = r - maximum_likelihood(r, factors).loadings @ maximum_likelihood(r, factors).loadings.T
    off = ~np.eye(9, dtype=bool)
    assert (residual[off] ** 2).sum() <= (worse[off] ** 2).sum() + 1e-9


def test_omega_of_equal_items_is_alpha_and_stays_below_one():
    r = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    assert omega_total(one_factor_loadings(r)) == pytest.approx(cronbach_alpha(r), abs=1e-6)
    pair = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert omega_total(one_factor_loadings(pair)) == pytest.approx(cronbach_alpha(pair))
    with pytest.raises(ValueError, match="3 group factors"):
        hierarchical_omega(r, 2)


@given(seeds)
@settings(max_examples=15)
def test_adequacy_lies_between_nought_and_one_and_unrelated_items_have_no_factor(seed):
    random = np.random.default_rng(seed)
    r = np.corrcoef(random.normal(size=(400, 8)).T)
    found = kaiser_meyer_olkin(r)
    assert 0 <= found.overall <= 1
    assert ((found.items >= 0) & (found.items <= 1)).all()
    assert bartlett_sphericity(np.eye(8), 400).p == 1
    assert minimum_average_partial(np.eye(6))[1] == 0
    assert parallel_analysis(r, 400, draws=60, seed=seed).retain <= 2


def test_parallel_analysis_repeats_with_its_seed_and_finds_the_factors_that_are_there():
    r = np.corrcoef(answers(4, n=800, k=12, factors=3).T)
    first = parallel_analysis(r, 800, draws=100, seed=5)
    again = parallel_analysis(r, 800, draws=100, seed=5)
    assert (first.reference == again.reference).all()
    assert first.retain == 3
    assert (np.diff(first.reference) < 0).all()


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_a_model_fits_alike_in_any_unit_and_a_freer_one_fits_no_worse(seed):
    x = answers(seed, n=300, k=8, factors=2)
    covariance = np.cov(x.T, bias=True)
    loads = np.kron(np.eye(2), np.ones((4, 1))).astype(bool)
    one = confirmatory(covariance, 300, np.ones((8, 1), dtype=bool))
    two = confirmatory(covariance, 300, loads)
    scale = np.diag(np.random.default_rng(seed).uniform(0.1, 10, size=8))
    scaled = confirmatory(scale @ covariance @ scale, 300, loads)
    assert scaled.fit.chi2 == pytest.approx(two.fit.chi2, rel=1e-6, abs=1e-6)
    assert scaled.standardised == pytest.approx(two.standardised, abs=1e-5)
    assert 0 <= two.fit.chi2 <= one.fit.chi2 + 1e-6
    assert two.fit.df == 19
    assert two.fit.rmsea_low <= two.fit.rmsea <= two.fit.rmsea_high


def test_the_gradient_is_zero_where_the_discrepancy_is_least_and_freeing_saves_what_was_foretold():
    x = answers(2, n=500, k=6, factors=2)
    x[:, 0] += 0.4 * x[:, 5]
    covariance = np.cov(x.T, bias=True)
    loads = np.kron(np.eye(2), np.ones((3, 1))).astype(bool)
    fitted = confirmatory(covariance, 500, loads)
    best = modification_indices(covariance, 500, loads, fitted)[0]
    assert best.index > 3.84
    if best.kind == "loading":
        freer = loads.copy()
        freer[best.first, best.second] = True
        saved = fitted.fit.chi2 - confirmatory(covariance, 500, freer).fit.chi2
        assert saved == pytest.approx(best.index, rel=0.3)


def test_estimates_recover_the_model_that_made_the_covariances():
    loadings = np.array([0.9, 0.8, 0.7, 0, 0, 0]), np.array([0, 0, 0, 0.6, 0.7, 0.8])
    pattern = np.stack(loadings, axis=1)
    phi = np.array([[1, 0.45], [0.45, 1]])
    implied = pattern @ phi @ pattern.T
    np.fill_diagonal(implied, 1.0)
    found = confirmatory(implied, 200, pattern != 0)
    assert found.fit.chi2 == pytest.approx(0, abs=1e-6)
    assert found.standardised == pytest.approx(pattern, abs=1e-5)
    assert found.factor_correlations == pytest.approx(phi, abs=1e-5)
    upper = confirmatory(implied, 200, pattern != 0, [0, 0])
    assert not upper.identified or upper.fit.chi2 == pytest.approx(0, abs=1e-6)


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_each_step_of_invariance_fits_no_better_and_groups_alike_lose_nothing(seed):
    x = answers(seed, n=300, k=6, factors=2)
    loads = np.kron(np.eye(2), np.ones((3, 1))).astype(bool)
    same = GroupMoments(300, np.cov(x.T, bias=True), x.mean(axis=0))
    other = answers(seed + 1, n=250, k=6, factors=2)
    steps = invariance(
        [same, GroupMoments(250, np.cov(other.T, bias=True), other.mean(axis=0))], loads
    )
    chi2 = [step.fit.chi2 for step in steps]
    assert all(a <= b + 1e-5 for a, b in zip(chi2, chi2[1:], strict=False))
    assert [step.fit.df for step in steps] == [16, 20, 24, 30]
    twins = invariance([same, same], loads)
    assert twins[-1].fit.chi2 == pytest.approx(twins[0].fit.chi2, abs=1e-5)


def test_an_item_that_moves_alone_drifts_and_a_scale_that_moves_together_does_not():
    before, sd, n = np.full(5, 3.0), np.ones(5), np.full(5, 400)
    together = item_drift(before, before + 0.7, sd, sd, n, n)
    assert together.size == pytest.approx(np.zeros(5))
    alone = item_drift(before, before + np.array([1.5, 0, 0, 0, 0]), sd, sd, n, n)
    assert alone.size[0] == pytest.approx(1.5)
    assert abs(alone.z[0]) > 10 > 2.58 > 0
    assert np.abs(alone.size[1:]).max() < 0.4


@given(seeds, st.integers(2, 12))
@settings(max_examples=25)
def test_agreement_is_at_most_one_and_falls_with_spread(seed, items):
    spread = np.sort(np.random.default_rng(seed).uniform(0, 3, size=20))
    found = rwg_j(spread, items, uniform_null(5))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) <= 1e-12).all()


@given(seeds)
@settings(max_examples=25)
def test_deviations_are_those_of_the_answers(seed):
    codes = np.random.default_rng(seed).integers(1, 6, size=(17, 3))
    counts = [np.array([[int((codes[:, j] == a).sum()) for a in range(1, 6)]]) for j in range(3)]
    mean = np.abs(codes - codes.mean(axis=0)).mean()
    median = np.abs(codes - np.median(codes, axis=0)).mean()
    assert average_deviation(counts, [1] * 3)[0] == pytest.approx(mean)
    assert average_deviation(counts, [1] * 3, "median")[0] == pytest.approx(median)


@given(seeds, st.integers(3, 12))
@settings(max_examples=25)
def test_variance_components_are_the_best_on_a_fine_grid_and_shrink_between_raw_and_mean(
    seed, groups
):
    random = np.random.default_rng(seed)
    n = random.integers(2, 30, size=groups)
    people = [random.normal(random.normal() * random.choice([0.0, 0.7]), 1, size=m) for m in n]
    means = np.array([p.mean() for p in people])
    within = float(sum(((p - p.mean()) ** 2).sum() for p in people))
    found = one_way_components(n.astype(float), means, within)
    whole = np.concatenate(people)
    label = np.repeat(np.arange(groups), n)
    same = (label[:, None] == label).astype(float)

    def likelihood(tau2: float, sigma2: float) -> float:
        v = sigma2 * np.eye(len(whole)) + tau2 * same
        inverse = np.linalg.inv(v)
        one = np.ones(len(whole))
        info = one @ inverse @ one
        centred = whole - one @ inverse @ whole / info
        value = np.linalg.slogdet(v)[1] + np.log(info) + centred @ inverse @ centred
        return -0.5 * float(value + (len(whole) - 1) * np.log(2 * np.pi))

    best = likelihood(found.between, found.within)
    assert found.log_likelihood == pytest.approx(best, abs=1e-6)
    for factor in (0.5, 0.9, 1.1, 2.0):
        assert likelihood(found.between * factor, found.within) <= best + 1e-7
        assert likelihood(found.between + 0.01 * factor, found.within) <= best + 1e-7
    variance = found.within / n
    estimate = shrunken(means, variance, found.between, found.mean)
    low, high = np.minimum(means, found.mean), np.maximum(means, found.mean)
    assert ((estimate >= low - 1e-12) & (estimate <= high + 1e-12)).all()
    share = reliability(found.between, variance)
    assert ((share >= 0) & (share < 1)).all()
    assert found.at_zero == (found.between == 0)


@given(seeds)
@settings(max_examples=20)
def test_the_analysis_of_variance_is_that_of_scipy(seed):
    from scipy.stats import f_oneway

    random = np.random.default_rng(seed)
    people = [random.normal(random.normal(), 1, size=m) for m in random.integers(2, 15, size=6)]
    n = np.array([len(p) for p in people], dtype=float)
    within = float(sum(((p - p.mean()) ** 2).sum() for p in people))
    found = one_way(n, np.array([p.mean() for p in people]), within)
    expected = f_oneway(*people)
    assert (found.f, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert found.icc1 <= found.icc2 or found.icc2 < 0


@given(seeds)
@settings(max_examples=25)
def test_raked_tables_meet_their_margins_and_equal_weights_cost_nothing(seed):
    random = np.random.default_rng(seed)
    table = random.integers(1, 20, size=(3, 4)).astype(float)
    rows, columns = random.uniform(10, 50, size=3), random.uniform(10, 50, size=4)
    columns *= rows.sum() / columns.sum()
    fitted = table * rake(table, [rows, columns])
    assert fitted.sum(axis=1) == pytest.approx(rows)
    assert fitted.sum(axis=0) == pytest.approx(columns)
    n = random.integers(1, 9, size=6).astype(float)
    assert effective_size(np.full(6, 2.5), n) == pytest.approx(n.sum())
    weight = random.uniform(0.1, 40, size=6)
    assert effective_size(weight, n) <= n.sum() + 1e-9
    cut = trimmed(weight, n)
    assert (cut * n).sum() == pytest.approx((weight * n).sum())
    assert effective_size(cut, n) >= effective_size(weight, n) - 1e-9
    assert cluster_design_effect(-0.1, 20) == 1


def test_margins_that_cannot_be_met_are_refused():
    with pytest.raises(ValueError, match="different sums"):
        rake(np.ones((2, 2)), [np.array([1.0, 1.0]), np.array([2.0, 2.0])])
    with pytest.raises(ValueError, match="nobody answered"):
        rake(np.array([[0.0, 0.0], [1.0, 1.0]]), [np.array([1.0, 1.0]), np.array([1.0, 1.0])])


@given(st.floats(-0.85, 0.85))
@settings(max_examples=15, deadline=None)
def test_the_polychoric_correlation_of_exact_probabilities_is_the_normal_one(rho):
    cuts = np.array([-0.8, 0.1, 0.9])
    ends = np.concatenate([[-9.0], cuts, [9.0]])
    normal = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    corner = np.array([[normal.cdf([a, b]) for b in ends] for a in ends])
    table = np.diff(np.diff(corner, axis=0), axis=1)
    assert table_correlation(1e6 * table, cuts, cuts) == pytest.approx(rho, abs=2e-4)
    assert table_correlation(1e6 * table.T, cuts, cuts) == pytest.approx(rho, abs=2e-4)


@given(seeds)
@settings(max_examples=15)
def test_factors_that_are_one_have_an_htmt_of_about_one(seed):
    r = np.full((6, 6), 0.5) + 0.5 * np.eye(6)
    found = heterotrait_monotrait(r, [np.arange(3), np.arange(3, 6)])
    assert found[0, 1] == pytest.approx(1)
    order = np.random.default_rng(seed).permutation(6)
    assert single_factor_share(r[np.ix_(order, order)]) == pytest.approx(3.5 / 6)
