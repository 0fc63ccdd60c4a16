"""Boosted trees on the evidence, fitted to the likelihood of the choice.

    python -m training.trees training/out/data training/out/trees

One row a candidate and one for "none of these", as at inference (`judge/trees.tree_rows`).
The objective is McFadden's conditional logit: a softmax over the rows of one conflict, so that
trees learn what makes one candidate better than its rivals (LightGBM takes the gradients).
Prints the figures on the valid split as it goes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np

from mergeassist.judge.sides import sides_of
from training.data import Dataset
from training.metrics import summary

Array = np.ndarray[Any, Any]


class Choices(NamedTuple):
    """Rows of many conflicts, one after the other: features (n, C), labels (n,), and where each
    conflict's rows begin (conflicts + 1,)."""

    features: Array
    right: Array
    starts: Array

    @property
    def sizes(self) -> Array:
        return np.diff(self.starts)


def choices(data: Dataset, rows: Array, step: int = 4000) -> Choices:
    """`tree_rows` of the given conflicts in one table, filled `step` conflicts at a time."""
    sizes = data.count[rows] + 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    sides = sides_of(data.schema)
    table = np.zeros((0, 0), np.float32)
    right = np.zeros(starts[-1], bool)
    for first in range(0, len(rows), step):
        part, start = _narrow(data, rows[first : first + step]), starts[first]
        wide = sides.widen(part.features)
        if not len(table):
            table = np.zeros((starts[-1], wide.shape[1]), np.float32)
        table[start : start + len(wide)] = wide
        right[start : start + len(wide)] = part.right
    return Choices(table, right, starts)


def _narrow(data: Dataset, rows: Array) -> Choices:
    """The same before `Sides.widen`."""
    sizes = data.count[rows] + 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    known, offered = data.arrays["conflict"].shape[1], data.arrays["candidate"].shape[1]
    table = np.zeros((starts[-1], known + offered + 1), np.float32)
    table[:, :known] = np.repeat(data.arrays["conflict"][rows], sizes, axis=0)
    none = np.zeros(starts[-1], bool)
    none[starts[:-1]] = True
    flat = np.concatenate(
        [np.arange(data.candidate_start[r], data.candidate_start[r] + data.count[r]) for r in rows]
    )
    table[~none, known:-1] = data.arrays["candidate"][flat]
    table[none, -1] = 1.0
    right = np.zeros(starts[-1], bool)
    right[~none] = data.arrays["right"][flat]
    right[none] = ~np.logical_or.reduceat(right, starts[:-1])
    return Choices(table, right, starts)


def softmax(scores: Array, starts: Array) -> Array:
    """Over the rows of each conflict."""
    sizes = np.diff(starts)
    weights = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts[:-1]), sizes))
    return weights / np.repeat(np.add.reduceat(weights, starts[:-1]), sizes)


def objective(data: Choices, weight: Array) -> Callable[[Array, Any], tuple[Array, Array]]:
    """Gradient and diagonal of the Hessian of minus the log of all probability on right rows."""
    of_row = np.repeat(weight, data.sizes)

    def slopes(scores: Array, _: Any) -> tuple[Array, Array]:
        said = softmax(scores, data.starts)
        goal = said * data.right
        total = np.add.reduceat(goal, data.starts[:-1])
        goal = goal / np.repeat(np.maximum(total, 1e-12), data.sizes)
        return (said - goal) * of_row, np.maximum(said * (1 - said), 1e-3) * of_row

    return slopes


def figures(data: Choices, scores: Array) -> dict[str, float]:
    """The summary of `metrics`, and the log-loss in nats a conflict."""
    said = softmax(scores, data.starts)
    first, three, oracle, top = [], [], [], []
    for start, end in zip(data.starts[:-1], data.starts[1:], strict=True):
        order = np.argsort(-scores[start + 1 : end], kind="stable")
        right = data.right[start + 1 : end]
        first.append(right[order[0]])
        three.append(right[order[:3]].any())
        oracle.append(right.any())
        top.append(said[start + 1 + order[0]])
    good = np.add.reduceat(said * data.right, data.starts[:-1])
    found = summary(np.array(top), np.array(first), np.array(three), np.array(oracle))
    return {"log_loss": float(-np.log(np.maximum(good, 1e-12)).mean()), **found}


def scores_of(booster: lightgbm.Booster, data: Dataset, rows: Array | None = None) -> list[Array]:
    """(1 + K,) scores of the given conflicts, or all; "none of these" first."""
    found: list[Array] = []
    rows = np.arange(len(data)) if rows is None else rows
    for start in range(0, len(rows), 4000):
        part = choices(data, rows[start : start + 4000])
        values = np.asarray(booster.predict(part.features, raw_score=True))
        found += np.split(values, part.starts[1:-1])
    return found


def fit_forest(
    fitted: Choices,
    weight: Array | None = None,
    *,
    trees: int = 500,
    leaves: int = 63,
    rate: float = 0.06,
    columns: float = 0.3,
    steep: float = 0.2,
    flat: float = 0.1,
    least: int = 200,
    threads: int = 2,
    seed: int = 1,
    drawn: bool = False,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> lightgbm.Booster:
    """Boost `trees` trees of `leaves` leaves; `columns` is the share of columns a tree sees,
    `steep` and `flat` the shares of rows, those with the largest gradients and as many of the rest
    (gradient-based one-side sampling, Ke et al. 2017), `least` the rows in a leaf, `weight`
    (conflicts,) how much each conflict counts; with `drawn` one threshold a column is drawn at
    random (extremely randomised trees, Geurts et al. 2006)."""
    weight = np.ones(len(fitted.sizes)) if weight is None else weight
    return lightgbm.train(
        {
            "objective": objective(fitted, weight), "num_leaves": leaves, "learning_rate": rate,
            "verbosity": -1, "min_data_in_leaf": least, "min_sum_hessian_in_leaf": 5.0,
            "lambda_l2": 5.0, "feature_fraction": columns,
            "data_sample_strategy": "goss", "top_rate": steep, "other_rate": flat,
            "num_threads": threads, "max_bin": 127, "seed": seed, "extra_trees": drawn,
        },
        lightgbm.Dataset(fitted.features, fitted.right.astype(np.float32), free_raw_data=True),
        num_boost_round=trees,
        callbacks=list(callbacks),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--trees", type=int, default=500)
    parser.add_argument("--leaves", type=int, default=63)
    parser.add_argument("--rate", type=float, default=0.06)
    parser.add_argument("--columns", type=float, default=0.3, help="share of columns a tree sees")
    parser.add_argument("--steep", type=float, default=0.2, help="share of rows, by gradient")
    parser.add_argument("--flat", type=float, default=0.1, help="share of rows, of the others")
    parser.add_argument("--least", type=int, default=200, help="rows in a leaf")
    parser.add_argument("--power", type=float, default=0.0, help="weight 1/size^power a repository")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--forget", type=float, default=0.0, help="share of conflicts with their past hidden"
    )
    parser.add_argument("--drawn", action="store_true", help="thresholds drawn at random")
    parser.add_argument("--without", default="", help="columns to leave out, by prefix, by comma")
    args = parser.parse_args()
    train, valid = Dataset(args.data / "train"), Dataset(args.data / "valid")
    train.forget(args.forget, args.seed)
    chance = np.random.default_rng(args.seed)
    rows = np.nonzero(chance.random(len(train)) < args.share)[0]
    fitted, held = choices(train, rows), choices(valid, np.arange(len(valid)))
    names = sides_of(train.schema).names(train.schema)
    if args.without:
        hidden = tuple(args.without.split(","))
        columns = [
            at
            for at, name in enumerate(names)
            if name.removeprefix("own ").removeprefix("other ").startswith(hidden)
        ]
        fitted.features[:, columns] = held.features[:, columns] = 0
    weight = np.bincount(train.repository)[train.repository[rows]] ** -args.power
    weight /= weight.mean()
    print(f"{len(rows)} conflicts, {fitted.features.shape} rows", flush=True)

    def report(env: Any) -> None:
        if (env.iteration + 1) % 100 == 0 or env.iteration + 1 == args.trees:
            found = figures(held, np.asarray(env.model.predict(held.features, raw_score=True)))
            rounded = {k: round(v, 4) for k, v in found.items()}
            print(env.iteration + 1, json.dumps(rounded), flush=True)

    booster = fit_forest(
        fitted, weight, trees=args.trees, leaves=args.leaves, rate=args.rate, columns=args.columns,
        steep=args.steep, flat=args.flat, least=args.least, threads=args.threads, seed=args.seed,
        drawn=args.drawn, callbacks=[report],
    )  # fmt: skip
    args.out.mkdir(parents=True, exist_ok=True)
    booster.save_model(str(args.out / "trees.txt"))
    gain = booster.feature_importance("gain")
    for at in np.argsort(-gain)[:60]:
        print(f"  {names[at]:<32} {gain[at] / gain.sum():.4f}")


if __name__ == "__main__":
    main()
