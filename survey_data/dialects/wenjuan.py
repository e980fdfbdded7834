"""问卷网 (wenjuan.com): question codes before the title, matrix rows after an underscore."""

from __future__ import annotations

import re

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import read_columns, split_at, texts_of
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "wenjuan"
SOURCE = "the platform's files All_Data_Readable and All_Data_Original, as public readers take them"

META: dict[str, Meta] = {
    "序号": "respondent",
    "答题序号": "respondent",
    "开始时间": "started",
    "结束时间": "submitted",
    "提交时间": "submitted",
    "答题时长": "duration",
    "ip": "ip",
    "ip地址": "ip",
    "地域": "ip",
    "来源": "source",
    "答题渠道": "source",
    "昵称": "user",
    "状态": "status",
}
_CODED = re.compile(r"^Q(\d{1,3})(?:_A?(\d{1,3}))?(?:[_、.:：\s]\s*(.*))?$", re.S)
_CHOSEN = frozenset({"0", "1"})


def confidence(table: RawTable) -> float:
    coded = sum(_CODED.match(header) is not None for header in table.headers)
    if not coded or not any(header.strip() == "答题时长" for header in table.headers):
        return 0.0
    return 0.8 if 2 * coded >= len(table.headers) - len(META) // 2 else 0.5


def read(table: RawTable) -> Export:
    columns = read_columns(table, META, _question)
    return Export(NAME, confidence(table), table, columns)


def _question(header: str, table: RawTable, index: int) -> Column:
    found = _CODED.match(header)
    if found is None:
        return Column((header,))
    number, part, text = found[1], found[2], (found[3] or "").strip()
    stem, row = split_at(text, ("_",)) if text else ("", "")
    if part and distinct_texts(table, index) <= _CHOSEN and not row:
        return Column((header,), question=number, kind="option", option=text or f"A{part}")
    return Column((*texts_of(stem, row, "_"), header) if text else (header,), question=number)
