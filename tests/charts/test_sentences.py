"""What leaders read, word for word, for every case that can occur (screens.md B2), in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.city.overview import (
    CityOverview,
    DepartmentRow,
    Estimate,
    FactorRow,
    LevelBand,
    Moved,
    WeakPoint,
)
from analysis.city.profile import GateRow, Profile
from analysis.scenarios.remedies import Remedy
from charts.city.ladder import ladder
from charts.city.words import (
    change_sentence,
    city_finding,
    city_reason,
    department_finding,
    department_reason,
    remedy_name,
    remedy_sentence,
    signed_change,
    weak_point_sentence,
)
from indicators.scores import GateResult

NAMES = {1: "初始级", 2: "规范级", 3: "稳健级", 4: "优化级", 5: "引领级"}
BANDS = tuple(
    LevelBand(k, {"zh": NAMES[k], "en": f"Stage {k}"}, 20.0 * (k - 1), 20.0 * k)
    for k in range(1, 6)
)
WEAK = WeakPoint(
    "P1-2", {"zh": "专职人员", "en": "Staff"}, 0, {"zh": "人", "en": "People"},
    30, 42, 3, 31.26, 0.512, 2.0, {"zh": "人/百人", "en": "FTE/100"},
)  # fmt: skip


def bound(id: str, kind: str, zh: str, en: str) -> GateResult:
    return GateResult(id, kind, False, True, None, None, 2, {"zh": zh, "en": en})


GATE = bound("G3", "minimum", "未达到 3 级的前提：人员 40.0（≥ 50）", "Level 3 needs staff 50")
ROW = DepartmentRow(
    "卫健委", {"zh": "卫健委", "en": "Health"}, "民生", "rated", 30, 3, 3, 0.93,
    Estimate(52.0, 50.1, 54.2), (), (), Moved(48.0, 4.0, 1.2, 6.8, 0.96),
)  # fmt: skip
CITY = CityOverview(
    round="2025", compared="2024", framework="f@1", synthetic=True, state="collecting",
    respondents=1000, coverage=1.0, census=False, bands=BANDS, levels_apply=True, level=3, score_level=3,
    probability=0.958, city=Estimate(52.06, 51.7, 52.5, 51.9, 52.2), city_before=49.0,
    city_change=Moved(49.0, 3.06, 2.6, 3.5, 0.997), city_gates=(),
    factors=(
        FactorRow("P", {"zh": "人", "en": "People"}, Estimate(55.0), None),
        FactorRow("T", {"zh": "技术", "en": "Technology"}, Estimate(48.0), None),
    ),
    rows=(ROW,) * 44, weak_points=(WEAK,), absent=(), groups=(), n_departments=42, capped=0,
)  # fmt: skip


def profile(row: DepartmentRow = ROW, gates: tuple[GateRow, ...] = ()) -> Profile:
    return Profile(
        round="2025", compared="2024", framework="f@1", synthetic=True, row=row, respondents=30,
        coverage=1.0, census=False, bands=BANDS, levels_apply=True, level_texts={}, score_reach={}, factors=(),
        indicators=(), gates=gates, gaps=(), trend=(), factor_changes=(), peers=(), missing=(),
        answers=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("view", "zh", "en"),
    [
        (
            CITY,
            "H 市处于 3 级 稳健级（把握 96%）；短板在技术，先补“专职人员”",
            'H is at level 3 (Stage 3), probability 96%; weakest in Technology, so begin with "Staff"',
        ),
        (
            replace(CITY, weak_points=(WEAK, replace(WEAK, name={"zh": "目录", "en": "Catalogue"}))),
            "H 市处于 3 级 稳健级（把握 96%）；短板在技术，先补“专职人员”和“目录”",
            'H is at level 3 (Stage 3), probability 96%; weakest in Technology, so begin with '
            '"Staff" and "Catalogue"',
        ),
        (
            replace(CITY, weak_points=()),
            "H 市处于 3 级 稳健级（把握 96%）",
            "H is at level 3 (Stage 3), probability 96%",
        ),
        (replace(CITY, level=None), "H 市平均 52.1 分", "H scores 52.1 on average"),
        (
            replace(CITY, city=Estimate(None), level=None),
            "H 市还没有可评定的部门",
            "H has no department that can be rated yet",
        ),
    ],
)  # fmt: skip
def test_the_finding_of_the_city(view, zh, en):
    assert city_finding(view, "H 市", "zh") == zh
    assert city_finding(view, "H", "en") == en


@pytest.mark.parametrize(
    ("view", "zh", "en"),
    [
        (
            CITY,
            "全市 52.1 分（51.7—52.5），44 个部门中的 42 个。全市较 2024 提高约 3.1 分，几乎可以确定（>99%）确有提高。"
            "离 4 级还差 7.9 分。",
            "The city scores 52.1 (51.7–52.5) over 42 of 44 departments. The city rose by about 3.1 points "
            "since 2024; a true rise is almost certain (>99%). Level 4 is 7.9 points away.",
        ),
        (
            replace(CITY, city_change=Moved(51.0, 1.0, -0.4, 2.5, 0.85), capped=1),
            "全市 52.1 分（51.7—52.5），44 个部门中的 42 个。全市与 2024 基本持平（差异在误差范围内）。离 4 级还差 7.9 分。"
            "有 1 个部门因安全、合规等门槛被封顶。",
            "The city scores 52.1 (51.7–52.5) over 42 of 44 departments. The city is level with 2024 (the "
            "difference is within error). Level 4 is 7.9 points away. One department is capped by a "
            "security or compliance gate.",
        ),
        (
            replace(CITY, compared=None, city_gates=(GATE,), capped=3),
            "全市 52.1 分（51.7—52.5），44 个部门中的 42 个。离 4 级还差 7.9 分。未达到 3 级的前提：人员 40.0（≥ 50）。"
            "3 个部门因安全、合规等门槛被封顶。",
            "The city scores 52.1 (51.7–52.5) over 42 of 44 departments. Level 4 is 7.9 points away. Level 3 "
            "needs staff 50. 3 departments are capped by security or compliance gates.",
        ),
        (
            replace(CITY, city=Estimate(85.0, 84.0, 86.0), compared=None),
            "全市 85.0 分（84.0—86.0），44 个部门中的 42 个。",
            "The city scores 85.0 (84.0–86.0) over 42 of 44 departments.",
        ),
        (
            replace(CITY, compared=None, levels_apply=False, level=None),
            "全市 52.1 分（51.7—52.5），44 个部门中的 42 个。",
            "The city scores 52.1 (51.7–52.5) over 42 of 44 departments.",
        ),
        (
            replace(CITY, city=Estimate(None)),
            "证据不足：请导入问卷和业务数据。",
            "There is too little evidence: import answers and metrics.",
        ),
    ],
)
def test_the_line_beneath_says_size_change_distance_and_what_binds(view, zh, en):
    assert city_reason(view, "zh") == zh
    assert city_reason(view, "en") == en


HELD = GateRow("G3", {"zh": "人员达标", "en": "Staffed"}, 3, GATE)
OTHER = GateRow("G1", {"zh": "最弱要素", "en": "Weakest factor"}, None, GATE)


@pytest.mark.parametrize(
    ("row", "gates", "zh", "en"),
    [
        (ROW, (), "卫健委为 3 级 稳健级（把握 93%）", "Health is at level 3 (Stage 3), probability 93%"),
        (
            replace(ROW, overall=Estimate(39.5, 38.0, 41.2), level=2, score_level=2, probability=0.6),
            (),
            "卫健委处于 2 级与 3 级之间，暂按 2 级管理（把握 60%）",
            "Health lies between levels 2 and 3; treated as level 2, probability 60%",
        ),
        (
            replace(ROW, level=2),
            (HELD,),
            "卫健委为 2 级 规范级（把握 93%）；分数够 3 级，卡在“人员达标”",
            'Health is at level 2 (Stage 2), probability 93%; its score reaches level 3, held by "Staffed"',
        ),
        (
            replace(ROW, level=2),
            (HELD, OTHER),
            "卫健委为 2 级 规范级（把握 93%）；分数够 3 级，卡在“人员达标”和“最弱要素”",
            "Health is at level 2 (Stage 2), probability 93%; its score reaches level 3, held by "
            '"Staffed" and "Weakest factor"',
        ),
        (
            replace(ROW, level=None, status="unrated"),
            (),
            "卫健委：证据不足，级别不评定",
            "Health: too little evidence for a level",
        ),
        (
            replace(ROW, level=None, status="suppressed", overall=Estimate(None)),
            (),
            "卫健委：为保护填答人，结果不显示",
            "Health: withheld to protect respondents",
        ),
    ],
)  # fmt: skip
def test_the_finding_of_a_department(row, gates, zh, en):
    assert department_finding(profile(row, gates), "zh") == zh
    assert department_finding(profile(row, gates), "en") == en


def test_where_scores_depend_on_the_sample_a_department_has_no_level_and_evidence_enough():
    row = replace(ROW, level=None, score_level=None, probability=None)
    view = replace(profile(row), levels_apply=False)
    assert department_finding(view, "zh") == "卫健委总分 52.0；分数依样本而定，不评等级"
    assert department_finding(view, "en") == (
        "Health scores 52.0; scores depend on the sample, so there is no level"
    )
    assert ladder(view, "zh").title == "分数依样本而定，不评等级"
    assert all(rung.requirements == () for rung in ladder(view, "zh").rungs)
    assert ladder(view, "en").title == "Scores depend on the sample, so there are no levels"


@pytest.mark.parametrize(
    ("row", "gates", "zh", "en"),
    [
        (
            ROW,
            (),
            "总分 52.0（50.1—54.2）。总分较 2024 提高约 4.0 分，很可能（96%）确有提高。",
            "Overall score 52.0 (50.1–54.2). The overall score rose by about 4.0 points since 2024; "
            "a true rise is very likely (96%).",
        ),
        (
            replace(ROW, status="provisional", moved=None),
            (HELD,),
            "总分 52.0（50.1—54.2）。总分无法与 2024 比较。未达到 3 级的前提：人员 40.0（≥ 50）。"
            "部分证据缺失，为暂评。",
            "Overall score 52.0 (50.1–54.2). The overall score cannot be compared with 2024. Level 3 "
            "needs staff 50. Some evidence is missing: provisional.",
        ),
        (
            replace(ROW, overall=Estimate(None), level=None, status="unrated"),
            (),
            "本轮有效问卷或业务数据不足。请联系本部门联络员补报。",
            "There are too few answers or metrics in this round. Ask the department's coordinator to "
            "complete them.",
        ),
        (
            replace(ROW, overall=Estimate(None), level=None, status="suppressed"),
            (),
            "有效答卷不足 5 份。问卷相关的得分、总分和级别不显示；平台记录照常显示。",
            "Fewer than 5 valid answers. Scores from answers, the overall score and the level are "
            "withheld; platform records are shown.",
        ),
    ],
)
def test_the_line_beneath_a_department(row, gates, zh, en):
    assert department_reason(profile(row, gates), "zh") == zh
    assert department_reason(profile(row, gates), "en") == en


def test_a_census_is_said_where_its_interval_would_stand():
    """Only where nothing else is uncertain: the interval of a metric with an error stays."""
    row = replace(ROW, overall=Estimate(52.0, 52.0, 52.0), moved=None)
    whole = replace(profile(row), compared=None, census=True)
    assert department_reason(whole, "zh") == "总分 52.0（全员答全，没有抽样误差）。"
    said = "Overall score 52.0 (everybody answered: no sampling error)."
    assert department_reason(whole, "en") == said
    city = replace(CITY, city=Estimate(52.0, 52.0, 52.0), census=True)
    assert "全员答全，没有抽样误差" in city_reason(city, "zh")
    flat = replace(profile(row), compared=None)
    assert department_reason(flat, "en") == "Overall score 52.0 (52.0–52.0)."
    uncertain = replace(whole, row=replace(row, overall=Estimate(52.0, 50.0, 54.0)))
    assert department_reason(uncertain, "en") == "Overall score 52.0 (50.0–54.0)."


@pytest.mark.parametrize(
    ("moved", "zh", "en"),
    [
        (None, "技术无法与 2024 比较。", "Technology cannot be compared with 2024."),
        (
            Moved(50, -2.04, -3, -1, 0.02),
            "技术较 2024 下降约 2.0 分，很可能（98%）确有下降。",
            "Technology fell by about 2.0 points since 2024; a true fall is very likely (98%).",
        ),
        (
            Moved(50, 5.0, -1, 11, 0.89),
            "技术与 2024 基本持平（差异在误差范围内）。",
            "Technology is level with 2024 (the difference is within error).",
        ),
    ],
)
def test_a_change_is_said_only_where_it_is_sure(moved, zh, en):
    assert change_sentence("技术", "2024", moved, "zh") == zh
    assert change_sentence("Technology", "2024", moved, "en") == en


def test_a_weak_point_is_told_in_its_own_unit_and_else_in_points():
    assert weak_point_sentence(WEAK, "zh") == (
        "42 个部门中 30 个低于 3 级；中位数 0.512人/百人，目标 2人/百人。"
    )
    assert weak_point_sentence(WEAK, "en") == (
        "30 of 42 departments are below level 3; median 0.512 FTE/100, target 2 FTE/100."
    )
    points = replace(WEAK, median_raw=None)
    assert weak_point_sentence(points, "zh").endswith("得分中位数 31.3。")
    assert weak_point_sentence(points, "en").endswith("the median score is 31.3.")


def test_a_remedy_is_told_with_its_cost_its_gains_and_what_it_needs_first():
    remedy = Remedy("M16", {"zh": "培训", "en": "Training"}, (), 3, 204.67, 6.04, 0.44)
    assert remedy_name(remedy, "zh") == "M16 培训"
    assert remedy_sentence(remedy, "zh") == (
        "3 年约 205 万元；预计这一项平均提高 6.0 分，全市总分 +0.4 分。"
    )
    assert remedy_sentence(remedy, "en") == (
        "About CNY 2.0 million over 3 years; expected to raise this item by 6.0 points on average "
        "and to change the city's score by +0.4."
    )
    later = replace(remedy, needs=("M06", "M08"))
    assert remedy_sentence(later, "zh").startswith("连同前置措施 M06、M08，3 年约 205 万元；")
    assert remedy_sentence(later, "en").startswith("With M06, M08, which it needs first, about CNY")


def test_in_tables_a_change_stands_with_its_interval():
    moved = Moved(50, -2.04, -3, -1, 0.02)
    assert signed_change(moved, "zh") == "−2.0（−3.0—−1.0）"
    assert signed_change(moved, "en") == "−2.0 (−3.0–−1.0)"
    assert signed_change(None, "zh") == "—"
