"""Which program a figure comes from: its version, and a digest of the code that computes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

VERSION = "0.1.0"
"""Version of the package; ``pyproject.toml`` reads it here."""

_ROOT = Path(__file__).resolve().parent.parent
_FLOORS = ("actions", "analysis", "charts", "indicators", "locales", "reports", "survey_data")
_KINDS = (".py", ".yaml", ".po")


@cache
def program_version() -> str:
    """``VERSION+DIGEST``; another digest means that a stored result may come out otherwise.

    The digest covers names and content of the code, frameworks, catalogues and texts below the
    pages: 12 hexadecimal digits of a SHA-256.
    """
    digest = hashlib.sha256()
    files = (path for floor in _FLOORS for path in (_ROOT / floor).rglob("*"))
    for path in sorted(path for path in files if path.suffix in _KINDS):
        name = path.relative_to(_ROOT).as_posix()
        digest.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"{VERSION}+{digest.hexdigest()[:12]}"
