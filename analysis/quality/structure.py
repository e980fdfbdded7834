"""Dimensions, factors and the declared structure of a round's items: the labelled floor.

What cannot be computed is None, and ``reasons`` says why in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis.psychometrics.confirmatory import (
    Confirmatory,
    ModificationIndex,
    confirmatory,
    modification_indices,
)
from analysis.psychometrics.dimensionality import (
    Adequacy,
    Parallel,
    Sphericity,
    bartlett_sphericity,
    kaiser_meyer_olkin,
    minimum_average_partial,
    parallel_analysis,
)
from analysis.psychometrics.factor_extraction import (
    Extraction,
    HierarchicalOmega,
    hierarchical_omega,
    maximum_likelihood,
    minres,
)
from analysis.psychometrics.reliability import correlation
from analysis.psychometrics.rotation import ROTATIONS, Rotation
from analysis.psychometrics.validity import (
    average_variance_extracted,
    composite_reliability,
    heterotrait_monotrait,
    omega_of_total,
    single_factor_share,
    variance_extracted,
)
from analysis.quality.item_moments import PooledItems, model_group, pooled_items, within_correlation
from indicators.answers.moments import SurveyMoments
from indicators.framework import Framework
from indicators.words import one_of
from locales import text

Array = NDArray[np.floating]
Text = dict[str, str]

EXTRACTIONS = {"minres": minres, "ml": maximum_likelihood}
LEVEL_DIFFERENCE = 0.1
"""Mean difference of an item's total and within-department correlations that is pointed out."""


@dataclass(frozen=True)
class FactorChoice:
    """What a person chose of the exploratory analysis; ``factors`` None: as parallel analysis."""

    factors: int | None = None
    extraction: str = "minres"
    rotation: str = "oblimin"
    seed: int = 1

    def __post_init__(self) -> None:
        one_of("extraction", self.extraction, EXTRACTIONS)
        one_of("rotation", self.rotation, ROTATIONS)


@dataclass(frozen=True, eq=False)
class StructureQuality:
    """Structure of the K items of the factor model that vary.

    Attributes
    ----------
    pooled : their moments; ``correlations`` Pearson or those given
    constant : items left out because all answers are alike
    average_partial, map_retain : Velicer's MAP
    exploratory, extraction : rotated loadings and the extraction behind them
    latents : factors of the declared structure with their items
    confirmatory, one_factor, second_order : maximum likelihood fits
    composite_reliability, ave : (M,) by latent, NaN of a latent with one item
    htmt, htmt2 : (M, M), of arithmetic and of geometric means
    factor_omega, factor_ave : (M,) of the unstandardised solution, as R's semTools has them
    modifications : the ten largest modification indices
    single_factor_share : Harman's screen
    general : omega hierarchical of all items under the exploratory factors
    levels_differ : items whose correlations within departments differ from the total ones
    reasons : part → why it is None
    """

    pooled: PooledItems
    correlations: Array
    constant: tuple[str, ...]
    latents: Mapping[str, tuple[str, ...]]
    adequacy: Adequacy | None = None
    sphericity: Sphericity | None = None
    parallel: Parallel | None = None
    average_partial: Array | None = None
    map_retain: int | None = None
    extraction: Extraction | None = None
    exploratory: Rotation | None = None
    confirmatory: Confirmatory | None = None
    one_factor: Confirmatory | None = None
    second_order: Confirmatory | None = None
    composite_reliability: Array = field(default_factory=lambda: np.empty(0))
    ave: Array = field(default_factory=lambda: np.empty(0))
    htmt: Array = field(default_factory=lambda: np.empty((0, 0)))
    htmt2: Array = field(default_factory=lambda: np.empty((0, 0)))
    factor_omega: Array = field(default_factory=lambda: np.empty(0))
    factor_ave: Array = field(default_factory=lambda: np.empty(0))
    modifications: tuple[ModificationIndex, ...] = ()
    single_factor_share: float = float("nan")
    general: HierarchicalOmega | None = None
    levels_differ: tuple[str, ...] = ()
    reasons: Mapping[str, Text] = field(default_factory=dict)

    @property
    def items(self) -> tuple[str, ...]:
        return self.pooled.items


def structure_quality(
    moments: SurveyMoments,
    framework: Framework,
    missing: str,
    choice: FactorChoice | None = None,
    correlations: Array | None = None,
) -> StructureQuality:
    """Everything that follows from the correlations of the factor model's items.

    ``correlations`` over the items that vary stands in for Pearson's in the exploratory part
    (polychoric ones, which need rows); the confirmatory part is always of the covariances.
    """
    choice = choice or FactorChoice()
    items, constant = varying_items(moments, framework)
    pooled = pooled_items(moments, framework, items, missing, model_group(moments, items))
    alike = (pooled.sds == 0) & (pooled.n > 1)
    if alike.any() and correlations is None:
        # An item that varies may still be constant among the people who answered everything.
        constant += tuple(item for item, same in zip(items, alike, strict=True) if same)
        items = tuple(item for item, same in zip(items, alike, strict=True) if not same)
        pooled = pooled_items(moments, framework, items, missing, model_group(moments, items))
    pearson = correlation(pooled.covariance)
    r = pearson if correlations is None else correlations
    latents = {
        latent: own
        for latent, members in framework.latents.items()
        if (own := tuple(item for item in members if item in items))
    }
    k = len(items)
    found: dict[str, object] = {}
    reasons: dict[str, Text] = {}
    trouble = _trouble(pooled, r)
    if k < 3 or not np.isfinite(r).all():
        why = trouble or text("quality.reason-three-items")
        reasons |= dict.fromkeys(("adequacy", "parallel", "exploratory", "confirmatory"), why)
        return StructureQuality(pooled, r, constant, latents, reasons=reasons)
    if trouble is not None:
        reasons |= dict.fromkeys(("adequacy", "confirmatory"), trouble)
    else:
        found["adequacy"] = kaiser_meyer_olkin(r)
        found["sphericity"] = bartlett_sphericity(r, pooled.n)
        found |= _declared(pooled, latents, framework, reasons)
    found |= _explored(r, pooled.n, choice, reasons)
    members = [np.array([items.index(i) for i in own]) for own in latents.values()]
    found["htmt"] = heterotrait_monotrait(pearson, members)
    found["htmt2"] = heterotrait_monotrait(pearson, members, geometric=True)
    found["single_factor_share"] = single_factor_share(pearson)
    found["levels_differ"] = _levels_differ(moments, framework, items, pearson)
    return StructureQuality(pooled, r, constant, latents, reasons=reasons, **found)  # type: ignore[arg-type]


def varying_items(
    moments: SurveyMoments, framework: Framework
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Items of the factor model that were asked: those whose answers vary, those that do not."""
    asked = [item for item in framework.model_items if item in moments.items]
    used = [
        int((moments.counts[moments.items.index(item)].sum(axis=0) > 0).sum()) for item in asked
    ]
    return (
        tuple(item for item, n in zip(asked, used, strict=True) if n > 1),
        tuple(item for item, n in zip(asked, used, strict=True) if n <= 1),
    )


def _trouble(pooled: PooledItems, r: Array) -> Text | None:
    """Why a correlation matrix cannot be inverted, None when it can."""
    k = len(pooled.items)
    if k < 3:
        return text("quality.reason-three-items")
    if pooled.n <= k:
        return text("quality.reason-few-people", n=pooled.n, items=k)
    if not np.isfinite(r).all():
        return text("quality.reason-unpaired")
    least = float(np.linalg.eigvalsh(r)[0])
    if least < -1e-8:
        return text("quality.reason-indefinite")
    if least < 1e-8:
        return text("quality.reason-singular")
    return None


def _explored(
    r: Array, n: int, choice: FactorChoice, reasons: dict[str, Text]
) -> dict[str, object]:
    k = len(r)
    parallel = parallel_analysis(r, max(n, 3), seed=choice.seed)
    average, retain = minimum_average_partial(r)
    wanted = choice.factors or max(parallel.retain, 1)
    most = max(m for m in range(1, k) if (k - m) ** 2 >= k + m or m == 1)
    factors = min(wanted, most)
    if factors < wanted:
        reasons["factors"] = text("quality.reason-most-factors", most=most, wanted=wanted)
    found: dict[str, object] = {
        "parallel": parallel,
        "average_partial": average,
        "map_retain": retain,
    }
    if choice.extraction == "ml" and np.linalg.eigvalsh(r)[0] < 1e-8:
        return found | {"exploratory": None}
    extracted = EXTRACTIONS[choice.extraction](r, factors)
    if not extracted.converged:
        reasons["exploratory-search"] = text("quality.reason-search")
    found["extraction"] = extracted
    found["exploratory"] = ROTATIONS[choice.rotation](extracted.loadings)
    if factors >= 3 and k >= 2 * factors:
        found["general"] = hierarchical_omega(r, factors)
    else:
        reasons["general"] = text("quality.reason-three-factors")
    return found


def _declared(
    pooled: PooledItems,
    latents: Mapping[str, tuple[str, ...]],
    framework: Framework,
    reasons: dict[str, Text],
) -> dict[str, object]:
    covariance, n = pooled.maximum_likelihood, pooled.n
    loads = loading_pattern(pooled.items, latents)
    found: dict[str, object] = {}
    fitted = _fit(covariance, n, loads, None, "confirmatory", reasons)
    if fitted is None:
        return found
    found["confirmatory"] = fitted
    if loads.shape[1] > 1:
        one = np.ones((len(pooled.items), 1), dtype=bool)
        found["one_factor"] = _fit(covariance, n, one, None, "one-factor", reasons)
    parents = second_order_parents(framework, latents)
    if parents is not None:
        found["second_order"] = _fit(covariance, n, loads, parents, "second-order", reasons)
    else:
        reasons["second-order"] = text("quality.reason-second-order")
    standard = [fitted.standardised[loads[:, m], m] for m in range(loads.shape[1])]
    several = [len(own) > 1 for own in standard]
    found["composite_reliability"] = np.array(
        [composite_reliability(s) if m else np.nan for s, m in zip(standard, several, strict=True)]
    )
    found["ave"] = np.array(
        [
            average_variance_extracted(s) if m else np.nan
            for s, m in zip(standard, several, strict=True)
        ]
    )
    found |= _unstandardised(covariance, loads, fitted)
    if fitted.converged and not fitted.heywood.any():
        found["modifications"] = tuple(modification_indices(covariance, n, loads, fitted))
    return found


def _unstandardised(
    covariance: Array, loads: NDArray[np.bool_], fitted: Confirmatory
) -> dict[str, object]:
    """Omega and variance extracted of every latent with several items; NaN of the others."""
    omega, extracted = np.full((2, loads.shape[1]), np.nan)
    for m in range(loads.shape[1]):
        own = np.flatnonzero(loads[:, m])
        if len(own) < 2:
            continue
        raw = fitted.loadings[own, m]
        # The standardised loading of the first item, whose raw one is 1, holds the factor's variance.
        variance = fitted.standardised[own[0], m] ** 2 * fitted.implied[own[0], own[0]]
        omega[m] = omega_of_total(raw, covariance[np.ix_(own, own)], float(variance))
        extracted[m] = variance_extracted(raw, fitted.residuals[own], float(variance))
    return {"factor_omega": omega, "factor_ave": extracted}


def loading_pattern(
    items: tuple[str, ...], latents: Mapping[str, tuple[str, ...]]
) -> NDArray[np.bool_]:
    """Which item loads on which latent, bool (K, M)."""
    return np.array([[item in own for own in latents.values()] for item in items], dtype=bool)


def second_order_parents(
    framework: Framework, latents: Mapping[str, tuple[str, ...]]
) -> list[int] | None:
    """The second-order factor of each latent: the framework's factors, or one for all.

    None where that would say no less than freely correlated latents.
    """
    of = {d.id: f.id for f in framework.factors for d in f.dimensions}
    if all(latent in of for latent in latents):
        uppers = list(dict.fromkeys(of[latent] for latent in latents))
        parents = [uppers.index(of[latent]) for latent in latents]
    else:
        uppers, parents = ["all"], [0] * len(latents)
    if len(uppers) == len(latents) or (len(uppers) == 1 and len(latents) < 4):
        return None
    return parents


def _fit(
    covariance: Array,
    n: int,
    loads: NDArray[np.bool_],
    parents: list[int] | None,
    part: str,
    reasons: dict[str, Text],
) -> Confirmatory | None:
    try:
        fitted = confirmatory(covariance, n, loads, parents)
    except np.linalg.LinAlgError:
        reasons[part] = text("quality.reason-singular")
        return None
    except ValueError:
        reasons[part] = text("quality.reason-parameters")
        return None
    if not fitted.converged:
        reasons[part] = text("quality.reason-search")
    elif not fitted.identified:
        reasons[part] = text("quality.reason-identified")
    elif fitted.heywood.any() or fitted.improper_factors:
        reasons[part] = text("quality.reason-heywood")
    return fitted


def _levels_differ(
    moments: SurveyMoments, framework: Framework, items: tuple[str, ...], total: Array
) -> tuple[str, ...]:
    within = within_correlation(moments, framework, items)
    if not np.isfinite(within).all():
        return ()
    away = np.abs(total - within).sum(axis=1) / (len(items) - 1)
    return tuple(item for item, x in zip(items, away, strict=True) if x > LEVEL_DIFFERENCE)
