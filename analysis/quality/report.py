"""Is this data, and is this scale, good enough to score with? One report for every view.

From the moments alone: its cost does not grow with the number of respondents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.quality.checks import Check, check, verdict
from analysis.quality.departments import (
    Representation,
    ScaleAgreement,
    representation,
    scale_agreements,
)
from analysis.quality.item_moments import LISTWISE, PAIRWISE, model_group
from analysis.quality.scales import ScaleQuality, scale_qualities
from analysis.quality.structure import FactorChoice, StructureQuality, structure_quality
from indicators.answers.moments import SurveyMoments
from indicators.brief import brief
from indicators.evidence import Department, Evidence
from indicators.framework import Framework
from indicators.words import one_of

Array = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class QualityReport:
    """Measurement quality of one round.

    Attributes
    ----------
    n : people with at least one usable answer; ``complete`` with all
    items : ids of the J items asked
    item_missing : (J,) share of the n people without an answer to the item
    scales, agreement : by indicator or dimension id
    main_scales : the scales that checks speak of: dimensions and outcomes, each set of items once
    counts : J arrays (D, categories)
    """

    __repr__ = brief

    round: str
    framework: Framework
    departments: tuple[Department, ...]
    missing: str
    n: int
    complete: int
    people: NDArray[np.int64]
    items: tuple[str, ...]
    item_missing: Array
    department_missing: Array
    counts: tuple[NDArray[np.int64], ...]
    scales: Mapping[str, ScaleQuality]
    main_scales: tuple[str, ...]
    structure: StructureQuality
    agreement: Mapping[str, ScaleAgreement]
    representation: Representation
    checks: tuple[Check, ...]

    @property
    def missing_share(self) -> float:
        """Share of cells without an answer."""
        return float(self.item_missing.mean()) if len(self.item_missing) else float("nan")

    @property
    def verdict(self) -> str:
        return verdict(self.checks)


def quality(
    evidence: Evidence,
    framework: Framework,
    missing: str = "pairwise",
    choice: FactorChoice | None = None,
    correlations: Array | None = None,
    careless: float = float("nan"),
    fewest: int = 1,
) -> QualityReport:
    """The whole report of a round with answers.

    Parameters
    ----------
    missing : ``pairwise`` or ``listwise``, see `item_moments.pooled_items`
    choice, correlations : see `structure_quality.structure_quality`
    careless : share of people named by a recommended screening rule, which needs rows
    fewest : people of a department on a scale from whom on it counts in agreement

    Raises
    ------
    ValueError
        When the round has no answers.
    """
    one_of("missing", missing, (PAIRWISE, LISTWISE))
    survey = evidence.survey
    if survey is None or survey.n.sum() == 0:
        raise ValueError("measurement quality needs answers")
    answered = np.einsum("djj->dj", survey.pair_n)
    n = int(survey.n.sum())
    scales = scale_qualities(survey, framework, missing)
    structure = structure_quality(survey, framework, missing, choice, correlations)
    agreement = scale_agreements(survey, framework, missing == LISTWISE, fewest)
    main = _main_scales(framework, survey)
    checks = _checks(survey, scales, structure, agreement, main, careless)
    whole = survey.complete[model_group(survey, structure.items)]
    with np.errstate(divide="ignore", invalid="ignore"):
        by_department = 1 - answered.mean(axis=1) / survey.n
    return QualityReport(
        evidence.round,
        framework,
        evidence.departments,
        missing,
        n,
        int(whole.n.sum()),
        survey.n,
        survey.items,
        1 - answered.sum(axis=0) / n,
        by_department,
        survey.counts,
        scales,
        main,
        structure,
        agreement,
        representation(survey, evidence.departments),
        tuple(checks),
    )


def _main_scales(framework: Framework, survey: SurveyMoments) -> tuple[str, ...]:
    """Scales of dimensions and outcomes that were asked."""
    inner = {i.id for i in framework.indicators}
    return tuple(
        scale
        for scale, items in framework.scales().items()
        if scale not in inner and sum(item in survey.items for item in items) >= 2
    )


def _checks(
    survey: SurveyMoments,
    scales: Mapping[str, ScaleQuality],
    structure: StructureQuality,
    agreement: Mapping[str, ScaleAgreement],
    main: tuple[str, ...],
    careless: float,
) -> list[Check]:
    answered = np.einsum("djj->j", survey.pair_n)
    people = survey.n[survey.n > 0]
    found = [
        check("missing", float(1 - answered.mean() / people.sum())),
        check("screening", careless),
        check("small-departments", float((people < 5).mean())),
        check("reliability", *_least({s: scales[s].alpha for s in main if s in scales})),
    ]
    rest = {
        item: float(r)
        for s in main
        if s in scales
        for item, r in zip(scales[s].pooled.items, scales[s].statistics.rest_r, strict=True)
    }
    found.append(check("item-rest", *_least(rest)))
    found.append(check("adequacy", structure.adequacy.overall if structure.adequacy else np.nan))
    fit = structure.confirmatory.fit if structure.confirmatory else None
    for index in ("cfi", "rmsea", "srmr"):
        found.append(check(index, getattr(fit, index) if fit else float("nan")))
    names = list(structure.latents)
    extracted = dict(zip(names, structure.ave.tolist(), strict=False))
    found.append(check("convergent", *_least(extracted)))
    pairs = {
        f"{a}–{b}": -float(structure.htmt[i, j])
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
        if structure.htmt.size
    }
    highest, between = _least(pairs)
    found.append(check("discriminant", -highest, between))
    found.append(check("common-method", structure.single_factor_share))
    agreed = [agreement[s] for s in main if s in agreement]
    medians = [float(np.nanmedian(a.rwg_j)) for a in agreed if np.isfinite(a.rwg_j).any()]
    found.append(check("agreement", float(np.median(medians)) if medians else np.nan))
    icc2 = [a.anova.icc2 for a in agreed if np.isfinite(a.anova.icc2)]
    found.append(check("icc2", float(np.median(icc2)) if icc2 else np.nan))
    return found


def _least(values: Mapping[str, float]) -> tuple[float, str]:
    """The smallest known value and where it is."""
    known = {place: value for place, value in values.items() if np.isfinite(value)}
    if not known:
        return float("nan"), ""
    place = min(known, key=lambda one: known[one])
    return float(known[place]), place
