"""Where a workspace is: a path or a URL, and how it is shown without its password."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy import exc

ENVIRONMENT = "FOURFOLD_WORKSPACE"

# One letter before the colon is a drive; with one slash a URL is misspelt, and may hold a password.
_URL = re.compile(r"[A-Za-z][\w+.-]+:/|.*://")
_HIDDEN = "***"
_SHOWN = ("host", "port")
"""Connection options that may be shown; any other may hold a secret."""


def default_location() -> str:
    """``FOURFOLD_WORKSPACE``, else a file in the user's data folder."""
    given = os.environ.get(ENVIRONMENT)
    if given:
        return given
    import platformdirs

    return str(Path(platformdirs.user_data_dir("fourfold", appauthor=False)) / "workspace.db")


def is_url(location: str) -> bool:
    return _URL.match(location) is not None


def shown_location(location: str) -> str:
    """A location for people, logs and files: a URL without its password and connection options."""
    if not is_url(location):
        return location
    url = _parsed(location)
    if url is None:
        return location.partition(":")[0] + "://…"
    harmless = {name: value for name, value in url.query.items() if name in _SHOWN}
    return url.set(query=harmless).render_as_string()


def typed_location(location: str) -> str:
    """A location as it is typed after ``--workspace`` in a shell; a password has to be put back."""
    return shlex.quote(shown_location(location))


def without_secrets(text: str, location: str) -> str:
    """What a database driver says, with nothing in it that the location keeps to itself."""
    if not is_url(location):
        return text
    url = _parsed(location)
    if url is None:
        return _HIDDEN
    secrets = [url.password]
    for name, value in url.query.items():
        if name not in _SHOWN:
            secrets += [value] if isinstance(value, str) else list(value)
    for secret in filter(None, secrets):
        text = text.replace(secret, _HIDDEN)
    return text


def workspace_files(location: str | None = None) -> tuple[Path, ...]:
    """The files a workspace is in, whether or not they are there; none for a database server.

    SQLite keeps its log, index and journal beside the file that a link leads to.
    """
    place = location or default_location()
    if is_url(place):
        url = _parsed(place)
        if url is None or url.get_backend_name() != "sqlite":
            return ()
        if not url.database or url.database == ":memory:":
            return ()
        place = url.database
        if place.startswith("file:"):
            place = unquote(place.removeprefix("file:").partition("?")[0])
    path = Path(place).expanduser()
    return (path, *(Path(os.path.realpath(path) + tail) for tail in ("-wal", "-shm", "-journal")))


def _parsed(location: str) -> sa.URL | None:
    try:
        return sa.make_url(location)
    except (exc.ArgumentError, ValueError):
        return None
