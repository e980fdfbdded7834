"""Names go through the command line and the pages: the doors of both, and one hostile city."""

import pytest

from tests.cli.conftest import fourfold
from tests.names import hostile_city
from tests.pages.conftest import visit

__all__ = ["fourfold", "visit"]


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A workspace which tests do not change."""
    path = str(tmp_path_factory.mktemp("hostile") / "w.db")
    hostile_city.build(path)
    return path
