"""Comparisons in pairs in words and pictures: how consistent, how far people are apart, and the
weights of several methods side by side.

They show an `actions.framework.judgements.Judgements`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.house.named_rows import FONT_SIZE, across, keyed_picture, named_rows
from charts.house.numbers import percent
from charts.house.picture import Picture, Table
from charts.house.theme import Theme
from locales import translate

Names = Mapping[str, Mapping[str, str]]
Weights = Mapping[str, Mapping[str, tuple[float, float, float]]]
METHODS = ("given", "equal", "ahp", "ahp-geometric", "entropy", "critic")
SYMBOLS = {
    "given": "circle",
    "equal": "circle-open",
    "ahp": "diamond",
    "ahp-geometric": "diamond-open",
    "entropy": "square",
    "critic": "triangle-up",
}
STEPS = (*range(9, 0, -1), *range(-2, -10, -1))
"""Saaty's scale from the first of a pair to the second; −k says that the second outweighs."""


def step_text(step: int, first: str, second: str, language: str) -> str:
    """A point of the scale in words: who outweighs whom, and how much."""
    if step == 1:
        return translate("editor.step-1", language)
    who = first if step > 0 else second
    return translate(f"editor.step-{abs(step)}", language, who=who)


def consistency_sentence(person: Any, names: Names, language: str) -> str:
    """The ratio with its table, and whether it is accepted; of part of the children on the way."""
    state = person.state
    if state.consistency is None:
        return translate("editor.cr-none", language)
    if len(state.covered) < 3:
        return translate("editor.cr-two", language)
    key = "accepted" if person.accepted else "refused"
    text = translate(
        f"editor.cr-{key}",
        language,
        ratio=f"{state.consistency.ratio:.3f}",
        table=translate(f"editor.table-{state.consistency.table}", language),
    )
    if state.complete:
        return text
    return translate("editor.cr-part", language, count=len(state.covered), text=text)


def revision_sentences(person: Any, names: Names, language: str) -> list[str]:
    """Where judgements contradict each other most, and the change that would help most; empty
    where the ratio is accepted."""
    state = person.state
    if person.accepted or state.triple is None:
        return []

    def called(place: int) -> str:
        return names[state.covered[place]][language]

    triple = state.triple
    said = [
        translate(
            "editor.triple",
            language,
            a=called(triple.i),
            b=called(triple.j),
            c=called(triple.k),
            ab=_times(state, triple.i, triple.j),
            bc=_times(state, triple.j, triple.k),
            ac=_times(state, triple.i, triple.k),
            implied=_ratio(triple.suggested),
        )
    ]
    revision = state.revision
    if revision is not None:
        first, second = called(revision.i), called(revision.j)
        pair = (state.covered[revision.i], state.covered[revision.j])
        said.append(
            translate(
                "editor.revision",
                language,
                a=first,
                b=second,
                now=step_text(person.steps[pair], first, second, language),
                then=step_text(person.suggested_step, first, second, language),
                ratio=f"{revision.ratio:.3f}",
            )
        )
    return said


def _times(state: Any, i: int, j: int) -> str:
    return _ratio(state.ratios[state.covered[i], state.covered[j]])


def _ratio(value: float) -> str:
    """4 or 1/4; other numbers with at most three digits."""
    turned = 1 / value
    if value < 1 and abs(turned - round(turned)) < 1e-6:
        return f"1/{round(turned)}"
    return f"{value:.3g}"


def person_table(found: Any, language: str) -> Table:
    """Everybody who judges: how far, how consistent."""
    rows = []
    for person in found.people:
        state = person.state
        ratio = "—" if state.consistency is None else f"{state.consistency.ratio:.3f}"
        rows.append((person.name, f"{len(state.ratios)}/{len(state.pairs)}", ratio))
    columns = ("expert", "judged", "cr")
    return Table(tuple(translate(f"editor.column-{c}", language) for c in columns), tuple(rows))


def own_weights_table(person: Any, names: Names, language: str) -> Table:
    """The weights of one person's judgements so far, by both rules."""
    state = person.state
    rows = tuple(
        (names[child][language], f"{100 * a:.1f}%", f"{100 * b:.1f}%")
        for child, a, b in zip(state.covered, state.eigenvector, state.geometric, strict=True)
    )
    columns = ("part", "ahp", "ahp-geometric")
    return Table(tuple(translate(f"editor.column-{c}", language) for c in columns), rows)


def dispersion_dots(found: Any, tokens: Theme, language: str) -> Picture | None:
    """Weights of everybody who judged all pairs, and of their joint matrix; None for fewer than
    two people."""
    people = [one for one in found.people if one.state.complete and one.state.pairs]
    if len(people) < 2:
        return None
    children = found.children
    names = [found.names[child][language] for child in children]
    own = {
        child: [dict(zip(p.state.covered, p.state.eigenvector, strict=True))[child] for p in people]
        for child in children
    }
    joint = found.joint["ahp"]
    drawn, ys = named_rows(tokens, names)
    drawn.update_layout(height=44 + 34 * len(children))
    drawn.add_scatter(
        x=[x for c in children for x in (min(own[c]), max(own[c]), None)],
        y=[y for place in ys for y in (place, place, None)],
        mode="lines",
        line={"color": tokens.still, "width": 3},
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=[w for c in children for w in own[c]],
        y=[y for y in ys for _ in people],
        mode="markers",
        marker={"symbol": "circle-open", "size": 9, "color": tokens.grey, "line": {"width": 1.5}},
        customdata=[f"{p.name} {percent(w)}" for c in children for p, w in zip(people, own[c], strict=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    drawn.add_scatter(
        x=[joint[c] for c in children],
        y=ys,
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": tokens.accent},
        customdata=[f"{translate('editor.joint', language)} {percent(joint[c])}" for c in children],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, 0.0, 1.05 * max(max(w) for w in own.values()))
    drawn.update_xaxes(tickformat=".0%", showgrid=True, gridcolor=tokens.hairline)
    widest = max(children, key=lambda c: max(own[c]) - min(own[c]))
    title = translate(
        "editor.chart-experts-title",
        language,
        count=len(people),
        name=found.names[widest][language],
        low=percent(min(own[widest])),
        high=percent(max(own[widest])),
    )
    head = (translate("editor.column-part", language), *[p.name for p in people])
    table = Table(
        (*head, translate("editor.joint", language)),
        tuple(
            (
                found.names[c][language],
                *[f"{100 * w:.1f}%" for w in own[c]],
                f"{100 * joint[c]:.1f}%",
            )
            for c in children
        ),
    )
    return keyed_picture("editor.chart-experts", drawn, title, language, table)


def methods_beside(
    weights: Weights, children: tuple[str, ...], names: Names, tokens: Theme, language: str
) -> Picture:
    """Weights of the children by every method that gives some, each a mark in the child's band."""
    methods = [one for one in METHODS if one in weights]
    labels = [names[child][language] for child in children]
    drawn, ys = named_rows(tokens, labels)
    drawn.update_layout(height=48 + 58 * len(children))
    colours = {
        "given": tokens.ink,
        "equal": tokens.grey,
        "ahp": tokens.accent,
        "ahp-geometric": tokens.accent,
        "entropy": tokens.factors[1],
        "critic": tokens.factors[2],
    }
    for place, method in enumerate(methods):
        offset = 0.36 - 0.72 * place / max(len(methods) - 1, 1)
        listed = [
            (c, y + offset) for c, y in zip(children, ys, strict=True) if c in weights[method]
        ]
        ranges = [(weights[method][c], y) for c, y in listed]
        drawn.add_scatter(
            x=[x for (_, low, high), _ in ranges for x in (low, high, None)],
            y=[y for _, at in ranges for y in (at, at, None)],
            mode="lines",
            line={"color": colours[method], "width": 1.2},
            hoverinfo="skip",
        )
        called = translate(f"editor.column-{method}", language)
        drawn.add_scatter(
            x=[weight for (weight, _, _), _ in ranges],
            y=[y for _, y in ranges],
            mode="markers",
            marker={
                "symbol": SYMBOLS[method],
                "size": 9,
                "color": colours[method],
                "line": {"width": 1.5, "color": colours[method]},
            },
            customdata=[f"{called} {percent(weight)}" for (weight, _, _), _ in ranges],
            hovertemplate="%{customdata}<extra></extra>",
        )
    every = [one for by in weights.values() for triple in by.values() for one in triple]
    across(drawn, 0.0, 1.05 * max(every, default=1.0))
    drawn.update_xaxes(tickformat=".0%", showgrid=True, gridcolor=tokens.hairline)
    drawn.update_yaxes(tickfont_size=FONT_SIZE)

    def spread(child: str) -> float:
        held = [by[child][0] for by in weights.values() if child in by]
        return max(held) - min(held)

    widest = max(children, key=spread)
    held = [by[widest][0] for by in weights.values() if widest in by]
    title = translate(
        "editor.chart-methods-title",
        language,
        count=len(methods),
        name=names[widest][language],
        low=percent(min(held)),
        high=percent(max(held)),
    )
    head = (
        translate("editor.column-part", language),
        *[translate(f"editor.column-{method}", language) for method in methods],
    )
    rows = tuple(
        (names[c][language], *[_weight_cell(weights[m].get(c)) for m in methods]) for c in children
    )
    return keyed_picture("editor.chart-methods", drawn, title, language, Table(head, rows))


def _weight_cell(held: tuple[float, float, float] | None) -> str:
    if held is None:
        return "—"
    weight, low, high = (100 * one for one in held)
    return f"{weight:.1f}%" if high - low < 1e-9 else f"{weight:.1f}% ({low:.1f}–{high:.1f})"
