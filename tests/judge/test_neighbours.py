"""How the conflicts of one file inform each other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.judge import neighbours

# "none of these", ours, theirs
TAKES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
UNSURE, OURS, THEIRS = (np.log(p) for p in ([0.2, 0.41, 0.39], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]))


def shifted(*scores: np.ndarray) -> list[np.ndarray]:
    moves = neighbours.shifts(scores, [TAKES] * len(scores))
    return [one + move for one, move in zip(scores, moves, strict=True)]


def test_alone_in_its_file_a_conflict_keeps_its_scores() -> None:
    assert np.array_equal(shifted(OURS)[0], OURS)


def test_what_the_others_expect_decides_where_a_conflict_is_unsure() -> None:
    assert np.argmax(shifted(UNSURE, OURS, OURS)[0]) == 1
    assert np.argmax(shifted(UNSURE, THEIRS, THEIRS)[0]) == 2


def test_equal_conflicts_do_not_make_each_other_surer() -> None:
    for one in shifted(OURS, OURS, OURS):
        assert np.allclose(one, OURS)


def test_more_others_pull_harder() -> None:
    one, many = shifted(UNSURE, THEIRS)[0], shifted(UNSURE, *[THEIRS] * 9)[0]
    assert many[2] - many[1] > one[2] - one[1] > UNSURE[2] - UNSURE[1]


@given(
    st.lists(
        st.lists(st.floats(-8, 8), min_size=2, max_size=5).map(np.array), min_size=1, max_size=6
    )
)
def test_expectations_of_a_file_are_those_of_each_conflict(scores: list[np.ndarray]) -> None:
    takes = [np.eye(len(one))[:, :2] for one in scores]
    together = neighbours.expected(scores, takes)
    for said, one, table in zip(together, scores, takes, strict=True):
        weights = np.exp(one - one.max())
        assert np.allclose(said, weights @ table / weights.sum())
