"""Every picture in both languages and modes: it draws, it speaks, it has its table, it keeps secrets."""

from __future__ import annotations

import json
import re

import pytest

from actions.access import open_access
from actions.city.overview import city_view, department_view
from charts.city.answers import answer_bars
from charts.city.ladder import ladder
from charts.city.matrix import matrix
from charts.city.movers import movers
from charts.house.theme import DARK, LIGHT
from tests.charts.pictures import pictures


@pytest.fixture(scope="module")
def views(demo):
    access = open_access(demo, published=True)
    whole = city_view(open_access(demo), "2025", "2024", draws=400)
    seen = city_view(access, "2025", "2024", draws=400)
    hidden = [row.id for row in seen.rows if row.status == "suppressed"]
    profiles = {
        id: department_view(access, "2025", id, draws=400) for id in ("财政局", "税务局", *hidden)
    }
    return seen, whole, profiles, hidden


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_picture_has_words_and_a_table_of_full_rows(views, tokens, lang):
    seen, _, profiles, _ = views
    shown = pictures(seen, profiles["财政局"], tokens, lang)
    assert len(shown) == 8
    for one in shown:
        assert one.figure.to_plotly_json()["data"]
        assert one.title and one.note and len(one.sentence) > 5 and one.method
        assert one.table.rows
        assert {len(row) for row in one.table.rows} == {len(one.table.headers)}
        if lang == "en":
            words = one.title + one.note + one.sentence + one.method + "".join(one.table.headers)
            assert not re.search("[一-鿿]", words), words


def test_the_matrix_table_has_every_department_and_its_number(views):
    seen, _, _, _ = views
    table = matrix(seen, LIGHT, "zh").table
    assert len(table.rows) == len(seen.rows) == 42
    by_name = {row[0]: row for row in table.rows}
    for row in seen.rows:
        if row.overall.score is not None:
            assert by_name[row.name["zh"]][4] == f"{row.overall.score:.1f}"


def test_a_department_that_is_withheld_is_starred_and_nowhere_numbered(views):
    seen, whole, profiles, hidden = views
    assert hidden
    secret = {row.id: row.overall.score for row in whole.rows}
    for id in hidden:
        row = next(r for r in seen.rows if r.id == id)
        assert row.overall.score is None and row.moved is None
        line = next(r for r in matrix(seen, LIGHT, "zh").table.rows if r[0] == row.name["zh"])
        assert line[2:6] == ("＊",) * 4
        drawn = json.dumps(
            [one.figure.to_plotly_json() for one in pictures(seen, profiles[id], LIGHT, "zh")],
            default=list,
            ensure_ascii=False,
        )
        assert repr(secret[id]) not in drawn
        assert ladder(profiles[id], "zh").title == "为保护填答人，级别不显示"


def test_only_sure_changes_are_named_in_the_movers(views):
    seen, _, _, _ = views
    shown = movers(seen, LIGHT, "zh")
    assert shown is not None
    named = [
        text for trace in shown.figure.data if trace.mode == "text" for text in trace.text or ()
    ]
    sure = [r for r in seen.rows if r.moved and (r.moved.p_up >= 0.9 or r.moved.p_up <= 0.1)]
    assert len(named) == len(sure)
    for row in sure:
        mark = "▲" if row.moved and row.moved.p_up >= 0.9 else "▼"
        assert f"{mark} {row.name['zh']}" in named


def test_a_group_s_matrix_holds_its_departments_alone(views):
    seen, _, _, _ = views
    rows = matrix(seen, LIGHT, "zh", "民生与社会").table.rows
    assert {row[0] for row in rows} == {r.name["zh"] for r in seen.rows if r.group == "民生与社会"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_ladder_shows_every_gate_once_and_says_where_the_department_stands(views, lang):
    _, _, profiles, _ = views
    for id in ("财政局", "税务局"):
        shown = ladder(profiles[id], lang)
        assert [rung.level for rung in shown.rungs] == [5, 4, 3, 2, 1]
        assert [rung.level for rung in shown.rungs if rung.here] == [profiles[id].row.level]
        said = [r.text for rung in shown.rungs for r in rung.requirements]
        said += [r.text for r in shown.evidence]
        for gate in profiles[id].gates:
            assert sum(text.startswith(f"{gate.id} ") for text in said) == 1


def test_a_rung_above_the_level_always_names_something_unmet(views):
    _, _, profiles, _ = views
    for id in ("财政局", "税务局"):
        shown, level = ladder(profiles[id], "zh"), profiles[id].row.level
        following = next((r for r in reversed(shown.rungs) if r.level > level), None)
        if following is not None:
            assert any(r.met is False for r in following.requirements)
        for rung in shown.rungs:
            if rung.level <= level:
                assert all(r.met is not False for r in rung.requirements)


def test_the_distribution_of_answers_is_withheld_below_ten_people(views):
    _, _, profiles, hidden = views
    for id in hidden:
        assert profiles[id].answers == () and answer_bars(profiles[id], LIGHT, "zh") is None
    for profile in profiles.values():
        for row in profile.answers:
            assert sum(row.shares) == pytest.approx(1)
            assert row.favourable == pytest.approx(sum(row.shares[3:]))
