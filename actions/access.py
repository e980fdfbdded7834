"""Who asks, and what they may do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from indicators.findings import Finding, Refused
from survey_data.workspace import (
    Workspace,
    existing_workspace,
    open_workspace,
    typed_location,
    workspace_files,
)

__all__ = [
    "OWNER",
    "ROLES",
    "Access",
    "User",
    "authorize",
    "existing_access",
    "open_access",
    "workspace_files",
]

ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset(
        {
            "framework.read",
            "framework.check",
            "framework.edit",
            "framework.use",
            "departments.read",
            "departments.import",
            "round.read",
            "round.create",
            "round.bind",
            "round.publish",
            "round.policy",
            "batch.import",
            "draft.edit",
            "job.run",
            "measures.read",
            "measures.edit",
            "scenario.read",
            "scenario.edit",
            "simulate.run",
            "optimise.run",
            "answers.export",
            "comparison.read",
            "diagnosis.read",
            "quality.read",
            "robustness.read",
            "score.read",
            "template.read",
            "demo.load",
            "workspace.backup",
            "workspace.check",
            "workspace.restore",
        }
    ),
}
"""What each role may do. Whatever is not listed is refused."""


@dataclass(frozen=True)
class User:
    id: str
    roles: frozenset[str]


OWNER = User("owner", frozenset({"owner"}))
"""The one user of a workspace that is used locally."""


def user_named(id: str) -> User:
    """The owner; until there are accounts, anybody else may do nothing."""
    return OWNER if id == OWNER.id else User(id, frozenset())


@dataclass(frozen=True)
class Access:
    """A user at a workspace. ``published``: results of few answers are withheld."""

    workspace: Workspace
    user: User = OWNER
    published: bool = False

    @property
    def scope(self) -> str:
        """What cached results depend on beside their evidence; part of every cache key."""
        # The location may hold a password, and what a key is part of may be stored.
        place = hashlib.sha256(self.workspace.location.encode()).hexdigest()[:16]
        roles = ",".join(sorted(self.user.roles))
        return f"{place}|{roles}|{self.view}"

    @property
    def typed_location(self) -> str:
        """The workspace as it is typed after ``--workspace``; without a password."""
        return typed_location(self.workspace.location)

    @property
    def view(self) -> str:
        """What of the results is shown: ``published`` or ``all``."""
        return "published" if self.published else "all"


def authorize(user: User, action: str, object: str = "") -> None:
    """Raises Refused (E922) unless one of the user's roles allows the action."""
    if not any(action in ROLES.get(role, frozenset()) for role in user.roles):
        raise Refused(Finding("E922", params={"action": action, "object": object}))


def open_access(location: str | None, *, published: bool = False, create: bool = True) -> Access:
    """The owner at a workspace named by path or URL, or at the default one.

    ``create``: whether one that is not there is made, and an older one brought up to date.
    """
    return Access(open_workspace(location, create=create), OWNER, published)


def existing_access(location: str | None) -> Access:
    """The owner at a workspace that is there, as it is: nothing is created or migrated."""
    return Access(existing_workspace(location))


def still_there(access: Access) -> None:
    """Raises WorkspaceUnusable when what was opened has gone or another has taken its place."""
    with access.workspace.reading():
        pass
