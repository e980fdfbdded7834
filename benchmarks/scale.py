"""Import and scoring at 200,000 respondents, and whether scoring notices two million.

Every ratio is paired: both sides run in turn, each pair gives a ratio, and the median counts, so
that a machine that slows down meanwhile slows both. A command's start-up is the CPU of the same
command with next to nothing to do.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

from benchmarks.answers import DEPARTMENTS, ITEMS, framework_file, survey_file
from benchmarks.results import Row
from benchmarks.timing import FOURFOLD, cost_of

RUNS = 5
_IMPORT_PANDAS = (sys.executable, "-c", "import pandas")


def scale(folder: Path) -> list[Row]:
    """Rows of the import, of scoring after it, and of scoring after ten times as many."""
    workspace = folder / "workspace.db"
    cost_of((*FOURFOLD, "framework", "use", str(framework_file(folder / "f.yaml"))), workspace)
    return [*_importing(folder, workspace), *_scoring(folder, workspace)]


def _importing(folder: Path, workspace: Path) -> list[Row]:
    large = survey_file(folder / "large.csv", 200_000, seed=1)
    empty = survey_file(folder / "empty.csv", DEPARTMENTS, seed=2)
    read = (sys.executable, "-c", f"import pandas; pandas.read_csv({str(large)!r})")
    ours, peers, over_start, over_list = [], [], [], []
    for run in range(RUNS):
        listed = cost_of((*FOURFOLD, "rounds"), workspace).cpu
        start = cost_of(_import(empty, f"empty-{run}"), workspace).cpu
        whole = cost_of(_import(large, f"large-{run}"), workspace).cpu
        peer = -cost_of(_IMPORT_PANDAS).cpu + cost_of(read).cpu
        ours.append(whole - start)
        peers.append(peer)
        over_start.append((whole - start) / peer)
        over_list.append((whole - listed) / peer)
    what = f"import of a CSV, 200,000 respondents × {ITEMS} items in {DEPARTMENTS} departments"
    peer = median(ours) / median(over_start)
    with_child = median(over_list) * peer
    return [
        Row(f"{what}: CPU", median(ours), "s", 3, peer, times_peer=True),
        Row(
            "the same, with the start of the reading process counted in",
            with_child,
            "s",
            None,
            peer,
        ),
        Row("peer: pandas.read_csv of the same file", median(peers), "s"),
    ]


def _scoring(folder: Path, workspace: Path) -> list[Row]:
    small = survey_file(folder / "small.csv", 2_000, seed=3)
    cost_of(_import(small, "small"), workspace)
    huge = survey_file(folder / "huge.csv", 2_000_000, seed=4)
    cost_of(_import(huge, "huge"), workspace)
    huge.unlink()
    beyond, peaks, huge_costs, ratios = [], [], [], []
    for _ in range(RUNS):
        start = cost_of((*FOURFOLD, "rounds"), workspace).cpu
        large = cost_of(_score("large-0"), workspace)
        few, many = (cost_of(_score(name), workspace).cpu for name in ("small", "huge"))
        beyond.append(large.cpu - start)
        peaks.append(large.peak)
        huge_costs.append(many)
        ratios.append(many / few)
    cpu = median(huge_costs)
    return [
        Row("score of it, 2,000 draws: CPU beyond start-up", median(beyond), "s", 2),
        Row("score of it: peak memory", max(peaks), "MB", 600),
        Row(
            "score after 2,000,000 respondents; peer: the same after 2,000",
            cpu,
            "s",
            1.1,
            cpu / median(ratios),
            times_peer=True,
        ),
    ]


def _import(file: Path, round_id: str) -> tuple[str, ...]:
    return (*FOURFOLD, "import", "survey", str(file), "--round", round_id)


def _score(round_id: str) -> tuple[str, ...]:
    return (*FOURFOLD, "score", "--round", round_id, "--draws", "2000", "--json")
