"""Boosted trees on the same evidence: the judge to beat, and a partner to listen to.

    python -m training.trees training/out/data training/out/trees

One row a candidate, binary objective (LightGBM); prints the figures on the valid split and
writes each split's raw scores for `training.calibrate`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from training.data import Dataset
from training.metrics import summary

Array = np.ndarray[Any, Any]


def matrix(data: Dataset, rows: Array) -> tuple[Array, Array]:
    """Features and labels of every candidate of the given conflicts."""
    parts = [
        np.arange(data.candidate_start[row], data.candidate_start[row] + data.count[row])
        for row in rows
    ]
    flat = np.concatenate(parts)
    of_conflict = np.repeat(data.arrays["conflict"][rows], data.count[rows], axis=0)
    features = np.concatenate([of_conflict, data.arrays["candidate"][flat]], 1).astype(np.float32)
    return features, data.arrays["right"][flat]


def probabilities(booster: lightgbm.Booster, data: Dataset) -> list[Array]:
    """One array a conflict: the probability of each candidate."""
    found: list[Array] = []
    for start in range(0, len(data), 4000):
        rows = np.arange(start, min(start + 4000, len(data)))
        values = np.asarray(booster.predict(matrix(data, rows)[0]))
        found += np.split(values, np.cumsum(data.count[rows])[:-1])
    return found


def figures(data: Dataset, found: list[Array]) -> dict[str, float]:
    first, three, oracle, top = [], [], [], []
    for row, values in enumerate(found):
        start = data.candidate_start[row]
        right = data.arrays["right"][start : start + data.count[row]]
        order = np.argsort(-values, kind="stable")
        first.append(right[order[0]])
        three.append(right[order[:3]].any())
        oracle.append(right.any())
        top.append(values[order[0]] / max(1.0, values.sum()))
    return summary(np.array(top), np.array(first), np.array(three), np.array(oracle))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--trees", type=int, default=350)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    train, valid = Dataset(args.data / "train"), Dataset(args.data / "valid")
    chance = np.random.default_rng(1)
    rows = np.nonzero(chance.random(len(train)) < args.share)[0]
    features, right = matrix(train, rows)
    print(f"{len(rows)} conflicts, {features.shape[0]} rows", flush=True)
    booster = lightgbm.train(
        {
            "objective": "binary", "num_leaves": 63, "learning_rate": 0.08, "verbosity": -1,
            "min_data_in_leaf": 100, "feature_fraction": 0.5, "bagging_fraction": 0.7,
            "bagging_freq": 1, "num_threads": args.threads, "max_bin": 127, "seed": 1,
        },
        lightgbm.Dataset(features, right, free_raw_data=True),
        num_boost_round=args.trees,
    )  # fmt: skip
    args.out.mkdir(parents=True, exist_ok=True)
    booster.save_model(str(args.out / "trees.txt"))
    found = probabilities(booster, valid)
    print(json.dumps({k: round(v, 4) for k, v in figures(valid, found).items()}), flush=True)
    gain = booster.feature_importance("gain")
    names = [*train.schema.conflict, *train.schema.candidate, *train.schema.sources]
    for at in np.argsort(-gain)[:40]:
        print(f"  {names[at]:<32} {gain[at] / gain.sum():.4f}")


if __name__ == "__main__":
    main()
