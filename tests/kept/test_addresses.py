"""Addresses that people have kept lead where they led: the page, and the view that they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.kept.workspaces import unpack

SHELL = str(Path(__file__).resolve().parents[2] / "pages" / "shell.py")
Address = tuple[str, dict[str, str]]

SAMPLE: list[Address] = [
    ("", {"round": "2025", "compared": "2024", "part": "now", "department": "教育局"}),
    ("overview", {"round": "2024", "lang": "en"}),
    (
        "department",
        {"round": "2026", "department": "青山教体局", "peers": "own", "with": "青山发改委"},
    ),
    ("compare", {"round": "2025", "with-round": "2024", "part": "change", "node": "I"}),
    ("robustness", {"round": "2025", "draws": "2000"}),
    ("quality", {"round": "2025", "part": "scales", "missing": "listwise"}),
    ("upload", {"draft": "8914913471b0", "lang": "en"}),
    ("measures", {"part": "measure", "measure": "M06", "factor": "I"}),
    ("experts", {"part": "judgements"}),
    ("scenario", {"round": "2025", "scenario": "rules", "horizon": "5", "part": "edit"}),
    ("portfolio", {"round": "2025", "part": "compare", "plans": "rules", "worth": "500"}),
    ("framework", {"draft": "76b021d894c1", "part": "gates", "round": "2026"}),
]
"""Every page of revision 0003, with parameters that it read."""
OTHERS: list[Address] = [
    ("", {"round": "2025", "group": "民生与社会", "part": "why"}),
    ("department", {"round": "2025", "department": "教育局", "peers": "group", "part": "why"}),
    *[
        ("compare", {"round": "2025", "part": part})
        for part in ("scores", "pairs", "tests", "rules")
    ],
    ("compare", {"round": "2025", "order": "score", "error": "both", "group": "民生与社会"}),
    ("quality", {"round": "2025", "with-round": "2024", "part": "structure"}),
    *[("quality", {"round": "2025", "part": part}) for part in ("data", "departments", "export")],
    ("measures", {"cause": "CA-I", "cost": "small", "drafts": "all", "part": "catalogue"}),
    *[("measures", {"part": part}) for part in ("edit", "files")],
    *[("experts", {"part": part}) for part in ("picture", "collect")],
    *[("scenario", {"round": "2025", "part": part}) for part in ("plan", "all")],
    *[
        ("portfolio", {"round": "2025", "part": part, "horizon": "5", "target": "4"})
        for part in ("value", "assumptions", "roadmap")
    ],
    ("portfolio", {"round": "2025", "part": "optimum", "scope": "city", "aim": "cvar"}),
    *[
        ("framework", {"draft": "76b021d894c1", "part": part, "node": "P", "round": "2026"})
        for part in ("tree", "structure", "judgements", "changes", "adopt")
    ],
]
"""Their other parts and parameters."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> str:
    return unpack("revision-0003", tmp_path_factory.mktemp("addresses"))


@pytest.fixture(autouse=True)
def looking(workspace: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("FOURFOLD_WORKSPACE", workspace)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


def arrive(path: str, params: dict[str, str]) -> AppTest:
    """Open an address as a browser does: the server knows the page by the digest of its path."""
    app = AppTest.from_file(SHELL, default_timeout=60)
    app.query_params.update(params)
    if path:
        app._page_hash = calc_hash(path)
    return app.run()


def leads_there(path: str, params: dict[str, str]) -> None:
    app = arrive(path, params)
    assert not app.exception
    if path not in ("", "overview"):
        assert app._finished_page_script_hash != calc_hash("overview.py")
    for name, value in params.items():
        assert app.query_params.get(name) in (value, [value]), name
        if name not in ("draft", "job"):
            # A page that did not read the parameter, or did not know the value, holds another.
            assert app.session_state["view"].get(name) == value, name


@pytest.mark.parametrize(("path", "params"), SAMPLE, ids=[path or "/" for path, _ in SAMPLE])
def test_an_address_of_revision_0003_leads_to_its_page_and_view(path, params):
    leads_there(path, params)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "params"), OTHERS)
def test_every_part_of_every_page_stays_at_its_address(path, params):
    leads_there(path, params)
