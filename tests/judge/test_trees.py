"""Boosted trees as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mergeassist.errors import InputError
from mergeassist.judge.evidence import Schema
from mergeassist.judge.sides import sides_of
from mergeassist.judge.trees import Trees, averaged, flatten, load_trees, tree_rows

MODEL = {
    "tree_info": [
        {
            "tree_structure": {
                "split_feature": 1,
                "threshold": 0.5,
                "decision_type": "<=",
                "left_child": {"leaf_value": 1.0},
                "right_child": {
                    "split_feature": 0,
                    "threshold": -1.0,
                    "decision_type": "<=",
                    "left_child": {"leaf_value": 10.0},
                    "right_child": {"leaf_value": 20.0},
                },
            }
        },
        {"tree_structure": {"leaf_value": 0.25}},
    ]
}


def test_rows_walk_to_their_leaves_and_trees_add_up() -> None:
    trees = Trees(flatten(MODEL))
    rows = np.array([[0, 0.5], [-1, 0.6], [0, 0.6]], np.float32)
    assert trees.scores(rows).tolist() == [1.25, 10.25, 20.25]


def test_splits_of_another_kind_are_refused() -> None:
    odd = {"tree_info": [{"tree_structure": {"split_feature": 0, "decision_type": "=="}}]}
    with pytest.raises(ValueError, match="a split by =="):
        flatten(odd)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "trees.safetensors"
    path.write_bytes(b"not trees")
    with pytest.raises(InputError, match=r"trees\.safetensors: unreadable trees"):
        load_trees(path)


def test_none_of_these_is_a_row_of_its_own() -> None:
    schema = Schema(("lines",), ("ours_kept", "theirs_kept"), ("line-ours", "line-theirs"))
    candidates = np.array([[1, 0.5, 1, 0], [0.5, 1, 0, 1]], np.float32)
    rows = tree_rows(np.array([7.0], np.float32), candidates, sides_of(schema))
    assert rows[:, :6].tolist() == [[7, 0, 0, 0, 0, 1], [7, 1, 0.5, 1, 0, 0], [7, 0.5, 1, 0, 1, 0]]


def test_the_mean_of_two_forests() -> None:
    one = flatten(MODEL)
    other = flatten({"tree_info": [{"tree_structure": {"leaf_value": 100.0}}, *MODEL["tree_info"]]})
    rows = np.array([[0, 0.5], [-1, 0.6], [0, 0.6]], np.float32)
    want = (Trees(one).scores(rows) + Trees(other).scores(rows)) / 2
    np.testing.assert_allclose(Trees(averaged([one, other])).scores(rows), want)
