"""From measures to gaps: which indicators each measure moves, and by what share in which department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.assumptions import Assumptions, Entry
from analysis.scenarios.catalogue import Catalogue, Interaction
from analysis.scenarios.terms import ALONE, Terms
from indicators.framework import Framework

Array = NDArray[np.float64]
MOST = 0.95
"""The largest share of a gap that one measure closes."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Where the catalogue's effects land in a framework.

    Attributes
    ----------
    group : (I,) gap group of each measured indicator, −1 where no measure moves it
    groups : their number G; ``dimension`` (G,) names each group's dimension
    entry_groups : of each effect, the gap groups that it moves
    kind : (D,) kind of each department; ``factor`` (K, M) readiness × multiplier of each kind
    """

    group: NDArray[np.intp]
    groups: int
    dimension: tuple[str, ...]
    entry_groups: tuple[tuple[int, ...], ...]
    kind: NDArray[np.intp]
    factor: Array


def reach(
    catalogue: Catalogue,
    entries: Sequence[Entry],
    framework: Framework,
    levels: NDArray[np.int64],
    departments: Sequence[str],
    groups: Sequence[str],
    multipliers: Mapping[str, Mapping[str, float]],
) -> Reach:
    """Group the indicators by the effects that reach them, and the departments by readiness.

    Parameters
    ----------
    levels : (D,) baseline level of each department, 0 = none (readiness 1)
    multipliers : by department or group, then by measure or ``*``
    """
    dimension_of = {
        i.id: d.id for f in framework.factors for d in f.dimensions for i in d.indicators
    }
    signatures: dict[tuple[str, frozenset[int]], int] = {}
    group = np.full(len(framework.measured), -1, dtype=np.intp)
    for column, indicator in enumerate(framework.measured):
        dimension = dimension_of.get(indicator.id)
        if dimension is None or not responds(indicator):
            continue
        hit = frozenset(
            place
            for place, entry in enumerate(entries)
            if entry.dimension == dimension and (entry.only is None or indicator.id in entry.only)
        )
        if hit:
            group[column] = signatures.setdefault((dimension, hit), len(signatures))
    entry_groups = tuple(
        tuple(place for (_, hit), place in signatures.items() if number in hit)
        for number in range(len(entries))
    )
    table = _multipliers(catalogue, departments, groups, multipliers)
    ready = readiness(catalogue, levels, len(framework.levels))
    factors, kind = np.unique(
        np.column_stack([ready[:, None] * table]), axis=0, return_inverse=True
    )
    return Reach(
        group,
        len(signatures),
        tuple(dimension for dimension, _ in signatures),
        entry_groups,
        kind.reshape(-1).astype(np.intp),
        factors,
    )


def responds(indicator: object) -> bool:
    """An indicator with ``responds: false`` in the framework file is moved by no measure."""
    extra = getattr(indicator, "__pydantic_extra__", None) or {}
    return extra.get("responds", True) is not False


def readiness(catalogue: Catalogue, levels: NDArray[np.int64], count: int) -> Array:
    """(D,) how well each department takes up measures; the list is spread over ``count`` levels."""
    given = np.array(catalogue.readiness.by_level)
    at = np.linspace(1, count, len(given)) if len(given) > 1 else np.array([1.0])
    return np.where(levels > 0, np.interp(levels, at, given), 1.0)


def _multipliers(
    catalogue: Catalogue,
    departments: Sequence[str],
    groups: Sequence[str],
    tables: Mapping[str, Mapping[str, float]],
) -> Array:
    found = np.ones((len(departments), len(catalogue.ids)))
    for source in (catalogue.multipliers, tables):
        for row, (id, group) in enumerate(zip(departments, groups, strict=True)):
            for who in (group, id):
                for measure, factor in source.get(who, {}).items():
                    columns = (
                        slice(None)
                        if measure == "*"
                        else [catalogue.ids.index(measure)]
                        if measure in catalogue.ids
                        else []
                    )
                    found[row, columns] = factor
    return found


def shares(
    assumptions: Assumptions, found: Reach, ramp: Array, effect: float = 1.0
) -> tuple[Array, float]:
    """(S, K, E) share of the gap that each effect closes in each kind of department.

    ``min(.95, ramp · success · effect · share · readiness)``; also the share of these that hit the
    cap.

    Parameters
    ----------
    ramp : (S, M) share of the full effect
    effect : multiplies every effect
    """
    measure = np.array([entry.measure for entry in assumptions.entries], dtype=np.intp)
    active = ramp * assumptions.success
    full = effect * assumptions.share * active[:, measure]
    closed = full[:, None, :] * found.factor[None, :, measure]
    capped = closed > MOST
    return np.minimum(closed, MOST), float(capped.mean()) if capped.size else 0.0


def build_terms(
    catalogue: Catalogue,
    entries: Sequence[Entry],
    found: Reach,
    share: Array,
    ramp: Array,
    only: NDArray[np.bool_] | None = None,
) -> Terms:
    """The logarithmic terms of the gap model from shares (S, K, E).

    - alone: ln(1 − x); with soft prerequisites ln(1 − x/2), and each of the n brings its n-th of
      the rest; a harmful effect ln(1 + x)
    - a pair with factor 1 + q: Σ over its measures of ln(1 − (1 + q·a)x) − ln(1 − x), a the other
      measure's ramp

    Parameters
    ----------
    ramp : (S, M)
    only : bool array (M,), leave out terms of other measures
    """
    wanted = np.ones(len(catalogue.ids), dtype=bool) if only is None else only
    place = {id: column for column, id in enumerate(catalogue.ids)}
    first: list[int] = []
    second: list[int] = []
    group: list[int] = []
    value: list[Array] = []

    def add(one: int, other: int, groups: tuple[int, ...], log: Array) -> None:
        for g in groups:
            first.append(one)
            second.append(other)
            group.append(g)
            value.append(log)

    for number, entry in enumerate(entries):
        measure = catalogue.measures[entry.measure]
        if not wanted[entry.measure] or not found.entry_groups[number]:
            continue
        x = share[:, :, number]
        groups = found.entry_groups[number]
        if entry.harms:
            add(entry.measure, ALONE, groups, np.log1p(x))
            continue
        whole = np.log1p(-x)
        helpers = [place[id] for id in measure.supported_by]
        if not helpers:
            add(entry.measure, ALONE, groups, whole)
            continue
        half = np.log1p(-x / 2)
        add(entry.measure, ALONE, groups, half)
        for helper in helpers:
            if wanted[helper]:
                add(entry.measure, helper, groups, (whole - half) / len(helpers))
    for one in catalogue.interactions:
        pair = [place[id] for id in one.pair]
        if one.factor == 1 or not (wanted[pair[0]] and wanted[pair[1]]):
            continue
        for number, entry in enumerate(entries):
            if entry.measure in pair and not entry.harms and _concerns(one, entry, catalogue):
                other = pair[1] if entry.measure == pair[0] else pair[0]
                x = share[:, :, number]
                stretched = np.minimum(x * (1 + (one.factor - 1) * ramp[:, None, other]), MOST)
                log = np.log1p(-stretched) - np.log1p(-x)
                add(entry.measure, other, found.entry_groups[number], log)
    shape = (share.shape[0], share.shape[1], len(value))
    stacked = np.stack(value, axis=-1) if value else np.zeros(shape)
    return Terms(
        catalogue.ids,
        np.array(first, dtype=np.intp),
        np.array(second, dtype=np.intp),
        np.array(group, dtype=np.intp),
        stacked,
        found.kind,
        found.groups,
    )


def _concerns(one: Interaction, entry: Entry, catalogue: Catalogue) -> bool:
    named = one.of is None or catalogue.ids[entry.measure] in one.of
    return named and (one.dimensions is None or entry.dimension in one.dimensions)
