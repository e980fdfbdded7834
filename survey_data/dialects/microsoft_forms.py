"""Microsoft Forms: id, start and completion time, account, then the questions."""

from __future__ import annotations

import re

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import known_share, meta_column, split_at
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "microsoft-forms"
SOURCE = "Microsoft Support: Check and share your form results"

META: dict[str, Meta] = {
    "id": "respondent",
    "start time": "started",
    "completion time": "submitted",
    "email": "user",
    "name": "user",
    "last modified time": "other",
    "language": "other",
    "total points": "score",
    "quiz feedback": "other",
    "开始时间": "started",
    "完成时间": "submitted",
    "电子邮件": "user",
    "名称": "user",
    "姓名": "user",
    "上次修改时间": "other",
    "总分": "score",
}
_ENGLISH = ("ID", "Start time", "Completion time", "Email", "Name")
_CHINESE = ("ID", "开始时间", "完成时间", "电子邮件", "名称")
_QUIZ = re.compile(r"^(points|feedback|grade posted time|分数|反馈)\s*[-–:：]", re.IGNORECASE)


def confidence(table: RawTable) -> float:
    return 0.95 * max(known_share(table.headers, _ENGLISH), known_share(table.headers, _CHINESE))


def read(table: RawTable) -> Export:
    columns = []
    for index, header in enumerate(table.headers):
        column = meta_column(header, META)
        if column is None and _QUIZ.match(header):
            column = Column((header,), "other")
        columns.append(column or _question(header, table, index))
    return Export(NAME, confidence(table), table, tuple(columns))


def _question(header: str, table: RawTable, index: int) -> Column:
    texts = distinct_texts(table, index)
    if texts and all(text.endswith(";") for text in texts):
        return Column((header,), question=header, kind="joined", separator=";")
    stem, row = split_at(header, (".",)) if "." in header.rstrip(".") else (header, "")
    wordings = (header, row) if row and not row[0].isdigit() else (header,)
    return Column(wordings, question=stem)
