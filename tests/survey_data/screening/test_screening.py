"""Screening by a framework: what is checked, what is named, and that nothing is left out unasked."""

from __future__ import annotations

import numpy as np
import pytest

from indicators.answers.moments import MISSING
from indicators.framework import default_framework
from survey_data.answers.survey import SurveyOptions
from survey_data.screening.checks import CHECKS, RECOMMENDED, check_text, screen
from tests.survey_data.small import small_framework, survey_of

FRAMEWORK = default_framework()
ITEMS = tuple(item.id for item in FRAMEWORK.items)
BACKWARD = np.array([item.reverse for item in FRAMEWORK.items])


def careful(n: int = 300, seed: int = 1) -> np.ndarray:
    """Answers of people with an opinion, who turn reversed items round."""
    chance = np.random.default_rng(seed)
    opinion = chance.normal(3.2, 0.7, (n, 1)) + chance.normal(0, 0.8, (n, len(ITEMS)))
    codes = np.clip(np.rint(opinion), 1, 5)
    return np.where(BACKWARD, 6 - codes, codes).astype(np.int16)


def test_each_kind_of_carelessness_is_named_by_its_check():
    codes = careful()
    codes[0] = 3
    codes[1, : len(ITEMS) // 2 + 2] = MISSING
    codes[3] = codes[2]
    duration = np.full(len(codes), 400.0)
    duration[4] = 60.0
    failed = np.zeros(len(codes), dtype=bool)
    failed[5] = True
    submitted = np.datetime64("2026-09-01T09:00:00", "s") + np.arange(len(codes)) * np.timedelta64(
        100, "s"
    )
    submitted[10:25] = submitted[10]
    found = screen(
        codes,
        FRAMEWORK,
        ITEMS,
        duration=duration,
        submitted=submitted,
        department=np.zeros(len(codes), int),
        attention_failed=failed,
    )
    rows = {check: np.flatnonzero(flags).tolist() for check, flags in found.flagged.items()}
    assert rows["missing"] == [1]
    assert 0 in rows["block"] and 0 in rows["longstring"] and rows["irv"] == [0]
    assert rows["speed"] == [4]
    assert rows["duplicate"] == [3]
    assert rows["attention"] == [5]
    assert rows["burst"] == list(range(10, 25))
    assert found.unavailable == {}
    assert list(found.flagged) == list(CHECKS)


def test_what_cannot_be_checked_is_said_and_not_counted():
    found = screen(careful(), FRAMEWORK, ITEMS)
    assert set(found.unavailable) == {"speed", "attention", "burst"}
    assert set(found.summary()) == set(CHECKS) - {"speed", "attention", "burst"}


def test_the_summary_has_count_share_and_threshold_of_every_check():
    codes = careful(200)
    codes[:3, : len(ITEMS) // 2 + 1] = MISSING
    assert screen(codes, FRAMEWORK, ITEMS).summary()["missing"] == {
        "flagged": 3, "share": 0.015, "threshold": 0.5,
    }  # fmt: skip


def test_a_framework_without_reversed_items_or_with_one_item_is_screened_as_far_as_it_goes():
    codes = np.array([[4], [5], [MISSING]], np.int16)
    found = screen(codes, small_framework(), ("A1-1a",))
    assert set(found.flagged) == {"missing", "duplicate"}
    assert found.flagged["missing"].tolist() == [False, False, True]


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_a_name_and_a_meaning_in_both_languages(check):
    said = check_text(check)
    assert all(len(said[part][lang]) >= 4 for part in said for lang in ("zh", "en"))


HEADERS = ["部门", "A1-1a", "A1-1b", "A1-2a"]
ROWS = [["甲局", "5", "2", "9"], ["甲局", "4", "", ""], ["乙局", "3", "1", "7"]]


def test_nothing_is_excluded_unless_a_person_says_so():
    found = survey_of(HEADERS, *ROWS)
    assert found.screening.flagged["missing"].tolist() == [False, True, False]
    assert not found.excluded.any() and found.moments.n.tolist() == [1, 2]


def test_excluded_rows_stay_accepted_and_count_in_no_score():
    found = survey_of(HEADERS, *ROWS, options=SurveyOptions(exclude=("missing",)))
    assert (found.accepted, found.excluded.tolist()) == (3, [False, True, False])
    assert found.moments.n.tolist() == [1, 1]
    assert found.report()["excluded"] == {"rows": 1, "rules": {"missing": 1}}
    assert "W288" in [finding.code for finding in found.findings]


def test_recommended_stands_for_its_rules_and_an_impossible_one_is_said():
    found = survey_of(HEADERS, *ROWS, options=SurveyOptions(exclude=("recommended",)))
    assert list(found.exclude) == ["missing"]
    said = [f.params["rule"] for f in found.findings if f.code == "W287"]
    assert said == [rule for rule in RECOMMENDED if rule != "missing"]


def test_an_unknown_rule_stops_the_import_and_names_the_known_ones():
    found = survey_of(HEADERS, *ROWS, options=SurveyOptions(exclude=("lazy",)))
    (finding,) = found.blocking
    assert finding.code == "E286" and "longstring" in finding.message["en"] + finding.fix["en"]
