"""What a researcher types in a notebook, and what he sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import fourfold as ff
from actions.access import existing_access
from actions.city.scoring import score_report
from actions.comparison import comparison_report
from actions.data.imports import import_metrics, import_survey
from actions.plain import plain
from actions.portfolio import optimise_report
from actions.robustness import robustness_report
from actions.scenarios.simulation import simulate_report
from tests.fourfold.conftest import EXAMPLES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def by_command(tmp_path_factory):
    """The example files imported by the actions that the command calls."""
    from actions.access import open_access

    access = open_access(str(tmp_path_factory.mktemp("w") / "w.db"))
    for round, ending in (("0", "-before"), ("1", "")):
        survey, metrics = (EXAMPLES / f"{kind}{ending}.csv" for kind in ("survey", "metrics"))
        import_survey(access, survey.read_bytes(), survey.name, round)
        if not ending:
            import_metrics(access, metrics.read_bytes(), metrics.name, round)
    yield access
    access.workspace.close()


@pytest.fixture(scope="module")
def both(data, fw):
    return data + ff.read_metrics(EXAMPLES / "metrics.csv", fw)


def test_files_give_the_figures_that_the_command_gives(both, by_command):
    assert ff.score(both).report == score_report(by_command, "1")


def test_a_comparison_of_files_is_that_of_the_command(both, by_command, fw):
    before = ff.read_survey(EXAMPLES / "survey-before.csv", fw, round="0")
    found = ff.compare(both, before)
    assert found.report == plain(comparison_report(by_command, "1", compared="0"))
    frame = found.to_frame()
    assert list(frame["change"]) == pytest.approx(
        [unit["difference"] for unit in found.report["change"]["units"]]
    )


def test_robustness_and_plans_of_files_are_those_of_the_command(both, by_command):
    found = ff.robustness(both, draws=200, points=0)
    assert found.report == robustness_report(by_command, "1", draws=200, points=0)
    assert found.to_frame()["rank"].tolist() == [
        u["rank"]["nominal"] for u in found.report["units"]
    ]
    assert found.figure("ranks") is not None

    plan = {"scenario": "two", "measures": ["M01", "M02"]}
    one = ff.simulate(both, plan, draws=200)
    whole = simulate_report(by_command, "1", plan, draws=200, with_trajectory=True)
    assert one.report == whole
    assert one.to_frame()["gain"].tolist() == [u["gain"]["score"] for u in whole["units"]]
    assert one.figure("trajectory", "en") is not None

    best = ff.optimise(both, 600, draws=200, frontier_points=3)
    assert best.report == optimise_report(by_command, "1", budget=600, draws=200, frontier_points=3)
    assert best.figure() is not None
    taken = {one["id"] for one in best.report["measures"]}
    assert {m for said in best.to_frame()["measures"] for m in said.split(", ") if m} <= taken
    for result in (found, one, best):
        assert 10 < len(repr(result)) < 400 and "<table" in result._repr_html_()


def test_a_plan_that_cannot_be_kept_has_no_rows(both):
    none = ff.optimise(both, 1, must=["M01"], draws=200)
    assert none.report["status"] == "infeasible" and len(none.to_frame()) == 0
    assert "infeasible" in repr(none) and "<table" in none._repr_html_()


def test_a_round_of_a_workspace_gives_what_its_files_give(stored, demo):
    access = existing_access(demo)
    assert ff.score(stored["2025"], draws=100).report == score_report(access, "2025", draws=100)
    access.workspace.close()


def test_a_result_is_a_frame_with_one_row_a_department(data):
    found = ff.score(data, draws=100)
    frame = found.to_frame()
    assert frame.index.tolist() == [unit["id"] for unit in found.report["units"]]
    assert frame["score"].tolist() == [unit["overall"]["score"] for unit in found.report["units"]]
    assert (frame["low"] <= frame["score"]).all() and (frame["score"] <= frame["high"]).all()


def test_what_a_notebook_shows_of_data_and_results_is_short(data, stored):
    results = (ff.score(data, draws=100), ff.quality(data), ff.compare(data, draws=100))
    for one in (data, stored, *results):
        assert 10 < len(repr(one)) < 400
    for one in results:
        assert "<table" in one._repr_html_() and one.to_frame().index[0] in one._repr_html_()


def test_hostile_names_do_not_become_markup(data, fw, tmp_path):
    text = (EXAMPLES / "survey.csv").read_text("utf-8-sig")
    name = ff.score(data, draws=100).to_frame().index[0]
    file = tmp_path / "s.csv"
    file.write_text(text.replace(name, "<script>x</script>"), "utf-8")
    shown = ff.score(ff.read_survey(file, fw), draws=100)._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown


def test_every_figure_that_a_result_names_can_be_drawn(data):
    for one in (ff.score(data, draws=100), ff.quality(data), ff.compare(data, draws=100)):
        drawn = [one.picture(name, language) for name in one.figures for language in ("zh", "en")]
        assert any(drawn)
        with pytest.raises(ff.Refused, match="E959"):
            one.figure("no such figure")
        with pytest.raises(ff.Refused, match="zh | en"):
            one.figure(language="de")


def test_decisions_about_columns_and_answers_are_taken_as_the_command_takes_them(fw, tmp_path):
    lines = (EXAMPLES / "survey.csv").read_text("utf-8-sig").splitlines()
    heads = lines[0].split(",")
    item = heads[5].split("】")[0].strip("【")
    heads[0], heads[5] = "甲", "乙"
    lines = [",".join(heads), *(x.replace(",1,", ",最差,", 1) for x in lines[1:])]
    file = tmp_path / "odd.csv"
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ff.Refused):
        ff.read_survey(file, fw)
    found = ff.read_survey(file, fw, department="甲", map={"乙": item}, code={"最差": 1})
    assert found.evidence.survey is not None and item in found.evidence.survey.items


def test_what_cannot_be_read_or_put_together_is_refused_in_words(data, stored, fw, tmp_path):
    with pytest.raises(ff.Refused, match="E921"):
        ff.read_survey(tmp_path / "nothing.csv", fw)
    with pytest.raises(ff.Refused, match="E921"):
        ff.load_framework(tmp_path / "nothing.yaml")
    with pytest.raises(ff.Refused, match="E305|E30"):
        ff.load_framework(EXAMPLES / "survey.csv")
    with pytest.raises(ff.Refused, match="E961"):
        stored["2025"] + data
    with pytest.raises(ff.Refused, match="E961"):
        ff.compare(stored["2025"], data)
    other = fw.model_copy(update={"version": "9"})
    other.__dict__.pop("digest", None)
    with pytest.raises(ff.Refused, match="E960"):
        data + ff.read_metrics(EXAMPLES / "metrics.csv", other)
    with pytest.raises(ff.Refused, match="E913"):
        stored["1999"]


def test_the_temporary_workspace_goes_with_the_data(fw):
    found = ff.read_survey(EXAMPLES / "survey.csv", fw)
    folder = Path(found.access.workspace.location).parent
    assert folder.stat().st_mode & 0o077 == 0
    del found
    import gc

    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["analysis", "charts"])
def test_a_folder_that_hides_one_of_our_packages_is_named(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [sys.executable, "-c", "import fourfold"],
        capture_output=True,
        env=environment,
        cwd=tmp_path,
    )
    said = ended.stderr.decode()
    assert ended.returncode and f"{name} ({tmp_path / name})" in said
    assert "Rename that folder" in said and "改名" in said


def test_importing_the_door_loads_nothing_of_what_is_behind_it():
    code = "import fourfold, sys; print(len({'numpy', 'pandas', 'plotly', 'sqlalchemy'} & set(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        cwd=ROOT,
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
    )
    assert ended.stdout.split() == [b"0"]
