"""Import of a large workbook beside a bare read of the same file by the fastest reader of objects."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.answers import framework_file
from benchmarks.results import Row
from benchmarks.timing import FOURFOLD, cost_of
from indicators.framework import load_framework

RESPONDENTS, COLUMNS, RUNS = 100_000, 60, 3


def workbook(folder: Path) -> list[Row]:
    """CPU and memory of the import of 100,000 × 60 cells, against the bare read."""
    workspace = folder / "workspace.db"
    definition = framework_file(folder / "f.yaml")
    cost_of((*FOURFOLD, "framework", "use", str(definition)), workspace)
    items = [item.id for item in load_framework(definition.read_bytes()).items][: COLUMNS - 1]
    path = _written(folder / "large.xlsx", items)
    read = f"from python_calamine import CalamineWorkbook as W; W.from_path({str(path)!r}).get_sheet_by_index(0).to_python()"
    ratios, ours, peers, peaks, bare = [], [], [], [], []
    for run in range(RUNS):
        peer = cost_of((sys.executable, "-c", read))
        whole = cost_of((*FOURFOLD, "import", "survey", str(path), "--round", f"r{run}"), workspace)
        ratios.append(whole.cpu / peer.cpu)
        ours.append(whole.cpu)
        peers.append(peer.cpu)
        peaks.append(whole.peak)
        bare.append(peer.peak)
    what = f"import of an .xlsx, {RESPONDENTS:,} respondents × {COLUMNS} columns"
    peer = median(ours) / median(ratios)
    return [
        Row(f"{what}: CPU, start-up counted in", median(ours), "s", 1.8, peer, times_peer=True),
        Row(f"{what}: peak memory of a process", max(peaks), "MB", 6, min(bare), times_peer=True),
        Row("peer: bare read by python-calamine, start-up counted in", median(peers), "s"),
    ]


def _written(path: Path, items: list[str]) -> Path:
    import xlsxwriter

    chance = np.random.default_rng(1)
    answers = chance.integers(1, 6, (RESPONDENTS, len(items)))
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["部门", *items])
        for row, given in enumerate(answers.tolist(), 1):
            sheet.write_string(row, 0, f"局{row % 60}")
            for column, answer in enumerate(given, 1):
                sheet.write_number(row, column, answer)
    return path
