"""What the first page needs, loaded before anybody waits for it."""

from __future__ import annotations


def load() -> None:
    """Import what the pages use; the first visitor then pays for numbers only."""
    from locales import translate

    translate("app.title", "zh")
    translate("app.title", "en")
