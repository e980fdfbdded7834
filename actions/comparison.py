"""Who is above whom, and what changed between two rounds."""

from __future__ import annotations

from actions.access import Access, authorize
from actions.city.scoring import round_scores
from actions.published import round_answers, round_evidence
from analysis.comparison.report import Comparison, comparison
from analysis.comparison.scale_tests import Answers
from indicators.findings import Finding, Refused
from survey_data.disclosure import THRESHOLD
from survey_data.workspace import registry

DRAWS = 2000


def comparison_report(
    access: Access,
    round_id: str,
    *,
    compared: str | None = None,
    node: str = "overall",
    draws: int = DRAWS,
    seed: int = 1,
) -> Comparison:
    """Pairs, sets of ranks and letters of a round's departments, and the change since another.

    Departments without a score of the node, unrated or withheld, are left out. Raises Refused (E954
    for an unknown node, E953 when no department is left).
    """
    authorize(access.user, "comparison.read", round_id)
    scores = round_scores(access, round_id, draws=draws, seed=seed, keep_draws=True)
    if node not in scores.framework.node_index:
        raise Refused(Finding("E954", params={"node": node}))
    if not scores.counted(node).any():
        raise Refused(Finding("E953", params={"round": round_id}))
    then, rescored = None, False
    if compared is not None:
        own = f"{scores.framework.id}@{scores.framework.version}"
        then = round_scores(
            access, compared, draws=draws, seed=seed, framework=own, keep_draws=True
        )
        framework = registry.round_named(access.workspace, compared).framework
        rescored = framework != scores.framework.digest
    return comparison(
        scores,
        node,
        answers=_answers(access, round_id),
        then=then,
        rescored=rescored,
        synthetic=registry.round_named(access.workspace, round_id).synthetic,
    )


def _answers(access: Access, round_id: str) -> Answers | None:
    evidence, framework = round_evidence(access, round_id)
    if evidence.survey is None:
        return None
    held = round_answers(access, round_id, framework)
    fewest = 2 if evidence.withheld is None else THRESHOLD
    return Answers(evidence.survey, held.items, held.codes, held.department, fewest)
