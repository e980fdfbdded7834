"""What a person decided once and later imports follow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from survey_data.text import plain
from survey_data.workspace import schema as t
from survey_data.workspace.opening import Workspace


class ConfirmedMappings(Mapping[str, str]):
    """Plain question text → item, of one dialect and one framework.

    A question is kept by the digest of its plain text, whatever its length.
    """

    def __init__(self, held: Mapping[str, str]) -> None:
        self._held = held

    def __getitem__(self, question: str) -> str:
        return self._held[_digest(question)]

    def __iter__(self):
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def confirmed_mappings(workspace: Workspace, framework: str) -> dict[str, ConfirmedMappings]:
    """By dialect, what was confirmed for a framework (by its id: versions share it)."""
    with workspace.reading() as connection:
        rows = connection.execute(
            sa.select(t.confirmed_mappings).where(t.confirmed_mappings.c.framework == framework)
        ).all()
    held: dict[str, dict[str, str]] = {}
    for row in rows:
        held.setdefault(row.dialect, {})[row.question] = row.item
    return {dialect: ConfirmedMappings(found) for dialect, found in held.items()}


def confirm_mappings(
    connection: sa.Connection, dialect: str, framework: str, questions: Mapping[str, str]
) -> None:
    """Keep question text → item; a text that was confirmed before gets the new item."""
    table = t.confirmed_mappings
    for question, item in questions.items():
        key = {"dialect": dialect, "framework": framework, "question": _digest(plain(question))}
        connection.execute(table.delete().where(*[table.c[k] == v for k, v in key.items()]))
        connection.execute(table.insert().values(**key, item=item))


def exclusion_rules(workspace: Workspace, round_id: str) -> tuple[str, ...]:
    """The round's stored policy: screening rules whose rows its imports leave out."""
    with workspace.reading() as connection:
        held = connection.execute(
            sa.select(t.rounds.c.exclude).where(t.rounds.c.id == round_id)
        ).scalar()
    return tuple(held or ())


def set_exclusion_rules(connection: sa.Connection, round_id: str, rules: Sequence[str]) -> None:
    connection.execute(
        t.rounds.update().where(t.rounds.c.id == round_id).values(exclude=list(rules))
    )


def _digest(plain_question: str) -> str:
    return hashlib.sha256(plain_question.encode()).hexdigest()
