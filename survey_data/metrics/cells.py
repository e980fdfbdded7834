"""One cell of a metrics sheet → a number in the indicator's unit, or why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from indicators.findings import Finding
from indicators.framework import Framework
from survey_data.text import plain

NOT_APPLICABLE = frozenset({"不适用", "not applicable", "notapplicable"})
NO_VALUE = frozenset(
    {"", "—", "–", "-", "/", "无", "na", "n/a", "nan", "null", "…", "...", "--", "\\"}
)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_WITH_UNIT = re.compile(r"^([+-]?[\d,]*\.?\d+)\s*(%|‰|[^\W\d_][^\d_]{0,11}(?:/\d{1,6})?)$")
_ERROR = re.compile(r"^#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|ERROR)$", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$")
_ENDLESS = re.compile(r"^[+-]?(inf(inity)?|nan)$", re.IGNORECASE)
_TIMES = {"万": 1e4, "亿": 1e8}


@dataclass(frozen=True)
class Measured:
    """A cell's number; NaN where it says "not applicable". ``converted``: it was not a plain number."""

    value: float
    not_applicable: bool = False
    converted: bool = False


def read_cell(text: str, unit: dict[str, str], row: int, column: str) -> Measured | Finding | None:
    """The number, None for no value, or a finding that says what is wrong with the cell.

    ``85%`` and ``1,234`` are numbers; a unit in the cell must be the indicator's own; 万 and 亿 are
    multiplied out where the unit itself has none.
    """
    bare = unicodedata.normalize("NFKC", text).strip()
    where = {"row": row, "column": column, "value": text[:200]}
    if bare.casefold() in NO_VALUE:
        return None
    if bare.casefold() in NOT_APPLICABLE:
        return Measured(float("nan"), not_applicable=True)
    for pattern, code in ((_ERROR, "E132"), (_DATE, "E130"), (_ENDLESS, "E133")):
        if pattern.match(bare):
            return Finding(code, where=where)
    if bare.startswith("="):
        return Finding("E131", where=where)
    if _NUMBER.match(bare):
        value = float(bare)
        return Finding("E133", where=where) if abs(value) == float("inf") else Measured(value)
    if _THOUSANDS.match(bare):
        return Measured(float(bare.replace(",", "")), converted=True)
    found = _WITH_UNIT.match(bare)
    number = None if found is None else found[1]
    if found is None or number is None or not (_NUMBER.match(number) or _THOUSANDS.match(number)):
        return Finding("E161", where=where)
    value, said = float(number.replace(",", "")), found[2].strip()
    names = {plain(name) or name for name in unit.values() if name}
    if said == "%" and ("%" in unit.values() or not any(unit.values())):
        return Measured(value, converted=True)
    if plain(said) in names:
        return Measured(value, converted=True)
    counted = not any(sign in name for name in unit.values() for sign in (*_TIMES, "%"))
    if said in _TIMES and counted:
        return Measured(value * _TIMES[said], converted=True)
    return Finding("E166", where=where, params={"unit": unit})


class MetricNames:
    """What a header or a cell may call a metric: its id, the id in brackets, or its name."""

    def __init__(self, framework: Framework) -> None:
        self.units = {m.id: m.metric.unit for m in framework.measured if m.metric}
        self.units |= {r.id: r.unit for r in framework.register_fields}
        self.survey = {m.id for m in framework.measured if m.survey}
        self._names: dict[str, set[str]] = {}
        listed = [(m.id, m.name) for m in framework.measured if m.metric]
        listed += [(r.id, r.name) for r in framework.register_fields]
        for id, name in listed:
            for text in name.values():
                self._names.setdefault(plain(text), set()).add(id)

    def ids(self, text: str) -> set[str]:
        """Ids that a text names; several where metrics share a name."""
        bare = text.strip()
        if bare in self.units:
            return {bare}
        bracketed = re.search(r"[【\[]\s*([A-Za-z][A-Za-z0-9_.-]*)\s*[】\]]", bare)
        if bracketed and bracketed[1] in self.units:
            return {bracketed[1]}
        return self._names.get(plain(bare), set())
