"""Small cells (statistics.md 4): taken out before anything is computed."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.scoring import score
from survey_data.disclosure import THRESHOLD, Withheld, withheld
from survey_data.workspace import batches, open_workspace
from survey_data.workspace.stored_answers import round_screening, shown_evidence, stored_answers
from tests.survey_data.small import ITEMS, small_framework
from tests.survey_data.workspace.imports import HEADER, bring, bring_metrics

FRAMEWORK = small_framework()
TOP = (5, 5, 10)
LOW = (1, 1, 0)
Row = tuple[str, tuple[int | None, ...]]
"""A person: department, and a code or nothing for each item."""

PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["甲局", "乙局", "丙局", "丁局"]),
        st.tuples(*(st.none() | st.integers(a, b) for a, b in zip(LOW, TOP, strict=True))).filter(
            any
        ),
    ),
    min_size=1,
    max_size=40,
)


def shown_rows(people: list[Row]) -> list[Row]:
    """What may be shown, worked out person by person."""
    answered = Counter(
        (d, i) for d, codes in people for i, code in enumerate(codes) if code is not None
    )
    left = [
        (d, tuple(c if answered[d, i] >= THRESHOLD else None for i, c in enumerate(codes)))
        for d, codes in people
    ]
    return [(d, codes) for d, codes in left if any(c is not None for c in codes)]


def moments_of(
    people: list[Row], departments: list[str], asked: Sequence[int] = (0, 1, 2)
) -> SurveyMoments:
    codes = [[MISSING if c is None else c for c in row] for _, row in people]
    return SurveyMoments.from_answers(
        np.array(codes, dtype=np.int16).reshape(len(people), len(ITEMS))[:, list(asked)],
        np.array([departments.index(d) for d, _ in people], dtype=int),
        departments,
        [ITEMS[i] for i in asked],
        FRAMEWORK,
    )


def csv_of(people: list[Row], post: str = "业务") -> bytes:
    lines = [",".join([d, post, *("" if c is None else str(c) for c in row)]) for d, row in people]
    return (HEADER + "\n".join(lines) + "\n").encode()


@settings(max_examples=25)
@given(PEOPLE, st.integers(0, 40))
def test_what_is_published_is_summed_over_the_shown_rows_alone(
    people: list[Row], first: int
) -> None:
    """Moments, complete rows and totals per person of two files, against a count by hand."""
    departments = sorted({d for d, _ in people})
    files = [rows for rows in (people[:first], people[first:]) if rows]
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(str(Path(folder) / "w.db"))
        for mode, rows in zip((None, batches.ADD), files, strict=False):
            # A post of its own makes it another file where both halves hold the same rows.
            bring(workspace, csv_of(rows, f"岗{mode}"), mode=mode)
        found, _ = shown_evidence(workspace, "2025")
        hidden = withheld(batches.survey_moments(workspace, "2025"))  # type: ignore[arg-type]
        held = stored_answers(workspace, "2025", FRAMEWORK, hidden)
        screened = round_screening(workspace, "2025", FRAMEWORK, hidden)
        workspace.close()
    shown = shown_rows(people)
    assert [d.id for d in found.departments] == departments
    assert found.withheld == set(departments) - {d for d, _ in shown}
    assert sum(one.n for one in screened) == len(shown)
    if not shown:
        assert found.survey is None and not held.department
        return
    # Without anything hidden a question that nobody answered still was asked.
    asked = [i for i in range(3) if not hidden or any(row[i] is not None for _, row in shown)]
    assert found.survey is not None
    assert found.survey.fingerprint() == moments_of(shown, departments, asked).fingerprint()
    assert Counter(zip(held.department, map(tuple, held.codes.tolist()), strict=True)) == Counter(
        (d, tuple(MISSING if row[i] is None else row[i] for i in asked)) for d, row in shown
    )


def test_a_department_of_four_is_withheld_and_one_of_five_is_not() -> None:
    people: list[Row] = [("甲局", (3, 3, 5))] * 4 + [("乙局", (3, 3, 5))] * 5
    assert withheld(moments_of(people, ["乙局", "甲局"])) == Withheld(frozenset({"甲局"}), {})


def test_of_a_larger_department_only_the_items_of_few_are_left_out() -> None:
    people: list[Row] = [("甲局", (3, 3, None))] * 6 + [("甲局", (3, None, 5))] * 4
    found = withheld(moments_of(people, ["甲局"]))
    assert found == Withheld(frozenset(), {"甲局": frozenset({"A1-2a"})})


def test_eight_people_none_of_whose_items_has_five_answers_are_withheld() -> None:
    people: list[Row] = [("甲局", (3, None, None))] * 4 + [("甲局", (None, 3, None))] * 4
    assert withheld(moments_of(people, ["甲局"])) == Withheld(frozenset({"甲局"}), {})


@pytest.mark.parametrize("threshold", [4, 1, 0, -1])
def test_the_threshold_can_be_raised_but_not_lowered(threshold: int) -> None:
    moments = moments_of([("甲局", (3, 3, 5))] * 6, ["甲局"])
    assert withheld(moments, 7).departments == {"甲局"}
    with pytest.raises(ValueError, match="not lowered"):
        withheld(moments, threshold)


def test_an_item_left_out_hides_its_indicator_and_nothing_above_it(tmp_path: Path) -> None:
    """What is above is computed from what is shown, so that no overall is lost."""
    workspace = open_workspace(str(tmp_path / "w.db"))
    people: list[Row] = [("甲局", (4, 2, None))] * 6 + [("甲局", (4, 2, 5))] * 3
    bring(workspace, csv_of([*people, *[("乙局", (3, 3, 5))] * 9]))
    bring_metrics(workspace, "部门,指标,数值\n甲局,B1-1,80\n乙局,B1-1,60\n")
    scores = score(*shown_evidence(workspace, "2025"), draws=100)
    workspace.close()
    row = [d.id for d in scores.departments].index("甲局")
    at = FRAMEWORK.node_index
    assert np.isnan(scores.score[row, at["A1-2"]]) and scores.hidden[row, at["A1-2"]]
    # 4 of 1-5 is 75, 2 of 1-5 reversed is 75 too.
    assert scores.score[row, at["A1"]] == scores.score[row, at["A"]] == 75
    assert scores.score[row, 0] == pytest.approx((75 + 80) / 2)
    assert scores.status[row] != "suppressed" and scores.respondents[row] == 9
    assert np.flatnonzero(scores.hidden[row]).tolist() == [at["A1-2"]]


def test_without_small_cells_the_published_facts_are_the_owners(tmp_path: Path) -> None:
    workspace = open_workspace(str(tmp_path / "w.db"))
    bring(workspace, csv_of([("甲局", (4, 2, 7))] * 6))
    whole, _ = batches.evidence(workspace, "2025")
    shown, _ = shown_evidence(workspace, "2025")
    workspace.close()
    assert shown.survey is not None and whole.survey is not None
    assert shown.survey.fingerprint() == whole.survey.fingerprint()
    assert shown.withheld == frozenset() and whole.withheld is None
