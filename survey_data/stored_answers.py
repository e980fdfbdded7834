"""Single answers of a round, read back from its batches, for what moments cannot say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indicators.evidence import Evidence
from indicators.framework import Framework
from indicators.moments import MISSING, SurveyMoments
from survey_data.disclosure import Withheld, withheld
from survey_data.screening import Screening, screen
from survey_data.workspace import Workspace, batches, registry
from survey_data.workspace.batches import ABOUT_A_ROW


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

    Rows are read only where items of a larger department are left out. Raises Refused (E913, E918).
    """
    held = batches.moments_by_batch(workspace, round_id)
    whole = batches.merged(held.values())
    hidden = Withheld() if whole is None else withheld(whole)
    if hidden:
        info = registry.round_named(workspace, round_id)
        own = registry.framework_by_digest(workspace, info.framework)
        whole = batches.merged(
            _shown_moments(workspace, id, moments, hidden, own) for id, moments in held.items()
        )
    return batches.evidence_of(workspace, round_id, whole, framework, hidden.departments)


def _shown_moments(
    workspace: Workspace, batch: str, moments: SurveyMoments, hidden: Withheld, framework: Framework
) -> SurveyMoments:
    """A batch's moments without what is withheld of the round."""
    kept = [d for d in moments.departments if d not in hidden.departments | set(hidden.items)]
    rest = moments.for_departments(kept)
    again = [d for d in moments.departments if d in hidden.items]
    if not again:
        return rest
    table = _shown_rows(_counted_rows(workspace, batch), hidden)
    place = {id: index for index, id in enumerate(again)}
    department = np.array([place.get(d, -1) for d in table.column("department").to_pylist()], int)
    codes = _codes(table, moments.items)[department >= 0]
    return rest.merge(
        SurveyMoments.from_answers(
            codes, department[department >= 0], again, moments.items, framework
        )
    )


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
    info = registry.round_named(workspace, round_id)
    found = []
    for batch in info.batches:
        if batch.kind == "survey" and batch.state == "active":
            table = _counted_rows(workspace, batch.id)
            found.append(_shown_rows(table, hidden) if hidden else table)
    return found


def _counted_rows(workspace: Workspace, batch: str) -> pa.Table:
    table = batches.answers(workspace, batch)
    if "excluded" in table.column_names:
        table = table.filter(pa.compute.invert(table.column("excluded")))  # type: ignore[attr-defined]
    return table


def _shown_rows(table: pa.Table, hidden: Withheld) -> pa.Table:
    """The rows without hidden cells; people of whom no answer is left are left out."""
    department = table.column("department").combine_chunks().dictionary_encode()
    ids = np.array(department.dictionary.to_pylist(), dtype=object)[np.asarray(department.indices)]
    keep = ~np.isin(ids, list(hidden.departments))
    for id, items in hidden.items.items():
        own = ids == id
        left = np.zeros(len(ids), dtype=bool)
        for place, name in enumerate(table.column_names):
            if name in ABOUT_A_ROW or name.startswith("attribute:"):
                continue
            column = table.column(name)
            if name in items:
                column = pa.compute.if_else(pa.array(~own), column, None)  # type: ignore[attr-defined]
                table = table.set_column(place, name, column)
            left |= column.is_valid().to_numpy()
        keep &= ~own | left
    return table.filter(pa.array(keep))


def _codes(table: pa.Table, items: tuple[str, ...]) -> NDArray[np.int16]:
    codes = np.full((table.num_rows, len(items)), MISSING, dtype=np.int16)
    for place, item in enumerate(items):
        if item in table.column_names:
            column = table.column(item).combine_chunks()
            codes[:, place] = column.cast(pa.int16()).fill_null(MISSING).to_numpy()
    return codes


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return table.column(name).to_numpy().astype(np.float64)
