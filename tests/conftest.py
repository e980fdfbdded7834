"""What tests of several floors share."""

import os
from pathlib import Path

# Workers that each thread their small matrix products wait for one another; set before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

# Property-based tests try the same cases on every machine, however slow or crowded it is.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

TESTS = Path(__file__).parent


LANES = ("attacks", "browser")
"""Folders whose tests need more than the quick run has, or take longer."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make lanes` runs and `make test` leaves out, so that no test has to say it."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if folder in LANES:
            item.add_marker(folder)
        if on_postgres(item) and not item.get_closest_marker("contract"):
            item.add_marker("postgres")


def on_postgres(item: pytest.Item) -> bool:
    """Whether the test starts a PostgreSQL server."""
    given = item.callspec.params.values() if hasattr(item, "callspec") else ()
    # Parameters may be arrays, which compare by element.
    named = [value for value in given if isinstance(value, str)]
    return "postgres" in named or "postgres_url" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A workspace with city H, which tests do not change."""
    from actions.access import open_access
    from actions.data.demo import load_demo

    path = str(tmp_path_factory.mktemp("demo") / "fourfold.db")
    access = open_access(path)
    load_demo(access)
    access.workspace.close()
    return path
