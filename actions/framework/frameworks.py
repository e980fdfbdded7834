"""Frameworks: check a file, show one, adopt one for new rounds."""

from __future__ import annotations

import hashlib
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from indicators.findings import Refused
from indicators.framework import Framework, load_framework
from indicators.framework.file import check_framework as check_file
from survey_data.reading import read_document
from survey_data.workspace import progress, registry
from survey_data.workspace.progress import Draft


def check_framework(access: Access, content: bytes) -> dict[str, Any]:
    """What a framework file holds. Raises Refused with all its problems."""
    authorize(access.user, "framework.check")
    framework, findings = check_file(read_document(content))
    if framework is None:
        raise Refused(findings)
    return {**_summary(framework), "issues": [finding.as_json() for finding in findings]}


def show_framework(access: Access, name: str | None = None) -> dict[str, Any]:
    """The adopted framework, or one by ``ID@VERSION``, whole."""
    authorize(access.user, "framework.read")
    framework = (
        registry.framework_named(access.workspace, name)
        if name
        else registry.current_framework(access.workspace)
    )
    content = framework.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {**_summary(framework), "content": content}


def use_framework(access: Access, content: bytes, draft: Draft | None = None) -> dict[str, Any]:
    """Adopt a framework for new rounds; rounds that exist keep theirs. The draft that it comes from
    is done with.

    Raises Refused: the problems of the content, E914 when its version is taken, E920 when the draft
    was changed in between.
    """
    with refusals_recorded(access, "framework.use", hashlib.sha256(content).hexdigest()):
        authorize(access.user, "framework.use")
        framework = load_framework(read_document(content))
        with access.workspace.writing() as connection:
            if draft is not None:
                progress.end_draft(connection, draft)
            registry.use_framework(connection, framework)
            registry.record(
                connection,
                access.user.id,
                "framework.use",
                f"{framework.id}@{framework.version}",
                "done",
                {"digest": framework.digest},
            )
        if draft is not None:
            access.workspace.forget()
    return _summary(framework)


def framework_of(access: Access, round_id: str | None = None) -> Framework:
    """The framework that a round is bound to, or the one for new rounds."""
    authorize(access.user, "framework.read")
    if round_id is None:
        return registry.current_framework(access.workspace)
    for info in registry.rounds(access.workspace):
        if info.id == round_id:
            return registry.framework_by_digest(access.workspace, info.framework)
    return registry.current_framework(access.workspace)


def scored_nodes(access: Access, round_id: str) -> dict[str, dict[str, str]]:
    """Names of the overall score, the factors and the dimensions that a round is scored with."""
    framework = framework_of(access, round_id)
    kinds = ("overall", "factor", "dimension")
    return {node.id: dict(node.name) for node in framework.nodes if node.kind in kinds}


def node_names(access: Access, round_id: str) -> dict[str, dict[str, str]]:
    """Names of every node and outcome of a round's framework."""
    return {node.id: dict(node.name) for node in framework_of(access, round_id).nodes}


def dimension_factors(access: Access, round_id: str) -> dict[str, int]:
    """Place of each dimension's factor."""
    factors = framework_of(access, round_id).factors
    return {d.id: place for place, factor in enumerate(factors) for d in factor.dimensions}


def _summary(framework: Framework) -> dict[str, Any]:
    return {
        "framework": framework.id,
        "version": framework.version,
        "digest": framework.digest,
        "name": framework.name,
        "factors": len(framework.factors),
        "dimensions": sum(len(factor.dimensions) for factor in framework.factors),
        "indicators": len(framework.indicators),
        "items": len(framework.items),
        "metrics": sum(1 for m in framework.indicators if m.metric),
        "core": sum(1 for m in framework.indicators if m.core),
        "levels": len(framework.levels),
        "gates": len(framework.gates),
    }
