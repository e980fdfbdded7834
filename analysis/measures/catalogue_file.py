"""Catalogue files: YAML text → `Catalogue`, or every problem of it with path, line and fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from analysis.measures.catalogue import Catalogue, Measure
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from indicators.framework.checks import path_text
from indicators.framework.parts import Part
from indicators.framework.yaml_file import Written, document, with_line
from locales import text, translate

_DEFAULT = FilePath(__file__).with_name("measures.yaml")
LARGEST_COST = 100_000.0
"""万元 (a billion yuan): a measure that costs more was given in yuan."""
OUT_OF_LINE = 1000.0
"""Times the usual cost of the catalogue from which a cost is taken to be in yuan."""


@cache
def default_catalogue() -> Catalogue:
    """The catalogue that ships with the program."""
    return load_catalogue(default_catalogue_text())


def default_catalogue_text() -> str:
    return _DEFAULT.read_text(encoding="utf-8")


def default_scenario_text() -> str:
    """A scenario to start from, with its explanations."""
    return (_DEFAULT.parent / "scenario.yaml").read_text(encoding="utf-8")


def load_catalogue(content: Written) -> Catalogue:
    """Read a catalogue. Raises Refused with every problem: code, place, line and fix."""
    catalogue, findings = check_catalogue(content)
    if catalogue is None:
        raise Refused([f for f in findings if f.severity == "error"])
    return catalogue


def check_catalogue(content: Written) -> tuple[Catalogue | None, list[Finding]]:
    """The catalogue, or None when it is wrong, with errors and warnings."""
    try:
        read = document(content)
    except Refused as refusal:
        return None, list(refusal.findings)
    catalogue, findings = check_plain_catalogue(read.content)
    return catalogue, [with_line(finding, read.lines) for finding in findings]


def check_plain_catalogue(plain: Mapping[str, Any]) -> tuple[Catalogue | None, list[Finding]]:
    """The same for content that was read already."""
    try:
        catalogue = Catalogue.model_validate(plain)
    except ValidationError as error:
        return None, shape_findings(error)
    findings = list(_problems(catalogue))
    wrong = any(f.severity == "error" for f in findings)
    return (None if wrong else catalogue), findings


def shape_findings(error: ValidationError) -> list[Finding]:
    """What the form of a catalogue or scenario lacks, with the place of each."""
    found = []
    for one in error.errors(include_url=False):
        path = path_text(tuple(step for step in one["loc"] if not str(step).startswith("function")))
        reason = {
            "zh": translate(f"measures.reason-{_REASONS.get(one['type'], 'form')}", "zh"),
            "en": one["msg"],
        }
        found.append(Finding("E320", where={"path": path}, params={"reason": reason}))
    return found


_REASONS = {
    "missing": "missing",
    "triple": "triple",
    "less_than_equal": "too-high",
    "greater_than_equal": "too-low",
    "less_than": "too-high",
    "greater_than": "too-low",
    "string_pattern_mismatch": "id",
    "literal_error": "choice",
    "quarter": "quarter",
}
"""Which text says in Chinese what pydantic says in English, with its figures."""


def _problems(catalogue: Catalogue) -> Iterator[Finding]:
    """What the parts' forms don't catch: ids, references, circles, ranges, units."""
    seen: dict[str, int] = {}
    known = set(catalogue.ids)
    usual = _usual_cost(catalogue)
    for place, measure in enumerate(catalogue.measures):
        path = f"measures[{place}]"
        if measure.id in seen:
            yield Finding(
                "E324",
                where={"path": f"{path}.id"},
                params={"id": measure.id, "first": f"measures[{seen[measure.id]}]"},
            )
        seen.setdefault(measure.id, place)
        needs = [*measure.requires.all, *(m for one in measure.requires.any for m in one)]
        for key, ids in (("requires", needs), ("supported_by", measure.supported_by)):
            for id in ids:
                if id not in known:
                    yield _unknown(f"{path}.{key}", id)
        if any(not one for one in measure.requires.any):
            yield Finding(
                "E320",
                where={"path": f"{path}.requires.any"},
                params={"reason": text("measures.reason-no-alternatives")},
            )
        yield from _effect_problems(catalogue, measure, path)
        yield from _cost_problems(measure, path, usual)
    for place, one in enumerate(catalogue.interactions):
        for id in (*one.pair, *(one.of or ())):
            if id not in known:
                yield _unknown(f"interactions[{place}]", id)
        for id in one.of or ():
            if id in known and id not in one.pair:
                yield _unknown(f"interactions[{place}].of", id)
        moved = {
            d for m in catalogue.measures if m.id in one.pair for d in (*m.effects, *m.side_effects)
        }
        for id in one.dimensions or ():
            if id not in moved and known.issuperset(one.pair):
                yield _unknown(f"interactions[{place}].dimensions", id)
        if one.pair[0] == one.pair[1]:
            yield Finding(
                "E324",
                where={"path": f"interactions[{place}].pair"},
                params={"id": one.pair[0], "first": f"interactions[{place}].pair"},
            )
    for who, table in catalogue.multipliers.items():
        for id in table:
            if id != "*" and id not in known:
                yield _unknown(f"multipliers.{who}", id)
    yield from _unknown_keys(catalogue, "")
    circle = _circle(catalogue)
    if circle:
        yield Finding("E304", where={"path": "measures"}, params={"circle": " → ".join(circle)})


def _unknown(path: str, id: str) -> Finding:
    return Finding("E321", where={"path": path}, params={"id": id})


_BESIDE = frozenset({"source", "status", "note"})
"""What any part may say of itself."""


def _unknown_keys(part: Any, path: str) -> Iterator[Finding]:
    """W301 for keys that nothing reads: a slip of the pen would leave an effect out unseen."""
    if isinstance(part, Part):
        for key in sorted((part.__pydantic_extra__ or {}).keys() - _BESIDE):
            yield Finding(
                "W301", "warning", where={"path": f"{path}.{key}".lstrip(".")}, params={"key": key}
            )
        for name in type(part).model_fields:
            yield from _unknown_keys(getattr(part, name), f"{path}.{name}".lstrip("."))
    elif isinstance(part, dict):
        for key, one in part.items():
            yield from _unknown_keys(one, f"{path}.{key}")
    elif isinstance(part, list):
        for place, one in enumerate(part):
            yield from _unknown_keys(one, f"{path}[{place}]")


def _effect_problems(catalogue: Catalogue, measure: Measure, path: str) -> Iterator[Finding]:
    for kind in ("effects", "side_effects"):
        for dimension, effect in getattr(measure, kind).items():
            place = {"path": f"{path}.{kind}.{dimension}"}
            low, _, high = (
                min(t[0] for t in effect.triples),
                0.0,
                max(t[2] for t in effect.triples),
            )
            if low < 0 or high >= catalogue.gap:
                yield Finding(
                    "E322",
                    where=place,
                    params={"low": f"{low:g}", "high": f"{high:g}", "most": f"{catalogue.gap:g}"},
                )
            elif 0 < high <= 1:
                yield Finding("W322", "warning", where=place, params={"high": f"{high:g}"})
    if measure.effects and measure.evidence.source is None and not measure.draft:
        yield Finding("W321", "warning", where={"path": path}, params={"id": measure.id})


def _usual_cost(catalogue: Catalogue) -> float | None:
    """The median of the likeliest first-year costs, where there are enough to speak of one."""
    costs = sorted(m.cost.first_year[1] for m in catalogue.measures if m.cost.first_year[1] > 0)
    return costs[len(costs) // 2] if len(costs) >= 5 else None


def _cost_problems(measure: Measure, path: str, usual: float | None) -> Iterator[Finding]:
    for name in ("first_year", "annual"):
        low, _, high = getattr(measure.cost, name)
        place = {"path": f"{path}.cost.{name}"}
        out = usual is not None and high > OUT_OF_LINE * usual
        if low < 0 or high > LARGEST_COST or out:
            value = low if low < 0 else high
            yield Finding("E323", where=place, params={"value": f"{value:,.0f}"})
    if measure.lead_months[0] < 0:
        reason = text("measures.reason-months")
        yield Finding("E320", where={"path": f"{path}.lead_months"}, params={"reason": reason})


def _circle(catalogue: Catalogue) -> list[str]:
    """A circle of hard prerequisites that no measure can enter, as a walk; [] when there is none.

    An any-of list is a circle only when all its alternatives are stuck.
    """
    open_ = {m.id: m.requires for m in catalogue.measures}
    ready: set[str] = set()
    while True:
        free = [
            id
            for id, need in open_.items()
            if id not in ready
            and all(n in ready or n not in open_ for n in need.all)
            and all(any(n in ready or n not in open_ for n in one) for one in need.any)
        ]
        if not free:
            break
        ready |= set(free)
    stuck = [id for id in open_ if id not in ready]
    if not stuck:
        return []
    walk = [stuck[0]]
    while True:
        need = open_[walk[-1]]
        onward = [*need.all, *(n for one in need.any for n in one)]
        step = next(n for n in onward if n in open_ and n not in ready)
        if step in walk:
            return [*walk[walk.index(step) :], step]
        walk.append(step)


def absent_dimensions(catalogue: Catalogue, framework: Framework) -> list[Finding]:
    """W320 for every measure with effects on dimensions that the framework does not have."""
    known = {d.id for f in framework.factors for d in f.dimensions}
    found = []
    for measure in catalogue.measures:
        absent = [d for d in (*measure.effects, *measure.side_effects) if d not in known]
        if absent:
            params = {"id": measure.id, "dimensions": ", ".join(absent)}
            found.append(Finding("W320", "warning", params=params))
    return found
