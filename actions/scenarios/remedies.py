"""What to do about weak indicators: the measure of the catalogue that mends each at least cost."""

from __future__ import annotations

from collections.abc import Sequence

from actions.access import Access, authorize
from actions.measures.catalogue import catalogue_in_use
from actions.scenarios.simulation import planner_of
from analysis.scenarios.remedies import Remedy, remedies
from indicators.findings import Refused

__all__ = ["Remedy", "linked_measures"]
DRAWS = 200
"""Enough for means of gains: against the same draws of the baseline they hardly vary."""
NOT_APPLICABLE = ("E327", "E328", "E953")


def linked_measures(
    access: Access,
    round_id: str,
    indicators: Sequence[str],
    *,
    horizon: int = 3,
    draws: int = DRAWS,
    seed: int = 1,
) -> dict[str, Remedy]:
    """For each weak indicator of a round the measure to think of first.

    Nothing where the catalogue does not apply to the round: another framework, goalposts that
    depend on the sample, or nobody to plan for.
    """
    authorize(access.user, "simulate.run", round_id)
    try:
        planner = planner_of(access, round_id, catalogue_in_use(access), draws, seed)
    except Refused as refusal:
        if refusal.first.code in NOT_APPLICABLE:
            return {}
        raise
    return remedies(planner, indicators, horizon)
