"""The comparison of a round as a file to hand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.comparison import comparison_statement


def comparison_workbook(report: Mapping[str, Any], node: Mapping[str, str], language: str) -> bytes:
    """An .xlsx of a comparison report; ``node`` is the name of what was compared."""
    return comparison_statement(report, node, language)
