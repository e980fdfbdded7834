"""Before the commit: what would come in, counted, and how it joins a round that has answers."""

from __future__ import annotations

import streamlit as st

from actions.drafts import Draft
from actions.previews import Preview
from charts.numbers import respondents
from charts.picture import Table
from pages import frame
from pages.view import language, say

ADD = "add"


def counts(found: Preview) -> None:
    """Rows by what becomes of them."""
    frame.section(
        say(
            "upload.counts",
            read=found.rows_read,
            accepted=found.accepted,
            rejected=found.rejected,
            ignored=found.ignored,
        )
    )
    frame.shares(
        [
            (found.accepted, "accent", say("upload.accepted")),
            (found.rejected, "fall", say("upload.rejected")),
            (found.ignored, "still", say("upload.ignored")),
        ]
    )


def choose_mode(draft: Draft, found: Preview) -> str | None:
    """Whether the file adds to the round's answers or takes their place; None = undecided."""
    options = {ADD: say("upload.mode-add")} | {
        batch: say("upload.mode-supersede", batch=batch) for batch in found.active
    }
    held = draft.content.get("mode")
    return st.radio(
        say("upload.mode"),
        list(options),
        index=list(options).index(str(held)) if held in options else None,
        format_func=options.__getitem__,
        key=f"mode-{draft.id}",
    )


def departments(found: Preview) -> None:
    """People or values by department, beside the round before."""
    lang = language()
    headers = [say("view.department"), say("upload.n")]
    if found.values is None:
        headers.append(say("upload.n-before"))
    rows = []
    for one in found.departments:
        name = one.name[lang] + (say("upload.is-new") if one.is_new else "")
        row = [name, str(one.n)]
        if found.values is None:
            row.append("—" if one.before is None else respondents(one.before))
        rows.append(tuple(row))
    frame.table(Table(tuple(headers), tuple(rows)))
