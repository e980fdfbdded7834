"""Every request begins here: identity first, then language, navigation and the page asked for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages import warm_up

# Before anything else is imported here.
warm_up.wait_for_overview()

from actions.errors import Refused, WorkspaceUnusable  # noqa: E402
from pages.frame import house_style, refused  # noqa: E402
from pages.view import access, choose_language, say  # noqa: E402

_ICON = str(Path(__file__).parent / "favicon.svg")

st.set_page_config(page_title=say("app.title"), page_icon=_ICON, layout="wide")
house_style()
try:
    access()
except Refused as refusal:
    refused([found.as_json() for found in refusal.findings])
    st.stop()


def named_overview() -> None:
    """Another address of the overview, for those who type its name; the view asked for stays."""
    st.switch_page("see/overview.py", query_params=st.query_params.to_dict())


page = st.navigation(
    {
        say("nav.see"): [
            st.Page(
                "see/overview.py",
                title=say("nav.overview"),
                icon=":material/dashboard:",
                url_path="",
                default=True,
            ),
            st.Page(
                named_overview,
                title=say("nav.overview"),
                url_path="overview",
                visibility="hidden",
            ),
            st.Page(
                "see/department.py",
                title=say("nav.department"),
                icon=":material/account_balance:",
                url_path="department",
            ),
            st.Page(
                "see/compare.py",
                title=say("nav.compare"),
                icon=":material/leaderboard:",
                url_path="compare",
            ),
            st.Page(
                "see/robustness.py",
                title=say("nav.robustness"),
                icon=":material/balance:",
                url_path="robustness",
            ),
            st.Page(
                "see/quality.py",
                title=say("nav.quality"),
                icon=":material/verified:",
                url_path="quality",
            ),
        ],
        say("nav.bring"): [
            st.Page(
                "bring/upload.py",
                title=say("nav.upload"),
                icon=":material/upload_file:",
                url_path="upload",
            ),
        ],
        say("nav.plan"): [
            st.Page(
                "plan/measures.py",
                title=say("nav.measures"),
                icon=":material/construction:",
                url_path="measures",
            ),
            st.Page(
                "plan/experts.py",
                title=say("nav.experts"),
                icon=":material/groups:",
                url_path="experts",
            ),
            st.Page(
                "plan/scenario.py",
                title=say("nav.scenario"),
                icon=":material/edit_note:",
                url_path="scenario",
            ),
            st.Page(
                "plan/portfolio.py",
                title=say("nav.portfolio"),
                icon=":material/stacked_line_chart:",
                url_path="portfolio",
            ),
        ],
        say("nav.manage"): [
            st.Page(
                "manage/framework.py",
                title=say("nav.framework"),
                icon=":material/account_tree:",
                url_path="framework",
            ),
        ],
    }
)
st.set_page_config(page_title=f"{page.title} · {say('app.title')}", page_icon=_ICON, layout="wide")
with st.sidebar:
    choose_language()
if page.url_path not in ("", "overview"):
    warm_up.wait_for_everything()
try:
    page.run()
except WorkspaceUnusable as refusal:
    refused([found.as_json() for found in refusal.findings])
