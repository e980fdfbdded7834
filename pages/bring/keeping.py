"""Decisions of an upload, kept as soon as they are made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from actions.data.drafts import Draft, save_draft
from actions.errors import Refused
from pages import frame
from pages.view import access


def save(draft: Draft, **changes: Any) -> None:
    """Save what was decided; another tab that saved in between is told of, not overwritten."""
    try:
        save_draft(access(), draft, **changes)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        st.stop()
    st.rerun()


def decided(draft: Draft, name: str) -> dict[str, str]:
    """A decision that is held as text → text."""
    held: Any = draft.content.get(name)
    return {str(key): str(value) for key, value in (held or {}).items()}


def place(options: Sequence, value: object) -> int:
    """Where a held choice stands among the options; the first one when it is none of them."""
    return options.index(value) if value in options else 0
