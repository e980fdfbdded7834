"""The browser in which a person looks, by the cookie that ``app.py`` gives it."""

from __future__ import annotations

import streamlit as st

COOKIE = "fourfold_browser"


def browser() -> str:
    """The browser's secret name, empty where it keeps no cookies."""
    name = st.context.cookies.get(COOKIE)
    return name if isinstance(name, str) else ""
