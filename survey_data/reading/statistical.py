"""Files of SPSS (.sav, .zsav, .por) and Stata (.dta): codes as text, labels and missing codes apart."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from indicators.findings import Finding, Refused
from survey_data.reading.columns import texts_of
from survey_data.reading.container import refuse
from survey_data.reading.excel import cell_text
from survey_data.reading.grid import table_from_columns
from survey_data.reading.limits import Limits
from survey_data.reading.table import RawTable

_RETRY = "GB18030"


def read_statistical(
    content: bytes, limits: Limits, kind: str, *, encoding: str | None = None
) -> RawTable:
    """Read a statistics file. Headers are variable names; rows count from 1, for there is no header
    row. Raises Refused."""
    findings: list[Finding] = []
    try:
        values, meta = _read(content, kind, limits, encoding)
    except UnicodeError:
        if encoding is not None:
            raise refuse("E120", row=1) from None
        try:
            values, meta = _read(content, kind, limits, _RETRY)
        except UnicodeError:
            raise refuse("E120", row=1) from None
        findings.append(Finding("W218", "warning", params={"encoding": _RETRY}))
        encoding = _RETRY
    names = list(values)
    if not names:
        raise refuse("E126")
    count = len(values[names[0]])
    declared = _declared_rows(content, kind)
    if declared is not None and declared != count:
        params = {"said": declared, "count": count}
        findings.append(Finding("W261", "warning", params=params))
    columns = [_texts(values[name], limits) for name in names]
    labels = {
        name: {cell_text(code): str(label) for code, label in held.items()}
        for name, held in meta.variable_value_labels.items()
    }
    missing = _user_missing(dict(zip(names, columns, strict=True)), meta)
    findings += _unlabelled(names, columns, labels, missing)
    table = pa.Table.from_arrays(columns, [f"c{index}" for index in range(len(names))])
    numbers = pa.array(range(1, count + 1), pa.int64())
    headers, table, numbers, _, ignored, more = table_from_columns(names, table, numbers, 0, 0)
    said = dict(zip(meta.column_names, meta.column_labels, strict=True))
    return RawTable(
        headers,
        table,
        numbers,
        kind,
        0,
        ignored,
        encoding=encoding or meta.file_encoding,
        findings=(*findings, *more),
        labels=tuple(said.get(name) or "" for name in headers),
        value_labels=labels,
        user_missing=missing,
    )


def _read(
    content: bytes, kind: str, limits: Limits, encoding: str | None
) -> tuple[dict[str, Sequence[object]], Any]:
    import pyreadstat

    readers = {"sav": pyreadstat.read_sav, "por": pyreadstat.read_por, "dta": pyreadstat.read_dta}
    options: dict[str, Any] = {} if encoding is None else {"encoding": encoding}
    if kind != "por":
        options["user_missing"] = True
    elif encoding is not None:
        raise UnicodeError(encoding)

    def read(**more: Any) -> tuple[dict[str, Sequence[object]], Any]:
        try:
            return readers[kind](io.BytesIO(content), output_format="dict", **options, **more)
        except UnicodeError:
            raise
        except MemoryError:
            raise
        except Exception as error:
            # The reader has one kind of error for everything; its sentence tells what it was.
            said = str(error).lower()
            if "encoding" in said or "convert" in said:
                raise UnicodeError(said) from None
            strange = "invalid file" in said and not _has_sound_start(content, kind)
            raise refuse("E103" if strange else "E102") from None

    _, meta = read(metadataonly=True)
    if len(meta.column_names) > limits.columns:
        raise refuse("E125", limit=limits.columns)
    values, meta = read(row_limit=limits.rows + 1)
    if values and len(next(iter(values.values()))) > limits.rows:
        raise refuse("E111", limit=limits.rows)
    return values, meta


def _declared_rows(content: bytes, kind: str) -> int | None:
    """The number of cases that the header of a .sav claims; −1 and other formats claim none."""
    if kind != "sav":
        return None
    order: Literal["little", "big"] = "little" if content[64] else "big"
    cases = int.from_bytes(content[80:84], order, signed=True)
    return cases if cases >= 0 else None


def _has_sound_start(content: bytes, kind: str) -> bool:
    """Whether the first bytes are those of the format: then the rest is damaged, not foreign."""
    return kind == "sav" and content[64:68] in (b"\2\0\0\0", b"\3\0\0\0", b"\0\0\0\2", b"\0\0\0\3")


def _texts(values: Sequence[object], limits: Limits) -> pa.Array:
    place: dict[object, int] = {}
    indices = [place.setdefault(value, len(place)) for value in values]
    texts = [cell_text(_known(value)).rstrip() for value in place]
    for position, text in enumerate(texts):
        if len(text) > limits.cell:
            where = {"row": indices.index(position) + 1}
            raise Refused(Finding("E124", where=where, params={"limit": limits.cell}))
    empty = {position for position, text in enumerate(texts) if text == ""}
    # Two values may have one text; encoding the texts again makes the dictionary plain.
    words = texts_of([None if position in empty else text for position, text in enumerate(texts)])
    return words.take(pa.array(indices, pa.int32())).dictionary_encode()


def _known(value: object) -> object:
    return None if isinstance(value, float) and value != value else value


def _user_missing(columns: Mapping[str, pa.Array], meta: Any) -> dict[str, list[str]]:
    """By variable, the cell texts that the file declares to be missing."""
    found: dict[str, list[str]] = {}
    for name, ranges in (getattr(meta, "missing_ranges", None) or {}).items():
        texts = columns[name].dictionary.to_pylist() if name in columns else []
        found[name] = [text for text in texts if any(_within(text, one) for one in ranges)]
    for name, letters in (getattr(meta, "missing_user_values", None) or {}).items():
        found.setdefault(name, []).extend(str(letter) for letter in letters)
    return {name: texts for name, texts in found.items() if texts}


def _within(text: str, one: Mapping[str, Any]) -> bool:
    low, high = one["lo"], one["hi"]
    if isinstance(low, str):
        return text == low.strip()
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def _unlabelled(
    names: Sequence[str],
    columns: Sequence[pa.Array],
    labels: Mapping[str, Mapping[str, str]],
    missing: Mapping[str, Sequence[str]],
) -> list[Finding]:
    """Codes in use that a labelled variable has no label for."""
    findings = []
    for name, column in zip(names, columns, strict=True):
        held = labels.get(name, {})
        used = [t for t in column.dictionary.to_pylist() if t not in missing.get(name, ())]
        bare = [text for text in used if text not in held]
        if len(held) >= 2 and bare and len(bare) < len(used):
            params = {"codes": ", ".join(bare[:10])}
            findings.append(Finding("W260", "warning", where={"column": name}, params=params))
    return findings
