"""Before the commit: what would come in, counted, and how it joins a round that has answers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions.data.drafts import Draft
from actions.data.previews import Preview
from charts.house.numbers import percent, respondents
from charts.house.picture import Table
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


def missing(found: Preview) -> None:
    """A strip of how much of each column is missing."""
    if not found.missing:
        return
    worst = max(found.missing, key=lambda one: one[1])
    frame.section(
        say("upload.missing"), say("upload.missing-note", column=worst[0], share=percent(worst[1]))
    )
    frame.heat([(share, f"{column} {percent(share)}") for column, share in found.missing])


def screening(draft: Draft, found: Preview) -> tuple[str, ...] | None:
    """What looks careless, by rule; which rules to apply is a person's choice, none is preset."""
    checks = [one for one in found.screening if one.flagged is not None]
    if not checks:
        return None
    lang = language()
    frame.section(say("upload.screening"), say("upload.screening-note"))
    rows = [(one.name[lang], str(one.flagged), one.meaning[lang]) for one in checks]
    headers = (say("upload.check"), say("upload.flagged"), say("upload.meaning"))
    frame.table(Table(headers, tuple(rows)), wrap=(2,))
    names = {
        one.rule: say("upload.recommended", name=one.name[lang])
        if one.recommended
        else one.name[lang]
        for one in checks
        if one.flagged
    }
    held: Any = draft.content.get("exclude") or ()
    if not names and not held:
        return None
    chosen = st.multiselect(
        say("upload.exclude"),
        list(names),
        default=[rule for rule in held if rule in names],
        format_func=names.__getitem__,
        placeholder=say("upload.exclude-none"),
        help=say("upload.exclude-help"),
        key=f"exclude-{draft.id}",
    )
    _effect(found)
    return tuple(chosen)


def _effect(found: Preview) -> None:
    effect = found.effect
    if effect is None:
        return
    kept, left = (("—" if one is None else f"{one:.1f}") for one in effect.city)
    text = "upload.effect" if found.excluded else "upload.effect-recommended"
    frame.remark(
        say(text, count=effect.excluded, kept=kept, left=left, levels=effect.levels_changed)
    )
    lang = language()
    rows = [
        (found.known.get(id, {}).get(lang, id), f"{a:.1f}", f"{b:.1f}")
        for id, a, b in effect.departments[:10]
    ]
    if rows:
        headers = (say("view.department"), say("upload.with-all"), say("upload.without"))
        frame.table(Table(headers, tuple(rows)))


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
