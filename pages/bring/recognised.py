"""Second step of an upload: what the file was recognised as, and its first rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from actions.data.drafts import Draft, RawTable, encodings_of
from actions.data.previews import Preview
from charts.house.numbers import percent
from charts.house.picture import Table
from pages import frame
from pages.bring.keeping import place, save
from pages.view import access, say

ENCODINGS = ("utf-8", "gb18030", "utf-16", "big5")
DELIMITERS = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
DIALECTS = (
    "wenjuanxing", "tencent", "wenjuan", "qualtrics", "limesurvey", "kobo", "google-forms",
    "microsoft-forms", "spss", "stata", "handmade", "plain",
)  # fmt: skip
SHOWN_ROWS = 20


def show(draft: Draft, table: RawTable, found: Preview) -> None:
    facts = [(say("upload.format"), table.kind)]
    if draft.content["kind"] == "survey":
        name = say(f"dialect.{found.dialect}")
        if found.dialect != "plain":
            name = say("upload.sure", name=name, share=percent(found.confidence))
        facts.insert(0, (say("upload.dialect"), name))
    if table.encoding:
        facts.append((say("upload.encoding"), table.encoding))
    if table.sheet:
        facts.append((say("upload.sheet"), table.sheet))
    facts += [
        (say("upload.header-row"), str(table.header_row)),
        (say("upload.rows"), f"{len(table):,}"),
        (say("upload.columns"), str(len(table.headers))),
    ]
    frame.section(say("upload.recognised"), " · ".join(f"{a} {b}" for a, b in facts))
    columns = table.columns.slice(0, SHOWN_ROWS).to_pydict().values()
    rows = [
        tuple("" if cell is None else str(cell)[:60] for cell in row)
        for row in zip(*columns, strict=True)
    ]
    frame.table(Table(table.headers, tuple(rows)))
    if table.kind == "csv":
        with st.expander(say("upload.encodings")):
            encodings(draft)
    with st.expander(say("upload.read-differently")):
        read_again(draft, table)


def encodings(draft: Draft) -> None:
    """The file's first rows in three candidate encodings, to choose by eye."""
    for one in _encodings(access().scope, draft.sha256, draft):
        fits = say("upload.fits") if one.fits else say("upload.fits-not", row=one.first_bad_row)
        frame.section(one.encoding, fits)
        width = max((len(row) for row in one.first_rows), default=0)
        rows = [tuple(row) + ("",) * (width - len(row)) for row in one.first_rows[:6]]
        if rows:
            frame.table(Table(rows[0], tuple(rows[1:])))
        if st.button(say("upload.take", name=one.encoding), key=f"encoding-{one.encoding}"):
            save(draft, encoding=one.encoding)


@st.cache_data(show_spinner=False, max_entries=8)
def _encodings(scope: str, sha256: str, _draft: Draft) -> list:
    return encodings_of(access(), _draft)


def read_again(draft: Draft, table: RawTable | None) -> None:
    """How a person would rather have the file read."""
    held = draft.content
    automatic = {None: say("upload.automatic")}
    with st.form("reading"):
        chosen: dict[str, Any] = {}
        if held["kind"] == "survey":
            dialects = {one: say(f"dialect.{one}") for one in DIALECTS}
            chosen["dialect"] = _choice("dialect", held, automatic | dialects)
        chosen["encoding"] = _choice("encoding", held, automatic | {one: one for one in ENCODINGS})
        chosen["delimiter"] = _choice("delimiter", held, automatic | DELIMITERS)
        sheets = table.sheets if table else ()
        chosen["sheet"] = _choice("sheet", held, automatic | {one: one for one in sheets})
        header_row = st.number_input(
            say("upload.header-row"),
            min_value=1,
            value=held.get("header_row"),  # type: ignore[arg-type]
            placeholder=say("upload.automatic"),
            format="%d",
        )
        chosen["fill_merged"] = st.checkbox(
            say("upload.fill-merged"), value=bool(held.get("fill_merged")), key="read-fill-merged"
        )
        if st.form_submit_button(say("upload.read-again")):
            save(draft, **chosen, header_row=None if header_row is None else int(header_row))


def _choice(name: str, held: Mapping[str, object], options: dict) -> Any:
    values = list(options)
    return st.selectbox(
        say(f"upload.{name}"),
        values,
        index=place(values, held.get(name)),
        format_func=options.__getitem__,
        key=f"read-{name}",
    )
