"""What a framework draft breaks, in words and a table.

They show `actions.framework.fit.RoundFit` and `actions.framework.structure.Removal`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from charts.house.numbers import NOT_APPLICABLE
from charts.house.picture import Table
from locales import translate

NAMED = 8
"""Ids told in a sentence or a cell; more are counted."""


def fit_table(fits: Sequence[Any], language: str) -> Table:
    """Of each round its framework, the indicators without data, the data without use, and what
    asks something else under the same id."""
    rows = tuple(
        (
            one.round,
            one.bound,
            some(one.unscored, language) or NOT_APPLICABLE,
            some(one.unused, language) or NOT_APPLICABLE,
            some(one.changed, language) or NOT_APPLICABLE,
        )
        for one in fits
    )
    columns = ("round", "bound", "unscored", "unused", "changed")
    return Table(tuple(translate(f"structure.column-{c}", language) for c in columns), rows)


def break_sentence(fits: Sequence[Any], draft: str, language: str) -> str:
    """That rounds of before compare with new ones only across a break."""
    return translate(
        "structure.break",
        language,
        rounds=_listed([one.round for one in fits], language),
        draft=draft,
    )


def fit_sentence(fit: Any, language: str) -> str:
    """What a draft breaks in one round; empty when it breaks nothing."""
    parts = []
    if fit.unscored:
        parts.append(("structure.fit-unscored", fit.unscored))
    if fit.unused:
        parts.append(("structure.fit-unused", fit.unused))
    if fit.changed:
        parts.append(("structure.fit-changed", fit.changed))
    return ("" if language == "zh" else " ").join(
        translate(key, language, round=fit.round, count=len(ids), ids=some(ids, language))
        for key, ids in parts
    )


def removal_sentences(
    removal: Any, names: Mapping[str, Mapping[str, str]], language: str
) -> list[str]:
    """What goes with a part, one sentence each."""
    found = []
    if removal.parts:
        ids = some(removal.parts, language)
        found.append(translate("structure.goes-parts", language, count=len(removal.parts), ids=ids))
    for one in removal.references:
        name = names.get(one.id, {}).get(language, "")
        words = f"{one.id} {name}".strip()
        found.append(translate(f"structure.goes-{one.kind}", language, name=words))
    if removal.measures:
        ids = some(removal.measures, language)
        found.append(translate("structure.goes-measures", language, ids=ids))
    if removal.data:
        ids = some(
            list(dict.fromkeys(id for held in removal.data.values() for id in held)), language
        )
        rounds = _listed(list(removal.data), language)
        found.append(translate("structure.goes-data", language, rounds=rounds, ids=ids))
    return found


def some(ids: Sequence[str], language: str) -> str:
    """The first few ids and how many more there are."""
    text = _listed(ids[:NAMED], language)
    more = len(ids) - NAMED
    return text if more <= 0 else translate("structure.more-ids", language, ids=text, more=more)


def _listed(texts: Sequence[str], language: str) -> str:
    return translate("wording.comma", language).join(texts)
