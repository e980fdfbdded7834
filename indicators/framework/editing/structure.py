"""The tree of a framework's plain content: parts put in, moved and taken out, and what names them.

Each function returns a copy. Whether the result is a framework, `file.check_content` says.
"""

from __future__ import annotations

import copy
import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any

from indicators.findings import Finding, Refused
from indicators.framework.editing.content import ROOT, Content, Owner, owner, owners

CHILD = {"overall": "factor", "factor": "dimension", "dimension": "indicator", "indicator": "item"}
"""What stands under a node of each kind."""
_LISTS = {"factor": "factors", "dimension": "dimensions", "indicator": "indicators"}


@dataclass(frozen=True)
class Reference:
    """Something that names a part: a ``gate``, an ``outcome``, a ``latent`` of the factor model, or
    the ``judgements`` on a node's children; with its id."""

    kind: str
    id: str


def part(content: Content, id: str) -> Owner:
    """A node of the tree or an item. Raises Refused (E968) when there is none."""
    try:
        found = owner(content, id)
    except KeyError:
        found = None
    if found is None or found.kind not in (ROOT, *CHILD.values()):
        raise Refused(Finding("E968", where={"path": id}, params={"id": id}))
    return found


def below(content: Content, id: str) -> tuple[str, ...]:
    """A part and everything under it, in the order of the file."""
    inside = {id}
    for one in owners(content):
        if one.parent in inside:
            inside.add(one.id)
    return tuple(one.id for one in owners(content) if one.id in inside)


def siblings(content: Content, id: str) -> tuple[str, ...]:
    """The ids of what stands under a node, in their order."""
    wanted = CHILD.get(part(content, id).kind)
    return tuple(one.id for one in owners(content) if one.parent == id and one.kind == wanted)


def free_id(content: Content, parent: str, taken: Collection[str] = ()) -> str:
    """The first id for a new part under a node, in the manner of F1, P1, P1-1, P1-1a, that neither
    the content nor ``taken`` has."""
    kind = part(content, parent).kind
    stem = {"overall": "F", "dimension": f"{parent}-"}.get(kind, parent)
    return next(_free_ids(content, stem, taken, letters=kind == "indicator"))


def free_item_ids(
    content: Content, indicator: str, number: int, taken: Collection[str] = ()
) -> tuple[str, ...]:
    """As `free_id`, for the items of an indicator that need not be there yet."""
    return tuple(islice(_free_ids(content, indicator, taken, letters=True), number))


def with_part(content: Content, parent: str, entry: Content, after: str | None = None) -> Content:
    """Put a part under a node: behind a sibling, first with ``""``, at the end with None.

    A factor or a dimension without children begins with an empty list of them. Raises Refused: E968
    for an unknown parent or sibling, E969 when nothing stands under it.
    """
    changed = copy.deepcopy(content)
    held = part(changed, parent)
    if held.kind not in CHILD:
        raise Refused(Finding("E969", where={"path": parent}, params={"id": parent}))
    listed = _children_list(held.entry, CHILD[held.kind])
    places = [str(one.get("id")) if isinstance(one, dict) else "" for one in listed]
    if after and after not in places:
        raise Refused(Finding("E968", where={"path": after}, params={"id": after}))
    at = len(listed) if after is None else places.index(after) + 1 if after else 0
    new = copy.deepcopy(entry)
    holds = _LISTS.get(CHILD.get(CHILD[held.kind], ""), "")
    if holds:
        new.setdefault(holds, [])
    listed.insert(at, new)
    return changed


def without_part(content: Content, id: str) -> Content:
    """Take a part out with all under it. Raises Refused: E968, E969 for the whole framework."""
    changed = copy.deepcopy(content)
    held = part(changed, id)
    if held.parent is None:
        raise Refused(Finding("E969", where={"path": id}, params={"id": id}))
    listed = _children_list(owner(changed, held.parent).entry, held.kind)
    listed[:] = [one for one in listed if one is not held.entry]
    return changed


def moved_part(content: Content, id: str, parent: str, after: str | None = None) -> Content:
    """Put a part under another node of the same kind as its own; see `with_part`.

    Judgements in pairs on the old node's children lose it. Raises Refused: E968, E969.
    """
    held = part(content, id)
    if CHILD.get(part(content, parent).kind) != held.kind:
        raise Refused(Finding("E969", where={"path": id}, params={"id": id}))
    changed = without_part(content, id)
    if parent != held.parent and held.parent is not None:
        _unjudged(owner(changed, held.parent).entry, {id})
    return with_part(changed, parent, held.entry, None if after == id else after)


def references(content: Content, ids: Collection[str]) -> list[Reference]:
    """What names any of these parts from elsewhere."""
    return _without_references(copy.deepcopy(content), set(ids))


def without_references(content: Content, ids: Collection[str]) -> Content:
    """Take these ids out of what names them: a gate or an outcome that would ask nothing goes."""
    changed = copy.deepcopy(content)
    _without_references(changed, set(ids))
    return changed


def _free_ids(
    content: Content, stem: str, taken: Collection[str], *, letters: bool
) -> Iterator[str]:
    used = {*taken, *(one.id for one in owners(content))}
    ends = chain(string.ascii_lowercase if letters else (), count(1))
    return (stem + str(end) for end in ends if stem + str(end) not in used)


def _children_list(entry: Content, kind: str) -> list[Any]:
    """The list of an entry that holds children of a kind, made where there is none."""
    key = "items" if kind == "item" else _LISTS[kind]
    if kind == "item":
        inner = entry.get("survey")
        entry["survey"] = entry = inner if isinstance(inner, dict) else {}
    held = entry.get(key)
    entry[key] = held = held if isinstance(held, list) else []
    return held


def _without_references(content: Content, ids: set[str]) -> list[Reference]:
    """Takes the ids out of the content in place; what named them."""
    found: list[Reference] = []
    for key, kind, keeps in (
        ("gates", "gate", _keeps_gate),
        ("outcomes", "outcome", _keeps_outcome),
    ):
        listed = content.get(key)
        for one in list(listed) if isinstance(listed, list) else ():
            named, stays = keeps(one, ids) if isinstance(one, dict) else (False, True)
            if named:
                found.append(Reference(kind, str(one.get("id", one.get("ref")))))
            if not stays:
                content[key].remove(one)
    held = content.get("cfa")
    models: dict[str, Any] = held if isinstance(held, dict) else {}
    for latent, members in list(models.items()):
        kept = [one for one in members if one not in ids] if isinstance(members, list) else members
        if kept != members:
            found.append(Reference("latent", str(latent)))
            models[latent] = kept
            if not kept:
                del models[latent]
    for one in owners(content):
        if one.kind in CHILD and _unjudged(one.entry, ids):
            found.append(Reference("judgements", one.id))
    return found


def _keeps_gate(gate: Content, ids: set[str]) -> tuple[bool, bool]:
    """Whether a gate names one of the ids, and whether it stays without them."""
    when, nodes = gate.get("when"), gate.get("nodes")
    if isinstance(when, dict) and when.get("indicator") in ids:
        return True, False
    if isinstance(nodes, dict) and ids & set(nodes):
        gate["nodes"] = {id: least for id, least in nodes.items() if id not in ids}
        return True, bool(gate["nodes"])
    return False, True


def _keeps_outcome(outcome: Content, ids: set[str]) -> tuple[bool, bool]:
    named = outcome.get("ref") in ids
    return named, not named


def _unjudged(entry: Content, ids: set[str]) -> bool:
    """Takes the ids out of the judgements on an entry's children; whether they were in them."""
    block = entry.get("weighting")
    experts = block.get("experts") if isinstance(block, dict) else None
    if not isinstance(block, dict) or not isinstance(experts, list):
        return False
    kept = []
    for one in experts:
        left = _left_of(one, ids)
        if left == one or _judges(left):
            kept.append(left)
    changed = kept != experts
    experts[:] = kept
    if not kept and changed:
        del entry["weighting"]
    return changed


def _left_of(expert: Content, ids: set[str]) -> Content:
    """A person's judgements without those on the ids."""
    left = {
        key: held for key, held in expert.items() if key not in ("best", "worst") or held not in ids
    }
    if "pairs" in left:
        left["pairs"] = [pair for pair in left["pairs"] if not ids & {pair[0], pair[1]}]
    for key in ("points", "best_to", "to_worst"):
        if key in left:
            left[key] = {id: held for id, held in left[key].items() if id not in ids}
    return left


def _judges(expert: Content) -> bool:
    """Whether a person compares a pair, gives a point, or names a best and a worst."""
    points = expert.get("points") or {}
    return bool(expert.get("pairs")) or any(points.values()) or {"best", "worst"} <= expert.keys()
