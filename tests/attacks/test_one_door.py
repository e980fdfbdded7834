"""Who reads answers for a result does it through one module, which takes out what is withheld."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READERS = (
    ROOT / "survey_data/workspace/batches.py",
    ROOT / "survey_data/workspace/stored_answers.py",
)
FLOORS = ("actions", "analysis", "charts", "cli", "indicators", "pages", "reports")
THE_DOOR = "actions/published.py"
OWNERS = {
    "actions/framework/fit.py": "what a draft of a framework breaks is for those who may edit it",
    "actions/data/imports.py": "who uploads a file is told how many of its rows the round has already",
    "actions/data/score_effect.py": "who uploads a file is shown what leaving rows of it out would do",
    "actions/data/previews.py": "who uploads a file is shown its own rows and what they would change",
}
"""Modules beside the door that read answers, and why nothing of it is published."""


def functions(path: Path) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def calls_in(tree: ast.AST) -> set[str]:
    """Every function that is called, by the last part of its name."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.id for f in called if isinstance(f, ast.Name)} | {
        f.attr for f in called if isinstance(f, ast.Attribute)
    }


def selects_answers(function: ast.FunctionDef) -> bool:
    """Whether a function asks the workspace for the columns that hold answers."""
    return any(
        isinstance(call, ast.Call)
        and ast.unparse(call.func) == "sa.select"
        and any("t.answers" in ast.unparse(argument) for argument in call.args)
        for call in ast.walk(function)
    )


def reading() -> set[str]:
    """Functions that give answers, or sums of them, out of the workspace."""
    every = {name: node for path in READERS for name, node in functions(path).items()}
    found = {name for name, node in every.items() if selects_answers(node)}
    while more := {n for n, node in every.items() if n not in found and calls_in(node) & found}:
        found |= more
    return found


def test_the_workspace_gives_answers_out_by_functions_that_this_test_knows():
    assert {
        "evidence",
        "survey_moments",
        "answers",
        "stored_answers",
        "round_screening",
    } <= reading()
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "survey_data").rglob("*.py")
        if path not in READERS and any(selects_answers(node) for node in functions(path).values())
    ]
    assert elsewhere == []


def test_only_one_module_and_the_owner_s_read_answers():
    names = reading()
    found = {}
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            used = {
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in ("batches", "stored_answers", "stored")
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                    "survey_data"
                ):
                    used |= {name.name for name in node.names}
            if used & names:
                found[str(path.relative_to(ROOT))] = used & names
    assert set(found) == {THE_DOOR, *OWNERS}, found
