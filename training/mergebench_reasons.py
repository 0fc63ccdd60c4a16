"""Why a method beats plain averaging on the merge benchmark, or does not.

    python -m training.mergebench_reasons OUT/seed-0 OUT/seed-1 [--experts 4]

Each merge is compared with the mean of the experts ("averaging") as a task vector: how long it is,
where it points, and what each is worth at the other's length, over the whole model or tensor by
tensor.  Then what is left of it without the embedding, and in the embedding alone.  Normalised
accuracy at default settings on the test part, mean over the folders, as a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file

from mergeassist.params.merge import Request, merge
from mergeassist.params.methods import METHODS
from mergeassist.params.policy import Policy, parse_spec
from training.mergebench import Encoder, Weights, measure
from training.mergebench_studies import encoder_of

EMBEDDING = "embed_tokens.weight"
NAMES = (
    "task-arithmetic", "widen", "iso-c", "tsv-m", "regmean", "fisher",
    "pcb", "pcb:density=0.3", "pcb:density=0.9", "pcb:density=1",
    "doge", "doge:steps=0", "doge:density=1", "doge:density=1;steps=0", "doge:eta=1",
)  # fmt: skip


class Bench:
    """One folder's models (the first few, or those of `tasks`) as task vectors, and what a task
    vector is worth.
    """

    def __init__(self, folder: Path, experts: int, tasks: Sequence[str] = ()) -> None:
        about = json.loads((folder / "bench.json").read_text())
        self.folder = folder
        self.tasks = tuple(tasks or list(about["experts"])[:experts])
        self.base_file = folder / about["base"]
        self.files = tuple(folder / about["experts"][task] for task in self.tasks)
        self.statistics = {
            kind: tuple(folder / files[task] for task in self.tasks)
            for kind, files in about["statistics"].items()
        }
        self.base = load_file(self.base_file)
        self.encoder: Encoder = encoder_of(folder)
        data = load_file(folder / "data.safetensors")
        self.data = {task: data[f"{task}.test"] for task in self.tasks}
        taus = [self.less_base(load_file(file)) for file in self.files]
        self.mean = {k: sum((t[k] for t in taus[1:]), taus[0][k]) / len(taus) for k in self.base}
        self.own = {
            task: self._found(load_file(file), task)
            for task, file in zip(self.tasks, self.files, strict=True)
        }

    def less_base(self, model: Weights) -> Weights:
        """The task vector of a model."""
        return {name: model[name] - base for name, base in self.base.items()}

    def merged(self, name: str) -> Weights:
        """The task vector of a method's merge."""
        given = parse_spec(name, "methods")
        kind = METHODS[given.method].needs_data
        with tempfile.TemporaryDirectory() as place:
            out = Path(place) / "merged.safetensors"
            base = self.base_file if METHODS[given.method].needs_base else None
            files = self.statistics.get(kind, ())
            request = Request(base, self.files, Policy(given), seed=0, every=True,
                              allow_unrelated=True, statistics=files)  # fmt: skip
            report = merge(request, out)
            assert not report.refusals, report.line
            return self.less_base(load_file(out))

    def worth(self, tau: Weights) -> float:
        """Normalised accuracy of base + tau."""
        model = {name: base + tau[name] for name, base in self.base.items()}
        return sum(self._found(model, t) / self.own[t] for t in self.tasks) / len(self.tasks)

    def _found(self, model: Weights, task: str) -> float:
        self.encoder.load_state_dict(model)
        return measure(self.encoder, self.data[task])[0]


def length(tau: Weights) -> float:
    """The Euclidean length of a task vector over all tensors."""
    return float(torch.stack([part.double().norm() for part in tau.values()]).norm())


def cosine(one: Weights, other: Weights) -> float:
    """The cosine between two task vectors."""
    dot = sum(float((one[name].double() * other[name].double()).sum()) for name in one)
    return dot / (length(one) * length(other))


def as_long_as(tau: Weights, other: Weights) -> Weights:
    """`tau` at the length of `other`."""
    factor = length(other) / length(tau)
    return {name: part * factor for name, part in tau.items()}


def each_as_long_as(tau: Weights, other: Weights) -> Weights:
    """`tau` with every tensor at the length that it has in `other`."""
    return {name: part * (other[name].norm() / part.norm().clamp_min(1e-30))
            for name, part in tau.items()}  # fmt: skip


class View(NamedTuple):
    """One column of the table: a figure of a bench and a merge's task vector."""

    title: str
    figure: Callable[[Bench, Weights], float]


VIEWS = (
    View("as it is", lambda b, t: b.worth(t)),
    View("length (averaging = 1)", lambda b, t: length(t) / length(b.mean)),
    View("cosine to averaging", lambda b, t: cosine(t, b.mean)),
    View("at averaging's length", lambda b, t: b.worth(as_long_as(t, b.mean))),
    View("... tensor by tensor", lambda b, t: b.worth(each_as_long_as(t, b.mean))),
    View("averaging at its length", lambda b, t: b.worth(as_long_as(b.mean, t))),
    View("averaging, its tensors' lengths", lambda b, t: b.worth(each_as_long_as(b.mean, t))),
    View("averaging in the embedding", lambda b, t: b.worth({**t, EMBEDDING: b.mean[EMBEDDING]})),
    View("averaging elsewhere", lambda b, t: b.worth({**b.mean, EMBEDDING: t[EMBEDDING]})),
)


def table(benches: Sequence[Bench], names: Sequence[str]) -> Iterator[str]:
    """Markdown: a merge a line, a view a column, the mean over the benches."""
    yield "| merge | " + " | ".join(view.title for view in VIEWS) + " |"
    yield "|---" * (1 + len(VIEWS)) + "|"
    plain = sum(bench.worth(bench.mean) for bench in benches) / len(benches)
    yield f"| averaging | {plain:.3f} | 1.00 | 1.00 |" + " |" * (len(VIEWS) - 3)
    for name in names:
        taus = [bench.merged(name) for bench in benches]
        cells = []
        for view in VIEWS:
            found = [view.figure(b, t) for b, t in zip(benches, taus, strict=True)]
            cells.append(f"{sum(found) / len(found):.3f}")
        yield f"| `{name}` | " + " | ".join(cells) + " |"


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--experts", type=int, default=4)
    parser.add_argument("--methods", nargs="+", default=NAMES)
    args = parser.parse_args()
    torch.set_num_threads(1)
    benches = [Bench(folder, args.experts) for folder in args.folders]
    for line in table(benches, args.methods):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
