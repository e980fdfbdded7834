"""What a framework draft does to a round, in words and a table.

They show an `actions.framework.drafts.Impact`.
"""

from __future__ import annotations

from typing import Any

from charts.house.numbers import NOT_APPLICABLE, score, signed
from charts.house.picture import Table
from locales import translate


def impact_finding(impact: Any, changed: int, language: str) -> str:
    """What a draft does to a round, in one sentence."""
    if not changed:
        return translate("editor.finding-unchanged", language)
    key = "levels" if impact.levels else "scores"
    if not impact.changed and not impact.moved:
        key = "nothing"
    return translate(
        f"editor.finding-{key}",
        language,
        changes=changed,
        round=impact.round,
        moved=len(impact.moved),
        scores=impact.changed,
        departments=impact.departments,
    )


def impact_reason(impact: Any, language: str) -> str:
    """City score before and after, largest rank shift, and whose level changes."""
    before, after = impact.city
    if before is None or after is None:
        return translate("editor.reason-no-city", language)
    parts = [
        translate(
            "editor.reason",
            language,
            before=score(before),
            after=score(after),
            change=signed(after - before),
            shift=impact.largest,
        )
    ]
    if impact.moved:
        between = translate("wording.comma", language)
        named = between.join(
            f"{one.name[language]} {level(one.level_before)}→{level(one.level_after)}"
            for one in impact.moved[:6]
        )
        more = len(impact.moved) - 6
        key = "editor.reason-moved-more" if more > 0 else "editor.reason-moved"
        parts.append(translate(key, language, names=named, more=more))
    return ("" if language == "zh" else " ").join(parts)


def impact_table(impact: Any, language: str) -> Table:
    """Departments that move, those whose level changes first."""
    rows = []
    for one in (*impact.moved, *impact.shifts):
        before, after = level(one.level_before), level(one.level_after)
        rows.append(
            (
                one.name[language],
                score(one.before),
                score(one.after),
                signed(one.after - one.before)
                if one.before is not None and one.after is not None
                else NOT_APPLICABLE,
                before if before == after else f"{before} → {after}",
            )
        )
    columns = ("department", "before", "after", "difference", "level")
    return Table(tuple(translate(f"editor.column-{c}", language) for c in columns), tuple(rows))


def level(number: int) -> str:
    return str(number) if number else NOT_APPLICABLE
