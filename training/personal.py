"""Try step sizes for `judge/personal.py`: each repository's merges in order of time.

    python -m training.personal ../shared/data training/out/data training/out/run \
        models/judge training/out/trees*/trees.txt

What a merge teaches is used for later merges only.  Scores are the mixture's, from the arrays of
`training.build`; paths, people and times come from the corpus itself.
"""

from __future__ import annotations

import argparse
import json
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mergeassist.app.corpus import context_of, corpus_files, read_records
from mergeassist.judge import personal
from mergeassist.judge.model import Mixture
from mergeassist.judge.personal import Observation, Personal
from training.calibrate import forest_scores, load_network
from training.data import Dataset
from training.metrics import summary
from training.train import predict

Array = np.ndarray[Any, Any]


class Case(NamedTuple):
    """One conflict of a repository, with the order of its merge."""

    repository: int
    time: int
    merge: str
    lesson: Observation


def cases(data: Dataset, corpus: Path, scores: list[Array], folder: Path) -> list[Case]:
    """Every conflict as `Personal.learn` takes it."""
    numbers = np.concatenate([np.load(path)["number"] for path in sorted(folder.glob("*.npz"))])
    records: dict[str, list[tuple[tuple[str, ...], int, str]]] = {}
    for path in corpus_files([corpus]):
        records[path.name.split(".jsonl")[0]] = [
            (personal.keys_of(context_of(r)), (r.get("times") or [0])[0], r["merge"])
            for r in read_records(path)
        ]
    names = [*data.schema.candidate, *data.schema.sources]
    columns = [names.index(name) for name in personal.FEATURES[:-2]]
    found: list[Case] = []
    for row in range(len(data)):
        start, count = data.candidate_start[row], data.count[row]
        values = np.zeros((1 + count, len(personal.FEATURES)))
        values[1:, :-2] = data.arrays["candidate"][start : start + count][:, columns]
        values[0, -2] = 1.0
        values[1:, -1] = personal.confidence(scores[row].astype(np.float64))
        right = data.arrays["right"][start : start + count]
        repository = int(data.repository[row])
        keys, time, merge = records[data.repositories[repository]][numbers[row]]
        lesson = Observation(
            keys, values, scores[row].astype(np.float64), np.array([not right.any(), *right])
        )
        found.append(Case(repository, time, merge, lesson))
    return sorted(found, key=lambda case: case[:3])


def replay(known: list[Case], learning: bool) -> dict[str, float]:
    """Figures of the shifted scores, and the log-loss."""
    first, three, oracle, top, loss = [], [], [], [], 0.0
    learned, repository = Personal(), -1
    for (at, _, _), merge in groupby(known, key=lambda case: case[:3]):
        if at != repository:
            learned, repository = Personal(), at
        lessons = [case.lesson for case in merge]
        for one in lessons:
            scores = one.scores + learned.shift(one.keys, one.features, one.scores)
            said = np.exp(scores - np.logaddexp.reduce(scores))
            order = np.argsort(-said[1:], kind="stable")
            first.append(one.right[1 + order[0]])
            three.append(one.right[1 + order[:3]].any())
            oracle.append(one.right[1:].any())
            top.append(said[1 + order[0]])
            loss -= float(np.log(max(said[one.right].sum(), 1e-12)))
        if learning:
            learned.learn(lessons)
    found = summary(np.array(top), np.array(first), np.array(three), np.array(oracle))
    return {"log_loss": loss / len(known), **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--split", default="valid")
    args = parser.parse_args()
    data = Dataset(args.data / args.split)
    mixture = Mixture(**json.loads((args.model / "config.json").read_text())["mixture"])
    pairs = zip(
        predict(load_network(args.run), data),
        forest_scores(args.trees, data),
        strict=True,
    )
    scores = [mixture.mix(network, trees) for network, trees in pairs]
    known = cases(data, args.corpus / args.split, scores, args.data / args.split)

    def show(name: str, learning: bool = True) -> None:
        figures = {k: round(v, 4) for k, v in replay(known, learning).items()}
        print(f"{name:<24}{json.dumps(figures)}", flush=True)

    show("not learning", False)
    rates, decay = dict(personal.RATES), personal.DECAY
    for scale in (0.5, 1.0, 1.5):
        personal.RATES.update({kind: rate * scale for kind, rate in rates.items()})
        show(f"all steps x {scale}")
    for kind in rates:
        personal.RATES.update({**rates, kind: 0.0})
        show(f"without {kind}")
    personal.RATES.update(rates)
    for personal.DECAY in (0.95, 1.0):
        show(f"decay {personal.DECAY}")
    personal.DECAY = decay


if __name__ == "__main__":
    main()
