"""The command as scripts call it: arguments in; status, one JSON document and remarks out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from tests.kept.workspaces import unpack


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; anything else there fails here."""
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


Fourfold = Callable[..., Answer]


@pytest.fixture
def fourfold(tmp_path, monkeypatch, capsys) -> Fourfold:
    """Run one command on a workspace of this test's own."""
    monkeypatch.setenv("FOURFOLD_WORKSPACE", str(tmp_path / "own.db"))
    monkeypatch.chdir(tmp_path)

    def called(*arguments: object) -> Answer:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        return Answer(status, seen.out, seen.err)

    return called


@pytest.fixture(scope="session")
def kept_files(tmp_path_factory) -> tuple[bytes, bytes]:
    """A workspace of revision 0003, opened once by this version, and a backup of it."""
    from survey_data.workspace import open_workspace
    from survey_data.workspace.keeping.backup import back_up

    folder = tmp_path_factory.mktemp("kept")
    workspace = open_workspace(unpack("revision-0003", folder))
    back_up(workspace, folder / "b.zip", "test")
    workspace.close()
    return (folder / "kept.db").read_bytes(), (folder / "b.zip").read_bytes()


@pytest.fixture
def kept(kept_files, tmp_path) -> str:
    """Path of the kept workspace."""
    path = tmp_path / "kept.db"
    path.write_bytes(kept_files[0])
    return str(path)


@pytest.fixture
def backup(kept, kept_files, tmp_path) -> Path:
    """A backup beside the kept workspace."""
    path = tmp_path / "b.zip"
    path.write_bytes(kept_files[1])
    path.chmod(0o600)
    return path
