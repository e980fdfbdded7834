"""KoboToolbox: names or labels under group paths, several answers in one column, in many, or both."""

from __future__ import annotations

from survey_data.dialects.export import Column, Export, Meta
from survey_data.dialects.headers import known_share, meta_column
from survey_data.dialects.sample import distinct_texts
from survey_data.reading.table import RawTable

NAME = "kobo"
SOURCE = "KoboToolbox help: Exporting and downloading your data"

META: dict[str, Meta] = {
    "_id": "respondent",
    "_uuid": "respondent",
    "_submission_time": "submitted",
    "_validation_status": "status",
    "_notes": "other",
    "_status": "status",
    "_submitted_by": "user",
    "__version__": "other",
    "_version_": "other",
    "_tags": "other",
    "_index": "other",
    "start": "started",
    "end": "other",
    "today": "other",
    "username": "user",
    "deviceid": "user",
    "phonenumber": "user",
    "_parent_index": "other",
    "_parent_table_name": "other",
}
_OWN = ("_id", "_uuid", "_submission_time", "_validation_status", "_index")
_CHOSEN = frozenset({"0", "1", "TRUE", "FALSE"})


def confidence(table: RawTable) -> float:
    return known_share(table.headers, _OWN)


def read(table: RawTable) -> Export:
    held = set(table.headers)
    columns = []
    for index, header in enumerate(table.headers):
        column = meta_column(header, META)
        columns.append(column or _question(header, held, table, index))
    return Export(NAME, confidence(table), table, tuple(columns))


def _question(header: str, held: set[str], table: RawTable, index: int) -> Column:
    path, _, name = header.rpartition("/")
    options = distinct_texts(table, index)
    if path in held and options <= _CHOSEN:
        return Column((f"{path}({name})", name), question=path, kind="option", option=name)
    split = any(other.startswith(f"{header}/") for other in held)
    texts = tuple(dict.fromkeys((name, header))) if path else (header,)
    if split:
        return Column(texts, question=header, kind="joined", separator=" ")
    return Column(texts, question=header)
