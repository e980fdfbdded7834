"""A comparison of plans as a file to hand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.portfolio import portfolio_statement


def portfolio_document(
    report: Mapping[str, Any], optimum: Mapping[str, Any] | None, kind: str, language: str
) -> bytes:
    """A document of ``kind`` docx (a proposal) or xlsx (everything) of plans side by side."""
    return portfolio_statement(report, optimum, kind, language)
