"""Measurement quality as plain values, in the form of contract.md 4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from actions.quality import QualityView
from analysis.psychometrics.confirmatory import Confirmatory
from analysis.quality.departments import ScaleAgreement
from analysis.quality.invariance import InvarianceQuality, ScaleDrift
from analysis.quality.scales import ScaleQuality
from analysis.quality.structure import FactorChoice, StructureQuality
from locales import text

Plain = dict[str, Any]


def plain_quality(view: QualityView) -> Plain:
    """Ids, numbers at full precision, None where there is nothing."""
    report, choice = view.report, view.choice
    ids = [d.id for d in report.departments]
    return {
        "round": report.round,
        "framework": {
            "id": report.framework.id,
            "version": report.framework.version,
            "digest": report.framework.digest,
        },
        "seed": choice.seed,
        "n": report.n,
        "complete": report.complete,
        "missing": report.missing,
        "missing_share": _number(report.missing_share),
        "missing_items": _named(report.items, report.item_missing),
        "screening": view.screening,
        "verdict": report.verdict,
        "verdict_text": text(f"quality.verdict-{report.verdict}"),
        "checks": [
            {
                "id": c.id,
                "name": text(f"quality.check-{c.id}"),
                "value": _number(c.value),
                "place": c.place or None,
                "grade": c.grade,
                "good": c.rule.good,
                "care": c.rule.care,
                "higher_is_better": c.rule.higher,
                "source": c.rule.source,
                "status": "convention",
            }
            for c in report.checks
        ],
        "scales": {id: _scale(one) for id, one in report.scales.items()},
        **_structure(report.structure, choice),
        "agreement": {id: _agreement(one, ids) for id, one in report.agreement.items()},
        "representation": {
            "response": _named(ids, report.representation.response),
            "weights": _named(ids, report.representation.weights),
            "trimmed": report.representation.trimmed,
            "effective_n": _number(report.representation.effective),
            "design_effect": _number(report.representation.design_effect),
        },
        "item_effects": [
            {
                "item": one.item,
                "scale": one.scale,
                "reason": one.reason,
                "alpha": _number(one.alpha[0]),
                "alpha_without": _number(one.alpha[1]),
                "city": _number(one.city[0]),
                "city_without": _number(one.city[1]),
                "largest_change": _number(one.largest),
                "department": None if one.department in view.hidden else one.department,
                "levels_changed": one.levels,
            }
            for one in view.effects
        ],
        "invariance": {
            "groups": _invariance(view.groups),
            "rounds": _invariance(view.rounds),
            "compared": view.compared,
            "drift": {scale: _drift(one) for scale, one in view.drifts.items()},
        },
    }


def _scale(one: ScaleQuality) -> Plain:
    items = one.pooled.items
    statistics = one.statistics
    return {
        "n": one.pooled.people,
        "k": len(items),
        "missing": one.pooled.missing,
        "alpha": _number(one.alpha),
        "alpha_low": _number(one.alpha_low),
        "alpha_high": _number(one.alpha_high),
        "alpha_se": _number(one.alpha_se),
        "standardised_alpha": _number(one.standardised_alpha),
        "omega_total": _number(one.omega_total),
        "omega_hierarchical": _number(one.omega_hierarchical),
        "lambda6": _number(one.lambda6),
        "split_half": _number(one.split_half.spearman_brown),
        "split_halves": {
            name: _number(value)
            for name, value in asdict(one.split_half).items()
            if name != "spearman_brown"
        },
        "average_r": _number(one.average_r),
        "items": [
            {
                "id": item,
                "n": int(one.pooled.counts[j]),
                "mean": _number(one.pooled.means[j]),
                "sd": _number(one.pooled.sds[j]),
                "item_rest_r": _number(statistics.rest_r[j]),
                "item_total_r": _number(statistics.total_r[j]),
                "corrected_r": _number(statistics.corrected_r[j]),
                "alpha_if_dropped": _number(statistics.alpha_if_dropped[j]),
            }
            for j, item in enumerate(items)
        ],
        "remarks": list(one.remarks),
    }


def _structure(one: StructureQuality, choice: FactorChoice) -> Plain:
    items, latents = one.items, list(one.latents)
    adequacy, sphericity, parallel = one.adequacy, one.sphericity, one.parallel
    found: Plain = {
        "model": {
            "items": list(items),
            "constant": list(one.constant),
            "n": one.pooled.n,
            "missing": one.pooled.missing,
            "latents": {latent: list(own) for latent, own in one.latents.items()},
            "levels_differ": list(one.levels_differ),
            "reasons": dict(one.reasons),
        },
        "sampling_adequacy": {
            "kmo": _number(adequacy.overall) if adequacy else None,
            "kmo_items": _named(items, adequacy.items) if adequacy else None,
            "bartlett": asdict(sphericity) if sphericity else None,
        },
        "dimensionality": {
            "eigenvalues": _numbers(parallel.eigenvalues) if parallel else None,
            "parallel_analysis": {
                "retain": parallel.retain,
                "retain_common": parallel.retain_common,
                "percentile_95": _numbers(parallel.reference),
                "mean": _numbers(parallel.mean),
            }
            if parallel
            else None,
            "map": {
                "retain": one.map_retain,
                "average_squared_partial": _numbers(one.average_partial),
            }
            if one.average_partial is not None
            else None,
        },
        "efa": None,
        "cfa": None,
        "common_method": {
            "harman_share": _number(one.single_factor_share),
            "one_factor": _fit(one.one_factor),
        },
    }
    if one.exploratory is not None and one.extraction is not None:
        rotated = one.exploratory
        found["efa"] = {
            "factors": rotated.loadings.shape[1],
            "extraction": choice.extraction,
            "rotation": choice.rotation,
            "converged": one.extraction.converged and rotated.converged,
            "loadings": {i: _numbers(r) for i, r in zip(items, rotated.loadings, strict=True)},
            "communalities": _named(items, rotated.communalities),
            "factor_correlations": [_numbers(row) for row in rotated.correlations],
            "heywood": [i for i, h in zip(items, one.extraction.heywood, strict=True) if h],
            "omega_hierarchical": _number(one.general.hierarchical) if one.general else None,
        }
    if one.confirmatory is not None:
        found["cfa"] = _confirmatory(one, one.confirmatory, items, latents)
    return found


def _confirmatory(
    one: StructureQuality, fitted: Confirmatory, items: tuple[str, ...], latents: list[str]
) -> Plain:
    loadings: Plain = {}
    for j, item in enumerate(items):
        own = [m for m, latent in enumerate(latents) if item in one.latents[latent]]
        places = {
            latents[m]: {
                "estimate": _number(fitted.loadings[j, m]),
                "se": _number(fitted.loading_se[j, m]),
                "standardised": _number(fitted.standardised[j, m]),
                "standardised_se": _number(fitted.standardised_se[j, m]),
            }
            for m in own
        }
        first = latents[own[0]]
        loadings[item] = {**places[first], "latent": first}
        if len(own) > 1:
            loadings[item]["others"] = {m: v for m, v in places.items() if m != first}
    return {
        "estimator": "ML",
        "missing": one.pooled.missing,
        **(_fit(fitted) or {}),
        "loadings": loadings,
        "residual_variances": _named(items, fitted.residuals),
        "factor_correlations": _square(latents, fitted.factor_correlations),
        "composite_reliability": _named(latents, one.composite_reliability),
        "ave": _named(latents, one.ave),
        "factor_omega": _named(latents, one.factor_omega),
        "factor_ave": _named(latents, one.factor_ave),
        "htmt": _square(latents, one.htmt),
        "htmt2": _square(latents, one.htmt2),
        "heywood": [i for i, h in zip(items, fitted.heywood, strict=True) if h],
        "second_order": _fit(one.second_order),
        "one_factor": _fit(one.one_factor),
        "modification_indices": [
            {
                "kind": m.kind,
                "first": items[m.first],
                "second": latents[m.second] if m.kind == "loading" else items[m.second],
                "index": _number(m.index),
                "expected_change": _number(m.change),
            }
            for m in one.modifications
        ],
    }


def _fit(fitted: Confirmatory | None) -> Plain | None:
    if fitted is None:
        return None
    return {
        "converged": fitted.converged,
        "identified": fitted.identified,
        "proper": not (fitted.heywood.any() or fitted.improper_factors),
        **{name: _number(value) for name, value in asdict(fitted.fit).items()},
        "n": int(fitted.fit.n),
        "df": fitted.fit.df,
        "parameters": fitted.fit.parameters,
    }


def _agreement(one: ScaleAgreement, ids: list[str]) -> Plain:
    return {
        "icc1": _number(one.anova.icc1),
        "icc2": _number(one.anova.icc2),
        "f": _number(one.anova.f),
        "p": _number(one.anova.p),
        "n0": _number(one.anova.n0),
        "reml": {
            "between": _number(one.components.between),
            "within": _number(one.components.within),
            "mean": _number(one.components.mean),
            "icc": _number(one.components.icc),
            "at_zero": one.components.at_zero,
        }
        if one.components
        else None,
        "rwg_j": _named(ids, one.rwg_j),
        "rwg_j_median": _middle(one.rwg_j),
        "rwg_j_skewed_median": _middle(one.rwg_j_skewed),
        "ad": _number(float(np.nanmean(one.average_deviation)))
        if np.isfinite(one.average_deviation).any()
        else None,
        "ad_departments": _named(ids, one.average_deviation),
        "design_effect": _number(one.design_effect),
        "estimates": {
            id: {
                "n": int(one.n[d]) if one.n[d] >= 0 else None,
                "raw": _number(one.means[d]),
                "shrunken": _number(one.shrunken[d]),
                "sd": _number(one.sd[d]),
                "reliability": _number(one.reliability[d]),
            }
            for d, id in enumerate(ids)
        },
        "adjusted": one.adjusted,
    }


def _invariance(one: InvarianceQuality | None) -> Plain | None:
    if one is None:
        return None
    return {
        "groups": dict(zip(one.groups, one.n, strict=True)),
        "left_out": list(one.left_out),
        "holds": one.holds,
        "steps": [
            {
                "step": step.step,
                "converged": step.converged,
                "chi2": _number(step.fit.chi2),
                "df": step.fit.df,
                "cfi": _number(step.fit.cfi),
                "cfi_loss": _number(loss),
                "rmsea": _number(step.fit.rmsea),
                "srmr": _number(step.fit.srmr),
            }
            for step, loss in zip(one.steps, one.losses, strict=True)
        ],
        "reason": one.reason,
    }


def _drift(one: ScaleDrift) -> Plain:
    return {
        item: {
            "change": _number(one.drift.change[j]),
            "others": _number(one.drift.others[j]),
            "size": _number(one.drift.size[j]),
            "z": _number(one.drift.z[j]),
            "flagged": bool(one.flagged[j]),
        }
        for j, item in enumerate(one.items)
    }


def _middle(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _numbers(values: np.ndarray) -> list[float | None]:
    return [_number(float(value)) for value in values]


def _named(ids: Iterable[str], values: np.ndarray) -> Plain:
    return {id: _number(float(v)) for id, v in zip(ids, values, strict=True)} if len(values) else {}


def _square(ids: list[str], values: np.ndarray) -> Mapping[str, Plain]:
    return {a: _named(ids, row) for a, row in zip(ids, values, strict=True)} if values.size else {}
