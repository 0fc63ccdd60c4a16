"""Candidates seen from the side they take."""

from __future__ import annotations

import numpy as np

from mergeassist.judge.evidence import Schema
from mergeassist.judge.sides import mirrored, sides_of
from mergeassist.judge.trees import tree_rows

SCHEMA = Schema(
    ("ours_age", "theirs_age", "ours_fresher", "lines"),
    ("ours_kept", "theirs_kept", "tokens"),
    ("line-ours", "line-ours-theirs", "line-theirs", "line-theirs-ours"),
)
CONFLICT = np.array([1.0, 2.0, 0.5, 9.0], np.float32)
# ours, theirs, ours then theirs, theirs then ours, a mixture nearer to theirs
CANDIDATES = np.array(
    [
        [1.0, 0.2, 5, 1, 0, 0, 0],
        [0.2, 1.0, 5, 0, 0, 1, 0],
        [1.0, 1.0, 8, 0, 1, 0, 0],
        [1.0, 1.0, 8, 0, 0, 0, 1],
        [0.5, 0.6, 6, 0, 0, 0, 0],
    ],
    np.float32,
)


def test_names_with_the_sides_exchanged() -> None:
    assert mirrored("line-ours-theirs-new") == "line-theirs-ours-new"
    assert mirrored("theirs_in_ours") == "ours_in_theirs"
    assert mirrored("tokens") == "tokens"


def test_own_and_other_follow_the_side_a_candidate_takes() -> None:
    sides = sides_of(SCHEMA)
    names = sides.names(SCHEMA)
    rows = tree_rows(CONFLICT, CANDIDATES, sides)
    assert rows.shape == (6, len(names))
    column = {name: rows[:, at].tolist() for at, name in enumerate(names)}
    assert column["faces theirs"] == [0, 0, 1, 0, 1, 1]
    assert column["own ours_age"] == [1, 1, 2, 1, 2, 2]
    assert column["other ours_age"] == [2, 2, 1, 2, 1, 1]
    assert column["own ours_fresher"] == [0.5, 0.5, -0.5, 0.5, -0.5, -0.5]
    np.testing.assert_allclose(column["own ours_kept"], [0, 1, 1, 1, 1, 0.6])
    assert column["own line-ours"] == [0, 1, 1, 0, 0, 0]
    assert column["own line-ours-theirs"] == [0, 0, 0, 1, 1, 0]


def test_exchanging_the_sides_of_a_conflict_exchanges_nothing_of_own_and_other() -> None:
    sides = sides_of(SCHEMA)
    names = sides.names(SCHEMA)
    oriented = [at for at, name in enumerate(names) if name.startswith(("own ", "other "))]
    swapped = [SCHEMA.conflict.index(mirrored(name)) for name in SCHEMA.conflict[:2]]
    conflict = CONFLICT.copy()
    conflict[:2] = CONFLICT[swapped]
    conflict[2] = -CONFLICT[2]
    offered = [*SCHEMA.candidate, *SCHEMA.sources]
    candidates = CANDIDATES[:, [offered.index(mirrored(name)) for name in offered]]
    one, other = tree_rows(CONFLICT, CANDIDATES, sides), tree_rows(conflict, candidates, sides)
    np.testing.assert_array_equal(one[1:, oriented], other[1:, oriented])
