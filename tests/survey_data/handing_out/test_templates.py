"""Blanks that are handed out: filled in by another program, they import without a question."""

from __future__ import annotations

import io

import openpyxl
import pytest

from indicators.evidence import Department
from indicators.framework import Framework, default_framework, load_framework
from survey_data.answers.survey import SurveyOptions, interpret_survey
from survey_data.handing_out.templates import KINDS, template
from survey_data.metrics.sheet import interpret_metrics
from survey_data.reading import PAGE_LIMITS, parse, read
from survey_data.roster.departments import KnownDepartments
from survey_data.roster.sheet import interpret_roster
from tests.survey_data.small import NOBODY_KNOWN, codes_of, small_framework

LANGUAGES = ("zh", "en")
ROSTER = [
    Department("教育局", {"zh": "教育局", "en": "Education"}, "民生", 120, 1.5),
    Department("民政局", {"zh": "民政局", "en": "Civil Affairs"}, "民生", None, 1.0),
]


def filled(content: bytes, *rows: list[object]) -> bytes:
    """The blank with rows written under its header, saved by a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(number, column, value)  # type: ignore[arg-type]
    store = io.BytesIO()
    book.save(store)
    return store.getvalue()


def headers_of(content: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [str(cell.value) for cell in sheet[1]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("framework", [small_framework(), default_framework()], ids=lambda f: f.id)
def test_a_filled_survey_blank_imports_every_answer(framework: Framework, language: str) -> None:
    _, content = template("survey", framework, language)
    width = len(headers_of(content))
    scales = {item.id: framework.scale_of(item.id) for item in framework.items}
    start = 1 + len(framework.attributes)
    answers = [
        scale.min + n % (scale.max - scale.min + 1) for n, scale in enumerate(scales.values())
    ]
    row = ["教育局", *["业务"] * len(framework.attributes), *answers]
    row += [check["expected"] for check in framework.attention]
    assert width == len(row) == start + len(scales) + len(framework.attention)
    table = read(filled(content, row, row), PAGE_LIMITS)
    found = interpret_survey(table, framework, SurveyOptions(), NOBODY_KNOWN)
    found.require_importable()
    assert not found.findings
    assert found.items == tuple(scales)
    assert found.codes.tolist() == [answers, answers]
    assert set(found.attributes) == {a["id"] for a in framework.attributes}
    assert found.report()["unmapped"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_survey_blank_may_be_filled_with_the_labels_of_its_language(language: str) -> None:
    framework = small_framework()
    labels = (framework.response_scale.labels or {})[language]
    _, content = template("survey", framework, language)
    found = interpret_survey(
        parse(filled(content, ["教育局", None, labels[3], labels[0], 7]), PAGE_LIMITS),
        framework,
        SurveyOptions(),
        NOBODY_KNOWN,
    )
    assert found.codes.tolist() == [[4, 1, 7]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("framework", [small_framework(), default_framework()], ids=lambda f: f.id)
def test_a_filled_metrics_blank_imports_every_value(framework: Framework, language: str) -> None:
    _, content = template("metrics", framework, language, ROSTER)
    headers = headers_of(content)
    values = list(range(1, len(headers) - 1))
    table = read(filled(content, [None, "2025", *values], [None, "2025", *values]), PAGE_LIMITS)
    known = KnownDepartments({d.id: d.name for d in ROSTER})
    found = interpret_metrics(table, framework, known)
    found.require_importable()
    assert not found.findings
    assert not found.new_departments
    assert tuple(found.mapped.values()) == framework.metric_ids
    assert [(c.department, c.indicator, c.period, c.value) for c in found.values] == [
        (d.id, id, "2025", float(v))
        for d in ROSTER
        for id, v in zip(framework.metric_ids, values, strict=True)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_departments_blank_gives_back_the_roster_that_it_was_made_from(language: str) -> None:
    _, content = template("departments", small_framework(), language, ROSTER)
    found = interpret_roster(read(content, PAGE_LIMITS))
    assert list(found.departments) == ROSTER


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_departments_blank_may_be_filled(language: str) -> None:
    _, content = template("departments", small_framework(), language)
    row = ["水利局", "水利局", "Water", "规划", "水务局", 50, 1]
    found = interpret_roster(parse(filled(content, row), PAGE_LIMITS))
    assert [d.id for d in found.departments] == ["水利局"]
    assert found.aliases["水务局"] == "水利局"


def test_the_framework_blank_is_a_framework() -> None:
    name, content = template("framework", small_framework(), "zh")
    assert name == "framework.yaml"
    assert load_framework(content).digest == default_framework().digest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "framework"])
def test_every_blank_explains_itself_in_its_language(kind: str, language: str) -> None:
    name, content = template(kind, default_framework(), language, ROSTER)
    assert name == f"fourfold-{kind}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, guide = book.worksheets
    text = "\n".join(str(row[0]) for row in guide.iter_rows(values_only=True) if row[0])
    assert len(text) > 40
    assert any("\u4e00" <= letter <= "\u9fff" for letter in text) == (language == "zh")
    assert "template." not in text + data.title + guide.title


def test_a_blank_that_was_never_filled_in_is_refused_as_empty() -> None:
    from indicators.findings import Refused

    _, content = template("survey", small_framework(), "zh")
    with pytest.raises(Refused) as caught:
        parse(content, PAGE_LIMITS)
    assert codes_of(caught.value.findings) == ["E126"]
