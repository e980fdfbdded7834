"""The page of data and measurement quality, through the shell."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.quality import round_quality

PAGE = "see/quality.py"


def text(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


# Each part, its charts, and words that it shows in either language.
PARTS = [
    ("verdict", 0, "检查、评级与界线", "Checks, grades and cut-offs"),
    ("data", 2, "疑似不认真的作答", "Responses that look careless"),
    ("scales", 2, "量表的信度、效度与一致性", "Reliability, validity and agreement"),
    ("structure", 2, "模型拟合", "Model fit"),
    ("departments", 2, "收缩估计", "shrunken"),
    ("export", 0, "可直接使用的段落", "A paragraph ready to use"),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_shows_itself_in_the_language_of_the_address(visit, demo, lang):
    for part, charts, zh, en in PARTS:
        app = visit(demo, PAGE, lang=lang, part=part)
        assert {"zh": zh, "en": en}[lang] in text(app), part
        shown = app.get("plotly_chart")
        assert len(shown) == charts, part
        assert all(len(chart.proto.alt) > 10 for chart in shown), part
        assert ("合成数据" if lang == "zh" else "synthetic data") in text(app), part


def test_the_verdict_and_the_numbers_are_those_of_the_action(visit, demo):
    app = visit(demo, PAGE, lang="en")
    view = round_quality(open_access(demo, published=True), "2025")
    assert view.report.verdict == "usable"
    assert "The data and the scales bear scores and ranks" in text(app)
    alpha = next(c for c in view.report.checks if c.id == "reliability")
    assert f"<td>{alpha.value:.2f}</td>" in text(app)


def test_a_round_to_compare_with_adds_invariance_over_rounds(visit, demo):
    app = visit(demo, PAGE, part="structure", lang="en", **{"with-round": "2024"})
    assert "Invariance over rounds" in text(app)
    alone = visit(demo, PAGE, part="structure", lang="en", **{"with-round": "-"})
    assert "Invariance over rounds" not in text(alone)


def test_the_rule_for_missing_answers_goes_into_the_address(visit, demo):
    app = visit(demo, PAGE, part="scales")
    app.selectbox(key="select-missing").select("listwise").run()
    assert not app.exception
    assert app.query_params["missing"] == "listwise"


def test_departments_of_few_people_are_not_named_on_the_page(visit, demo):
    app = visit(demo, PAGE, part="departments", lang="zh")
    whole = round_quality(open_access(demo), "2025").report
    few = [d.name["zh"] for d, n in zip(whole.departments, whole.people, strict=True) if n < 5]
    assert few
    shown = app.get("plotly_chart")
    for name in few:
        assert all(name not in chart.proto.spec for chart in shown)
