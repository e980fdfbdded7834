"""问卷星 (wjx.cn): by text, by option number or by score; .xlsx and the older .xls."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indicators.findings import Finding
from survey_data.dialects.export import Column, Export, Kind, Meta
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "wenjuanxing"
SOURCE = (
    "exports of the platform's three forms 按文本, 按序号 and 按分数, as public scripts read them"
)

META: dict[str, Meta] = {
    "序号": "respondent",
    "提交答卷时间": "submitted",
    "所用时间": "duration",
    "来源": "source",
    "来源详情": "source",
    "来自IP": "ip",
    "来自ip": "ip",
    "总分": "score",
    "用户ID": "user",
    "微信昵称": "user",
    "uid": "user",
    "外部ID": "user",
}
JOINED, RANKED = "┋", "→"
MISSING = frozenset({"(空)", "(跳过)"})
_OWN = ("提交答卷时间", "所用时间", "来源详情", "来自IP")
_NUMBERED = re.compile(
    r"^(?:Q|第)?(\d{1,3})\s*(?:题\s*(?=[(（])|(?:题)?\s*([、.．:：)）]))\s*(.*)$", re.S
)
_ROW_NUMBER = re.compile(r"^[(（]?(\d{1,3})([.、．)）])\s*(.+)$", re.S)
_KIND_OF_QUESTION = re.compile(r"[\[【](?:单选|多选|填空|矩阵|量表|排序|打分)[^\]】]*[\]】]")
_MARKUP = re.compile(r"<[^<>]{1,200}>")
_NUMERIC = re.compile(r"^-?\d+(?:\.\d+)?$")
_CHOSEN = frozenset({"0", "1", "-2", "-3", "(空)", "(跳过)"})


def confidence(table: RawTable) -> float:
    """The tool's own column names, else its question numbers with its marks in the answers."""
    names = {_clean(header) for header in table.headers}
    own = sum(name in names for name in _OWN)
    if own:
        return min(0.55 + 0.15 * own + 0.05 * ("序号" in names), 1.0)
    numbered = [i for i, h in enumerate(table.headers) if _NUMBERED.match(_clean(h))]
    if 2 * len(numbered) < len(table.headers):
        return 0.0
    marks = {"(空)", "(跳过)"}
    marked = any(
        text in marks or JOINED in text
        for index in numbered
        for text in distinct_texts(table, index)
    )
    return 0.6 if marked else 0.15


@dataclass(frozen=True)
class _Header:
    """A question column's header, taken apart."""

    question: str
    stem: str
    row: str


def read(table: RawTable) -> Export:
    """The columns' meaning: metadata by name wherever they stand, questions by number."""
    columns: list[Column] = []
    held: _Header | None = None
    mark = ""
    for index, header in enumerate(table.headers):
        name = _clean(header)
        if name in META:
            columns.append(Column((name,), META[name]))
            continue
        row = _row_of(held, mark, name) if held is not None else None
        if row is not None and held is not None:
            held = _Header(held.question, held.stem, row)
        elif (found := _NUMBERED.match(name)) is not None:
            number, mark, rest = found[1], found[2] or "", found[3]
            held = _question(number, rest, held)
        else:
            held = None
        if held is None:
            columns.append(Column((name,)))
        else:
            columns.append(_column(held, table, index))
    sure = confidence(table)
    return Export(NAME, sure, table, tuple(columns), MISSING, tuple(_findings(table, columns)))


def _clean(header: str) -> str:
    bare = _MARKUP.sub("", header).replace("\t", " ").replace("\u3000", " ").replace("\xa0", " ")
    return _KIND_OF_QUESTION.sub("", bare).strip().removesuffix("*").strip()


def _question(number: str, rest: str, before: _Header | None) -> _Header:
    """Sub-items after the first repeat the number, not the stem."""
    if before is not None and before.question == number:
        return _Header(number, before.stem, rest)
    stem, dash, row = _at_dash(rest)
    if dash:
        return _Header(number, stem, row)
    option = _bracketed_end(rest)
    if option is not None:
        return _Header(number, rest[: -len(option) - 2].strip(), f"({option})")
    return _Header(number, rest, "")


def _at_dash(text: str) -> tuple[str, str, str]:
    for dash in ("—", "--"):
        if dash in text.strip(dash):
            return text.partition(dash)
    return text, "", ""


def _row_of(held: _Header, mark: str, name: str) -> str | None:
    """A row title that the author numbered stands without the question's own number.

    ``10、stem—1.first row`` is followed by ``2.second row``, or by ``(2)second row``.
    """
    before, here = _ROW_NUMBER.match(held.row), _ROW_NUMBER.match(name)
    if before is None or here is None or int(here[1]) != int(before[1]) + 1:
        return None
    next_question = int(here[1]) == int(held.question) + 1 and here[2] == mark
    return None if next_question else name


def _column(header: _Header, table: RawTable, index: int) -> Column:
    kind, option = _kind(header, table, index)
    if option is not None:
        texts = (f"{header.stem}({option})", option)
        return Column(texts, question=header.question, kind=kind, option=option)
    separator = {"joined": JOINED, "ranking": RANKED}.get(kind)
    return Column(_texts(header), question=header.question, kind=kind, separator=separator)


def _texts(header: _Header) -> tuple[str, ...]:
    """Stem and row, the row alone, and the row after each further dash that it may hold."""
    if not header.row:
        return (header.stem,)
    rows = [header.row]
    while "—" in rows[-1]:
        rows.append(rows[-1].partition("—")[2])
    rows += [found[3] for row in rows if (found := _ROW_NUMBER.match(row)) is not None]
    whole = f"{header.stem}—{header.row}" if header.stem else header.row
    return tuple(dict.fromkeys([whole, *rows]))


def _kind(header: _Header, table: RawTable, index: int) -> tuple[Kind, str | None]:
    texts = distinct_texts(table, index)
    if any(JOINED in text for text in texts):
        return "joined", None
    if any(RANKED in text for text in texts):
        return "ranking", None
    option = _bracketed_end(header.row)
    if option is not None and len(header.row) == len(option) + 2:
        if texts <= _CHOSEN:
            return "option", option
        if all(_NUMERIC.match(text) for text in texts - _CHOSEN):
            return "ranking", option
    return "answer", None


def _bracketed_end(text: str) -> str | None:
    """What stands in the bracket that closes a text: ``8、(性能（CPU）)`` gives ``性能（CPU）``."""
    if not text.endswith((")", "）")):
        return None
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in ")）") - (text[place] in "(（")
        if depth == 0:
            return text[place + 1 : -1] or None
    return None


def _findings(table: RawTable, columns: list[Column]) -> list[Finding]:
    """Option numbers say nothing of what the options were: a person has to look."""
    answers = [i for i, c in enumerate(columns) if c.question and c.kind == "answer"]
    numeric = [
        i
        for i in answers
        if (texts := distinct_texts(table, i) - MISSING)
        and all(_NUMERIC.match(text) for text in texts)
    ]
    if not answers or 2 * len(numeric) < len(answers):
        return []
    scored = any(column.meta == "score" for column in columns)
    return [Finding("W281" if scored else "W280", "warning", params={"count": len(numeric)})]
