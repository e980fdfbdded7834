"""The codebook of a framework as a workbook: every node, item, gate, level and judgement with what
it means and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from indicators.framework import Framework, Indicator
from locales import translate

Row = Sequence[object]
WIDE = 44


def codebook(framework: Framework, language: str) -> bytes:
    """An .xlsx with a sheet for each kind of part.

    Texts are written as texts whatever they begin with, and marked so that a spreadsheet keeps them
    texts when a cell is edited; numbers are numbers at full precision.
    """
    from survey_data.handing_out.workbook import Book

    book = Book()
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format(
        {"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True}
    )
    number = book.add_format({"valign": "top"})
    for name, columns, rows in _sheets(framework, language):
        sheet = book.add_worksheet(translate(f"codebook.sheet-{name}", language))
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, translate(f"codebook.{column}", language), head)
            sheet.set_column(place, place, WIDE if column in _WORDS else 14)
        for at, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, bool):
                    word = translate(f"codebook.{'yes' if cell else 'no'}", language)
                    sheet.write_string(at, place, word, text)
                elif isinstance(cell, int | float):
                    sheet.write_number(at, place, cell, number)
                elif cell is not None and cell != "":
                    sheet.write_string(at, place, str(cell), text)
    return book.content()


_WORDS = {"name-zh", "name-en", "text-zh", "text-en", "value", "source", "rule", "definition"}


def _sheets(
    framework: Framework, language: str
) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    yield "framework", ("what", "value"), _about(framework, language)
    yield (
        "nodes",
        ("id", "kind", "parent", "name-zh", "name-en", "weight", "share", "aggregation", "judged"),
        _nodes(framework, language),
    )
    yield (
        "indicators",
        (
            "id", "name-zh", "name-en", "core", "measured-by", "unit", "direction", "post-0",
            "post-100", "optimum-low", "optimum-high", "transform", "periods", "definition",
            "source", "status",
        ),
        [_indicator(one, language) for one in framework.measured],
    )  # fmt: skip
    yield (
        "items",
        ("id", "indicator", "text-zh", "text-en", "reverse", "scale-min", "scale-max"),
        _items(framework),
    )
    yield (
        "gates",
        ("id", "gate-kind", "name-zh", "name-en", "enabled", "rule", "source", "status"),
        _gates(framework, language),
    )
    yield (
        "levels",
        ("level", "from", "name-zh", "name-en", "source", "status"),
        [
            (one.level, one.from_, one.name["zh"], one.name["en"], _said(one, language), one.status)
            for one in framework.levels
        ],
    )
    yield "judgements", ("node", "expert", "first", "second", "ratio"), _judgements(framework)


def _about(framework: Framework, language: str) -> list[Row]:
    facts = {
        "framework": framework.id,
        "version": framework.version,
        "name-zh": framework.name["zh"],
        "name-en": framework.name["en"],
        "digest": framework.digest,
        "aggregation": framework.aggregation,
        "normalisation": framework.normalisation.method,
        "range": "–".join(f"{end:g}" for end in framework.normalised_range),
        "imputation": framework.imputation,
    }
    return [(translate(f"codebook.{key}", language), value) for key, value in facts.items()]


def _nodes(framework: Framework, language: str) -> list[Row]:
    judged = {id: weighting.method for id, weighting, _ in framework.weightings}
    weight, share = {}, {}
    for node in framework.nodes:
        total = sum(node.weights)
        for child, own in zip(node.children, node.weights, strict=True):
            weight[child], share[child] = own, own / total
    return [
        (
            node.id,
            translate(f"editor.kind-{node.kind}", language),
            node.parent,
            node.name["zh"],
            node.name["en"],
            weight.get(node.id),
            share.get(node.id),
            node.aggregation,
            judged.get(node.id),
        )
        for node in framework.nodes
        if node.kind != "outcome"
    ]


def _indicator(one: Indicator, language: str) -> Row:
    metric = one.metric
    begun: tuple[object, ...] = (one.id, one.name["zh"], one.name["en"], one.core)
    definition = (one.definition or one.formula or {}).get(language)
    if metric is None:
        measured = translate("codebook.by-survey", language)
        return (*begun, measured, *[None] * 8, definition, _said(one, language), one.status)
    posts: Any = metric.goalposts if isinstance(metric.goalposts, tuple) else (None, None)
    optimum = metric.optimum or (None, None)
    return (
        *begun,
        translate("codebook.by-metric", language),
        metric.unit[language],
        metric.direction,
        metric.goalposts if metric.goalposts == "sample" else posts[0],
        posts[1],
        *optimum,
        metric.transform,
        metric.over_periods,
        definition,
        _said(metric, language) or _said(one, language),
        metric.status or one.status,
    )


def _items(framework: Framework) -> list[Row]:
    rows = []
    for item in framework.items:
        words, scale = item.text or {}, framework.scale_of(item.id)
        rows.append(
            (
                item.id,
                framework.item_indicator[item.id].id,
                words.get("zh"),
                words.get("en"),
                item.reverse,
                scale.min,
                scale.max,
            )
        )
    return rows


def _gates(framework: Framework, language: str) -> list[Row]:
    from charts.framework.tables import gate_rule

    rows = []
    for gate in framework.gates:
        plain = gate.model_dump(mode="json")
        name = gate.name or {"zh": gate.id, "en": gate.id}
        rows.append(
            (
                gate.id,
                translate(f"editor.gate-{gate.kind}", language),
                name["zh"],
                name["en"],
                gate.enabled,
                gate_rule(plain, language),
                _said(gate, language),
                gate.status,
            )
        )
    return rows


def _judgements(framework: Framework) -> list[Row]:
    rows: list[Row] = []
    for node, weighting, _ in framework.weightings:
        for expert in weighting.experts:
            rows += [(node, expert.name, a, b, ratio) for a, b, ratio in expert.pairs]
            rows += [(node, expert.name, child, None, p) for child, p in expert.points.items()]
    return rows


def _said(part: Any, language: str) -> str | None:
    return None if part.source is None else part.source[language]
