"""The sums of a group's answers against the sums written out person by person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.answers.answer_sums import Group, states_of, sums_of_answers

MISSING = -32768


@st.composite
def answers(draw):
    """(codes (J, n), department (n,), departments, scales, group) with answers missing."""
    scales = draw(
        st.lists(
            st.tuples(st.integers(-2, 2), st.integers(1, 5)).map(lambda p: (p[0], p[0] + p[1])),
            min_size=1,
            max_size=4,
        )
    )
    people = draw(st.integers(0, 25))
    departments = draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**32))
    random = np.random.default_rng(seed)
    codes = np.array([random.integers(low, high + 1, people) for low, high in scales])
    codes = codes.reshape(len(scales), people).astype(np.int16)
    codes[random.random(codes.shape) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = MISSING
    columns = draw(st.permutations(range(len(scales))))[: draw(st.integers(1, len(scales)))]
    directions = tuple(random.choice([-1, 1], len(columns)).tolist())
    group = Group("g", tuple(columns), directions, persons=True)
    return codes, random.integers(0, departments, people), departments, scales, group


def written_out(codes, scales, group):
    """The definition of statistics: one person after the other, in Python's whole numbers."""
    size = len(group.columns)
    found = {
        "g n": 0,
        "g sums": np.zeros(size, int),
        "g cross": np.zeros((size, size), int),
        "g persons": np.zeros((size + 1, 3), int),
    }
    for person in codes.T.tolist():
        own = [person[j] for j in group.columns]
        if MISSING not in own:
            found["g n"] += 1
            found["g sums"] += own
            found["g cross"] += np.outer(own, own)
        directed = [
            x if sign > 0 else sum(scales[j]) - x
            for j, x, sign in zip(group.columns, own, group.directions, strict=True)
            if x != MISSING
        ]
        found["g persons"][len(directed)] += [1, sum(directed), sum(directed) ** 2]
    return found


@given(answers())
def test_multiplying_rows_gives_the_sums_person_by_person(case):
    codes, department, departments, scales, group = case
    states = states_of(codes, MISSING, np.arange(codes.shape[1]), scales)
    for d in range(departments):
        expected = written_out(codes[:, department == d], scales, group)
        multiplied = sums_of_answers(states[:, department == d], scales, [group])
        for key, value in expected.items():
            np.testing.assert_array_equal(multiplied[key], value)


@given(answers())
def test_pairs_are_summed_over_those_who_answered_both(case):
    codes, _, _, scales, _ = case
    sums = sums_of_answers(states_of(codes, MISSING, np.arange(codes.shape[1]), scales), scales, [])
    whole = codes.astype(int)
    for j, x in enumerate(whole):
        low, high = scales[j]
        expected = [int((x == value).sum()) for value in range(low, high + 1)]
        assert sums[f"counts {j}"].tolist() == expected
        for k, y in enumerate(whole):
            both = (x != MISSING) & (y != MISSING)
            assert sums["pair_n"][j, k] == both.sum()
            assert sums["pair_sum"][j, k] == x[both].sum()
            assert sums["pair_cross"][j, k] == (x[both] * y[both]).sum()


def test_an_answer_off_its_scale_is_refused_whatever_the_scale():
    for low, high, wrong in ((1, 5, 0), (1, 5, 6), (2, 4, 1), (0, 1000, -1)):
        codes = np.array([[low, wrong, MISSING]], dtype=np.int16)
        with pytest.raises(ValueError, match="off its scale"):
            states_of(codes, MISSING, np.arange(3), [(low, high)])
