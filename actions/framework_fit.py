"""How a framework draft fits the data that are there: what rounds could not score under it, and
which of their data it would no longer use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from actions.access import Access, authorize
from actions.framework_drafts import draft_base
from indicators.findings import Finding
from indicators.framework import Framework
from indicators.framework.file import check_content
from locales import text
from survey_data.workspace import batches, registry
from survey_data.workspace.progress import Draft


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
    ``findings`` say it with code, place and fix.
    """

    round: str
    bound: str
    unscored: tuple[str, ...]
    unused: tuple[str, ...]
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
    used = {*(item.id for item in draft.items), *draft.metric_ids}
    bound = data.framework
    return RoundFit(
        data.round,
        f"{bound.id}@{bound.version}",
        tuple(str(one.where["path"]) for one in new if one.code == "W303"),
        tuple(id for id in (*(i.id for i in bound.items), *bound.metric_ids)
              if id in data.held and id not in used),
        tuple(new),
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
