"""What a framework draft changes: its values, the round's departments, and the fit of older data."""

from __future__ import annotations

from collections.abc import Sequence

from actions.framework.drafts import DraftView, Impact
from actions.framework.fit import RoundFit
from charts.framework.impact import impact_table
from charts.framework.tables import change_table, part_names
from pages import frame
from pages.manage import structure
from pages.view import language, say


def show(view: DraftView, effect: Impact | None, fits: Sequence[RoundFit]) -> None:
    lang = language()
    if not view.edits:
        frame.section(say("editor.no-changes"))
        return
    frame.section(say("editor.changes", count=len(view.edits), base=view.base))
    names = part_names(view.before) | part_names(view.content)
    frame.table(change_table(view.edits, names, lang), wrap=(1, 3, 4))
    structure.breaks(view, fits)
    if effect is None:
        return
    table = impact_table(effect, lang)
    if not table.rows:
        frame.section(say("editor.no-impact", round=effect.round))
        return
    frame.section(
        say("editor.impact", round=effect.round),
        say("editor.impact-note", count=effect.changed, listed=len(effect.shifts)),
    )
    frame.table(table)
