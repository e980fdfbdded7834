"""A city whose departments' every person answered, with a share of the cells left blank."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.indicators.frameworks import content_of, survey

PEOPLE, DEPARTMENTS = 20, 12
ITEMS = [f"{factor}1{part}" for factor in "PIET" for part in "ab"]


def city(
    fourfold: Callable[..., Any], folder: Path, blank: float, seed: int = 3
) -> dict[str, float]:
    """Import framework, roster and answers; the score of everybody's complete answers by id."""
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
