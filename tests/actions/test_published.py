"""What is published of city H: nothing that rests on few answers, in any form."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator

import pytest

from actions.access import open_access
from actions.city.overview import city_view, department_view, view_choices
from actions.city.scoring import score_report


@pytest.fixture(scope="module")
def reports(demo):
    return tuple(
        score_report(open_access(demo, published=published), "2025", draws=400)
        for published in (False, True)
    )


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from numbers(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from numbers(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from numbers([getattr(value, f.name) for f in dataclasses.fields(value)])


def test_the_owner_sees_every_department_and_a_reader_not_those_with_few_answers(reports):
    whole, published = reports
    few = {u["id"] for u in whole["units"] if 0 < u["n"] < 5}
    hidden = {u["id"] for u in published["units"] if u["status"] == "suppressed"}
    assert few and few <= hidden
    assert not any(u["status"] == "suppressed" for u in whole["units"])


def test_a_withheld_department_shows_neither_score_nor_level_nor_count(reports):
    _, published = reports
    for unit in published["units"]:
        if unit["status"] == "suppressed":
            assert unit["overall"]["score"] is None and unit["level"] is None
            assert unit["score_level"] is None
            assert unit["n"] is None or unit["n"] < 0 or unit["n"] == "<5"
            assert all(p is None for p in (unit["level_probability"] or {}).values())


def test_no_withheld_number_occurs_anywhere_in_what_is_published(reports):
    whole, published = reports
    hidden = {u["id"] for u in published["units"] if u["status"] == "suppressed"}
    shown = {u["id"]: u for u in published["units"]}
    checked = 0
    for unit in whole["units"]:
        if unit["id"] not in hidden:
            continue
        # Records may have a number in common with answers by chance: both are often whole numbers.
        nodes = [*shown[unit["id"]]["nodes"].values(), *published["city"]["nodes"].values()]
        said = {round(x, 9) for x in numbers([n for n in nodes if n["low"] != n["high"]])}
        text = json.dumps(shown[unit["id"]]["gates"], ensure_ascii=False)
        for id, node in unit["nodes"].items():
            if shown[unit["id"]]["nodes"][id]["score"] is None and node["score"] is not None:
                checked += 1
                if node["low"] != node["high"]:
                    assert round(node["score"], 9) not in said, (unit["id"], id)
                    assert round(node["low"], 9) not in said, (unit["id"], id)
                    if node["score"] % 1:
                        assert f"{node['score']:.1f}" not in text, (unit["id"], id)
    assert checked > 30


def test_what_the_pages_get_holds_no_withheld_number(demo, reports):
    whole, published = reports
    access = open_access(demo, published=True)
    hidden = {u["id"] for u in published["units"] if u["status"] == "suppressed"}
    secret = {round(u["overall"]["score"], 6) for u in whole["units"] if u["id"] in hidden}
    seen = set()
    for value in (
        city_view(access, "2025", "2024", draws=400),
        *[department_view(access, "2025", id, draws=400) for id in sorted(hidden)],
    ):
        seen |= {round(x, 6) for x in numbers(value)}
    assert secret and not secret & seen


def test_the_city_is_not_the_mean_of_all_where_some_are_withheld(reports):
    whole, published = reports
    assert published["city"]["n_departments"] < whole["city"]["n_departments"]


def test_json_of_scores_has_no_nan_and_every_department_of_the_choices(demo, reports):
    whole, _ = reports
    text = json.dumps(whole, allow_nan=False)
    assert "Infinity" not in text
    assert all(math.isfinite(x) for x in numbers(whole))
    ids = {id for id, _, _ in view_choices(open_access(demo)).departments}
    assert {u["id"] for u in whole["units"]} <= ids
