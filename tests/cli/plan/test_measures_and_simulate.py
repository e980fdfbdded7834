"""`fourfold measures` and `simulate`: numbers by hand, the demo city, and what is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from cli.main import run
from survey_data.workspace import open_workspace
from survey_data.workspace import schema as t

LEVELS = [{"level": k, "from": 20 * (k - 1)} for k in range(1, 6)]
FRAMEWORK = {
    "framework": "small",
    "version": "1",
    "name": "Small",
    "response_scale": {"min": 1, "max": 5},
    "levels": LEVELS,
    "factors": [
        {
            "id": f"F{k}",
            "dimensions": [
                {"id": f"D{k}", "indicators": [{"id": f"x{k}", "metric": {"goalposts": [0, 100]}}]}
            ],
        }
        for k in (1, 2)
    ],
}


def one(id: str, **rest: Any) -> dict[str, Any]:
    cost = {"first_year": [60, 90, 180], "annual": 20}
    return {"id": id, "effects": {"D1": 11}, "cost": cost, "evidence": {"source": "s"}, **rest}


def catalogue(*measures: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {"catalogue": "own", "version": "1", "ramp_months": 0, "measures": list(measures)} | top


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A workspace with two departments at 50 and 60 of a two-metric framework."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "f.yaml").write_text(yaml.safe_dump(FRAMEWORK), "utf-8")
    (folder / "d.csv").write_text("id,name_zh,group,weight\na,甲,g,1\nb,乙,h,3\n", "utf-8")
    (folder / "m.csv").write_text("department,x1,x2\na,50,50\nb,60,60\n", "utf-8")
    for arguments in (
        ["framework", "use", str(folder / "f.yaml")],
        ["import", "departments", str(folder / "d.csv")],
        ["import", "metrics", str(folder / "m.csv"), "--round", "2025"],
    ):
        assert run(["--workspace", str(folder / "w.db"), *arguments]) == 0
    return folder / "w.db"


@pytest.fixture
def place(fourfold, two, tmp_path):
    """Those two departments; a call simulates a scenario, with a catalogue of its own."""
    with sqlite3.connect(two) as kept, sqlite3.connect(tmp_path / "own.db") as own:
        kept.backup(own)

    def simulated(scenario: Any, measures: dict[str, Any] | None = None, *arguments: object):
        text = scenario if isinstance(scenario, str) else yaml.safe_dump(scenario)
        (tmp_path / "s.yaml").write_text(text, "utf-8")
        extra: tuple[object, ...] = ()
        if measures is not None:
            (tmp_path / "c.yaml").write_text(yaml.safe_dump(measures), "utf-8")
            extra = ("--catalogue", tmp_path / "c.yaml")
        extra += ("--draws", 100, *arguments, "--json")
        return fourfold("simulate", "--round", "2025", tmp_path / "s.yaml", *extra)

    return simulated


def refusal(answer, code: str, path: str | None = None) -> dict[str, Any]:
    """The one error of a refusal, in both languages, with its place."""
    assert answer.status == 3, answer.err
    error = answer.json["error"]
    assert error["code"] == code
    for key in ("message", "fix"):
        assert set(error[key]) == {"zh", "en"} and all(error[key].values())
        assert "{" not in error[key]["en"] + error[key]["zh"]
    if path is not None:
        assert error["where"]["path"] == path
        assert error["where"]["line"] >= 1
    return error


def test_scores_costs_and_the_city_are_those_of_the_formulas(place):
    found = place(
        {"scenario": "s", "measures": ["m1", "m2"], "horizon": 3, "budget": 200},
        catalogue(one("m1"), one("m2", effects={"D2": 22}, requires=["m3"]), one("m3")),
    ).json
    a, b = found["units"]
    assert (a["id"], a["baseline"]["score"]) == ("a", 50)
    # a is at level 3, b at level 4; a catalogue without readiness treats them alike.
    assert a["projected"]["score"] == pytest.approx((60 + 50) / 2)
    assert b["gain"]["score"] == pytest.approx(0.2 * 40 / 2)
    assert found["city"]["projected"]["score"] == pytest.approx((55 + 3 * 64) / 4)
    assert found["city"]["nodes"]["F1"]["gain"] == pytest.approx((10 + 3 * 8) / 4)
    assert a["level_probability"] == {"1": 0, "2": 0, "3": 1, "4": 0, "5": 0}
    # Mean of a PERT cost: (60 + 4·90 + 180)/6; m2 does nothing and costs.
    assert found["cost"]["first_year"] == pytest.approx(2 * 100)
    assert found["cost"]["horizon_total"] == pytest.approx(2 * (100 + 2 * 20))
    assert sum(found["cost"]["by_year"]) + found["cost"]["after_horizon"] == pytest.approx(280)
    assert found["unmet"] == [{"measure": "m2", "needs": ["m3"], "departments": 2}]
    assert {c["code"] for c in found["checks"]} >= {"W323", "W324"}
    assert found["worse"] == {"probability": 0, "zero_by_assumption": True}


def test_side_effects_may_make_a_city_worse_and_then_zero_is_not_assumed(place):
    harmful = catalogue(one("m1", effects={}, side_effects={"D1": 11}), one("m2"))
    worse = place({"measures": ["m1"]}, harmful).json
    assert worse["worse"] == {"probability": 1, "zero_by_assumption": False}
    assert worse["units"][0]["gain"]["score"] == pytest.approx(-50 * 0.2 / 2)
    assert place({"measures": ["m2"]}, harmful).json["worse"]["zero_by_assumption"] is True


def test_quarters_of_a_trajectory_end_at_the_projection(place):
    slow = catalogue(one("m1", lead_months=3, ramp_months=6))
    found = place(
        {"measures": [{"id": "m1", "start": "Q2"}], "horizon": 1}, slow, "--trajectory"
    ).json
    gains = [q["score"] - found["trajectory"][0]["score"] for q in found["trajectory"]]
    full = (0.2 * 50 / 2 + 3 * 0.2 * 40 / 2) / 4
    assert gains == pytest.approx([0, 0, 0, full / 2, full])
    assert found["trajectory"][-1]["score"] == pytest.approx(found["city"]["projected"]["score"])


def test_the_same_seed_gives_the_same_bytes(place):
    uncertain = catalogue(one("m1", effects={"D1": [2, 9, 30]}))
    first = place({"measures": ["m1"]}, uncertain).out
    assert place({"measures": ["m1"]}, uncertain).out == first
    other = json.loads(place({"measures": ["m1"]}, uncertain, "--seed", 2).out)
    assert (
        other["units"][0]["projected"]["low"] != json.loads(first)["units"][0]["projected"]["low"]
    )


GOOD = catalogue(one("m1"), one("m2"))


@pytest.mark.parametrize(
    ("scenario", "code", "path"),
    [
        ("measures: [m1", "E305", None),
        ("- m1", "E305", None),
        ("", "E305", None),
        (
            "a: &a [1,1]\n"
            + "".join(
                f"b{k}: &b{k} [{', '.join(['*b' + str(k - 1) if k else '*a'] * 9)}]\n"
                for k in range(7)
            ),
            "E305",
            None,
        ),
        ({"measures": ["m9"]}, "E321", "measures[0]"),
        ({"measures": ["m1", "m1"]}, "E324", "measures[1]"),
        ({"measures": [{"id": "m1", "departments": ["c"]}]}, "E321", "measures[0].departments"),
        ({"measures": [{"id": "m1", "groups": ["k"]}]}, "E321", "measures[0].groups"),
        ({"measures": [{"id": "m1", "begin": 2}]}, "E320", "measures[0].begin"),
        ({"measures": [{"id": "m1", "start": 12}]}, "E320", "measures[0].start"),
        ({"measures": [{"id": "m1", "start": "Q7"}]}, "E320", "measures[0].start"),
        ({"measures": [{"id": "m1", "start": -1}]}, "E320", "measures[0].start"),
        ({"measure": ["m1"]}, "E320", "measure"),
        ({"measures": ["m1"], "effect": float("nan")}, "E320", "effect"),
        ({"measures": ["m1"], "effect": float("inf")}, "E320", "effect"),
        ({"measures": ["m1"], "budget": -5}, "E320", "budget"),
        ({"measures": ["m1"], "correlation": 1}, "E320", "correlation"),
        ({"measures": ["m1"], "horizon": 0}, "E320", "horizon"),
        ({"measures": ["m1"], "multipliers": {"a": {"m1": 7}}}, "E320", "multipliers.a.m1"),
        ({"measures": ["m1"], "multipliers": {"c": {"m1": 1}}}, "E321", "multipliers"),
        ({"measures": ["m1"], "multipliers": {"a": {"m9": 1}}}, "E321", "multipliers.a"),
    ],
)
def test_a_wrong_scenario_is_refused_with_code_place_and_fix(place, scenario, code, path):
    refusal(place(scenario, GOOD), code, path)


EXPENSIVE = [10, 20, 2_000_000]


@pytest.mark.parametrize(
    ("measures", "code", "path"),
    [
        (
            catalogue(one("m1", requires=["m2"]), one("m2", requires={"any": [["m1"]]})),
            "E304",
            "measures",
        ),
        (catalogue(one("m1", requires=["m1"])), "E304", "measures"),
        (
            catalogue(one("m1", cost={"first_year": EXPENSIVE})),
            "E323",
            "measures[0].cost.first_year",
        ),
        (catalogue(one("m1", cost={"first_year": -1})), "E323", "measures[0].cost.first_year"),
        (catalogue(one("m1", effects={"D1": [1, 2, 55]})), "E322", "measures[0].effects.D1"),
        (catalogue(one("m1", effects={"D1": [-1, 2, 5]})), "E322", "measures[0].effects.D1"),
        (catalogue(one("m1", effects={"D1": [5, 2, 9]})), "E320", "measures[0].effects.D1.points"),
        (catalogue(one("m1", effects={"D1": float("nan")})), "E320", None),
        (catalogue(one("m1", effects={"D1": [1, 2, float("inf")]})), "E320", None),
        (catalogue(one("m1", effects={"D1": [1, 2, 10**400]})), "E320", None),
        (catalogue(one("m1", effects={"D1": "much"})), "E320", "measures[0].effects.D1.points"),
        (catalogue(one("m1", lead_months=-1)), "E320", "measures[0].lead_months"),
        (catalogue(one("m1", requires=["m9"])), "E321", "measures[0].requires"),
        (catalogue(one("m1", supported_by=["m9"])), "E321", "measures[0].supported_by"),
        (catalogue(one("m1"), one("m1")), "E324", "measures[1].id"),
        (
            catalogue(one("m1"), one("m2"), interactions=[{"pair": ["m1", "m9"]}]),
            "E321",
            "interactions[0]",
        ),
        (
            catalogue(
                one("m1"), one("m2"), interactions=[{"pair": ["m1", "m2"], "dimensions": ["D7"]}]
            ),
            "E321",
            "interactions[0].dimensions",
        ),
        (
            catalogue(one("m1"), one("m2"), interactions=[{"pair": ["m1", "m2"], "factor": 9}]),
            "E320",
            "interactions[0].factor",
        ),
        (catalogue(one("m1"), multipliers={"g": {"m9": 1}}), "E321", "multipliers.g"),
        (catalogue(), "E320", "measures"),
        (catalogue(one("m1", effects={"T1": 5})), "E328", None),
        (
            catalogue(
                one("m1"), one("m2"), interactions=[{"pair": ["m1", "m2"], "kind": "exclusive"}]
            ),
            "E325",
            "measures",
        ),
    ],
)
def test_a_wrong_catalogue_is_refused_with_code_place_and_fix(place, measures, code, path):
    refusal(place({"measures": ["m1", "m2"][: len(measures["measures"])]}, measures), code, path)


def test_a_key_that_nothing_reads_and_a_dimension_that_is_not_there_are_named(
    fourfold, place, tmp_path
):
    slip = one("m1", effects={"D1": 5, "T1": 5}) | {"effect": {"D2": 9}}
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(catalogue(slip)), "utf-8")
    found = fourfold("measures", "check", tmp_path / "c.yaml", "--json").json
    issues = {one["code"]: one for one in found["issues"]}
    assert set(issues) == {"W301", "W320"}
    assert issues["W301"]["path"] == "measures[0].effect"
    assert found["measures"][0]["effects"]["D1"]["share_of_gap"] == pytest.approx(5 / 55)


def test_scores_that_depend_on_the_sample_are_refused(fourfold, tmp_path):
    sampled = FRAMEWORK | {"normalisation": "minmax"}
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(sampled), "utf-8")
    (tmp_path / "m.csv").write_text("department,x1,x2\na,1,2\nb,3,4\n", "utf-8")
    (tmp_path / "s.yaml").write_text("measures: [m1]", "utf-8")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    fourfold("framework", "use", tmp_path / "f.yaml")
    fourfold("import", "metrics", tmp_path / "m.csv", "--round", "2025")
    answer = fourfold("simulate", "--round", "2025", "s.yaml", "--catalogue", "c.yaml", "--json")
    refusal(answer, "E327")


def test_a_round_without_a_rated_department_is_refused_and_one_department_is_a_city(
    fourfold, tmp_path
):
    gated = FRAMEWORK | {
        "gates": [{"id": "G", "kind": "coverage", "of": "all", "unrated_below": 0.8}]
    }
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(gated), "utf-8")
    (tmp_path / "s.yaml").write_text("measures: [m1]\nhorizon: 2\n", "utf-8")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(GOOD), "utf-8")
    fourfold("framework", "use", tmp_path / "f.yaml")
    (tmp_path / "m.csv").write_text("department,x1\na,50\n", "utf-8")
    fourfold("import", "metrics", tmp_path / "m.csv", "--round", "2024")
    arguments = ("s.yaml", "--catalogue", "c.yaml", "--json")
    refusal(fourfold("simulate", "--round", "2024", *arguments), "E953")
    (tmp_path / "n.csv").write_text("department,x1,x2\na,50,50\nb,50,\n", "utf-8")
    fourfold("import", "metrics", tmp_path / "n.csv", "--round", "2025")
    found = fourfold("simulate", "--round", "2025", *arguments).json
    assert [u["id"] for u in found["units"]] == ["a"]
    assert found["city"]["gain"]["score"] == pytest.approx(5)
    # Everywhere is one department: it pays the city's cost.
    assert found["cost"]["horizon_total"] == pytest.approx(100 + 20)
    assert found["baseline_basis"] == "raw"


def counts(location: str) -> dict[str, int]:
    workspace = open_workspace(location)
    with workspace.reading() as connection:
        found = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in t.metadata.tables.items()
        }
    workspace.close()
    return found


def test_a_refusal_leaves_the_workspace_as_it_was(place, tmp_path):
    before = counts(str(tmp_path / "own.db"))
    refusal(place({"measures": ["m9"]}, GOOD), "E321")
    refusal(place({"measures": ["m1"]}, catalogue(one("m1", requires=["m1"]))), "E304")
    assert counts(str(tmp_path / "own.db")) == before


def test_adopting_a_catalogue_twice_is_once_and_another_content_needs_another_version(
    fourfold, tmp_path
):
    def use(content: dict[str, Any]):
        (tmp_path / "c.yaml").write_text(yaml.safe_dump(content), "utf-8")
        return fourfold("measures", "use", tmp_path / "c.yaml", "--json")

    first = use(GOOD)
    assert first.status == 0 and first.json["measures"] == 2
    assert use(GOOD).json == first.json
    refusal(use(catalogue(one("m1", effects={"D1": 12}), one("m2"))), "E914")
    assert fourfold("measures", "--json").json["catalogue"] == {
        key: first.json[key] for key in fourfold("measures", "--json").json["catalogue"]
    }
    second = use(GOOD | {"version": "2"})
    assert second.status == 0 and second.json["digest"] != first.json["digest"]
    workspace = open_workspace(str(tmp_path / "own.db"))
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.audit.c.object, t.audit.c.result).where(t.audit.c.action == "measures.edit")
        ).all()
        kept = connection.execute(sa.select(t.catalogues.c.version)).scalars().all()
    workspace.close()
    assert [tuple(r)[1] for r in rows] == ["done", "done", "refused", "done"]
    assert rows[0].object == "own@1" and rows[-1].object == "own@2"
    assert sorted(kept) == ["1", "2"]


def test_the_shipped_version_is_not_taken_by_other_content(fourfold, tmp_path):
    assert fourfold("template", "measures", "-o", tmp_path / "m.yaml").status == 0
    shipped = yaml.safe_load((tmp_path / "m.yaml").read_text("utf-8"))
    shipped["measures"][0]["effects"]["P1"] = [9, 15, 25]
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(shipped, allow_unicode=True), "utf-8")
    refusal(fourfold("measures", "use", tmp_path / "c.yaml", "--json"), "E914")
    assert fourfold("measures", "use", tmp_path / "m.yaml", "--json").status == 0


@pytest.fixture(scope="module")
def city(demo, tmp_path_factory):
    """City H, asked for a scenario: a function of more arguments."""
    folder = tmp_path_factory.mktemp("city")
    shutil.copy(demo, folder / "w.db")
    assert run(["template", "scenario", "-o", str(folder / "s.yaml")]) == 0
    return folder


def test_city_h_starts_from_the_scores_of_the_overview(fourfold, city):
    def asked(*arguments: object) -> Any:
        return fourfold("--workspace", city / "w.db", *arguments, "--json").json

    found = asked("simulate", "--round", "2025", city / "s.yaml", "--draws", 300)
    shrunken = asked("score", "--round", "2025", "--draws", 300, "--estimate", "shrunken")
    raw = asked("score", "--round", "2025", "--draws", 300)
    of = {unit["id"]: unit for unit in shrunken["units"]}
    assert [u["id"] for u in found["units"]] == [
        u["id"] for u in raw["units"] if u["status"] in ("rated", "provisional")
    ]
    for unit in found["units"]:
        assert unit["baseline"]["score"] == pytest.approx(
            of[unit["id"]]["overall"]["score"], abs=1e-9
        )
        expected = next(u for u in raw["units"] if u["id"] == unit["id"])["level_probability"]
        assert unit["baseline_level_probability"] == pytest.approx(expected, abs=1e-12)
        assert unit["gain"]["score"] > 0
        assert unit["projected"]["low"] <= unit["projected"]["score"] <= unit["projected"]["high"]
    assert found["city"]["baseline"] == pytest.approx(raw["city"]["overall"], abs=1e-9)
    assert found["city"]["baseline_level_probability"] == pytest.approx(
        raw["city"]["level_probability"], abs=1e-12
    )
    assert found["baseline_basis"] == "shrunken"
    published = asked("simulate", "--round", "2025", city / "s.yaml", "--draws", 300, "--published")
    visible = asked("score", "--round", "2025", "--draws", 300, "--published")
    assert [u["id"] for u in published["units"]] == [
        u["id"] for u in visible["units"] if u["status"] in ("rated", "provisional")
    ]


def test_an_unknown_key_of_a_framework_is_a_warning_not_a_fault(fourfold, tmp_path):
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(FRAMEWORK | {"colour": "red"}), "utf-8")
    answer = fourfold("framework", "check", tmp_path / "f.yaml", "--json")
    assert answer.status == 0
    assert [one["code"] for one in answer.json["issues"]] == ["W301"]
