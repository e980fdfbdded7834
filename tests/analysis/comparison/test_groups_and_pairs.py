"""Tests of groups, drivers and pairs against R, and what must hold of ranks and letters."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from analysis.comparison.group_tests import dunn, games_howell, holm, kruskal_wallis, welch
from analysis.comparison.pairwise import letter_display, pairwise
from analysis.diagnosis.explained_variance import (
    bottleneck,
    ceiling_effect,
    johnson_weights,
    lmg_shares,
)

REFERENCE = Path(__file__).parents[2] / "reference"
R = json.loads((REFERENCE / "groups.json").read_text("utf-8"))
seeds = st.integers(0, 10_000)


def plants():
    frame = pd.read_csv(REFERENCE / "PlantGrowth.csv")
    groups = frame.groupby("group")["weight"]
    return (
        groups.size().to_numpy(float),
        groups.mean().to_numpy(),
        groups.var().to_numpy(),
        rankdata(frame["weight"]),
        pd.factorize(frame["group"])[0],
    )


def test_tests_of_groups_are_those_of_r():
    n, mean, variance, ranks, codes = plants()
    value = R["groups.PlantGrowth"]["value"]
    found = welch(n, mean, variance)
    expected = value["welch"]
    assert (found.statistic, found.df2, found.p) == pytest.approx(
        (expected["F"], expected["df2"], expected["p"]), rel=1e-4
    )
    kruskal = kruskal_wallis(ranks, codes)
    assert (kruskal.statistic, kruskal.p) == pytest.approx(
        (value["kruskal"]["H"], value["kruskal"]["p"]), rel=1e-6
    )
    pairs = games_howell(n, mean, variance)
    for place, one in enumerate(value["games_howell"]):
        assert pairs.estimate[place] == pytest.approx(one["estimate"], abs=1e-9)
        # R's package prints three digits.
        assert pairs.p[place] == pytest.approx(one["p.adj"], abs=6e-4)
    by_rank = dunn(ranks, codes)
    for place, one in enumerate(value["dunn"]):
        assert by_rank.estimate[place] == pytest.approx(one["statistic"], rel=1e-8)
        assert by_rank.p[place] == pytest.approx(one["p.adj"], rel=1e-8)


def test_holm_s_probabilities_are_those_of_r():
    given = np.array([0.001, 0.008, 0.012, 0.03, 0.04, 0.049, 0.2, 0.6])
    order = np.random.default_rng(1).permutation(8)
    adjusted = holm(given[order])
    assert adjusted == pytest.approx(np.array(R["padjust"]["value"]["holm"])[order], abs=1e-12)


@pytest.mark.parametrize(("data", "outcome"), [("swiss", "Fertility"), ("attitude", "rating")])
def test_shares_of_explained_variance_are_those_of_the_reference(data, outcome):
    value = R[f"lmg.{data}"]["value"]
    frame = pd.read_csv(REFERENCE / f"{data}.csv")
    names = list(value["lmg"])
    r = frame[names].corr().to_numpy()
    along = frame[names].corrwith(frame[outcome]).to_numpy()
    shares = lmg_shares(r, along)
    assert shares == pytest.approx(list(value["lmg"].values()), abs=1e-8)
    assert shares.sum() == pytest.approx(value["r2"], abs=1e-8)
    weights = johnson_weights(r, along)
    assert weights == pytest.approx(list(value["johnson"].values()), abs=1e-8)
    assert weights.sum() == pytest.approx(value["r2"], abs=1e-8)


def test_necessary_conditions_are_those_of_the_reference():
    frame = pd.read_csv(REFERENCE / "attitude.csv").astype(float)
    y = frame["rating"].to_numpy()
    for name, expected in R["nca.attitude"]["value"].items():
        x = frame[name].to_numpy()
        scope = (x.min(), x.max(), y.min(), y.max())
        assert ceiling_effect(x, y, scope) == pytest.approx(expected, abs=1e-9)
    x, y = np.array([1.0, 2, 3]), np.array([1.0, 2, 3])
    assert bottleneck(x, y, np.array([1, 2.5, 4]))[:2] == pytest.approx([1, 3])
    assert np.isnan(bottleneck(x, y, np.array([4.0]))).all()


@given(seeds, st.integers(2, 9))
@settings(max_examples=25, deadline=None)
def test_two_departments_share_a_letter_exactly_when_they_do_not_differ(seed, count):
    random = np.random.default_rng(seed)
    different = np.triu(random.random((count, count)) < 0.5, 1)
    different |= different.T
    letters = letter_display(different, np.arange(count))
    for a in range(count):
        assert letters[a]
        for b in range(a):
            assert bool(set(letters[a]) & set(letters[b])) == (not different[a, b])


@given(seeds, st.integers(2, 12))
@settings(max_examples=20, deadline=None)
def test_ranks_lie_in_their_sets_and_probabilities_mirror_each_other(seed, count):
    random = np.random.default_rng(seed)
    score = random.uniform(0, 100, size=count)
    draws = score + random.normal(size=(600, count)) * random.uniform(0.1, 8, size=count)
    found = pairwise(score, draws)
    assert (found.rank_low <= found.rank).all() and (found.rank <= found.rank_high).all()
    assert (found.rank_low <= found.marginal_low).all()
    assert (found.rank_high >= found.marginal_high).all()
    assert found.above + found.above.T == pytest.approx(np.ones((count, count)))
    assert ((found.p >= 0) & (found.p <= 1)).all()
    order = random.permutation(count)
    again = pairwise(score[order], draws[:, order])
    assert (again.rank_low == found.rank_low[order]).all()


def test_exact_scores_are_ranked_without_doubt_and_ties_are_ties():
    score = np.array([50.0, 40.0, 40.0])
    found = pairwise(score, np.tile(score, (100, 1)))
    assert list(found.rank_low) == [1, 2, 2] and list(found.rank_high) == [1, 3, 3]
    assert found.letters == ("a", "b", "b")
    assert found.above[0, 1] == 1 and found.above[1, 2] == 0.5


def test_simultaneous_rank_sets_hold_all_true_ranks_as_often_as_they_say():
    random = np.random.default_rng(7)
    truth = np.array([70.0, 66, 64, 60, 60.5, 50, 48, 47])
    spread = np.array([2.0, 3, 1, 2, 4, 2, 1, 3])
    true_rank = (-truth).argsort().argsort() + 1
    held = 0
    for _ in range(150):
        seen = truth + random.normal(size=8) * spread
        found = pairwise(seen, seen + random.normal(size=(500, 8)) * spread)
        held += bool(((found.rank_low <= true_rank) & (true_rank <= found.rank_high)).all())
    assert held / 150 >= 0.86
