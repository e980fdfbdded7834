"""Prints the CPU in milliseconds of a rerun of the overview; started by `benchmarks.overview`."""

from __future__ import annotations

import time
from statistics import median

from benchmarks.timing import ROOT

WARM, COUNTED = 4, 8


def rerun() -> float:
    """Median over reruns of the process's CPU, after the caches are warm."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(ROOT / "pages" / "shell.py"), default_timeout=60)
    times = []
    for run in range(WARM + COUNTED):
        start = time.process_time()
        page.run()
        if page.exception:
            raise RuntimeError(page.exception[0].message)
        if run >= WARM:
            times.append(time.process_time() - start)
    return median(times) * 1000


if __name__ == "__main__":
    print(rerun())
