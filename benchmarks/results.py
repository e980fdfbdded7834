"""One figure a row: what was measured, the figure, its target, the ratio to the peer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure with its unit, the peer's figure in that unit, and what must hold.

    ``limit`` bounds the figure, or with ``times_peer`` the ratio to the peer, from above.
    """

    what: str
    figure: float
    unit: str
    limit: float | None = None
    peer: float | None = None
    times_peer: bool = False

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None else self.figure / self.peer

    @property
    def met(self) -> bool:
        bounded = self.ratio if self.times_peer else self.figure
        return self.limit is None or bounded is None or bounded <= self.limit


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | figure | target | ratio to peer | |", "| --- | ---: | ---: | ---: | --- |"]
    for row in rows:
        unit = "× peer" if row.times_peer else row.unit
        limit = "" if row.limit is None else f"≤ {row.limit:g} {unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        mark = "" if row.limit is None else ("met" if row.met else "**missed**")
        lines.append(f"| {row.what} | {_shown(row)} | {limit} | {ratio} | {mark} |")
    return "\n".join(lines)


def _shown(row: Row) -> str:
    digits = 0 if row.figure >= 100 else 1 if row.figure >= 10 else 2
    return f"{row.figure:.{digits}f} {row.unit}"
