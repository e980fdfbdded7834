"""What the reading process hands over: Arrow and JSON, nothing that runs (contract: no pickle)."""

from __future__ import annotations

import ast
import io
import json
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import survey_data
from indicators.findings import Finding
from survey_data.reading import RawTable
from tests.survey_data.small import table_of

_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    rows=st.lists(st.tuples(st.none() | _TEXT, st.none() | _TEXT), min_size=1, max_size=6),
    headers=st.tuples(_TEXT, _TEXT),
    ignored=st.integers(0, 9),
    value=_TEXT,
)
def test_a_table_comes_through_its_stream_unchanged(
    rows: list[tuple[str | None, str | None]],
    headers: tuple[str, str],
    ignored: int,
    value: str,
) -> None:
    columns = pa.table({"c0": pa.array([r[0] for r in rows], pa.string()).dictionary_encode(),
                        "c1": pa.array([r[1] for r in rows], pa.string())})  # fmt: skip
    finding = Finding("W223", "warning", {"row": 3, "value": value}, {"count": 2})
    table = RawTable(
        headers, columns, pa.array(range(len(rows)), pa.int64()), "xlsx", 1, ignored,
        None, None, "表一", ("表一", "表二"), (finding,),
    )  # fmt: skip
    store = io.BytesIO()
    table.to_stream(pa.PythonFile(store, mode="w"))
    back = RawTable.from_stream(store.getvalue())
    assert back.headers == headers
    assert [c.to_pylist() for c in back.columns.columns] == [
        [r[0] for r in rows],
        [r[1] for r in rows],
    ]
    assert back.row_numbers.to_pylist() == list(range(len(rows)))
    assert (back.ignored, back.sheet, back.sheets) == (ignored, "表一", ("表一", "表二"))
    assert back.findings == (finding,)


def test_the_stream_is_plain_arrow_with_json_beside_it() -> None:
    store = io.BytesIO()
    table_of(["a"], ["1"]).to_stream(pa.PythonFile(store, mode="w"))
    with pa.ipc.open_stream(store.getvalue()) as reader:
        schema = reader.schema
    assert [field.name for field in schema] == ["c0", "row"]
    assert json.loads(schema.metadata[b"head"])["headers"] == ["a"]


def test_a_stream_whose_indices_point_nowhere_is_refused_before_anything_reads_through_them() -> (
    None
):
    wrong = pa.DictionaryArray.from_arrays(
        pa.array([0, 7], pa.int32()), pa.array(["a"]), safe=False
    )
    table = RawTable(("a",), pa.table({"c0": wrong}), pa.array([2, 3], pa.int64()), "csv", 1, 0)
    store = io.BytesIO()
    columns = table.columns.append_column("row", table.row_numbers)
    with pa.ipc.new_stream(store, columns.schema) as writer:
        writer.write_table(columns)
    with pytest.raises(ValueError, match="out of bounds"):
        RawTable.from_stream(store.getvalue())


@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_stream_is_refused_or_read_but_never_crashes(data: st.DataObject) -> None:
    store = io.BytesIO()
    table_of(["a", "b"], ["1", "同意"], ["2", None]).to_stream(pa.PythonFile(store, mode="w"))
    content = bytearray(store.getvalue())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError, KeyError, TypeError):
        RawTable.from_stream(bytes(content)).columns.to_pylist()


def test_no_module_of_the_data_floor_imports_a_format_that_runs_code_when_read() -> None:
    dangerous = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    root = Path(str(survey_data.__file__)).parent
    sources = list(root.rglob("*.py"))
    assert sources
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not {name.split(".")[0] for name in names} & dangerous, source
