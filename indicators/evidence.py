"""Evidence: one round's facts in small, the moments of the answers and the metric values.

Everything that is scored or analysed follows from here, at a cost that does not grow with the
number of respondents. The moments are whole numbers of the answers as coded, undirected; direction
and rescaling are linear algebra at use (`survey_mean.py`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.brief import brief
from indicators.framework import Framework

__all__ = ["MISSING", "Department", "Evidence", "MetricCell", "SurveyMoments"]

MetricCell = tuple[str, str, str, float, bool]
"""(department, metric id, period, value, not applicable)."""


@dataclass(frozen=True)
class Department:
    """A unit of scoring. ``headcount`` is the roster's number of staff, None when unknown."""

    id: str
    name: Mapping[str, str]
    group: str = ""
    headcount: int | None = None
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Evidence:
    """One round's facts.

    Attributes
    ----------
    round : str
    departments : tuple of Department, length D, sorted by id
    survey : SurveyMoments or None
        Over the same departments in the same order; None when the round has no answers.
    metric_ids : tuple of str, length M
        The framework's metrics: scored ones, own outcomes, register.
    metrics : array (D, M), raw values in the metric's unit, NaN = missing
    not_applicable : bool array (D, M)
    withheld : frozenset of str or None
        For what is published: departments that somebody answered for and whose answers are not
        here, to protect the few; so are items that few of a larger department answered. None for
        the owner, for whom nothing is taken out.
    """

    __repr__ = brief

    round: str
    departments: tuple[Department, ...]
    survey: SurveyMoments | None
    metric_ids: tuple[str, ...]
    metrics: NDArray[np.float64]
    not_applicable: NDArray[np.bool_]
    withheld: frozenset[str] | None = None
    digest: str = field(default="")

    @classmethod
    def build(
        cls,
        round: str,
        departments: Sequence[Department],
        survey: SurveyMoments | None,
        metric_cells: Iterable[MetricCell],
        framework: Framework,
        withheld: frozenset[str] | None = None,
    ) -> Evidence:
        """Bring a round's facts together; several periods of a metric become one value.

        Departments without any fact are left out, withheld ones stay. ``over_periods`` of the metric decides: the last
        period in time order, the mean, or the sum. Metrics that the framework does not name are
        left out.
        """
        overs = {m.id: m.metric.over_periods for m in framework.measured if m.metric}
        overs |= {r.id: r.over_periods for r in framework.register_fields}
        by_cell: dict[tuple[str, str], list[tuple[str, float, bool]]] = {}
        for department, metric, period, value, not_applicable in metric_cells:
            if metric in overs:
                by_cell.setdefault((department, metric), []).append((period, value, not_applicable))
        present = {department for department, _ in by_cell} | (withheld or frozenset())
        if survey is not None:
            present |= {d for d, n in zip(survey.departments, survey.n, strict=True) if n > 0}
        listed = {department.id: department for department in departments}
        chosen = tuple(
            listed.get(id) or Department(id, {"zh": id, "en": id}) for id in sorted(present)
        )
        row = {department.id: index for index, department in enumerate(chosen)}
        metric_ids = framework.metric_ids
        column = {metric: index for index, metric in enumerate(metric_ids)}
        values = np.full((len(chosen), len(metric_ids)), np.nan)
        absent = np.zeros(values.shape, dtype=bool)
        for (department, metric), periods in by_cell.items():
            value, not_applicable = _over_periods(
                sorted(periods, key=lambda one: _in_time(one[0])), overs[metric]
            )
            values[row[department], column[metric]] = value
            absent[row[department], column[metric]] = not_applicable
        if survey is not None:
            survey = survey.for_departments([d.id for d in chosen])
        built = cls(round, chosen, survey, metric_ids, values, absent, withheld)
        return replace(built, digest=_digest(built))


def _in_time(period: str) -> list[str | int]:
    """A key that sorts periods by their numbers: 2025-2 before 2025-10."""
    parts = re.split(r"(\d+)", period)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _over_periods(periods: list[tuple[str, float, bool]], rule: str) -> tuple[float, bool]:
    """One value of several periods; a period that is not applicable counts only when all are."""
    if rule == "last" or all(not_applicable for _, _, not_applicable in periods):
        _, value, not_applicable = periods[-1]
        return (np.nan if not_applicable else value), not_applicable
    values = [value for _, value, not_applicable in periods if not not_applicable]
    return (float(np.sum(values)) if rule == "sum" else float(np.mean(values))), False


def _digest(evidence: Evidence) -> str:
    """SHA-256 over everything that can move a score."""
    sha = hashlib.sha256()
    head = {
        "round": evidence.round,
        "departments": [(d.id, d.headcount, d.weight, d.group) for d in evidence.departments],
        "metrics": evidence.metric_ids,
    }
    sha.update(json.dumps(head, ensure_ascii=False, sort_keys=True).encode())
    sha.update(np.ascontiguousarray(evidence.metrics).tobytes())
    sha.update(evidence.not_applicable.tobytes())
    if evidence.survey is not None:
        sha.update(evidence.survey.fingerprint())
    if evidence.withheld is not None:
        sha.update(json.dumps(sorted(evidence.withheld), ensure_ascii=False).encode())
    return sha.hexdigest()
