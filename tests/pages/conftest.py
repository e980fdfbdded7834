"""Pages run through the shell, as every visitor's request does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

SHELL = str(Path(__file__).resolve().parents[2] / "pages" / "shell.py")
Visit = Callable[..., AppTest]


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open a page of a workspace with an address's parameters; it must not fail."""

    def opened(workspace: str, page: str = "see/overview.py", **params: str) -> AppTest:
        monkeypatch.setenv("FOURFOLD_WORKSPACE", workspace)
        app = AppTest.from_file(SHELL, default_timeout=60)
        for name, value in params.items():
            app.query_params[name] = value
        if page != "see/overview.py":
            app.switch_page(page)
        app.run()
        assert not app.exception
        return app

    st.cache_data.clear()
    st.cache_resource.clear()
    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()
