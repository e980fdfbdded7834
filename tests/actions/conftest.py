"""A workspace of one's own with city H, and a draft of the shipped framework in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.access import Access, open_access
from actions.framework.drafts import start_framework_draft
from survey_data.workspace.progress import Draft

SHIPPED = "city-sharing@2025.1"


@pytest.fixture
def access(demo: str, tmp_path: Path) -> Access:
    return open_access(str(shutil.copy(demo, tmp_path / "own.db")), published=True)


@pytest.fixture
def draft(access: Access) -> Draft:
    return start_framework_draft(access, SHIPPED)
