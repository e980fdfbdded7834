"""How numbers are written and which words stand for how much certainty (the fixed ladder)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.city.overview import Estimate, LevelBand, Moved
from charts.city.words import change_sentence, crossed_levels, likelihood
from charts.house import numbers
from charts.house.labels import room, shortened, text_width

BANDS = tuple(
    LevelBand(k, {"zh": f"{k}", "en": f"{k}"}, 20.0 * (k - 1), 20.0 * k) for k in range(1, 6)
)


@pytest.mark.parametrize(
    ("p", "zh", "en"),
    [
        (1.0, "几乎可以确定（>99%）", "almost certain (>99%)"),
        (0.99, "几乎可以确定（99%）", "almost certain (99%)"),
        (0.95, "很可能（95%）", "very likely (95%)"),
        (0.9, "很可能（90%）", "very likely (90%)"),
        (0.7, "较可能（70%）", "likely (70%)"),
        (0.5, "难以判断（50%）", "open (50%)"),
        (0.3, None, "unlikely (30%)"),
        (0.1, None, "very unlikely (10%)"),
        (0.005, None, "almost impossible (<1%)"),
    ],
)
def test_words_for_probabilities_follow_one_ladder_and_stand_with_their_number(p, zh, en):
    assert likelihood(p, "en") == en
    if zh is not None:
        assert likelihood(p, "zh") == zh
    assert re.search(r"\d%", likelihood(p, "zh"))


def moved(p_up: float, difference: float = 1.0) -> Moved:
    return Moved(50.0, difference, difference - 2, difference + 2, p_up)


@pytest.mark.parametrize("lang", ["zh", "en"])
@given(p=st.floats(0.1, 0.9, exclude_min=True, exclude_max=True), size=st.floats(-9, 9))
def test_a_change_within_error_is_never_called_a_rise_or_a_fall(lang, p, size):
    said = change_sentence("甲局", "2024", moved(p, size), lang)
    assert not re.search("提高|上升|下降|降低|rose|fell", said)
    assert re.search("误差|error", said)


def test_a_sure_change_says_direction_size_and_certainty():
    up = change_sentence("The city", "2024", moved(0.97, 3.14), "en")
    assert "rose by about 3.1" in up and "very likely (97%)" in up
    down = change_sentence("The city", "2024", moved(0.004, -2.0), "en")
    assert "fell by about 2.0" in down and "almost certain" in down
    assert "提高" in change_sentence("全市", "2024", moved(0.97, 3.14), "zh")
    assert "下降" in change_sentence("全市", "2024", moved(0.004, -2.0), "zh")


def test_an_interval_across_a_cut_lies_between_two_levels():
    assert crossed_levels(BANDS, Estimate(39.0, 38.0, 41.0)) == (2, 3)
    assert crossed_levels(BANDS, Estimate(50.0, 45.0, 55.0)) is None
    assert crossed_levels(BANDS, Estimate(None)) is None


def test_numbers_are_written_as_the_conventions_say():
    assert numbers.score(62.44) == "62.4" and numbers.score(-0.04) == "0.0"
    assert numbers.score(-1.25) == "−1.2" and numbers.score(None) == "…"
    assert numbers.interval(58.9, 65.7, "zh") == "（58.9—65.7）"
    assert numbers.interval(58.9, 65.7, "en") == " (58.9–65.7)"
    assert numbers.signed(2.6) == "+2.6" and numbers.signed(-1.3) == "−1.3"
    assert [numbers.respondents(n) for n in (-1, 0, 7, 10, 19, 20, 49, 50)] == [
        "<5", "0", "<10", "10–19", "10–19", "20–49", "20–49", "≥50",
    ]  # fmt: skip


@given(st.floats(0, 1))
def test_a_simulated_probability_is_never_nothing_and_never_everything(p):
    assert numbers.probability(p) not in ("0%", "100%")


@given(st.floats(0, 100), st.sampled_from([20.0, 40.0, 60.0, 80.0]))
def test_a_score_is_never_shown_on_the_other_side_of_a_cut(value, cut):
    shown = float(numbers.near_cut(value, cut))
    if abs(value - cut) > 0.005:
        assert (shown >= cut) == (value >= cut)


@given(st.text("甲乙丙abc DEF", max_size=40), st.integers(30, 200))
def test_a_shortened_label_fits_and_a_short_one_is_left_alone(text, pixels):
    cut = shortened(text, pixels, 12)
    assert text_width(cut, 12) <= pixels
    if text_width(text, 12) <= pixels:
        assert cut == text
    assert room([text], 12) >= text_width(text, 12)
