"""How good a round's data and scales are, and what a weak item does to the scores."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from actions.access import Access, authorize
from actions.published import round_answers, round_evidence, round_screenings
from analysis.psychometrics.lavaan_syntax import lavaan_names, lavaan_script
from analysis.psychometrics.polychoric import polychoric
from analysis.quality.invariance import (
    InvarianceQuality,
    ScaleDrift,
    group_invariance,
    round_invariance,
    scale_drifts,
)
from analysis.quality.item_effects import ItemEffect, item_effects
from analysis.quality.item_moments import LISTWISE, PAIRWISE
from analysis.quality.report import QualityReport, quality
from analysis.quality.structure import FactorChoice, second_order_parents, varying_items
from indicators.answers.moments import MISSING
from indicators.brief import brief
from indicators.evidence import Evidence
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from indicators.scores import WITHHELD
from indicators.words import one_of
from survey_data.disclosure import THRESHOLD
from survey_data.people_csv import people_csv
from survey_data.screening.checks import RECOMMENDED, Screening
from survey_data.workspace import registry

CORRELATIONS = ("pearson", "polychoric")
DATA_FILE, SCRIPT_FILE = "answers.csv", "model.R"


@dataclass(frozen=True, eq=False)
class QualityView:
    """Everything that pages, exports and the command show of a round's measurement quality."""

    __repr__ = brief

    report: QualityReport
    choice: FactorChoice
    correlations: str
    screening: Mapping[str, Mapping[str, float | int]]
    screened: int
    named: int
    effects: tuple[ItemEffect, ...]
    groups: InvarianceQuality | None
    compared: str | None
    rounds: InvarianceQuality | None
    drifts: Mapping[str, ScaleDrift]
    synthetic: bool
    hidden: frozenset[str]

    @property
    def careless(self) -> float:
        """Share of people that a recommended screening rule names."""
        return self.named / self.screened if self.screened else float("nan")


def round_quality(
    access: Access,
    round_id: str,
    *,
    missing: str = PAIRWISE,
    choice: FactorChoice | None = None,
    correlations: str = "pearson",
    compared: str | None = None,
    effects: bool = True,
) -> QualityView:
    """Measurement quality of a round, its groups, and its change since another round.

    Raises Refused (E913, E918, E940) for an unknown round and one without answers.
    """
    authorize(access.user, "quality.read", round_id)
    one_of("missing", missing, (PAIRWISE, LISTWISE))
    one_of("correlations", correlations, CORRELATIONS)
    choice = choice or FactorChoice()
    evidence, framework = round_evidence(access, round_id)
    _require_answers(evidence)
    evidence = _without_few_complete(evidence)
    screenings = round_screenings(access, round_id, framework)
    screened = sum(s.n for s in screenings)
    named = sum(int(_named(s).sum()) for s in screenings)
    given = (
        _polychoric(access, round_id, evidence, framework) if correlations == "polychoric" else None
    )
    report = quality(
        evidence,
        framework,
        missing,
        choice,
        given,
        named / screened if screened else float("nan"),
        1 if evidence.withheld is None else THRESHOLD,
    )
    groups = None
    if len({d.group for d in evidence.departments if d.group}) > 1:
        groups = group_invariance(evidence, framework, missing)
    rounds, drifts = None, {}
    if compared is not None and compared != round_id:
        other, _ = round_evidence(access, compared, framework)
        _require_answers(other)
        other = _without_few_complete(other)
        assert evidence.survey is not None and other.survey is not None
        samples = {compared: other.survey, round_id: evidence.survey}
        rounds = round_invariance(samples, framework, missing)
        drifts = scale_drifts(other.survey, evidence.survey, framework, missing)
    return QualityView(
        report if evidence.withheld is None else _without_few(report, evidence.withheld),
        choice,
        correlations,
        _summed(screenings),
        screened,
        named,
        item_effects(evidence, framework, report) if effects else (),
        groups,
        compared,
        rounds,
        drifts,
        registry.round_named(access.workspace, round_id).synthetic,
        evidence.withheld or frozenset(),
    )


def lavaan_archive(access: Access, round_id: str) -> bytes:
    """A zip with the directed answers and an R script for what is left to lavaan.

    Single answers leave the workspace with it; raises Refused (E922) without that right and where
    results are shown as they are published.
    """
    authorize(access.user, "answers.export", round_id)
    if access.published:
        params = {"action": "answers.export", "object": round_id}
        raise Refused(Finding("E922", params=params))
    evidence, framework = round_evidence(access, round_id)
    _require_answers(evidence)
    assert evidence.survey is not None
    items, _ = varying_items(evidence.survey, framework)
    held = round_answers(access, round_id, framework)
    at = [held.items.index(item) for item in items]
    scales = [framework.scale_of(item) for item in items]
    turned = {item.id for item in framework.items if item.reverse}
    group = {d.id: d.group for d in evidence.departments}
    rows: list[list[object]] = [["department", "group", *lavaan_names(items).values()]]
    for department, codes in zip(held.department, held.codes[:, at].tolist(), strict=True):
        cells = [
            "" if code == MISSING else s.min + s.max - code if item in turned else code
            for item, s, code in zip(items, scales, codes, strict=True)
        ]
        rows.append([department, group.get(department, ""), *cells])
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            (DATA_FILE, people_csv(rows)),
            (SCRIPT_FILE, _script(framework, items)),
        ):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return store.getvalue()


def model_script(view: QualityView) -> str:
    """The R script for lavaan of what `round_quality` gave out; it holds no answers."""
    return _script(view.report.framework, view.report.structure.items)


def _require_answers(evidence: Evidence) -> None:
    if evidence.survey is None or evidence.survey.n.sum() == 0:
        raise Refused(Finding("E940", params={"round": evidence.round}))


def _without_few_complete(evidence: Evidence) -> Evidence:
    """Published evidence in which complete rows of 1 … `THRESHOLD` − 1 people count as none."""
    if evidence.withheld is None or evidence.survey is None:
        return evidence
    complete = {
        group: held
        if held.n.sum() >= THRESHOLD
        else replace(held, n=held.n * 0, sums=held.sums * 0, cross=held.cross * 0)
        for group, held in evidence.survey.complete.items()
    }
    return replace(evidence, survey=replace(evidence.survey, complete=complete))


def _script(framework: Framework, items: tuple[str, ...]) -> str:
    """The R script of the framework's factor model over the items that vary."""
    latents = {
        latent: own
        for latent, members in framework.latents.items()
        if (own := tuple(item for item in members if item in items))
    }
    parents = second_order_parents(framework, latents)
    uppers: dict[str, list[str]] = {}
    for latent, parent in zip(latents, parents or (), strict=False):
        uppers.setdefault(str(parent + 1), []).append(latent)
    several = {parent: own for parent, own in uppers.items() if len(own) > 1}
    return lavaan_script(latents, several, DATA_FILE)


def _polychoric(
    access: Access, round_id: str, evidence: Evidence, framework: Framework
) -> np.ndarray:
    assert evidence.survey is not None
    items, _ = varying_items(evidence.survey, framework)
    held = round_answers(access, round_id, framework)
    at = [held.items.index(item) for item in items]
    turned = {item.id for item in framework.items if item.reverse}
    sign = np.array([-1.0 if item in turned else 1.0 for item in items])
    return polychoric(held.codes[:, at], MISSING).correlations * np.outer(sign, sign)


def _named(screening: Screening) -> np.ndarray:
    flags = [screening.flagged[rule] for rule in RECOMMENDED if rule in screening.flagged]
    return np.logical_or.reduce(flags) if flags else np.zeros(screening.n, dtype=bool)


def _summed(screenings: list[Screening]) -> dict[str, dict[str, float | int]]:
    """Screening summaries of several files as one."""
    found: dict[str, dict[str, float | int]] = {}
    people: dict[str, int] = {}
    for screening in screenings:
        for name, one in screening.summary().items():
            whole = found.setdefault(name, {"flagged": 0, "share": 0.0, "threshold": 0.0})
            whole["flagged"] += one["flagged"]
            whole["threshold"] = one["threshold"]
            people[name] = people.get(name, 0) + screening.n
    for name, whole in found.items():
        whole["share"] = whole["flagged"] / people[name] if people[name] else 0.0
    return found


def _without_few(report: QualityReport, withheld: frozenset[str]) -> QualityReport:
    """The report of shown answers, in which departments that are withheld do not count as empty."""
    rows = np.array([d.id in withheld for d in report.departments])
    return replace(
        report,
        people=np.where(rows, WITHHELD, report.people),
        agreement={
            scale: replace(one, n=np.where(rows, WITHHELD, one.n))
            for scale, one in report.agreement.items()
        },
    )
