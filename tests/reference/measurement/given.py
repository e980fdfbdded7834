"""The reference values of measurement quality and the public data they are of."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent.parent
CONTENT = json.loads((HERE / "measurement.json").read_text(encoding="utf-8"))
REFERENCES: dict[str, dict] = {entry["id"]: entry for entry in CONTENT["references"]}
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}
PEARSON_BFI = [f"{scale}{i}" for scale in "ACENO" for i in range(1, 6)]


@cache
def data(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / f"{name}.csv")


def bfi(items: list[str], *, directed: bool = False, complete: bool = True) -> pd.DataFrame:
    frame = data("bfi")[items].copy()
    if directed:
        for item in REVERSED & set(items):
            frame[item] = 7 - frame[item]
    return frame.dropna() if complete else frame
