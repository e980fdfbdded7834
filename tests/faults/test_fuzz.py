"""Damaged files of every format are read or refused with a code, whatever the damage."""

from __future__ import annotations

from tests.faults.fuzz import fuzz


def test_a_fixed_sample_of_damaged_files_is_read_or_refused():
    report = fuzz(150, seed=5)
    assert [(kind, outcome) for kind, outcome, _ in report.bad] == []
    assert all(len(counts) >= 2 for counts in report.outcomes.values()), "the damage must be varied"
