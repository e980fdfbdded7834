"""Robustness: does the conclusion survive another reasonable choice?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from actions.documents import robustness_document
from actions.errors import Refused
from actions.jobs import FINISHED, finished_job, job_state, start_job
from actions.robustness import check_design, robustness_arguments
from actions.rounds import is_synthetic
from charts.robustness.pictures import (
    alternative_table,
    conclusion_table,
    course_line,
    level_map,
    output_name,
    rank_bars,
    robustness_finding,
    robustness_reason,
    sensitivity_bars,
)
from pages import frame, opening, results
from pages.running import watch
from pages.view import access, language, say, segments, select, tokens

UNTIL_SETTLED = "settled"
DRAWS = (UNTIL_SETTLED, "2000", "10000", "50000")
SECONDS = {UNTIL_SETTLED: 5, "2000": 4, "10000": 7, "50000": 22}
"""Rough time of a run for 42 departments, to say what it costs before it starts."""
PARTS = ("conclusions", "ranks", "levels", "sensitivity", "alternatives")
DOCUMENTS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

lang, colours = language(), tokens()
choices = opening.choices_or_stop()

first, second, third, right = st.columns([0.9, 1.5, 2.0, 2.2], vertical_alignment="bottom")
with first:
    round_id = opening.select_round(choices)
with second:
    draws = select(
        "draws",
        say("robustness.draws"),
        {one: say(f"robustness.draws-{one}") for one in DRAWS},
        UNTIL_SETTLED,
    )
with third, st.popover(say("robustness.design"), icon=":material/tune:"):
    uploaded = st.file_uploader(
        say("robustness.design-file"), type=["yaml", "yml"], key="design", max_upload_size=1
    )
    frame.remark(say("robustness.design-note"))
design = None if uploaded is None else uploaded.getvalue().decode("utf-8", "replace")
names = {id: name[lang] for id, name in results.nodes(round_id).items()}
arguments = robustness_arguments(
    access(), round_id, None if draws == UNTIL_SETTLED else int(draws), design
)
job_id = st.query_params.get("job")
job = job_state(access(), job_id) if job_id else None
if job is not None and job.kind != "robustness":
    job = None
if job is None or job.state == "done":
    job = finished_job(access(), "robustness", arguments)


def start() -> None:
    """Check the design at once, then hand the work to the worker process."""
    try:
        if uploaded is not None:
            check_design(access(), round_id, uploaded.getvalue())
    except Refused as refusal:
        frame.refused([found.as_json() for found in refusal.findings])
        return
    st.query_params["job"] = start_job(access(), "robustness", arguments)
    st.rerun()


if job is None or job.state != "done":
    synthetic = is_synthetic(access(), round_id)
    with right:
        frame.strip((), synthetic=synthetic)
    if job is not None and job.state not in FINISHED:
        frame.finding(say("robustness.running"), say("robustness.running-note"))
        watch(job.id, "robustness")
        st.stop()
    frame.finding(
        say("robustness.not-yet", round=round_id),
        say("robustness.cost", seconds=SECONDS[draws]),
    )
    if job is not None and job.state == "refused":
        frame.refused((job.result or {}).get("findings", ()))  # type: ignore[arg-type]
    elif job is not None:
        st.warning(say(f"robustness.ended-{job.state}"))
    if st.button(say("robustness.run"), type="primary", key="run"):
        start()
    frame.remark(say("robustness.what"))
    st.stop()

report: dict[str, Any] = dict(job.result or {})
with right:
    frame.strip(
        (
            (say("robustness.drawn"), f"{report['draws']:,}"),
            (say("view.seed"), str(report["seed"])),
        ),
        synthetic=bool(report["synthetic"]),
    )
frame.finding(robustness_finding(report, lang), robustness_reason(report, lang))
source = opening.source(
    say("robustness.source", round=round_id, draws=report["draws"], seed=report["seed"]),
    synthetic=bool(report["synthetic"]),
)


def conclusions_part() -> None:
    frame.section(say("robustness.conclusions"), say("robustness.conclusions-note"))
    frame.table(conclusion_table(report, lang), wrap=(0,))
    st.space("small")
    shown = course_line(report, colours, lang)
    if shown is not None:
        frame.picture(shown, "course", source)
    for kind, mime in DOCUMENTS.items():
        st.download_button(
            say(f"robustness.download-{kind}"),
            lambda kind=kind: robustness_document(report, names, kind, lang),
            f"fourfold-robustness-{round_id}.{kind}",
            mime,
            icon=":material/download:",
        )


def ranks_part() -> None:
    frame.picture(rank_bars(report, colours, lang), "ranks", source)


def levels_part() -> None:
    shown = level_map(report, colours, lang)
    if shown is None:
        frame.section(say("robustness.no-levels"))
    else:
        frame.picture(shown, "levels", source)


def sensitivity_part() -> None:
    outputs = {one: output_name(one, report, lang) for one in report["sensitivity"]}
    if not outputs:
        frame.section(say("robustness.no-sensitivity"))
        return
    output = select("output", say("robustness.output"), outputs, next(iter(outputs)))
    shown = sensitivity_bars(report, output, names, colours, lang)
    if shown is None:
        frame.section(say("robustness.no-sensitivity"))
    else:
        frame.picture(shown, "sensitivity", source)


def alternatives_part() -> None:
    frame.section(say("robustness.alternatives"), say("robustness.alternatives-note"))
    frame.table(alternative_table(report, names, lang), wrap=(1, 2))


part = segments(
    "part", say("robustness.parts"), {one: say(f"robustness.part-{one}") for one in PARTS}, PARTS[0]
)
{
    "conclusions": conclusions_part,
    "ranks": ranks_part,
    "levels": levels_part,
    "sensitivity": sensitivity_part,
    "alternatives": alternatives_part,
}[part]()
