"""Workspaces as earlier versions of the program made them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import survey_data.workspace


def at_revision(location: str, revision: str) -> sa.Engine:
    """An empty workspace of the version with this revision."""
    engine = sa.create_engine(location if "://" in location else f"sqlite:///{location}")
    config = Config()
    folder = Path(str(survey_data.workspace.__file__)).with_name("migrations")
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine
