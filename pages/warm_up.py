"""Everything pages import, imported before a page can run while it is half there.

A library that another visitor's thread is importing stands in ``sys.modules`` already: Plotly finds
a pandas there that has no Series yet, and the visitor an error page. So visitors import nothing.
One thread imports it all while the first visitor's browser loads its own part, and pages wait for
it: the overview for what it needs, which comes first, the others for everything.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path

_PAGES = Path(__file__).parent
_FIRST_PAGES = ("shell.py", "see/overview.py")
# What libraries and our own floors import when they are first asked.
_FIRST = (
    "pandas",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "scipy.special",
    "PIL.ImageFile",
    "plotly.io._json",
    "plotly.animation",
    "plotly.offline",
    "streamlit.elements.plotly_chart",
    "streamlit.emojis",
    "streamlit.material_icon_names",
)
_LATER = (
    "scipy.linalg",
    "scipy.optimize",
    "scipy.stats",
    "docx",
    "xlsxwriter",
)
PATIENCE = 3.0
"""Seconds that the overview's first visitor has the processor for the numbers, before the imports
for other pages begin, unless somebody asks for one."""


class _WarmUp:
    """The one thread, and how far it is."""

    def __init__(self) -> None:
        self.begun = False
        self.overview, self.asked, self.everything = (threading.Event() for _ in range(3))

    def run(self) -> None:
        # A page that waits must go on, whatever happens here; then it says itself what is missing.
        try:
            _load_first()
        finally:
            self.overview.set()
        self.asked.wait(PATIENCE)
        try:
            _load_others()
        finally:
            self.everything.set()


_warm_up = _WarmUp()


def load() -> threading.Thread:
    """Import what the pages use, beside the server."""
    _warm_up.begun = True
    thread = threading.Thread(target=_warm_up.run, name="warm-up", daemon=True)
    thread.start()
    return thread


def wait_for_overview() -> None:
    """Return when the overview and what is around every page have all that they import."""
    if _warm_up.begun:
        _warm_up.overview.wait()


def wait_for_everything() -> None:
    """Return when every page has all that it imports."""
    if _warm_up.begun:
        _warm_up.asked.set()
        _warm_up.everything.wait()


def _load_first() -> None:
    from locales import LANGUAGES, translate

    for language in LANGUAGES:
        translate("app.title", language)
    for name in _FIRST:
        importlib.import_module(name)
    for page in _FIRST_PAGES:
        _load_for(_PAGES / page)


def _load_others() -> None:
    for name in _LATER:
        importlib.import_module(name)
    for page in sorted(_PAGES.glob("*/*.py")):
        _load_for(page)


def _load_for(page: Path) -> None:
    for name in _named(page):
        importlib.import_module(name)


def _named(page: Path) -> Iterator[str]:
    """The modules that a page's source imports, at its head or later."""
    for node in ast.walk(ast.parse(page.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if (_PAGES.parent / node.module.replace(".", "/")).is_dir():
                parts = (f"{node.module}.{alias.name}" for alias in node.names)
                yield from (part for part in parts if importlib.util.find_spec(part))
