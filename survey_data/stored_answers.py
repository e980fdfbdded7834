"""Single answers of a round, read back from its batches, for what moments cannot say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indicators.framework import Framework
from indicators.moments import MISSING
from survey_data.screening import Screening, screen
from survey_data.workspace import Workspace, batches, registry


@dataclass(frozen=True, eq=False)
class StoredAnswers:
    """Answers that count in scores: codes (n, J) with `MISSING`, departments (n,) as ids."""

    items: tuple[str, ...]
    codes: NDArray[np.int16]
    department: tuple[str, ...]


def stored_answers(workspace: Workspace, round_id: str, framework: Framework) -> StoredAnswers:
    """All rows of the round's active survey batches, excluded ones left out."""
    tables = _tables(workspace, round_id)
    items = tuple(i.id for i in framework.items if any(i.id in t.column_names for t in tables))
    codes = [_codes(table, items) for table in tables]
    departments = [str(d) for table in tables for d in table.column("department").to_pylist()]
    whole = np.concatenate(codes) if codes else np.empty((0, len(items)), dtype=np.int16)
    return StoredAnswers(items, whole, tuple(departments))


def round_screening(workspace: Workspace, round_id: str, framework: Framework) -> list[Screening]:
    """Every screening check of each active file of the round, on the rows that count."""
    found = []
    for table in _tables(workspace, round_id):
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


def _tables(workspace: Workspace, round_id: str) -> list[pa.Table]:
    info = registry.round_named(workspace, round_id)
    found = []
    for batch in info.batches:
        if batch.kind != "survey" or batch.state != "active":
            continue
        table = batches.answers(workspace, batch.id)
        if "excluded" in table.column_names:
            table = table.filter(pa.compute.invert(table.column("excluded")))  # type: ignore[attr-defined]
        found.append(table)
    return found


def _codes(table: pa.Table, items: tuple[str, ...]) -> NDArray[np.int16]:
    codes = np.full((table.num_rows, len(items)), MISSING, dtype=np.int16)
    for place, item in enumerate(items):
        if item in table.column_names:
            column = table.column(item).combine_chunks()
            codes[:, place] = column.cast(pa.int16()).fill_null(MISSING).to_numpy()
    return codes


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return table.column(name).to_numpy().astype(np.float64)
