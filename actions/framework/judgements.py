"""Comparisons in pairs for the weights of a node's children: several people, one pair at a time.

They are kept in the draft and count in the framework once `use_judgements` is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from actions.access import Access, authorize
from actions.framework.edits import set_weighting
from indicators.findings import Finding, Refused
from indicators.framework.editing.content import children, owner
from indicators.framework.editing.judging import Judging, judging, ratio_of, step_of
from indicators.framework.editing.structure import part
from indicators.framework.weighting import MOST_CHILDREN, Weighting
from indicators.weighting.pairwise import ACCEPTED_RATIO, Consistency, consistency
from survey_data.workspace import progress
from survey_data.workspace.progress import Draft

__all__ = [
    "Judgements",
    "Person",
    "add_expert",
    "choose_rule",
    "judge",
    "judgements",
    "remove_expert",
    "take_back",
    "use_judgements",
    "weights_beside",
]
METHODS = ("ahp", "ahp-geometric")
TABLES = ("saaty1980", "simulated")
LONGEST_NAME = 40


@dataclass(frozen=True)
class Person:
    """One expert's judgements. ``steps`` of the pairs judged on Saaty's scale, −k for the second
    outweighing the first; ``accepted`` is False for a ratio above 0.1."""

    name: str
    state: Judging
    steps: dict[tuple[str, str], int]
    suggested_step: int | None
    accepted: bool


@dataclass(frozen=True)
class Judgements:
    """Comparisons for one node. ``joint`` weights by child under both rules, and ``consistency`` of
    the geometric mean of the matrices of those who judged every pair (``finished``); None before.

    ``in_framework``: the draft's weights come from just these judgements.
    """

    node: str
    children: tuple[str, ...]
    names: dict[str, dict[str, str]]
    method: str
    table: str
    people: tuple[Person, ...]
    finished: tuple[str, ...]
    joint: dict[str, dict[str, float]]
    consistency: Consistency | None
    in_framework: bool

    @property
    def comparable(self) -> bool:
        return 2 <= len(self.children) <= MOST_CHILDREN

    def person(self, name: str) -> Person:
        return next(one for one in self.people if one.name == name)


def judgements(access: Access, draft: Draft, node: str) -> Judgements:
    """Everybody's comparisons of a node's children, and what they give together."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    listed = children(_content(draft), node)
    ids = tuple(one.id for one in listed)
    table = held["random_index"]
    comparable = 2 <= len(ids) <= MOST_CHILDREN
    states = [
        (str(one["name"]), judging(one["pairs"], ids, table))
        for one in (held["experts"] if comparable else ())
    ]
    people = tuple(
        Person(
            name,
            state,
            {pair: step_of(ratio) for pair, ratio in state.ratios.items()},
            None if state.revision is None else step_of(state.revision.suggested),
            state.consistency is None or state.consistency.ratio <= ACCEPTED_RATIO,
        )
        for name, state in states
    )
    block = _block(held, states)
    joint: dict[str, dict[str, float]] = {}
    together = None
    if block is not None:
        for method in METHODS:
            found = Weighting.model_validate({**block, "method": method})
            joint[method] = dict(zip(ids, found.weights(ids), strict=True))
        together = consistency(Weighting.model_validate(block).joint_matrix(ids), table)
    return Judgements(
        node,
        ids,
        {one.id: _both(one.entry.get("name"), one.id) for one in listed},
        held["method"],
        table,
        people,
        tuple(name for name, state in states if state.complete),
        joint,
        together,
        block is not None and _same(owner(_content(draft), node).entry.get("weighting"), block),
    )


def add_expert(access: Access, draft: Draft, node: str, name: str) -> Draft:
    """Begin another person's comparisons. Raises Refused: E965 for a name that is blank, too long or
    there already, E920."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or any(one["name"] == name for one in held["experts"]):
        raise Refused(Finding("E965", params={"name": name, "longest": LONGEST_NAME}))
    held["experts"].append({"name": name, "pairs": []})
    return _save(access, draft, node, held)


def remove_expert(access: Access, draft: Draft, node: str, name: str) -> Draft:
    """Take a person's comparisons out of the draft. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    held["experts"] = [one for one in held["experts"] if one["name"] != name]
    return _save(access, draft, node, held)


def judge(
    access: Access, draft: Draft, node: str, name: str, pair: tuple[str, str], step: int
) -> Draft:
    """Say how much the first of a pair outweighs the second, 9 … 1 … −9. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    expert = _expert(held, name)
    kept = [one for one in expert["pairs"] if {one[0], one[1]} != set(pair)]
    expert["pairs"] = [*kept, [pair[0], pair[1], ratio_of(step)]]
    return _save(access, draft, node, held)


def take_back(access: Access, draft: Draft, node: str, name: str) -> Draft:
    """Undo a person's last judgement. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    expert = _expert(held, name)
    expert["pairs"] = expert["pairs"][:-1]
    return _save(access, draft, node, held)


def choose_rule(access: Access, draft: Draft, node: str, method: str, table: str) -> Draft:
    """``ahp`` or ``ahp-geometric``, and the table of random indices. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    held = {**_held(draft, node), "method": method, "random_index": table}
    return _save(access, draft, node, held)


def use_judgements(access: Access, draft: Draft, node: str) -> Draft:
    """Let the node's weights come from those who judged every pair; the judgements then stand in
    the framework file and count in its digest. Raises Refused: E966 when nobody has, E920."""
    authorize(access.user, "framework.edit", draft.id)
    held = _held(draft, node)
    ids = tuple(one.id for one in children(_content(draft), node))
    states = [(str(one["name"]), judging(one["pairs"], ids)) for one in held["experts"]]
    block = _block(held, states)
    if block is None:
        raise Refused(Finding("E966", params={"node": node}))
    return set_weighting(access, draft, node, block)


def weights_beside(
    access: Access, draft: Draft, node: str, reports: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Weights of a node's children by several methods: method → child → (weight, low, high).

    ``equal``, the ones ``given`` in the draft (while it is valid), those of the judgements, and of
    ``reports`` (method → `actions.diagnosis.weights_report`) with their 90 % bootstrap range.
    """
    from indicators.framework.file import check_content

    authorize(access.user, "framework.edit", draft.id)
    found = judgements(access, draft, node)
    beside = {"equal": {child: 1 / len(found.children) for child in found.children}}
    framework, _ = check_content(_content(draft))
    if framework is not None:
        weights = np.array(framework.node(node).weights)
        beside["given"] = dict(zip(found.children, (weights / weights.sum()).tolist(), strict=True))
    ranged = {
        method: {child: (weight, weight, weight) for child, weight in listed.items()}
        for method, listed in {**beside, **found.joint}.items()
    }
    for method, report in reports.items():
        of_node = report["nodes"].get(node)
        if of_node is not None:
            ranged[method] = {
                child: (one["weight"], one["low"], one["high"])
                for child, one in of_node["children"].items()
                if child in found.children
            }
    return ranged


def _held(draft: Draft, node: str) -> dict[str, Any]:
    """A copy of a node's judgements to change; at first those of the framework itself. Raises
    Refused (E968)."""
    kept: Any = draft.content.get("judgements") or {}
    written = part(_content(draft), node).entry.get("weighting")
    held = kept.get(node) or written or {}
    if held.get("method", "ahp") not in METHODS:
        held = {}
    experts = [
        {"name": str(one.get("name") or place), "pairs": list(one.get("pairs") or ())}
        for place, one in enumerate(held.get("experts") or (), start=1)
    ]
    return {
        "method": held.get("method", METHODS[0]),
        "random_index": held.get("random_index", TABLES[0]),
        "experts": experts,
    }


def _block(held: Mapping[str, Any], states: list[tuple[str, Judging]]) -> dict[str, Any] | None:
    """The weighting block of those who judged every pair; None when nobody has."""
    experts = [
        {"name": name, "pairs": [[a, b, ratio] for (a, b), ratio in state.ratios.items()]}
        for name, state in states
        if state.complete and state.pairs
    ]
    if not experts:
        return None
    return {"method": held["method"], "random_index": held["random_index"], "experts": experts}


def _same(written: Any, block: dict[str, Any]) -> bool:
    """Whether a weighting block says what these judgements say, in whatever order of pairs."""
    if not isinstance(written, dict) or written.get("method") != block["method"]:
        return False
    if written.get("random_index", TABLES[0]) != block["random_index"]:
        return False

    def said(one: Mapping[str, Any]) -> Any:
        return [
            (e.get("name") or "", sorted((a, b, round(r, 9)) for a, b, r in e["pairs"]))
            for e in one["experts"]
        ]

    return said(written) == said(block)


def _expert(held: Mapping[str, Any], name: str) -> dict[str, Any]:
    for one in held["experts"]:
        if one["name"] == name:
            return one
    raise Refused(Finding("E967", params={"name": name}))


def _save(access: Access, draft: Draft, node: str, held: dict[str, Any]) -> Draft:
    kept: Any = draft.content.get("judgements") or {}
    content = {**draft.content, "judgements": {**kept, node: held}}
    return progress.save_draft(access.workspace, draft, content)


def _content(draft: Draft) -> dict[str, Any]:
    held: Any = draft.content["framework"]
    return held


def _both(name: Any, id: str) -> dict[str, str]:
    return {"zh": id, "en": id} | name if isinstance(name, dict) else {"zh": id, "en": id}
