"""Ladders of answer texts from the lowest to the highest, in Chinese and English.

The wordings are those of the usual rating scales: agreement, conformity, satisfaction, frequency,
importance, quality and knowledge, with 4 to 7 points; on longer scales only the ends are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from survey_data.text import plain

Rung = frozenset[str]
Ladder = tuple[Rung, ...]

_MIDDLE_ZH = "一般 不确定 中立 说不清 不好说 不清楚 无所谓 难以判断 普通 还可以 中等"
_MIDDLE_EN = "neutral|neither|undecided|unsure|not sure|no opinion|average|moderate"


def _graded_zh(good: str, bad: str) -> list[Ladder]:
    """Ladders of one quality and its contrary, such as 同意 and 不同意."""
    most = [
        f"{degree}{good}" for degree in ("非常", "完全", "很", "极其", "十分", "极", "特别", "强烈")
    ]
    least = [
        f"{degree}{bad}" for degree in ("非常", "完全", "很", "极其", "十分", "极", "特别", "强烈")
    ]
    some = [
        f"{degree}{good}" for degree in ("比较", "较", "有点", "有些", "基本", "基本上", "稍微")
    ]
    few = [f"{degree}{bad}" for degree in ("比较", "较", "有点", "有些", "基本", "基本上", "稍微")]
    few += [f"不太{good}", f"不大{good}", f"不怎么{good}"]
    middle = [*_MIDDLE_ZH.split(), f"既不{good}也不{bad}", f"一般{good}"]
    return _ladders(least, [bad], few, middle, some, [good], most)


def _graded_en(good: str, bad: str) -> list[Ladder]:
    most = [
        f"{degree} {good}" for degree in ("strongly", "very", "completely", "extremely", "totally")
    ]
    least = [
        f"{degree} {bad}" for degree in ("strongly", "very", "completely", "extremely", "totally")
    ]
    some = [f"{degree} {good}" for degree in ("somewhat", "slightly", "rather", "mostly")]
    few = [f"{degree} {bad}" for degree in ("somewhat", "slightly", "rather", "mostly")]
    middle = [*_MIDDLE_EN.split("|"), f"neither {good} nor {bad}"]
    return _ladders(least, [bad], few, middle, some, [good], most)


def _ladders(
    least: list[str],
    less: list[str],
    few: list[str],
    middle: list[str],
    some: list[str],
    more: list[str],
    most: list[str],
) -> list[Ladder]:
    """The ladders of 4, 5, 6 and 7 points that seven degrees make."""
    low, high = [*less, *few], [*some, *more]
    return [
        _ladder(least, low, high, most),
        _ladder(least, low, middle, high, most),
        _ladder(least, less, few, some, more, most),
        _ladder(least, less, few, middle, some, more, most),
    ]


def _ladder(*rungs: Iterable[str]) -> Ladder:
    return tuple(frozenset(plain(text) for text in rung) for rung in rungs)


def _written(*rungs: str) -> Ladder:
    """A ladder written out, synonyms of one rung apart by a bar."""
    return _ladder(*(rung.split("|") for rung in rungs))


@cache
def ladders(points: int) -> tuple[Ladder, ...]:
    """Every known ladder with so many points; beyond seven, those whose ends alone are named."""
    if points > 7:
        short = [ladder for ladder in _all() if len(ladder) == 5]
        return tuple((one[0], *[frozenset()] * (points - 2), one[-1]) for one in short)
    return tuple(ladder for ladder in _all() if len(ladder) == points)


@cache
def _all() -> tuple[Ladder, ...]:
    found: list[Ladder] = []
    for good in (
        "同意",
        "赞同",
        "赞成",
        "认同",
        "符合",
        "满意",
        "重要",
        "了解",
        "熟悉",
        "清楚",
        "愿意",
        "信任",
        "支持",
    ):
        found += _graded_zh(good, f"不{good}")
    for good, bad in (
        ("好", "差"),
        ("高", "低"),
        ("多", "少"),
        ("容易", "困难"),
        ("方便", "不方便"),
        ("及时", "不及时"),
    ):
        found += _graded_zh(good, bad)
    for good, bad in (
        ("agree", "disagree"),
        ("satisfied", "dissatisfied"),
        ("likely", "unlikely"),
        ("important", "unimportant"),
    ):
        found += _graded_en(good, bad)
    never, always = "从不|从未|从来不|从来没有|完全没有", "总是|一直|始终|每次"
    found += [
        _written(never, "很少|极少|偶尔|较少", "经常|常常|较多", always),
        _written(never, "很少|极少|较少|偶尔", "有时|有时候|一般", "经常|常常|较多|时常", always),
        _written(never, "很少|极少|较少", "偶尔|有时", "经常|常常|时常", always),
        _written(never, "很少|极少", "偶尔", "有时", "经常|常常", always),
        _written(never, "极少", "很少", "有时", "经常", "很经常|非常经常", always),
        _written("never", "rarely|seldom|occasionally", "often|frequently|usually", "always"),
        _written(
            "never", "rarely|seldom|almost never", "sometimes|occasionally",
            "often|frequently|usually|very often|most of the time", "always|almost always",
        ),
        _written("never", "rarely|seldom", "occasionally", "sometimes", "often|frequently", "always"),
        _written(
            "never", "rarely", "occasionally", "sometimes", "frequently|often", "usually", "always"
        ),
        _written(
            "not at all important|not important", "slightly important", "moderately important|important",
            "very important", "extremely important",
        ),
        _written("very poor|terrible", "poor|bad", "fair|average|acceptable", "good", "very good|excellent"),
        _written("poor", "fair", "good", "very good", "excellent"),
        _written("very poor", "poor", "good", "very good|excellent"),
        _written("not at all", "a little|slightly", "moderately|somewhat", "quite a bit|very|a lot", "extremely|very much|completely"),
        _written("完全没有|毫无", "有一点|很少", "一般|有一些", "较多|比较多", "非常多|很多"),
        _written("很不好|非常不好", "不好|不太好", "一般", "好|较好|比较好", "很好|非常好"),
        _written("不及格|很差", "差|较差", "中|中等|一般|合格", "良|良好|较好", "优|优秀|很好"),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))
