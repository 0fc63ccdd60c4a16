"""Boosted trees in numpy: the judge's second opinion, from the evidence alone.

Trained by LightGBM on the likelihood of the choice (`training/trees.py`) and shipped as plain
arrays, so that scoring needs no more than numpy: all trees and candidates walk down one level at
a time, and those that have come to a leaf drop out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from mergeassist.errors import InputError
from mergeassist.judge.sides import Sides

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEPS = 4  # down, between two looks at who has arrived
_ARRAYS = ("roots", "feature", "threshold", "left", "right", "value")


class Trees:
    """`roots` (trees,) index the nodes; a node whose `left` is negative is a leaf of `value`."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        roots, feature, self.threshold, left, right, self.value = (
            arrays[name] for name in _ARRAYS
        )
        self.inner = left >= 0
        # of node n, 2 n is where a larger value leads and 2 n + 1 a smaller one; a leaf, to itself
        itself = np.arange(len(left))
        self.child = np.empty(2 * len(left), np.intp)
        self.child[::2] = np.where(self.inner, right, itself)
        self.child[1::2] = np.where(self.inner, left, itself)
        self.roots, self.feature = roots.astype(np.intp), feature.astype(np.intp)

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows,) scores, up to a constant the log-probability of each choice, for features
        (rows, columns) as `tree_rows` gives them."""
        count, width = features.shape
        values = features.ravel()
        leaf = np.tile(self.roots, count)
        row = np.repeat(np.arange(count) * width, len(self.roots))  # where its values begin
        walking, node = np.arange(len(leaf)), leaf
        while len(walking):
            for _ in range(_STEPS):
                smaller = values.take(row + self.feature.take(node)) <= self.threshold.take(node)
                node = self.child.take(2 * node + smaller)
            leaf[walking] = node
            on = self.inner.take(node)
            walking, row, node = walking[on], row[on], node[on]
        found: NDArray[np.float64] = self.value.take(leaf).reshape(count, -1).sum(1, dtype=float)
        return found


def tree_rows(
    conflict: NDArray[np.float32], candidate: NDArray[np.float32], sides: Sides
) -> NDArray[np.float32]:
    """(1 + K, C): "none of these" (flagged in column F + G), then the K candidates; F columns of
    the conflict, G of the candidate, the flag and what `Sides.widen` adds."""
    count, width = candidate.shape
    rows = np.zeros((1 + count, len(conflict) + width + 1), np.float32)
    rows[:, : len(conflict)] = conflict
    rows[1:, len(conflict) : -1] = candidate
    rows[0, -1] = 1.0
    return sides.widen(rows)


def load_trees(path: Path) -> Trees:
    """Read `trees.safetensors`; raises `InputError` for a file that does not hold trees."""
    try:
        return Trees(load_file(path))
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(path, f"unreadable trees ({error})", "reinstall mergeassist") from error


def flatten(model: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """LightGBM's `dump_model()` as the arrays of `Trees`; numerical splits without missing
    values only (raises `ValueError` for others)."""
    roots: list[int] = []
    rows: list[list[float]] = []  # feature, threshold, left, right, value

    def add(node: Mapping[str, Any]) -> int:
        at = len(rows)
        rows.append([0, 0, -1, -1, float(node.get("leaf_value", 0.0))])
        if "split_feature" in node:
            if node["decision_type"] != "<=":
                raise ValueError(f"a split by {node['decision_type']}")
            rows[at][:2] = [node["split_feature"], node["threshold"]]
            rows[at][4] = 0.0
            rows[at][2] = add(node["left_child"])
            rows[at][3] = add(node["right_child"])
        return at

    for tree in model["tree_info"]:
        roots.append(add(tree["tree_structure"]))
    table = np.array(rows)
    return {
        "roots": np.array(roots, np.int32),
        "feature": table[:, 0].astype(np.int32),
        "threshold": table[:, 1].astype(np.float32),
        "left": table[:, 2].astype(np.int32),
        "right": table[:, 3].astype(np.int32),
        "value": table[:, 4].astype(np.float32),
    }


def averaged(forests: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Several models' arrays as one whose score is the mean of theirs."""
    shifts = np.cumsum([0, *(len(forest["value"]) for forest in forests)])
    joined: dict[str, NDArray[Any]] = {}
    for name in _ARRAYS:
        parts = [forest[name] for forest in forests]
        if name == "value":
            parts = [part / np.float32(len(forests)) for part in parts]
        if name in ("roots", "left", "right"):  # indices of nodes; a leaf has none
            parts = [
                np.where(part < 0, part, part + np.int32(shift))
                for part, shift in zip(parts, shifts, strict=False)
            ]
        joined[name] = np.concatenate(parts)
    return joined
