"""How a framework draft fits the data that are there: what rounds could not score under it, which
of their data it would no longer use, and which would answer another question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.framework.drafts import draft_base
from indicators.findings import Finding
from indicators.framework import Framework
from indicators.framework.file import check_content
from locales import LANGUAGES, text, translate
from survey_data.workspace import batches, registry
from survey_data.workspace.progress import Draft

WORDS = ("text", "name", "definition", "formula")
"""What words a question; everything else of it says how its answers count."""


@dataclass(frozen=True)
class RoundData:
    """What a round holds: ``answered`` items with the scale of their answers, ``valued`` metrics,
    and the framework it is bound to."""

    round: str
    framework: Framework
    answered: dict[str, tuple[int, int]]
    valued: frozenset[str]

    @cached_property
    def held(self) -> frozenset[str]:
        """Items and metrics with data that the round's own framework uses."""
        return self.known & {*self.answered, *self.valued}

    @cached_property
    def known(self) -> frozenset[str]:
        """Ids of the nodes, items and metrics of the round's own framework."""
        own = self.framework
        return frozenset((*own.node_ids, *(item.id for item in own.items), *own.metric_ids))


@dataclass(frozen=True)
class RoundFit:
    """What a draft would break in a round, against what the draft was started from.

    ``bound`` is the framework of the round, ``ID@VERSION``; ``unscored`` indicators of the draft
    that get no score for want of data; ``unused`` items and metrics whose data no score would use;
    ``changed`` ones that ask something else than the round did under the same id; ``findings`` say
    it with code, place and fix.
    """

    round: str
    bound: str
    unscored: tuple[str, ...]
    unused: tuple[str, ...]
    changed: tuple[str, ...]
    findings: tuple[Finding, ...]


def round_data(access: Access) -> tuple[RoundData, ...]:
    """What is there of each round that has data, the newest first."""
    authorize(access.user, "score.read")
    found = []
    for info in reversed(registry.rounds(access.workspace)):
        moments = batches.survey_moments(access.workspace, info.id)
        cells = batches.metric_cells(access.workspace, info.id)
        if moments is None and not cells:
            continue
        answered = {
            item: scale
            for item, scale, counts in (
                zip(moments.items, moments.scales, moments.counts, strict=True) if moments else ()
            )
            if counts.sum() > 0
        }
        valued = frozenset(metric for _, metric, _, value, _ in cells if np.isfinite(value))
        framework = registry.framework_by_digest(access.workspace, info.framework)
        found.append(RoundData(info.id, framework, answered, valued))
    return tuple(found)


def round_fits(
    access: Access, draft: Draft, data: Iterable[RoundData] | None = None
) -> tuple[RoundFit, ...]:
    """What the draft would break in each round of ``data`` (`round_data`); nothing while the draft
    has errors, which come first."""
    authorize(access.user, "framework.edit", draft.id)
    held: dict = draft.content["framework"]  # type: ignore[assignment]
    framework, _ = check_content(dict(held))
    if framework is None:
        return ()
    base = draft_base(access, draft)
    if base.digest == framework.digest:
        return ()
    return tuple(_fit(base, framework, one) for one in (data or round_data(access)))


def _fit(base: Framework, draft: Framework, data: RoundData) -> RoundFit:
    had = {(one.code, one.where["path"]) for one in _findings(base, data)}
    new = [one for one in _findings(draft, data) if (one.code, one.where["path"]) not in had]
    other = _other_questions(base, draft, data)
    used = {*(item.id for item in draft.items), *draft.metric_ids}
    bound = data.framework
    return RoundFit(
        data.round,
        f"{bound.id}@{bound.version}",
        tuple(str(one.where["path"]) for one in new if one.code == "W303"),
        tuple(id for id in (*(i.id for i in bound.items), *bound.metric_ids)
              if id in data.held and id not in used),
        tuple(str(one.where["path"]) for one in other),
        (*new, *other),
    )  # fmt: skip


def _findings(framework: Framework, data: RoundData) -> list[Finding]:
    """What a round cannot score under a framework, by the rules of scoring: an indicator needs
    answers to half of its items, or values of its metric; a node needs an indicator."""
    found: list[Finding] = []

    def warn(code: str, path: str, **params: object) -> None:
        where = {"path": path}
        found.append(Finding(code, "warning", where, {"round": data.round, **params}))

    scored = set()
    for one in framework.measured:
        if one.survey is None:
            if one.id in data.valued:
                scored.add(one.id)
            else:
                warn("W303", one.id, indicator=one.id, what=text("structure.no-values"))
            continue
        items = [item.id for item in one.survey.items]
        silent = [item for item in items if item not in data.answered]
        if 2 * len(silent) > len(items):
            what = text("structure.no-answers", items=", ".join(silent))
            warn("W303", one.id, indicator=one.id, what=what)
            continue
        scored.add(one.id)
        if silent:
            warn("W304", one.id, indicator=one.id, items=", ".join(silent))
        for item in items:
            scale = framework.scale_of(item)
            if data.answered.get(item, (scale.min, scale.max)) != (scale.min, scale.max):
                low, high = data.answered[item]
                warn(
                    "W305",
                    item,
                    item=item,
                    held=f"{low}–{high}",
                    given=f"{scale.min}–{scale.max}",
                )
    for node in sorted((n for n in framework.nodes if n.children), key=lambda n: -n.depth):
        if scored & set(node.children):
            scored.add(node.id)
        else:
            warn("W306", node.id, node=node.id)
    return found


def _other_questions(base: Framework, draft: Framework, data: RoundData) -> list[Finding]:
    """Items and metrics with data that the draft's edits made another question than the round's."""
    before, asked = _questions(base), _questions(data.framework)
    found = []
    for key, now in _questions(draft).items():
        _, id = key
        if key not in asked or id not in data.held or now == before.get(key):
            continue
        was = asked[key]
        # A text that the round's framework left out may be written down without harm.
        differs = [one for one in was if one in now and was[one] not in (None, now[one])]
        counts = [one for one in differs if one not in WORDS]
        params: dict[str, object] = {"id": id, "round": data.round}
        if counts:
            shown = [*counts, *(["words"] if len(counts) < len(differs) else [])]
            found.append(
                Finding("W307", "warning", {"path": id}, {**params, "differs": _listed(shown)})
            )
        elif differs:
            held, given = was[differs[0]], now[differs[0]] or text("structure.no-words")
            found.append(
                Finding("W308", "warning", {"path": id}, {**params, "held": held, "given": given})
            )
    return found


def _questions(framework: Framework) -> dict[tuple[str, str], dict[str, Any]]:
    """What makes each item and metric the question that it is; a scale is compared with answers."""
    found: dict[tuple[str, str], dict[str, Any]] = {
        ("item", one.id): {"reverse": one.reverse, "text": one.text} for one in framework.items
    }
    for one in framework.measured:
        if one.metric is not None:
            found["metric", one.id] = {
                "direction": one.metric.direction,
                "unit": one.metric.unit,
                "over_periods": one.metric.over_periods,
                "name": one.name,
                "definition": one.definition,
                "formula": one.formula,
            }
    for field in framework.register_fields:
        found["metric", field.id] = {
            "unit": field.unit,
            "over_periods": field.over_periods,
            "name": field.name,
            "definition": field.definition,
        }
    return found


def _listed(parts: Iterable[str]) -> dict[str, str]:
    return {
        lang: translate("wording.comma", lang).join(
            translate(f"structure.differs-{one}", lang) for one in parts
        )
        for lang in LANGUAGES
    }
