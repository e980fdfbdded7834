"""Bring data in, step by step; each step is kept, so that a closed tab loses nothing."""

from __future__ import annotations

import streamlit as st

from actions.data.drafts import draft_at
from pages import frame
from pages.bring import choose_file, decide, finish, gone
from pages.view import access, say

STEPS = ("file", "recognised", "columns", "codes", "findings", "preview", "commit")

job, draft_id = st.query_params.get("job"), st.query_params.get("draft")
draft = draft_at(access(), draft_id) if draft_id else None
if job:
    at = STEPS.index("commit")
elif draft is None:
    at = 0
else:
    at = min(max(int(str(draft.content.get("step", 1))), 1), STEPS.index("preview"))

frame.finding(say("upload.title"), say("upload.reason"))
frame.steps([say(f"upload.step-{step}") for step in STEPS], at)
st.space("small")

if job:
    finish.progress(job)
elif draft is None:
    if draft_id:
        gone.show()
    choose_file.step()
else:
    decide.step(draft, STEPS[at])
