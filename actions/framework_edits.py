"""One edit of a framework draft at a time, each kept as soon as it is made."""

from __future__ import annotations

from typing import Any

from actions.access import Access, authorize
from indicators.framework.content import Content, Field, children, owner, plain_content, with_value
from indicators.framework.file import check_content
from survey_data.workspace import progress
from survey_data.workspace.progress import Draft


def edit_framework(access: Access, draft: Draft, id: str, field: Field, value: Any) -> Draft:
    """Set one value of the part with an id (a node, an item, a gate, ``overall``); None takes it
    out, so that its default holds.

    A draft may be wrong on the way. Raises Refused (E920) when another tab saved in between.
    """
    authorize(access.user, "framework.edit", draft.id)
    return _save(access, draft, with_value(_content(draft), id, field, value))


def keep_weights(access: Access, draft: Draft, id: str) -> Draft:
    """Write the weights that judgements gave a node's children as plain numbers, and take the
    judgements out of the framework. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    framework, _ = check_content(content)
    if framework is not None:
        node = framework.node(id)
        for child, weight in zip(node.children, node.weights, strict=True):
            content = with_value(content, child, ("weight",), weight)
        content = with_value(content, id, ("weighting",), None)
    return _save(access, draft, content)


def reset_weights(access: Access, draft: Draft, id: str) -> Draft:
    """Give the children of a node equal weights. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    content = with_value(_content(draft), id, ("weighting",), None)
    for child in children(content, id):
        content = with_value(content, child.id, ("weight",), None)
    return _save(access, draft, content)


def set_weighting(access: Access, draft: Draft, id: str, weighting: dict[str, Any]) -> Draft:
    """Write judgements as the source of a node's weights; what the block says of its own source
    stays. Raises Refused (E920)."""
    authorize(access.user, "framework.edit", draft.id)
    content = _content(draft)
    before = owner(content, id).entry.get("weighting") or {}
    kept = {key: before[key] for key in ("source", "status") if key in before}
    return _save(access, draft, with_value(content, id, ("weighting",), {**weighting, **kept}))


def _save(access: Access, draft: Draft, content: Content) -> Draft:
    """Valid content is kept without its defaults, so that comparing shows what differs alone."""
    framework, _ = check_content(content)
    plain = content if framework is None else plain_content(framework)
    held = {**draft.content, "framework": plain}
    return progress.save_draft(access.workspace, draft, held)


def _content(draft: Draft) -> Content:
    held: Any = draft.content["framework"]
    return held
