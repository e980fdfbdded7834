"""Texts in figures: what is data is shown as it is, what is bold or broken is so by intent.

Plotly reads every text of a figure as its own small HTML (``<b>``, ``<br>``, ``<a href>``, entities),
and a department may be called ``<b>甲局``. So nobody writes tags: `bold` and `BREAK` mark what a
picture wants, and `literal` turns these marks into tags and everything else into plain letters, once,
when the figure is made a `charts.house.picture.Picture`.

The marks are noncharacters of Unicode, which no text holds that a person typed or a file brought;
letters of the private area would not do, since old Chinese code pages put rare characters there.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import plotly.graph_objects as go

_ON, _OFF, BREAK = "\ufdd0", "\ufdd1", "\ufdd2"
TAGS = {ord(_ON): "<b>", ord(_OFF): "</b>", ord(BREAK): "<br>"}
_READ = frozenset("&<>") | {chr(mark) for mark in TAGS}


def bold(text: str) -> str:
    return f"{_ON}{text}{_OFF}"


def literal(text: str) -> str:
    """The text as Plotly has to be given it to show it as it is."""
    return escape(text, quote=False).translate(TAGS)


def make_literal(figure: go.Figure) -> None:
    """Make every text of the figure literal, in place.

    Templates are left as they are: they are ours, and take data only through ``customdata``.
    """
    spec = figure.to_dict()
    for place, trace in enumerate(spec["data"]):
        for path, value in _changed(trace):
            figure.data[place][path] = value
    for path, value in _changed(spec["layout"]):
        figure.layout[path] = value


def _changed(part: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Paths of the texts that have to be written otherwise, and how; arrays as a whole."""
    for key, value in part.items():
        path = f"{within}{key}"
        value = value.tolist() if hasattr(value, "tolist") else value
        if key.endswith("template"):
            continue
        if key == "labelalias":
            # The one attribute whose keys are texts too: those of the categories, literal as they.
            yield path, {literal(text): literal(other) for text, other in value.items()}
        elif isinstance(value, dict):
            yield from _changed(value, f"{path}.")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            for at, one in enumerate(value):
                yield from _changed(one, f"{path}[{at}].")
        elif _read(value):
            yield path, _literal(value)


def _read(value: Any) -> bool:
    """Whether a text, or one of an array, holds what Plotly would take for more than a letter."""
    if isinstance(value, str):
        return not _READ.isdisjoint(value)
    return isinstance(value, list | tuple) and any(_read(one) for one in value)


def _literal(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    return [_literal(one) for one in value] if isinstance(value, list | tuple) else value
