"""The catalogue as a table of rows with a small picture of each effect."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from charts.house.theme import factor_colour
from charts.measures.tables import (
    EffectMark,
    Measure,
    View,
    causes_of,
    effect_marks,
    factor_mark,
    grade_of,
    in_language,
    money,
    months,
    needs_of,
    partners,
    points,
    source_of,
)
from pages.view import language, say, tokens

SCALE = 32.0
"""Points at the right end of the small pictures."""
COLUMNS = ("measure", "causes", "effects", "cost", "months", "relations", "basis")
RELATIONS = ("synergy", "overlap", "caution", "exclusive")


def show(view: View, measures: Sequence[Measure]) -> None:
    head = "".join(
        f'<th scope="col">{escape(say(f"measures.column-{name}"))}</th>' for name in COLUMNS
    )
    body = "".join(_row(view, one) for one in measures)
    st.html(
        '<div class="ff-table ff-whole" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(view: View, one: Measure) -> str:
    lang = language()
    draft = (
        f' <span class="ff-badge">{escape(say("measures.draft"))}</span>' if one["draft"] else ""
    )
    cost = [
        f"{say('measures.column-first-year')} {money(one['cost']['first_year'])}",
        f"{say('measures.column-annual')} {money(one['cost']['annual'])}",
    ]
    relations = [
        (say("measures.column-needs"), needs_of(one, lang)),
        (say("measures.column-support"), say("wording.comma").join(one["supported_by"])),
        *[(say(f"measures.kind-{kind}"), partners(view, one, (kind,), lang)) for kind in RELATIONS],
    ]
    cells = (
        f'<td class="ff-lines ff-wide"><b>{escape(one["id"])}</b>'
        f" {escape(in_language(one['name'], lang))}{draft}"
        f"<small>{escape(in_language(one['responsible'], lang))}</small></td>",
        f'<td class="ff-lines">{escape(causes_of(view, one, lang))}</td>',
        f"<td>{''.join(_effect(mark) for mark in effect_marks(view, one, lang))}</td>",
        f"<td>{'<br>'.join(escape(text) for text in cost)}</td>",
        f"<td>{escape(months(one['lead_months']))}</td>",
        "<td>"
        + "<br>".join(escape(f"{what} {text}") for what, text in relations if text)
        + "</td>",
        f'<td class="ff-lines">{escape(grade_of(one, lang))}'
        f"<small>{escape(source_of(one, lang))}</small></td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _effect(mark: EffectMark) -> str:
    colour = escape(factor_colour(tokens(), mark.place))
    left, right, at = (_place(x) for x in (mark.low, mark.high, mark.mean))
    return (
        f'<div class="ff-effect" role="img" aria-label="{escape(mark.text)}"'
        f' title="{escape(mark.text)}">'
        f'<b style="color:{colour}">{factor_mark(mark.place)} {escape(mark.dimension)}</b>'
        f'<i><span style="left:{left};right:calc(100% - {right});background:{colour}"></span>'
        f'<em style="left:{at};background:{colour}"></em></i>'
        f"<u>{points(mark.mean)}</u></div>"
    )


def _place(value: float) -> str:
    return f"{min(100 * value / SCALE, 100):.1f}%"


def facts(content: Sequence[tuple[str, str]]) -> None:
    """Labels with their texts."""
    parts = "".join(f"<dt>{escape(what)}</dt><dd>{escape(text)}</dd>" for what, text in content)
    st.html(f'<dl class="ff-facts">{parts}</dl>')


def sentences(content: Sequence[str], *, numbered: bool = False) -> None:
    """A plain list of sentences, in their order."""
    items = "".join(f"<li>{escape(one)}</li>" for one in content)
    kind = "ol" if numbered else "ul"
    st.html(f'<{kind} class="ff-provisions">{items}</{kind}>')
