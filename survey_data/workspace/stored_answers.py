"""Single answers of a round, read back from its batches, for what moments cannot say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Evidence
from indicators.framework import Framework
from survey_data.disclosure import Withheld, withheld
from survey_data.screening.checks import Screening, screen
from survey_data.workspace import Workspace, batches, registry
from survey_data.workspace.contents import about_a_row


@dataclass(frozen=True, eq=False)
class StoredAnswers:
    """Answers that count in scores: codes (n, J) with `MISSING`, departments (n,) as ids."""

    items: tuple[str, ...]
    codes: NDArray[np.int16]
    department: tuple[str, ...]


def shown_evidence(
    workspace: Workspace, round_id: str, framework: Framework | None = None
) -> tuple[Evidence, Framework]:
    """A round's facts without what few people answered (`disclosure`), all summed anew.

    Files and items of which nothing is shown leave no trace. Rows are read only where items are
    left out. Raises Refused (E913, E918).
    """
    held = batches.moments_by_batch(workspace, round_id)
    whole = batches.merged(held.values())
    hidden = Withheld() if whole is None else withheld(whole)
    if hidden:
        own = _own_framework(workspace, round_id)
        items = hidden.shown_items(held.values())
        whole = batches.merged(
            _shown_moments(workspace, id, moments, hidden, items, own)
            for id, moments in held.items()
            if hidden.shown_answers(moments).any()
        )
    return batches.evidence_of(workspace, round_id, whole, framework, hidden.departments)


def _own_framework(workspace: Workspace, round_id: str) -> Framework:
    info = registry.round_named(workspace, round_id)
    return registry.framework_by_digest(workspace, info.framework)


def _shown_moments(
    workspace: Workspace,
    batch: str,
    moments: SurveyMoments,
    hidden: Withheld,
    shown: frozenset[str],
    framework: Framework,
) -> SurveyMoments:
    """A batch's moments of the ``shown`` items, without what is withheld of the round."""
    items = tuple(item for item in moments.items if item in shown)
    kept = [d for d in moments.departments if d not in hidden.departments]
    # Sums of departments of which all is shown are right as they are, unless an item goes.
    again = [d for d in kept if d in hidden.items] if items == moments.items else kept
    rest = [d for d in kept if d not in again]
    if not again:
        return moments.for_departments(rest)
    table = _shown_rows(_counted_rows(workspace, batch), hidden, shown)
    place = {id: index for index, id in enumerate(again)}
    department = np.array([place.get(d, -1) for d in table.column("department").to_pylist()], int)
    anew = SurveyMoments.from_answers(
        _codes(table, items)[department >= 0], department[department >= 0], again, items, framework
    )
    return moments.for_departments(rest).merge(anew) if rest else anew


def stored_answers(
    workspace: Workspace, round_id: str, framework: Framework, hidden: Withheld | None = None
) -> StoredAnswers:
    """All rows of the round's active survey batches, excluded and ``hidden`` ones left out."""
    tables = _tables(workspace, round_id, hidden)
    items = tuple(i.id for i in framework.items if any(i.id in t.column_names for t in tables))
    codes = [_codes(table, items) for table in tables]
    departments = [str(d) for table in tables for d in table.column("department").to_pylist()]
    whole = np.concatenate(codes) if codes else np.empty((0, len(items)), dtype=np.int16)
    return StoredAnswers(items, whole, tuple(departments))


def round_screening(
    workspace: Workspace, round_id: str, framework: Framework, hidden: Withheld | None = None
) -> list[Screening]:
    """Every screening check of each active file of the round, on the rows that count and show."""
    found = []
    for table in _tables(workspace, round_id, hidden):
        items = tuple(i.id for i in framework.items if i.id in table.column_names)
        names = set(table.column_names)
        department = table.column("department").combine_chunks()
        found.append(
            screen(
                _codes(table, items),
                framework,
                items,
                duration=_numbers(table, "duration") if "duration" in names else None,
                submitted=(table.column("submitted").to_numpy() if "submitted" in names else None),
                department=np.asarray(department.dictionary_encode().indices),
                attention_failed=(
                    table.column("attention_failed").to_numpy().astype(bool)
                    if "attention_failed" in names
                    else None
                ),
            )
        )
    return found


def _tables(workspace: Workspace, round_id: str, hidden: Withheld | None) -> list[pa.Table]:
    """The rows that count of each active survey batch, without what is hidden."""
    held = [
        batch.id
        for batch in registry.round_named(workspace, round_id).batches
        if batch.kind == "survey" and batch.state == "active"
    ]
    tables = [_counted_rows(workspace, id) for id in held]
    if not hidden:
        return tables
    shown = hidden.shown_items(batches.moments_by_batch(workspace, round_id).values())
    found = [_shown_rows(table, hidden, shown) for table in tables]
    return [table for table in found if table.num_rows]


def _counted_rows(workspace: Workspace, batch: str) -> pa.Table:
    table = batches.answers(workspace, batch)
    if "excluded" in table.column_names:
        table = table.filter(pa.compute.invert(table.column("excluded")))  # type: ignore[attr-defined]
    return table


def _shown_rows(table: pa.Table, hidden: Withheld, shown: frozenset[str]) -> pa.Table:
    """The rows without hidden cells and without items that are not ``shown`` of the round; people
    of whom no answer is left are left out."""
    items = [name for name in table.column_names if not about_a_row(name)]
    table = table.drop_columns([name for name in items if name not in shown])
    items = [name for name in items if name in shown]
    department = table.column("department").combine_chunks().dictionary_encode()
    ids = np.array(department.dictionary.to_pylist(), dtype=object)[np.asarray(department.indices)]
    left = np.zeros(len(ids), dtype=bool)
    for name in items:
        few = [id for id, own in hidden.items.items() if name in own]
        column = table.column(name)
        if few:
            kept = pa.array(~np.isin(ids, few))
            column = pa.compute.if_else(kept, column, None)  # type: ignore[attr-defined]
            table = table.set_column(table.column_names.index(name), name, column)
        left |= column.is_valid().to_numpy()
    return table.filter(pa.array(left & ~np.isin(ids, list(hidden.departments))))


def _codes(table: pa.Table, items: tuple[str, ...]) -> NDArray[np.int16]:
    codes = np.full((table.num_rows, len(items)), MISSING, dtype=np.int16)
    for place, item in enumerate(items):
        if item in table.column_names:
            column = table.column(item).combine_chunks()
            codes[:, place] = column.cast(pa.int16()).fill_null(MISSING).to_numpy()
    return codes


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return table.column(name).to_numpy().astype(np.float64)
