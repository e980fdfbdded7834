"""Frameworks by the path of their file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from indicators.findings import Finding, Refused
from indicators.framework import Framework, default_framework
from indicators.framework import load_framework as framework_of
from survey_data.reading import read_document


def load_framework(path: str | PathLike[str] | None = None) -> Framework:
    """The framework of a YAML file, or without a path the one that ships.

    Raises Refused: E921 for a file that cannot be read, else all problems of its content at once.

    Examples
    --------
    >>> import fourfold as ff
    >>> ff.load_framework()
    Framework(city-sharing@2025.1: 4 factors, 57 indicators, 66 items)
    """
    if path is None:
        return default_framework()
    return framework_of(read_document(content_of(path)))


def content_of(path: str | PathLike[str]) -> bytes:
    """Raises Refused (E921) for a file that cannot be read."""
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, ValueError) as error:
        # A ValueError: no file can have this name (a NUL, half of a surrogate pair).
        problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Refused(Finding("E921", params={"path": str(path), "problem": problem})) from None
