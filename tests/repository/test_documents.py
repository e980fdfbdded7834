"""What README and docs promise: the commands exist, the links lead somewhere, the example works."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from cli.commands.app import app
from indicators.framework import load_framework

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)
GLOBAL_OPTIONS = {"--json": 0, "--workspace": 1, "--language": 1}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(fourfold [^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PICTURE_TO_COME = "docs/images/overview.png"


def commands_in(text: str) -> list[str]:
    """Every ``fourfold …`` line of a shell block or inline code."""
    lines = [line for kind, body in FENCE.findall(text) if kind for line in body.splitlines()]
    shell = [line.strip() for line in lines]
    found = [re.sub(r"^\S*[\\/]fourfold\b", "fourfold", line) for line in shell]
    found += INLINE.findall(FENCE.sub("", text))
    return [line for line in found if line.startswith("fourfold ")]


SHOWN = [
    pytest.param(command, id=f"{path.relative_to(ROOT).as_posix()}: {command}")
    for path in DOCUMENTS
    for command in dict.fromkeys(commands_in(path.read_text("utf-8")))
]


def problem_of(line: str) -> str | None:
    """What is wrong with a command line, None when every command and option of it exists."""
    words, rest = iter(shlex.split(line, comments=True)[1:]), []
    for word in words:
        if word in GLOBAL_OPTIONS:
            for _ in range(GLOBAL_OPTIONS[word]):
                next(words, None)
        else:
            rest.append(word)
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if not rest and command.invoke_without_command:
            return None
        if not rest or rest[0] not in command.commands:
            return f"no command {' '.join(rest[:1]) or '(none)'}"
        command = command.commands[rest.pop(0)]
    if "…" in rest:
        return None
    try:
        command.make_context("fourfold", rest, resilient_parsing=False)
    except Exception as error:
        return str(error)
    return None


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_shown_in_the_documents_is_one_that_the_program_takes(line):
    assert problem_of(line) is None


def test_a_command_that_does_not_exist_or_an_option_it_lacks_would_be_found():
    assert problem_of("fourfold scores --round 2025")
    assert problem_of("fourfold score --round 2025 --colour red")
    assert problem_of("fourfold score")


def headings(text: str) -> set[str]:
    """Anchors of a page's headings, as the usual viewers make them."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.strip().lower()).replace(" ", "-") for h in found}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file_or_heading_that_is_there(path):
    text = path.read_text("utf-8")
    broken = []
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        if place == ROOT / PICTURE_TO_COME:
            continue
        if not place.exists() or anchor and anchor not in headings(place.read_text("utf-8")):
            broken.append(target)
    assert broken == []


def test_the_framework_shown_as_an_example_loads():
    text = (ROOT / "docs" / "files.md").read_text("utf-8")
    (example,) = (body for kind, body in FENCE.findall(text) if kind == "yaml")
    assert load_framework(example.encode()).id == "my-framework"
