"""The plain content of a framework file, as an editor changes it: look up, set, compare.

Content is what a YAML file holds: dictionaries, lists, texts and numbers. It may be wrong on the
way; `indicators.framework.file.check_content` says how.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

from indicators.findings import Finding
from indicators.framework.model import Framework

Content = dict[str, Any]
Field = tuple[str, ...]
"""Steps from an owner to one of its values: ``("metric", "goalposts")``."""

ROOT = "overall"
PARENT: Field = ("parent",)
"""In changes: where a part stands."""
CHILDREN = {"overall": "factors", "factor": "dimensions", "dimension": "indicators"}
_KINDS = {"factors": "factor", "dimensions": "dimension", "indicators": "indicator"}
_LISTS = {**_KINDS, "items": "item", "gates": "gate", "register": "register", "outcomes": "outcome"}
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Owner:
    """A part of the content that bears an id: a node of the tree, an item, a gate."""

    id: str
    kind: str
    parent: str | None
    depth: int
    entry: Content


@dataclass(frozen=True)
class Change:
    """One value that two contents do not share; None where one of them has it not."""

    owner: str
    kind: str
    field: Field
    before: Any
    after: Any


def plain_content(framework: Framework) -> Content:
    """A framework as file content, defaults left out: equal frameworks give equal contents."""
    return framework.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def to_yaml(content: Content) -> bytes:
    """The content as a framework file."""
    text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text.encode()


def owners(content: Content) -> Iterator[Owner]:
    """Everything with an id, parents before children; the root is ``overall``."""
    yield Owner(ROOT, "overall", None, 0, content)
    yield from _below(content, ROOT, 1)


def _below(entry: Content, parent: str, depth: int) -> Iterator[Owner]:
    for key, kind in _LISTS.items():
        holder = entry.get("survey") if key == "items" else entry
        listed = holder.get(key) if isinstance(holder, dict) else None
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and "id" in one:
                yield Owner(str(one["id"]), kind, parent, depth, one)
                yield from _below(one, str(one["id"]), depth + 1)


def owner(content: Content, id: str) -> Owner:
    """The part with an id. Raises KeyError when there is none."""
    for one in owners(content):
        if one.id == id:
            return one
    raise KeyError(id)


def children(content: Content, id: str) -> tuple[Owner, ...]:
    """Direct children in the tree of a node; empty for an indicator."""
    kinds = set(_KINDS.values())
    return tuple(one for one in owners(content) if one.parent == id and one.kind in kinds)


def value(entry: Content, field: Field) -> Any:
    """The value at a field, None where it is not written."""
    found: Any = entry
    for step in field:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def with_value(content: Content, id: str, field: Field, new: Any) -> Content:
    """A copy in which one value is set; None takes it out. Raises KeyError for an unknown id."""
    changed = copy.deepcopy(content)
    entry = owner(changed, id).entry
    for step in field[:-1]:
        inner = entry.get(step)
        if not isinstance(inner, dict):
            # `normalisation: minmax` and its like: the short form gives way to the long one.
            inner = {}
            entry[step] = inner
        entry = inner
    if new is None:
        entry.pop(field[-1], None)
    else:
        entry[field[-1]] = new
    return changed


def changes(before: Content, after: Content) -> list[Change]:
    """What differs, by the ids of the parts: first what was there before, in its order.

    A part that came or went is one change, of its ``parent``, whatever it holds; one that moved
    too. Children that stayed in another order are a change of the node's ``order``.
    """
    was, now = _identities(before), _identities(after)
    lone = was.keys() ^ now.keys()
    old, new = _known(before, was, lone), _known(after, now, lone)
    found = [
        Change(id, kind, field, old.get((id, kind, field)), new.get((id, kind, field)))
        for id, kind, field in dict.fromkeys((*old, *new))
        if old.get((id, kind, field)) != new.get((id, kind, field))
    ]
    kinds = {one.id: one.kind for one in was.values()}
    orders = [_orders(side, was, now) for side in (was, now)]
    found += [
        Change(id, kinds[id], ("order",), order, orders[1][id])
        for id, order in orders[0].items()
        if order != orders[1][id]
    ]
    return found


_Identity = tuple[str, str]


def _identities(content: Content) -> dict[_Identity, Owner]:
    return {(one.id, one.kind): one for one in owners(content)}


def _orders(
    side: dict[_Identity, Owner], was: dict[_Identity, Owner], now: dict[_Identity, Owner]
) -> dict[str, list[str]]:
    """Of each node the children that are its own before and after, as they stand on one side."""
    found: dict[str, list[str]] = {}
    for key, one in side.items():
        if key in was and key in now and one.parent and was[key].parent == now[key].parent:
            found.setdefault(one.parent, []).append(one.id)
    return found


def _known(
    content: Content, parts: dict[_Identity, Owner], lone: Collection[_Identity]
) -> dict[tuple[str, str, Field], Any]:
    """The facts of a content; of lone parts their parent alone, and of parts below those nothing."""
    gone = {id for id, _ in lone}
    return {
        (id, kind, field): held
        for (id, kind, field), held in _facts(content)
        if (id, kind) not in lone or (field == PARENT and parts[id, kind].parent not in gone)
    }


def _facts(content: Content) -> Iterator[tuple[tuple[str, str, Field], Any]]:
    for one in owners(content):
        if one.parent is not None:
            yield (one.id, one.kind, PARENT), one.parent
        yield from _values(one.entry, (one.id, one.kind), ())


def _values(
    entry: Content, whose: tuple[str, str], path: Field
) -> Iterator[tuple[tuple[str, str, Field], Any]]:
    for key, held in entry.items():
        step = (*path, str(key))
        if key in _LISTS and _is_list_of_parts(held):
            continue
        if key == "levels" and isinstance(held, list):
            for one in held:
                if isinstance(one, dict):
                    yield from _values(one, (str(one.get("level")), "level"), ())
        elif isinstance(held, dict):
            yield from _values(held, whose, step)
        else:
            yield (*whose, step), held


def _is_list_of_parts(held: Any) -> bool:
    return isinstance(held, list) and all(isinstance(e, dict) and "id" in e for e in held)


def named_path(content: Content, path: str) -> str:
    """A place in the content as people find it: from the last id on the way, ``P1-1.metric`` for
    ``factors[0].dimensions[0].indicators[0].metric``."""
    held: Any = content
    said: list[str] = []
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(held, list) and step.isdigit() and int(step) < len(held):
            held = held[int(step)]
            name = held.get("id", held.get("level")) if isinstance(held, dict) else None
            if isinstance(held, dict) and isinstance(held.get("id"), str):
                said = []
            said.append(step if name is None else str(name))
        else:
            held = held.get(step) if isinstance(held, dict) else None
            said.append(step)
    return ".".join(said)


def named_finding(finding: Finding, content: Content) -> Finding:
    """The finding with its place by ids: content that is being edited has no lines."""
    path, first = finding.where.get("path"), finding.params.get("first")
    if path:
        finding = replace(finding, where={**finding.where, "path": named_path(content, str(path))})
    if isinstance(first, str) and first != ROOT:
        finding = replace(finding, params={**finding.params, "first": named_path(content, first)})
    return finding
