"""How large a file may be, by the door it comes through."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of one reading. Sizes in bytes, times in seconds.

    ``memory`` is the reading process's own; ``answer`` is what this process takes from it.
    """

    file: int
    unpacked: int
    rows: int
    columns: int
    memory: int
    seconds: int
    answer: int
    entries: int = 200
    ratio: int = 100
    cell: int = 32_767

    def seconds_for(self, size: int) -> int:
        """The time allowed for a file of this size; large files get more."""
        return self.seconds + size // MIB


PAGE_LIMITS = Limits(20 * MIB, 100 * MIB, 200_000, 600, 3 * 1024 * MIB, 60, 3 * 1024 * MIB)
DOCUMENT_LIMITS = Limits(MIB, MIB, 0, 0, 512 * MIB, 10, 48 * MIB)
"""Of a YAML file, whichever door it comes through. The longest answer has MAX_WRITTEN characters of
content and as many of places, at most 4 bytes each, and what stands between 50,000 values."""
COMMAND_LIMITS = Limits(
    4096 * MIB, 1024 * MIB, 5_000_000, 600, 16 * 1024 * MIB, 120, 16 * 1024 * MIB
)
