"""Which inputs a robustness analysis varies: the default for a round, or what a file says.

Every input is checked to change something. The default drops what cannot act and says so; in a
file of a person it is an error that names the input, as is an alternative that cannot be applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.robustness.inputs import (
    CV,
    KINDS,
    Input,
    weighing_nodes,
    weight_input,
)
from analysis.robustness.model import GOALPOSTS, NONE, SAMPLE_METHODS, UPPER, Model
from indicators.document import LARGEST
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from indicators.framework.yaml_file import Written, plain_content

IMPUTATIONS = ("dimension-mean", "group-mean")
REGRESSION = "regression"
"""Needs more departments than indicators in a dimension, so that only a file asks for it."""
AGGREGATIONS = (
    *("arithmetic", "geometric", "harmonic", "min", "mazziotta-pareto"),
    *(f"{name}{UPPER}" for name in ("geometric", "harmonic", "min", "mazziotta-pareto")),
)
_PARAMETER = re.compile(r"power:-?\d{1,3}(?:\.\d+)?|owa:0?\.\d+")
TRIED = 64
"""Settings of a pool that are tried before it is said to change nothing."""


@dataclass(frozen=True)
class Design:
    """Inputs, what was dropped and why (a key of the catalogue), draws where a file says so."""

    inputs: tuple[Input, ...]
    dropped: tuple[tuple[str, str], ...] = ()
    draws: int | None = None
    departments: tuple[str, ...] = ()


def default_design(model: Model, seed: int) -> Design:
    """All six kinds of uncertainty, as far as they can act on this round."""
    framework = model.framework
    nodes = weighing_nodes(framework)
    inputs = [Input("sampling", "sampling")] if model.sampled is not None else []
    inputs += [
        weight_input(framework, node.id, [node], CV, seed) for node in nodes if node.depth <= 1
    ]
    inner = [node for node in nodes if node.depth > 1]
    if inner:
        inputs.append(weight_input(framework, "indicators", inner, CV, seed))
    inputs.append(Input("normalisation", "normalisation", (NONE, *GOALPOSTS)))
    other = f"geometric{UPPER}" if framework.aggregation == "arithmetic" else "arithmetic"
    inputs.append(Input("aggregation", "aggregation", (NONE, other)))
    inputs.append(Input("imputation", "imputation", (NONE, *IMPUTATIONS)))
    scored = tuple(m.id for m in framework.indicators)
    if len(scored) > 1:
        inputs.append(Input("leave-out", "leave-out", (NONE, *scored)))
    kept, dropped = [], []
    for one in inputs:
        problem = _problem(model, one)
        if problem is None:
            kept.append(one)
        else:
            dropped.append((problem[0], problem[1]))
    return Design(tuple(kept), tuple(dropped))


def read_design(content: Written, model: Model, seed: int) -> Design:
    """The design that a YAML file describes, checked on the round.

    Raises Refused: E305 for a file that is no YAML mapping, E950 for one that says something else
    than a design, E951 for an alternative that cannot be applied, E952 for an input that changes
    nothing.
    """
    plain = _plain(content)
    inputs = tuple(_inputs(plain.get("inputs"), model.framework, seed))
    if not inputs:
        raise _refused("E950", "inputs")
    if len({one.id for one in inputs}) < len(inputs):
        raise _refused("E950", "inputs: " + ", ".join(one.id for one in inputs))
    for one in inputs:
        if one.kind == "sampling" and model.sampled is None:
            raise Refused(Finding("E952", where={"input": one.id}))
        problem = _problem(model, one)
        if problem is not None:
            code = "E951" if problem[1] == "robustness.cannot-apply" else "E952"
            raise Refused(Finding(code, where={"input": problem[0]}))
    draws = plain.get("draws")
    if draws is not None and not (isinstance(draws, int) and 100 <= draws <= 1_000_000):
        raise _refused("E950", f"draws: {draws}")
    outputs = plain.get("outputs") or []
    if not isinstance(outputs, list):
        raise _refused("E950", "outputs")
    return Design(inputs, (), draws, tuple(str(one) for one in outputs))


def _plain(content: Written) -> Mapping[str, Any]:
    plain = plain_content(content)
    if not isinstance(plain.get("inputs"), dict):
        raise _refused("E950", "inputs")
    unknown = set(plain) - {"design", "draws", "inputs", "outputs"}
    unknown |= set(plain["inputs"]) - set(KINDS)
    if unknown:
        raise _refused("E950", ", ".join(sorted(map(str, unknown))))
    return plain


def _inputs(plain: Any, framework: Framework, seed: int) -> Iterable[Input]:
    for kind, value in plain.items():
        if kind == "sampling":
            if value:
                yield Input("sampling", "sampling")
        elif kind == "weights":
            yield from _weights(value, framework, seed)
        elif kind == "leave-out":
            scored = [m.id for m in framework.indicators]
            names = scored if value == "all" else _names(kind, value, (NONE, *scored))
            yield Input(kind, kind, (NONE, *(n for n in names if n != NONE)))
        else:
            allowed = {
                "normalisation": (NONE, *GOALPOSTS, *SAMPLE_METHODS),
                "aggregation": (NONE, *AGGREGATIONS),
                "imputation": (NONE, *IMPUTATIONS, REGRESSION),
            }[kind]
            names = _names(kind, value, allowed)
            if kind == "aggregation":
                plainly = all(
                    n.aggregation == framework.aggregation for n in framework.nodes if n.children
                )
                own = framework.aggregation if plainly else None
                names = [NONE if name == own else name for name in names]
            yield Input(kind, kind, tuple(dict.fromkeys(names)))


def _names(kind: str, value: Any, allowed: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list) or not value:
        raise _refused("E950", kind)
    names = [str(one) for one in value]
    for name in names:
        written = name.removesuffix(UPPER)
        free = kind == "aggregation" and _PARAMETER.fullmatch(written)
        if name not in allowed and not (free and float(written.split(":")[1]) != 0):
            raise _refused("E950", f"{kind}: {name}")
    return names


def _weights(value: Any, framework: Framework, seed: int) -> Iterable[Input]:
    known = {node.id: node for node in weighing_nodes(framework)}
    if not isinstance(value, list) or not value:
        raise _refused("E950", "weights")
    for one in value:
        if not isinstance(one, dict):
            raise _refused("E950", "weights")
        if "alternatives" in one:
            yield _weight_alternatives(one["alternatives"], framework)
            continue
        names = [str(name) for name in one.get("nodes") or []]
        cv = one.get("cv", CV)
        if not names or any(name not in known for name in names):
            raise _refused("E950", f"weights: {', '.join(names) or 'nodes'}")
        if isinstance(cv, bool) or not isinstance(cv, int | float) or not 0 < cv <= 1:
            raise _refused("E950", f"weights: cv {cv}")
        nodes = [known[name] for name in names]
        yield weight_input(framework, "+".join(names), nodes, float(cv), seed)


def _weight_alternatives(value: Any, framework: Framework) -> Input:
    """Named tables of other weights, child id → weight; an empty table is the nominal one."""
    if not isinstance(value, dict) or not value:
        raise _refused("E950", "weights: alternatives")
    parents = {child: node for node in framework.nodes for child in node.children}
    touched = []
    for name, table in value.items():
        if table is not None and not isinstance(table, dict):
            raise _refused("E950", f"weights: {name}")
        for child, weight in (table or {}).items():
            number = isinstance(weight, int | float) and not isinstance(weight, bool)
            if str(child) not in parents or not number or not 0 <= weight <= LARGEST:
                raise _refused("E950", f"weights: {name}: {child}: {weight}")
            touched.append(parents[str(child)])
    weights = {}
    for node in dict.fromkeys(node.id for node in touched):
        own = framework.node(node)
        rows = [
            [
                float((table or {}).get(child, w))
                for child, w in zip(own.children, own.weights, strict=True)
            ]
            for table in value.values()
        ]
        if any(sum(row) <= 0 for row in rows):
            raise _refused("E950", f"weights: {node}: 0")
        weights[node] = np.array(rows)
    return Input("weights:alternatives", "weights", tuple(map(str, value)), weights)


def _problem(model: Model, one: Input) -> tuple[str, str] | None:
    """What keeps an input from acting: its id or alternative, and the reason's key."""
    nominal = model.scores((), {}, 1)[0]
    tried = np.arange(one.size if one.discrete else min(one.size, TRIED))
    found = model.scores((one,), {one.id: tried}, len(tried))
    known = ~np.isnan(nominal[:, 0])
    for place, name in enumerate(one.alternatives):
        if known.any() and np.isnan(found[place][known, 0]).all():
            return f"{one.id}:{name}", "robustness.cannot-apply"
    moved = ~np.isclose(found, nominal, rtol=0, atol=1e-12, equal_nan=True)
    if not moved.any():
        return one.id, "robustness.changes-nothing"
    for place, name in enumerate(one.alternatives):
        if name == REGRESSION and not moved[place].any():
            return f"{one.id}:{name}", "robustness.cannot-apply"
    return None


def _refused(code: str, what: str) -> Refused:
    return Refused(Finding(code, where={"design": what[:200]}, params={"what": what[:200]}))
