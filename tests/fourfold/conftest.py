"""The door on the files that ship as examples."""

from __future__ import annotations

from pathlib import Path

import pytest

import fourfold as ff

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="session")
def fw():
    return ff.load_framework()


@pytest.fixture(scope="session")
def data(fw):
    return ff.read_survey(EXAMPLES / "survey.csv", fw)


@pytest.fixture(scope="session")
def stored(demo):
    """City H's rounds."""
    return ff.open_workspace(demo)
