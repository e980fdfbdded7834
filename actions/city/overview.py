"""The leader's pages: the city at a glance, and one department."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.published import round_evidence
from analysis.city.change import city_change
from analysis.city.overview import CityOverview, city_overview
from analysis.city.profile import Profile, profile
from analysis.comparison.change import change
from indicators.scores import Scores
from survey_data.workspace import registry


@dataclass(frozen=True)
class Choices:
    """What a view can choose from: rounds with data in time order, newest last."""

    rounds: tuple[str, ...]
    departments: tuple[tuple[str, dict[str, str], str], ...]


def view_choices(access: Access) -> Choices:
    """Rounds that hold data, and the departments with their groups."""
    authorize(access.user, "round.read")
    with_data = tuple(
        info.id
        for info in registry.rounds(access.workspace)
        if any(batch.state == "active" for batch in info.batches)
    )
    listed = registry.departments(access.workspace)
    return Choices(with_data, tuple((d.id, dict(d.name), d.group) for d in listed))


def city_view(
    access: Access, round_id: str, compared: str | None = None, *, draws: int = 2000, seed: int = 1
) -> CityOverview:
    """Everything that the overview of a round shows, compared with another round if asked."""
    authorize(access.user, "score.read", round_id)
    info = registry.round_named(access.workspace, round_id)
    now = round_scores(access, round_id, draws=draws, seed=seed, keep_draws=True)
    then = _comparable(access, now, compared, draws, seed)
    evidence, _ = round_evidence(access, round_id)
    present = {d.id for d in now.departments}
    rostered = registry.rostered_ids(access.workspace)
    absent = tuple(
        dict(d.name)
        for d in registry.departments(access.workspace)
        if d.id in rostered and d.id not in present
    )
    return city_overview(
        now,
        evidence.metrics,
        evidence.metric_ids,
        then=then,
        change=None if then is None else change(now, then),
        city_change=None if then is None else city_change(now, then),
        synthetic=info.synthetic,
        state=info.state,
        absent=absent,
    )


def shown_departments(access: Access, round_id: str, *, seed: int = 1) -> frozenset[str]:
    """Departments of a round whose overall score is there and not withheld."""
    authorize(access.user, "score.read", round_id)
    # The point estimate does not depend on the draws; these are the fewest that scoring takes.
    scores = round_scores(access, round_id, draws=100, seed=seed)
    there = np.isfinite(scores.score[:, 0]) & ~scores.hidden[:, 0]
    return frozenset(
        department.id for department, known in zip(scores.departments, there, strict=True) if known
    )


def department_view(
    access: Access,
    round_id: str,
    department: str,
    peers: tuple[str, ...] | None = None,
    *,
    draws: int = 2000,
    seed: int = 1,
) -> Profile | None:
    """Everything that a department's page shows; peers default to its group."""
    authorize(access.user, "score.read", department)
    info = registry.round_named(access.workspace, round_id)
    now = round_scores(access, round_id, draws=draws, seed=seed, keep_draws=True)
    group = {d.id: d.group for d in now.departments}
    if peers is None:
        peers = tuple(id for id, own in group.items() if own == group.get(department))
    order = list(view_choices(access).rounds)
    before = order[: order.index(round_id)] if round_id in order else []
    earlier = [
        round_scores(access, id, draws=draws, seed=seed, keep_draws=id == before[-1])
        for id in before[-5:]
    ]
    evidence, _ = round_evidence(access, round_id)
    then = earlier[-1] if earlier and earlier[-1].nodes == now.nodes else None
    return profile(
        now,
        department,
        list(peers),
        earlier=earlier,
        compared=None if then is None else then.round,
        change=None if then is None else change(now, then),
        synthetic=info.synthetic,
        survey=evidence.survey,
    )


def _comparable(
    access: Access, now: Scores, compared: str | None, draws: int, seed: int
) -> Scores | None:
    """The other round's scores under this round's framework."""
    if compared is None or compared == now.round:
        return None
    framework = f"{now.framework.id}@{now.framework.version}"
    return round_scores(
        access, compared, draws=draws, seed=seed, framework=framework, keep_draws=True
    )
