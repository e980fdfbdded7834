"""What a survey file holds beside the items: background, attention checks, several-answer questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import MISSING
from indicators.findings import Finding
from indicators.framework import Framework
from survey_data.answers.mapping import ColumnMap
from survey_data.answers.recoding import code_column, code_text, dictionary_of
from survey_data.dialects import Column, Export
from survey_data.reading import RawTable
from survey_data.reading.columns import array_of

NOT_ANSWERED = frozenset({"", "(空)", "(跳过)", "-2", "-3"})
_FILLED_IN = re.compile(r"〖[^〗]*〗")
"""What a respondent wrote beside an option."""

_CHOSEN = frozenset({"1", "1.0", "TRUE", "true", "True", "Y", "Yes", "yes", "是"})


def attributes(
    table: RawTable, mapping: ColumnMap, good: NDArray[np.bool_]
) -> dict[str, list[str | None]]:
    """Background answers of the rows that are kept, by attribute id."""
    keep = array_of(good)
    return {
        id: table.columns.column(index).filter(keep).to_pylist()
        for index, id in mapping.attributes.items()
    }


def attention_failed(
    table: RawTable, framework: Framework, mapping: ColumnMap
) -> NDArray[np.bool_] | None:
    """Rows (n,) that answered an attention check otherwise than asked; None without a check."""
    if not mapping.attention:
        return None
    scale = framework.response_scale
    expected = {
        str(check.get("id")): code_text(str(check.get("expected")), scale, {})[0]
        for check in framework.attention
    }
    failed = np.zeros(len(table), dtype=bool)
    nowhere = np.zeros(len(table), dtype=np.int64)
    for index, check in mapping.attention.items():
        column = table.columns.column(index)
        coded = code_column(column, table.headers[index], scale, {}, nowhere, failed & False)
        failed |= (coded.codes != MISSING) & (coded.codes != expected[check])
    return failed


def multiple_answers(export: Export, mapping: ColumnMap) -> dict[str, dict[str, int]]:
    """How often each option of the questions with several answers was chosen.

    Keys are the file's column of a joined question, or the stem that split columns share.
    """
    taken = {*mapping.items, mapping.department}
    found: dict[str, dict[str, int]] = {}
    for index, column in enumerate(export.columns):
        if index in taken or column.meta is not None or index in mapping.personal:
            continue
        if column.kind == "joined" and column.separator:
            found[export.table.headers[index]] = _joined(export, index, column)
        elif column.kind == "option" and column.option:
            stem = column.texts[0].removesuffix(f"({column.option})") or column.question or ""
            name = f"{column.question}、{stem}" if column.question else stem
            found.setdefault(name, {})[column.option] = _chosen(export, index)
    return found


def _joined(export: Export, index: int, column: Column) -> dict[str, int]:
    texts, indices = dictionary_of(export.table.columns.column(index))
    counts: Counter[str] = Counter()
    for text, count in zip(texts, np.bincount(indices, minlength=len(texts)), strict=True):
        if text.strip() in NOT_ANSWERED | export.missing:
            continue
        for option in text.split(column.separator):
            if name := _FILLED_IN.sub("", option).strip():
                counts[name] += int(count)
    return dict(counts)


def _chosen(export: Export, index: int) -> int:
    texts, indices = dictionary_of(export.table.columns.column(index))
    counts = np.bincount(indices, minlength=len(texts))
    return sum(int(n) for text, n in zip(texts, counts, strict=True) if text.strip() in _CHOSEN)


def repeated_respondents(
    table: RawTable, mapping: ColumnMap, rows: NDArray[np.int64]
) -> list[Finding]:
    """Respondent numbers that occur more than once: which of them counts is for a person."""
    at = next((index for index, meta in mapping.metadata.items() if meta == "respondent"), None)
    if at is None:
        return []
    texts, indices = dictionary_of(table.columns.column(at))
    counts = np.bincount(indices, minlength=len(texts))
    twice = [i for i in np.flatnonzero(counts > 1).tolist() if texts[i].strip()]
    if not twice:
        return []
    again = np.flatnonzero(np.isin(indices, twice))
    where = {"row": int(rows[again[0]]), "column": table.headers[at], "value": texts[twice[0]]}
    listed = ", ".join(texts[i] for i in twice[:10])
    return [Finding("W250", "warning", where, {"count": len(twice), "listed": listed})]


def uninformative_columns(codes: NDArray[np.int16], headers: Sequence[str]) -> list[Finding]:
    """Items that nobody answered, or that everybody of ten or more answered alike."""
    findings = []
    for column, header in zip(codes.T, headers, strict=True):
        known = column[column != MISSING]
        if not len(known) and len(column):
            findings.append(Finding("W251", "warning", {"column": header}))
        elif len(known) >= 10 and (known == known[0]).all():
            findings.append(Finding("W252", "warning", {"column": header, "value": str(known[0])}))
    return findings
