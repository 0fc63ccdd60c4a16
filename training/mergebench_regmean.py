"""Why RegMean's gain over averaging differs from seed to seed on the merge benchmark.

    python -m training.mergebench_regmean OUT/seed-0 OUT/seed-1 OUT/seed-2 [--draws 5]
                                          [--tables variants languages each]

Takes RegMean apart as `mergebench_reasons` does other methods: each line of the first table is the
gain in normalised accuracy over averaging the same four experts, by seed, as mean ± standard error
over several draws of the masks (the bench itself uses one).  Lines change the shrinkage, the
windows behind the Gram matrices, the model that they are measured in, and which layers are solved.
The second table gives every seed the languages of every other: whether the gain follows the
languages or the seed.  The third gives averaging and RegMean language by language.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch
from safetensors.torch import load_file

from mergeassist.params.methods.base import Whole
from mergeassist.params.methods.informed import regmean
from training.mergebench import STATISTICS, Weights, grams, languages_of, measure
from training.mergebench_reasons import Bench, length
from training.mergebench_tasks import TASKS

SHRINK = 0.95
ODD = "xml"  # whose inputs differ most from the others'
GROUPS = {
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
    "queries and keys": ("q_proj", "k_proj"), "values": ("v_proj",),
    "attention's output": ("o_proj",), "feed-forward": ("up", "down"),
    "first layer": ("layers.0.",), "second layer": ("layers.1.",),
}  # fmt: skip


class Study(Bench):
    """One seed's models of four languages, measured with several draws of the masks."""

    def __init__(self, folder: Path, tasks: Sequence[str], draws: int) -> None:
        self.draws = range(99, 99 + draws)
        super().__init__(folder, len(tasks), tasks)
        self.experts = [load_file(file) for file in self.files]
        self.average = {name: self.base[name] + tau for name, tau in self.mean.items()}
        data = load_file(folder / "data.safetensors")
        self.valid = {task: data[f"{task}.valid"] for task in self.tasks}
        self.known = [load_file(folder / f"{task}.gram.safetensors") for task in self.tasks]
        self.best = self.by_draw_of_experts()
        self.plain = self.worths(self.average)

    def by_draw_of_experts(self) -> dict[str, list[float]]:
        """Accuracy of each expert on its own language, by draw."""
        models = zip(self.tasks, self.experts, strict=True)
        return {task: self.by_draw(model, [task])[task] for task, model in models}

    def by_draw(self, model: Weights, tasks: Sequence[str]) -> dict[str, list[float]]:
        """Accuracy on the test part of each language, by draw."""
        self.encoder.load_state_dict(model)
        return {t: [measure(self.encoder, self.data[t], d)[0] for d in self.draws] for t in tasks}

    def shares(self, model: Weights) -> dict[str, list[float]]:
        """Normalised accuracy of each language, by draw."""
        found = self.by_draw(model, self.tasks)
        return {task: [a / b for a, b in zip(found[task], self.best[task], strict=True)]
                for task in self.tasks}  # fmt: skip

    def worths(self, model: Weights) -> list[float]:
        """Normalised accuracy, by draw."""
        return [mean(values) for values in zip(*self.shares(model).values(), strict=True)]

    def gains(self, model: Weights) -> list[float]:
        """The same, less averaging's."""
        return [a - b for a, b in zip(self.worths(model), self.plain, strict=True)]

    def matrices(self, windows: int = STATISTICS, source: Weights | None = None) -> list[Weights]:
        """Gram matrices of each language's first windows (at most those that were kept), in its
        expert or in `source`.
        """
        found = []
        for task, expert in zip(self.tasks, self.experts, strict=True):
            self.encoder.load_state_dict(source or expert)
            found.append(grams(self.encoder, self.valid[task][:windows]))
        return found

    def solved(
        self, known: Sequence[Weights], shrink: float = SHRINK, only: Sequence[str] = ("",)
    ) -> Weights:
        """RegMean in the weights whose name has one of `only` in it, averaging elsewhere."""
        merged = dict(self.average)
        for name in known[0]:
            if any(part in name for part in only):
                experts = tuple(model[name].numpy() for model in self.experts)
                statistics = tuple(gram[name].numpy() for gram in known)
                whole = Whole(name, None, experts, statistics=statistics)
                merged[name] = torch.from_numpy(regmean(whole, {"shrink": (shrink,)}))
        return merged


def of_one_size(known: Sequence[Weights]) -> list[Weights]:
    """The Gram matrices with equal traces, so that no expert counts for larger activations."""
    return [{name: gram / gram.trace() for name, gram in of.items()} for of in known]


def variants() -> Iterator[tuple[str, Callable[[Study], Weights]]]:
    """What is tried."""
    for shrink in (SHRINK, 0.0, 0.5, 0.99, 1.0):
        yield f"shrink {shrink:g}", partial(_shrunk, shrink=shrink)
    for windows in (STATISTICS // 4, STATISTICS // 2):
        yield f"Gram matrices of {windows} windows", partial(_counted, windows=windows)
    yield "Gram matrices of equal trace", lambda s: s.solved(of_one_size(s.known))
    yield "Gram matrices in the average", lambda s: s.solved(s.matrices(source=s.average))
    for group, parts in GROUPS.items():
        yield f"{group} only", partial(_only, parts=parts)


def _shrunk(study: Study, shrink: float) -> Weights:
    return study.solved(study.known, shrink)


def _counted(study: Study, windows: int) -> Weights:
    return study.solved(study.matrices(windows))


def _only(study: Study, parts: Sequence[str]) -> Weights:
    return study.solved(study.known, only=parts)


def spread(values: Sequence[float], form: str = "+.3f") -> str:
    """Mean ± standard error over the draws."""
    error = stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{mean(values):{form}} ± {error:.3f}"


def dominance(study: Study) -> str:
    """The largest share that one expert has in the sum of the Gram matrices' traces."""
    known = study.known
    shares = []
    for name in known[0]:
        traces = np.array([float(of[name].trace()) for of in known])
        shares.append(traces / traces.sum())
    worst = np.mean(shares, 0)
    return f"{study.tasks[int(worst.argmax())]} {worst.max():.2f}"


def condition(study: Study) -> str:
    """The median condition number of the sums of shrunk Gram matrices."""
    known = study.known
    found = []
    for name in known[0]:
        total = np.sum([of[name].double().numpy() for of in known], axis=0)
        shrunk = SHRINK * total
        np.fill_diagonal(shrunk, np.diag(total))
        found.append(float(np.linalg.cond(shrunk)))
    return f"{np.median(found):.0f}"


def tables(folders: Sequence[Path], draws: int, wanted: Sequence[str]) -> Iterator[str]:
    """The wanted ones of TABLES, as Markdown."""
    own = [Study(f, languages_of(int(f.name.split("-")[1]))[:4], draws) for f in folders]
    for number, name in enumerate(wanted):
        if number:
            yield ""
        yield from TABLES[name](own)


def of_variants(own: Sequence[Study]) -> Iterator[str]:
    """A line a variant, then what could make the difference, a column a seed."""
    yield from _head("gain over averaging", own)
    for title, make in variants():
        yield f"| {title} |" + "".join(f" {spread(s.gains(make(s)))} |" for s in own)
    yield "| largest share of the Gram matrices |" + "".join(f" {dominance(s)} |" for s in own)
    yield "| condition number |" + "".join(f" {condition(s)} |" for s in own)


def of_languages(own: Sequence[Study]) -> Iterator[str]:
    """A line a set of four languages, with XML and without it, and a column a seed."""
    yield from _head("languages", own)
    for languages in dict.fromkeys(s for of in own for s in (of.tasks, with_or_without(of.tasks))):
        cells = [spread(_gain(study, languages)) for study in own]
        yield f"| {', '.join(languages)} | " + " | ".join(cells) + " |"


def with_or_without(tasks: tuple[str, ...]) -> tuple[str, ...]:
    """XML in the last one's place; where it is one of them, the first other language in its."""
    if ODD not in tasks:
        return (*tasks[:-1], ODD)
    other = next(task for task in TASKS if task not in tasks)
    return tuple(other if task == ODD else task for task in tasks)


def of_each(own: Sequence[Study]) -> Iterator[str]:
    """A line a seed and language: the expert's accuracy, both merges' shares of it, the gain, how
    much the expert's inputs differ from the others', and the task vector's length.
    """
    yield "| seed | language | expert | averaging | RegMean | gain | inputs differ | task vector |"
    yield "|---" * 8 + "|"
    seen = []
    for study in own:
        plain, solved = (study.shares(m) for m in (study.average, _shrunk(study, SHRINK)))
        lengths = [length(study.less_base(expert)) for expert in study.experts]
        for number, task in enumerate(study.tasks):
            gain = [a - b for a, b in zip(solved[task], plain[task], strict=True)]
            differ = apart(study.known, number)
            seen.append((mean(gain), differ, mean(plain[task]), lengths[number]))
            yield (f"| {study.folder.name} | {task} | {mean(study.best[task]):.3f} | "
                   f"{mean(plain[task]):.3f} | {mean(solved[task]):.3f} | {spread(gain)} | "
                   f"{differ:.2f} | {lengths[number]:.1f} |")  # fmt: skip
    _, differ, average, long = np.corrcoef(np.array(seen).T)[0]
    yield f"| correlation with the gain | | | {average:+.2f} | | | {differ:+.2f} | {long:+.2f} |"


def apart(known: Sequence[Weights], number: int) -> float:
    """How far one expert's Gram matrices (of trace 1) are from the mean of the others', relative to
    that mean, in the mean over the layers.
    """
    alike = of_one_size(known)
    found = []
    for name in alike[0]:
        rest = torch.stack([of[name] for i, of in enumerate(alike) if i != number]).mean(0)
        found.append(float((alike[number][name] - rest).norm() / rest.norm()))
    return mean(found)


def _head(title: str, own: Sequence[Study]) -> Iterator[str]:
    yield f"| {title} |" + "".join(f" {study.folder.name} |" for study in own)
    yield "|---" * (1 + len(own)) + "|"


def _gain(seed: Study, languages: tuple[str, ...]) -> list[float]:
    study = seed if seed.tasks == languages else Study(seed.folder, languages, len(seed.draws))
    return study.gains(_shrunk(study, SHRINK))


TABLES = {"variants": of_variants, "languages": of_languages, "each": of_each}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--draws", type=int, default=5, help="of the masks")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    args = parser.parse_args()
    torch.set_num_threads(1)
    for line in tables(args.folders, args.draws, args.tables):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
