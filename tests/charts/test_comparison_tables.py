"""Tables of the comparison of departments."""

from __future__ import annotations

import pytest

from analysis.comparison.report import (
    Comparison,
    CrossReading,
    MarginalRank,
    Placed,
    Rank,
    Rule,
    Score,
    Unit,
)
from charts.comparison.tables import cross_reading_table
from locales import LANGUAGES

METHODS = ("topsis", "topsis-sample", "vikor", "promethee2", "spotis", "grey-relation", "copeland")
UNITS = tuple(
    Unit(
        id=id,
        name={"zh": id, "en": id},
        group="",
        level=None,
        half_width=1.0,
        p_first_five=1.0,
        score=Score(60 - k, 59, 61, 1),
        rank=Rank(1, k + 1, 2),
        marginal_rank=MarginalRank(1, 2),
        letters="a",
    )
    for k, id in enumerate("ab")
)


def comparison(units: tuple[Unit, ...], rules: CrossReading | None) -> Comparison:
    return Comparison("1", "overall", 1, 100, 0.9, False, units, (), {}, rules, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_named_column_and_the_departments_come_by_score(language):
    one = Rule("", False, True, float("nan"), {"a": Placed(0.5, 1), "b": Placed(0.4, 2)})
    rules = CrossReading(("F1", "F2"), dict.fromkeys(METHODS, one))
    table = cross_reading_table(comparison(UNITS[::-1], rules), language)
    assert table is not None
    assert [row[0] for row in table.rows[:2]] == ["a", "b"]
    assert all(len(row) == 3 + len(METHODS) for row in table.rows)
    assert table.rows[-1][3:] == ("—",) * len(METHODS)
    assert cross_reading_table(comparison(UNITS, None), language) is None
