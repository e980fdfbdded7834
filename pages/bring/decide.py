"""The steps between file and commit: what was recognised, and what a person decides.

Every decision is kept as soon as it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from actions.drafts import Draft, RawTable, discard_draft, read_draft, save_draft
from actions.errors import Refused
from actions.previews import Preview, preview
from charts.picture import Table
from pages import frame
from pages.bring import finish, review
from pages.view import access, language, say

ORDER = ("recognised", "columns", "codes", "findings", "preview")
ENCODINGS = ("utf-8", "gb18030", "utf-16")
DELIMITERS = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
SHOWN_ROWS = 20


def step(draft: Draft, name: str) -> None:
    """Show one step of a draft, with the way back and on."""
    facts = draft.content
    frame.strip(
        (
            (say("upload.kind"), say(f"upload.kind-{facts['kind']}")),
            (say("view.round"), str(facts["round"])),
            (say("upload.file-name"), str(facts["file"])),
        ),
        synthetic=False,
    )
    try:
        with st.spinner(say("upload.reading")):
            table = _table(access().scope, draft.sha256, _reading(draft), draft)
            found = _preview(access().scope, draft.id, draft.version, draft, table)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        _read_again(draft, None)
        _discard(draft)
        return
    ready = True
    if name == "recognised":
        _recognised(draft, table)
    elif name == "columns":
        _columns(draft, found)
    elif name == "codes":
        _codes(draft, found)
    elif name == "findings":
        ready = _findings(draft, found)
    else:
        ready = _review(draft, found)
    _onward(draft, name, ready)


@st.cache_resource(show_spinner=False, max_entries=4)
def _table(scope: str, sha256: str, reading: str, _draft: Draft) -> RawTable:
    return read_draft(access(), _draft)


@st.cache_resource(show_spinner=False, max_entries=4, ttl=60)
def _preview(scope: str, id: str, version: int, _draft: Draft, _read: RawTable) -> Preview:
    return preview(access(), _draft, _read)


def _reading(draft: Draft) -> str:
    chosen = ("encoding", "delimiter", "sheet", "header_row")
    return repr([draft.content.get(one) for one in chosen])


def _save(draft: Draft, **changes: Any) -> None:
    """Save what was decided; another tab that saved in between is told of, not overwritten."""
    try:
        save_draft(access(), draft, **changes)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        st.stop()
    st.rerun()


def _onward(draft: Draft, name: str, ready: bool) -> None:
    place = ORDER.index(name) + 1
    st.space("small")
    with st.container(horizontal=True):
        if place > 1 and st.button(say("upload.back"), key=f"back-{name}"):
            _save(draft, step=place - 1)
        last = name == ORDER[-1]
        label = say("upload.commit") if last else say("upload.next")
        if st.button(label, type="primary", disabled=not ready, key=f"next-{name}"):
            if last:
                finish.start(draft)
            else:
                _save(draft, step=place + 1)
        _discard(draft)


def _discard(draft: Draft) -> None:
    if st.button(say("upload.discard"), type="tertiary", key="discard"):
        discard_draft(access(), draft.id)
        del st.query_params["draft"]
        st.rerun()


def _recognised(draft: Draft, table: RawTable) -> None:
    facts = [(say("upload.format"), table.kind)]
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
    with st.expander(say("upload.read-differently")):
        _read_again(draft, table)


def _read_again(draft: Draft, table: RawTable | None) -> None:
    held = draft.content
    automatic = {None: say("upload.automatic")}
    with st.form("reading"):
        encoding = _choice("encoding", held, automatic | {one: one for one in ENCODINGS})
        delimiter = _choice("delimiter", held, automatic | DELIMITERS)
        sheets = table.sheets if table else ()
        sheet = _choice("sheet", held, automatic | {one: one for one in sheets})
        header_row = st.number_input(
            say("upload.header-row"),
            min_value=1,
            value=held.get("header_row"),  # type: ignore[arg-type]
            placeholder=say("upload.automatic"),
            format="%d",
        )
        if st.form_submit_button(say("upload.read-again")):
            _save(
                draft,
                encoding=encoding,
                delimiter=delimiter,
                sheet=sheet,
                header_row=None if header_row is None else int(header_row),
            )


def _choice(name: str, held: Mapping[str, object], options: dict) -> Any:
    values = list(options)
    return st.selectbox(
        say(f"upload.{name}"),
        values,
        index=_place(values, held.get(name)),
        format_func=options.__getitem__,
        key=f"read-{name}",
    )


def _decided(draft: Draft, name: str) -> dict[str, str]:
    held: Any = draft.content.get(name)
    return {str(key): str(value) for key, value in (held or {}).items()}


def _place(options: Sequence, value: object) -> int:
    return options.index(value) if value in options else 0


def _columns(draft: Draft, found: Preview) -> None:
    lang = language()
    frame.section(
        say("upload.mapped", count=len(found.mapped), total=len(found.headers)),
        say("upload.personal", columns=", ".join(found.personal)) if found.personal else "",
    )
    headers = (say("upload.column"), say("upload.id"), say("upload.meaning"))
    rows = [(one.column, one.id, one.text[lang]) for one in found.mapped]
    if found.department_column:
        rows.insert(0, (found.department_column, "—", say("view.department")))
    frame.table(Table(headers, tuple(rows)), wrap=(0, 2))
    if draft.content["kind"] == "metrics":
        if found.unmapped:
            st.caption(say("upload.unmapped", columns=", ".join(found.unmapped)))
        return
    overrides = _decided(draft, "overrides")
    options = list(found.headers)
    department = st.selectbox(
        say("upload.department-column"),
        options,
        index=options.index(found.department_column) if found.department_column else None,
        key="department-column",
    )
    if department != found.department_column:
        _save(draft, department=department)
    names = {one.id: f"{one.id} {one.text[lang]}" for one in found.open_items}
    open_columns = [c for c in (*found.unmapped, *overrides) if c != department]
    if open_columns:
        frame.section(say("upload.unmapped-title"), say("upload.unmapped-note"))
    for column in open_columns:
        held = overrides.get(column)
        items = {None: say("upload.no-item")} | ({held: held} if held else {}) | names
        chosen = st.selectbox(
            column,
            list(items),
            index=_place(list(items), held),
            format_func=items.__getitem__,
            key=f"column-{column}",
        )
        if chosen != held:
            kept = {c: id for c, id in overrides.items() if c != column}
            _save(draft, overrides=kept | ({column: chosen} if chosen else {}))


def _codes(draft: Draft, found: Preview) -> None:
    lang = language()
    aliases = _decided(draft, "aliases")
    codes = [str(code) for code in draft.content.get("codes") or ()]  # type: ignore[union-attr]
    if not (found.undecided or found.near or aliases or codes):
        frame.section(say("upload.codes-none"), say("upload.codes-none-note"))
        return
    if found.undecided:
        frame.section(say("upload.codes"), say("upload.codes-note"))
    labels = {None: say("upload.leave-out")} | {code: text[lang] for code, text in found.scale}
    for text in found.undecided:
        code = st.selectbox(
            say("upload.quoted", text=text),
            list(labels),
            format_func=labels.__getitem__,
            key=f"code-{text}",
        )
        if code is not None:
            _save(draft, codes=[*codes, f"{text}={code}"])
    if found.near:
        frame.section(say("upload.near"), say("upload.near-note"))
    for name, ids in found.near.items():
        known = {None: say("upload.new-department")} | {id: found.known[id][lang] for id in ids}
        meant = st.selectbox(
            say("upload.quoted", text=name),
            list(known),
            format_func=known.__getitem__,
            key=f"alias-{name}",
        )
        if meant is not None:
            _save(draft, aliases=aliases | {name: meant})
    if codes or aliases:
        said = [*codes, *[f"{name} → {found.known[id][lang]}" for name, id in aliases.items()]]
        st.caption(say("upload.decided", decisions="; ".join(said)))
    if (codes or aliases) and st.button(say("upload.forget"), key="forget-decisions"):
        _save(draft, codes=[], aliases={})


def _findings(draft: Draft, found: Preview) -> bool:
    if not found.findings:
        frame.section(say("upload.findings-none"))
        return True
    errors = sum(one["severity"] == "error" for one in found.findings)
    frame.section(
        say("upload.findings", errors=errors, warnings=found.warnings),
        say("upload.findings-blocked" if found.blocked else "upload.findings-note"),
    )
    frame.findings(found.findings)
    if found.blocked:
        return False
    if not found.warnings:
        return True
    return st.checkbox(say("upload.seen"), key=f"seen-{draft.id}")


def _review(draft: Draft, found: Preview) -> bool:
    review.counts(found)
    decided = True
    if found.active:
        mode = review.choose_mode(draft, found)
        if mode != draft.content.get("mode"):
            _save(draft, mode=mode)
        decided = mode is not None
    review.departments(found)
    return decided and not found.blocked and found.accepted > 0
