"""The quality statement of a round as a file to hand on."""

from __future__ import annotations

from actions.quality import QualityView
from reports.quality import quality_statement


def quality_document(view: QualityView, kind: str, language: str) -> bytes:
    """A document of ``kind`` docx or xlsx of what `round_quality` gave out."""
    return quality_statement(
        view.report,
        language,
        groups=view.groups,
        rounds=view.rounds,
        synthetic=view.synthetic,
        kind=kind,
    )
