"""Refused changes leave a line in the audit trail, as changes that are made do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from actions.access import Access
from indicators.findings import Refused
from survey_data.workspace import WorkspaceUnusable, registry

_MOST_CODES = 20


@contextmanager
def refusals_recorded(
    access: Access, action: str, object: str, detail: Mapping[str, object] | None = None
) -> Iterator[None]:
    """Record what is refused inside, then let the refusal go on."""
    try:
        yield
    except WorkspaceUnusable:
        # Where nothing can be written, no line can be left either.
        raise
    except Refused as refusal:
        codes = [finding.code for finding in refusal.findings[:_MOST_CODES]]
        with access.workspace.writing() as connection:
            registry.record(
                connection,
                access.user.id,
                action,
                object,
                "refused",
                {**(detail or {}), "codes": codes},
            )
        raise
