"""Workspaces that may only be read, and disks that end: as the command meets them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command import answers

ROOT = Path(__file__).resolve().parents[3]
START = """
import resource, sys
limit = int(sys.argv[1])
from cli.main import run
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.exit(run(sys.argv[2:]))
"""
AS_ANYBODY = ["setpriv", "--inh-caps=-dac_override", "--bounding-set=-dac_override"]
"""The administrator writes everywhere, whatever the rights say, unless this is given up."""


def called(workspace: Path, *arguments: object, limit: int = 0, start: tuple[str, ...] = ()):
    command = [*start, sys.executable, "-c", START, str(limit), "--json"]
    command += ["--workspace", str(workspace), *[str(one) for one in arguments]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert "Traceback" not in found.stderr
    return found.returncode, json.loads(found.stdout)


@pytest.fixture
def bound() -> tuple[str, ...]:
    """How to start a command so that rights to files hold for it."""
    if os.name != "posix":
        pytest.skip("no such rights here")
    if os.getuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("the administrator cannot give up a right here")
    return tuple(AS_ANYBODY)


@pytest.mark.parametrize("folder", [0o555, 0o777])
def test_a_workspace_that_may_only_be_read_is_read(demo, tmp_path, bound, folder):
    place = tmp_path / "in" / "w.db"
    place.parent.mkdir()
    shutil.copy(demo, place)
    file = answers(tmp_path / "a.csv")
    place.chmod(0o444)
    place.parent.chmod(folder)
    before = place.read_bytes()
    status, found = called(place, "rounds", start=bound)
    assert (status, [one["id"] for one in found["rounds"]]) == (0, ["2023", "2024", "2025"])
    status, found = called(place, "score", "--round", "2025", "--draws", 200, start=bound)
    assert status == 0 and len(found["units"]) == 42
    status, found = called(place, "import", "survey", file, "--round", "2030", start=bound)
    assert (status, found["error"]["code"]) == (4, "E902")
    place.parent.chmod(0o755)
    assert place.read_bytes() == before


def test_a_limit_of_size_is_a_full_disk_and_leaves_everything_as_it_was(demo, tmp_path):
    if os.name != "posix":
        pytest.skip("no limits of size here")
    place = Path(shutil.copy(demo, tmp_path / "w.db"))
    file = answers(tmp_path / "a.csv")
    for limit in (100_000, 16_384):
        status, found = called(place, "import", "survey", file, "--round", "2030", limit=limit)
        assert (status, found["error"]["code"]) == (4, "E901")
    status, found = called(place, "rounds")
    assert [one["id"] for one in found["rounds"]] == ["2023", "2024", "2025"]
