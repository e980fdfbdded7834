"""Operational metric sheets, long or wide → one value a department, metric and period."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import process

from indicators.findings import Finding, Refused
from indicators.framework import Framework
from survey_data.departments import (
    LONGEST,
    TOTALS,
    KnownDepartments,
    department_name,
    match_departments,
    proposal_findings,
)
from survey_data.mapping import DEPARTMENT_HEADERS, no_department
from survey_data.reading import RawTable
from survey_data.text import plain

INDICATOR_HEADERS = ("indicator", "指标", "指标编号", "metric")
VALUE_HEADERS = ("value", "数值", "值")
PERIOD_HEADERS = ("period", "期间", "时期")
SOURCE_HEADERS = ("source", "来源")
NOT_APPLICABLE = frozenset({"不适用", "not applicable", "notapplicable"})
NO_VALUE = frozenset({"", "—", "–", "-", "/", "无", "na", "n/a", "nan", "null", "…", "...", "#n/a"})
_THOUSANDS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
LONGEST_PERIOD = 40


@dataclass(frozen=True)
class MetricCell:
    """One accepted value. ``row`` is the spreadsheet's row."""

    department: str
    indicator: str
    period: str
    value: float
    not_applicable: bool
    source: str
    row: int


@dataclass(frozen=True, eq=False)
class MetricsImport:
    """What a metrics file holds; ``blocking`` findings stop the import."""

    headers: tuple[str, ...]
    shape: str
    encoding: str | None
    rows_read: int
    accepted: int
    rejected: int
    ignored: int
    values: tuple[MetricCell, ...]
    mapped: dict[str, str]
    unmapped: tuple[str, ...]
    departments: tuple[str, ...]
    new_departments: tuple[str, ...]
    proposals: dict[str, list[str]]
    blocking: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    def require_importable(self) -> None:
        if self.blocking:
            raise Refused((*self.blocking, *self.findings))

    def report(self) -> dict[str, object]:
        return {
            "dialect": self.shape,
            "encoding": self.encoding,
            "rows_read": self.rows_read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored": self.ignored,
            "values": len(self.values),
            "departments": list(self.departments),
            "new_departments": list(self.new_departments),
            "mapped": self.mapped,
            "unmapped": list(self.unmapped),
            "issues": [finding.as_json() for finding in (*self.blocking, *self.findings)],
        }


@dataclass(frozen=True)
class _Column:
    index: int
    indicator: str


class _Reader:
    """Reads cells one by one and keeps what was found."""

    def __init__(self, framework: Framework) -> None:
        self.units = {m.id: m.metric.unit for m in framework.measured if m.metric}
        self.units |= {r.id: r.unit for r in framework.register_fields}
        self.survey = {m.id for m in framework.measured if m.survey}
        names: dict[str, set[str]] = {}
        listed = [(m.id, m.name) for m in framework.measured if m.metric]
        listed += [(r.id, r.name) for r in framework.register_fields]
        for id, name in listed:
            for text in name.values():
                names.setdefault(plain(text), set()).add(id)
        self.names = names
        self.findings: list[Finding] = []
        self.converted: dict[str, list[tuple[str, float]]] = {}

    def metric_of(self, text: str) -> set[str]:
        """Ids that a header or cell names: by id, id in brackets, or name."""
        bare = text.strip()
        if bare in self.units:
            return {bare}
        bracketed = re.search(r"[【\[]\s*([A-Za-z][A-Za-z0-9_.-]*)\s*[】\]]", bare)
        if bracketed and bracketed[1] in self.units:
            return {bracketed[1]}
        return self.names.get(plain(bare), set())

    def number(self, text: str, row: int, column: str, id: str) -> tuple[float, bool] | None:
        """(value, not applicable), or None for no value; raises ValueError for neither."""
        bare = unicodedata.normalize("NFKC", text).strip()
        lower = bare.casefold()
        if lower in NO_VALUE:
            return None
        if lower in NOT_APPLICABLE:
            return float("nan"), True
        value = float(bare) if _NUMBER.match(bare) else self._converted(bare, row, column, id)
        if abs(value) == float("inf"):
            raise ValueError
        return value, False

    def _converted(self, bare: str, row: int, column: str, id: str) -> float:
        if bare.endswith("%") and _NUMBER.match(share := bare[:-1].strip().replace(",", "")):
            number = float(share)
            if self.units[id]["zh"] not in ("%", ""):
                params = {"unit": self.units[id]}
                where = {"row": row, "column": column, "value": bare}
                self.findings.append(Finding("E166", where=where, params=params))
                raise _Said
        elif _THOUSANDS.match(bare):
            number = float(bare.replace(",", ""))
        else:
            raise ValueError
        self.converted.setdefault(column, []).append((bare, number))
        return number


class _Said(ValueError):
    """The cell is refused and the finding already made."""


def interpret_metrics(
    table: RawTable,
    framework: Framework,
    known: KnownDepartments,
    aliases: dict[str, str] | None = None,
) -> MetricsImport:
    """Read a metrics table: long when the headers name an indicator and a value, else wide."""
    reader = _Reader(framework)
    headers = table.headers
    lower = [header.strip().casefold() for header in headers]

    def column(names: tuple[str, ...]) -> int | None:
        return next((i for i, header in enumerate(lower) if header in names), None)

    department = column(DEPARTMENT_HEADERS)
    indicator, value = column(INDICATOR_HEADERS), column(VALUE_HEADERS)
    period, source = column(PERIOD_HEADERS), column(SOURCE_HEADERS)
    is_long = indicator is not None and value is not None
    blocking: list[Finding] = []
    wide: list[_Column] = []
    if department is None:
        blocking.append(no_department(headers))
    if not is_long:
        wide, wrong = _wide_columns(reader, headers, {department, period, source})
        blocking += wrong
        if not wide and not wrong:
            blocking.append(Finding("E164"))
    used = {department, period, source} | ({indicator, value} if is_long else set())
    used |= {c.index for c in wide}
    unmapped = tuple(h for i, h in enumerate(headers) if i not in used)
    findings = list(table.findings)
    if unmapped:
        params = {"columns": ", ".join(unmapped)}
        findings.append(Finding("W169", "warning", params=params))
    rows = list(zip(*(c.to_pylist() for c in table.columns.columns), strict=True))
    numbers = table.row_numbers.to_pylist()
    cells: list[MetricCell] = []
    rejected = totals = 0
    if not blocking:
        for row, number in zip(rows, numbers, strict=True):
            texts = [cell or "" for cell in row]
            name = department_name(texts[department])  # type: ignore[index]
            if name.casefold() in TOTALS or texts[0].strip().casefold() in TOTALS:
                totals += 1
                continue
            if not name:
                where = {"row": number, "column": headers[department]}  # type: ignore[index]
                reader.findings.append(Finding("E153", where=where))
                rejected += 1
                continue
            when = texts[period].strip() if period is not None else ""
            origin = texts[source].strip() if source is not None else ""
            if (endless := _endless(name, department, when, period)) is not None:
                where = {"row": number, "column": headers[endless[0]]}
                params = {"limit": endless[1]}
                reader.findings.append(Finding("E135", where=where, params=params))
                rejected += 1
                continue
            columns = wide
            if is_long:
                columns = _long_column(reader, texts[indicator], number, headers[indicator], value)  # type: ignore[index, arg-type]
            good = bool(columns) or not is_long
            for one in columns:
                header = headers[one.index]
                try:
                    found = reader.number(texts[one.index], number, header, one.indicator)
                except ValueError as error:
                    good = False
                    if not isinstance(error, _Said):
                        where = {"row": number, "column": header, "value": texts[one.index][:200]}
                        reader.findings.append(Finding("E161", where=where))
                    continue
                if found is not None:
                    cells.append(MetricCell(name, one.indicator, when, *found, origin, number))
            rejected += not good
    ids, proposals = match_departments({c.department for c in cells}, known, aliases or {})
    cells = [MetricCell(ids[c.department], *_rest(c)) for c in cells]
    cells, repeated = _last_of_each(cells)
    if department is not None:
        findings += proposal_findings(proposals, headers[department])
    findings += repeated
    findings += [
        Finding(
            "N167",
            "note",
            where={"column": c, "value": found[0][0]},
            params={"count": len(found), "number": f"{found[0][1]:g}"},
        )
        for c, found in reader.converted.items()
    ]
    if not cells and not blocking:
        blocking.append(Finding("E146"))
    departments = sorted({cell.department for cell in cells})
    mapped = {headers[c.index]: c.indicator for c in wide}
    if is_long:
        mapped = {i: i for i in sorted({cell.indicator for cell in cells})}
    return MetricsImport(
        headers=headers,
        shape="long" if is_long else "wide",
        encoding=table.encoding,
        rows_read=len(table) + table.ignored,
        accepted=len(table) - rejected - totals,
        rejected=rejected,
        ignored=table.ignored + totals,
        values=tuple(cells),
        mapped=mapped,
        unmapped=unmapped,
        departments=tuple(departments),
        new_departments=tuple(d for d in departments if d not in known.names),
        proposals=proposals,
        blocking=tuple(blocking),
        findings=(*findings, *reader.findings),
    )


def _endless(
    name: str, department: int | None, when: str, period: int | None
) -> tuple[int, int] | None:
    """(column, limit) of a text that is longer than the workspace keeps."""
    if department is not None and len(name) > LONGEST:
        return department, LONGEST
    if period is not None and len(when) > LONGEST_PERIOD:
        return period, LONGEST_PERIOD
    return None


def _rest(cell: MetricCell) -> tuple[str, str, float, bool, str, int]:
    return cell.indicator, cell.period, cell.value, cell.not_applicable, cell.source, cell.row


def _wide_columns(
    reader: _Reader, headers: tuple[str, ...], taken: set[int | None]
) -> tuple[list[_Column], list[Finding]]:
    columns: list[_Column] = []
    wrong: list[Finding] = []
    for index, header in enumerate(headers):
        if index in taken:
            continue
        ids = reader.metric_of(header)
        if len(ids) > 1:
            params = {"ids": ", ".join(sorted(ids))}
            wrong.append(Finding("E163", where={"column": header}, params=params))
        elif ids:
            columns.append(_Column(index, next(iter(ids))))
    seen: dict[str, str] = {}
    for one in columns:
        if one.indicator in seen:
            where = {"column": f"{seen[one.indicator]}, {headers[one.index]}"}
            wrong.append(Finding("E165", where=where, params={"id": one.indicator}))
        seen.setdefault(one.indicator, headers[one.index])
    return columns, wrong


def _long_column(reader: _Reader, text: str, row: int, header: str, value: int) -> list[_Column]:
    ids = reader.metric_of(text)
    where: dict[str, object] = {"row": row, "column": header, "value": text[:200]}
    if len(ids) == 1:
        return [_Column(value, next(iter(ids)))]
    if len(ids) > 1:
        params = {"ids": ", ".join(sorted(ids))}
        reader.findings.append(Finding("E163", where=where, params=params))
    elif text.strip() in reader.survey:
        reader.findings.append(Finding("E162", where=where))
    else:
        near = [match[0] for match in process.extract(text.strip(), list(reader.units), limit=3)]
        reader.findings.append(Finding("E160", where=where, params={"near": ", ".join(near)}))
    return []


def _last_of_each(cells: list[MetricCell]) -> tuple[list[MetricCell], list[Finding]]:
    """Of several rows for one department, metric and period the last one counts."""
    last: dict[tuple[str, str, str], MetricCell] = {}
    findings = []
    for cell in cells:
        key = (cell.department, cell.indicator, cell.period)
        if key in last and last[key].value != cell.value:
            params = {"department": key[0], "indicator": key[1], "period": key[2] or "—"}
            findings.append(Finding("W168", "warning", where={"row": cell.row}, params=params))
        last[key] = cell
    return list(last.values()), findings
