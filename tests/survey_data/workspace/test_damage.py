"""Damaged workspaces: what is not as it was stored is refused, and never computed with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from survey_data.workspace import Workspace, WorkspaceUnusable, batches
from survey_data.workspace import schema as t
from tests.survey_data.workspace.imports import ONE, bring


def spoil(workspace: Workspace, column: sa.Column, place: float, with_digest: bool = False) -> None:
    """Change one bit of stored content; ``with_digest``: before an upgrade took its digest."""
    with workspace.writing() as connection:
        content = bytearray(connection.execute(sa.select(column)).scalar_one())
        content[int(place * (len(content) - 1))] ^= 4
        values: dict[str, object] = {column.name: bytes(content)}
        if with_digest:
            values[f"{column.name}_sha256"] = hashlib.sha256(bytes(content)).hexdigest()
        connection.execute(column.table.update().values(values))


READ: dict[str, tuple[sa.Column, Callable[[Workspace, str], object]]] = {
    "moments": (t.answers.c.moments, lambda w, _: batches.survey_moments(w, "2025")),
    "rows": (t.answers.c.parquet, batches.answers),
    "file": (
        t.raw_files.c.content,
        lambda w, _: batches.raw_content(w, hashlib.sha256(ONE).hexdigest()),
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_one_changed_bit_is_refused_wherever_it_stands(workspace: Workspace, kind: str) -> None:
    column, read = READ[kind]
    id, _ = bring(workspace, ONE)
    assert read(workspace, id) is not None
    for place in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0):
        spoil(workspace, column, place)
        with pytest.raises(WorkspaceUnusable) as caught:
            read(workspace, id)
        assert caught.value.first.code == "E906"
        spoil(workspace, column, place)
    assert read(workspace, id) is not None


@pytest.mark.parametrize("kind", ["moments", "rows"])
def test_what_was_damaged_before_digests_were_kept_is_refused_too(
    workspace: Workspace, kind: str
) -> None:
    column, read = READ[kind]
    id, _ = bring(workspace, ONE)
    # An archive begins with its mark, a Parquet file ends with it.
    spoil(workspace, column, {"moments": 0.0, "rows": 1.0}[kind], with_digest=True)
    with pytest.raises(WorkspaceUnusable) as caught:
        read(workspace, id)
    assert caught.value.first.code == "E906"
    assert "answers." in caught.value.first.message["en"]
