"""The form of one measure: add one, or change one; saving adopts a new version of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from actions.errors import Refused
from actions.measures.edits import plain_measure, remove_measure, save_measure
from charts.measures.tables import View, called, in_language
from pages import frame
from pages.view import access, language, say, select

NEW = "new"
GRADES = ("assumption", "expert", "literature", "evaluation", "pilot")
ENDS = ("limits", "5-95")
SCOPES = ("any", "city")
THREE = ("low", "mode", "high")


def show(view: View) -> None:
    lang = language()
    known = {one["id"]: called(one, lang) for one in view["measures"]}
    first, _ = st.columns([1.6, 1])
    with first:
        id = select("measure", say("measures.to-edit"), {NEW: say("measures.add-new")} | known, NEW)
    held: dict[str, Any] = {} if id == NEW else plain_measure(access(), id) or {}
    # Another version of the catalogue begins another form.
    form = f"measure-{id}-{view['catalogue']['digest'][:12]}"
    frame.remark(say("measures.edit-note"))
    content = _fields(view, held, form, known)
    with st.container(horizontal=True):
        if st.button(say("measures.save"), type="primary", key=f"{form}-save"):
            _save(content, view["catalogue"]["digest"])
        if id != NEW and st.button(say("measures.remove"), type="tertiary", key=f"{form}-remove"):
            _remove(id, view["catalogue"]["digest"])


def _fields(view: View, held: dict[str, Any], form: str, known: dict[str, str]) -> dict[str, Any]:
    """The measure as the controls have it, on top of what they do not show."""
    content = dict(held)
    left, right = st.columns(2, gap="large")
    with left:
        frame.section(say("measures.form-what"))
        if not held:
            content["id"] = st.text_input(
                say("measures.column-id"), value=_free_id(view), key=f"{form}-id"
            ).strip()
        content["name"] = _both(form, "name", held.get("name"))
        causes = {code: in_language(name, language()) for code, name in view["causes"].items()}
        content["answers"] = st.multiselect(
            say("measures.column-causes"),
            list(causes),
            default=[code for code in held.get("answers", ()) if code in causes],
            format_func=causes.__getitem__,
            placeholder=say("measures.choose"),
            key=f"{form}-answers",
        )
        content["responsible"] = _both(form, "responsible", held.get("responsible"))
        frame.section(say("measures.form-cost"), say("measures.form-cost-note"))
        cost = held.get("cost", {})
        content["cost"] = {
            key: _three(form, f"cost-{key}", say(f"measures.form-{key}"), cost.get(key), most=None)
            for key in ("first_year", "annual")
        }
        content["lead_months"] = _three(
            form, "lead", say("measures.column-months"), held.get("lead_months"), most=240.0
        )
        frame.section(say("measures.form-basis"), say("measures.form-basis-note"))
        _basis(content, held, form)
    with right:
        frame.section(say("measures.form-effects"), say("measures.form-effects-note"))
        content["effects"] = _effects(view, held.get("effects", {}), form)
        frame.section(say("measures.form-relations"))
        _relations(content, held, form, {k: v for k, v in known.items() if k != held.get("id")})
    return {key: value for key, value in content.items() if value not in (None, [], {})}


def _words(kind: str, values: tuple[str, ...]) -> Callable[[str], str]:
    """Texts of a choice, in the language of this run."""
    return {one: say(f"measures.{kind}-{one}") for one in values}.__getitem__


def _free_id(view: View) -> str:
    """The first unused id in the manner of M26."""
    used = {one["id"] for one in view["measures"]}
    return next(f"M{n:02d}" for n in range(1, 1000) if f"M{n:02d}" not in used)


def _both(form: str, key: str, held: dict[str, str] | None) -> dict[str, str] | None:
    """A text in both languages; one that is left blank is taken from the other."""
    words = {
        lang: st.text_input(
            say(f"measures.form-{key}.{lang}"),
            value=(held or {}).get(lang, ""),
            key=f"{form}-{key}-{lang}",
        ).strip()
        for lang in ("zh", "en")
    }
    some = words["zh"] or words["en"]
    return {lang: text or some for lang, text in words.items()} if some else None


def _three(form: str, key: str, label: str, held: Any, *, most: float | None) -> list[float]:
    """Low, most likely, high side by side under one label."""
    frame.remark(label)
    given = held if isinstance(held, list | tuple) else (0.0, 0.0, 0.0)
    found = []
    for column, name, value in zip(st.columns(3), THREE, given, strict=True):
        with column:
            found.append(
                st.number_input(
                    f"{say(f'measures.column-{name}')}",
                    value=float(value),
                    min_value=0.0,
                    max_value=most,
                    step=1.0,
                    format="%.6g",
                    key=f"{form}-{key}-{name}",
                )
            )
    return [0.0 if value is None else float(value) for value in found]


def _effects(view: View, held: dict[str, Any], form: str) -> dict[str, Any]:
    names = {
        one["id"]: f"{one['id']} {in_language(one['name'], language())}"
        for one in view["dimensions"]
    }
    names |= {id: id for id in held if id not in names}
    touched = st.multiselect(
        say("measures.form-dimensions"),
        list(names),
        default=list(held),
        format_func=names.__getitem__,
        placeholder=say("measures.choose"),
        key=f"{form}-dimensions",
    )
    found = {}
    for id in touched:
        effect = dict(held.get(id, {}))
        with st.container(key=f"{form}-effect-{id}"):
            effect["points"] = _three(
                form, f"effect-{id}", names[id], effect.get("points"), most=100.0
            )
            effect["ends"] = st.selectbox(
                say("measures.column-ends"),
                ENDS,
                index=ENDS.index(effect.get("ends", ENDS[0])),
                format_func=_words("ends", ENDS),
                key=f"{form}-ends-{id}",
            )
            if effect.get("experts"):
                frame.remark(say("measures.by-experts", count=len(effect["experts"])))
        found[id] = effect
    return found


def _relations(
    content: dict[str, Any], held: dict[str, Any], form: str, others: dict[str, str]
) -> None:
    requires = held.get("requires", {})
    either = requires.get("any") or []

    def several(key: str, default: list[str]) -> list[str]:
        return st.multiselect(
            say(f"measures.form-{key}"),
            list(others),
            default=[one for one in default if one in others],
            format_func=others.__getitem__,
            placeholder=say("measures.choose"),
            key=f"{form}-{key}",
        )

    every = several("requires-all", requires.get("all") or [])
    some = several("requires-any", either[0] if either else [])
    content["requires"] = {
        key: value
        for key, value in (("all", every), ("any", [*([some] if some else []), *either[1:]]))
        if value
    }
    content["supported_by"] = several("supported", held.get("supported_by", []))
    content["scope"] = st.selectbox(
        say("measures.column-scope"),
        SCOPES,
        index=SCOPES.index(held.get("scope", "any")),
        format_func=_words("scope", SCOPES),
        key=f"{form}-scope",
    )


def _basis(content: dict[str, Any], held: dict[str, Any], form: str) -> None:
    evidence = held.get("evidence", {})
    grade = st.selectbox(
        say("measures.column-grade"),
        GRADES,
        index=GRADES.index(evidence.get("grade", GRADES[0])),
        format_func=_words("grade", GRADES),
        key=f"{form}-grade",
    )
    source = _both(form, "source", evidence.get("source"))
    content["evidence"] = {"grade": grade, **({"source": source} if source else {})}
    content["draft"] = st.checkbox(
        say("measures.form-draft"), value=bool(held.get("draft")), key=f"{form}-draft"
    )
    if source is None:
        st.warning(say("measures.draft-long"))


def _save(content: dict[str, Any], digest: str) -> None:
    try:
        found = save_measure(access(), content, digest)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        return
    st.session_state["measures-saved"] = f"{found['id']}@{found['version']}"
    st.query_params["measure"] = content["id"]
    st.rerun()


def _remove(id: str, digest: str) -> None:
    try:
        found = remove_measure(access(), id, digest)
    except Refused as refusal:
        frame.refused([one.as_json() for one in refusal.findings])
        return
    st.session_state["measures-saved"] = f"{found['id']}@{found['version']}"
    st.query_params["measure"] = NEW
    st.rerun()
