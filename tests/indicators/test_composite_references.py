"""Weights, rankings, penalised means and coordination against the values that packages agree on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference.composite import CASE, OUTSIDE, compared

COMPARED = compared()


@pytest.mark.parametrize("id", COMPARED)
def test_every_value_that_packages_agree_on_is_found_again(id):
    ours, theirs = COMPARED[id]
    # The values have ten significant digits.
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


def test_no_entry_is_left_out_without_a_reason():
    entries = {id.split("/")[0] for id in (*COMPARED, *OUTSIDE)}
    inputs = {"what", "matrix", "direction", "weights", "disagreements"}
    assert entries == set(CASE) - inputs
