"""``python -m benchmarks.run [PART …]``: measure, print one table, fail when a target is missed."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.kernel import kernel
from benchmarks.overview import overview
from benchmarks.portfolio import portfolios
from benchmarks.quality import measurement
from benchmarks.results import Row, table
from benchmarks.robustness import survival
from benchmarks.scale import scale
from benchmarks.scenarios import projections
from benchmarks.workbook import workbook

PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "scale": scale,
    "workbook": workbook,
    "quality": measurement,
    "robustness": survival,
    "scenarios": projections,
    "portfolio": lambda _: portfolios(),
    "kernel": lambda _: kernel(),
    "overview": overview,
}


def main(parts: list[str]) -> int:
    """Run the named parts, all of them by default."""
    if unknown := set(parts) - set(PARTS):
        print(f"{', '.join(sorted(unknown))}: not one of {', '.join(PARTS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name in parts or PARTS:
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="fourfold-") as folder:
            rows += PARTS[name](Path(folder))
    print(_machine(), end="\n\n")
    print(table(rows))
    return 0 if all(row.met for row in rows) else 1


def _machine() -> str:
    import numpy
    import pandas
    import psutil

    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{os.cpu_count()} cores, {memory} GB, {platform.system()}, Python "
        f"{platform.python_version()}, numpy {numpy.__version__}, pandas {pandas.__version__}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
