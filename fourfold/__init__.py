"""Fourfold in a notebook: read a file, score it, see it.

>>> import fourfold as ff
>>> data = ff.read_survey("examples/survey.csv", ff.load_framework())
>>> ff.score(data).to_frame().shape[0]
6

What each function gives is computed by the functions that the pages and the command call, and is
the same to the last digit. docs/notebook.md has the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fourfold.own_packages import require_own_packages

require_own_packages()

if TYPE_CHECKING:
    from fourfold.analyses import compare, quality, robustness, score
    from fourfold.data import Data, OpenWorkspace, open_workspace, read_metrics, read_survey
    from fourfold.framework import load_framework
    from fourfold.plans import optimise, simulate
    from fourfold.results import Result
    from indicators.findings import Refused
    from indicators.program import VERSION as __version__

_PLACES = {
    "fourfold.analyses": ("compare", "quality", "robustness", "score"),
    "fourfold.data": ("Data", "OpenWorkspace", "open_workspace", "read_metrics", "read_survey"),
    "fourfold.framework": ("load_framework",),
    "fourfold.plans": ("optimise", "simulate"),
    "fourfold.results": ("Result",),
    "indicators.findings": ("Refused",),
}
_PLACE = {name: module for module, names in _PLACES.items() for name in names}

__all__ = [
    "Data",
    "OpenWorkspace",
    "Refused",
    "Result",
    "__version__",
    "compare",
    "load_framework",
    "open_workspace",
    "optimise",
    "quality",
    "read_metrics",
    "read_survey",
    "robustness",
    "score",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Names of the door load what is behind them when they are first used."""
    if name == "__version__":
        return import_module("indicators.program").VERSION
    if name not in _PLACE:
        raise AttributeError(f"module 'fourfold' has no attribute {name!r}")
    return getattr(import_module(_PLACE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
