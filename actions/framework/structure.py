"""Parts of a framework draft added, moved and removed: factors, dimensions, indicators, items.

What is right, `check_content` alone decides, as for a file. An edit that would bring a new error
is refused with it, but for two that further edits mend: an emptied node (E318) and judgements that
do not cover a new child yet (E317), which stand in the draft until they are mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.access import Access, authorize
from actions.framework.edits import keep_content
from actions.framework.fit import RoundData, round_data
from actions.measures.catalogue import catalogue_in_use
from indicators.findings import Finding, Refused
from indicators.framework.editing.content import Content, named_finding, owner, owners, value
from indicators.framework.editing.form import FormField, form_fields
from indicators.framework.editing.structure import (
    CHILD,
    Reference,
    below,
    free_id,
    free_item_ids,
    moved_part,
    part,
    references,
    siblings,
    with_part,
    without_part,
    without_references,
)
from indicators.framework.file import check_content
from survey_data.workspace.progress import Draft

__all__ = [
    "FormField",
    "Places",
    "Reference",
    "Removal",
    "SpareItem",
    "add_part",
    "item_ids",
    "move_part",
    "part_form",
    "part_places",
    "removal",
    "remove_part",
    "spare_items",
]
PENDING = ("E317", "E318")


@dataclass(frozen=True)
class SpareItem:
    """An item that could be asked under another indicator: its ``home`` in the draft, or, where the
    draft has it not, the ``round`` that has answers to it. ``scale`` holds where it is, None for the
    response scale."""

    id: str
    text: dict[str, str]
    reverse: bool
    home: str | None
    round: str | None
    scale: tuple[int, int] | None


@dataclass(frozen=True)
class Places:
    """Where a part can stand: the nodes of its parent's kind, and its siblings in each. It stands
    under ``parent``, behind ``after``, ``""`` for first. ``child`` is the kind of what can be added
    under it, None for nothing, under the id ``free``."""

    kind: str
    parent: str
    after: str
    child: str | None
    free: str
    parents: dict[str, dict[str, str]]
    siblings: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Removal:
    """What goes with a part: ``parts`` below it, what names them, measures of the catalogue that
    act on them, and by round the items and metrics whose data no score would use."""

    id: str
    parts: tuple[str, ...]
    references: tuple[Reference, ...]
    measures: tuple[str, ...]
    data: dict[str, tuple[str, ...]]


def part_form(access: Access, kind: str) -> tuple[FormField, ...]:
    """The fields of a part, from the schema: factor, dimension, indicator, metric, item."""
    authorize(access.user, "framework.edit")
    return form_fields(kind)


def part_places(
    access: Access, draft: Draft, id: str, data: Iterable[RoundData] | None = None
) -> Places:
    """Where a part can be moved to, and what can be added under it. Raises Refused (E968)."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    held = part(content, id)
    parents = {
        one.id: _words(one.entry, "name", one.id)
        for one in owners(content)
        if CHILD.get(one.kind) == held.kind
        and not (held.kind == "item" and one.entry.get("metric") is not None)
    }
    beside = {one: tuple(s for s in siblings(content, one) if s != id) for one in parents}
    child = CHILD.get(held.kind) if held.entry.get("metric") is None else None
    free = free_id(content, id, _taken(access, data)) if child else ""
    order = ("", *(siblings(content, held.parent) if held.parent in parents else (id,)))
    after = order[order.index(id) - 1]
    return Places(held.kind, held.parent or "", after, child, free, parents, beside)


def item_ids(
    access: Access,
    draft: Draft,
    indicator: str,
    number: int,
    data: Iterable[RoundData] | None = None,
) -> tuple[str, ...]:
    """Ids for so many new items of an indicator, which need not be there yet."""
    authorize(access.user, "framework.edit", draft.id)
    return free_item_ids(_content(draft), indicator, number, _taken(access, data))


def spare_items(
    access: Access, draft: Draft, data: Iterable[RoundData] | None = None
) -> tuple[SpareItem, ...]:
    """Items that an indicator can be made of: those of the draft, then answered ones that it lacks."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    rounds = round_data(access) if data is None else data
    found = {
        one.id: SpareItem(
            one.id,
            _words(one.entry, "text", one.id),
            bool(one.entry.get("reverse")),
            one.parent,
            None,
            _ends(value(owner(content, str(one.parent)).entry, ("survey", "scale"))),
        )
        for one in owners(content)
        if one.kind == "item"
    }
    taken, usual = {one.id for one in owners(content)}, _ends(content.get("response_scale"))
    for round in rounds:
        for item in round.framework.items:
            if item.id in round.answered and item.id not in taken and item.id not in found:
                words = dict(item.text or {"zh": item.id, "en": item.id})
                scale = round.answered[item.id]
                found[item.id] = SpareItem(
                    item.id,
                    words,
                    item.reverse,
                    None,
                    round.round,
                    None if scale == usual else scale,
                )
    return tuple(found.values())


def add_part(
    access: Access,
    draft: Draft,
    parent: str,
    entry: Mapping[str, Any] | None,
    items: Iterable[str] = (),
    after: str | None = None,
    data: Iterable[RoundData] | None = None,
) -> Draft:
    """Put new parts under a node, in the order given: behind a sibling, first with ``""``, at the
    end with None.

    ``entry`` is the part as a file has it: a factor, dimension, indicator or item, as the parent
    asks. ``items`` are ids of `spare_items` that the new indicator, or the parent, is made of; they
    leave the indicator where they were. Raises Refused with the problems of the part, E968, E969,
    E920.
    """
    authorize(access.user, "framework.edit", draft.id)
    before = content = _content(draft)
    kind = CHILD.get(part(content, parent).kind)
    wanted = tuple(dict.fromkeys(items))
    after = _staying(siblings(content, parent), after, wanted)
    spare = {one.id: one for one in (spare_items(access, draft, data) if wanted else ())}
    for id in wanted:
        if id not in spare:
            raise Refused(Finding("E968", where={"path": id}, params={"id": id}))
    taken = []
    for id in wanted:
        taken.append(_entry_of(content, spare[id]))
        content = without_part(content, id) if spare[id].home is not None else content
    if entry is not None and kind != "item":
        scales = {spare[id].scale for id in wanted}
        entry = _with_items(entry, taken, scales.pop() if len(scales) == 1 else None)
        taken = []
    for one in (*(() if entry is None else (dict(entry),)), *taken):
        content = with_part(content, parent, one, after)
        after = None if after is None else str(one.get("id"))
    _refuse_new_errors(before, content)
    done = wanted[-1] if entry is None and wanted else str((entry or {}).get("id", parent))
    return keep_content(access, draft, content, "add", done)


def move_part(
    access: Access, draft: Draft, id: str, parent: str, after: str | None = None
) -> Draft:
    """Put a part under another node, or in another place under its own: behind a sibling, first
    with ``""``, at the end with None. Raises Refused: E968, E969, new errors, E920."""
    authorize(access.user, "framework.edit", draft.id)
    before = _content(draft)
    content = moved_part(before, id, parent, after)
    _refuse_new_errors(before, content)
    return keep_content(access, draft, content, "move", id)


def removal(
    access: Access, draft: Draft, id: str, data: Iterable[RoundData] | None = None
) -> Removal:
    """What would go if a part were removed. Raises Refused (E968)."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    part(content, id)
    ids = below(content, id)
    rounds = round_data(access) if data is None else data
    unused = {one.round: tuple(i for i in ids if i in one.held) for one in rounds}
    catalogue = catalogue_in_use(access)
    acting = [m.id for m in catalogue.measures if {*m.effects, *m.side_effects} & set(ids)]
    return Removal(
        id,
        ids[1:],
        tuple(references(content, ids)),
        tuple(acting),
        {round: held for round, held in unused.items() if held},
    )


def remove_part(access: Access, draft: Draft, id: str, with_references: bool = True) -> Draft:
    """Take a part out with all under it, and, unless told otherwise, out of the gates, outcomes,
    factor models and judgements that name it; those are errors of the draft else.

    Raises Refused: E968, E969, E920.
    """
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    part(content, id)
    ids = below(content, id)
    content = without_part(content, id)
    if with_references:
        content = without_references(content, ids)
    return keep_content(access, draft, content, "remove", id)


def _taken(access: Access, data: Iterable[RoundData] | None) -> set[str]:
    """Ids of before: they would bring along their answers, and be taken for the same parts."""
    rounds = round_data(access) if data is None else data
    return {key for one in rounds for key in one.known}


def _staying(order: tuple[str, ...], after: str | None, going: Collection[str]) -> str | None:
    """The sibling to stand behind: where that one itself is put anew, the last before it that is
    not, or the first place."""
    if after not in order or after not in going:
        return after
    ahead = order[: order.index(after)]
    return next((one for one in reversed(ahead) if one not in going), "")


def _entry_of(content: Content, item: SpareItem) -> Content:
    """The item as a file has it."""
    if item.home is not None:
        return part(content, item.id).entry
    return {"id": item.id, "text": item.text} | ({"reverse": True} if item.reverse else {})


def _with_items(
    entry: Mapping[str, Any], items: list[Content], scale: tuple[int, int] | None
) -> Content:
    """A new indicator with further items, on their scale unless it says another."""
    if not items:
        return dict(entry)
    held = entry.get("survey")
    survey = dict(held) if isinstance(held, dict) else {}
    survey["items"] = [*items, *(survey.get("items") or ())]
    if scale is not None:
        survey.setdefault("scale", {"min": scale[0], "max": scale[1]})
    return {**entry, "survey": survey}


def _ends(scale: Any) -> tuple[int, int] | None:
    return (scale["min"], scale["max"]) if isinstance(scale, dict) else None


def _refuse_new_errors(before: Content, after: Content) -> None:
    framework, found = check_content(after)
    if framework is not None:
        return
    named = [named_finding(one, after) for one in found]
    had = [named_finding(one, before) for one in check_content(before)[1]]
    known = {(one.code, one.where.get("path")) for one in had}
    new = [
        one
        for one in named
        if one.severity == "error"
        and one.code not in PENDING
        and (one.code, one.where.get("path")) not in known
    ]
    if new:
        raise Refused(new)


def _words(entry: Mapping[str, Any], key: str, id: str) -> dict[str, str]:
    words = entry.get(key)
    held = words if isinstance(words, dict) else {}
    return {lang: str(held.get(lang) or id) for lang in ("zh", "en")}


def _content(draft: Draft) -> Content:
    held: Any = draft.content["framework"]
    return held
