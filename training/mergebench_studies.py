"""MWA and MAP on the merge benchmark's models, as Markdown tables on standard output.

    python -m training.mergebench_studies average OUT/seed-0 OUT/seed-1 [--constant]
    python -m training.mergebench_studies front OUT/seed-0 OUT/seed-1

`average`: the last ten checkpoints of each base's training, averaged by `models average` in every
way, beside the last and the best single one (best on the valid part); all measured on the test
part.  `--constant` trains once more without letting the rate fall, which leaves more to average.
`front`: MAP's front of 20 evaluations for the first two and three experts, against grids of 101 to
125 merges.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file

from mergeassist.cli.main import main as mergeassist
from mergeassist.params.average import in_folder
from mergeassist.params.pareto import explore, hypervolume
from training.mergebench import (
    CORPUS,
    RATE,
    Encoder,
    Weights,
    measure,
    pretraining,
    save_checkpoint,
    train,
)
from training.mergebench_tasks import GENERAL, Vocabulary, sources

Matrix = npt.NDArray[np.float64]
Point = tuple[float, ...]
LAST = 10
EVALUATIONS = 20
WAYS = {
    "uniform": ["--by", "uniform"], "by loss, p 0.7": ["--by", "loss"],
    "by loss, p 5": ["--by", "loss", "--power", "5"], "by step, p 0.7": ["--by", "step"],
    "by step, p 5": ["--by", "step", "--power", "5"],
}  # fmt: skip


def encoder_of(folder: Path) -> Encoder:
    """An encoder of the seed's size, its weights to be loaded."""
    words = load_file(folder / "base.safetensors")["embed_tokens.weight"]
    return Encoder(len(words), json.loads((folder / "bench.json").read_text())["size"])


def retrain(folder: Path, run: Path, corpus: Path) -> None:
    """The base's training again, with the rate kept at its peak."""
    about, parts = json.loads((folder / "bench.json").read_text()), sources(corpus)
    seed = int(folder.name.split("-")[1])
    seen = load_file(folder / "data.safetensors")[f"{GENERAL}.valid"]
    torch.manual_seed(seed)
    train(encoder_of(folder), pretraining(parts, Vocabulary(parts), seed), about["steps"][0], RATE,
          seed, partial(save_checkpoint, run, seen), constant=True)  # fmt: skip


def averages(folder: Path, run: Path) -> dict[str, tuple[float, float]]:
    """(accuracy, loss) on the test part of each way to make one model of the last checkpoints."""
    encoder, data = encoder_of(folder), load_file(folder / "data.safetensors")[f"{GENERAL}.test"]

    def measured(path: Path) -> tuple[float, float]:
        encoder.load_state_dict(load_file(path / "model.safetensors"))
        return measure(encoder, data)

    points = in_folder(run)[-LAST:]
    best = min(points, key=lambda point: point.losses["eval_loss"])
    found = {"last": measured(points[-1].path), "best single": measured(best.path)}
    with tempfile.TemporaryDirectory() as place:
        for number, (name, options) in enumerate(WAYS.items()):
            out = Path(place) / str(number)
            with contextlib.redirect_stdout(io.StringIO()):
                code = mergeassist(["models", "average", str(run), "--last", str(LAST), *options,
                                    "-o", str(out)])  # fmt: skip
            assert code == 0, name
            found[name] = measured(out)
    return found


class Front(NamedTuple):
    """MAP on one folder's first experts: hypervolumes as shares of grids' ones."""

    tasks: list[str]
    line: float
    box: float
    proposed: float
    evaluations: int


def front(folder: Path, experts: int) -> Front:
    """What MAP's measured points cover of what a grid on weights that sum to 1 covers, and of what
    one on the whole box covers; then all that it proposes, measured, beside the first grid.
    """
    about = json.loads((folder / "bench.json").read_text())
    names = list(about["experts"])[:experts]
    encoder, data = encoder_of(folder), load_file(folder / "data.safetensors")
    base = load_file(folder / about["base"])
    taus = [_difference(load_file(folder / about["experts"][name]), base) for name in names]

    def evaluate(weights: Sequence[float]) -> dict[str, float]:
        merged = {k: v + sum(w * tau[k] for w, tau in zip(weights, taus, strict=True))
                  for k, v in base.items()}  # fmt: skip
        encoder.load_state_dict(merged)
        return {name: measure(encoder, data[f"{name}.test"])[0] for name in names}

    def values(grid: Iterable[Sequence[float]]) -> Matrix:
        return np.array([list(evaluate(weights).values()) for weights in grid])

    line, box = (values(grid) for grid in grids(experts))
    worst = line.min(0)
    study = explore(evaluate, experts, EVALUATIONS)
    measured = np.array([list(point.metrics.values()) for point in study.evaluated])
    found = volume(measured, worst)
    proposed = volume(values([point.weights for point in study.front]), worst)
    whole = volume(line, worst)
    return Front(names, found / whole, found / volume(box, worst), proposed / whole,
                 len(study.evaluated))  # fmt: skip


def grids(experts: int) -> tuple[list[Point], list[Point]]:
    """Weights that sum to 1 (101 of two models, 105 of three), and the box 0..1 (121 and 125)."""
    steps, sides = (100, 11) if experts == 2 else (13, 5)
    sums = [w for w in product(range(steps + 1), repeat=experts) if sum(w) == steps]
    box = list(product(np.linspace(0, 1, sides).tolist(), repeat=experts))
    return [tuple(w / steps for w in weights) for weights in sums], box


def volume(values: Matrix, worst: Matrix) -> float:
    """The area or volume that points (n, 2 or 3) dominate beyond `worst`."""
    if values.shape[1] == 2:
        return hypervolume(values, worst.tolist())
    found, under = 0.0, float(worst[2])
    for level in np.unique(values[values[:, 2] > under, 2]):
        slab = values[values[:, 2] >= level][:, :2]
        found += hypervolume(slab, worst[:2].tolist()) * (float(level) - under)
        under = float(level)
    return found


def _difference(expert: Weights, base: Weights) -> Weights:
    return {name: expert[name] - base[name] for name in base}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("study", choices=("average", "front"))
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--constant", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.study == "front":
        print("| seed | tasks | sums of 1 | the box | all proposed, sums of 1 | evaluations |")
        print("|---|---|---|---|---|---|")
        for experts, folder in product((2, 3), args.folders):
            found = front(folder, experts)
            cells = f"{found.line:.3f} | {found.box:.3f} | {found.proposed:.3f}"
            print(f"| {folder.name} | {', '.join(found.tasks)} | {cells} | {found.evaluations} |",
                  flush=True)  # fmt: skip
        return
    tables = []
    for folder in args.folders:
        run = folder / ("run-constant" if args.constant else "run")
        if not run.exists():
            retrain(folder, run, args.corpus)
        tables.append(averages(folder, run))
    head = "".join(f" {f.name}: accuracy | loss |" for f in args.folders)
    sys.stdout.write(f"| average |{head}\n|---" + "|---" * (2 * len(tables)) + "|\n")
    for name in tables[0]:
        cells = "".join(f" {table[name][0]:.4f} | {table[name][1]:.4f} |" for table in tables)
        sys.stdout.write(f"| {name} |{cells}\n")


if __name__ == "__main__":
    main()
