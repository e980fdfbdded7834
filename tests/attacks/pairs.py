"""Pairs of workspaces that differ in hidden answers only, and the cities they are made of."""

from __future__ import annotations

import shutil
from concurrent.futures import Future
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import actions.jobs
from actions.jobs import run_job
from tests.attacks.browser import SHELL, forget
from tests.attacks.cities import Shape, bring_in, foundation

Pair = tuple[Path, Path]
WHOLE = Shape(rounds=("2024", "2025"), own_file=True)
"""Everything at once: both rounds hide something, in departments of both kinds, in two files."""

BARE = Shape(
    larger=6,
    withheld=1,
    cells=2,
    roster=False,
    metrics=False,
    groups=False,
    two_files=True,
    excluded=True,
    seed=2,
)
"""Answers alone, some of them left out of the scores by the round's policy."""

SHIPPED = Shape(larger=8, withheld=2, cells=4, rounds=("2024", "2025"), shipped=True, seed=3)
"""The framework that ships, in a small city."""


NOBODY = Shape(larger=0, withheld=3, cells=0, rounds=("2024", "2025"), metrics=False, seed=4)
"""Every department has few respondents."""


def generated(count: int) -> list[Shape]:
    """Cities of every size and make-up, the same on every machine."""
    found = []
    for seed in range(100, 100 + count):
        rng = np.random.default_rng(seed)
        chance = iter(rng.random(9) < 0.6)
        found.append(
            Shape(
                larger=int(rng.integers(5, 12)),
                withheld=int(rng.integers(1, 6)),
                cells=int(rng.integers(0, 8)),
                rounds=("2024", "2025"),
                roster=bool(next(chance)),
                metrics=bool(next(chance)),
                groups=bool(next(chance)),
                two_files=bool(next(chance)),
                excluded=bool(next(chance)),
                own_file=bool(next(chance)),
                seed=seed,
            )
        )
    return found


def pair(folder: Path, shape: Shape, seeds: tuple[int, int] = (0, 1)) -> Pair:
    """Two workspaces of a shape, each with hidden answers of its own seed."""
    folder.mkdir(parents=True, exist_ok=True)
    base = foundation(folder / "base.db", shape)
    made = []
    for seed in seeds:
        # One name in folders of their own, so that no name tells them apart.
        path = folder / str(seed) / "city.db"
        path.parent.mkdir()
        shutil.copy(base, path)
        bring_in(path, shape, seed)
        made.append(path)
    return made[0], made[1]


def with_jobs(made: Pair) -> None:
    """Run from their pages what takes long: robustness, and the best portfolio."""

    def here(_: object, *work: str) -> Future[None]:
        """What the worker process does, in this one."""
        run_job(*work)
        ended: Future[None] = Future()
        ended.set_result(None)
        return ended

    with mock.patch.object(actions.jobs, "_queue") as queue, pytest.MonkeyPatch.context() as held:
        queue.submit = here
        for workspace in made:
            held.setenv("FOURFOLD_WORKSPACE", str(workspace))
            forget()
            for page, query in (
                ("see/robustness.py", {"draws": "2000"}),
                ("plan/portfolio.py", {"part": "optimum"}),
            ):
                app = AppTest.from_file(str(SHELL), default_timeout=120)
                for name, value in query.items():
                    app.query_params[name] = value
                app.switch_page(page).run()
                app.button(key="run").click().run()
                assert not app.exception
