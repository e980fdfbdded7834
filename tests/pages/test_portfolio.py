"""The page that compares plans and finds the best portfolio, through the shell."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.portfolio import optimise_report
from actions.scenarios.stored import list_scenarios, save_scenario

PAGE = "plan/portfolio.py"


def text(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def planned(demo, tmp_path) -> str:
    copy = tmp_path / "h.db"
    shutil.copy(demo, copy)
    access = open_access(str(copy))
    names = {"zh": "制度速赢", "en": "Rules first"}
    save_scenario(access, {"scenario": "rules", "name": names, "measures": ["M02", "M11", "M06"]})
    access.workspace.close()
    return str(copy)


@pytest.mark.parametrize(
    ("part", "charts"), [("compare", 2), ("value", 3), ("roadmap", 1), ("assumptions", 1)]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_shows_the_stored_scenario_in_the_language_of_the_address(
    visit, planned, part, charts, lang
):
    app = visit(planned, PAGE, lang=lang, part=part)
    assert {"zh": "制度速赢", "en": "Rules first"}[lang] in text(app)
    assert {"zh": "效果为规划假设", "en": "Effects are assumptions"}[lang] in text(app)
    assert len(app.get("plotly_chart")) >= charts


def test_without_scenarios_the_page_says_so_and_offers_the_optimiser(visit, demo):
    app = visit(demo, PAGE, lang="en")
    assert "No scenarios yet" in text(app)
    assert [b for b in app.button if b.label == "Find the best portfolio"]


def test_a_finished_search_is_shown_and_can_be_kept_as_a_scenario(visit, planned, monkeypatch):
    # The search itself runs in a process of its own; here it runs at once, so that the test sees it.
    from indicators.program import program_version
    from survey_data.workspace import progress

    def at_once(access, kind, arguments):
        job = progress.new_job(access.workspace, kind, access.user.id, arguments)
        options = {**arguments["options"], "frontier_points": 3}
        result = optimise_report(access, arguments["round"], **options, draws=200)
        progress.claim_job(access.workspace, job, program_version())
        progress.finish(access.workspace, job, "done", result)
        return job

    monkeypatch.setattr("actions.jobs.start_job", at_once)
    app = visit(planned, PAGE, lang="en", part="optimum", horizon="3")
    app.number_input(key="budget").set_value(600).run()
    app.button(key="run").click().run()
    assert not app.exception
    assert "Best portfolio for CNY 6.0 million" in text(app)
    app.text_input[0].set_value("best-600").run()
    app.button(key="save-optimum").click().run()
    access = open_access(planned)
    assert "best-600" in {one.id for one in list_scenarios(access)}
    access.workspace.close()
