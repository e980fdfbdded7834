"""Operational metric sheets, long or wide → one value a department, metric and period."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from rapidfuzz import process

from indicators.brief import brief
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from survey_data.answers.mapping import DEPARTMENT_HEADERS, no_department
from survey_data.metrics.cells import Measured, MetricNames, read_cell
from survey_data.metrics.columns import MetricColumn, metric_columns
from survey_data.reading import RawTable
from survey_data.roster.departments import (
    LONGEST,
    TOTALS,
    KnownDepartments,
    department_name,
    match_departments,
    proposal_findings,
)

INDICATOR_HEADERS = ("indicator", "指标", "指标编号", "metric")
VALUE_HEADERS = ("value", "数值", "值")
PERIOD_HEADERS = ("period", "期间", "时期")
SOURCE_HEADERS = ("source", "来源")
LONGEST_PERIOD = 40
FACTOR = 1000
"""From this ratio to the others on a value asks whether its unit is right."""


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

    __repr__ = brief

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


def interpret_metrics(
    table: RawTable,
    framework: Framework,
    known: KnownDepartments,
    aliases: dict[str, str] | None = None,
) -> MetricsImport:
    """Read a metrics table: long when the headers name an indicator and a value, else wide."""
    names = MetricNames(framework)
    row_findings: list[Finding] = []
    converted: dict[str, list[tuple[str, float]]] = {}
    headers = table.headers
    lower = [header.strip().casefold() for header in headers]

    def column(names: tuple[str, ...]) -> int | None:
        return next((i for i, header in enumerate(lower) if header in names), None)

    department = column(DEPARTMENT_HEADERS)
    indicator, value = column(INDICATOR_HEADERS), column(VALUE_HEADERS)
    period, source = column(PERIOD_HEADERS), column(SOURCE_HEADERS)
    is_long = indicator is not None and value is not None
    blocking: list[Finding] = []
    wide: list[MetricColumn] = []
    if department is None:
        blocking.append(no_department(headers))
    if not is_long:
        wide, wrong = metric_columns(names, headers, {department, period, source})
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
                row_findings.append(Finding("E153", where=where))
                rejected += 1
                continue
            when = texts[period].strip() if period is not None else ""
            origin = texts[source].strip() if source is not None else ""
            if (endless := _endless(name, department, when, period)) is not None:
                where = {"row": number, "column": headers[endless[0]]}
                params = {"limit": endless[1]}
                row_findings.append(Finding("E135", where=where, params=params))
                rejected += 1
                continue
            columns = wide
            if indicator is not None and value is not None:
                columns, wrong = _long_column(
                    names, texts[indicator], number, headers[indicator], value
                )
                row_findings += wrong
            good = bool(columns) or not is_long
            for group in _joined(columns):
                one, header = group[0], headers[group[0].index]
                found, of = _value(texts, group, headers, names.units[one.indicator], number)
                if isinstance(found, Finding):
                    good = False
                    row_findings.append(found)
                    continue
                if found is None:
                    continue
                if found.converted:
                    converted.setdefault(header, []).append((texts[one.index], found.value))
                cells.append(
                    MetricCell(
                        name, one.indicator, one.period or when, found.value, found.not_applicable,
                        origin or of, number,
                    )
                )  # fmt: skip
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
        for c, found in converted.items()
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
        findings=(*findings, *row_findings, *_outliers(cells, names)),
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


def _value(
    texts: list[str],
    columns: list[MetricColumn],
    headers: tuple[str, ...],
    unit: dict[str, str],
    row: int,
) -> tuple[Measured | Finding | None, str]:
    """The value of one column, or of a numerator over its denominator, and its source."""
    read = [read_cell(texts[one.index], unit, row, headers[one.index]) for one in columns]
    if len(columns) == 1:
        return read[0], ""
    top, bottom = read
    for one in (top, bottom):
        if not isinstance(one, Measured) or one.not_applicable:
            return one, ""
    assert isinstance(top, Measured) and isinstance(bottom, Measured)
    if bottom.value == 0:
        where = {"row": row, "column": headers[columns[1].index], "value": texts[columns[1].index]}
        return Finding("E191", where=where), ""
    share = top.value / bottom.value
    return (
        Measured(100 * share if "%" in unit.values() else share),
        f"{texts[columns[0].index].strip()}/{texts[columns[1].index].strip()}",
    )


def _joined(columns: list[MetricColumn]) -> list[list[MetricColumn]]:
    """Columns as they are read together: a value alone, a numerator with its denominator."""
    found = [[one] for one in columns if one.part == "value"]
    for top in columns:
        if top.part == "numerator":
            found += [
                [top, one]
                for one in columns
                if (one.indicator, one.period, one.part)
                == (top.indicator, top.period, "denominator")
            ]
    return found


def _outliers(cells: list[MetricCell], names: MetricNames) -> list[Finding]:
    """Values a thousand times their indicator's others: 元 where 万元 was meant, or a slip."""
    findings = []
    by_indicator: dict[str, list[MetricCell]] = {}
    for cell in cells:
        if not cell.not_applicable and cell.value:
            by_indicator.setdefault(cell.indicator, []).append(cell)
    for indicator, held in by_indicator.items():
        for cell in held:
            others = [abs(other.value) for other in held if other is not cell]
            if len(others) < 2:
                continue
            ratio = abs(cell.value) / median(others)
            if ratio >= FACTOR or ratio <= 1 / FACTOR:
                where = {"row": cell.row, "column": indicator, "value": f"{cell.value:g}"}
                params = {"usual": f"{median(others):g}", "unit": names.units[indicator]}
                findings.append(Finding("W310", "warning", where, params))
        values = [cell.value for cell in held]
        if "%" in names.units[indicator].values() and len(values) >= 3 and max(values) <= 1:
            where = {"column": indicator, "value": f"{max(values):g}"}
            findings.append(Finding("W311", "warning", where))
    return findings


def _long_column(
    names: MetricNames, text: str, row: int, header: str, value: int
) -> tuple[list[MetricColumn], list[Finding]]:
    ids = names.ids(text)
    where: dict[str, object] = {"row": row, "column": header, "value": text[:200]}
    if len(ids) == 1:
        return [MetricColumn(value, next(iter(ids)))], []
    if len(ids) > 1:
        params = {"ids": ", ".join(sorted(ids))}
        return [], [Finding("E163", where=where, params=params)]
    if text.strip() in names.survey:
        return [], [Finding("E162", where=where)]
    near = [match[0] for match in process.extract(text.strip(), list(names.units), limit=3)]
    return [], [Finding("E160", where=where, params={"near": ", ".join(near)})]


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
