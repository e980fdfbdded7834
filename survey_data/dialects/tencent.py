"""腾讯问卷 (wj.qq.com): numbered questions, matrix rows after a colon, options in a cell or apart."""

from __future__ import annotations

import re

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import known_share, read_columns, split_at, texts_of
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "tencent"
SOURCE = "the platform's export as its open interface names the fields; headers vary by version"

META: dict[str, Meta] = {
    "编号": "respondent",
    "开始答题时间": "started",
    "结束答题时间": "submitted",
    "答题时长": "duration",
    "ip": "ip",
    "ip地址": "ip",
    "省": "ip",
    "省份": "ip",
    "市": "ip",
    "城市": "ip",
    "设备": "other",
    "浏览器": "other",
    "操作系统": "other",
    "来源": "source",
    "微信昵称": "user",
    "微信openid": "user",
    "用户id": "user",
    "qq": "user",
}
_OWN = ("编号", "开始答题时间", "结束答题时间", "答题时长")
_NUMBERED = re.compile(r"^Q?(\d{1,3})\s*[._、．]\s*(.*)$", re.S)
_CHOSEN = frozenset({"0", "1"})


def confidence(table: RawTable) -> float:
    times = known_share(table.headers, ("开始答题时间", "结束答题时间"))
    return 0.45 * times + 0.5 * known_share(table.headers, _OWN)


def read(table: RawTable) -> Export:
    columns = read_columns(table, META, _question)
    return Export(NAME, confidence(table), table, columns)


def _question(header: str, table: RawTable, index: int) -> Column:
    found = _NUMBERED.match(header)
    number, text = (found[1], found[2]) if found else (None, header)
    stem, row = split_at(text, (":", "："))
    options = distinct_texts(table, index)
    if row and options == _CHOSEN:
        return Column((f"{stem}({row})", row), question=number, kind="option", option=row)
    if any("┋" in option for option in options):
        return Column((text,), question=number, kind="joined", separator="┋")
    return Column(texts_of(stem, row, ":"), question=number)
