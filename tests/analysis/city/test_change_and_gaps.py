"""Change between rounds, weaknesses and gaps, against their formulas written out on city H."""

from __future__ import annotations

import numpy as np
import pytest

from actions.access import open_access
from actions.city.overview import city_view, department_view
from actions.city.scoring import round_scores
from analysis.city.change import city_change
from analysis.comparison.change import change
from analysis.diagnosis.gaps import gap_shares, global_weights, weakest
from indicators.scoring import score
from tests.indicators.frameworks import evidence_of, framework_of, metric


@pytest.fixture(scope="module")
def rounds(demo):
    access = open_access(demo)
    return [round_scores(access, id, draws=400, keep_draws=True) for id in ("2024", "2025")]


def test_the_weights_of_all_indicators_make_one_and_follow_the_tree(rounds):
    framework = rounds[1].framework
    weights = global_weights(framework)
    assert sum(weights.values()) == pytest.approx(1)
    factor = framework.factors[0]
    siblings = sum(f.weight for f in framework.factors)
    below = {m.id for d in factor.dimensions for m in d.indicators}
    assert sum(weights[id] for id in below) == pytest.approx(factor.weight / siblings)


def test_change_is_the_difference_of_points_with_the_quantiles_of_the_draws(rounds):
    then, now = rounds
    found = change(now, then)
    ids = [d.id for d in then.departments]
    for d, department in enumerate(now.departments):
        e = ids.index(department.id)
        assert found.difference[d, 0] == pytest.approx(now.score[d, 0] - then.score[e, 0])
        drawn = now.draws[:, d, 0].astype(float) - then.draws[:, e, 0]
        assert found.low[d, 0] == pytest.approx(
            min(np.quantile(drawn, 0.05), found.difference[d, 0]), abs=1e-4
        )
        assert found.p_up[d, 0] == pytest.approx((drawn > 0).mean())
        assert found.low[d, 0] <= found.difference[d, 0] <= found.high[d, 0]


def test_change_the_other_way_round_is_the_same_with_the_other_sign(rounds):
    then, now = rounds
    forth, back = change(now, then), change(then, now)
    assert forth.difference[:, 0] == pytest.approx(-back.difference[:, 0], nan_ok=True)
    assert forth.p_up[:, 0] == pytest.approx(1 - back.p_up[:, 0], abs=0.01, nan_ok=True)


def test_a_change_of_records_without_error_is_certain(rounds):
    then, now = rounds
    found = change(now, then)
    framework = now.framework
    exact = [framework.node_index[m.id] for m in framework.indicators if m.metric]
    differing = ~np.isnan(found.difference[:, exact]) & (found.difference[:, exact] != 0)
    p = found.p_up[:, exact][differing]
    assert set(p) <= {0.0, 1.0}
    assert (p == (found.difference[:, exact][differing] > 0)).all()


def test_change_needs_draws_of_both_rounds(rounds, demo):
    without = round_scores(open_access(demo), "2024", draws=100)
    with pytest.raises(ValueError, match="draws"):
        change(rounds[1], without)


def test_weaknesses_are_ordered_by_weight_times_gap_times_certainty(rounds):
    now = rounds[1]
    weights, cut = global_weights(now.framework), 40.0
    expected = {}
    for id, weight in weights.items():
        p = now.framework.node_index[id]
        total = 0.0
        for d in range(len(now.departments)):
            score = now.score[d, p]
            if not np.isnan(score):
                certain = (now.draws[:, d, p] < cut).mean()
                total += weight * max(cut - score, 0) * certain
        expected[id] = total
    found = weakest(now)
    assert [w.indicator for w in found[:5]] == sorted(expected, key=lambda i: -expected[i])[:5]
    for w in found:
        assert w.priority == pytest.approx(expected[w.indicator])
        scores = now.score[:, now.framework.node_index[w.indicator]]
        assert w.below == int((scores < cut).sum())
        assert w.median == pytest.approx(np.nanmedian(scores))


def test_gap_shares_are_weighted_distances_to_the_top_and_make_one(rounds):
    now = rounds[1]
    weights = global_weights(now.framework)
    for d in (0, 7):
        gaps = gap_shares(now, d)
        assert sum(g.share for g in gaps) == pytest.approx(1)
        raw = {
            g.indicator: weights[g.indicator]
            * (100 - now.score[d, now.framework.node_index[g.indicator]])
            for g in gaps
        }
        for g in gaps:
            assert g.share == pytest.approx(raw[g.indicator] / sum(raw.values()))
        assert [g.share for g in gaps] == sorted((g.share for g in gaps), reverse=True)


def test_the_overview_says_what_the_scores_say(demo, rounds):
    view = city_view(open_access(demo), "2025", "2024", draws=400)
    now = rounds[1]
    assert view.city.score == pytest.approx(float(now.city.score[0]))
    assert view.n_departments == now.city.n_departments
    for d, row in enumerate(view.rows):
        assert row.id == now.departments[d].id
        assert row.overall.score == pytest.approx(float(now.score[d, 0]))
        assert row.level == (int(now.level[d]) or None)
    assert view.city_change is not None
    weights = np.array([d.weight for d in now.departments])
    diff = change(*reversed(rounds)).difference[:, 0]
    known = ~np.isnan(diff)
    assert view.city_change.difference == pytest.approx(
        float((weights * diff)[known].sum() / weights[known].sum())
    )


def test_peers_are_the_own_group_without_oneself_and_quartiles_are_theirs(demo, rounds):
    now = rounds[1]
    view = department_view(open_access(demo), "2025", "财政局", draws=400)
    group = next(d.group for d in now.departments if d.id == "财政局")
    rows = [d for d, one in enumerate(now.departments) if one.group == group and one.id != "财政局"]
    assert view is not None and len(view.peers) == len(rows)
    for line in view.indicators:
        scores = now.score[rows, now.framework.node_index[line.id]]
        scores = scores[~np.isnan(scores)]
        if len(scores) >= 3:
            low, middle, high = np.percentile(scores, (25, 50, 75))
            assert (line.peer_low, line.peer_median, line.peer_high) == pytest.approx(
                (low, middle, high)
            )
            assert line.below_peers == (line.value.high is not None and line.value.high < low)


def test_a_department_that_the_round_does_not_know_has_no_profile(demo):
    assert department_view(open_access(demo), "2025", "没有这个局", draws=100) is None


def test_what_is_left_of_a_withheld_department_is_no_factor_and_no_change(demo):
    """Its records are shown one by one; they are no score of the factor, nor comparable with one."""
    access = open_access(demo, published=True)
    view = city_view(access, "2025", "2024", draws=400)
    withheld = [row for row in view.rows if row.status == "suppressed"]
    assert withheld
    for row in withheld:
        assert row.moved is None and all(cell.hidden for cell in row.factors)
        page = department_view(access, "2025", row.id, draws=400)
        assert page is not None
        assert [one for one in page.factor_changes if one] == []
        assert {value.score for value in page.trend[-1].values} == {None}
        assert any(one.value.score is not None for one in page.indicators if not one.from_answers)


def test_a_department_without_a_rating_moves_the_city_no_more_than_its_score():
    """B lost most of its evidence: it keeps a score of 90, but the city's score is A's alone."""
    framework = framework_of(
        [metric("A1", 1, core=True), metric("A2", 4, core=True)],
        gates=[{"id": "C", "kind": "coverage", "of": "core", "unrated_below": 0.5}],
    )
    then, now = (
        score(evidence_of(framework, values), framework, draws=100, keep_draws=True)
        for values in (
            {"a": {"A1": 40, "A2": 40}, "b": {"A1": 20, "A2": 20}},
            {"a": {"A1": 50, "A2": 50}, "b": {"A1": 90}},
        )
    )
    assert now.status == ("rated", "unrated") and now.score[1, 0] == pytest.approx(90)
    assert now.counted().tolist() == [True, False]
    assert now.city.score[0] == pytest.approx(50)
    moved = city_change(now, then)
    assert moved is not None and moved.difference == pytest.approx(10)
    assert (
        city_change(
            now,
            score(evidence_of(framework, {"b": {"A1": 90}}), framework, draws=100, keep_draws=True),
        )
        is None
    )
