"""The scripts in ``examples/`` and the examples in the door's docstrings run."""

from __future__ import annotations

import doctest
import os
import runpy
import shutil
from pathlib import Path

import pytest

import fourfold as ff
from fourfold import analyses, framework, plans
from fourfold import data as reading
from tests.fourfold.conftest import EXAMPLES

SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the examples, where a script may write."""
    shutil.copytree(EXAMPLES, tmp_path / "examples")
    monkeypatch.chdir(tmp_path / "examples")
    return tmp_path / "examples"


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_example_runs_and_leaves_what_it_says(folder, script, capsys):
    before = set(os.listdir(folder))
    runpy.run_path(script, run_name="__main__")
    assert capsys.readouterr().out
    made = [Path(name) for name in set(os.listdir(folder)) - before]
    assert made and all(path.stat().st_size > 100 for path in made)


@pytest.mark.parametrize(
    "module", [ff, analyses, plans, reading, framework], ids=lambda m: m.__name__
)
def test_the_examples_in_docstrings_are_true(module, data, fw, demo, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    found = doctest.testmod(module, extraglobs={"ff": ff, "fw": fw, "data": data, "city_h": demo})
    assert found.attempted and not found.failed


def test_every_public_function_of_the_door_has_an_example():
    for name in ff.__all__:
        one = getattr(ff, name)
        if callable(one) and not isinstance(one, type):
            assert ">>>" in (one.__doc__ or ""), name
