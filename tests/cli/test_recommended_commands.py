"""What a fix tells to type does what it says when it is typed, on the workspace that was asked about."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.kept.workspaces import unpack

NAMES = ("w.db", "my own 工作区.db", "it's $HOME;.db")


def commands(fix: dict[str, str]) -> list[list[str]]:
    """The one command of each language, as a shell takes it apart."""
    found = []
    for said in fix.values():
        typed = re.search(r"fourfold (--workspace .*? (?:backup \w+|draft list|rounds))", said)
        assert typed is not None, said
        found.append(shlex.split(typed[1]))
    return found


def fix_of(answer: Any, check: str) -> dict[str, str]:
    return next(one["fix"] for one in answer.json["checks"] if one["id"] == check)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("check", ["backup", "revision"])
def test_the_backup_that_doctor_recommends_is_one_of_the_workspace_it_looked_at(
    fourfold, tmp_path, name, check
):
    Path(unpack("revision-0003", tmp_path)).rename(tmp_path / name)
    typed = commands(fix_of(fourfold("--workspace", name, "doctor", "--json"), check))
    for words in typed:
        made = fourfold(*words, "--json")
        assert made.status == 0 and made.json["tables"]["rounds"]["rows"] == 4
        assert (tmp_path / words[-1]).is_file()
    assert len({words[-1] for words in typed}) == 2


def test_after_it_doctor_asks_for_no_backup(fourfold, kept):
    asked = fix_of(fourfold("--workspace", kept, "doctor", "--json"), "backup")
    assert fourfold(*commands(asked)[0], "--json").status == 0
    assert fix_of(fourfold("--workspace", kept, "doctor", "--json"), "backup") is None


def test_without_a_workspace_named_it_is_the_one_of_the_environment(fourfold, kept, monkeypatch):
    monkeypatch.setenv("FOURFOLD_WORKSPACE", kept)
    asked = fix_of(fourfold("doctor", "--json"), "backup")
    monkeypatch.delenv("FOURFOLD_WORKSPACE")
    assert fourfold(*commands(asked)[0], "--json").json["tables"]["rounds"]["rows"] == 4


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (("draft", "open", "none"), "E908"),
        (("draft", "discard", "none"), "E908"),
        (("score", "--round", "1999"), "E913"),
    ],
)
def test_a_refusal_names_the_workspace_in_the_command_that_it_recommends(
    fourfold, kept, tmp_path, name, refused, code
):
    Path(kept).rename(tmp_path / name)
    wrong = fourfold("--workspace", name, *refused, "--json").json["error"]
    assert wrong["code"] == code
    for words in commands(wrong["fix"]):
        assert words[1] == name
        assert fourfold(*words, "--json").status == 0


def test_rights_are_taken_away_of_a_file_with_a_space_in_its_name(fourfold, kept, tmp_path):
    place = tmp_path / "own files.db"
    Path(kept).rename(place)
    place.chmod(0o644)
    for folder in tmp_path.parents:
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o001)
    tmp_path.chmod(0o755)
    said = fix_of(fourfold("--workspace", place, "doctor", "--json"), "permissions")["en"]
    assert shlex.split(said.partition(": ")[2]) == ["chmod", "600", str(place)]
