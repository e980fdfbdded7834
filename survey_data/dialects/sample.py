"""What a recogniser may look at: a column's first distinct texts."""

from __future__ import annotations

import pyarrow as pa

from survey_data.reading.table import RawTable

ROWS = 500


def distinct_texts(table: RawTable, index: int) -> frozenset[str]:
    """Trimmed texts that occur in the column's first `ROWS` rows, empty cells aside."""
    part = table.columns.column(index).slice(0, ROWS).combine_chunks()
    whole = part.cast(pa.string()) if pa.types.is_dictionary(part.type) else part
    return frozenset(text.strip() for text in whole.unique().to_pylist() if text and text.strip())


def holds_joined(texts: frozenset[str], separator: str) -> bool:
    """Whether some text is made of others: several answers in one cell."""
    single = {text for text in texts if separator not in text}
    return any(
        separator in text and all(part in single for part in text.split(separator))
        for text in texts
    )
