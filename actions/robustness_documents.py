"""The robustness of a round as a file to hand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.robustness import robustness_statement


def robustness_document(
    report: Mapping[str, Any], names: Mapping[str, str], kind: str, language: str
) -> bytes:
    """A document of ``kind`` docx (one page) or xlsx (everything) of a robustness report."""
    return robustness_statement(report, names, kind, language)
