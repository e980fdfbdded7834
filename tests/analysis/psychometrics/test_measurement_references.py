"""Measurement quality against R on public data, entry by entry, at the stated tolerance."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.measurement import OURS, compare
from tests.reference.measurement.given import REFERENCES

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "methods" / "measurement.md"


@pytest.mark.parametrize("id", REFERENCES)
def test_our_numbers_are_those_of_the_reference(id):
    found = compare(id)
    assert found.count > 0
    assert found.worst <= found.tolerance, f"{id}: {found.worst:.2g} of {found.count} values"


def test_every_entry_is_compared_and_stands_in_the_document():
    assert set(OURS) == set(REFERENCES)
    written = DOCUMENT.read_text("utf-8")
    for id in REFERENCES:
        assert f"| `{id}` | {compare(id).count} |" in written
