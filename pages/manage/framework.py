"""The framework editor: what would other indicators, weights, goalposts or gates change?"""

from __future__ import annotations

import streamlit as st

from actions.errors import Refused
from actions.framework.drafts import framework_draft
from actions.rounds import is_synthetic
from charts.framework.fit import fit_sentence
from charts.framework.impact import impact_finding, impact_reason
from charts.framework.tables import node_options
from pages import frame, results
from pages.literal import literal
from pages.manage import adoption, begin, changed, gates, judging, keeping, node, structure
from pages.view import access, language, say, segments, select

PARTS = ("tree", "structure", "judgements", "gates", "changes", "adopt")

lang = language()
asked = st.query_params.get("draft")
draft = None if asked == begin.ANOTHER else framework_draft(access(), asked)
if draft is None:
    begin.show(gone=asked not in (None, begin.ANOTHER))
    st.stop()
st.query_params["draft"] = draft.id
keeping.hold(draft)
view = keeping.view(draft)
rounds = list(reversed(results.choices().rounds))

first, second, right = st.columns([2.2, 1, 3.2], vertical_alignment="bottom")
with first:
    at = select("node", say("editor.node"), node_options(view.content, lang), "overall")
with second:
    round_id = (
        select("round", say("editor.round"), {one: one for one in rounds}, rounds[0])
        if rounds
        else None
    )
synthetic = round_id is not None and is_synthetic(access(), round_id)
errors = [one for one in view.findings if one.severity == "error"]
with right:
    frame.strip(
        (
            (say("editor.draft"), view.name),
            (say("editor.base"), view.base),
            *(((say("editor.errors"), str(len(errors))),) if errors else ()),
        ),
        synthetic=synthetic,
    )

effect = None
if errors:
    frame.finding(
        say("editor.finding-errors", count=len(errors)),
        errors[0].message[lang],
    )
elif round_id is None:
    frame.finding(
        say("editor.finding-no-round", changes=len(view.edits)), say("editor.reason-no-round")
    )
else:
    try:
        effect = keeping.impact_of(draft, round_id)
        frame.finding(impact_finding(effect, len(view.edits), lang), impact_reason(effect, lang))
    except Refused as refusal:
        frame.finding(say("editor.finding-no-round", changes=len(view.edits)))
        frame.refused([one.as_json() for one in refusal.findings])
keeping.show_refusals()
fits = () if errors else keeping.fits(draft)
here = next((one for one in fits if one.round == round_id), None)
if here is not None and fit_sentence(here, lang):
    st.warning(literal(fit_sentence(here, lang)), icon=":material/warning:")

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    part = segments(
        "part", say("editor.parts"), {one: say(f"editor.part-{one}") for one in PARTS}, PARTS[0]
    )
    keeping.undo(view.last)
if part == "tree":
    node.show(view, at)
elif part == "structure":
    structure.show(draft, view, at, fits)
elif part == "judgements":
    judging.show(draft, at, round_id, synthetic=synthetic)
elif part == "gates":
    gates.show(view)
elif part == "changes":
    changed.show(view, effect, fits)
else:
    adoption.show(draft, view, here)
frame.footnote(say("editor.foot"))
