"""When a respondent answered and how long it took, from the columns that a survey tool adds."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.findings import Finding

_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2}(?:\.\d+)?)$")
_PARTS = re.compile(
    r"(\d+(?:\.\d+)?)\s*(天|d(?:ays?)?|小时|时|h(?:ours?)?|分钟|分|m(?:in(?:utes?)?)?|秒|s(?:ec(?:onds?)?)?)"
)
_SECONDS = {
    "天": 86400,
    "d": 86400,
    "小": 3600,
    "时": 3600,
    "h": 3600,
    "分": 60,
    "m": 60,
    "秒": 1,
    "s": 1,
}
_TIME = re.compile(
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?)?"
    r"\s*(?:Z|[+-]\d{2}:?\d{2})?$"
)
_AMERICAN = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_EPOCH = datetime.datetime(1899, 12, 30)
_EARLIEST = datetime.datetime(2000, 1, 1)


def seconds(text: str) -> float:
    """Duration of ``187``, ``187秒``, ``3分7秒``, ``3 min 7 s`` or ``00:03:07``; NaN for other texts."""
    bare = unicodedata.normalize("NFKC", text).strip().casefold()
    try:
        return float(bare)
    except ValueError:
        pass
    if (clock := _CLOCK.match(bare)) is not None:
        hours, minutes, rest = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest)
    parts = _PARTS.findall(bare)
    if not parts or _PARTS.sub("", bare).strip(" ,."):
        return float("nan")
    return sum(float(number) * _SECONDS[unit[0]] for number, unit in parts)


def moment(text: str) -> datetime.datetime | None:
    """The time of ISO, Chinese, American and spreadsheet serial forms; None for other texts."""
    bare = unicodedata.normalize("NFKC", text).strip()
    try:
        if (found := _TIME.match(bare)) is not None:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime.datetime(year, month, day, hour, minute, second)
        if (found := _AMERICAN.match(bare)) is not None:
            month, day, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime.datetime(year, month, day, hour, minute, second)
        if _SERIAL.match(bare):
            return _EPOCH + datetime.timedelta(days=float(bare))
    except (ValueError, OverflowError):
        return None
    return None


def durations(texts: Sequence[str], indices: NDArray[np.integer]) -> NDArray[np.float64]:
    """Seconds of each row (n,), NaN where unknown, negative or endless."""
    values = np.array([seconds(text) for text in texts])
    values[~(np.isfinite(values) & (values >= 0))] = np.nan
    return values[indices]


def times(
    texts: Sequence[str],
    indices: NDArray[np.integer],
    rows: NDArray[np.int64],
    header: str,
    latest: datetime.datetime,
) -> tuple[NDArray[np.datetime64], list[Finding]]:
    """Times (n,) in seconds, NaT where unknown; a time that cannot be is named (E134) and unknown."""
    values = np.full(len(texts), "NaT", dtype="datetime64[s]")
    wrong: list[int] = []
    serial: list[tuple[str, datetime.datetime]] = []
    for index, text in enumerate(texts):
        if not text.strip():
            continue
        found = moment(text)
        if found is None or not _EARLIEST <= found <= latest:
            wrong.append(index)
            continue
        values[index] = np.datetime64(found, "s")
        if _SERIAL.match(text.strip()):
            serial.append((text, found))
    findings = []
    if wrong:
        bad = np.flatnonzero(np.isin(indices, wrong))
        first = texts[int(indices[bad[0]])][:200]
        where = {"row": int(rows[bad[0]]), "column": header, "value": first}
        findings.append(Finding("E134", "warning", where, {"count": len(bad)}))
    if serial:
        text, found = serial[0]
        where = {"column": header, "value": text}
        params = {"count": len(serial), "time": found.isoformat(sep=" ", timespec="seconds")}
        findings.append(Finding("N134", "note", where, params))
    return values[indices], findings
