"""The roster of departments: names in both languages, group, aliases, headcount, weight."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indicators.evidence import Department
from indicators.findings import Finding, Refused
from survey_data.reading import RawTable
from survey_data.roster.departments import LONGEST, TOTALS, department_name

COLUMNS = {
    "id": ("id", "编号", "部门编号", "部门", "department"),
    "name_zh": ("name_zh", "中文名", "名称", "部门名称"),
    "name_en": ("name_en", "英文名", "english name"),
    "group": ("group", "组别", "分组", "组"),
    "aliases": ("aliases", "别名", "简称"),
    "headcount": ("headcount", "人数", "编制人数", "名册人数"),
    "weight": ("weight", "权重"),
}
MOST_PEOPLE = 2_000_000_000
"""Of one department; more is a slip of the pen, and no whole number of a database."""
_SEPARATOR = re.compile(r"[;；、|,，]")


@dataclass(frozen=True)
class Roster:
    departments: tuple[Department, ...]
    aliases: dict[str, str]
    rows_read: int
    ignored: int


def interpret_roster(table: RawTable) -> Roster:
    """Read a roster. Raises Refused with every problem at once."""
    lower = [header.strip().casefold() for header in table.headers]
    at = {
        key: next((lower.index(name) for name in names if name in lower), None)
        for key, names in COLUMNS.items()
    }
    if at["id"] is None:
        raise Refused(Finding("E170"))
    problems: list[Finding] = []
    departments: dict[str, Department] = {}
    aliases: dict[str, str] = {}
    places: dict[str, int] = {}
    ignored = table.ignored
    rows = zip(*(c.to_pylist() for c in table.columns.columns), strict=True)
    for row, number in zip(rows, table.row_numbers.to_pylist(), strict=True):

        def cell(key: str, row: tuple = row) -> str:
            index = at[key]
            return "" if index is None else department_name(row[index] or "")

        def amount(key: str, row_number: int = number) -> float | None:
            text = cell(key)
            if not text:
                return None
            try:
                value = float(text)
            except ValueError:
                value = -1.0
            people = key != "headcount" or (value.is_integer() and value <= MOST_PEOPLE)
            if not (0 <= value < float("inf") and people):
                header = table.headers[at[key] or 0]
                where = {"row": row_number, "column": header, "value": text}
                problems.append(Finding("E172", where=where))
                return None
            return value

        id = cell("id")
        if id.casefold() in TOTALS:
            ignored += 1
            continue
        if not id:
            problems.append(Finding("E174", where={"row": number}))
            continue
        if id in departments:
            problems.append(Finding("E171", where={"row": number, "value": id}))
            continue
        places[id] = number
        for key in ("id", "group"):
            if len(cell(key)) > LONGEST:
                where = {"row": number, "column": table.headers[at[key] or 0]}
                problems.append(Finding("E135", where=where, params={"limit": LONGEST}))
        zh, en = cell("name_zh") or cell("name_en") or id, cell("name_en") or cell("name_zh") or id
        headcount, weight = amount("headcount"), amount("weight")
        departments[id] = Department(
            id,
            {"zh": zh, "en": en},
            cell("group"),
            None if headcount is None else int(headcount),
            1.0 if weight is None else weight,
        )
        for alias in (part.strip() for part in _SEPARATOR.split(cell("aliases"))):
            if alias and alias != id and aliases.setdefault(alias, id) != id:
                where = {"row": number, "value": alias}
                problems.append(Finding("E173", where=where, params={"id": aliases[alias]}))
            if len(alias) > LONGEST:
                where = {"row": number, "column": table.headers[at["aliases"] or 0]}
                problems.append(Finding("E135", where=where, params={"limit": LONGEST}))
    for alias in aliases.keys() & departments.keys():
        where = {"row": places[aliases[alias]], "value": alias}
        problems.append(Finding("E173", where=where, params={"id": alias}))
    if problems:
        raise Refused(problems)
    _add_names(departments, aliases)
    return Roster(tuple(departments.values()), aliases, len(table) + table.ignored, ignored)


def _add_names(departments: dict[str, Department], aliases: dict[str, str]) -> None:
    """A roster's names are confirmed names, unless two departments share one."""
    owners: dict[str, set[str]] = {}
    for department in departments.values():
        for name in department.name.values():
            owners.setdefault(name, set()).add(department.id)
    for name, ids in owners.items():
        if len(ids) == 1 and name not in departments:
            aliases.setdefault(name, next(iter(ids)))
