"""The catalogue of measures as a workbook: measures, effects, interactions, all assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charts.measures.tables import (
    causes_of,
    grade_of,
    in_language,
    listed,
    needs_of,
    partners,
    source_of,
)
from locales import translate

WIDE = frozenset({"measure", "causes", "responsible", "source", "note", "reason", "value"})


def measures_workbook(view: Mapping[str, Any], language: str) -> bytes:
    """An .xlsx of `actions.measures.edits.catalogue_view`.

    Texts are written as texts whatever they begin with, and marked so that a spreadsheet keeps them
    texts when a cell is edited; numbers are numbers, costs in 万元 and effects in points.
    """
    from survey_data.handing_out.workbook import Book

    book = Book()
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format(
        {"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True}
    )
    number = book.add_format({"valign": "top", "num_format": "#,##0.##"})
    for name, columns, rows in _sheets(view, language):
        sheet = book.add_worksheet(translate(f"measures.sheet-{name}", language))
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, translate(f"measures.column-{column}", language), head)
            sheet.set_column(place, place, 36 if column in WIDE else 12)
        for at, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    sheet.write_number(at, place, cell, number)
                elif cell is not None and cell != "":
                    sheet.write_string(at, place, str(cell), text)
    return book.content()


Row = Sequence[object]


def _sheets(
    view: Mapping[str, Any], language: str
) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    yield "about", ("what", "value"), _about(view, language)
    yield (
        "measures",
        (
            "id", "measure", "causes", "first-year-low", "first-year-mode", "first-year-high",
            "annual-low", "annual-mode", "annual-high", "months-low", "months-mode", "months-high",
            "ramp", "success", "scope", "needs", "support", "excludes", "responsible", "grade",
            "source", "draft",
        ),
        [_measure(view, one, language) for one in view["measures"]],
    )  # fmt: skip
    yield (
        "effects",
        ("id", "measure", "dimension", "low", "mode", "high", "ends", "mean", "share", "experts"),
        [
            (
                one["id"],
                in_language(one["name"], language),
                f"{dimension} {in_language(effect['name'], language)}".strip(),
                effect["low"],
                effect["mode"],
                effect["high"],
                translate(f"measures.ends-{effect['ends']}", language),
                effect["mean"],
                effect["share_of_gap"],
                len(effect["experts"]),
            )
            for one in view["measures"]
            for dimension, effect in one["effects"].items()
        ],
    )
    yield (
        "experts",
        ("id", "dimension", "expert", "low", "mode", "high", "ends", "reason"),
        [
            (
                one["id"],
                dimension,
                judgement["expert"],
                *judgement["points"],
                translate(f"measures.ends-{judgement['ends']}", language),
                judgement["reason"],
            )
            for one in view["measures"]
            for dimension, effect in one["effects"].items()
            for judgement in effect["experts"]
        ],
    )
    yield (
        "interactions",
        ("pair", "kind", "factor", "of", "dimensions", "note"),
        [
            (
                " + ".join(one["pair"]),
                translate(f"measures.kind-{one['kind']}", language),
                one["factor"],
                listed(one["of"] or one["pair"], language),
                listed(one["dimensions"] or (), language),
                in_language(one["note"], language),
            )
            for one in view["interactions"]
        ],
    )


def _about(view: Mapping[str, Any], language: str) -> list[Row]:
    catalogue = view["catalogue"]
    facts: dict[str, object] = {
        "catalogue": f"{catalogue['id']}@{catalogue['version']}",
        "name": catalogue["name"][language],
        "digest": catalogue["digest"],
        "status": translate("measures.assumption-long", language),
        "reference": view["reference_score"],
        "unit": view["cost_unit"][language],
    }
    return [(translate(f"measures.about-{key}", language), value) for key, value in facts.items()]


def _measure(view: Mapping[str, Any], one: Mapping[str, Any], language: str) -> Row:
    def three(triple: Mapping[str, float]) -> tuple[float, float, float]:
        return triple["low"], triple["mode"], triple["high"]

    return (
        one["id"],
        in_language(one["name"], language),
        causes_of(view, one, language),
        *three(one["cost"]["first_year"]),
        *three(one["cost"]["annual"]),
        *three(one["lead_months"]),
        one["ramp_months"],
        one["success"],
        translate(f"measures.scope-{one['scope']}", language),
        needs_of(one, language),
        listed(one["supported_by"], language),
        partners(view, one, ("exclusive",), language),
        in_language(one["responsible"], language),
        grade_of(one, language),
        source_of(one, language),
        translate("measures.draft", language) if one["draft"] else "",
    )
