"""The facts that every result starts from: the owner's, or what may be shown of them.

Whoever reads a round's answers for a result does it here, so that nothing withheld can reach a
figure: it is gone before anything is computed (docs/methods/scores.md).
"""

from __future__ import annotations

from actions.access import Access, authorize
from indicators.evidence import Evidence
from indicators.framework import Framework
from survey_data.disclosure import Withheld, withheld
from survey_data.screening.checks import Screening
from survey_data.workspace import batches, stored_answers
from survey_data.workspace.stored_answers import StoredAnswers


def round_evidence(
    access: Access, round_id: str, framework: Framework | None = None
) -> tuple[Evidence, Framework]:
    """A round's facts under its own framework or another. Raises Refused (E913, E918)."""
    authorize(access.user, "round.read", round_id)
    if access.published:
        return published_evidence(access, round_id, framework)
    return batches.evidence(access.workspace, round_id, framework)


def published_evidence(
    access: Access, round_id: str, framework: Framework | None = None
) -> tuple[Evidence, Framework]:
    """A round's facts without what few people answered; they say who is withheld."""
    authorize(access.user, "round.read", round_id)
    return stored_answers.shown_evidence(access.workspace, round_id, framework)


def round_answers(access: Access, round_id: str, framework: Framework) -> StoredAnswers:
    """Single answers of a round that count, hidden ones left out where results are published."""
    authorize(access.user, "round.read", round_id)
    return stored_answers.stored_answers(
        access.workspace, round_id, framework, _hidden(access, round_id)
    )


def round_screenings(access: Access, round_id: str, framework: Framework) -> list[Screening]:
    """The screening of each active file of a round, on the rows that count and may be shown."""
    authorize(access.user, "round.read", round_id)
    return stored_answers.round_screening(
        access.workspace, round_id, framework, _hidden(access, round_id)
    )


def _hidden(access: Access, round_id: str) -> Withheld | None:
    if not access.published:
        return None
    moments = batches.survey_moments(access.workspace, round_id)
    return None if moments is None else withheld(moments)
