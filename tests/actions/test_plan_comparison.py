"""Scenarios side by side: identities that hold whatever the numbers, and the words that follow."""

from __future__ import annotations

import io
import json
import shutil

import numpy as np
import pytest
from docx import Document
from openpyxl import load_workbook

from actions.access import open_access
from actions.documents import portfolio_document
from actions.errors import Refused
from actions.scenarios.side_by_side import comparison_of_plans
from actions.scenarios.stored import save_scenario
from charts.house.theme import DARK, LIGHT
from charts.portfolio.comparison import acceptability_curves, dots, loss_curves, plan_table, plane
from charts.portfolio.words import comparison_finding, comparison_reason, discovery_sentence
from charts.scenarios.roadmap import roadmap

PLANS = [
    {
        "scenario": "rules-first",
        "name": {"zh": "制度速赢", "en": "Rules first"},
        "measures": ["M02", "M11", "M14", "M06", "M08"],
    },
    {
        "scenario": "platform-first",
        "name": {"zh": "平台优先", "en": "Platform first"},
        "measures": ["M17", "M07", {"id": "M23", "start": 4}],
        "budget": 100,
    },
]


@pytest.fixture(scope="module")
def access(demo, tmp_path_factory):
    copy = tmp_path_factory.mktemp("plans") / "h.db"
    shutil.copy(demo, copy)
    opened = open_access(str(copy), published=True)
    for plan in PLANS:
        save_scenario(opened, plan)
    return opened


@pytest.fixture(scope="module")
def report(access):
    return comparison_of_plans(access, "2025", ["rules-first", "platform-first"], draws=500)


def test_doing_nothing_comes_first_and_changes_nothing(report):
    still = report["scenarios"][0]
    assert still["name"]["en"] == "Do nothing" and still["cost"]["horizon_total"] == 0
    assert (still["gain"]["score"], still["gain"]["low"], still["gain"]["high"]) == (0, 0, 0)


def test_the_acceptability_of_all_scenarios_adds_to_one_at_every_value(report):
    table = np.array(report["acceptability"]["probability"])
    assert table.shape[0] == 3 and np.allclose(table.sum(axis=0), 1)


def test_knowing_one_thing_is_worth_something_between_nothing_and_knowing_everything(report):
    information = report["information"]
    assert information["evpi"] >= 0
    for one in information["inputs"]:
        assert -1e-9 <= one["value"] <= information["evpi"] + 1e-9


def test_line_items_add_up_to_the_gain_of_the_recommended_scenario(report):
    items = report["line_items"]
    assert sum(one["gain"] for one in items["items"]) == pytest.approx(items["total"])
    best = report["scenarios"][report["recommended"]]
    # The items rest on 200 draws of the mean baseline, the gain on 500 of all.
    assert items["total"] == pytest.approx(best["gain"]["score"], rel=0.05)


def test_half_the_effect_gains_less_but_half_of_the_gain_or_more(report):
    for one in report["scenarios"][1:]:
        assert 0 < one["gain_with_half"] < one["gain"]["score"]
        # Gaps close by 1 − Π(1 − x): concave in the effects, so half of them gain more than half.
        assert one["gain_with_half"] >= 0.5 * one["gain"]["score"] - 1e-9


def test_twenty_dots_are_the_middle_of_twenty_equal_parts_of_the_final_scores(report):
    for one in report["scenarios"]:
        assert len(one["dots"]) == 20 and one["dots"] == sorted(one["dots"])
        assert one["projected"]["low"] <= one["dots"][10] <= one["projected"]["high"]


def test_the_outline_of_a_scenario_runs_around_its_mean_cost_and_gain(report):
    for one in report["scenarios"][1:]:
        outline, cost, gain = one["outline"], one["cost"], one["gain"]
        # Where nine tenths of the draws lie reaches past the 90 % interval of each side alone.
        assert min(outline["cost"]) < cost["low"] < cost["high"] < max(outline["cost"])
        assert min(outline["gain"]) < gain["low"] < gain["high"] < max(outline["gain"])


def test_a_scenario_over_its_budget_says_so(report):
    codes = {one["code"] for one in report["scenarios"][2]["checks"]}
    assert "W323" in codes


def test_a_name_that_is_not_stored_is_refused(access):
    with pytest.raises(Refused) as refusal:
        comparison_of_plans(access, "2025", ["nobody"])
    assert refusal.value.first.code == "E321"


def test_the_report_is_plain_json_without_nan(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_pictures_say_their_finding_in_words_and_carry_their_table(report, lang, tokens):
    shown = [
        dots(report, tokens, lang),
        plane(report, None, tokens, lang),
        acceptability_curves(report, tokens, lang),
        loss_curves(report, tokens, lang),
        roadmap(report["scenarios"][1], {"E2": 2}, tokens, lang),
    ]
    for picture in shown:
        assert picture is not None
        words = (picture.title, picture.note, picture.method)
        assert all(words) and not any("{" in text for text in words)
        assert len(picture.table.rows) >= 1
        assert all(len(row) == len(picture.table.headers) for row in picture.table.rows)


@pytest.mark.parametrize("lang, name", [("zh", "制度速赢"), ("en", "Rules first")])
def test_the_finding_names_what_is_recommended_and_its_reason_says_under_what(report, lang, name):
    best = report["scenarios"][report["recommended"]]["name"][lang]
    assert best in comparison_finding(report, lang)
    assert {"zh": "在所列假设下", "en": "Under the listed assumptions"}[lang] in comparison_reason(
        report, lang
    )
    assert discovery_sentence(report, lang)
    assert name in [row[0] for row in plan_table(report, lang).rows]


def test_only_filled_dots_reach_the_level(report):
    picture = dots(report, LIGHT, "en")
    cut = next(x["from"] for x in report["levels"] if x["level"] == report["level"])
    for k, one in enumerate(report["scenarios"]):
        filled = [c != LIGHT.ground for c in picture.figure.data[k].marker.color]
        assert sum(filled) == sum(x >= cut - 1e-9 for x in one["dots"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_documents_hold_the_table_that_the_page_shows(report, lang):
    expected = plan_table(report, lang)
    word = Document(io.BytesIO(portfolio_document(report, None, "docx", lang)))
    text = "\n".join(p.text for p in word.paragraphs)
    assert comparison_finding(report, lang) in text
    cells = [cell.text for cell in word.tables[0].rows[1].cells]
    assert tuple(cells) == expected.rows[0]
    book = load_workbook(io.BytesIO(portfolio_document(report, None, "xlsx", lang)))
    assert len(book.sheetnames) >= 4
