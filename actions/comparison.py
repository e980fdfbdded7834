"""Who is above whom, and what changed between two rounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.published import round_answers, round_evidence
from analysis.comparison.change import Change, change
from analysis.comparison.cross_reading import BY_SAMPLE, LOWER_IS_BETTER, SOURCES, cross_readings
from analysis.comparison.group_tests import dunn, games_howell, kruskal_wallis, welch
from analysis.comparison.pairwise import LEVEL, Pairwise, pairwise
from analysis.quality.departments import person_means
from indicators.answers.moments import MISSING, SurveyMoments
from indicators.findings import Finding, Refused
from indicators.framework import Framework
from indicators.scores import Scores
from survey_data.disclosure import THRESHOLD
from survey_data.workspace import registry
from survey_data.workspace.stored_answers import StoredAnswers

TIE = 0.9
"""Below this probability of being above the other two departments count as tied."""
DRAWS = 2000
FIRST = 5
"""Places of which the probability to be among them is given."""
PAIR_WIDTH = 1.645 / np.sqrt(2)
"""Standard errors on either side of a score such that two bars of equal length that just touch
differ at 90 %."""


def comparison_report(
    access: Access,
    round_id: str,
    *,
    compared: str | None = None,
    node: str = "overall",
    draws: int = DRAWS,
    seed: int = 1,
) -> dict[str, Any]:
    """Pairs, sets of ranks and letters of a round's departments, and the change since another.

    Departments without a score of the node, unrated or withheld, are left out. Raises Refused (E954
    for an unknown node, E953 when no department is left).
    """
    authorize(access.user, "comparison.read", round_id)
    scores = round_scores(access, round_id, draws=draws, seed=seed, keep_draws=True)
    if node not in scores.framework.node_index:
        raise Refused(Finding("E954", params={"node": node}))
    p = scores.framework.node_index[node]
    kept = np.flatnonzero(scores.counted(node)).tolist()
    if not kept:
        raise Refused(Finding("E953", params={"round": round_id}))
    assert scores.draws is not None
    found = pairwise(scores.score[kept, p], scores.draws[:, kept, p].astype(float))
    evidence, framework = round_evidence(access, round_id)
    held = round_answers(access, round_id, framework)
    shown = {scores.departments[d].id for d in kept}
    fewest = 2 if evidence.withheld is None else THRESHOLD
    tests = (
        {} if evidence.survey is None else _tests(evidence.survey, framework, held, shown, fewest)
    )
    return {
        "round": round_id,
        "node": node,
        "seed": seed,
        "draws": draws,
        "level": LEVEL,
        "synthetic": registry.round_named(access.workspace, round_id).synthetic,
        "units": _units(scores, kept, found, p),
        "pairs": _pairs(scores, kept, found),
        "scales": tests,
        "cross_reading": _cross_reading(scores, node, kept),
        "change": None if compared is None else _changed(access, scores, compared, p, draws, seed),
    }


def _units(scores: Scores, kept: list[int], found: Pairwise, p: int) -> list[dict[str, Any]]:
    assert scores.draws is not None
    drawn = scores.draws[:, kept, p].astype(float)
    places = np.argsort(np.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable")
    exact = (scores.high[kept, p] - scores.low[kept, p]) <= 0
    spread = np.where(exact, 0.0, drawn.std(axis=0, ddof=1))
    return [
        {
            "id": scores.departments[d].id,
            "name": dict(scores.departments[d].name),
            "group": scores.departments[d].group,
            "level": int(scores.level[d]) or None,
            "half_width": PAIR_WIDTH * float(spread[k]),
            "p_first_five": float((places[:, k] < FIRST).mean()),
            "score": {
                "score": float(scores.score[d, p]),
                "low": float(scores.low[d, p]),
                "high": float(scores.high[d, p]),
                "coverage": float(scores.coverage[d, p]),
            },
            "rank": {
                "low": int(found.rank_low[k]),
                "nominal": int(found.rank[k]),
                "high": int(found.rank_high[k]),
            },
            "marginal_rank": {
                "low": int(found.marginal_low[k]),
                "high": int(found.marginal_high[k]),
            },
            "letters": found.letters[k],
        }
        for k, d in enumerate(kept)
    ]


def _pairs(scores: Scores, kept: list[int], found: Pairwise) -> list[dict[str, Any]]:
    """Every two departments, the one with the higher score first."""
    order = sorted(range(len(kept)), key=lambda k: int(found.rank[k]))
    ids = [scores.departments[d].id for d in kept]
    return [
        {
            "above": ids[a],
            "below": ids[b],
            "difference": float(found.difference[a, b]),
            "probability": float(found.above[a, b]),
            "p_holm": float(found.p[a, b]),
            "tied": bool(found.above[a, b] < TIE),
        }
        for place, a in enumerate(order)
        for b in order[place + 1 :]
    ]


def _cross_reading(scores: Scores, node: str, kept: list[int]) -> dict[str, Any] | None:
    """Ranks by other rules over the node's children; None where there are no such ranks."""
    rows, criteria, readings = cross_readings(scores, node, np.array(kept, dtype=np.intp))
    if not readings:
        return None
    ids = [scores.departments[d].id for d in rows]
    return {
        "criteria": list(criteria),
        "methods": {
            one.method: {
                "source": SOURCES[one.method],
                "depends_on_sample": one.method in BY_SAMPLE,
                "higher_is_better": one.method not in LOWER_IS_BETTER,
                "agreement": one.agreement if np.isfinite(one.agreement) else None,
                "units": {
                    id: {"value": float(value) if np.isfinite(value) else None, "rank": int(rank)}
                    for id, value, rank in zip(ids, one.value, one.rank, strict=True)
                },
            }
            for one in readings
        },
    }


def _tests(
    moments: SurveyMoments,
    framework: Framework,
    held: StoredAnswers,
    shown: set[str],
    fewest: int,
) -> dict[str, Any]:
    """Tests of differences between departments of at least ``fewest`` people, on person means."""
    found = {}
    rows = np.array([d in shown for d in moments.departments])
    ids = np.array(moments.departments)
    dimensions = {d.id for factor in framework.factors for d in factor.dimensions}
    for scale, totals in moments.persons.items():
        if scale not in dimensions:
            continue
        n, means, _ = person_means(totals, listwise=False)
        variance = _variances(totals.sums, len(totals.items), n)
        usable = rows & (n >= fewest) & (variance > 0)
        if usable.sum() < 2:
            continue
        arguments = n[usable].astype(float), means[usable], variance[usable]
        test = welch(*arguments)
        by_mean = games_howell(*arguments)
        means_of_people, labels = _people(held, framework, totals.items)
        group = {id: place for place, id in enumerate(ids[usable].tolist())}
        inside = np.array([d in group for d in labels], dtype=bool) & ~np.isnan(means_of_people)
        from scipy.stats import rankdata

        ranks = rankdata(means_of_people[inside])
        codes = np.array([group[d] for d in np.array(labels)[inside].tolist()])
        ranked, by_rank = kruskal_wallis(ranks, codes), dunn(ranks, codes)
        found[scale] = {
            "departments": int(usable.sum()),
            "welch": {"f": test.statistic, "df1": test.df1, "df2": test.df2, "p": test.p},
            "kruskal": {"h": ranked.statistic, "df": ranked.df1, "p": ranked.p},
            "pairs": len(by_rank.p),
            "games_howell_different": int((by_mean.p < 1 - LEVEL).sum()),
            "dunn_different": int((by_rank.p < 1 - LEVEL).sum()),
        }
    return found


def _variances(sums: np.ndarray, items: int, n: np.ndarray) -> np.ndarray:
    """Variance of person means by department, of people with half of the items answered."""
    answered = np.arange(items + 1)
    counted = (answered > 0) & (2 * answered >= items)
    share = np.where(counted, 1.0 / np.maximum(answered, 1), 0.0)
    first, second = sums[:, :, 1] @ share, sums[:, :, 2] @ share**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(second - first**2 / n, 0.0) / (n - 1)


def _people(
    held: StoredAnswers, framework: Framework, items: tuple[str, ...]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Directed person means (n,), NaN below half of the items, and people's departments."""
    at = [held.items.index(item) for item in items]
    reverse = {item.id: item.reverse for item in framework.items}
    codes = held.codes[:, at].astype(float)
    codes[held.codes[:, at] == MISSING] = np.nan
    for place, item in enumerate(items):
        if reverse[item]:
            scale = framework.scale_of(item)
            codes[:, place] = scale.min + scale.max - codes[:, place]
    known = (~np.isnan(codes)).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.nansum(codes, axis=1) / known
    return np.where(2 * known >= len(items), means, np.nan), held.department


def _changed(
    access: Access, scores: Scores, compared: str, p: int, draws: int, seed: int
) -> dict[str, Any]:
    """The change since another round, re-scored under this round's framework."""
    framework = f"{scores.framework.id}@{scores.framework.version}"
    then = round_scores(
        access, compared, draws=draws, seed=seed, framework=framework, keep_draws=True
    )
    found: Change = change(scores, then)
    own = registry.round_named(access.workspace, compared).framework
    units = [
        {
            "id": department.id,
            "name": dict(department.name),
            "difference": float(found.difference[d, p]),
            "low": float(found.low[d, p]),
            "high": float(found.high[d, p]),
            "p_up": float(found.p_up[d, p]),
            "p_useful": float(found.p_useful[d, p]),
        }
        for d, department in enumerate(scores.departments)
        if np.isfinite(found.difference[d, p])
    ]
    return {
        "with": compared,
        "framework": framework,
        "rescored": own != scores.framework.digest,
        "units": units,
    }
