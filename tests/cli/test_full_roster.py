"""A full response with blank cells through the command: honest intervals, no rank from nothing.

Twelve departments of twenty people, everybody answered, half of the cells blank; what everybody
would have answered is known.
"""

from __future__ import annotations

import pytest

from actions.access import open_access
from actions.city.overview import city_view
from tests.cli.full_roster_city import DEPARTMENTS, PEOPLE, city


def test_a_full_roster_with_half_of_the_cells_blank_is_uncertain(fourfold, tmp_path):
    truth = city(fourfold, tmp_path, blank=0.5)
    found = fourfold("score", "--round", "r", "--json").json
    overall = {unit["id"]: unit["overall"] for unit in found["units"]}
    assert all(unit["n"] == PEOPLE for unit in found["units"])
    widths = [one["high"] - one["low"] for one in overall.values()]
    # Of the cells half are known: each score's error is about .7 of that without a roster.
    assert min(widths) > 3
    held = sum(overall[id]["low"] <= value <= overall[id]["high"] for id, value in truth.items())
    assert held >= 8  # of 12 at 90 %: P(fewer) = .0005
    compared = fourfold("compare", "--round", "r", "--json").json
    alone = [unit for unit in compared["units"] if unit["rank"]["low"] == unit["rank"]["high"]]
    assert len(alone) <= 3
    assert len({unit["letters"] for unit in compared["units"]}) < DEPARTMENTS


@pytest.mark.parametrize(
    ("language", "cell", "note"),
    [
        ("zh", "无抽样误差", "12 个部门全员答全，答卷没有抽样误差"),
        ("en", "no sampling error", "Departments where everybody answered everything: 12."),
    ],
)
def test_a_full_census_is_called_one(fourfold, tmp_path, language, cell, note):
    city(fourfold, tmp_path, blank=0.0)
    found = fourfold("score", "--round", "r", "--json").json
    assert all(unit["census"] for unit in found["units"])
    (issue,) = found["issues"]
    assert (issue["code"], issue["severity"]) == ("W406", "note")
    shown = fourfold("score", "--round", "r", "--language", language)
    assert shown.out.count(cell) == DEPARTMENTS
    assert note in shown.err


def test_one_blank_cell_is_no_census_and_no_width_is_no_certainty(fourfold, tmp_path):
    """Everybody who answered agrees, but most people did not: nothing says how they would have."""
    city(fourfold, tmp_path, blank=0.0)
    lines = (tmp_path / "s.csv").read_text("utf-8").splitlines()
    same = [lines[0], *(line.split(",")[0] + ",5" * 8 for line in lines[1::5])]
    (tmp_path / "t.csv").write_text("\n".join(same), "utf-8")
    assert fourfold("import", "survey", tmp_path / "t.csv", "--round", "s").status == 0
    found = fourfold("score", "--round", "s", "--json").json
    assert not any(unit["census"] for unit in found["units"])
    assert [issue["code"] for issue in found["issues"]] == ["W407"]
    shown = fourfold("score", "--round", "s")
    assert "无抽样误差" not in shown.out and "不要把它当作确定" in shown.err


def test_one_informant_a_department_shows_no_level_for_sure_and_no_rank(fourfold, tmp_path):
    """Nothing says how far colleagues would differ; that is not agreement."""
    city(fourfold, tmp_path, blank=0.0)
    lines = (tmp_path / "s.csv").read_text("utf-8").splitlines()
    (tmp_path / "t.csv").write_text("\n".join([lines[0], *lines[1::PEOPLE]]), "utf-8")
    assert fourfold("import", "survey", tmp_path / "t.csv", "--round", "s").status == 0
    found = fourfold("score", "--round", "s", "--json").json
    assert [issue["code"] for issue in found["issues"]] == ["W408"]
    assert min(u["overall"]["high"] - u["overall"]["low"] for u in found["units"]) > 60
    assert max(max(u["level_probability"].values()) for u in found["units"]) < 0.9
    compared = fourfold("compare", "--round", "s", "--json").json
    assert {unit["letters"] for unit in compared["units"]} == {"a"}


def test_a_city_that_answered_twice_alike_neither_rose_nor_fell(fourfold, tmp_path):
    """Two censuses with the same answers: what has no error and did not move is no fall."""
    city(fourfold, tmp_path, blank=0.0)
    lines = (tmp_path / "s.csv").read_text("utf-8").splitlines()
    (tmp_path / "t.csv").write_text("\n".join([lines[0], *lines[:0:-1]]), "utf-8")
    assert fourfold("import", "survey", tmp_path / "t.csv", "--round", "s").status == 0
    access = open_access(str(tmp_path / "own.db"))
    moved = city_view(access, "s", "r").city_change
    access.workspace.close()
    assert moved is not None
    assert (moved.difference, moved.low, moved.high, moved.p_up) == (0, 0, 0, 0.5)
    change = fourfold("compare", "--round", "s", "--with", "r", "--json").json["change"]
    assert {unit["p_up"] for unit in change["units"]} == {0.5}
