"""Sheets on which experts write what they expect of measures: the blank, and reading filled ones."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from indicators.findings import Finding
from locales import LANGUAGES, translate
from survey_data.handing_out.workbook import Book
from survey_data.reading import RawTable

COLUMNS = (
    "expert", "measure", "measure-name", "dimension", "dimension-name", "low", "mode", "high",
    "ends", "reason",
)  # fmt: skip
NEEDED = ("expert", "measure", "dimension", "low", "mode", "high", "ends")
NUMBERS = ("low", "mode", "high")
ENDS = ("limits", "5-95")
WIDTHS = {"measure-name": 40, "dimension-name": 22, "ends": 18, "reason": 40}
LONGEST = 200


@dataclass(frozen=True)
class ExpertRow:
    """One filled row. ``ends``: what low and high mean, ``limits`` or ``5-95``."""

    expert: str
    measure: str
    dimension: str
    points: tuple[float, float, float]
    ends: str
    reason: str
    row: int


def expert_sheet(
    rows: Sequence[tuple[str, str, str, str]], most: float, language: str
) -> tuple[str, bytes]:
    """File name and content of a blank: a row per measure × dimension, and a guide.

    ``rows``: measure, its name, dimension, its name. ``most``: the largest effect in points. The
    catalogue's own numbers are not shown, since experts would hold on to them.
    """
    book = Book()
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    given = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#5A6472"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    data = book.add_worksheet(translate("template.data", language))
    for place, column in enumerate(COLUMNS):
        data.write_string(0, place, translate(f"experts.header-{column}", language), head)
        data.set_column(place, place, WIDTHS.get(column, 11))
    for at, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells, start=1):
            data.write_string(at, place, cell, given)
    first, last = COLUMNS.index("low"), COLUMNS.index("high")
    rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
    data.data_validation(1, first, max(len(rows), 1), last, {**rule, "ignore_blank": True})
    place = COLUMNS.index("ends")
    words = [translate(f"measures.ends-{one}", language) for one in ENDS]
    data.data_validation(1, place, max(len(rows), 1), place, {"validate": "list", "source": words})
    data.freeze_panes(1, COLUMNS.index("low"))
    guide = book.add_worksheet(translate("template.guide", language))
    guide.set_column(0, 0, 90)
    for at, line in enumerate(translate("experts.guide", language, most=f"{most:g}").split("\n")):
        guide.write_string(at, 0, line, wrapped)
    return "fourfold-experts.xlsx", book.content()


def read_expert_rows(
    table: RawTable, known: Collection[tuple[str, str]]
) -> tuple[list[ExpertRow], list[Finding]]:
    """The filled rows of a sheet with every problem of it; rows without numbers are passed over.

    ``known``: measures with their dimensions. An expert's name and the meaning of the ends hold for
    the rows below until others are written.
    """
    places = _places(table.headers)
    sheet = {} if table.sheet is None else {"sheet": table.sheet}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        columns = {
            lang: ", ".join(translate(f"experts.header-{name}", lang) for name in missing)
            for lang in LANGUAGES
        }
        return [], [Finding("E330", where=sheet, params={"columns": columns})]
    rows: list[ExpertRow] = []
    found: list[Finding] = []
    expert, ends, seen = "", "", {}
    for number, cells in _lines(table, places):
        expert = cells["expert"] or expert
        ends = cells["ends"] or ends
        if not any(cells[name] for name in NUMBERS):
            continue
        where = {**sheet, "row": number}
        problems = list(_problems(cells, expert, ends, known, where, table.headers, places))
        if expert and not problems:
            key = (expert, cells["measure"], cells["dimension"])
            if key in seen:
                params = {"expert": expert, "effect": " × ".join(key[1:]), "first": seen[key]}
                problems.append(Finding("E336", where=where, params=params))
            seen.setdefault(key, number)
        found += problems
        if problems:
            continue
        if not cells["reason"]:
            found.append(Finding("W330", "note", where=where))
        low, mode, high = (float(cells[name]) for name in NUMBERS)
        rows.append(
            ExpertRow(
                expert,
                cells["measure"],
                cells["dimension"],
                (low, mode, high),
                _meaning(ends) or ENDS[0],
                cells["reason"],
                number,
            )
        )
    if not rows and not found:
        found.append(Finding("E338", where=sheet))
    return rows, found


def _places(headers: Sequence[str]) -> dict[str, int]:
    """Columns by what they hold, whichever language their headers are in."""
    names = {_plain(one): one for one in COLUMNS}
    for language in LANGUAGES:
        names |= {_plain(translate(f"experts.header-{one}", language)): one for one in COLUMNS}
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = names.get(_plain(header))
        if name is not None:
            found.setdefault(name, place)
    return found


def _lines(table: RawTable, places: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    columns = {name: table.columns.column(place).to_pylist() for name, place in places.items()}
    for at, number in enumerate(table.row_numbers.to_pylist()):
        cells = {name: _text(columns[name][at]) if name in columns else "" for name in COLUMNS}
        yield int(number), cells


def _problems(
    cells: dict[str, str],
    expert: str,
    ends: str,
    known: Collection[tuple[str, str]],
    where: dict[str, object],
    headers: Sequence[str],
    places: dict[str, int],
) -> Iterator[Finding]:
    def at(name: str) -> dict[str, object]:
        return {**where, "column": headers[places[name]]}

    effect = (cells["measure"], cells["dimension"])
    if effect not in known:
        params = {"effect": " × ".join(part or "—" for part in effect)}
        yield Finding("E331", where=at("measure"), params=params)
    if not expert or len(expert) > LONGEST:
        yield Finding("E334", where=at("expert"))
    if _meaning(ends) is None:
        yield Finding("E335", where={**at("ends"), "value": ends or "—"})
    if not all(cells[name] for name in NUMBERS):
        empty = next(name for name in NUMBERS if not cells[name])
        yield Finding("E337", where=at(empty))
        return
    numbers = {name: _number(cells[name]) for name in NUMBERS}
    for name, number in numbers.items():
        if number is None:
            yield Finding("E332", where={**at(name), "value": cells[name]})
    low, mode, high = (numbers[name] for name in NUMBERS)
    if low is not None and mode is not None and high is not None and not low <= mode <= high:
        value = f"{low:g}, {mode:g}, {high:g}"
        yield Finding("E333", where={**at("mode"), "value": value})


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _meaning(text: str) -> str | None:
    """``limits`` or ``5-95``, however a person wrote it; None where it says neither."""
    plain = _plain(text)
    if "95" in plain and "5" in plain.replace("95", "", 1):
        return "5-95"
    return "limits" if "限" in plain or "limit" in plain else None


def _text(cell: str | None) -> str:
    return "" if cell is None else unicodedata.normalize("NFKC", cell).strip()


def _plain(text: str) -> str:
    kept = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in kept if letter.isalnum())
