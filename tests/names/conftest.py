"""Names go through the command line and the pages: the doors of both."""

from tests.cli.conftest import fourfold
from tests.pages.conftest import visit

__all__ = ["fourfold", "visit"]
