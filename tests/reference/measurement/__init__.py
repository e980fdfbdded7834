"""Every reference value of measurement quality beside ours: for the tests and for the document.

`python -m tests.reference.measurement` prints the table of docs/methods/measurement.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tests.reference.measurement import departments, scales, structure
from tests.reference.measurement.given import REFERENCES

OURS = scales.OURS | structure.OURS | departments.OURS


@dataclass(frozen=True)
class Compared:
    """One reference entry: how many values, the worst difference, and the tolerance.

    A difference is absolute below magnitude 1 and relative above.
    """

    id: str
    call: str
    count: int
    worst: float
    tolerance: float


def compare(id: str) -> Compared:
    """Our numbers for an entry against its values."""
    entry = REFERENCES[id]
    differences = []
    for ours, theirs in _pairs(OURS[id](entry["value"])):
        differences.append(abs(ours - theirs) / max(1.0, abs(theirs)))
    return Compared(id, entry["call"], len(differences), max(differences), entry["tol"])


def _pairs(found: list[tuple[object, object]]) -> Iterator[tuple[float, float]]:
    for ours, theirs in found:
        a = np.asarray(ours, dtype=float).ravel()
        b = np.asarray(
            list(theirs.values()) if isinstance(theirs, Mapping) else theirs, dtype=float
        ).ravel()
        assert a.shape == b.shape, (a.shape, b.shape)
        yield from zip(a.tolist(), b.tolist(), strict=True)


def table() -> str:
    """The document's table: entry, number of values, worst difference, tolerance."""
    rows = [compare(id) for id in REFERENCES]
    lines = ["| reference | values | worst difference | tolerance |", "| --- | --- | --- | --- |"]
    lines += [f"| `{c.id}` | {c.count} | {c.worst:.1e} | {c.tolerance:g} |" for c in rows]
    return "\n".join(lines)
