"""A job in the worker process, watched from a page: how far it is, and a way to stop it."""

from __future__ import annotations

import streamlit as st

from actions.errors import Refused
from actions.jobs import FINISHED, cancel_job, job_state
from pages import frame
from pages.view import access, say


@st.fragment(run_every=1.0)
def watch(id: str, stages: str) -> None:
    """Show progress every second; the page runs again when the job has ended.

    ``stages``: where the catalogue names the stages of this kind of job.
    """
    job = job_state(access(), id)
    if job is None or job.state in FINISHED:
        st.rerun()
        return
    stage = say(f"{stages}.stage-{job.stage or 'waiting'}")
    st.progress(min(max(job.progress, 0.0), 1.0), text=stage)
    if st.button(say("upload.cancel"), key="cancel-job"):
        try:
            cancel_job(access(), id)
        except Refused as refusal:
            frame.refused([one.as_json() for one in refusal.findings])
