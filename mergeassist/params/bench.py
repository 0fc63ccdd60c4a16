"""`models bench`: every method on models of known worth, two, four or eight at a time.

A bench folder holds `bench.json`: the base, the experts in order (named after their task), the
command that evaluates a model (see `provider`; it is asked with `part` valid or test and `tasks`),
the statistics files of methods with data, and the metric of general ability ("general").  For each
number of experts and method two merges count: at the method's defaults, and with lambda chosen
on the valid part.  Normalised accuracy is the mean over the merged tasks of merged / expert.
"""

from __future__ import annotations

import json
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import InputError, UsageError
from mergeassist.params.merge import Request, merge
from mergeassist.params.methods import METHODS
from mergeassist.params.policy import Policy, Spec, parse_spec
from mergeassist.params.provider import Evaluator, Metrics

# The least is for sums of eight task vectors, which are too much from about 1/8 on.
FACTORS = (0.15, 0.3, 0.6, 1.0, 1.5)
BASE, ONE = REFERENCES = ("(base)", "(one expert)")
PLAIN = "linear"
# Settings of the papers that our defaults depart from, for the sake of the laws or of their scale.
EVERY = (*METHODS, "ties:density=0.2", "dare:density=0.2", "wudi:steps=0")


class Bench(NamedTuple):
    """One opened bench folder (one seed)."""

    folder: Path
    base: Path
    experts: dict[str, Path]
    statistics: dict[str, dict[str, Path]]
    evaluate: list[str]
    general: str


class Row(NamedTuple):
    """One merge: normalised accuracy, and what else it costs.

    `accuracy` is the plain mean over the merged tasks, `others` the mean change against base on the
    tasks that were not merged (0 where none is left), `general` merged / base of that metric.
    """

    seed: str
    experts: int
    method: str
    tuned: bool
    scale: float
    normalised: float
    accuracy: float
    others: float
    general: float
    cpu: float
    megabytes: float


def open_bench(folder: Path) -> Bench:
    """Read bench.json; raises InputError."""
    path = folder / "bench.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        return Bench(
            folder, folder / found["base"],
            {task: folder / name for task, name in found["experts"].items()},
            {kind: {task: folder / name for task, name in files.items()}
             for kind, files in found.get("statistics", {}).items()},
            list(found["evaluate"]), str(found.get("general", "")),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        advice = "python -m training.mergebench make FOLDER writes one"
        raise InputError(path, f"no bench ({type(error).__name__})", advice) from None


def run_bench(
    folders: Sequence[Path], methods: Sequence[str], counts: Sequence[int],
    note: Callable[[list[Row]], None], known: Sequence[Row] = (),
) -> list[Row]:  # fmt: skip
    """All rows of all folders; `note` sees new ones as they come, `known` are not made again."""
    for name in methods:
        _method(name)
    rows = list(known)
    done = {(row.seed, row.experts, row.method) for row in known}
    for folder in folders:
        bench = open_bench(folder)
        wanted = [(count, name) for count in counts for name in (*REFERENCES, *methods)
                  if (folder.name, count, name) not in done]  # fmt: skip
        if not wanted:
            continue
        with Evaluator(bench.evaluate) as evaluator:
            judge = _Judge(bench, evaluator)
            for count, name in wanted:
                if name in REFERENCES:
                    fresh = list(judge.reference(name, count))
                else:
                    fresh = list(judge.rows(name, count, measured=folder == folders[0]))
                note(fresh)
                rows += fresh
    return rows


def _method(name: str) -> Spec:
    """The specification behind a name of the table; UsageError for another."""
    found = parse_spec(name, "--methods")
    if found.method not in METHODS:
        raise UsageError(f"{name} is no merge method; known: {', '.join(METHODS)}")
    return found


class _Judge:
    """Merges and evaluates on one bench."""

    def __init__(self, bench: Bench, evaluator: Evaluator) -> None:
        self.bench, self.evaluator = bench, evaluator
        self.base = evaluator(bench.base, part="test")
        tested = {task: evaluator(path, part="test") for task, path in bench.experts.items()}
        self.tested, self.own = tested, {task: found[task] for task, found in tested.items()}

    def rows(self, name: str, count: int, *, measured: bool) -> Iterator[Row]:
        """The method at its defaults and, where it has a lambda, at the best one."""
        given, tasks = _method(name), list(self.bench.experts)[:count]
        if count > METHODS[given.method].max_experts or count > len(self.bench.experts):
            return
        scale = given.parameters.get("lambda", (0.0,))[0]
        with tempfile.TemporaryDirectory(prefix="mergeassist-bench-") as place:
            out = Path(place) / "merged.safetensors"
            cpu, megabytes = self._merge(given, tasks, out, measured)
            plain = self._row(name, tasks, self.evaluator(out, part="test"))
            plain = plain._replace(scale=scale, cpu=cpu, megabytes=megabytes)
            yield plain
            if not scale:
                yield plain._replace(tuned=True)
                return
            found = []
            for factor in FACTORS:
                self._merge(_scaled(given, scale * factor), tasks, out)
                metrics = self.evaluator(out, part="valid", tasks=tasks)
                found.append((sum(metrics.values()), -abs(factor - 1), scale * factor))
            best = max(found)[2]
            if best == scale:
                yield plain._replace(tuned=True)
                return
            self._merge(_scaled(given, best), tasks, out)
            row = self._row(name, tasks, self.evaluator(out, part="test"))
        yield row._replace(tuned=True, scale=best, cpu=cpu, megabytes=megabytes)

    def reference(self, name: str, count: int) -> Iterator[Row]:
        """Base itself, or the mean of what single experts do on all tasks."""
        tasks = list(self.bench.experts)[:count]
        models = [self.base] if name == BASE else [self.tested[task] for task in tasks]
        rows = [self._row(name, tasks, found) for found in models]
        means = [sum(column) / len(rows) for column in zip(*(r[4:] for r in rows), strict=True)]
        for tuned in (False, True):
            yield Row(self.bench.folder.name, len(tasks), name, tuned, *means)

    def _merge(
        self, given: Spec, tasks: list[str], out: Path, measured: bool = False
    ) -> tuple[float, float]:
        """Merge to `out`; CPU seconds, and MB allocated at the peak (0 unless measured)."""
        method = METHODS[given.method]
        kind = method.needs_data
        files = tuple(self.bench.statistics.get(kind, {})[t] for t in tasks) if kind else ()
        experts = tuple(self.bench.experts[task] for task in tasks)
        base = self.bench.base if method.needs_base else None
        request = Request(base, experts, Policy(given), seed=0, every=True,
                          allow_unrelated=True, statistics=files)  # fmt: skip
        started = time.process_time()
        report = merge(request, out)
        cpu = time.process_time() - started
        if report.refusals:
            raise UsageError(f"{given.label}: {report.line}")
        if not measured:
            return cpu, 0.0
        tracemalloc.start()
        merge(request, out)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return cpu, peak / 1e6

    def _row(self, name: str, tasks: list[str], found: Metrics) -> Row:
        rest = [task for task in self.bench.experts if task not in tasks]
        general = self.bench.general
        return Row(
            self.bench.folder.name, len(tasks), name, False, 0.0,
            sum(found[t] / self.own[t] for t in tasks) / len(tasks),
            sum(found[t] for t in tasks) / len(tasks),
            sum(found[t] - self.base[t] for t in rest) / max(1, len(rest)),
            found[general] / self.base[general] if general else 1.0,
            0.0, 0.0,
        )  # fmt: skip


def _scaled(given: Spec, scale: float) -> Spec:
    return given._replace(parameters={**given.parameters, "lambda": (scale,)})


def ranked(rows: Sequence[Row], count: int) -> list[str]:
    """The methods, best first by their merges of `count` experts with lambda chosen.

    By the gain over plain averaging where that was measured: not every seed may have every method.
    """

    def mean(name: str) -> float:
        found = [row.normalised for row in chosen(rows, name, count, True)]
        found = gains(rows, name, count) or found
        return -sum(found) / len(found) if found else 10.0

    return sorted(dict.fromkeys(row.method for row in rows), key=mean)


def chosen(rows: Sequence[Row], name: str, count: int, tuned: bool) -> list[Row]:
    """The rows of one cell of the table, one a seed."""
    return [r for r in rows if (r.method, r.experts, r.tuned) == (name, count, tuned)]


def gains(rows: Sequence[Row], name: str, count: int, tuned: bool = True) -> list[float]:
    """By seed, how much more normalised accuracy than plain averaging."""
    plain = {r.seed: r.normalised for r in chosen(rows, PLAIN, count, tuned)}
    return [r.normalised - plain[r.seed] for r in chosen(rows, name, count, tuned)
            if r.seed in plain]  # fmt: skip


def best_by_default(rows: Sequence[Row]) -> list[str]:
    """For each count the methods that need neither data nor metrics, best first: auto's rules.

    What counts is the gain over plain averaging of the same models: seeds merge other languages,
    so that accuracies differ more between seeds than between methods.
    """
    lines = []
    for count in sorted({row.experts for row in rows}):
        found = []
        for name in dict.fromkeys(row.method for row in rows):
            at = gains(rows, name, count, False)
            if name not in REFERENCES and at and not METHODS[_method(name).method].needs_data:
                found.append((sum(at) / len(at), f"`{name}` {spread(at, '+.3f')}"))
        first = ", ".join(text for _, text in sorted(found)[:-7:-1])
        lines.append(f"At {count} experts, default settings, no data, over `{PLAIN}`: {first}.")
    return lines


def table(rows: Sequence[Row]) -> list[str]:
    """Markdown: a method a line, best first by the tuned merge of the middle count."""
    counts = sorted({row.experts for row in rows})
    middle = counts[len(counts) // 2]
    head = "".join(f" {n} experts | {n}, lambda chosen |" for n in counts)
    lines = [f"| method |{head} over `{PLAIN}` | other tasks | general | CPU s | MB |",
             "|---" * (6 + 2 * len(counts)) + "|"]  # fmt: skip
    for name in ranked(rows, middle):
        cells = [spread([r.normalised for r in chosen(rows, name, n, tuned)])
                 for n in counts for tuned in (False, True)]  # fmt: skip
        at = chosen(rows, name, middle, True) or [r for r in rows if r.method == name and r.tuned]
        cells += [
            spread(gains(rows, name, middle), "+.3f"), spread([r.others for r in at], "+.3f"),
            spread([r.general for r in at]), f"{sum(r.cpu for r in at) / len(at):.2f}",
            f"{max(r.megabytes for r in at):.1f}",
        ]  # fmt: skip
        shown = name if name in REFERENCES else f"`{name}`"
        lines.append(f"| {shown} | " + " | ".join(cells) + " |")
    lines.append("")
    lines.append(f"Normalised accuracy, mean ± half the range over {len({r.seed for r in rows})} "
                 f"seeds (without ±: of one seed). Over `{PLAIN}` (by seed), other tasks (change "
                 f"against base), general ability, CPU and memory: at {middle} experts, lambda "
                 "chosen.")  # fmt: skip
    return [*lines, *best_by_default(rows)]


def spread(values: Sequence[float], form: str = ".3f") -> str:
    """Mean ± half the range, one value without ±, none as a dash."""
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:{form}}"
    half = (max(values) - min(values)) / 2
    return f"{sum(values) / len(values):{form}} ± {half:.3f}"


def read_rows(path: Path) -> list[Row]:
    """What `append_rows` wrote; InputError for anything else."""
    try:
        return [Row(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    except (OSError, ValueError, TypeError):
        raise InputError(path, "no rows of a bench", "write to a new file") from None


def append_rows(path: Path, rows: Sequence[Row]) -> None:
    """One JSON object a line, figures rounded."""
    with path.open("a", encoding="utf-8") as handle:
        for row in rows:
            found = {k: round(v, 5) if isinstance(v, float) else v
                     for k, v in row._asdict().items()}  # fmt: skip
            handle.write(json.dumps(found) + "\n")
