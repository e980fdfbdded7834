"""The command as scripts call it: arguments in; status, one JSON document and remarks out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cli.main import run


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
