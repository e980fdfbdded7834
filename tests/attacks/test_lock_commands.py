"""Every published byte is a function of shown data only: the commands (trust.md 10.1, 10.5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.attacks.cities import SCENARIO, SHIPPED_SCENARIO, Shape
from tests.attacks.doors import content_of, differences, published_commands, said
from tests.attacks.pairs import BARE, NOBODY, SHIPPED, WHOLE, Pair, generated, pair

FEW = ("--draws", 100)
COMMANDS: dict[str, list[tuple[object, ...]]] = {
    "score": [
        FEW,
        (*FEW, "--estimate", "shrunken", "--seed", 7),
        (*FEW, "--framework", "lock@2"),
    ],
    "compare": [FEW, (*FEW, "--node", "P"), (*FEW, "--with", "2024")],
    "quality": [
        (),
        ("--missing", "listwise", "--factors", 2, "--extraction", "ml"),
        ("--correlations", "polychoric", "--rotation", "promax"),
        ("--with", "2024", "-o", "quality.docx"),
        ("-o", "quality.xlsx"),
    ],
    "robustness": [("--draws", 200, "--points", 16, "--split")],
    "weights": [("--method", one) for one in ("entropy", "critic", "benefit-of-the-doubt")],
    "diagnose": [()],
    "simulate": [(*FEW, "--trajectory")],
    "optimise": [(*FEW, "--budget", 80), (*FEW, "--budget", 60, "--scope", "department")],
}
"""Options of every command that takes ``--published``, with a round ``2025`` understood."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return pair(tmp_path_factory.mktemp("bare"), BARE)


def test_every_command_that_takes_published_has_arguments_here():
    assert published_commands() == set(COMMANDS)


@pytest.mark.parametrize("round_id", WHOLE.rounds)
def test_the_pair_hides_both_departments_and_questions_and_differs_in_them(whole, round_id):
    ask = ("--round", round_id, "--json", *FEW)
    one, other = (json.loads(said(workspace, "score", *ask))["units"] for workspace in whole)
    published = json.loads(said(whole[0], "score", "--published", *ask))["units"]
    few = {unit["id"] for unit in published if unit["status"] == "suppressed"}
    assert few == set(WHOLE.few)
    assert all(unit["overall"]["score"] is None for unit in published if unit["id"] in few)
    assert all(
        a["overall"] != b["overall"] for a, b in zip(one, other, strict=True) if a["id"] in few
    )
    hiding = [
        id
        for unit, shown in zip(one, published, strict=True)
        if unit["id"] not in few
        for id, node in unit["nodes"].items()
        if node["score"] is not None and shown["nodes"][id]["score"] is None
    ]
    assert hiding, "no indicator of a larger department is left out"


def outputs(
    workspace: Path, command: str, options: tuple[object, ...], shape: Shape, tables: bool
) -> dict[str, object]:
    """JSON, the tables if wanted, and the document if one was asked for."""
    folder = workspace.parent
    given = list(options)
    if command == "simulate":
        plan = folder / "plan.yaml"
        content = SHIPPED_SCENARIO if shape.shipped else SCENARIO
        plan.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        given = [plan, *given]
    document = folder / str(given[-1]) if "-o" in given else None
    if document is not None:
        given = given[:-2]
        document.unlink(missing_ok=True)
    asked = [*command.split(), *given, "--round", "2025", "--published"]
    into = [] if document is None else ["-o", document]
    language = ("--language", "zh" if len(options) % 2 else "en")
    refused = shape.larger == 0
    found: dict[str, object] = {
        "json": said(workspace, *asked, *into, "--json", *language, refused=refused)
    }
    if tables:
        found["tables"] = said(workspace, *asked, *language, refused=refused)
    if document is not None and document.exists():
        found["document"] = content_of(document.read_bytes())
    return found


def assert_equal_bytes(
    made: Pair, command: str, options: tuple[object, ...], shape: Shape, tables: bool = True
) -> None:
    one, other = (outputs(workspace, command, options, shape, tables) for workspace in made)
    found = list(differences(one, other))
    assert not found, f"{command} {options}: {len(found)} differences\n" + "\n".join(found[:12])


@pytest.mark.parametrize(
    ("command", "options"), [(name, some) for name, every in COMMANDS.items() for some in every]
)
def test_hidden_answers_move_no_byte_of_a_command(whole, command, options):
    # Tables hold a part of what JSON holds, so of each command they are read once or twice.
    assert_equal_bytes(whole, command, options, WHOLE, options in COMMANDS[command][:2])


@pytest.mark.parametrize("command", ["score", "quality", "compare", "diagnose"])
def test_nor_without_a_roster_metrics_groups_and_an_earlier_round(bare, command):
    assert_equal_bytes(bare, command, COMMANDS[command][0], BARE)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "shape", [SHIPPED, NOBODY, *generated(12)], ids=lambda shape: f"seed{shape.seed}"
)
def test_nor_in_any_other_city(tmp_path, shape):
    made = pair(tmp_path, shape, (2, 3))
    for command, every in COMMANDS.items():
        for options in every:
            if shape.shipped and "--framework" in options:
                continue
            if len(shape.rounds) == 1 and "2024" in options:
                continue
            assert_equal_bytes(made, command, options, shape)


def test_a_city_in_which_everybody_is_withheld_is_refused_with_the_reason(tmp_path):
    made = pair(tmp_path, NOBODY)
    assert_equal_bytes(made, "score", FEW, NOBODY)
    said_of = json.loads(
        said(made[0], "quality", "--round", "2025", "--published", "--json", refused=True)
    )
    assert said_of["error"]["code"] == "E940"
    assert "five respondents" in said_of["error"]["fix"]["en"]
