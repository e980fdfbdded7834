"""One edit of a framework draft at a time, each kept as soon as it is made, and taken back again."""

from __future__ import annotations

from typing import Any

from actions.access import Access, authorize
from indicators.findings import Finding, Refused
from indicators.framework.editing.content import (
    CHILDREN,
    Content,
    Field,
    Owner,
    children,
    plain_content,
    with_value,
)
from indicators.framework.editing.history import step_back, stepped_back
from indicators.framework.editing.structure import part
from indicators.framework.file import check_content
from survey_data.workspace import progress
from survey_data.workspace.progress import Draft

STEPS = 100
"""Edits that can be taken back."""


def edit_framework(access: Access, draft: Draft, id: str, field: Field, value: Any) -> Draft:
    """Set one value of the part with an id (a node, an item, a gate, ``overall``); None takes it
    out, so that its default holds.

    A draft may be wrong on the way. Raises Refused: E968 for an unknown part, E920 when another tab
    saved in between.
    """
    authorize(access.user, "framework.edit", draft.id)
    try:
        content = with_value(_content(draft), id, field, value)
    except KeyError:
        raise Refused(Finding("E968", where={"path": id}, params={"id": id})) from None
    return keep_content(access, draft, content, "edit", id)


def keep_weights(access: Access, draft: Draft, id: str) -> Draft:
    """Write the weights that judgements gave a node's children as plain numbers, and take the
    judgements out of the framework. Raises Refused: E968 for an unknown node, E920."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    _node(content, id)
    framework, _ = check_content(content)
    if framework is not None:
        node = framework.node(id)
        for child, weight in zip(node.children, node.weights, strict=True):
            content = with_value(content, child, ("weight",), weight)
        content = with_value(content, id, ("weighting",), None)
    return keep_content(access, draft, content, "weights", id)


def reset_weights(access: Access, draft: Draft, id: str) -> Draft:
    """Give the children of a node equal weights. Raises Refused: E968 for an unknown node, E920."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    _node(content, id)
    content = with_value(content, id, ("weighting",), None)
    for child in children(content, id):
        content = with_value(content, child.id, ("weight",), None)
    return keep_content(access, draft, content, "weights", id)


def set_weighting(access: Access, draft: Draft, id: str, weighting: dict[str, Any]) -> Draft:
    """Write judgements as the source of a node's weights; what the block says of its own source
    stays. Raises Refused: E968 for an unknown node, E920."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    before = _node(content, id).entry.get("weighting") or {}
    kept = {key: before[key] for key in ("source", "status") if key in before}
    changed = with_value(content, id, ("weighting",), {**weighting, **kept})
    return keep_content(access, draft, changed, "weights", id)


def keep_content(access: Access, draft: Draft, content: Content, what: str, id: str) -> Draft:
    """Save the next content of a draft, so that it can be taken back; ``what`` was done to a part:
    edit, weights, add, move, remove.

    Valid content is kept without its defaults, so that comparing shows what differs alone. Raises
    Refused (E920).
    """
    authorize(access.user, "framework.edit", draft.id)
    framework, _ = check_content(content)
    plain = content if framework is None else plain_content(framework)
    before, past = _content(draft), _past(draft)
    if plain != before:
        past = [*past, [what, id, step_back(before, plain)]][-STEPS:]
    held = {**draft.content, "framework": plain, "past": past}
    return progress.save_draft(access.workspace, draft, held)


def last_edit(access: Access, draft: Draft) -> tuple[str, str] | None:
    """What was done last, and to which part; None when there is nothing to take back."""
    authorize(access.user, "framework.edit", draft.id)
    past = _past(draft)
    return (past[-1][0], past[-1][1]) if past else None


def undo_edit(access: Access, draft: Draft) -> Draft:
    """Take the last edit back. Without one nothing changes. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    past = _past(draft)
    if not past:
        return draft
    before = stepped_back(_content(draft), past[-1][2])
    held = {**draft.content, "framework": before, "past": past[:-1]}
    return progress.save_draft(access.workspace, draft, held)


def _node(content: Content, id: str) -> Owner:
    """A node that others stand under. Raises Refused (E968)."""
    held = part(content, id)
    if held.kind not in CHILDREN:
        raise Refused(Finding("E968", where={"path": id}, params={"id": id}))
    return held


def _past(draft: Draft) -> list[Any]:
    held: Any = draft.content.get("past") or []
    return list(held)


def _content(draft: Draft) -> Content:
    held: Any = draft.content["framework"]
    return held
