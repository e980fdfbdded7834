"""Faults of the database as refusals that a person can act on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from indicators.findings import Finding, Refused
from survey_data.workspace.location import shown_location, without_secrets

# Codes of SQLite (sqlite.org/rescode.html) and of PostgreSQL (appendix A). A write beyond the
# allowed size of files or beyond a quota fails as an I/O error, only a full disk as one.
_SQLITE = {
    "E901": ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE"),
    "E905": ("SQLITE_BUSY", "SQLITE_LOCKED"),
    "E906": ("SQLITE_CORRUPT",),
}
_POSTGRESQL = {
    "E901": ("53100",),
    "E905": ("55P03", "40P01"),
    "E906": ("42P01", "42703", "XX001", "XX002"),
}
_MISSING = ("no such table", "no such column")


class WorkspaceUnusable(Refused):
    """The workspace cannot be used; nothing was changed."""


@contextmanager
def faults_said(place: str) -> Iterator[None]:
    """Turn the database's faults into `WorkspaceUnusable`; what is a fault of ours passes."""
    try:
        yield
    except exc.DBAPIError as error:
        code = _code(error)
        if code is None:
            raise
        raise unusable(code, place, error.orig) from error
    except (json.JSONDecodeError, exc.NoResultFound) as error:
        # Only what was stored is read as JSON in a transaction; a row that has to be there is gone.
        raise unusable("E906", place, error) from error


def unusable(
    code: str, place: str, error: BaseException | None = None, problem: object = ""
) -> WorkspaceUnusable:
    """``problem``: in the words of the system or in every language; else ``error`` says it."""
    if error is not None and not problem:
        problem = without_secrets((str(error).splitlines() or [""])[0], place)
    return WorkspaceUnusable(
        Finding(code, params={"place": shown_location(place), "problem": problem})
    )


def _code(error: exc.DBAPIError) -> str | None:
    name = getattr(error.orig, "sqlite_errorname", None)
    state = getattr(error.orig, "sqlstate", None)
    if any(str(error.orig).startswith(text) for text in _MISSING):
        return "E906"
    for code, names in _SQLITE.items():
        if name and name.startswith(names):
            return code
    for code, states in _POSTGRESQL.items():
        if state in states:
            return code
    # What a server does not understand is ours; what the driver does not is the URL's.
    local = isinstance(error.orig, sqlite3.Error)
    misused = isinstance(error, exc.ProgrammingError) and (local or state is not None)
    return None if misused or isinstance(error, exc.IntegrityError) else "E902"
