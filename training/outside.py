"""What the judge would say of repositories it has never seen: a look at all of the train split.

    python -m training.outside training/out/data training/out/outside.npz

Two forests, each of one half of the train split's repositories, judge the other half.  They are
weaker than the judge that ships, but these are 305 repositories in place of valid's dozen, and a
threshold has to hold from one repository to the next.  Writes `said`, `right` and `repository`, one
a conflict.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from training.calibrate import tops, with_neighbours
from training.data import Dataset
from training.metrics import calibration_error, coverage_at
from training.trees import choices, fit_forest, scores_of

Array = np.ndarray[Any, Any]


def scores_outside(data: Dataset, trees: int, threads: int) -> list[Array]:
    """(1 + K,) scores a conflict by a forest that has not seen its repository."""
    half = np.random.default_rng(7).permutation(int(data.repository.max()) + 1) % 2
    mine = half[data.repository]
    found: list[Array] = [np.zeros(0)] * len(data)
    for fold in (0, 1):
        fitted = choices(data, np.nonzero(mine != fold)[0])
        booster = fit_forest(fitted, trees=trees, rate=0.1, columns=0.2, threads=threads)
        unseen = np.nonzero(mine == fold)[0]
        for at, scores in zip(unseen, scores_of(booster, data, unseen), strict=True):
            found[at] = scores
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--trees", type=int, default=150)
    parser.add_argument(
        "--forget", type=float, default=0.0, help="share of conflicts with their past hidden"
    )
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    train = Dataset(args.data / "train")
    train.forget(args.forget)
    scores = scores_outside(train, args.trees, args.threads)
    said, right = tops(with_neighbours(scores, train, args.data / "train"), train)
    np.savez(args.out, said=said, right=right, repository=train.repository)
    shares = " / ".join(f"{coverage_at(said, right, p):.3f}" for p in (0.80, 0.85, 0.90, 0.95))
    error = calibration_error(said, right)
    print(f"{len(said)} conflicts of {len(train.repositories)} repositories")
    print(
        f"first {right.mean():.3f}, at 80 / 85 / 90 / 95 % {shares}, calibration error {error:.3f}"
    )


if __name__ == "__main__":
    main()
