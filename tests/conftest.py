"""What tests of several floors share."""

import os

# Workers that each thread their small matrix products wait for one another; set before NumPy loads.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

# Property-based tests try the same cases on every machine, however slow or crowded it is.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


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
