"""A framework and its draft in words and tables: the tree, the gates, the changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from charts.house.numbers import NOT_APPLICABLE, percent, quantity
from charts.house.picture import Table
from indicators.framework import Framework
from indicators.framework.editing.content import (
    Change,
    Content,
    Owner,
    children,
    owner,
    owners,
    value,
)
from indicators.framework.indicator import METHODS
from locales import translate

TREE = ("overall", "factor", "dimension", "indicator")
INDENT = "\u2003"
NAMED = frozenset(
    [
        "name.zh", "name.en", "text.zh", "text.en", "weight", "aggregation", "weighting.method",
        "weighting.experts", "weighting.random_index", "core", "reverse", "metric.direction",
        "metric.goalposts", "metric.optimum", "metric.transform", "metric.unit.zh",
        "metric.unit.en", "version", "framework", "enabled", "allow", "level", "at_least",
        "when.value_above", "when.value_below", "when.score_below", "unrated_below",
        "provisional_below", "from", "kind", "id", "parent", "order", "responds", "source.zh",
        "source.en", "status", "definition.zh", "definition.en", "formula.zh", "formula.en",
        "metric.over_periods", "metric.normalisation.method", "metric.error_sd",
    ]
)  # fmt: skip
"""Fields with a name in the catalogue; others are shown as they are written in the file."""
DEFAULTS = {"weight": 1, "core": False, "reverse": False, "enabled": True, "allow": 1}
FORM_CHOICES = ("direction", "transform", "over_periods", "normalisation", "status")
CHOICES = {"metric.direction": "direction", "weighting.method": "method", "kind": "gate"}
PLAIN_CHOICES = {
    "metric.transform": "transform",
    "metric.over_periods": "over_periods",
    "metric.normalisation.method": "normalisation",
    "metric.status": "status",
    "status": "status",
}


def tree_table(
    content: Content,
    framework: Framework | None,
    changed: Iterable[str],
    language: str,
    within: str = "overall",
) -> tuple[Table, dict[int, str]]:
    """The nodes below and with one, and which rows are changed; shares while the draft is valid."""
    share, gates = sibling_shares(framework), _gate_ids(content)
    touched = set(changed)
    rows, marked = [], {}
    for one in _subtree(content, within):
        if one.id in touched:
            marked[len(rows)] = "changed"
        entry = one.entry
        metric = entry.get("metric") or {}
        own = share.get(one.id)
        rows.append(
            (
                INDENT * (one.depth if within == "overall" else max(one.depth - 1, 0)) + one.id,
                _name(entry, "zh"),
                _name(entry, "en"),
                NOT_APPLICABLE if one.kind == "overall" else f"{_plain(entry.get('weight', 1))}",
                NOT_APPLICABLE if own is None else f"{100 * own:.1f}%",
                _measured(one, content, language),
                _chosen("direction", metric.get("direction", "up"), language) if metric else "",
                posts(metric) if metric else "",
                ", ".join(gates.get(one.id, ())),
            )
        )
    names = ("id", "zh", "en", "weight", "share", "measured", "direction", "posts", "gates")
    return Table(
        tuple(translate(f"editor.column-{n}", language) for n in names), tuple(rows)
    ), marked


def _subtree(content: Content, within: str) -> list[Owner]:
    """Nodes of the tree from one downwards, in the order of the file."""
    inside, found = {within}, []
    for one in owners(content):
        if one.kind in TREE and (one.id in inside or one.parent in inside):
            inside.add(one.id)
            found.append(one)
    return found


def sibling_shares(framework: Framework | None) -> dict[str, float]:
    """Each node's share among its siblings, 0-1; empty while a draft has errors."""
    found: dict[str, float] = {}
    for node in framework.nodes if framework is not None else ():
        total = sum(node.weights)
        found |= {c: w / total for c, w in zip(node.children, node.weights, strict=True)}
    return found


def entry_of(content: Content, id: str) -> Content:
    """A node as the file holds it."""
    return owner(content, id).entry


def choice_name(field: str, option: str, language: str) -> str:
    """An option of a part's field in a form; one the catalogue does not know as it is written."""
    return translate(f"editor.{field}-{option}", language) if field in FORM_CHOICES else option


def normalisations(language: str) -> dict[str, str]:
    """Methods of normalisation with their names."""
    return {one: choice_name("normalisation", one, language) for one in METHODS}


def named(content: Content, id: str, language: str) -> str:
    """A part by id and name, or wording."""
    words = part_names(content).get(id, {})
    return f"{id} {words.get(language, '')}".strip()


def child_entries(content: Content, id: str) -> list[Content]:
    """The children of a node as the file holds them."""
    return [one.entry for one in children(content, id)]


def node_options(content: Content, language: str) -> dict[str, str]:
    """Every node of the tree with its name, indented by depth."""
    return {
        one.id: INDENT * one.depth
        + (
            translate("editor.whole", language)
            if one.kind == "overall"
            else f"{one.id} {_name(one.entry, language)}"
        )
        for one in owners(content)
        if one.kind in TREE
    }


def subtree_root(content: Content, id: str) -> str:
    """The node whose subtree shows a node among its siblings: for an indicator its dimension."""
    found = owner(content, id)
    return found.parent if found.kind == "indicator" and found.parent else id


def weight_label(child: Content, shares: Mapping[str, float], language: str) -> str:
    """A child with its share among its siblings."""
    share = shares.get(child["id"])
    text = f"{child['id']} {_name(child, language)}"
    return text if share is None else f"{text} · {100 * share:.1f}%"


def weight_sum(content: Content, id: str, language: str) -> str:
    """What the weights of a node's children sum to, and what each is of it."""
    weights = [one.entry.get("weight", 1) for one in children(content, id)]
    if not all(isinstance(w, int | float) and w >= 0 for w in weights) or not sum(weights):
        return translate("editor.sum-wrong", language)
    between = " + ".join(f"{100 * w / sum(weights):.1f}%" for w in weights)
    return translate("editor.sum", language, total=_plain(float(sum(weights))), shares=between)


def _gate_ids(content: Content) -> dict[str, list[str]]:
    """Gates that read a node, by its id."""
    found: dict[str, list[str]] = {}
    for gate in content.get("gates") or ():
        read: list[str] = list(gate.get("nodes") or ())
        if isinstance(gate.get("when"), dict):
            read.append(str(gate["when"].get("indicator")))
        if gate.get("kind") in ("weakest-factor", "coordination"):
            read += [one.id for one in children(content, "overall")]
        for id in read:
            found.setdefault(id, []).append(str(gate.get("id")))
    return found


def _measured(one: Owner, content: Content, language: str) -> str:
    """How a node gets its score: by items, by a metric, or by the mean of its children."""
    entry = one.entry
    if one.kind == "indicator":
        if entry.get("metric") is not None:
            unit = (entry["metric"].get("unit") or {}).get(language, "")
            key = "editor.by-metric" if unit else "editor.by-metric-plain"
            return translate(key, language, unit=unit)
        items = value(entry, ("survey", "items")) or ()
        return translate("editor.by-items", language, count=len(items))
    how = entry.get("aggregation") or content.get("aggregation", "arithmetic")
    judged = value(entry, ("weighting", "method"))
    text = aggregation_name(str(how), language)
    return f"{text} · {_chosen('method', judged, language)}" if judged else text


def aggregation_name(how: str, language: str) -> str:
    """The name of a rule of aggregation; a parameter is shown behind it."""
    kind, _, parameter = how.partition(":")
    known = ("arithmetic", "geometric", "harmonic", "min", "mazziotta-pareto", "power", "owa")
    name = translate(f"editor.aggregation-{kind}", language) if kind in known else how
    return f"{name} {parameter}".strip() if kind in known else name


def posts(metric: Mapping[str, Any]) -> str:
    """Goalposts as raw value at 0 → raw value at 100; for an interval the optimum between."""
    held = metric.get("goalposts")
    if not isinstance(held, list | tuple):
        return str(held or NOT_APPLICABLE)
    ends = [quantity(float(end)) for end in held]
    optimum = metric.get("optimum")
    if metric.get("direction") == "interval" and isinstance(optimum, list | tuple):
        ends[1:1] = ["–".join(quantity(float(end)) for end in optimum)]
    return " → ".join(ends)


def gate_rule(gate: Mapping[str, Any], language: str) -> str:
    """What a gate asks, in a sentence."""
    kind = str(gate.get("kind"))
    params: dict[str, object] = {"level": gate.get("level")}
    if kind == "weakest-factor":
        params = {"allow": gate.get("allow", 1)}
    elif kind == "minimum":
        named = [f"{id} ≥ {_plain(least)}" for id, least in (gate.get("nodes") or {}).items()]
        params["nodes"] = translate("wording.comma", language).join(named)
    elif kind == "cap":
        when = gate.get("when") or {}
        kind = next((f"cap-{k}" for k in _BOUNDS if when.get(k) is not None), "cap-value_above")
        params |= {"indicator": when.get("indicator"), "bound": _plain(when.get(kind[4:]))}
    elif kind == "coordination":
        params["least"] = _plain(gate.get("at_least"))
    elif kind == "coverage":
        params = {
            "unrated": percent(float(gate.get("unrated_below") or 0)),
            "provisional": percent(float(gate.get("provisional_below") or 0)),
        }
    else:
        return kind
    return translate(f"editor.rule-{kind}", language, **params)


_BOUNDS = ("value_above", "value_below", "score_below")


def change_table(
    changed: Sequence[Change], names: Mapping[str, Mapping[str, str]], language: str
) -> Table:
    """What a draft changes: whose, which value, before, after."""
    rows = tuple(
        (
            one.owner,
            names.get(one.owner, {}).get(language, translate(f"editor.kind-{one.kind}", language)),
            field_name(one.field, language),
            _shown(one.before, one.field, language),
            _shown(one.after, one.field, language),
        )
        for one in changed
    )
    columns = ("id", "part", "field", "before", "after")
    return Table(tuple(translate(f"editor.column-{c}", language) for c in columns), rows)


def part_names(content: Content) -> dict[str, dict[str, str]]:
    """Names (or wordings) of everything with an id."""
    found = {}
    for one in owners(content):
        words = one.entry.get("name") or one.entry.get("text")
        if isinstance(words, dict):
            found[one.id] = {lang: str(words.get(lang, one.id)) for lang in ("zh", "en")}
    return found


def field_name(field: tuple[str, ...], language: str) -> str:
    path = ".".join(field)
    if path in NAMED:
        return translate(f"editor.field-{path}", language)
    if field[0] == "nodes" and len(field) == 2:
        return translate("editor.field-least", language, node=field[1])
    return path


def _shown(held: Any, field: tuple[str, ...], language: str) -> str:
    path = ".".join(field)
    if path == "parent":
        key = "editor.no-parent" if held is None else "editor.under"
        return translate(key, language, id=held)
    if path == "order" and isinstance(held, list):
        return ", ".join(map(str, held))
    if held is None:
        held = DEFAULTS.get(path)
    if held is None:
        key = "inherited" if path == "aggregation" else "default"
        return translate(f"editor.{key}", language)
    if path in CHOICES:
        return _chosen(CHOICES[path], held, language)
    if path in PLAIN_CHOICES:
        return choice_name(PLAIN_CHOICES[path], str(held), language)
    if path == "weighting.experts" and isinstance(held, list):
        return translate("editor.experts-count", language, count=len(held))
    if path == "aggregation":
        return aggregation_name(str(held), language)
    if isinstance(held, bool):
        return translate(f"editor.{'yes' if held else 'no'}", language)
    if isinstance(held, list):
        return " → ".join(_plain(one) for one in held)
    return _plain(held)


def _chosen(kind: str, held: Any, language: str) -> str:
    known = {
        "direction": ("up", "down", "interval"),
        "method": ("equal", "ahp", "ahp-geometric", "budget", "best-worst"),
        "gate": ("weakest-factor", "minimum", "cap", "coordination", "coverage"),
    }[kind]
    return translate(f"editor.{kind}-{held}", language) if held in known else str(held)


def _plain(held: Any) -> str:
    """A number as a person writes it; anything else as it is."""
    if isinstance(held, bool) or not isinstance(held, int | float):
        return str(held)
    return f"{held:.4g}" if abs(held) < 1e6 else f"{held:,.0f}"


def _name(entry: Mapping[str, Any], language: str) -> str:
    words = entry.get("name")
    return str(words.get(language, "")) if isinstance(words, dict) else ""
