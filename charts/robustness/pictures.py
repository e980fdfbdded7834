"""Pictures of robustness: ranks and levels over alternatives, and which choice moves the result.

They draw the report of `actions.robustness.robustness_report` in the form of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charts.city.tables import headers
from charts.house.labels import SPACE, room, shortened
from charts.house.named_rows import FONT_SIZE, MOST_NAME, ROW, across, keyed_picture, named_rows
from charts.house.numbers import interval, percent, score
from charts.house.picture import Picture, Table
from charts.house.theme import Theme, figure, level_colour
from locales import translate

Report = Mapping[str, Any]
SETTLED = (0.5, 1.0)
"""Points and ranks by which the interval ends of two halves of the draws may differ."""
KEPT = 0.9
"""Share of alternatives in which a level has to hold to be called stable."""

NAMED = frozenset(
    [
        "nominal",
        "goalposts-wider",
        "goalposts-narrower",
        "minmax",
        "zscore",
        "rank",
        "borda",
        "percentile-rank",
        "distance-to-max",
        "arithmetic",
        "geometric",
        "harmonic",
        "min",
        "mazziotta-pareto",
        "dimension-mean",
        "group-mean",
    ]
)
"""Alternatives with a name in the catalogue; others are shown as they are written."""


def by_rank(report: Report) -> list[Mapping[str, Any]]:
    return sorted(report["units"], key=lambda u: (u["rank"]["nominal"], u["id"]))


def robustness_finding(report: Report, language: str) -> str:
    """In how many departments the level holds whatever is chosen."""
    graded = [u for u in report["units"] if u["level_stability"] is not None]
    if not graded:
        widest = max(u["rank"]["high"] - u["rank"]["low"] for u in report["units"])
        return translate(
            "robustness.finding-ranks",
            language,
            draws=f"{report['draws']:,}",
            departments=len(report["units"]),
            widest=widest,
        )
    return translate(
        "robustness.finding",
        language,
        draws=f"{report['draws']:,}",
        departments=len(graded),
        kept=sum(u["level_stability"] >= KEPT for u in graded),
    )


def robustness_reason(report: Report, language: str) -> str:
    """Who changes level, and whether the draws were enough."""
    loose = [u for u in by_rank(report) if (u["level_stability"] or 1) < KEPT]
    between = translate("wording.comma", language)
    parts = []
    if loose:
        named = between.join(u["name"][language] for u in loose[:6])
        more = len(loose) - 6
        key = "robustness.reason-loose-more" if more > 0 else "robustness.reason-loose"
        parts.append(translate(key, language, names=named, more=more))
    apart = report["settled"]
    if apart["rank"] is not None:
        parts.append(
            translate(
                f"robustness.reason-{'settled' if _settled(apart) else 'unsettled'}",
                language,
                score="—" if apart["score"] is None else score(apart["score"]),
                rank=f"{apart['rank']:.0f}",
            )
        )
    return ("" if language == "zh" else " ").join(parts)


def _settled(apart: Mapping[str, float | None]) -> bool:
    return (apart["score"] or 0.0) <= SETTLED[0] and (apart["rank"] or 0.0) <= SETTLED[1]


def rank_bars(report: Report, tokens: Theme, language: str) -> Picture:
    """Nominal rank of each department and the 5th to 95th percentile over alternatives."""
    units = by_rank(report)
    names = [unit["name"][language] for unit in units]
    drawn, ys = named_rows(tokens, names)
    drawn.add_scatter(
        x=[x for u in units for x in (u["rank"]["low"], u["rank"]["high"], None)],
        y=[y for place in ys for y in (place, place, None)],
        mode="lines",
        line={"color": tokens.accent, "width": 5},
        opacity=0.45,
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=[unit["rank"]["nominal"] for unit in units],
        y=ys,
        mode="markers",
        marker={
            "size": 9,
            "color": tokens.accent,
            "symbol": ["circle-open" if u["rank"]["outside"] else "circle" for u in units],
            "line": {"color": tokens.accent, "width": 1.5},
        },
        customdata=[
            f"{name}: {u['rank']['nominal']} ({u['rank']['low']}–{u['rank']['high']})"
            for name, u in zip(names, units, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    across(drawn, 0.5, len(units) + 0.5)
    drawn.update_xaxes(showgrid=True, gridcolor=tokens.hairline, side="top")
    drawn.update_layout(margin_t=28, margin_b=8)
    width = [u["rank"]["high"] - u["rank"]["low"] for u in units]
    widest = units[max(range(len(units)), key=lambda k: width[k])]
    title = translate(
        "robustness.chart-ranks-title",
        language,
        narrow=sum(w <= 2 for w in width),
        departments=len(units),
        name=widest["name"][language],
        low=widest["rank"]["low"],
        high=widest["rank"]["high"],
    )
    return keyed_picture(
        "robustness.chart-ranks", drawn, title, language, unit_table(report, language)
    )


def unit_table(report: Report, language: str) -> Table:
    parted = any("split" in unit for unit in report["units"])
    more = ["method-interval", "sampling-interval", "rank", "rank-interval", "stability"]
    more += ["from-sampling", "from-method"] if parted else []
    head = (
        *headers(("department", "score"), language),
        *(translate(f"robustness.column-{key}", language) for key in more[:4]),
        *headers(("level",), language),
        *(translate(f"robustness.column-{key}", language) for key in more[4:]),
    )
    rows = tuple(
        (
            unit["name"][language],
            score(unit["score"]["score"]),
            interval(unit["score"]["low"], unit["score"]["high"], language).strip() or "—",
            interval(unit["sampling"]["low"], unit["sampling"]["high"], language).strip(),
            str(unit["rank"]["nominal"]),
            f"{unit['rank']['low']}–{unit['rank']['high']}",
            str(unit["level"] or "—"),
            _share(unit["level_stability"]),
            *(_share(unit["split"][name]) for name in ("sampling", "method") if parted),
        )
        for unit in by_rank(report)
    )
    return Table(head, rows)


def _share(value: float | None) -> str:
    return "—" if value is None else percent(value)


def level_map(report: Report, tokens: Theme, language: str) -> Picture | None:
    """Departments × levels: the share of alternatives in which a department is at the level."""
    units = [u for u in by_rank(report) if u["level_stability"] is not None]
    if not units:
        return None
    levels = list(units[0]["level_shares"])
    names = [shortened(unit["name"][language], MOST_NAME, FONT_SIZE) + SPACE for unit in units]
    drawn = figure(tokens, 40 + ROW * len(units), left=room(names, FONT_SIZE), right=8, top=28)
    for place, level in enumerate(levels):
        fill, _ = level_colour(tokens, place + 1, len(levels))
        shares = [unit["level_shares"][level] or 0.0 for unit in units]
        drawn.add_bar(
            x=[0.94 * share if share > 0 else None for share in shares],
            base=[place + 0.03] * len(units),
            y=list(range(len(units))),
            orientation="h",
            width=0.72,
            marker={"color": fill, "line": {"color": tokens.level_border, "width": 0.5}},
            customdata=[
                f"{u['name'][language]} · {level}: {percent(share)}"
                for u, share in zip(units, shares, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawn.update_layout(barmode="overlay")
    for place in range(len(levels) + 1):
        drawn.add_vline(x=place, line={"color": tokens.hairline, "width": 1}, layer="below")
    drawn.update_xaxes(
        range=[0, len(levels)],
        tickvals=[place + 0.5 for place in range(len(levels))],
        ticktext=[translate("robustness.level", language, level=level) for level in levels],
        side="top",
    )
    drawn.update_yaxes(
        range=[len(units) - 0.4, -0.6],
        tickvals=list(range(len(units))),
        ticktext=names,
        tickfont={"size": FONT_SIZE, "color": tokens.ink},
    )
    loose = sum(unit["level_stability"] < KEPT for unit in units)
    key = "none" if not loose else "some"
    title = translate(
        f"robustness.chart-levels-title-{key}", language, loose=loose, departments=len(units)
    )
    rows = tuple(
        (unit["name"][language], *(_share(unit["level_shares"][level]) for level in levels))
        for unit in units
    )
    head = (
        *headers(("department",), language),
        *(translate("robustness.level", language, level=level) for level in levels),
    )
    return keyed_picture("robustness.chart-levels", drawn, title, language, Table(head, rows))


def input_name(id: str, names: Mapping[str, str], language: str) -> str:
    """What an input varies, in words: ``weights:P`` is the weights within factor P."""
    kind, _, part = id.partition(":")
    if kind != "weights":
        return translate(f"robustness.input-{kind}", language)
    if part in ("indicators", "alternatives"):
        return translate(f"robustness.input-weights-{part}", language)
    within = translate("wording.comma", language)
    listed = within.join(names.get(one, one) for one in part.split("+"))
    return translate("robustness.input-weights", language, node=listed)


def sensitivity_bars(
    report: Report, output: str, names: Mapping[str, str], tokens: Theme, language: str
) -> Picture | None:
    """First-order and total index of each input for one output, the most telling first."""
    indices = report["sensitivity"].get(output)
    known = {} if not indices else {k: v for k, v in indices.items() if v["total"] is not None}
    if not known:
        return None
    order = sorted(known, key=lambda id: -known[id]["total"])
    labels = [input_name(id, names, language) for id in order]
    drawn, ys = named_rows(tokens, labels, 190)
    drawn.update_layout(height=54 + 28 * len(order))

    def length(id: str, kind: str) -> float:
        return max(0.0, known[id][kind])  # an estimate of a small share can fall below

    for kind, offset, colour in (("total", 0.14, tokens.still), ("first", -0.18, tokens.accent)):
        drawn.add_bar(
            x=[length(id, kind) for id in order],
            y=[y + offset for y in ys],
            orientation="h",
            width=0.3,
            marker={"color": colour, "line": {"width": 0}},
            error_x=None
            if report["sensitivity_exact"]
            else {
                "type": "data",
                "symmetric": False,
                "array": [known[id][f"{kind}_high"] - length(id, kind) for id in order],
                "arrayminus": [length(id, kind) - known[id][f"{kind}_low"] for id in order],
                "thickness": 1,
                "width": 0,
                "color": tokens.grey,
            },
            customdata=[f"{known[id][kind]:.2f}" for id in order],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
            hoverinfo="skip",
        )
    drawn.update_layout(barmode="overlay")
    top = max(max(v["total_high"], v["first_high"]) for v in known.values())
    bottom = min(v["first_low"] for v in known.values())
    across(drawn, min(0.0, bottom), max(0.1, top))
    drawn.update_xaxes(tickformat=".0%", showgrid=True, gridcolor=tokens.hairline)
    title = translate(
        "robustness.chart-sensitivity-title",
        language,
        output=output_name(output, report, language),
        input=labels[0],
        share=percent(min(1.0, max(0.0, known[order[0]]["total"]))),
    )
    rows = tuple(
        (
            label,
            f"{known[id]['first']:.3f}",
            f"{known[id]['first_low']:.3f}–{known[id]['first_high']:.3f}",
            f"{known[id]['total']:.3f}",
            f"{known[id]['total_low']:.3f}–{known[id]['total_high']:.3f}",
        )
        for id, label in zip(order, labels, strict=True)
    )
    keys = ("input", "first", "first-interval", "total", "total-interval")
    head = tuple(translate(f"robustness.column-{key}", language) for key in keys)
    return keyed_picture("robustness.chart-sensitivity", drawn, title, language, Table(head, rows))


def output_name(output: str, report: Report, language: str) -> str:
    kind, _, id = output.partition(":")
    name = next((u["name"][language] for u in report["units"] if u["id"] == id), "")
    return translate(f"robustness.output-{kind}", language, name=name)


def course_line(report: Report, tokens: Theme, language: str) -> Picture | None:
    """How far the interval ends of two halves of the draws differ as draws grow."""
    course = [one for one in report["course"] if one["score"] is not None]
    if len(course) < 2:
        return None
    drawn = figure(tokens, 190, left=36, right=10, top=10, bottom=30)
    drawn.add_scatter(
        x=[one["draws"] for one in course],
        y=[one["score"] for one in course],
        mode="lines+markers",
        line={"color": tokens.accent, "width": 2},
        marker={"size": 7},
        hovertemplate="%{x:,}: %{y:.2f}<extra></extra>",
    )
    drawn.add_hline(y=SETTLED[0], line={"color": tokens.grey, "width": 1, "dash": "dot"})
    drawn.update_xaxes(
        type="log",
        tickvals=[one["draws"] for one in course],
        ticktext=[f"{one['draws']:,}" for one in course],
    )
    drawn.update_yaxes(rangemode="tozero")
    last = course[-1]
    key = "yes" if last["score"] <= SETTLED[0] else "no"
    title = translate(
        f"robustness.chart-course-title-{key}",
        language,
        draws=f"{last['draws']:,}",
        score=f"{last['score']:.2f}",
    )
    rows = tuple(
        (f"{one['draws']:,}", f"{one['score']:.2f}", f"{one['rank']:.0f}") for one in course
    )
    keys = ("draws", "apart-score", "apart-rank")
    head = tuple(translate(f"robustness.column-{key}", language) for key in keys)
    return keyed_picture("robustness.chart-course", drawn, title, language, Table(head, rows))


def conclusion_table(report: Report, language: str) -> Table:
    keys = ("conclusion", "holds-in")
    head = tuple(translate(f"robustness.column-{key}", language) for key in keys)
    rows = tuple((one["text"][language], percent(one["holds_in"])) for one in report["conclusions"])
    return Table(head, rows)


def alternative_table(report: Report, names: Mapping[str, str], language: str) -> Table:
    """Every input with its alternatives: applied and how often, or dropped and why."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in report["alternatives"]:
        kind, _, part = one["id"].partition(":")
        pool = one["kind"] == "weights" and not part.startswith("alternatives:")
        found.setdefault(one["id"] if pool else kind, []).append(one)
    rows = []
    for id, listed in found.items():
        applied = [one for one in listed if one["applied"]]
        parts = [one["id"].rpartition(":")[2] for one in applied if ":" in one["id"]]
        kind = listed[0]["kind"]
        if kind in ("sampling", "weights") and "alternatives" not in id:
            what = translate(f"robustness.pool-{kind}", language)
        elif kind == "leave-out" and len(parts) > 8:
            what = translate("robustness.many", language, count=len(parts) - 1)
        else:
            between = translate("wording.comma", language)
            what = between.join(_alternative(part, language) for part in parts)
        rows.append((input_name(id, names, language), what or "—", _applied(listed, language)))
    keys = ("input", "alternatives", "applied")
    head = tuple(translate(f"robustness.column-{key}", language) for key in keys)
    return Table(head, tuple(rows))


def _alternative(name: str, language: str) -> str:
    """A method in words; with ``-upper`` it holds for the overall score and the factors alone."""
    plain = name.removesuffix("-upper")
    if plain not in NAMED:
        return name
    text = translate(f"robustness.alternative-{plain}", language)
    return translate("robustness.upper", language, name=text) if plain != name else text


def _applied(listed: list[Mapping[str, Any]], language: str) -> str:
    dropped = [one for one in listed if not one["applied"]]
    if not dropped:
        return translate("robustness.applied", language)
    between = translate("wording.semicolon", language)
    return between.join(f"{one['id']}: {one['reason'][language]}" for one in dropped)
