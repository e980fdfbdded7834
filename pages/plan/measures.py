"""The catalogue of measures: what can be done, what it is thought to do, cost and need."""

from __future__ import annotations

import streamlit as st

from actions.errors import Refused
from actions.measures.edits import (
    catalogue_view,
    catalogue_workbook,
    catalogue_yaml,
    import_catalogue,
)
from actions.templates import make_template
from charts.measures.pictures import effect_picture
from charts.measures.tables import (
    BANDS,
    called,
    catalogue_finding,
    catalogue_reason,
    chosen,
    facts_of,
    in_language,
    relations_of,
)
from pages import frame
from pages.literal import literal
from pages.plan import catalogue_rows, measure_form
from pages.view import access, language, say, segments, select, tokens

PARTS = ("catalogue", "measure", "edit", "files")
ANY = "any"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

lang, colours = language(), tokens()
view = catalogue_view(access())
factors = {one["factor"]: in_language(one["factor_name"], lang) for one in view["dimensions"]}
causes = {code: in_language(name, lang) for code, name in view["causes"].items()}

columns = st.columns([1, 1.4, 1.2, 1, 2], vertical_alignment="bottom")
every = {ANY: say("measures.all")}
with columns[0]:
    factor = select("factor", say("measures.filter-factor"), every | factors, ANY)
with columns[1]:
    cause = select("cause", say("measures.filter-cause"), every | causes, ANY)
with columns[2]:
    bands = {one: say(f"measures.band-{one}") for one in BANDS}
    band = select("cost", say("measures.filter-cost"), every | bands, ANY)
with columns[3]:
    states = {one: say(f"measures.drafts-{one}") for one in ("all", "without", "only")}
    drafts = select("drafts", say("measures.filter-drafts"), states, "all")
name = f"{view['catalogue']['id']}@{view['catalogue']['version']}"
with columns[4]:
    frame.strip(
        ((say("measures.catalogue"), name),), synthetic=False, marks=(say("measures.assumption"),)
    )
shown = chosen(
    view,
    None if factor == ANY else factor,
    None if cause == ANY else cause,
    None if band == ANY else band,
    drafts=drafts,
)
frame.finding(
    catalogue_finding(view, shown, lang, None if factor == ANY else factor),
    catalogue_reason(view, shown, lang),
)
source = say("measures.source", name=name)


def catalogue_part() -> None:
    if not shown:
        frame.section(say("measures.none-left"))
        return
    frame.section(say("measures.table-title"), say("measures.table-note"))
    catalogue_rows.show(view, shown)


def measure_part() -> None:
    options = {one["id"]: called(one, lang) for one in shown or view["measures"]}
    first, _ = st.columns([1.6, 1])
    with first:
        id = select("measure", say("measures.column-measure"), options, next(iter(options)))
    one = next(one for one in view["measures"] if one["id"] == id)
    left, right = st.columns([1.3, 1], gap="large")
    with left:
        drawn = effect_picture(view, one, colours, lang)
        if drawn is None:
            frame.section(say("measures.no-effects"))
        else:
            frame.picture(drawn, "effect", source)
        frame.section(say("measures.relations"))
        catalogue_rows.sentences(relations_of(view, one, lang))
    with right:
        frame.section(say("measures.facts"), say("measures.assumption-long"))
        if one["draft"]:
            st.warning(say("measures.draft-long"))
        catalogue_rows.facts(facts_of(view, one, lang))


def files_part() -> None:
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(say("measures.export"), say("measures.export-note"))
        yaml_name, content = catalogue_yaml(access())
        st.download_button(
            say("measures.download-yaml"),
            content,
            yaml_name,
            "application/yaml",
            key="measures-yaml",
            on_click="ignore",
            icon=":material/download:",
        )
        st.download_button(
            say("measures.download-xlsx"),
            lambda: catalogue_workbook(access(), lang)[1],
            yaml_name.replace(".yaml", ".xlsx"),
            SHEET,
            key="measures-xlsx",
            on_click="ignore",
            icon=":material/download:",
        )
        blank_name, blank = make_template(access(), "measures", lang)
        st.download_button(
            say("measures.download-blank"),
            blank,
            blank_name,
            "application/yaml",
            key="measures-blank",
            on_click="ignore",
            icon=":material/download:",
        )
    with right:
        frame.section(say("measures.import"), say("measures.import-note"))
        file = st.file_uploader(
            say("measures.file"), type=["yaml", "yml"], key="measures-file", max_upload_size=1
        )
        if st.button(say("measures.adopt"), disabled=file is None, key="measures-adopt"):
            assert file is not None
            try:
                found = import_catalogue(access(), file.getvalue())
            except Refused as refusal:
                frame.refused([one.as_json() for one in refusal.findings])
                return
            st.session_state["measures-saved"] = f"{found['id']}@{found['version']}"
            st.rerun()


saved = st.session_state.pop("measures-saved", None)
if saved:
    st.success(literal(say("measures.saved", name=saved)))
part = segments(
    "part", say("measures.parts"), {one: say(f"measures.part-{one}") for one in PARTS}, PARTS[0]
)
if part == "catalogue":
    catalogue_part()
elif part == "measure":
    measure_part()
elif part == "edit":
    measure_form.show(view)
else:
    files_part()
if view["issues"]:
    frame.section(say("measures.issues"))
    frame.findings(view["issues"])
frame.footnote(say("measures.foot"))
