"""Which column holds what: items, the department, background, attention checks, personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indicators.findings import Finding
from indicators.framework import Framework
from survey_data.answers.similar_questions import Proposal, propose
from survey_data.dialects import Column, Export
from survey_data.dialects.export import Meta
from survey_data.reading.table import RawTable
from survey_data.text import plain

DEPARTMENT_HEADERS = ("department", "部门", "所在部门", "单位")
REMEMBERED = 2
"""Strength of a mapping that a person confirmed for an earlier file."""

_DEPARTMENT_WORD = re.compile(r"部门|单位|科室|\bdepartment\b|\bagency\b", re.IGNORECASE)
_BRACKETED = re.compile(r"[【\[]\s*([A-Za-z][A-Za-z0-9_.-]*)\s*[】\]]")
_NUMBERING = re.compile(r"^\s*(?:Q|第)?\d{1,3}\s*(?:题)?\s*[、.．:：)）]\s*")
_PERSONAL_HEADER = re.compile(
    r"(\bip\b|来自ip|ip地址|姓名|^(full |your )?name$|手机|电话|\bphone\b|\bmobile\b|\btel\b|邮箱|邮件"
    r"|\be-?mail\b|身份证|\bid ?card\b|微信|wechat|昵称|\bnickname\b|openid|工号|住址|家庭地址)",
    re.IGNORECASE,
)
_PERSONAL_VALUE = re.compile(
    r"^(?:1[3-9]\d{9}|\d{17}[\dXx]|[^@\s]+@[^@\s]+\.[A-Za-z]{2,}|(?:\d{1,3}\.){3}\d{1,3}(?:\(.*\))?)$"
)


@dataclass(frozen=True)
class ColumnMap:
    """Columns by index. ``blocking`` findings stop an import; ``findings`` are for reading.

    ``proposed``: of unmapped columns the item whose text is near, and how near (0-100).
    """

    items: dict[int, str]
    department: int | None
    attributes: dict[int, str]
    attention: dict[int, str]
    personal: tuple[int, ...]
    dropped: tuple[int, ...]
    unmapped: tuple[int, ...]
    metadata: dict[int, Meta] = field(default_factory=dict)
    proposed: dict[int, Proposal] = field(default_factory=dict)
    blocking: tuple[Finding, ...] = field(default=())
    findings: tuple[Finding, ...] = field(default=())


def _bilingual(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [t for v in value.values() for t in _bilingual(v)]
    if isinstance(value, Sequence):
        return [t for v in value for t in _bilingual(v)]
    return []


def _by_text(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Plain text → id; a text that two ids share names neither."""
    found: dict[str, set[str]] = {}
    for id, texts in pairs:
        for text in _bilingual(texts):
            if plain(text):
                found.setdefault(plain(text), set()).add(id)
    return {text: next(iter(ids)) for text, ids in found.items() if len(ids) == 1}


def _claim(
    candidates: Sequence[str],
    ids: set[str],
    texts: Mapping[str, str],
    remembered: Mapping[str, str] | None = None,
) -> tuple[int, str] | None:
    """(strength, id) of what a column names: its id 4, the id in brackets 3, a text that a person
    confirmed before `REMEMBERED`, the item's text 1."""
    for candidate in candidates:
        if candidate in ids:
            return 4, candidate
    for candidate in candidates:
        for bracketed in _BRACKETED.findall(candidate):
            if bracketed in ids:
                return 3, bracketed
    for candidate in candidates if remembered else ():
        if (id := (remembered or {}).get(plain(candidate))) in ids:
            return REMEMBERED, id
    for candidate in candidates:
        for text in (candidate, _NUMBERING.sub("", candidate)):
            if (id := texts.get(plain(text))) is not None:
                return 1, id
    return None


def map_columns(
    export: Export,
    framework: Framework,
    *,
    department: str | None = None,
    overrides: Mapping[str, str] | None = None,
    drop: Iterable[str] = (),
    remembered: Mapping[str, str] | None = None,
) -> ColumnMap:
    """Find each column's meaning by what a person said, its id, the id in brackets, or its text.

    An item is never claimed by two columns: the stronger claim wins, equal claims are an error.
    Of two columns for one background question the first is taken; the other stays unmapped.

    Parameters
    ----------
    remembered : plain question text → item, as confirmed for an earlier file of this dialect;
        weaker than an id, stronger than the item's own text
    """
    headers = export.table.headers
    department = _as_in_file(department, headers) if department is not None else None
    overrides = {_as_in_file(c, headers): item for c, item in (overrides or {}).items()}
    drop = tuple(_as_in_file(column, headers) for column in drop)
    item_ids = {item.id for item in framework.items}
    item_texts = _by_text((item.id, item.text or {}) for item in framework.items)
    attribute_texts = _by_text(
        (str(a.get("id")), [a.get("id"), a.get("name"), a.get("headers")])
        for a in framework.attributes
    )
    attention_texts = _by_text((str(a.get("id")), a.get("text")) for a in framework.attention)
    attribute_ids = {str(a.get("id")) for a in framework.attributes}
    attention_ids = {str(a.get("id")) for a in framework.attention}
    blocking = _unknown_names(headers, overrides, drop, department, item_ids)
    dropped = {i for i, header in enumerate(headers) if header in set(drop)}
    at = _department_column(export, department, {*overrides, *drop})
    if at is None and department is None:
        blocking.append(no_department(headers))
    metadata: dict[int, Meta] = {
        i: column.meta
        for i, column in enumerate(export.columns)
        if column.meta and i != at and i not in dropped and headers[i] not in overrides
    }
    claims: dict[str, list[tuple[int, int]]] = {}
    attributes: dict[int, str] = {}
    attention: dict[int, str] = {}
    for index, header in enumerate(headers):
        if index in dropped or index == at or index in metadata:
            continue
        texts = (header, *export.columns[index].texts)
        if header in overrides:
            if overrides[header] in item_ids:
                claims.setdefault(overrides[header], []).append((5, index))
        elif (claim := _claim(texts, item_ids, item_texts, remembered or {})) is not None:
            claims.setdefault(claim[1], []).append((claim[0], index))
        elif (claim := _claim(texts, attention_ids, attention_texts)) is not None:
            attention[index] = claim[1]
        elif (claim := _claim(texts, attribute_ids, attribute_texts)) is not None and claim[
            1
        ] not in attributes.values():
            attributes[index] = claim[1]
    items: dict[int, str] = {}
    recalled = []
    for item, found in claims.items():
        best = max(strength for strength, _ in found)
        winners = [index for strength, index in found if strength == best]
        if len(winners) > 1:
            columns = ", ".join(headers[index] for index in winners)
            blocking.append(Finding("E129", where={"column": columns}, params={"item": item}))
        items[winners[0]] = item
        if best == REMEMBERED:
            recalled.append(winners[0])
    known = {*items, *attributes, *attention, *dropped, *metadata, *([] if at is None else [at])}
    personal = tuple(
        index
        for index in range(len(headers))
        if metadata.get(index) in ("ip", "user")
        or (index not in known and _is_personal(headers[index], export.table, index))
    )
    open_columns = [i for i in range(len(headers)) if i not in known and i not in personal]
    open_items = {
        item.id: _bilingual(item.text or {})
        for item in framework.items
        if item.id not in items.values()
    }
    questions = {i: export.columns[i].texts for i in open_columns if _asks(export.columns[i])}
    proposed = propose(questions, open_items)
    if not items:
        blocking.append(Finding("E143"))
    return ColumnMap(
        dict(sorted(items.items())),
        at,
        attributes,
        attention,
        personal,
        tuple(sorted(dropped)),
        tuple(open_columns),
        {index: meta for index, meta in metadata.items() if index not in personal},
        proposed,
        tuple(blocking),
        tuple(_remarks(headers, framework, items, personal, recalled, proposed)),
    )


def _remarks(
    headers: Sequence[str],
    framework: Framework,
    items: Mapping[int, str],
    personal: Sequence[int],
    recalled: Sequence[int],
    proposed: Mapping[int, Proposal],
) -> list[Finding]:
    findings = []
    if personal:
        columns = ", ".join(headers[index] for index in personal)
        findings.append(Finding("E150", "warning", params={"columns": columns}))
    if recalled:
        columns = ", ".join(f"{headers[index]} → {items[index]}" for index in recalled)
        findings.append(
            Finding("N246", "note", params={"count": len(recalled), "columns": columns})
        )
    for index, (item, likeness) in proposed.items():
        where = {"column": headers[index]}
        params = {"item": item, "likeness": round(likeness)}
        findings.append(Finding("W245", "warning", where=where, params=params))
    absent = [item.id for item in framework.items if item.id not in items.values()]
    if absent and items:
        listed = ", ".join(absent[:10]) + (", …" if len(absent) > 10 else "")
        findings.append(Finding("W243", "warning", params={"count": len(absent), "items": listed}))
    return findings


def _asks(column: Column) -> bool:
    return column.meta is None and column.kind == "answer"


def _as_in_file(name: str, headers: Sequence[str]) -> str:
    """The header that a person means, who may have typed it with other spaces or widths."""
    if name in headers:
        return name
    alike = [header for header in headers if plain(header) == plain(name)]
    return alike[0] if len(alike) == 1 and plain(name) else name


def no_department(headers: Sequence[str]) -> Finding:
    """Columns that speak of a department are named, never taken."""
    near = [header for header in headers if _DEPARTMENT_WORD.search(header)]
    return Finding("E142", params={"near": ", ".join(near[:5]) or "—"})


def _unknown_names(
    headers: Sequence[str],
    overrides: Mapping[str, str],
    drop: Iterable[str],
    department: str | None,
    item_ids: set[str],
) -> list[Finding]:
    found = []
    listed = ", ".join(headers[:20]) + (", …" if len(headers) > 20 else "")
    for column in (*overrides, *drop, *([department] if department is not None else [])):
        if column not in headers:
            where = {"column": column}
            found.append(Finding("E141", where=where, params={"columns": listed}))
    for column, item in overrides.items():
        if item not in item_ids:
            found.append(Finding("E155", where={"column": column}, params={"item": item}))
    return found


def _department_column(export: Export, given: str | None, decided: set[str]) -> int | None:
    """The column that was named, else the first by name that is not ``decided`` otherwise."""
    headers = export.table.headers
    if given is not None:
        return headers.index(given) if given in headers else None
    for index, header in enumerate(headers):
        if header in decided:
            continue
        for text in (header, *export.columns[index].texts):
            bare = _NUMBERING.sub("", text).strip(" :：")
            if bare.casefold() in DEPARTMENT_HEADERS:
                return index
    return None


def _is_personal(header: str, table: RawTable, index: int) -> bool:
    if _PERSONAL_HEADER.search(header):
        return True
    sample = table.columns.column(index).slice(0, 500).to_pylist()
    values = [value for value in sample if value]
    hits = sum(1 for value in values if _PERSONAL_VALUE.match(value.strip()))
    return bool(values) and hits >= 0.3 * len(values)
