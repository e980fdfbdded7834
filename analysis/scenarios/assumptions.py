"""Draws of what the catalogue assumes: effects, lead times, success and costs.

Every scenario is projected with the same draws, so that scenarios differ by their measures and not
by luck. A measure has streams of its own: adding one to the catalogue moves nobody else's draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.measures.catalogue import Catalogue
from analysis.measures.pert import pert_mean, pert_quantile, pick_expert, pooled_quantiles
from indicators.uncertainty.draws import stream

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """One measure's effect on one dimension. ``harms``: it opens the gap instead of closing it."""

    measure: int
    dimension: str
    only: frozenset[str] | None
    harms: bool


@dataclass(frozen=True, eq=False)
class Assumptions:
    """S draws over M measures and E effects. In memory the draws of each lie side by side.

    Attributes
    ----------
    entries : the effects, length E
    share : (S, E) share of the gap that each closes at the reference readiness, full effect
    lead : (S, M) months until the effect begins
    success : (S, M) whether the measure is carried out
    first_year, annual : (S, M) 万元 for the whole city
    """

    entries: tuple[Entry, ...]
    share: Array
    lead: Array
    success: NDArray[np.bool_]
    first_year: Array
    annual: Array


def draw_assumptions(
    catalogue: Catalogue, draws: int, seed: int, correlation: float | None = None
) -> Assumptions:
    """Draw the catalogue's assumptions.

    One uniform a measure and draw carries all its effects, in every department: what is wrong
    about a measure is wrong everywhere. Uniforms are stratified over the draws. With a correlation
    ρ the normal scores are √ρ·common + √(1 − ρ)·own (Gaussian copula), for effects and for costs
    apart. Several experts of an effect are mixed: each draw follows one of them.

    Parameters
    ----------
    correlation : of effects, instead of the catalogue's
    """
    rho = catalogue.correlation.effect if correlation is None else correlation
    common = {
        name: _normal(stream(seed, name, "", "all measures"), draws) for name in ("effect", "cost")
    }
    entries: list[Entry] = []
    shares: list[Array] = []
    lead: list[Array] = []
    first: list[Array] = []
    annual: list[Array] = []
    success: list[NDArray[np.bool_]] = []
    for place, measure in enumerate(catalogue.measures):
        own = stream(seed, "effect", "", measure.id)
        u = _correlated(_stratified(own, draws), common["effect"], rho)
        chosen = _stratified(own, draws)
        success.append(_stratified(own, draws) < measure.success)
        lead.append(pert_quantile(_stratified(own, draws), *measure.lead_months))
        for harms, effects in ((False, measure.effects), (True, measure.side_effects)):
            for dimension, effect in effects.items():
                triples = np.array(effect.triples)
                if len(triples) == 1:
                    points = pert_quantile(u, *triples[0])
                else:
                    points = pooled_quantiles(u, pick_expert(chosen, len(triples)), triples)
                only = None if effect.only is None else frozenset(effect.only)
                entries.append(Entry(place, dimension, only, harms))
                shares.append(points / catalogue.gap)
        money = stream(seed, "cost", "", measure.id)
        c = _correlated(_stratified(money, draws), common["cost"], catalogue.correlation.cost)
        first.append(pert_quantile(c, *measure.cost.first_year))
        annual.append(pert_quantile(c, *measure.cost.annual))
    return Assumptions(
        tuple(entries),
        np.stack(shares).T if shares else np.empty((draws, 0)),
        np.stack(lead).T,
        np.stack(success).T,
        np.stack(first).T,
        np.stack(annual).T,
    )


def expected_costs(catalogue: Catalogue) -> tuple[Array, Array]:
    """Mean first-year and annual cost of each measure for the whole city, 万元, (M,) each."""
    first = [float(pert_mean(*m.cost.first_year)) for m in catalogue.measures]
    annual = [float(pert_mean(*m.cost.annual)) for m in catalogue.measures]
    return np.array(first), np.array(annual)


def expected_lead(catalogue: Catalogue) -> Array:
    """(M,) mean months until the effect begins."""
    return np.array([float(pert_mean(*m.lead_months)) for m in catalogue.measures])


def _stratified(generator: np.random.Generator, count: int) -> Array:
    """One uniform in each of ``count`` equal parts of (0, 1), in random order."""
    return (generator.permutation(count) + generator.random(count)) / count


def _normal(generator: np.random.Generator, count: int) -> Array:
    from scipy.special import ndtri

    return ndtri(np.clip(_stratified(generator, count), 1e-12, 1 - 1e-12))


def _correlated(u: Array, common: Array, rho: float) -> Array:
    if rho == 0:
        return u
    from scipy.special import ndtr, ndtri

    own = ndtri(np.clip(u, 1e-12, 1 - 1e-12))
    return ndtr(np.sqrt(rho) * common + np.sqrt(1 - rho) * own)
