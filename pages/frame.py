"""What every page is built of: context strip, finding, picture with words and table, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from charts.city.ladder import Ladder
from charts.house.picture import Picture, Table
from charts.house.theme import level_colour
from pages.view import language, say, tokens

_HERE = Path(__file__).parent


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def house_style() -> None:
    """The look of the pages, with the colours of the reader's mode, and the document's language."""
    colours = {k: v for k, v in asdict(tokens()).items() if isinstance(v, str)}
    variables = ";".join(f"--ff-{k.replace('_', '-')}:{v}" for k, v in colours.items())
    st.html(f"<style>:root{{{variables}}}\n{_asset('page.css')}</style>")
    st.html(
        f'<span class="ff-hidden-marker" data-page-language="{escape(_document_language())}"></span>'
        f"<script>{_asset('page.js')}</script>",
        unsafe_allow_javascript=True,
    )


def _document_language() -> str:
    return "zh-CN" if language() == "zh" else "en"


def strip(facts: Iterable[tuple[str, str]], *, synthetic: bool, marks: Iterable[str] = ()) -> None:
    """Facts about the view, at the right of its selectors, the mark of synthetic data and others."""
    parts = [f"<span>{escape(what)} <b>{escape(value)}</b></span>" for what, value in facts]
    badges = [*([say("page.synthetic")] if synthetic else []), *marks]
    parts += [f'<span class="ff-badge">{escape(text)}</span>' for text in badges]
    st.html(f'<div class="ff-strip">{"".join(parts)}</div>')


def finding(text: str, reason: str = "") -> None:
    """The page's one finding in large type, and its reason in one grey line."""
    below = f'<p class="ff-reason">{escape(reason)}</p>' if reason else ""
    st.html(f'<h1 class="ff-finding">{escape(text)}</h1>{below}')


def section(title: str, note: str = "") -> None:
    below = f'<p class="ff-note">{escape(note)}</p>' if note else ""
    st.html(f'<h2 class="ff-section">{escape(title)}</h2>{below}')


def remark(text: str) -> None:
    """One sentence to read aloud, in small type."""
    st.html(f'<p class="ff-note">{escape(text)}</p>')


def footnote(*sentences: str) -> None:
    text = (" " if language() == "en" else "").join(escape(s) for s in sentences if s)
    st.html(f'<p class="ff-foot">{text}</p>')


def picture(shown: Picture, key: str, source: str) -> None:
    """A picture under its finding, with its table, its image and its method at hand."""
    with st.container(key=f"picture-{key}"):
        section(shown.title, shown.note)
        st.plotly_chart(
            shown.figure,
            theme=None,
            key=f"chart-{key}",
            config={"displayModeBar": False, "responsive": True},
            alt=shown.sentence,
        )
        with st.container(key=f"tools-{key}", horizontal=True, gap="small"):
            with st.popover(say("page.table"), type="tertiary", icon=":material/table:"):
                table(shown.table)
            st.html(
                f'<button type="button" class="ff-save" data-file="{escape(key)}"'
                f' data-title="{escape(shown.title)}" data-note="{escape(shown.note)}"'
                f' data-source="{escape(source)}">{escape(say("page.image"))}</button>',
                width="content",
            )
            with st.popover(say("page.method"), type="tertiary", icon=":material/function:"):
                remark(shown.method)


def table(
    content: Table, *, wrap: Sequence[int] = (), marked: Mapping[int, str] | None = None
) -> None:
    """A plain HTML table, which a keyboard and a screen reader can walk."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in content.headers)
    rows = []
    for place, row in enumerate(content.rows):
        kind = f' class="ff-{escape(marked[place])}"' if marked and place in marked else ""
        cells = "".join(
            f"<td{' class=ff-wrap' if at in wrap else ''}>{escape(str(cell))}</td>"
            for at, cell in enumerate(row)
        )
        rows.append(f"<tr{kind}>{cells}</tr>")
    st.html(
        '<div class="ff-table" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def cards(content: Sequence[tuple[str, str, str, str]]) -> None:
    """Cards for a decision: colour, what it is of, title, evidence."""
    st.html(
        '<div class="ff-cards">'
        + "".join(
            f'<div class="ff-card" style="border-top-color:{escape(colour)}">'
            f'<div class="ff-of">{escape(of)}</div><h4>{escape(title)}</h4>'
            f"<p>{escape(evidence)}</p></div>"
            for colour, of, title, evidence in content
        )
        + "</div>"
    )


def rungs(content: Ladder) -> None:
    """The ladder of levels with what each asks."""
    section(content.title, say("ladder.note"))
    count = len(content.rungs)
    parts = []
    for rung in content.rungs:
        fill, ink = level_colour(tokens(), rung.level, count)
        here = f" ← {escape(say('ladder.here'))}" if rung.here else ""
        parts.append(
            f'<div class="ff-rung{" ff-here" if rung.here else ""}">'
            f'<div class="ff-level" style="background:{fill};color:{ink}">{rung.level}</div><div>'
            f"<h4>{escape(rung.name)}{here} <span>{escape(rung.text)}</span></h4>"
            f"{_requirements(rung.requirements)}</div></div>"
        )
    st.html("".join(parts) + _requirements(content.evidence))


def _requirements(content: Sequence) -> str:
    marks = {True: ("✓", "met"), False: ("✗", "unmet"), None: ("?", "unknown")}
    items = []
    for requirement in content:
        mark, kind = marks[requirement.met]
        items.append(
            f'<li class="ff-{kind}"><b role="img" aria-label="{escape(say(f"ladder.{kind}"))}">'
            f"{mark}</b>{escape(requirement.text)}</li>"
        )
    return f'<ul class="ff-list">{"".join(items)}</ul>' if items else ""


def findings(content: Sequence[Mapping[str, object]]) -> None:
    """What was found in an input: code, place, what is wrong, how to mend it."""
    lang = language()
    rows, marked = [], {}
    for place, one in enumerate(content):
        where = [
            say(f"page.where-{name}", value=one[name])
            for name in ("sheet", "row", "column", "line", "path")
            if one.get(name) not in (None, "")
        ]
        rows.append(
            (
                str(one["code"]),
                say("wording.clause").join(where),
                _in(one["message"], lang),
                _in(one["fix"], lang),
            )
        )
        marked[place] = str(one["severity"])
    headers = tuple(say(f"page.column-{name}") for name in ("code", "place", "problem", "fix"))
    table(Table(headers, tuple(rows)), wrap=(1, 2, 3), marked=marked)


def _in(text: object, lang: str) -> str:
    return str(text[lang]) if isinstance(text, Mapping) else str(text)


def refused(content: Sequence[Mapping[str, object]]) -> None:
    """An action was refused: say what, where and how to go on; nothing was changed."""
    st.error(say("page.refused"), icon=":material/error:")
    findings(content)


def steps(names: Sequence[str], at: int) -> None:
    """Where a course of steps stands."""
    items = []
    for place, name in enumerate(names):
        mark = ' aria-current="step"' if place == at else ' class="ff-done"' if place < at else ""
        items.append(f"<li{mark}>{escape(name)}</li>")
    st.html(f'<ol class="ff-steps">{"".join(items)}</ol>')


def shares(parts: Sequence[tuple[int, str, str]]) -> None:
    """A bar of counts: how many, colour token, name."""
    shown = [(n, colour, name) for n, colour, name in parts if n]
    label = ", ".join(f"{name} {n}" for n, _, name in shown)
    spans = "".join(
        f'<span style="flex:{n};background:var(--ff-{escape(colour)})" title="{escape(name)} {n}">'
        "</span>"
        for n, colour, name in shown
    )
    st.html(f'<div class="ff-bar" role="img" aria-label="{escape(label)}">{spans}</div>')


def heat(parts: Sequence[tuple[float, str]]) -> None:
    """A heat strip: one cell a column, the darker the larger its share (0-1)."""
    cells = "".join(
        f'<span style="opacity:{0.08 + 0.92 * share:.2f}" title="{escape(name)}"></span>'
        for share, name in parts
    )
    label = "; ".join(name for _, name in sorted(parts, key=lambda one: -one[0])[:5])
    st.html(f'<div class="ff-heat" role="img" aria-label="{escape(label)}">{cells}</div>')
