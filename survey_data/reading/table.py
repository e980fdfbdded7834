"""A file as it was read: headers and cells as text, with their places in the spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from indicators.brief import brief
from indicators.findings import Finding


@dataclass(frozen=True, eq=False)
class RawTable:
    """Cells of one sheet as text.

    Attributes
    ----------
    headers : trimmed header texts
    columns : pyarrow Table c0, c1, … of strings (plain or dictionary-encoded); null = empty cell
    row_numbers : int64 array, the spreadsheet's row of every row of ``columns``
    kind : what `container.kind_of` says
    sheets : names of the sheets that hold something (xlsx)
    header_row : spreadsheet row of the headers
    ignored : empty and title rows that were left out
    labels : what a statistics file says of each variable, "" = nothing
    value_labels : header → cell text → label
    user_missing : header → cell texts that the file declares to be missing
    """

    __repr__ = brief

    headers: tuple[str, ...]
    columns: pa.Table
    row_numbers: pa.Array
    kind: str
    header_row: int
    ignored: int
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    labels: tuple[str, ...] = ()
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    user_missing: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.columns.num_rows

    def to_stream(self, sink: pa.NativeFile) -> None:
        """Write everything as one Arrow stream: the cells, and the rest as JSON metadata."""
        head = {
            "headers": self.headers,
            "kind": self.kind,
            "header_row": self.header_row,
            "ignored": self.ignored,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "sheets": self.sheets,
            "labels": self.labels,
            "value_labels": self.value_labels,
            "user_missing": self.user_missing,
            "findings": [finding_to_plain(finding) for finding in self.findings],
        }
        table = self.columns.append_column("row", self.row_numbers)
        table = table.replace_schema_metadata({"head": json.dumps(head, ensure_ascii=False)})
        # One dictionary a column for the whole stream.
        table = table.unify_dictionaries()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)

    @staticmethod
    def from_stream(content: pa.Buffer | bytes) -> RawTable:
        """What `to_stream` wrote. Nothing in it is executed, and no index in it is trusted.

        Raises ValueError for a stream that is not sound.
        """
        try:
            with pa.ipc.open_stream(content) as reader:
                table = reader.read_all()
            table.validate(full=True)
        except (pa.ArrowException, OSError) as error:
            raise ValueError(f"the stream is not sound: {error}") from error
        head = json.loads((table.schema.metadata or {})[b"head"])
        rows = table.column("row").combine_chunks()
        return RawTable(
            tuple(head["headers"]),
            table.drop_columns(["row"]),
            rows,
            head["kind"],
            head["header_row"],
            head["ignored"],
            head["encoding"],
            head["delimiter"],
            head["sheet"],
            tuple(head["sheets"]),
            tuple(finding_from_plain(finding) for finding in head["findings"]),
            tuple(head["labels"]),
            head["value_labels"],
            head["user_missing"],
        )


def finding_to_plain(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "where": dict(finding.where),
        "params": dict(finding.params),
    }


def finding_from_plain(plain: dict) -> Finding:
    return Finding(plain["code"], plain["severity"], plain["where"], plain["params"])
