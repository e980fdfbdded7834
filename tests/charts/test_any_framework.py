"""Pictures and sentences hold for any framework: other ranges, levels, factors, and little data."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
import yaml

from actions.access import Access, open_access
from actions.city.overview import city_view, department_view, view_choices
from actions.data.imports import import_metrics, import_survey
from actions.framework.frameworks import use_framework
from charts.city.ladder import ladder
from charts.city.words import (
    city_finding,
    city_reason,
    department_finding,
    department_reason,
    weak_point_sentence,
)
from charts.house.theme import DARK, LIGHT
from tests.charts.pictures import pictures


def named(id: str) -> dict[str, str]:
    return {"zh": id, "en": id}


def levels(*cuts: float) -> list[dict]:
    return [{"level": k, "from": cut, "name": named(f"L{k}")} for k, cut in enumerate(cuts, 1)]


def framework(factors: int, **more: object) -> dict:
    """Factors of one dimension with one indicator of two items and one metric."""
    return {
        "framework": "other",
        "version": "1",
        "name": named("other"),
        "response_scale": {"min": 1, "max": 6},
        "levels": levels(0, 20, 40, 60, 80),
        "factors": [
            {
                "id": f"F{f}",
                "name": named(f"Factor {f}"),
                "dimensions": [
                    {
                        "id": f"D{f}",
                        "name": named(f"Dimension {f}"),
                        "indicators": [
                            {
                                "id": f"S{f}",
                                "name": named(f"Answers {f}"),
                                "survey": {"items": [{"id": f"q{f}a"}, {"id": f"q{f}b"}]},
                            },
                            {
                                "id": f"M{f}",
                                "name": named(f"Record {f}"),
                                "metric": {
                                    "unit": "d",
                                    "direction": "down",
                                    "goalposts": [20, 3],
                                },
                            },
                        ],
                    }
                ],
            }
            for f in range(factors)
        ],
        **more,
    }


CASES = {
    "seven factors": (framework(7), 9),
    "one factor, two levels, another range": (
        framework(1, normalised_range=[1, 10], levels=levels(1, 5.5)),
        4,
    ),
    "one level alone": (framework(2, levels=levels(0)), 3),
    "a scale of the sample": (framework(3, normalisation="zscore"), 5),
    "one department": (framework(2), 1),
    "gates of every kind": (
        framework(
            3,
            gates=[
                {"id": "G1", "kind": "weakest-factor", "allow": 0},
                {"id": "G2", "kind": "minimum", "level": 3, "nodes": {"D0": 95, "S1": 10}},
                {"id": "G3", "kind": "cap", "level": 2, "when": {"indicator": "M0", "value_above": 1}},
                {"id": "G4", "kind": "coordination", "level": 5, "at_least": 0.9, "variant": "wang2021"},
                {"id": "G5", "kind": "coverage", "of": "all", "unrated_below": 0.7, "provisional_below": 1},
            ],
        ),
        6,
    ),
}  # fmt: skip


def filled(access: Access, content: dict, departments: int) -> None:
    """Two rounds; in the second the last department has answered nothing but one item."""
    use_framework(access, yaml.safe_dump(content, allow_unicode=True).encode())
    chance, factors = np.random.default_rng(3), range(len(content["factors"]))
    items = [f"q{f}{end}" for f in factors for end in "ab"]
    for number, round_id in enumerate(("2024", "2025")):
        rows = [["部门", *items]]
        for d in range(departments):
            for _ in range(3 if d == 1 else 12):
                low = 1 + 2 * number * (d % 2)
                answers = chance.integers(low, 7, len(items)).astype(str).tolist()
                if number and d == departments - 1:
                    answers[1:] = [""] * (len(items) - 1)
                rows.append([f"局{d}", *answers])
        survey = "\n".join(",".join(row) for row in rows).encode()
        import_survey(access, survey, "s.csv", round_id)
        metrics = [",".join(["部门", *[f"M{f}" for f in factors]])]
        metrics += [
            ",".join([f"局{d}", *[f"{chance.uniform(1, 25):.2f}" for _ in factors]])
            for d in range(max(departments - 1, 1))
        ]
        import_metrics(access, "\n".join(metrics).encode(), "m.csv", round_id)


@pytest.fixture(scope="module", params=list(CASES))
def city(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("other") / "w.db"
    content, departments = CASES[request.param]
    filled(open_access(str(path)), content, departments)
    access = open_access(str(path), published=True)
    seen = city_view(access, "2025", "2024", draws=200)
    ids = [id for id, _, _ in view_choices(access).departments]
    return seen, {id: department_view(access, "2025", id, draws=200) for id in ids}


def numbers_of(value: object) -> list[float]:
    return [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", str(value))]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_picture_of_every_department_builds_with_words_and_a_table(city, tokens, lang):
    seen, profiles = city
    for profile in profiles.values():
        assert profile is not None
        shown = pictures(seen, profile, tokens, lang)
        for one in shown:
            assert one.title and one.sentence and one.method
            assert "None" not in one.title + one.sentence and "nan" not in one.sentence
            assert {len(row) for row in one.table.rows} <= {len(one.table.headers)}
            assert not any("nan" in str(cell) or cell is None for r in one.table.rows for cell in r)
            drawn = json.loads(one.figure.to_json())
            assert drawn["data"] or drawn["layout"]
        steps = ladder(profile, lang)
        assert len(steps.rungs) == len(seen.bands) or not seen.levels_apply


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sentence_is_said_whole(city, lang):
    seen, profiles = city
    said = [city_finding(seen, "H", lang), city_reason(seen, lang)]
    said += [weak_point_sentence(weak, lang) for weak in seen.weak_points]
    for profile in profiles.values():
        said += [department_finding(profile, lang), department_reason(profile, lang)]
    for text in said:
        assert text.strip() and not re.search(r"[{}]|None|nan\b|inf\b", text), text
        assert all(math.isfinite(x) for x in numbers_of(text))


def test_few_answers_are_withheld_whatever_the_framework(city):
    seen, profiles = city
    few = [row for row in seen.rows if row.id == "局1"]
    for row in few:
        if row.status == "suppressed":
            assert row.overall.score is None and row.level is None
            profile = profiles["局1"]
            assert profile is not None and profile.answers == ()
            assert all(line.value.low is None for line in profile.indicators if line.id[0] == "S")
    assert not few or few[0].status == "suppressed"
