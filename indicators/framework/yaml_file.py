"""YAML files from people: a document, or the refusal that says why it is none and where."""

from __future__ import annotations

from typing import Any

from indicators.document import Document, Unreadable, parse
from indicators.findings import Finding, Refused
from locales import text

Written = Document | bytes | str
"""A file that was read already, or its text."""


def document(written: Written) -> Document:
    """The document of a YAML file. Raises Refused (E305) with the line for a file that is none."""
    if isinstance(written, Document):
        return written
    try:
        return parse(written)
    except Unreadable as found:
        raise unreadable(found) from None


def unreadable(found: Unreadable) -> Refused:
    """The refusal (E305) of a text that is no document."""
    reason = text(f"framework.reason.{found.reason}", **found.params)
    if found.line is None:
        return Refused(Finding("E305", where={"path": ""}, params={"reason": reason}))
    reason = text("framework.reason.at-line", line=found.line, reason=reason)
    where = {"path": "", "line": found.line}
    return Refused(Finding("E305", where=where, params={"reason": reason}))


def plain_content(written: Written) -> dict[str, Any]:
    """The mapping that a YAML file holds. Raises Refused as `document`."""
    return document(written).content


def with_line(finding: Finding, lines: dict[str, int]) -> Finding:
    """The finding with the line of its path, or of the nearest part around it."""
    place = str(finding.where.get("path", ""))
    while place and place not in lines:
        place = place.rpartition(".")[0] if "." in place else ""
    line = lines.get(place)
    if line is None:
        return finding
    return Finding(finding.code, finding.severity, {**finding.where, "line": line}, finding.params)
