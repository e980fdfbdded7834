"""Blanks to hand out: filled in, they import without a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indicators.evidence import Department
from indicators.framework import Framework, default_framework_text
from locales import translate
from survey_data.handing_out.workbook import Book
from survey_data.people_csv import people_csv

KINDS = ("survey", "metrics", "departments", "framework")


def template(
    kind: str,
    framework: Framework,
    language: str,
    departments: Sequence[Department] = (),
    *,
    as_csv: bool = False,
) -> tuple[str, bytes]:
    """File name and content of a blank: ``survey``, ``metrics``, ``departments``, ``framework``."""
    if kind == "framework":
        return "framework.yaml", default_framework_text().encode()
    sheets = {
        "survey": _survey_sheet,
        "metrics": _metrics_sheet,
        "departments": _departments_sheet,
    }[kind](framework, language, departments)
    if as_csv:
        return f"fourfold-{kind}.csv", people_csv(sheets)
    book = Book()
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    data = book.add_worksheet(translate("template.data", language))
    for column, header in enumerate(sheets[0]):
        data.write_string(0, column, header, head)
    for row, cells in enumerate(sheets[1:], 1):
        for column, cell in enumerate(cells):
            data.write_string(row, column, cell)
    data.set_column(0, len(sheets[0]), 18)
    data.freeze_panes(1, 1)
    guide = book.add_worksheet(translate("template.guide", language))
    guide.set_column(0, 0, 90)
    lines = translate(f"template.{kind}.guide", language).split("\n")
    for row, line in enumerate([*lines, "", *_guide_lines(kind, framework, language)]):
        guide.write_string(row, 0, line, wrapped)
    return f"fourfold-{kind}.xlsx", book.content()


def _survey_sheet(
    framework: Framework, language: str, departments: Sequence[Department]
) -> list[list[str]]:
    header = [translate("template.department", language)]
    header += [
        _in_language(a.get("name", a.get("id")), language)
        for a in framework.attributes
        if "id" in a
    ]
    header += [f"【{item.id}】{(item.text or {}).get(language, '')}" for item in framework.items]
    header += [
        f"【{a['id']}】{_in_language(a['text'], language)}"
        for a in framework.attention
        if "id" in a and "text" in a
    ]
    return [header]


def _in_language(text: object, language: str) -> str:
    """A text that the framework gives in both languages, or once for both."""
    if isinstance(text, Mapping):
        return str(text.get(language) or next(iter(text.values()), ""))
    return str(text)


def _metrics_sheet(
    framework: Framework, language: str, departments: Sequence[Department]
) -> list[list[str]]:
    names = {m.id: (m.name, m.metric.unit) for m in framework.measured if m.metric}
    names |= {r.id: (r.name, r.unit) for r in framework.register_fields}
    header = [translate("template.department", language), translate("template.period", language)]
    header += [
        f"【{id}】{name[language]}{f' ({unit[language]})' if unit[language] else ''}"
        for id, (name, unit) in names.items()
    ]
    return [header, *[[department.id] for department in departments]]


def _departments_sheet(
    framework: Framework, language: str, departments: Sequence[Department]
) -> list[list[str]]:
    header = ["id", "name_zh", "name_en", "group", "aliases", "headcount", "weight"]
    return [
        header,
        *[
            [
                d.id,
                d.name["zh"],
                d.name["en"],
                d.group,
                "",
                "" if d.headcount is None else str(d.headcount),
                f"{d.weight:g}",
            ]
            for d in departments
        ],
    ]


def _guide_lines(kind: str, framework: Framework, language: str) -> list[str]:
    if kind != "survey" or framework.response_scale.labels is None:
        return []
    labels = framework.response_scale.labels.get(language, [])
    return [f"{framework.response_scale.min + i} = {label}" for i, label in enumerate(labels)]
