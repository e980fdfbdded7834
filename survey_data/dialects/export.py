"""What a survey tool's export says about its columns, whatever tool it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indicators.brief import brief
from indicators.findings import Finding
from survey_data.reading.table import RawTable

Meta = Literal[
    "respondent",
    "submitted",
    "started",
    "duration",
    "source",
    "ip",
    "user",
    "score",
    "status",
    "other",
]
Kind = Literal["answer", "joined", "option", "ranking"]


@dataclass(frozen=True)
class Column:
    """The meaning of one column of an export.

    Attributes
    ----------
    texts : what the respondent was asked, the most telling wording first: stem and row title
        together, the row title alone, the stem alone; what mapping compares with item texts
    meta : for a column that holds no answer, what it holds instead; ``duration`` is in seconds
        (any text with a number), ``ip`` and ``user`` are personal
    question : the number or code that columns of one question share
    kind : ``answer`` one answer a cell; ``joined`` several answers in a cell, ``separator``
        between them; ``option`` one answer option of several, chosen or not; ``ranking`` options
        in order
    option : the option's text where ``kind`` is ``option``
    missing : cell texts that mean "no answer" in this column
    labels : cell text → label, where the file itself says what a code means
    """

    texts: tuple[str, ...]
    meta: Meta | None = None
    question: str | None = None
    kind: Kind = "answer"
    separator: str | None = None
    option: str | None = None
    missing: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Export:
    """A file as one dialect reads it.

    Attributes
    ----------
    dialect : the dialect's id, such as ``wenjuanxing``
    confidence : 0-1, how sure the recogniser is
    table : the cells, without rows that are part of the header; headers as in the file
    columns : one for each header
    missing : cell texts that mean "no answer", beyond those that always do
    """

    __repr__ = brief

    dialect: str
    confidence: float
    table: RawTable
    columns: tuple[Column, ...]
    missing: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = field(default=())
