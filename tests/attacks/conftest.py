"""The pair that commands and pages are tried on, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.browser import forget
from tests.attacks.pairs import WHOLE, Pair, pair, with_jobs


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Two workspaces of a city that has everything, their jobs done."""
    made = pair(tmp_path_factory.mktemp("whole"), WHOLE)
    with_jobs(made)
    return made


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Pages of other tests start from nothing."""
    yield
    forget()
