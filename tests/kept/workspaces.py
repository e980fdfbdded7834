"""Workspaces that earlier versions wrote, and what those versions answered about them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
REVISIONS = sorted(path.name.split(".")[0] for path in FOLDER.glob("revision-*.db.gz"))


def unpack(revision: str, folder: Path) -> str:
    """Path of a fresh copy in a folder."""
    path = folder / "kept.db"
    path.write_bytes(gzip.decompress((FOLDER / f"{revision}.db.gz").read_bytes()))
    return str(path)


def answered(revision: str) -> Any:
    """What the version that wrote it answered: command → arguments → document, texts left out."""
    return json.loads(gzip.decompress((FOLDER / f"{revision}.json.gz").read_bytes()))
