"""A survey file → facts: departments, coded answers, and a report in which every row is counted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.brief import brief
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from survey_data.answers.background import (
    attention_failed,
    attributes,
    multiple_answers,
    repeated_respondents,
    uninformative_columns,
)
from survey_data.answers.decisions import CodeRule, code_rules, screening_rules
from survey_data.answers.mapping import ColumnMap, map_columns
from survey_data.answers.metadata import durations, times
from survey_data.answers.recoding import MOST_LISTED, OFF_SCALE, code_column, dictionary_of
from survey_data.dialects import Export, read_export
from survey_data.reading import RawTable
from survey_data.reading.columns import numbers_of
from survey_data.roster.departments import (
    LONGEST,
    TOTALS,
    KnownDepartments,
    department_name,
    match_departments,
    proposal_findings,
)

if TYPE_CHECKING:
    from survey_data.screening.checks import Screening


@dataclass(frozen=True)
class SurveyOptions:
    """What a person decided about a survey file.

    ``exclude`` holds screening rules (`survey_data.screening.checks`) whose rows count in no score; None
    leaves it to the round's policy.
    """

    department: str | None = None
    overrides: dict[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    dialect: str | None = None
    exclude: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class SurveyImport:
    """What a survey file holds. Nothing is stored yet.

    ``codes`` (accepted, J) int16 with `MISSING`, ``department`` (accepted,) index into
    ``departments``; rows_read = accepted + rejected + ignored. ``excluded`` (accepted,) marks rows
    that are kept and count in no score; ``duration`` (accepted,) seconds and ``submitted``
    (accepted,) times are there when the file has them. ``blocking`` findings stop the import.
    """

    __repr__ = brief

    framework: Framework
    export: Export
    mapping: ColumnMap
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
    multiple: dict[str, dict[str, int]]
    duration: NDArray[np.float64] | None
    submitted: NDArray[np.datetime64] | None
    attention_failed: NDArray[np.bool_] | None
    excluded: NDArray[np.bool_]
    exclude: dict[str, int]
    blocking: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        return self.export.table.headers

    @cached_property
    def screening(self) -> Screening:
        """Which of the accepted rows look careless, check by check."""
        return _screened(self)

    @property
    def accepted(self) -> int:
        return len(self.codes)

    @cached_property
    def moments(self) -> SurveyMoments:
        """Of the rows that count."""
        return self.moments_without(self.excluded)

    def moments_without(self, excluded: NDArray[np.bool_]) -> SurveyMoments:
        """Moments of the accepted rows (accepted,) that are not ``excluded``."""
        codes, department = self.codes, self.department
        if excluded.any():
            codes, department = codes[~excluded], department[~excluded]
        return SurveyMoments.from_answers(
            codes, department, self.departments, self.items, self.framework
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
            "dialect": self.export.dialect,
            "confidence": self.export.confidence,
            "encoding": self.export.table.encoding,
            "rows_read": self.rows_read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "departments": list(self.departments),
            "new_departments": list(self.new_departments),
            "mapped": self.mapped,
            "unmapped": named,
            "proposed": {
                self.headers[index]: {"item": item, "likeness": likeness}
                for index, (item, likeness) in self.mapping.proposed.items()
            },
            "metadata": {self.headers[i]: meta for i, meta in self.mapping.metadata.items()},
            "multiple": self.multiple,
            "excluded": {"rows": int(self.excluded.sum()), "rules": self.exclude},
            "personal": [self.headers[index] for index in self.mapping.personal],
            "issues": [finding.as_json() for finding in (*self.blocking, *self.findings)],
        }


def interpret_survey(
    table: RawTable,
    framework: Framework,
    options: SurveyOptions,
    known: KnownDepartments,
    confirmed: Mapping[str, Mapping[str, str]] | None = None,
) -> SurveyImport:
    """Map, code and check a table that was read from a survey file.

    ``confirmed`` holds, by dialect, what a person mapped before: plain question text → item.
    """
    export = read_export(table, options.dialect)
    table = export.table
    mapping = map_columns(
        export,
        framework,
        department=options.department,
        overrides=options.overrides,
        drop=options.drop,
        remembered=(confirmed or {}).get(export.dialect),
    )
    blocking = list(mapping.blocking)
    findings = [*table.findings, *export.findings, *mapping.findings]
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
    items = tuple(item for item in _in_order(framework, mapping))
    rules, wrong = code_rules(options.codes, table.headers)
    blocking += wrong
    codes, off_scale, coding = _coded(export, framework, mapping, items, rules, ~totals)
    findings += coding
    bad = blank | endless | (off_scale & ~totals)
    good = ~bad & ~totals
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
    failed = attention_failed(table, framework, mapping)
    if failed is not None and (failed & good).any():
        findings.append(Finding("W244", "warning", params={"count": int((failed & good).sum())}))
    duration, submitted, remarks = _timing(table, mapping, rows)
    findings += [*remarks, *repeated_respondents(table, mapping, rows)]
    findings += uninformative_columns(
        codes[good], [table.headers[c] for c in _columns_of(items, mapping)]
    )
    found = SurveyImport(
        framework=framework,
        export=export,
        mapping=mapping,
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
        attributes=attributes(table, mapping, good),
        multiple=multiple_answers(export, mapping),
        duration=None if duration is None else duration[good],
        submitted=None if submitted is None else submitted[good],
        attention_failed=None if failed is None else failed[good],
        excluded=np.zeros(int(good.sum()), dtype=bool),
        exclude={},
        blocking=tuple(blocking),
        findings=tuple(findings),
    )
    return exclude(found, options.exclude) if options.exclude and not blocking else found


def _columns_of(items: Sequence[str], mapping: ColumnMap) -> list[int]:
    column_of = {item: index for index, item in mapping.items.items()}
    return [column_of[item] for item in items]


def exclude(found: SurveyImport, rules: Sequence[str]) -> SurveyImport:
    """The import without the rows that the screening rules name, which are kept and not counted."""
    wanted, wrong = screening_rules(rules)
    if wrong:
        return replace(found, blocking=(*found.blocking, *wrong))
    counts: dict[str, int] = {}
    excluded = np.zeros(found.accepted, dtype=bool)
    findings = list(found.findings)
    for rule in wanted:
        flagged = found.screening.flagged.get(rule)
        if flagged is None:
            findings.append(Finding("W287", "warning", params={"rule": rule}))
            continue
        counts[rule] = int(flagged.sum())
        excluded |= flagged
    if counts:
        said = ", ".join(f"{rule} {count}" for rule, count in counts.items())
        params = {"count": int(excluded.sum()), "rules": said}
        findings.append(Finding("W288", "warning", params=params))
    blocking = found.blocking
    if excluded.all():
        blocking = (*blocking, Finding("E146"))
    return replace(
        found, excluded=excluded, exclude=counts, blocking=blocking, findings=tuple(findings)
    )


def _screened(found: SurveyImport) -> Screening:
    from survey_data.screening.checks import screen

    return screen(
        found.codes,
        found.framework,
        found.items,
        duration=found.duration,
        submitted=found.submitted,
        department=found.department,
        attention_failed=found.attention_failed,
    )


def _coded(
    export: Export,
    framework: Framework,
    mapping: ColumnMap,
    items: Sequence[str],
    rules: Sequence[CodeRule],
    counted: NDArray[np.bool_],
) -> tuple[NDArray[np.int16], NDArray[np.bool_], list[Finding]]:
    """Codes (n, J), rows (n,) with a value off its scale, and what was found."""
    table, findings = export.table, []
    rows = numbers_of(table.row_numbers)
    column_of = {item: index for index, item in mapping.items.items()}
    codes = np.full((len(items), len(table)), MISSING, dtype=np.int16).T  # filled by columns
    off_scale = np.zeros(len(table), dtype=bool)
    for position, item in enumerate(items):
        at = column_of[item]
        header = table.headers[at]
        own = {rule.text: rule.number for rule in rules if rule.column in (None, header)}
        own |= {rule.text: rule.number for rule in rules if rule.column == header}
        asked = export.columns[at]
        coded = code_column(
            table.columns.column(at),
            header,
            framework.scale_of(item),
            own,
            rows,
            counted,
            missing=asked.missing | export.missing,
            labels=asked.labels,
        )
        codes[:, position] = coded.codes
        off_scale |= coded.codes == OFF_SCALE
        findings += coded.findings
    return codes, off_scale, findings


def _timing(
    table: RawTable, mapping: ColumnMap, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64] | None, NDArray[np.datetime64] | None, list[Finding]]:
    """Seconds and times of the rows, from the metadata columns that the file has."""
    at = {meta: index for index, meta in reversed(mapping.metadata.items())}
    duration = submitted = None
    findings: list[Finding] = []
    if (index := at.get("duration")) is not None:
        duration = durations(*dictionary_of(table.columns.column(index)))
    if (index := at.get("submitted")) is not None:
        latest = datetime.datetime.now() + datetime.timedelta(days=1)
        texts, indices = dictionary_of(table.columns.column(index))
        submitted, findings = times(texts, indices, rows, table.headers[index], latest)
    return duration, submitted, findings


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
