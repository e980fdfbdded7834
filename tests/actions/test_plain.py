"""Results as plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from actions.plain import plain


@dataclass(frozen=True)
class Part:
    with_: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Whole:
    name: str
    part: Part | None
    scores: dict[str, object]


def test_a_result_is_written_by_its_fields_in_their_order_and_nothing_that_is_no_number():
    result = Whole(
        "市\udcff",
        Part("2024", (1.0, float("nan"), float("-inf"))),
        {"n": np.int64(3), "there": np.bool_(True), "of": np.array([[0.1, np.nan]]), "none": None},
    )
    assert json.dumps(plain(result), ensure_ascii=False, allow_nan=False) == (
        '{"name": "市\udcff", "part": {"with": "2024", "values": [1.0, null, null]}, '
        '"scores": {"n": 3, "there": true, "of": [[0.1, null]], "none": null}}'
    )


def test_what_has_no_plain_value_is_refused_and_not_written_as_a_text():
    with pytest.raises(TypeError, match="set"):
        plain({"departments": {"a"}})
