"""What a draft would bring in as it stands, in plain values for a person to check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.data.drafts import Draft, active_survey_batches, preview_draft
from actions.data.score_effect import ScoreEffect, score_effect
from indicators.answers.moments import MISSING
from indicators.framework import Framework
from survey_data.answers.recoding import suggested_code
from survey_data.answers.survey import SurveyImport
from survey_data.reading import RawTable
from survey_data.screening.checks import CHECKS, RECOMMENDED, check_text
from survey_data.workspace import batches, registry

Text = dict[str, str]
_CODE_FINDINGS = ("E130", "E151", "E152")


@dataclass(frozen=True)
class MappedColumn:
    column: str
    id: str
    text: Text


@dataclass(frozen=True)
class DepartmentCount:
    """``n`` people in the file, ``before`` in the round before (None = none)."""

    name: Text
    is_new: bool
    n: int
    before: int | None


@dataclass(frozen=True)
class ScreenedCheck:
    """A screening check's rule name, texts, and how many rows it names; None = cannot be made."""

    rule: str
    name: Text
    meaning: Text
    flagged: int | None
    recommended: bool


@dataclass(frozen=True)
class Preview:
    """``undecided``: answer texts without a code. ``near``: new names and the departments they
    may mean. ``proposed``: unmapped columns, the item whose text is near, and how near (0-100).
    ``missing``: share 0-1 of empty answers by mapped column.
    ``effect``: scores with and without the rows that the chosen rules exclude, else with and without
    those of the recommended rules; None where there are none. ``blocked``: something stops the
    import altogether."""

    rows_read: int
    accepted: int
    rejected: int
    ignored: int
    values: int | None
    headers: tuple[str, ...]
    department_column: str | None
    mapped: tuple[MappedColumn, ...]
    unmapped: tuple[str, ...]
    personal: tuple[str, ...]
    dialect: str
    confidence: float
    metadata: dict[str, str]
    multiple: dict[str, dict[str, int]]
    proposed: dict[str, tuple[str, float]]
    missing: tuple[tuple[str, float], ...]
    screening: tuple[ScreenedCheck, ...]
    excluded: int
    effect: ScoreEffect | None
    open_items: tuple[MappedColumn, ...]
    undecided: tuple[str, ...]
    suggested: dict[str, int]
    scale: tuple[tuple[int, Text], ...]
    near: dict[str, list[str]]
    known: dict[str, Text]
    departments: tuple[DepartmentCount, ...]
    findings: tuple[dict[str, Any], ...]
    blocked: bool
    active: tuple[str, ...]

    @property
    def warnings(self) -> int:
        return sum(finding["severity"] == "warning" for finding in self.findings)


def preview(access: Access, draft: Draft, table: RawTable) -> Preview:
    """Interpret what was read from a draft's file. Nothing is stored."""
    authorize(access.user, "draft.edit", draft.id)
    found = preview_draft(access, draft, table)
    round_id = str(draft.content["round"])
    known = {d.id: dict(d.name) for d in registry.departments(access.workspace)}
    shared: dict[str, Any] = {
        "rows_read": found.rows_read,
        "accepted": found.accepted,
        "rejected": found.rejected,
        "ignored": found.ignored,
        "headers": tuple(found.headers),
        "near": found.proposals,
        "known": known,
        "findings": tuple(f.as_json() for f in (*found.blocking, *found.findings)),
        "blocked": bool(found.blocking),
    }
    if not isinstance(found, SurveyImport):
        named = _metric_names(access, round_id)
        return Preview(
            **shared,
            values=len(found.values),
            department_column=None,
            mapped=tuple(
                MappedColumn(column, id, named.get(id, {"zh": id, "en": id}))
                for column, id in found.mapped.items()
            ),
            unmapped=found.unmapped,
            personal=(),
            dialect=found.shape,
            confidence=1.0,
            metadata={},
            multiple={},
            proposed={},
            missing=(),
            screening=(),
            excluded=0,
            effect=None,
            open_items=(),
            undecided=(),
            suggested={},
            scale=(),
            departments=tuple(
                DepartmentCount(known.get(d, _own(d)), d in found.new_departments, n, None)
                for d, n in _value_counts(found.values, found.departments)
            ),
            active=(),
        )
    framework = found.framework
    texts = {item.id: dict(item.text) if item.text else _own(item.id) for item in framework.items}
    report, at = found.report(), found.mapping.department
    counts = np.bincount(found.department, minlength=len(found.departments))
    before = _counts_before(access, round_id)
    scale = framework.response_scale
    return Preview(
        **shared,
        values=None,
        department_column=None if at is None else found.headers[at],
        mapped=tuple(MappedColumn(c, id, texts[id]) for c, id in found.mapped.items()),
        unmapped=tuple(str(c) for c in report["unmapped"]),  # type: ignore[attr-defined]
        personal=tuple(str(c) for c in report["personal"]),  # type: ignore[attr-defined]
        dialect=found.export.dialect,
        confidence=found.export.confidence,
        metadata={found.headers[i]: meta for i, meta in found.mapping.metadata.items()},
        multiple=found.multiple,
        proposed={found.headers[i]: one for i, one in found.mapping.proposed.items()},
        missing=_missing(found),
        screening=_screened(found),
        excluded=int(found.excluded.sum()),
        effect=_effect(access, round_id, found, draft),
        open_items=tuple(
            MappedColumn("", id, text)
            for id, text in texts.items()
            if id not in set(found.mapped.values())
        ),
        undecided=_undecided(found),
        suggested=_suggested(found),
        scale=tuple((code, _label(framework, code)) for code in range(scale.min, scale.max + 1)),
        departments=tuple(
            DepartmentCount(
                known.get(d, _own(d)), d in found.new_departments, int(n), before.get(d)
            )
            for d, n in zip(found.departments, counts, strict=True)
        ),
        active=tuple(active_survey_batches(access, round_id)),
    )


def _own(id: str) -> Text:
    return {"zh": id, "en": id}


def _label(framework: Framework, code: int) -> Text:
    scale = framework.response_scale
    labels = scale.labels or {}
    return {lang: f"{code} {texts[code - scale.min]}" for lang, texts in labels.items()} or _own(
        str(code)
    )


def _screened(found: SurveyImport) -> tuple[ScreenedCheck, ...]:
    flagged = found.screening.flagged
    rows = []
    for rule in CHECKS:
        said = check_text(rule)
        count = int(flagged[rule].sum()) if rule in flagged else None
        rows.append(ScreenedCheck(rule, said["name"], said["meaning"], count, rule in RECOMMENDED))
    return tuple(rows)


def _effect(access: Access, round_id: str, found: SurveyImport, draft: Draft) -> ScoreEffect | None:
    if found.blocking or not found.accepted:
        return None
    rows = found.excluded
    if not rows.any():
        wanted = [found.screening.flagged[r] for r in RECOMMENDED if r in found.screening.flagged]
        rows = np.logical_or.reduce(wanted) if wanted else rows
    if not rows.any() or rows.all():
        return None
    mode = draft.content.get("mode")
    return score_effect(access, round_id, found, rows, None if mode is None else str(mode))


def _missing(found: SurveyImport) -> tuple[tuple[str, float], ...]:
    if not found.accepted:
        return ()
    shares = (found.codes == MISSING).mean(axis=0)
    column_of = {item: found.headers[index] for index, item in found.mapping.items.items()}
    return tuple(
        (column_of[item], float(share)) for item, share in zip(found.items, shares, strict=True)
    )


def _undecided(found: SurveyImport) -> tuple[str, ...]:
    values = [str(f.where.get("value")) for f in found.findings if f.code in _CODE_FINDINGS]
    return tuple(dict.fromkeys(values))


def _suggested(found: SurveyImport) -> dict[str, int]:
    """Undecided texts that a usual ladder knows; a person still says yes."""
    codes = {
        text: suggested_code(text, found.framework.response_scale) for text in _undecided(found)
    }
    return {text: code for text, code in codes.items() if code is not None}


def _metric_names(access: Access, round_id: str) -> dict[str, Text]:
    framework = registry.current_framework(access.workspace)
    for info in registry.rounds(access.workspace):
        if info.id == round_id:
            framework = registry.framework_by_digest(access.workspace, info.framework)
    named = {m.id: dict(m.name) for m in framework.measured}
    return named | {r.id: dict(r.name) for r in framework.register_fields}


def _value_counts(values: Any, departments: tuple[str, ...]) -> list[tuple[str, int]]:
    counts = dict.fromkeys(departments, 0)
    for cell in values:
        counts[cell.department] += 1
    return list(counts.items())


def _counts_before(access: Access, round_id: str) -> dict[str, int]:
    """Respondents by department in the newest other round that has answers."""
    listed = [info.id for info in registry.rounds(access.workspace)]
    earlier = listed[: listed.index(round_id)] if round_id in listed else listed
    for other in reversed(earlier):
        evidence, _ = batches.evidence(access.workspace, other)
        if evidence.survey is not None:
            moments = evidence.survey
            return {d: int(n) for d, n in zip(moments.departments, moments.n, strict=True)}
    return {}
