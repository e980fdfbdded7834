"""A framework of two factors that fits on a page, and tables written by hand for it."""

from __future__ import annotations

import pyarrow as pa

from indicators.framework import Framework, load_framework
from survey_data.answers.survey import SurveyImport, SurveyOptions, interpret_survey
from survey_data.reading import RawTable
from survey_data.roster.departments import KnownDepartments

YAML = """
framework: small
version: "1"
name: {zh: 小框架, en: Small}
response_scale:
  min: 1
  max: 5
  labels:
    zh: [非常不同意, 不同意, 一般, 同意, 非常同意]
    en: [Strongly disagree, Disagree, Neutral, Agree, Strongly agree]
levels:
  - {level: 1, from: 0, name: {zh: 低, en: Low}}
  - {level: 2, from: 50, name: {zh: 高, en: High}}
factors:
  - id: A
    name: {zh: 人, en: People}
    dimensions:
      - id: A1
        name: {zh: 意愿, en: Will}
        indicators:
          - id: A1-1
            name: {zh: 共享意愿, en: Willingness}
            survey:
              items:
                - {id: A1-1a, text: {zh: 我愿意共享数据。, en: I am willing to share data.}}
                - {id: A1-1b, text: {zh: 共享让我担心。, en: Sharing worries me.}, reverse: true}
          - id: A1-2
            name: {zh: 信任, en: Trust}
            survey:
              scale: {min: 0, max: 10}
              items:
                - {id: A1-2a, text: {zh: 我信任其他部门。, en: I trust other departments.}}
  - id: B
    name: {zh: 技术, en: Technology}
    dimensions:
      - id: B1
        name: {zh: 目录, en: Catalogue}
        indicators:
          - id: B1-1
            name: {zh: 挂接率, en: Linkage rate}
            metric: {unit: {zh: "%", en: "%"}, direction: up, goalposts: [0, 100]}
          - id: B1-2
            name: {zh: 响应天数, en: Days to reply}
            metric: {unit: {zh: 天, en: days}, direction: down, goalposts: [20, 3], over_periods: mean}
register:
  - {id: R-incidents, name: {zh: 安全事件数, en: Incidents}, unit: {zh: 起, en: incidents}, over_periods: sum}
attributes:
  - {id: post, name: {zh: 岗位类别, en: Type of post}, headers: {zh: [岗位], en: [Post]}}
attention:
  - {id: check-1, text: {zh: 此题请选择“不同意”, en: Please choose “disagree” here}, expected: 2}
"""

ITEMS = ("A1-1a", "A1-1b", "A1-2a")
NOBODY_KNOWN = KnownDepartments()


def small_framework() -> Framework:
    return load_framework(YAML)


def table_of(headers: list[str], *rows: list[str | None], ignored: int = 0) -> RawTable:
    """A table as the reader hands it over, the header in row 1."""
    columns = [
        pa.array([row[index] or None for row in rows], pa.string()) for index in range(len(headers))
    ]
    names = [f"c{index}" for index in range(len(headers))]
    numbers = pa.array(range(2, len(rows) + 2), pa.int64())
    table = pa.Table.from_arrays(columns, names)
    return RawTable(tuple(headers), table, numbers, "csv", 1, ignored)


def survey_of(
    headers: list[str],
    *rows: list[str | None],
    options: SurveyOptions = SurveyOptions(),
    known: KnownDepartments = NOBODY_KNOWN,
    framework: Framework | None = None,
) -> SurveyImport:
    """What a survey table of the small framework holds."""
    return interpret_survey(
        table_of(headers, *rows), framework or small_framework(), options, known
    )


def codes_of(findings: object) -> list[str]:
    return [finding.code for finding in findings]  # type: ignore[attr-defined]
