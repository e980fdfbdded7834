"""The quality report of a round: what it pools, and what it says where others break."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.psychometrics.confirmatory import confirmatory
from analysis.quality.checks import check, verdict
from analysis.quality.item_moments import pooled_items, within_correlation
from analysis.quality.report import quality
from analysis.quality.structure import FactorChoice, _unstandardised
from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Department, Evidence
from tests.indicators.frameworks import framework_of, survey
from tests.indicators.inventory import (
    ITEMS,
    REVERSED,
    inventory_framework,
    moments_by,
    people,
)


def directed() -> pd.DataFrame:
    frame = people()[list(ITEMS)].copy()
    for item in REVERSED:
        frame[item] = 7 - frame[item]
    return frame


def round_of(codes: np.ndarray, department: np.ndarray, framework=None, roster=()) -> Evidence:
    """Evidence of codes (n, J), NaN-free with `MISSING`, departments by number."""
    framework = framework or small_framework(codes.shape[1])
    items = [item.id for item in framework.items]
    ids = [f"D{d}" for d in range(int(department.max()) + 1)]
    moments = SurveyMoments.from_answers(codes.astype(np.int16), department, ids, items, framework)
    return Evidence.build("2025", roster, moments, [], framework)


def small_framework(items: int):
    """One factor with indicators of three items each, the rest in the last."""
    sizes = [3] * (items // 3)
    if items % 3 and sizes:
        sizes[-1] += items % 3
    if not sizes:
        sizes = [items]
    names = iter(range(items))
    return framework_of(
        *[
            [survey(f"S{s}", *({"id": f"q{next(names)}"} for _ in range(size)))]
            for s, size in enumerate(sizes)
        ]
    )


def plain(seed: int, n: int, k: int, departments: int = 4) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    department = np.arange(n) % departments
    common = random.normal(size=(n, 1)) + 0.6 * department[:, None]
    codes = np.clip(np.round(3 + 0.7 * common + 0.7 * random.normal(size=(n, k))), 1, 5)
    return codes, department


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_pooled_moments_are_those_that_pandas_computes_from_directed_answers(missing):
    moments = moments_by(people()["education"])
    frame = directed()
    if missing == "listwise":
        frame = frame.dropna()
    found = pooled_items(moments, inventory_framework(), ITEMS, missing, "*")
    assert found.missing == missing
    assert found.covariance == pytest.approx(frame.cov().to_numpy(), abs=1e-10)
    assert found.means == pytest.approx(frame.mean().to_numpy(), abs=1e-12)
    assert found.sds == pytest.approx(frame.std().to_numpy(), abs=1e-10)
    assert list(found.counts) == list(frame.count())


def test_within_correlations_are_those_of_answers_about_their_department_means():
    moments = moments_by(people()["education"])
    complete = directed().assign(d=people()["education"])
    items = ["A1", "A2"]
    pair = complete[[*items, "d"]].dropna()
    centred = pair[items] - pair.groupby("d")[items].transform("mean")
    ss = centred.T @ centred
    found = within_correlation(moments, inventory_framework(), items)
    # The diagonal rests on all who answered the item, the pair on those who answered both.
    one = complete[["A1", "d"]].dropna()
    two = complete[["A2", "d"]].dropna()
    spread = [
        ((f[i] - f.groupby("d")[i].transform("mean")) ** 2).sum() / (len(f) - f["d"].nunique())
        for f, i in ((one, "A1"), (two, "A2"))
    ]
    expected = ss.loc["A1", "A2"] / (len(pair) - pair["d"].nunique()) / np.sqrt(np.prod(spread))
    assert found[0, 1] == pytest.approx(expected)


def test_the_report_does_not_depend_on_how_people_are_grouped_for_what_is_pooled():
    framework = inventory_framework()
    found = []
    for key in ("education", "gender"):
        moments = moments_by(people()[key].astype(str))
        found.append(quality(Evidence.build("r", [], moments, [], framework), framework))
    a, b = found
    for scale in a.scales:
        assert a.scales[scale].alpha == pytest.approx(b.scales[scale].alpha)
    assert a.structure.confirmatory and b.structure.confirmatory
    assert a.structure.confirmatory.fit.chi2 == pytest.approx(b.structure.confirmatory.fit.chi2)
    assert a.agreement["A"].anova.icc1 != b.agreement["A"].anova.icc1


def test_pairwise_and_listwise_say_which_people_they_rest_on():
    framework = inventory_framework()
    evidence = Evidence.build("r", [], moments_by(people()["education"]), [], framework)
    scale = framework.factors[0].dimensions[0].id
    pairwise, listwise = (quality(evidence, framework, m) for m in ("pairwise", "listwise"))
    assert pairwise.scales[scale].pooled.people == 2800
    assert listwise.scales[scale].pooled.people == len(directed()[list(ITEMS[:5])].dropna())
    assert listwise.structure.pooled.n == len(directed().dropna()) == listwise.complete
    assert pairwise.missing_share == pytest.approx(directed().isna().to_numpy().mean())


def test_icc_and_agreement_are_those_of_the_people():
    codes, department = plain(1, 120, 3)
    found = quality(round_of(codes, department), small_framework(3)).agreement["S0"]
    means = pd.Series(codes.mean(axis=1))
    groups = means.groupby(department)
    within = ((means - groups.transform("mean")) ** 2).sum() / (120 - 4)
    between = 30 * ((groups.mean() - means.mean()) ** 2).sum() / 3
    assert found.anova.icc1 == pytest.approx((between - within) / (between + 29 * within))
    assert found.anova.icc2 == pytest.approx((between - within) / between)
    spread = pd.DataFrame(codes).groupby(department).var().mean(axis=1).to_numpy() / 2
    expected = 3 * (1 - spread) / (3 * (1 - spread) + spread)
    assert found.rwg_j == pytest.approx(expected)


def test_an_item_that_everybody_answers_alike_is_left_out_with_words():
    codes, department = plain(2, 200, 6)
    codes[:, 4] = 3
    found = quality(round_of(codes, department), small_framework(6))
    assert found.structure.constant == ("q4",)
    assert "q4" not in found.structure.items
    scale = found.scales["S1"]
    assert np.isnan(scale.statistics.rest_r[1]) and np.isfinite(scale.alpha)
    assert any("q4" in remark["en"] for remark in scale.remarks)


def test_two_items_have_a_reliability_and_one_has_none():
    codes, department = plain(3, 80, 2)
    framework = framework_of([survey("S", {"id": "q0"}, {"id": "q1"})])
    found = quality(round_of(codes, department, framework), framework)
    scale = found.scales["S"]
    r = np.corrcoef(codes.T)[0, 1]
    assert scale.omega_total == pytest.approx(2 * r / (1 + r))
    assert scale.standardised_alpha == pytest.approx(2 * r / (1 + r))
    assert found.structure.confirmatory is None
    assert "three items" in found.structure.reasons["confirmatory"]["en"]


def test_items_that_run_against_each_other_are_named():
    codes, department = plain(4, 200, 5)
    codes[:, 2] = 6 - codes[:, 2]
    scale = quality(round_of(codes, department), small_framework(5)).scales["S0"]
    assert any("q2" in remark["zh"] for remark in scale.remarks)


def test_fewer_people_than_items_still_have_a_reliability_but_no_model():
    codes, department = plain(5, 8, 9, departments=2)
    found = quality(round_of(codes, department), small_framework(9))
    assert np.isfinite(found.scales["S0"].alpha)
    assert found.structure.adequacy is None and found.structure.confirmatory is None
    assert "No more people" in found.structure.reasons["confirmatory"]["en"]


def test_an_item_that_repeats_another_makes_no_model_and_says_why():
    codes, department = plain(6, 150, 6)
    codes[:, 5] = codes[:, 4]
    found = quality(round_of(codes, department), small_framework(6))
    assert found.structure.confirmatory is None
    assert "singular" in found.structure.reasons["confirmatory"]["en"]
    assert np.isfinite(found.scales["S0"].alpha)


def test_a_department_of_one_has_no_agreement_and_does_not_break_the_others():
    codes, department = plain(7, 61, 3)
    department = np.where(np.arange(61) == 60, 4, department)
    found = quality(round_of(codes, department), small_framework(3)).agreement["S0"]
    assert np.isnan(found.rwg_j[4]) and np.isfinite(found.rwg_j[:4]).all()
    assert np.isfinite(found.shrunken[4])


def test_people_who_all_agree_have_full_agreement_and_no_zero_is_divided_by():
    department = np.repeat(np.arange(3), 10)
    codes = np.repeat((department + 2)[:, None], 3, axis=1)
    found = quality(round_of(codes, department), small_framework(3)).agreement["S0"]
    assert found.rwg_j == pytest.approx(np.ones(3))
    assert found.anova.icc1 == found.anova.icc2 == 1
    assert np.isinf(found.anova.f)
    alike = quality(round_of(np.full((30, 3), 3), department), small_framework(3))
    assert np.isnan(alike.agreement["S0"].anova.icc2)
    assert np.isnan(alike.scales["S0"].alpha)
    assert alike.verdict == "do-not-rank"


def test_departments_that_do_not_differ_are_said_not_to_and_never_ranked():
    random = np.random.default_rng(8)
    department = np.arange(300) % 10
    codes = random.integers(1, 6, size=(300, 1)) + np.zeros((300, 3))
    rows = np.argsort(department, kind="stable")
    codes[rows] = np.tile(np.sort(codes[:30], axis=0), (10, 1))
    codes[:, 1] = np.clip(codes[:, 1] + random.integers(-1, 2, size=300), 1, 5)
    found = quality(round_of(codes, department), small_framework(3))
    one = found.agreement["S0"]
    assert one.components is not None and one.components.at_zero
    assert one.anova.icc2 < 0.5
    assert found.verdict == "do-not-rank"


def test_an_item_nobody_answered_and_a_round_without_answers():
    codes, department = plain(9, 50, 6)
    codes[:, 3] = MISSING
    found = quality(round_of(codes, department), small_framework(6))
    assert found.item_missing[3] == 1
    assert "q3" in found.structure.constant
    scale = found.scales["S1"]
    assert np.isfinite(scale.alpha)
    assert ["q3" in remark["en"] for remark in scale.remarks] == [True, False]
    complete = quality(round_of(codes, department), small_framework(6), "listwise").scales["S1"]
    assert [remark["en"][:26] for remark in complete.remarks] == ["Nobody answered all items "]
    empty = Evidence.build("r", [], None, [], small_framework(3))
    with pytest.raises(ValueError, match="answers"):
        quality(empty, small_framework(3))


def test_two_items_that_nobody_answered_together_have_words_and_no_number():
    codes, department = plain(10, 60, 3)
    codes[:30, 0] = codes[30:, 1] = MISSING
    scale = quality(round_of(codes, department), small_framework(3)).scales["S0"]
    assert np.isnan(scale.alpha)
    assert "answered by nobody together" in scale.remarks[0]["en"]


def test_an_item_that_is_constant_only_among_complete_rows_is_left_out_of_the_model():
    codes, department = plain(11, 300, 6)
    alike = codes[:, 2] == 3
    codes[~alike, 5] = MISSING
    found = quality(round_of(codes, department), small_framework(6), "listwise").structure
    assert found.constant == ("q2",)
    assert found.confirmatory is not None and found.adequacy is not None
    assert found.pooled.n == int(alike.sum())


def test_unstandardised_omega_and_variance_extracted_are_those_of_a_factor_worked_by_hand():
    """One factor of loadings 1, 2, 1 and variance 1 with residual variances 1: exact moments."""
    loadings = np.array([1.0, 2.0, 1.0])
    covariance = np.outer(loadings, loadings) + np.eye(3)
    fitted = confirmatory(covariance, 100, np.ones((3, 1), dtype=bool))
    found = _unstandardised(covariance, np.ones((3, 1), dtype=bool), fitted)
    # (Σλ)² / variance of the sum = 16/19; Σλ² / (Σλ² + Σθ) = 6/9.
    assert found["factor_omega"] == pytest.approx([16 / 19], abs=1e-6)
    assert found["factor_ave"] == pytest.approx([6 / 9], abs=1e-6)


def test_an_improper_solution_is_said_in_words():
    random = np.random.default_rng(1)
    heywood = 0
    for _ in range(12):
        codes = np.clip(np.round(3 + random.normal(size=(40, 6))), 1, 5)
        found = quality(round_of(codes, np.arange(40) % 2), small_framework(6))
        fitted = found.structure.confirmatory
        if fitted is not None and (
            fitted.heywood.any() or fitted.improper_factors or not fitted.converged
        ):
            heywood += 1
            assert "confirmatory" in found.structure.reasons
    assert heywood


def test_more_factors_than_the_items_can_tell_are_cut_and_said():
    codes, department = plain(10, 200, 6)
    found = quality(round_of(codes, department), small_framework(6), choice=FactorChoice(factors=6))
    assert found.structure.exploratory is not None
    assert found.structure.exploratory.loadings.shape == (6, 3)
    assert "factors" in found.structure.reasons


def test_head_counts_give_response_and_weights_that_restore_the_roster():
    codes, department = plain(11, 90, 3, departments=3)
    roster = [
        Department(f"D{d}", {"zh": "x", "en": "x"}, headcount=h)
        for d, h in enumerate((60, 120, 300))
    ]
    evidence = round_of(codes, department, roster=roster)
    found = quality(evidence, small_framework(3)).representation
    assert found.response == pytest.approx([0.5, 0.25, 0.1])
    shares = found.weights * 30 / (found.weights * 30).sum()
    assert shares == pytest.approx(np.array([60, 120, 300]) / 480)
    assert found.design_effect == pytest.approx(90 / found.effective)
    assert found.design_effect > 1


@pytest.mark.parametrize(
    ("id", "value", "grade"),
    [
        ("reliability", 0.70, "good"),
        ("reliability", 0.699, "care"),
        ("reliability", 0.59, "poor"),
        ("missing", 0.05, "good"),
        ("missing", 0.21, "poor"),
        ("icc2", float("nan"), "unknown"),
    ],
)
def test_a_value_at_its_cut_off_has_the_better_grade(id, value, grade):
    assert check(id, value).grade == grade


def test_the_verdict_follows_its_rule():
    good = [check("reliability", 0.8), check("icc2", 0.8), check("missing", 0.01)]
    assert verdict(good) == "usable"
    assert verdict([*good, check("cfi", 0.5)]) == "usable-with-care"
    assert verdict([*good, check("screening", 0.07)]) == "usable-with-care"
    assert verdict([check("reliability", 0.8), check("icc2", 0.4)]) == "do-not-rank"
    assert verdict([check("reliability", 0.5), check("icc2", 0.9)]) == "do-not-rank"
    assert verdict([check("reliability", 0.9)]) == "do-not-rank"
