"""Columns between Arrow and NumPy, and texts as dictionaries.

Arrow's own conversions load pandas first, which costs more than reading a usual file; these take
the buffers as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def numbers_of(array: pa.Array, missing: int = 0) -> NDArray[Any]:
    """Whole numbers of an Arrow array, ``missing`` where it holds null."""
    validity, values = array.buffers()
    kind = np.dtype(f"i{array.type.bit_width // 8}")
    if values is None:
        return np.full(len(array), missing, kind)
    span = slice(array.offset, array.offset + len(array))
    numbers = np.frombuffer(values, kind, count=span.stop)[span]
    if not array.null_count:
        return numbers
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), count=span.stop, bitorder="little")
    return np.where(bits[span].astype(bool), numbers, np.array(missing, kind))


def array_of(values: NDArray[Any], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """An Arrow array of whole numbers or of truth values, null where not ``known``."""
    validity = None
    if known is not None and not known.all():
        validity = pa.py_buffer(np.packbits(known, bitorder="little"))
    if values.dtype == np.bool_:
        bits = pa.py_buffer(np.packbits(values, bitorder="little"))
        return pa.Array.from_buffers(pa.bool_(), len(values), [validity, bits])
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(
        kind, len(values), [validity, pa.py_buffer(np.ascontiguousarray(values))]
    )


def texts_of(texts: Sequence[str | None]) -> pa.Array:
    """An Arrow array of texts."""
    encoded = [(text or "").encode() for text in texts]
    ends = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=ends[1:])
    known = np.array([text is not None for text in texts], dtype=bool)
    validity = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.StringArray.from_buffers(
        len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)), validity
    )


def dictionary_encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The distinct texts of a string column and where each stands; null stays null.

    A column of single characters, as answers are, needs no hashing.
    """
    found = _single_characters(column)
    if found is None:
        encoded = column.dictionary_encode().combine_chunks()
        return encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    codes, letters = found
    place = np.zeros(128, dtype=np.int8)
    place[letters] = np.arange(len(letters))
    indices = array_of(place[codes], codes != 0)
    return pa.DictionaryArray.from_arrays(indices, texts_of([chr(letter) for letter in letters]))


def _single_characters(
    column: pa.ChunkedArray,
) -> tuple[NDArray[np.uint8], NDArray[np.integer]] | None:
    """Each cell's character code, 0 for an empty cell, and the codes that occur.

    None when a cell is longer than one byte.
    """
    codes = np.zeros(len(column), dtype=np.uint8)
    used = np.zeros(128, dtype=bool)
    start = 0
    for chunk in column.chunks:
        _, offsets, data = chunk.buffers()
        ends = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        lengths = np.diff(ends)
        if len(lengths) and lengths.max() > 1:
            return None
        if data is not None:
            letters = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
            codes[start : start + len(chunk)][lengths == 1] = letters
            used |= np.bincount(letters, minlength=128) > 0
        start += len(chunk)
    return codes, np.flatnonzero(used)
