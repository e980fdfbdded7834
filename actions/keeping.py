"""Keeping a workspace: a backup that was read again, bringing it back, and what is wrong with it."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from actions.access import Access, User, authorize
from actions.audit import refusals_recorded
from actions.server_address import LOOPBACK, check_address
from indicators.findings import Refused
from indicators.program import program_version
from locales import text
from survey_data.workspace import default_location, opening, registry
from survey_data.workspace.keeping import backup, checks
from survey_data.workspace.keeping.checks import Check
from survey_data.workspace.keeping.container import Manifest
from survey_data.workspace.keeping.digests import Contents

ACTION = checks.BACKUP


def backup_workspace(
    access: Access, name: str, target: AbstractContextManager[Path]
) -> dict[str, Any]:
    """Write a backup, read it again, and only then record it as made.

    A workspace of an older version, or one that may not be written, is copied as it is; no line is
    added to its trail.

    Parameters
    ----------
    name : the backup's file name, for the trail
    target : gives the file to write and, once it is whole, its name

    Raises
    ------
    Refused
        E938 when what was read again is not what is stored, and what ``target`` raises.
    """
    recorded = backup.takes_lines(access.workspace)
    with refusals_recorded(access, ACTION, name) if recorded else nullcontext():
        authorize(access.user, ACTION, name)
        with target as file:
            report = _said(backup.back_up(access.workspace, file, program_version()))
            report["size"] = file.stat().st_size
        if recorded:
            detail = {"made_at": report["made_at"], "sha256": report["sha256"]}
            with access.workspace.writing() as connection:
                registry.record(connection, access.user.id, ACTION, name, "done", detail)
    return {**report, "verified": True}


def restore_workspace(user: User, location: str | None, file: Path) -> dict[str, Any]:
    """Bring a backup to a place where nothing is.

    Raises Refused: E939 where something is, E921, E938, E941 for the file, E926 for the folder.
    """
    authorize(user, "workspace.restore")
    found = backup.restore(file, location or default_location(), user.id)
    return {
        "workspace": found.location,
        **_said(found.manifest),
        "upgraded_to": opening.HEAD,
        "interrupted_jobs": found.interrupted,
        "verified": True,
    }


def check_workspace(user: User, location: str | None, *, quick: bool = False) -> dict[str, Any]:
    """What is sound, what asks for attention and what is wrong; nothing is created or changed.

    ``quick``: without reading every index and every stored file. Raises WorkspaceUnusable when the
    database cannot be opened.
    """
    authorize(user, "workspace.check")
    found = [*checks.check(location or default_location(), quick=quick), _address()]
    return {
        "ok": all(one.state != "refused" for one in found),
        "checks": [
            {"id": one.id, "state": one.state, "message": one.message, "fix": one.fix}
            for one in found
        ],
    }


def _address() -> Check:
    """The app gives the owner's rights to whoever reaches it, so that only this machine may."""
    try:
        address = check_address(os.environ.get("FOURFOLD_ADDRESS", LOOPBACK))
    except Refused as refusal:
        return Check("address", "refused", refusal.first.message, refusal.first.fix)
    return Check("address", "ok", text("doctor.address-own", address=address))


def _said(manifest: Manifest) -> dict[str, Any]:
    """A manifest without the list of blobs, which are counted."""
    contents: Contents = manifest.contents
    return {
        "made_at": manifest.made_at,
        "program": manifest.program,
        "engine": manifest.engine,
        "revision": manifest.revision,
        "sha256": manifest.sha256,
        "tables": {
            name: {"rows": one.rows, "sha256": one.sha256}
            for name, one in sorted(contents.tables.items())
        },
        "blobs": {
            "count": len(contents.blobs),
            "bytes": sum(one.bytes for one in contents.blobs),
        },
    }
