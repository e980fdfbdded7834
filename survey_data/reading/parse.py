"""Bytes → table. Runs inside the limited child process, and here for our own bytes only."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from survey_data.reading.container import kind_of
from survey_data.reading.limits import Limits
from survey_data.reading.table import RawTable


@dataclass(frozen=True)
class ReadOptions:
    """What a person decided about the file; None = find it out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    fill_merged: bool = False

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def parse(content: bytes, limits: Limits, options: ReadOptions = ReadOptions()) -> RawTable:
    """Read a table. Raises Refused for everything that cannot be read."""
    kind = kind_of(content, limits)
    if kind in ("xlsx", "xls", "ods"):
        from survey_data.reading.excel import read_workbook

        return read_workbook(
            content,
            limits,
            kind,
            sheet=options.sheet,
            header_row=options.header_row,
            fill_merged=options.fill_merged,
        )
    if kind in ("sav", "por", "dta"):
        from survey_data.reading.statistical import read_statistical

        return read_statistical(content, limits, kind, encoding=options.encoding)
    from survey_data.reading.delimited import read_delimited

    return read_delimited(
        content,
        limits,
        encoding=options.encoding,
        delimiter=options.delimiter,
        header_row=options.header_row,
    )
