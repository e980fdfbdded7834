"""A survey file → facts: departments, coded answers, and a report in which every row is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indicators.findings import Finding, Refused
from indicators.framework import Framework
from indicators.moments import MISSING, SurveyMoments
from survey_data.departments import (
    LONGEST,
    TOTALS,
    KnownDepartments,
    department_name,
    match_departments,
    proposal_findings,
)
from survey_data.mapping import ColumnMap, map_columns
from survey_data.reading import RawTable
from survey_data.reading.columns import array_of, numbers_of
from survey_data.recoding import (
    MOST_LISTED,
    OFF_SCALE,
    CodeRule,
    code_column,
    code_text,
    dictionary_of,
)


@dataclass(frozen=True)
class SurveyOptions:
    """What a person decided about a survey file."""

    department: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "department": self.department,
            "overrides": dict(sorted(self.overrides.items())),
            "drop": sorted(self.drop),
            "codes": sorted(self.codes),
            "aliases": dict(sorted(self.aliases.items())),
        }


@dataclass(frozen=True, eq=False)
class SurveyImport:
    """What a survey file holds. Nothing is stored yet.

    ``codes`` (accepted, J) int16 with `MISSING`, ``department`` (accepted,) index into
    ``departments``; rows_read = accepted + rejected + ignored. ``blocking`` findings stop the
    import.
    """

    framework: Framework
    headers: tuple[str, ...]
    mapping: ColumnMap
    encoding: str | None
    kind: str
    rows_read: int
    rejected: int
    ignored: int
    departments: tuple[str, ...]
    new_departments: tuple[str, ...]
    proposals: dict[str, list[str]]
    items: tuple[str, ...]
    codes: NDArray[np.int16]
    department: NDArray[np.int32]
    row_numbers: NDArray[np.int64]
    attributes: dict[str, list[str | None]]
    blocking: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> int:
        return len(self.codes)

    @cached_property
    def moments(self) -> SurveyMoments:
        return SurveyMoments.from_answers(
            self.codes, self.department, self.departments, self.items, self.framework
        )

    @property
    def mapped(self) -> dict[str, str]:
        return {self.headers[index]: item for index, item in self.mapping.items.items()}

    def require_importable(self) -> None:
        """Raises Refused with what stops the import first, then all that was found."""
        if self.blocking:
            raise Refused((*self.blocking, *self.findings))

    def report(self) -> dict[str, object]:
        """The import's findings and counts as contract.md 4 has them."""
        named = [self.headers[index] for index in self.mapping.unmapped]
        return {
            "dialect": "plain",
            "encoding": self.encoding,
            "rows_read": self.rows_read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "departments": list(self.departments),
            "new_departments": list(self.new_departments),
            "mapped": self.mapped,
            "unmapped": named,
            "personal": [self.headers[index] for index in self.mapping.personal],
            "issues": [finding.as_json() for finding in (*self.blocking, *self.findings)],
        }


def interpret_survey(
    table: RawTable, framework: Framework, options: SurveyOptions, known: KnownDepartments
) -> SurveyImport:
    """Map, code and check a table that was read from a survey file."""
    mapping = map_columns(
        table,
        framework,
        department=options.department,
        overrides=options.overrides,
        drop=options.drop,
    )
    blocking = list(mapping.blocking)
    findings = [*table.findings, *mapping.findings]
    rows = numbers_of(table.row_numbers)
    names, name_of = _department_names(table, mapping)
    totals = np.array([name.casefold() in TOTALS for name in names])[name_of]
    totals |= _first_cell_is_total(table)
    blank = (np.array([name == "" for name in names])[name_of]) & ~totals
    endless = np.array([len(name) > LONGEST for name in names])[name_of] & ~totals
    if mapping.department is not None:
        column = table.headers[mapping.department]
        findings += _listed("E153", rows[blank], column, {})
        findings += _listed("E135", rows[endless], column, {"limit": LONGEST})
    bad = blank | endless
    items = tuple(item for item in _in_order(framework, mapping))
    column_of = {item: index for index, item in mapping.items.items()}
    codes = np.full((len(items), len(table)), MISSING, dtype=np.int16).T  # filled by columns
    rules, wrong = _code_rules(options.codes, table.headers)
    blocking += wrong
    for position, item in enumerate(items):
        header = table.headers[column_of[item]]
        own = {rule.text: rule.number for rule in rules if rule.column in (None, header)}
        own |= {rule.text: rule.number for rule in rules if rule.column == header}
        coded = code_column(
            table.columns.column(column_of[item]),
            header,
            framework.scale_of(item),
            own,
            rows,
            ~totals,
        )
        codes[:, position] = coded.codes
        bad |= (coded.codes == OFF_SCALE) & ~totals
        findings += coded.findings
    good = ~bad & ~totals
    findings += _attention_findings(table, framework, mapping, good)
    used = [
        name
        for name, count in zip(names, np.bincount(name_of[good], minlength=len(names)), strict=True)
        if count and name
    ]
    ids, proposals = match_departments(used, known, options.aliases)
    if mapping.department is not None:
        findings += proposal_findings(proposals, table.headers[mapping.department])
    departments = sorted(set(ids.values()))
    place = {id: index for index, id in enumerate(departments)}
    to_place = np.array([place.get(ids.get(name, ""), -1) for name in names], dtype=np.int32)
    if not good.any() and not blocking:
        blocking.append(Finding("E146"))
    whole = bool(good.all())
    return SurveyImport(
        framework=framework,
        headers=table.headers,
        mapping=mapping,
        encoding=table.encoding,
        kind=table.kind,
        rows_read=len(table) + table.ignored,
        rejected=int(bad.sum()),
        ignored=table.ignored + int(totals.sum()),
        departments=tuple(departments),
        new_departments=tuple(d for d in departments if d not in known.names),
        proposals=proposals,
        items=items,
        codes=codes if whole else codes[good],
        department=to_place[name_of if whole else name_of[good]],
        row_numbers=rows if whole else rows[good],
        attributes=_attributes(table, mapping, good),
        blocking=tuple(blocking),
        findings=tuple(findings),
    )


def _in_order(framework: Framework, mapping: ColumnMap) -> Sequence[str]:
    held = set(mapping.items.values())
    return [item.id for item in framework.items if item.id in held]


def _department_names(table: RawTable, mapping: ColumnMap) -> tuple[list[str], NDArray[np.int32]]:
    """Distinct trimmed names, and for each row the index of its name (the empty name = blank)."""
    if mapping.department is None:
        return [""], np.zeros(len(table), dtype=np.int32)
    texts, indices = dictionary_of(table.columns.column(mapping.department))
    names: dict[str, int] = {}
    place = np.array(
        [names.setdefault(department_name(text), len(names)) for text in texts], dtype=np.int32
    )
    return list(names), place[indices]


def _first_cell_is_total(table: RawTable) -> NDArray[np.bool_]:
    texts, indices = dictionary_of(table.columns.column(0))
    return np.array([text.strip().casefold() in TOTALS for text in texts])[indices]


def _listed(
    code: str, rows: NDArray[np.int64], column: str, params: dict[str, object]
) -> list[Finding]:
    """One finding a row, and one for all that are not listed."""
    listed = [
        Finding(code, where={"row": int(row), "column": column}, params=params)
        for row in rows[:MOST_LISTED]
    ]
    if len(rows) > MOST_LISTED:
        params = {"count": len(rows) - MOST_LISTED, "example": code}
        listed.append(Finding("E154", where={"column": column}, params=params))
    return listed


def _code_rules(
    rules: Sequence[str], headers: Sequence[str]
) -> tuple[list[CodeRule], list[Finding]]:
    """``[COLUMN:]TEXT=NUMBER``; the column is recognised by being a header of the file."""
    found, wrong = [], []
    for rule in rules:
        left, sign, number = rule.rpartition("=")
        try:
            value = int(number)
        except ValueError:
            wrong.append(Finding("E144", params={"rule": rule}))
            continue
        if not sign or not left:
            wrong.append(Finding("E144", params={"rule": rule}))
            continue
        header = next((h for h in headers if left.startswith(h + ":")), None)
        text = left if header is None else left[len(header) + 1 :]
        found.append(CodeRule(header, text.strip(), value))
    return found, wrong


def _attention_findings(
    table: RawTable, framework: Framework, mapping: ColumnMap, good: NDArray[np.bool_]
) -> list[Finding]:
    expected = {
        str(check.get("id")): code_text(str(check.get("expected")), framework.response_scale, {})[0]
        for check in framework.attention
    }
    failed = np.zeros(len(table), dtype=bool)
    for index, check in mapping.attention.items():
        column = table.columns.column(index)
        coded = code_column(
            column,
            table.headers[index],
            framework.response_scale,
            {},
            np.zeros(len(table), dtype=np.int64),
            np.zeros(len(table), dtype=bool),
        )
        answered = coded.codes != MISSING
        failed |= answered & (coded.codes != expected[check])
    count = int((failed & good).sum())
    return [Finding("W244", "warning", params={"count": count})] if count else []


def _attributes(
    table: RawTable, mapping: ColumnMap, good: NDArray[np.bool_]
) -> dict[str, list[str | None]]:
    keep = array_of(good)
    return {
        id: table.columns.column(index).filter(keep).to_pylist()
        for index, id in mapping.attributes.items()
    }
