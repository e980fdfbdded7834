"""What a command costs, its start-up and its children included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOURFOLD = (sys.executable, "-m", "cli.main")


@dataclass(frozen=True)
class Cost:
    """CPU (user + system) in seconds, peak memory of the largest process in MB."""

    cpu: float
    peak: float


class Failed(Exception):
    """A command that is being timed did not do its work."""


def cost_of(command: Sequence[str], workspace: Path | None = None) -> Cost:
    """Run a command once."""
    environment = dict(os.environ)
    if workspace is not None:
        environment["FOURFOLD_WORKSPACE"] = str(workspace)
    measured = subprocess.run(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("measure.py")), *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    found = json.loads(measured.stdout)
    if found["status"] != 0:
        raise Failed(f"{' '.join(command)}\n{measured.stderr}")
    return Cost(found["cpu"], found["peak"] / 1e6)
