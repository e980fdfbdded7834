"""Rounds: list, make, bind to a framework, publish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.access import Access, authorize
from actions.audit import refusals_recorded
from indicators.findings import Finding, Refused
from survey_data.answers.decisions import screening_rules
from survey_data.workspace import batches, decisions, registry
from survey_data.workspace.registry import RoundInfo


def list_rounds(access: Access) -> list[RoundInfo]:
    """All rounds in time order."""
    authorize(access.user, "round.read")
    return registry.rounds(access.workspace)


def rounds_report(access: Access) -> dict[str, Any]:
    """All rounds with their batches as contract.md 4 has them."""
    return {
        "rounds": [
            {
                "id": info.id,
                "name": dict(info.name),
                "starts_on": info.starts_on,
                "state": info.state,
                "synthetic": info.synthetic,
                "exclude": list(decisions.exclusion_rules(access.workspace, info.id)),
                "framework": {
                    "id": info.framework_id,
                    "version": info.framework_version,
                    "digest": info.framework,
                },
                "batches": [
                    {
                        "id": b.id,
                        "kind": b.kind,
                        "state": b.state,
                        "superseded_by": b.superseded_by,
                        "sha256": b.sha256,
                        "file": b.file,
                        "added_at": b.added_at,
                        "accepted": b.report.get("accepted"),
                        "rejected": b.report.get("rejected"),
                        "ignored": b.report.get("ignored"),
                        "excluded": b.report.get("excluded"),
                    }
                    for b in info.batches
                ],
            }
            for info in list_rounds(access)
        ]
    }


def new_round(access: Access, round_id: str) -> dict[str, Any]:
    """Make an empty round bound to the framework in use. Raises Refused (E916, E919)."""
    with refusals_recorded(access, "round.create", round_id):
        authorize(access.user, "round.create", round_id)
        if any(info.id == round_id for info in registry.rounds(access.workspace)):
            raise Refused(Finding("E919", params={"round": round_id}))
        framework = registry.current_framework(access.workspace)
        with access.workspace.writing() as connection:
            registry.ensure_round(connection, round_id, framework)
            registry.record(connection, access.user.id, "round.create", round_id, "done")
    return {"round": round_id, "framework": f"{framework.id}@{framework.version}"}


def bind_round(access: Access, round_id: str, framework_name: str) -> dict[str, Any]:
    """Bind a round without data to another framework."""
    detail = {"to": framework_name}
    with refusals_recorded(access, "round.bind", round_id, detail):
        authorize(access.user, "round.bind", round_id)
        registry.round_named(access.workspace, round_id)
        framework = registry.framework_named(access.workspace, framework_name)
        with access.workspace.writing() as connection:
            registry.bind_round(connection, round_id, framework)
            registry.record(connection, access.user.id, "round.bind", round_id, "done", detail)
    return {"round": round_id, "framework": framework_name}


def publish_round(access: Access, round_id: str) -> dict[str, Any]:
    """Mark a round as published."""
    with refusals_recorded(access, "round.publish", round_id):
        authorize(access.user, "round.publish", round_id)
        registry.round_named(access.workspace, round_id)
        with access.workspace.writing() as connection:
            registry.set_round_state(connection, round_id, "published")
            registry.record(connection, access.user.id, "round.publish", round_id, "done")
    return {"round": round_id, "state": "published"}


def set_exclusion_policy(access: Access, round_id: str, rules: Sequence[str]) -> dict[str, Any]:
    """Say which screening rules later survey imports of a round follow; none takes them back.

    Raises Refused (E286) for a rule that does not exist.
    """
    detail = {"exclude": list(rules)}
    with refusals_recorded(access, "round.policy", round_id, detail):
        authorize(access.user, "round.policy", round_id)
        registry.round_named(access.workspace, round_id)
        wanted, wrong = screening_rules(rules)
        if wrong:
            raise Refused(wrong)
        with access.workspace.writing() as connection:
            decisions.set_exclusion_rules(connection, round_id, wanted)
            registry.record(connection, access.user.id, "round.policy", round_id, "done", detail)
    return {"round": round_id, "exclude": wanted}


def evidence_key(access: Access, round_id: str) -> str:
    """A digest that changes with a round's evidence; part of every cache key."""
    authorize(access.user, "round.read", round_id)
    return batches.evidence_key(access.workspace, round_id)


def is_synthetic(access: Access, round_id: str) -> bool:
    """Whether a round holds made-up data."""
    authorize(access.user, "round.read", round_id)
    return registry.round_named(access.workspace, round_id).synthetic
