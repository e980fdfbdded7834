"""A framework on its way to a new version: started, looked at, tried on a round, adopted.

A draft holds the content of a framework file. Versions that were adopted never change; a draft
becomes the next one, and rounds that exist keep theirs. `actions.framework.edits`,
`actions.framework.structure` and `actions.framework.judgements` change drafts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from actions.city.scoring import framework_scores
from actions.framework.edits import last_edit
from actions.framework.frameworks import use_framework
from indicators.findings import Finding, Refused
from indicators.framework import Framework, default_framework
from indicators.framework.editing.content import (
    Change,
    Content,
    changes,
    named_finding,
    plain_content,
    to_yaml,
)
from indicators.framework.file import check_content, check_framework
from indicators.scores import Scores
from survey_data.reading import read_document
from survey_data.workspace import batches, progress, registry
from survey_data.workspace.progress import Draft

__all__ = [
    "Base",
    "Change",
    "Draft",
    "DraftView",
    "Impact",
    "Shift",
    "adopt_draft",
    "base_frameworks",
    "base_scores",
    "discard_framework_draft",
    "draft_base",
    "draft_codebook",
    "draft_file",
    "draft_view",
    "framework_draft",
    "framework_drafts",
    "impact",
    "start_framework_draft",
]
KIND = "framework"
LISTED = 20
"""Departments listed with their change."""
DRAWS = 100
"""An impact shows point scores; the kernel wants at least these draws."""


@dataclass(frozen=True)
class DraftView:
    """A draft as it stands, and the content ``before`` any edit. ``framework`` is None while it has
    errors; ``findings`` are all errors and warnings; ``changes`` against what it was started from;
    ``last`` what was done last, of which part, None when there is nothing to undo."""

    id: str
    base: str
    before: Content
    content: Content
    framework: Framework | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    last: tuple[str, str] | None

    @property
    def name(self) -> str:
        return f"{self.content.get('framework')}@{self.content.get('version')}"

    @property
    def edits(self) -> tuple[Change, ...]:
        """The changes but for the version, which a draft always changes."""
        return tuple(one for one in self.changes if one.field != ("version",))


@dataclass(frozen=True)
class Base:
    """A framework that a draft can start from, ``ID@VERSION``: whether it ships with the program,
    and whether it holds for new rounds."""

    name: str
    shipped: bool
    current: bool


@dataclass(frozen=True)
class Shift:
    """A department before and after: scores, None = none, and levels, 0 = none."""

    name: dict[str, str]
    before: float | None
    after: float | None
    level_before: int
    level_after: int


@dataclass(frozen=True)
class Impact:
    """What a draft changes in a round.

    ``city`` score (before, after), None = none; ``moved`` departments whose level changes, and
    ``shifts`` others whose score does, each the furthest first; ``changed`` how many scores move;
    ``departments`` how many are compared; ``largest`` the largest rank shift. ``levels`` False
    where one of the two has no levels (sample-scaled).
    """

    round: str
    city: tuple[float | None, float | None]
    moved: tuple[Shift, ...]
    shifts: tuple[Shift, ...]
    changed: int
    departments: int
    largest: int
    levels: bool


def base_frameworks(access: Access) -> list[Base]:
    """Frameworks that a draft can start from: the one for new rounds, the one that ships, then the
    newest first."""
    authorize(access.user, "framework.read")
    current, shipped = (
        f"{one.id}@{one.version}"
        for one in (registry.current_framework(access.workspace), default_framework())
    )
    stored = reversed(registry.framework_names(access.workspace))
    return [
        Base(name, name == shipped, name == current)
        for name in dict.fromkeys((current, shipped, *stored))
    ]


def start_framework_draft(
    access: Access, base: str, content: bytes | None = None, file: str = "framework.yaml"
) -> Draft:
    """Open a draft from a stored framework ``ID@VERSION``, or from the bytes of a file.

    Raises Refused: E915 for an unknown framework, or all problems of a file that is no framework;
    the file is kept in any case.
    """
    with refusals_recorded(access, "framework.draft", base or file):
        authorize(access.user, "framework.edit", base)
        if content is None:
            framework = registry.framework_named(access.workspace, base)
            raw = to_yaml(plain_content(framework))
            sha256 = batches.store_raw(access.workspace, raw, f"{base}.yaml")
        else:
            sha256 = batches.store_raw(access.workspace, content, file)
            framework, findings = check_framework(read_document(content))
            if framework is None:
                raise Refused(findings)
        plain = plain_content(framework)
        plain["version"] = _next_version(access, framework)
        first = {
            "kind": KIND,
            "base": f"{framework.id}@{framework.version}",
            "framework": plain,
            "judgements": {},
        }
        draft = progress.new_draft(access.workspace, access.user.id, sha256, first)
        _record(access, str(first["base"]), "started", draft.id)
    return draft


def framework_drafts(access: Access) -> list[Draft]:
    """The user's framework drafts, the newest first."""
    authorize(access.user, "framework.edit")
    held = progress.open_drafts(access.workspace, access.user.id)
    return [one for one in held if one.content.get("kind") == KIND]


def framework_draft(access: Access, id: str | None = None) -> Draft | None:
    """One of the user's framework drafts, the newest without an id; None when it is gone."""
    authorize(access.user, "framework.edit", id or "")
    held = framework_drafts(access)
    return next((one for one in held if id in (None, one.id)), None)


def discard_framework_draft(access: Access, draft: Draft) -> None:
    """Forget a draft of one's own; what it started from stays. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    if framework_draft(access, draft.id) is None:
        return
    with access.workspace.writing() as connection:
        progress.end_draft(connection, draft)
    access.workspace.forget()
    _record(access, str(draft.content["base"]), "discarded", draft.id)


def draft_view(access: Access, draft: Draft) -> DraftView:
    """The draft with its problems and its changes against what it was started from."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    framework, findings = check_content(content)
    before = plain_content(draft_base(access, draft))
    return DraftView(
        draft.id,
        str(draft.content["base"]),
        before,
        content,
        framework,
        tuple(named_finding(one, content) for one in findings),
        tuple(changes(before, content)),
        last_edit(access, draft),
    )


def draft_base(access: Access, draft: Draft) -> Framework:
    """What the draft was started from. Raises Refused when the file it came from is wrong."""
    authorize(access.user, "framework.edit", draft.id)
    raw = batches.raw_content(access.workspace, draft.sha256)
    framework, findings = check_framework(raw)
    if framework is None:
        raise Refused(findings)
    return framework


def base_scores(access: Access, draft: Draft, round_id: str, *, seed: int = 1) -> Scores:
    """A round scored under what the draft was started from, for `impact`."""
    authorize(access.user, "score.read", round_id)
    return framework_scores(access, round_id, draft_base(access, draft), draws=DRAWS, seed=seed)


def impact(
    access: Access,
    draft: Draft,
    round_id: str,
    *,
    before: Scores | None = None,
    seed: int = 1,
) -> Impact:
    """What the draft changes in a round against what it was started from.

    ``before`` are the `base_scores`, where they are at hand. Departments that are withheld under
    either framework are left out. Raises Refused for a draft with errors and for a round without
    data.
    """
    authorize(access.user, "score.read", round_id)
    framework, findings = check_content(_content(draft))
    if framework is None:
        raise Refused(findings)
    if before is None:
        before = base_scores(access, draft, round_id, seed=seed)
    after = framework_scores(access, round_id, framework, draws=DRAWS, seed=seed)
    return _difference(before, after)


def _difference(before: Scores, after: Scores) -> Impact:
    # A department whose only data are of parts that came or went is there on one side alone.
    places = {one.id: d for d, one in enumerate(after.departments)}
    both = [d for d, one in enumerate(before.departments) if one.id in places]
    there = [places[before.departments[d].id] for d in both]
    names = [dict(before.departments[d].name) for d in both]
    shown = ~(before.hidden[both, 0] | after.hidden[there, 0])
    levels = not (before.sample_scaled or after.sample_scaled)
    old, new = before.score[both, 0], after.score[there, 0]
    old_level, new_level = before.level[both], after.level[there]
    scored = shown & np.isfinite(old) & np.isfinite(new)
    apart = np.where(scored, np.abs(new - old), 0.0)
    order = [int(d) for d in np.argsort(-apart, kind="stable")]
    moved = [d for d in order if levels and shown[d] and old_level[d] != new_level[d]]
    others = [d for d in order if apart[d] > 1e-9 and d not in moved]

    def shift(d: int) -> Shift:
        levelled = (int(old_level[d]), int(new_level[d])) if levels else (0, 0)
        return Shift(names[d], _number(old[d]), _number(new[d]), *levelled)

    return Impact(
        before.round,
        (_number(before.city.score[0]), _number(after.city.score[0])),
        tuple(shift(d) for d in moved),
        tuple(shift(d) for d in others[:LISTED]),
        int((apart > 1e-9).sum()),
        int(scored.sum()),
        int(np.abs(_ranks(new[scored]) - _ranks(old[scored])).max(initial=0)),
        levels,
    )


def adopt_draft(access: Access, draft: Draft) -> dict[str, Any]:
    """Make the draft the framework for new rounds; then the draft is done with.

    Raises Refused with the draft's problems, E914 when its version is taken, or E920 when another
    tab saved in between.
    """
    with refusals_recorded(access, "framework.use", str(draft.content.get("base"))):
        authorize(access.user, "framework.use")
        framework, findings = check_content(_content(draft))
        if framework is None:
            raise Refused(findings)
    return use_framework(access, to_yaml(_content(draft)), draft)


def draft_file(access: Access, draft: Draft) -> tuple[str, bytes]:
    """Name and bytes of the draft as a framework file."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    return f"{content.get('framework')}-{content.get('version')}.yaml", to_yaml(content)


def draft_codebook(access: Access, draft: Draft, language: str) -> tuple[str, bytes]:
    """Name and bytes of an .xlsx that describes every part. Raises Refused for a wrong draft."""
    authorize(access.user, "framework.edit", draft.id)
    from reports.codebook import codebook

    framework, findings = check_content(_content(draft))
    if framework is None:
        raise Refused(findings)
    return f"{framework.id}-{framework.version}-codebook.xlsx", codebook(framework, language)


def _content(draft: Draft) -> Content:
    held: Any = draft.content["framework"]
    return dict(held)


def _record(access: Access, base: str, result: str, id: str) -> None:
    detail: Mapping[str, object] = {"draft": id}
    with access.workspace.writing() as connection:
        registry.record(connection, access.user.id, "framework.draft", base, result, detail)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ranks(values: np.ndarray) -> np.ndarray:
    return 1 + (values[None] > values[:, None] + 1e-9).sum(axis=1)


def _next_version(access: Access, framework: Framework) -> str:
    """The version with its last number raised until it is free."""
    head, _, tail = framework.version.rpartition(".")
    number = int(tail) if tail.isdigit() else 0
    head = head if tail.isdigit() else framework.version
    taken = {one.name for one in base_frameworks(access)}
    while True:
        number += 1
        version = f"{head}.{number}" if head else str(number)
        if f"{framework.id}@{version}" not in taken:
            return version
