"""Which encoding a text file is in, and what it would look like in others."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from indicators.findings import Finding, Refused
from survey_data.reading.delimiters import delimiter_of

_CJK = re.compile("[\u4e00-\u9fff]")
_LOOKED_AT = 1 << 18


@dataclass(frozen=True)
class EncodingPreview:
    """The first rows of a file in one encoding; ``first_bad_row`` where it does not fit."""

    encoding: str
    fits: bool
    first_rows: tuple[tuple[str, ...], ...]
    first_bad_row: int | None


def decoded(content: bytes, encoding: str | None) -> tuple[bytes, str]:
    """The file as UTF-8 bytes without a mark, and the encoding it had.

    Order: byte order mark, UTF-16 by its zero bytes, strict UTF-8, GB18030; an encoding that is
    given is taken. Raises Refused (E120) with the first row that does not fit.
    """
    if encoding is not None:
        return _transcoded(content, encoding), encoding
    if content.startswith(b"\xef\xbb\xbf"):
        bare = content[3:]
        return bare if _is_utf8(bare) else _transcoded(bare, "utf-8"), "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _transcoded(content, "utf-16"), "utf-16"
    if (wide := _without_mark(content)) is not None:
        return _transcoded(content, wide), wide
    if _is_utf8(content):
        return content, "utf-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        if len(_CJK.findall(before)) >= 3:
            raise _undecodable(content, error.start) from None
    return _transcoded(content, "gb18030"), "gb18030"


def likely_big5(content: bytes) -> bool:
    """Whether bytes that can be read as GB18030 look like Big5 rather.

    Traditional text read as GB18030 turns into characters beyond GB 2312's everyday part.
    """
    part = _whole_rows(content)
    try:
        as_big5 = part.decode("big5")
    except UnicodeDecodeError:
        return False
    return _everyday(as_big5, "big5") > _everyday(part.decode("gb18030", "replace"), "gb2312") + 0.2


def _everyday(text: str, charset: str) -> float:
    """Share of the ideographs that lie in the part of a charset sorted by use (its first level)."""
    found = _CJK.findall(text)
    if not found:
        return 0.0
    ends = {"gb2312": (0xB0A1, 0xD7F9), "big5": (0xA440, 0xC67E)}[charset]
    codes = [int.from_bytes(c.encode(charset, "ignore").rjust(2, b"\0"), "big") for c in found]
    return sum(ends[0] <= code <= ends[1] for code in codes) / len(found)


def preview_encodings(content: bytes, rows: int = 20) -> list[EncodingPreview]:
    """How the file's first rows look in three candidate encodings, the likeliest first.

    Only the first 256 KiB are looked at for the rows, all of the file for whether it fits.
    """
    wide = _without_mark(content) or content.startswith((b"\xff\xfe", b"\xfe\xff"))
    third = "utf-16" if wide else "big5"
    found = [_preview(content, encoding, rows) for encoding in ("utf-8", "gb18030", third)]
    likely = wide or likely_big5(content)
    return sorted(found, key=lambda one: (not one.fits, not (likely and one.encoding == third)))


def _preview(content: bytes, encoding: str, rows: int) -> EncodingPreview:
    try:
        text = content.decode(encoding)
        fits, bad = True, None
    except UnicodeDecodeError as error:
        text = content[:_LOOKED_AT].decode(encoding, "replace")
        fits, bad = False, content.count(b"\n", 0, error.start) + 1
    text = text[:_LOOKED_AT].lstrip("\ufeff").replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    first: list[tuple[str, ...]] = []
    try:
        for row in reader:
            first.append(tuple(cell[:60] for cell in row[:60]))
            if len(first) > rows:
                break
    except csv.Error:
        pass
    return EncodingPreview(encoding, fits, tuple(first[:rows]), bad)


def _whole_rows(content: bytes) -> bytes:
    """The file's beginning, cut after a line so that no character is halved."""
    part = content[:_LOOKED_AT]
    return part if len(part) == len(content) else part[: part.rfind(b"\n") + 1]


def _without_mark(content: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of its commas and line ends is zero."""
    start = np.frombuffer(content[:4096], np.uint8)
    if len(start) < 8 or len(content) % 2:
        return None
    even, odd = (start[0::2] == 0).mean(), (start[1::2] == 0).mean()
    if odd > 0.1 and even < 0.01 and b"\n\x00" in content[:_LOOKED_AT]:
        return "utf-16-le"
    if even > 0.1 and odd < 0.01 and b"\x00\n" in content[:_LOOKED_AT]:
        return "utf-16-be"
    return None


def _is_utf8(content: bytes) -> bool:
    """Strictly; without the copy that decoding makes."""
    ends = pa.py_buffer(np.array([0, len(content)], dtype=np.int64))
    whole = pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(content))
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _transcoded(content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(content, error.start) from None
    except (LookupError, UnicodeEncodeError):
        raise _undecodable(content, 0) from None


def _undecodable(content: bytes, position: int) -> Refused:
    row = content.count(b"\n", 0, position) + 1
    return Refused(Finding("E120", where={"row": row}))
