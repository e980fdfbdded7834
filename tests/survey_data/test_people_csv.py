"""CSV that people open: nothing in it computes, and every text comes back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_data.people_csv import people_csv, without_mark

SIGNS = st.text(st.sampled_from("'=+-@＝＋－＠\t \r\n0a,;\""), max_size=6)


def read_back(cells: list[str]) -> list[str]:
    text = people_csv([cells]).decode("utf-8-sig")
    (row,) = csv.reader(io.StringIO(text, newline=""))
    return row


@given(st.lists(SIGNS | st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=5))
def test_every_text_comes_back_as_it_was(cells):
    assert [without_mark(cell) for cell in read_back(cells)] == cells


# The list of reliability.md C1: = + - @ TAB CR LF and the full-width forms, text that is no number.
@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "-1-2", "@SUM(1)", "\tx", "\rx", "\nx", "＝1", "＋a", "－b", "＠c", " =1"],
)
def test_what_a_spreadsheet_would_compute_is_marked_as_text(text):
    assert read_back([text, "x"])[0] == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-0.25", "-1e3", "-.5", "甲局", "'甲", "a=b", "1-2"])
def test_numbers_and_harmless_texts_are_left_alone(text):
    assert read_back([text, "x"])[0] == text
