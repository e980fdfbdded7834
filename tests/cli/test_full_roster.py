"""A full response with blank cells through the command: honest intervals, no rank from nothing.

Twelve departments of twenty people, everybody answered, half of the cells blank; what everybody
would have answered is known.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from tests.indicators.frameworks import content_of, survey

PEOPLE, DEPARTMENTS = 20, 12
ITEMS = [f"{factor}{k}{part}" for factor in "PIET" for k in (1,) for part in "ab"]


def city(fourfold, folder: Path, blank: float, seed: int = 3) -> dict[str, float]:
    """Import framework, roster and answers; the score of everybody's complete answers by id."""
    import yaml

    factors = [[survey(f"{f}1", f"{f}1a", f"{f}1b")] for f in "PIET"]
    content = yaml.safe_dump(content_of(*factors), allow_unicode=True)
    (folder / "f.yaml").write_text(content, "utf-8")
    random = np.random.default_rng(seed)
    truth, lines = {}, [["department", *ITEMS]]
    for d in range(DEPARTMENTS):
        people = 3 + random.normal(0.2, 0.4) + 0.6 * random.normal(size=(PEOPLE, 1))
        codes = np.clip(np.rint(people + 0.8 * random.normal(size=(PEOPLE, 8))), 1, 5).astype(int)
        truth[f"D{d:02d}"] = 25 * (codes.mean() - 1)
        kept = random.random(codes.shape) >= blank
        kept[~kept.any(axis=1), 0] = True
        lines += [
            [f"D{d:02d}", *(str(code) if there else "" for code, there in zip(*row, strict=True))]
            for row in zip(codes, kept, strict=True)
        ]
    roster = [["id", "headcount"], *([id, str(PEOPLE)] for id in truth)]
    for name, rows in (("s.csv", lines), ("d.csv", roster)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    assert fourfold("framework", "use", folder / "f.yaml").status == 0
    assert fourfold("import", "departments", folder / "d.csv").status == 0
    assert fourfold("import", "survey", folder / "s.csv", "--round", "r").status == 0
    return truth


def test_a_full_roster_with_half_of_the_cells_blank_is_uncertain(fourfold, tmp_path):
    truth = city(fourfold, tmp_path, blank=0.5)
    found = fourfold("score", "--round", "r", "--json").json
    overall = {unit["id"]: unit["overall"] for unit in found["units"]}
    assert all(unit["n"] == PEOPLE for unit in found["units"])
    widths = [one["high"] - one["low"] for one in overall.values()]
    # Of the cells half are known: each score's error is about .7 of that without a roster.
    assert min(widths) > 3
    held = sum(overall[id]["low"] <= value <= overall[id]["high"] for id, value in truth.items())
    assert held >= 8  # of 12 at 90 %: P(fewer) = .0005
    compared = fourfold("compare", "--round", "r", "--json").json
    alone = [unit for unit in compared["units"] if unit["rank"]["low"] == unit["rank"]["high"]]
    assert len(alone) <= 3
    assert len({unit["letters"] for unit in compared["units"]}) < DEPARTMENTS


def test_the_fewer_cells_are_blank_the_narrower_the_intervals_down_to_none(fourfold, tmp_path):
    widths = []
    for place, blank in enumerate((0.5, 0.1, 0.0)):
        folder = tmp_path / str(place)
        folder.mkdir()
        workspace = ("--workspace", folder / "own.db")
        city(lambda *a: fourfold(*workspace, *a), folder, blank)  # noqa: B023
        units = fourfold(*workspace, "score", "--round", "r", "--json").json["units"]
        widths.append(np.mean([u["overall"]["high"] - u["overall"]["low"] for u in units]))
    assert widths[0] > 1.5 * widths[1] > 0
    assert widths[2] == pytest.approx(0, abs=1e-9)
