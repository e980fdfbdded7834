"""From measures to gaps: which indicators each measure moves, and by what share in which department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.measures.catalogue import Catalogue, Interaction
from analysis.scenarios.assumptions import Assumptions, Entry
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
    counted : metrics that count events → the gap group that they follow
    opened : groups whose gaps a side effect may open
    entry_groups : of each effect, the gap groups that it moves
    kind : (D,) kind of each department; ``factor`` (K, M) readiness × multiplier of each kind
    """

    group: NDArray[np.intp]
    groups: int
    dimension: tuple[str, ...]
    counted: Mapping[str, int]
    opened: frozenset[int]
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
    still = {one.id for one in framework.measured if not one.responds}

    def group_of(id: str, dimension: str | None) -> int:
        hit = frozenset(
            place
            for place, entry in enumerate(entries)
            if entry.dimension == dimension and (entry.only is None or id in entry.only)
        )
        if dimension is None or id in still or not hit:
            return -1
        return signatures.setdefault((dimension, hit), len(signatures))

    for column, indicator in enumerate(framework.measured):
        group[column] = group_of(indicator.id, dimension_of.get(indicator.id))
    known = set(dimension_of.values())
    counted = {
        id: group_of(id, dimension)
        for id, dimension in catalogue.counts.items()
        if id in framework.metric_ids and dimension in known
    }
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
        {id: number for id, number in counted.items() if number >= 0},
        frozenset(
            place
            for (_, hit), place in signatures.items()
            if any(entries[number].harms for number in hit)
        ),
        entry_groups,
        kind.reshape(-1).astype(np.intp),
        factors,
    )


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
    """(D, M): the department's own word over its group's, a measure's over ``*``, the scenario's over
    the catalogue's."""
    found = np.ones((len(departments), len(catalogue.ids)))
    column = {id: place for place, id in enumerate(catalogue.ids)}
    for source in (catalogue.multipliers, tables):
        for row, (id, group) in enumerate(zip(departments, groups, strict=True)):
            for who in (group, id):
                table = source.get(who, {})
                found[row] = table.get("*", found[row])
                for measure in table.keys() & column.keys():
                    found[row, column[measure]] = table[measure]
    return found


def shares(
    assumptions: Assumptions,
    found: Reach,
    ramp: Array,
    effect: float = 1.0,
    only: NDArray[np.bool_] | None = None,
) -> tuple[Array, float]:
    """(S, K, E) share of the gap that each effect closes in each kind of department.

    ``min(.95, ramp · success · effect · share · readiness)``; also the share of these that hit the
    cap. In memory the draws lie side by side.

    Parameters
    ----------
    ramp : (S, M) share of the full effect
    effect : multiplies every effect
    only : bool array (M,), leave the shares of other measures at 0 and out of the count
    """
    kinds = len(found.factor)
    closed = np.zeros((len(assumptions.entries), kinds, len(ramp)))
    hits = asked = 0
    for number, entry in enumerate(assumptions.entries):
        if (only is not None and not only[entry.measure]) or not found.entry_groups[number]:
            continue
        active = ramp[:, entry.measure] * assumptions.success[:, entry.measure]
        full = effect * assumptions.share[:, number] * active
        np.multiply.outer(found.factor[:, entry.measure], full, out=closed[number])
        hits += int((closed[number] > MOST).sum())
        asked += closed[number].size
        np.minimum(closed[number], MOST, out=closed[number])
    return closed.transpose(2, 1, 0), hits / asked if asked else 0.0


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
    stacked = np.empty((len(value), share.shape[1], share.shape[0]))
    for number, log in enumerate(value):
        stacked[number] = log.T
    return Terms(
        catalogue.ids,
        np.array(first, dtype=np.intp),
        np.array(second, dtype=np.intp),
        np.array(group, dtype=np.intp),
        stacked.transpose(2, 1, 0),
        found.kind,
        found.groups,
    )


def _concerns(one: Interaction, entry: Entry, catalogue: Catalogue) -> bool:
    named = one.of is None or catalogue.ids[entry.measure] in one.of
    return named and (one.dimensions is None or entry.dimension in one.dimensions)
