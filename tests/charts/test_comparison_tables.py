"""Tables of the comparison of departments."""

from __future__ import annotations

import pytest

from charts.comparison.tables import cross_reading_table
from locales import LANGUAGES

METHODS = ("topsis", "topsis-sample", "vikor", "promethee2", "spotis", "grey-relation", "copeland")
UNITS = [
    {"id": id, "name": {"zh": id, "en": id}, "score": {"score": 60 - k}, "rank": {"nominal": k + 1}}
    for k, id in enumerate("ab")
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_named_column_and_the_departments_come_by_score(language):
    one = {"agreement": None, "units": {"a": {"rank": 1}, "b": {"rank": 2}}}
    report = {"units": UNITS[::-1], "cross_reading": {"methods": dict.fromkeys(METHODS, one)}}
    table = cross_reading_table(report, language)
    assert table is not None
    assert [row[0] for row in table.rows[:2]] == ["a", "b"]
    assert all(len(row) == 3 + len(METHODS) for row in table.rows)
    assert table.rows[-1][3:] == ("—",) * len(METHODS)
    assert cross_reading_table({"units": UNITS, "cross_reading": None}, language) is None
