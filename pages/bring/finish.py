"""Last step of an upload: the commit in the worker process, and its end."""

from __future__ import annotations

import streamlit as st

from actions.data.drafts import Draft
from actions.jobs import FINISHED, job_state, start_job
from pages import frame
from pages.bring import gone
from pages.literal import literal
from pages.running import watch
from pages.view import access, say


def start(draft: Draft) -> None:
    """Hand the draft to the worker process and watch it."""
    st.query_params["job"] = start_job(access(), "import", {"draft": draft.id})
    st.rerun()


def progress(id: str) -> None:
    """The job's course and end. The address holds the job, so a reload comes back to it."""
    job = job_state(access(), id)
    if job is None:
        gone.show()
        _again()
    elif job.state not in FINISHED:
        watch(id, "upload")
    elif job.state == "done":
        result = dict(job.result or {})
        new = result.get("new", True)
        st.success(say("upload.done" if new else "upload.same", batch=result.get("batch")))
        st.page_link(
            "see/overview.py",
            label=literal(say("upload.see-round", round=result.get("round"))),
            icon=":material/arrow_forward:",
            query_params={"round": str(result.get("round")), "lang": st.query_params["lang"]},
        )
        _again()
    else:
        if job.state == "refused":
            frame.refused((job.result or {}).get("findings", ()))  # type: ignore[arg-type]
        else:
            st.error(say(f"upload.{job.state}"), icon=":material/error:")
        if st.button(say("upload.to-draft"), key="to-draft"):
            del st.query_params["job"]
            st.rerun()
        _again()


def _again() -> None:
    if st.button(say("upload.another"), key="another"):
        for name in ("job", "draft"):
            if name in st.query_params:
                del st.query_params[name]
        st.rerun()
