"""What the first page needs, loaded while the first visitor's browser still loads its own part."""

from __future__ import annotations

import importlib
import threading

_NEEDED = (
    "actions.overview",
    "charts.city",
    "charts.matrix",
    "charts.movers",
    "plotly.io",
    "streamlit.elements.plotly_chart",
    "charts.department",
    "charts.ladder",
)


def load() -> threading.Thread:
    """Import what the pages use, beside the server; the first visitor then waits for numbers only."""
    thread = threading.Thread(target=_load, name="warm-up", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    from locales import LANGUAGES, translate

    for language in LANGUAGES:
        translate("app.title", language)
    for name in _NEEDED:
        importlib.import_module(name)
