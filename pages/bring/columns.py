"""Third step of an upload: which column holds what. What is only likely waits for a yes."""

from __future__ import annotations

import streamlit as st

from actions.data.drafts import Draft
from actions.data.previews import Preview
from charts.house.picture import Table
from pages import frame
from pages.bring.keeping import decided, place, save
from pages.literal import literal
from pages.view import language, say


def show(draft: Draft, found: Preview) -> None:
    lang = language()
    frame.section(
        say("upload.mapped", count=len(found.mapped), total=len(found.headers)),
        say("upload.personal", columns=", ".join(found.personal)) if found.personal else "",
    )
    headers = (say("upload.column"), say("upload.id"), say("upload.meaning"))
    rows = [(one.column, one.id, one.text[lang]) for one in found.mapped]
    rows += [(column, "—", say(f"meta.{meta}")) for column, meta in found.metadata.items()]
    if found.department_column:
        rows.insert(0, (found.department_column, "—", say("view.department")))
    frame.table(Table(headers, tuple(rows)), wrap=(0, 2))
    if draft.content["kind"] == "metrics":
        if found.unmapped:
            st.caption(literal(say("upload.unmapped", columns=", ".join(found.unmapped))))
        return
    _department(draft, found)
    _proposals(draft, found)
    _unmapped(draft, found)
    _multiple(found)


def _department(draft: Draft, found: Preview) -> None:
    options = list(found.headers)
    department = st.selectbox(
        say("upload.department-column"),
        options,
        index=options.index(found.department_column) if found.department_column else None,
        key="department-column",
    )
    if department != found.department_column:
        save(draft, department=department)


def _proposals(draft: Draft, found: Preview) -> None:
    """Columns whose wording is near an item's: one yes each, or one for all."""
    if not found.proposed:
        return
    lang = language()
    overrides = decided(draft, "overrides")
    texts = {one.id: one.text[lang] for one in found.open_items}
    frame.section(say("upload.proposed"), say("upload.proposed-note"))
    if len(found.proposed) > 1 and st.button(
        say("upload.yes-all", count=len(found.proposed)), key="yes-all"
    ):
        taken = {column: item for column, (item, _) in found.proposed.items()}
        save(draft, overrides=overrides | taken)
    for column, (item, likeness) in found.proposed.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            frame.remark(
                say(
                    "upload.proposal",
                    column=column,
                    item=item,
                    text=texts[item],
                    share=f"{likeness:.0f} %",
                )
            )
            if st.button(say("upload.yes"), key=f"yes-{column}"):
                save(draft, overrides=overrides | {column: item})


def _unmapped(draft: Draft, found: Preview) -> None:
    lang = language()
    overrides = decided(draft, "overrides")
    names = {one.id: f"{one.id} {one.text[lang]}" for one in found.open_items}
    open_columns = [
        column
        for column in dict.fromkeys((*found.unmapped, *overrides))
        if column != found.department_column
    ]
    if open_columns:
        frame.section(say("upload.unmapped-title"), say("upload.unmapped-note"))
    for column in open_columns:
        held = overrides.get(column)
        items = {None: say("upload.no-item")} | ({held: held} if held else {}) | names
        chosen = st.selectbox(
            literal(column),
            list(items),
            index=place(list(items), held),
            format_func=items.__getitem__,
            key=f"column-{column}-{held}",
        )
        if chosen != held:
            kept = {c: id for c, id in overrides.items() if c != column}
            save(draft, overrides=kept | ({column: chosen} if chosen else {}))


def _multiple(found: Preview) -> None:
    if not found.multiple:
        return
    frame.section(say("upload.multiple"), say("upload.multiple-note"))
    rows = [
        (question, option, str(count))
        for question, options in found.multiple.items()
        for option, count in options.items()
    ]
    headers = (say("upload.column"), say("upload.option"), say("upload.chosen"))
    frame.table(Table(headers, tuple(rows[:200])), wrap=(0, 1))
