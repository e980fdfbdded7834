"""Every action asks whether the user may do it, before anything else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from actions import (
    comparison,
    diagnosis,
    documents,
    jobs,
    keeping,
    published,
    quality,
    robustness,
    rounds,
    templates,
)
from actions import portfolio as portfolios
from actions.access import Access, User, authorize, open_access
from actions.city import overview, scoring
from actions.data import demo as demo_actions
from actions.data import departments, drafts, imports, previews, score_effect
from actions.errors import Refused
from actions.framework import drafts as framework_drafts
from actions.framework import edits as framework_edits
from actions.framework import fit as framework_fit
from actions.framework import frameworks, judgements
from actions.framework import structure as framework_structure
from actions.measures import catalogue as measures
from actions.measures import edits as catalogue_edits
from actions.measures import experts
from actions.scenarios import edits as scenario_edits
from actions.scenarios import remedies
from actions.scenarios import side_by_side as plan_comparison
from actions.scenarios import simulation as simulations
from actions.scenarios import stored as scenarios
from actions.scenarios.edits import StoredScenario
from analysis.measures.catalogue_file import default_catalogue
from survey_data.workspace.progress import Draft

ACTIONS = Path(__file__).resolve().parents[2] / "actions"
# What works on results that an action has given out, or in the worker on a job that was allowed.
WITHOUT = {
    "plain",
    "report",
    "endings",
    "run_job",
    "authorize",
    "open_access",
    "user_named",
    "existing_access",
    "still_there",
    "check_address",
    "refusals_recorded",
    "plain_quality",
    "weight_methods",
    "quality_document",
    "comparison_workbook",
    "robustness_document",
    "model_script",
    "portfolio_document",
    "outcome_report",
    "scenario_checks",
    "trajectory_report",
    "read_scenario",
    "plain_scenario",
    "scenario_yaml",
}
NOBODY = User("visitor", frozenset())
CATALOGUE = default_catalogue()
PLAN = StoredScenario("s", "visitor", {"scenario": "s"}, 1, "")
DRAFT = Draft("d", "visitor", "0" * 64, {"round": "2025", "kind": "survey", "file": "x"}, 1)


def public_actions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for path in sorted(ACTIONS.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found.append((path.stem, node))
    return found


def test_every_public_action_takes_the_access_first_and_authorises():
    seen = 0
    actions = public_actions()
    own = {function.name for _, function in actions} - WITHOUT
    for module, function in actions:
        if function.name in WITHOUT:
            continue
        seen += 1
        # Who looks at a place where no workspace may be comes without one.
        assert function.args.args[0].arg in ("access", "user"), f"{module}.{function.name}"
        called = {
            getattr(call.func, "id", "")
            for call in ast.walk(function)
            if isinstance(call, ast.Call)
        }
        assert "authorize" in called or called & own, f"{module}.{function.name}"
    assert seen >= 25


CALLS: list[tuple[str, Callable[[Access], Any]]] = [
    ("check_framework", lambda a: frameworks.check_framework(a, b"")),
    ("show_framework", lambda a: frameworks.show_framework(a)),
    ("use_framework", lambda a: frameworks.use_framework(a, b"")),
    ("framework_of", lambda a: frameworks.framework_of(a)),
    ("import_departments", lambda a: departments.import_departments(a, b"", "x.csv")),
    ("departments_report", lambda a: departments.departments_report(a)),
    ("list_rounds", lambda a: rounds.list_rounds(a)),
    ("rounds_report", lambda a: rounds.rounds_report(a)),
    ("new_round", lambda a: rounds.new_round(a, "2030")),
    ("bind_round", lambda a: rounds.bind_round(a, "2025", "x@1")),
    ("publish_round", lambda a: rounds.publish_round(a, "2025")),
    ("set_exclusion_policy", lambda a: rounds.set_exclusion_policy(a, "2025", ["missing"])),
    ("round_evidence", lambda a: published.round_evidence(a, "2025")),
    ("published_evidence", lambda a: published.published_evidence(a, "2025")),
    ("round_answers", lambda a: published.round_answers(a, "2025", frameworks.framework_of(a))),
    (
        "round_screenings",
        lambda a: published.round_screenings(a, "2025", frameworks.framework_of(a)),
    ),
    ("evidence_key", lambda a: rounds.evidence_key(a, "2025")),
    ("import_survey", lambda a: imports.import_survey(a, b"", "x.csv", "2025")),
    ("import_metrics", lambda a: imports.import_metrics(a, b"", "x.csv", "2025")),
    ("make_template", lambda a: templates.make_template(a, "survey", "zh")),
    ("load_demo", lambda a: demo_actions.load_demo(a)),
    ("load_demo_if_empty", lambda a: demo_actions.load_demo_if_empty(a)),
    ("backup_workspace", lambda a: keeping.backup_workspace(a, "b", nullcontext(Path("b")))),
    ("restore_workspace", lambda a: keeping.restore_workspace(a.user, "w", Path("b"))),
    ("check_workspace", lambda a: keeping.check_workspace(a.user, None)),
    ("round_scores", lambda a: scoring.round_scores(a, "2025")),
    ("score_report", lambda a: scoring.score_report(a, "2025")),
    ("round_quality", lambda a: quality.round_quality(a, "2025")),
    ("lavaan_archive", lambda a: quality.lavaan_archive(a, "2025")),
    ("comparison_report", lambda a: comparison.comparison_report(a, "2025")),
    ("weights_report", lambda a: diagnosis.weights_report(a, "2025")),
    ("diagnosis_report", lambda a: diagnosis.diagnosis_report(a, "2025")),
    ("robustness_report", lambda a: robustness.robustness_report(a, "2025")),
    ("measures_report", lambda a: measures.measures_report(a)),
    ("check_measures", lambda a: measures.check_measures(a, b"")),
    ("use_measures", lambda a: measures.use_measures(a, b"")),
    ("list_scenarios", lambda a: scenarios.list_scenarios(a)),
    ("stored_scenario", lambda a: scenarios.stored_scenario(a, "s")),
    ("save_scenario", lambda a: scenarios.save_scenario(a, {"scenario": "s"})),
    ("delete_scenario", lambda a: scenarios.delete_scenario(a, "s")),
    ("simulate_report", lambda a: simulations.simulate_report(a, "2025", b"")),
    ("comparison_of_plans", lambda a: plan_comparison.comparison_of_plans(a, "2025", [])),
    ("optimise_report", lambda a: portfolios.optimise_report(a, "2025", budget=1.0)),
    ("catalogue_in_use", lambda a: measures.catalogue_in_use(a)),
    ("adopt_plain", lambda a: measures.adopt_plain(a, {})),
    ("adopt", lambda a: measures.adopt(a, CATALOGUE)),
    ("next_version", lambda a: measures.next_version(a, CATALOGUE)),
    ("catalogue_view", lambda a: catalogue_edits.catalogue_view(a)),
    ("plain_measure", lambda a: catalogue_edits.plain_measure(a, "M01")),
    ("plain_catalogue", lambda a: catalogue_edits.plain_catalogue(a, CATALOGUE)),
    ("save_measure", lambda a: catalogue_edits.save_measure(a, {"id": "M01"}, "")),
    ("remove_measure", lambda a: catalogue_edits.remove_measure(a, "M01", "")),
    ("adopt_next", lambda a: catalogue_edits.adopt_next(a, CATALOGUE, {})),
    ("import_catalogue", lambda a: catalogue_edits.import_catalogue(a, b"")),
    ("catalogue_yaml", lambda a: catalogue_edits.catalogue_yaml(a)),
    ("catalogue_workbook", lambda a: catalogue_edits.catalogue_workbook(a, "zh")),
    ("experts_blank", lambda a: experts.experts_blank(a, "zh")),
    ("experts_report", lambda a: experts.experts_report(a)),
    ("preview_experts", lambda a: experts.preview_experts(a, [])),
    ("adopt_experts", lambda a: experts.adopt_experts(a, [])),
    ("withdraw_expert", lambda a: experts.withdraw_expert(a, "x")),
    ("new_scenario", lambda a: scenario_edits.new_scenario(a, {"zh": "x", "en": "x"})),
    ("sample_scenario", lambda a: scenario_edits.sample_scenario(a)),
    ("upload_scenario", lambda a: scenario_edits.upload_scenario(a, b"")),
    ("copy_scenario", lambda a: scenario_edits.copy_scenario(a, "s", {})),
    ("edit_scenario", lambda a: scenario_edits.edit_scenario(a, PLAN, budget=1)),
    ("choose_measures", lambda a: scenario_edits.choose_measures(a, PLAN, [])),
    ("place_measure", lambda a: scenario_edits.place_measure(a, PLAN, "M01")),
    ("scenario_file", lambda a: scenario_edits.scenario_file(a, PLAN.content)),
    ("scenario_trajectory", lambda a: scenario_edits.scenario_trajectory(a, "2025", {})),
    ("plan_places", lambda a: scenario_edits.plan_places(a, "2025")),
    (
        "scenario_document",
        lambda a: documents.scenario_document(a, {"scenario": "s"}, [], {}, {}, 3, "docx", "zh"),
    ),
    ("planner_of", lambda a: simulations.planner_of(a, "2025", CATALOGUE, 100, 1)),
    ("optimise_arguments", lambda a: portfolios.optimise_arguments(a, "2025", {})),
    ("view_choices", lambda a: overview.view_choices(a)),
    ("city_view", lambda a: overview.city_view(a, "2025")),
    ("shown_departments", lambda a: overview.shown_departments(a, "2025")),
    ("linked_measures", lambda a: remedies.linked_measures(a, "2025", ["E1-2"])),
    ("department_view", lambda a: overview.department_view(a, "2025", "财政局")),
    ("start_draft", lambda a: drafts.start_draft(a, b"x", "x.csv", "survey", "2025")),
    ("get_draft", lambda a: drafts.get_draft(a, "d")),
    ("draft_at", lambda a: drafts.draft_at(a, "d.t")),
    ("drafts_of", lambda a: drafts.drafts_of(a, "browser")),
    ("drafts_report", lambda a: drafts.drafts_report(a)),
    ("discard_named_draft", lambda a: drafts.discard_named_draft(a, "d")),
    ("reopen_draft", lambda a: drafts.reopen_draft(a, "d")),
    ("open_drafts", lambda a: drafts.open_drafts(a)),
    ("save_draft", lambda a: drafts.save_draft(a, DRAFT, step=2)),
    ("discard_draft", lambda a: drafts.discard_draft(a, "d")),
    ("read_draft", lambda a: drafts.read_draft(a, DRAFT)),
    ("commit_draft", lambda a: drafts.commit_draft(a, "d", lambda stage, share: None)),
    ("active_survey_batches", lambda a: drafts.active_survey_batches(a, "2025")),
    ("annotated_draft", lambda a: drafts.annotated_draft(a, DRAFT, None, "zh")),  # type: ignore[arg-type]
    ("encodings_of", lambda a: drafts.encodings_of(a, DRAFT)),
    ("score_effect", lambda a: score_effect.score_effect(a, "2025", None, None, None)),  # type: ignore[arg-type]
    ("preview_draft", lambda a: drafts.preview_draft(a, DRAFT, None)),  # type: ignore[arg-type]
    ("preview", lambda a: previews.preview(a, DRAFT, None)),  # type: ignore[arg-type]
    ("base_frameworks", lambda a: framework_drafts.base_frameworks(a)),
    ("start_framework_draft", lambda a: framework_drafts.start_framework_draft(a, "x@1")),
    ("framework_drafts", lambda a: framework_drafts.framework_drafts(a)),
    ("framework_draft", lambda a: framework_drafts.framework_draft(a)),
    ("discard_framework_draft", lambda a: framework_drafts.discard_framework_draft(a, DRAFT)),
    ("draft_view", lambda a: framework_drafts.draft_view(a, DRAFT)),
    ("draft_base", lambda a: framework_drafts.draft_base(a, DRAFT)),
    ("base_scores", lambda a: framework_drafts.base_scores(a, DRAFT, "2025")),
    ("impact", lambda a: framework_drafts.impact(a, DRAFT, "2025")),
    ("adopt_draft", lambda a: framework_drafts.adopt_draft(a, DRAFT)),
    ("draft_file", lambda a: framework_drafts.draft_file(a, DRAFT)),
    ("draft_codebook", lambda a: framework_drafts.draft_codebook(a, DRAFT, "zh")),
    ("edit_framework", lambda a: framework_edits.edit_framework(a, DRAFT, "P", ("weight",), 1)),
    ("keep_weights", lambda a: framework_edits.keep_weights(a, DRAFT, "P")),
    ("reset_weights", lambda a: framework_edits.reset_weights(a, DRAFT, "P")),
    ("set_weighting", lambda a: framework_edits.set_weighting(a, DRAFT, "P", {})),
    ("keep_content", lambda a: framework_edits.keep_content(a, DRAFT, {}, "edit", "P")),
    ("last_edit", lambda a: framework_edits.last_edit(a, DRAFT)),
    ("undo_edit", lambda a: framework_edits.undo_edit(a, DRAFT)),
    ("round_data", lambda a: framework_fit.round_data(a)),
    ("round_fits", lambda a: framework_fit.round_fits(a, DRAFT)),
    ("part_form", lambda a: framework_structure.part_form(a, "item")),
    ("part_places", lambda a: framework_structure.part_places(a, DRAFT, "P")),
    ("item_ids", lambda a: framework_structure.item_ids(a, DRAFT, "P1-1", 1)),
    ("spare_items", lambda a: framework_structure.spare_items(a, DRAFT)),
    ("add_part", lambda a: framework_structure.add_part(a, DRAFT, "P", {})),
    ("move_part", lambda a: framework_structure.move_part(a, DRAFT, "P1", "I")),
    ("removal", lambda a: framework_structure.removal(a, DRAFT, "P1")),
    ("remove_part", lambda a: framework_structure.remove_part(a, DRAFT, "P1")),
    ("judgements", lambda a: judgements.judgements(a, DRAFT, "P")),
    ("add_expert", lambda a: judgements.add_expert(a, DRAFT, "P", "x")),
    ("remove_expert", lambda a: judgements.remove_expert(a, DRAFT, "P", "x")),
    ("judge", lambda a: judgements.judge(a, DRAFT, "P", "x", ("a", "b"), 1)),
    ("take_back", lambda a: judgements.take_back(a, DRAFT, "P", "x")),
    ("choose_rule", lambda a: judgements.choose_rule(a, DRAFT, "P", "ahp", "saaty1980")),
    ("use_judgements", lambda a: judgements.use_judgements(a, DRAFT, "P")),
    ("weights_beside", lambda a: judgements.weights_beside(a, DRAFT, "P", {})),
    ("framework_scores", lambda a: scoring.framework_scores(a, "2025", None)),  # type: ignore[arg-type]
    ("scored_nodes", lambda a: frameworks.scored_nodes(a, "2025")),
    ("node_names", lambda a: frameworks.node_names(a, "2025")),
    ("dimension_factors", lambda a: frameworks.dimension_factors(a, "2025")),
    ("is_synthetic", lambda a: rounds.is_synthetic(a, "2025")),
    ("check_design", lambda a: robustness.check_design(a, "2025", b"")),
    ("robustness_arguments", lambda a: robustness.robustness_arguments(a, "2025", None, None)),
    ("finished_job", lambda a: jobs.finished_job(a, "robustness", {})),
    ("start_job", lambda a: jobs.start_job(a, "import", {"draft": "d"})),
    ("job_state", lambda a: jobs.job_state(a, "j")),
    ("cancel_job", lambda a: jobs.cancel_job(a, "j")),
    ("interrupt_jobs", lambda a: jobs.interrupt_jobs(a)),
]


@pytest.mark.parametrize(("name", "call"), CALLS, ids=[name for name, _ in CALLS])
def test_a_user_without_a_role_is_refused(demo, name, call):
    access = open_access(demo)
    with pytest.raises(Refused) as caught:
        call(Access(access.workspace, NOBODY))
    assert caught.value.first.code == "E922"


def test_no_action_is_missing_from_these_refusals():
    listed = {name for name, _ in CALLS} | WITHOUT | {"preview_survey", "preview_metrics"}
    assert {function.name for _, function in public_actions()} <= listed


def test_an_unknown_action_is_allowed_to_nobody():
    with pytest.raises(Refused):
        authorize(User("owner", frozenset({"owner"})), "workspace.burn")


def test_what_is_kept_for_one_reader_is_not_kept_for_another(demo):
    whole, published = open_access(demo), open_access(demo, published=True)
    assert whole.scope != published.scope
    assert Access(whole.workspace, NOBODY).scope != whole.scope
