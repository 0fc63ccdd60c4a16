"""What `models pareto`, `models search` and `models bench` do, after the arguments are parsed."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mergeassist.errors import Exit, UsageError
from mergeassist.params import bench as benches
from mergeassist.params import bench_plot, pareto_page
from mergeassist.params.atomic import write_atomically
from mergeassist.params.commands import RECORD_SUFFIX
from mergeassist.params.merge import Request
from mergeassist.params.merge import merge as merge_models
from mergeassist.params.methods import catalogue
from mergeassist.params.pareto import Point, Study, explore, pick
from mergeassist.params.policy import Policy, spec
from mergeassist.params.provider import PYTHON, Evaluator, Metrics, load_function
from mergeassist.params.search import Arrays, Loss, Outcome, adamerging, layerwise, load


class _Workshop:
    """Merges of the same models, evaluated one after the other in a temporary folder."""

    def __init__(self, args: argparse.Namespace, evaluator: Evaluator, place: Path) -> None:
        self.args, self.evaluator, self.place = args, evaluator, place
        self.experts = tuple(Path(path) for path in args.experts)
        if len(self.experts) < 2:
            raise UsageError("two models or more are needed beside --base")

    def request(self, policy: Policy) -> Request:
        """The merge of all models by a policy."""
        return Request(Path(self.args.base), self.experts, policy, seed=self.args.seed,
                       every=True, allow_unrelated=self.args.allow_unrelated)  # fmt: skip

    def metrics(self, policy: Policy, **asked: object) -> Metrics:
        """Merge and evaluate; UsageError where the models cannot be merged."""
        suffix = "".join(self.experts[0].suffixes[-1:])
        target = self.place / f"{self.evaluator.count}{suffix}"
        report = merge_models(self.request(policy), target)
        if report.refusals:
            raise UsageError(f"not merged: {report.line}")
        found = self.evaluator(target, **asked)
        if target.is_file():
            target.unlink()
        return found

    def slopes(self, policy: Policy) -> tuple[float, Arrays]:
        """The loss and its gradients, from a program that loads the merge and writes them."""
        file = self.place / "gradients.safetensors"
        found = self.metrics(policy, gradients=str(file))
        if "loss" not in found or not file.is_file():
            raise UsageError(f"{self.evaluator.command}: no \"loss\", or no gradients in the file "
                             "that it was asked to write")  # fmt: skip
        gradients = load(file)
        file.unlink()
        return found["loss"], gradients

    def write(self, policy: Policy, target: Path, **extra: object) -> int:
        """The final merge with its record."""
        report = merge_models(self.request(policy), target)
        if report.refusals:
            sys.stderr.write(f"mergeassist: not merged: {report.line}\n")
            return Exit.CONFLICT
        record = {**report.record, "output": str(target), **extra}
        text = json.dumps(record, indent=1).encode() + b"\n"
        write_atomically(target.parent / (target.name + RECORD_SUFFIX), [text])
        return Exit.OK


def weighted(weights: Sequence[float]) -> Policy:
    """base + sum c_i tau_i."""
    return Policy(spec("task-arithmetic", {"weight": list(weights)}))


def preference(text: str | None) -> Metrics:
    """`a=0.6,b=0.4` as a mapping."""
    found: Metrics = {}
    for part in filter(None, (text or "").split(",")):
        name, equals, number = part.partition("=")
        try:
            found[name] = float(number) if equals else 1.0
        except ValueError:
            raise UsageError(f"--pick {part}: {number!r} is not a number") from None
    return found


def pareto(args: argparse.Namespace) -> int:
    """`models pareto`: the front on standard output; with -o also the chosen merge."""
    wanted = preference(args.pick)
    with tempfile.TemporaryDirectory(prefix="mergeassist-pareto-") as place:
        with Evaluator(args.eval) as evaluator:
            shop = _Workshop(args, evaluator, Path(place))
            study = explore(lambda weights: shop.metrics(weighted(weights)), len(shop.experts),
                            args.budget, args.seed)  # fmt: skip
        chosen = pick(study, wanted)
        models = [path.stem for path in shop.experts]
        if args.html:
            page = pareto_page.render(study, chosen, models)
            write_atomically(Path(args.html), [page.encode()])
        if args.json:
            content = {"version": 1, "models": models, "chosen": chosen._asdict(),
                       **_study_json(study)}  # fmt: skip
            sys.stdout.write(json.dumps(content, indent=1) + "\n")
        else:
            _print_front(study, chosen)
        if args.output:
            return shop.write(weighted(chosen.weights), Path(args.output),
                              pareto={"evaluations": len(study.evaluated)})  # fmt: skip
    return Exit.OK


def _study_json(study: Study) -> dict[str, Any]:
    return {
        "evaluated": [point._asdict() for point in study.evaluated],
        "front": [point._asdict() for point in study.front], "errors": study.errors,
    }  # fmt: skip


def _print_front(study: Study, chosen: Point) -> None:
    for point in study.front:
        weights = " ".join(f"{weight:7.3f}" for weight in point.weights)
        metrics = "  ".join(f"{name} {value:.4f}" for name, value in point.metrics.items())
        kind = "evaluated" if point.measured else "predicted"
        mark = "  <- chosen" if point == chosen else ""
        sys.stdout.write(f"{weights}  {metrics}  {kind}{mark}\n")


def search(args: argparse.Namespace) -> int:
    """`models search`: the best layer-wise merge met, written to OUT."""
    if bool(args.eval) == bool(args.gradient):
        raise UsageError("models search needs --eval CMD or --gradient CMD")
    with tempfile.TemporaryDirectory(prefix="mergeassist-search-") as place:
        with Evaluator(args.eval or args.gradient) as evaluator:
            shop = _Workshop(args, evaluator, Path(place))
            outcome = _searched(args, shop)
        sys.stdout.write(f"score {outcome.score:.6g} after {outcome.evaluations} evaluations "
                         f"(at the start {outcome.start:.6g})\n")  # fmt: skip
        return shop.write(outcome.policy, Path(args.output))


def _searched(args: argparse.Namespace, shop: _Workshop) -> Outcome:
    if args.gradient:
        return adamerging(Path(args.base), shop.experts, _loss(args.gradient, shop),
                          args.budget, args.rate)  # fmt: skip
    wanted = preference(args.pick)

    def score(policy: Policy) -> float:
        found = shop.metrics(policy)
        lacking = sorted(set(wanted) - set(found))
        if lacking:
            raise UsageError(f"no metric {lacking[0]!r}; there are: {', '.join(found)}")
        factors = {name: wanted.get(name, 0.0 if wanted else 1.0) for name in found}
        return sum(factors[name] * value for name, value in found.items()) / sum(factors.values())

    return layerwise(Path(args.base), len(shop.experts), score, args.methods.split(","),
                     args.budget, args.layers, args.seed)  # fmt: skip


def _loss(command: str, shop: _Workshop) -> Loss:
    """What a function says of the merged arrays, or a program of the merged file."""
    if command.startswith(PYTHON):
        function = load_function(command)
        return lambda _, merged: function(merged())
    return lambda policy, _: shop.slopes(policy)


def bench(args: argparse.Namespace) -> int:
    """`models bench`: the table on standard output."""
    methods = args.methods.split(",") if args.methods else benches.EVERY
    counts = [int(part) for part in args.experts.split(",")]
    kept = Path(args.rows) if args.rows else None
    known = benches.read_rows(kept) if kept and kept.exists() else []

    def note(rows: list[benches.Row]) -> None:
        if kept:
            benches.append_rows(kept, rows)
        for row in rows[:1]:
            line = f"{row.seed} {row.experts} experts {row.method}: {row.normalised:.3f}\n"
            sys.stderr.write(line)
            sys.stderr.flush()

    folders = [Path(folder) for folder in args.folders]
    rows = benches.run_bench(folders, methods, counts, note, known)
    if not rows:
        raise UsageError("models bench needs folders, or --rows with what was measured")
    if args.plot:
        write_atomically(Path(args.plot), [bench_plot.render(rows).encode()])
    for line in benches.table(rows):
        sys.stdout.write(line + "\n")
    return Exit.OK


def methods(args: argparse.Namespace) -> int:
    """`models methods`: the catalogue as a Markdown table."""
    for line in catalogue.table():
        sys.stdout.write(line + "\n")
    return Exit.OK
