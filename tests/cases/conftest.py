"""The doors that every case goes through: the command and the page."""

from __future__ import annotations

from tests.cli.conftest import fourfold
from tests.pages.conftest import visit

__all__ = ["fourfold", "visit"]
