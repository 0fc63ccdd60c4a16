"""`models regmean`: the Gram matrices that RegMean and RegMean++ ask for, and the merge with them.

RegMean (arXiv 2212.09849) wants G_i = X_i^T X_i of every linear layer's inputs, X_i from running
model i on its own data:  W = (sum_i W_i G_i) (sum_i G_i)^-1.  RegMean++ (arXiv 2508.03121) takes
X_i where the merged model will meet them: layer after layer, data of task i go through the layers
that are merged already, then through model i's own layer.  So the models that are asked for are
experts, or experts whose first layers are merged; a layer is a group of tensors up to the first
number in their names, and what lies outside of layers is the mean (before) and merged at last.

What is known of each model lands in a statistics file, and the merge is an ordinary `regmean`
with these files, recorded, streamed and derived again by `models verify`.  Until then all models
are in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mergeassist.errors import Exit, InputError, UsageError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.commands import RECORD_SUFFIX
from mergeassist.params.dtypes import Floats, convert
from mergeassist.params.execute import Run, outputs
from mergeassist.params.experts.layers import natural
from mergeassist.params.formats import format_named, open_checkpoint, safetensors
from mergeassist.params.merge import Request, merge, write_directory
from mergeassist.params.methods import METHODS, Whole
from mergeassist.params.plan import Copy, Plan, Step, Tie
from mergeassist.params.policy import Policy, spec
from mergeassist.params.provider import PYTHON, Evaluator, load_function
from mergeassist.params.search import load
from mergeassist.params.tensors import Buffer, Layout, Output, Tensor, Version

ORDER = ("*encoder*", "*decoder*")
Arrays = dict[str, Floats]
Ask = Callable[[int, Mapping[str, Floats], Sequence[str]], Arrays]


def layers_in_order(names: Sequence[str], order: Sequence[str] = ORDER) -> list[list[str]]:
    """Tensors by layer, in the order in which data meet them; what is outside of layers last.

    Layers are sorted by the first pattern of `order` that matches, then by their numbers.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        parts = name.split(".")
        number = next((i for i, part in enumerate(parts[:-1]) if part.isdigit()), None)
        layer = "" if number is None else ".".join(parts[: number + 1])
        found.setdefault(layer, []).append(name)

    def key(layer: str) -> tuple[bool, int, list[Any]]:
        rank = next((i for i, p in enumerate(order) if fnmatch.fnmatchcase(layer, p)), len(order))
        return not layer, rank, natural(layer)

    return [found[layer] for layer in sorted(found, key=key)]


def gram_matrices(
    experts: Sequence[Mapping[str, Floats]], ask: Ask, *, merged: bool, shrink: float,
    order: Sequence[str] = ORDER,
) -> list[Arrays]:  # fmt: skip
    """The statistics of every expert, asked for layer by layer (RegMean++) or at once (RegMean).

    `ask` is given an expert's number, the arrays in which the model differs from that expert, and
    the tensors that matter; it answers with the Gram matrices (in, in) of those it knows.
    """
    shared = [n for n in experts[0] if all(n in e and e[n].shape == experts[0][n].shape
                                           for e in experts)]  # fmt: skip
    if not merged:
        return [_checked(ask(i, {}, shared), experts[0]) for i in range(len(experts))]
    layers = layers_in_order(shared, order)
    inside = {name for layer in layers if _numbered(layer) for name in layer}
    done: Arrays = {n: _mean(experts, n) for n in shared if n not in inside}
    known: list[Arrays] = [{} for _ in experts]
    for layer in layers:
        for i in range(len(experts)):
            # Only this layer's: an answer may speak of more.
            found = _checked(ask(i, dict(done), layer), experts[0])
            known[i] |= {name: found[name] for name in layer if name in found}
        done |= {name: _regressed(experts, known, name, shrink) for name in layer}
    return known


def _numbered(layer: Sequence[str]) -> bool:
    return any(part.isdigit() for part in layer[0].split(".")[:-1])


def _mean(experts: Sequence[Mapping[str, Floats]], name: str) -> Floats:
    values = [expert[name] for expert in experts]
    mean: Floats = sum(values[1:], values[0]) / len(values)
    return mean


def _regressed(
    experts: Sequence[Mapping[str, Floats]], known: Sequence[Arrays], name: str, shrink: float
) -> Floats:
    """What `regmean` will make of this tensor."""
    whole = METHODS["regmean"].whole
    assert whole is not None
    statistics = tuple(found.get(name) for found in known)
    asked = Whole(name, None, tuple(e[name] for e in experts), statistics=statistics)
    return whole(asked, spec("regmean", {"shrink": shrink}).parameters)


def _checked(found: Mapping[str, Any], like: Mapping[str, Floats]) -> Arrays:
    """Square matrices that fit their tensors; UsageError for others."""
    answer: Arrays = {}
    for name, values in found.items():
        if name not in like:
            continue
        matrix, columns = np.asarray(values), like[name].size // max(1, len(like[name]))
        if matrix.shape != (columns, columns) or not np.isfinite(matrix).all():
            raise UsageError(f"--gram: {name}: not a finite matrix {columns} x {columns}")
        answer[name] = np.ascontiguousarray(matrix, "<f8")
    return answer


class _Asker:
    """Asks the user's function with arrays, or their program with files."""

    def __init__(self, command: str, paths: Sequence[Path], place: Path) -> None:
        self.paths, self.place = paths, place
        python = command.startswith(PYTHON)
        self.function = load_function(command) if python else None
        self.evaluator = None if python else Evaluator(command)

    def __call__(self, expert: int, changed: Mapping[str, Floats], names: Sequence[str]) -> Arrays:
        if self.function is not None:
            answer: Arrays = dict(self.function({**load(self.paths[expert]), **changed},
                                                expert, list(names)))  # fmt: skip
            return answer
        assert self.evaluator is not None
        model, file = self.paths[expert], self.place / "grams.safetensors"
        if changed:
            model = self.place / ("model" + "".join(model.suffixes[-1:]))
            _write_changed(self.paths[expert], changed, model)
        listed = self.place / "names.json"
        listed.write_text(json.dumps(list(names)))
        self.evaluator(model, expert=expert, grams=str(file), names=str(listed))
        if not file.is_file():
            raise UsageError(f"{self.evaluator.command}: did not write the file it was asked for")
        answer = load(file)
        file.unlink()
        return answer


def _write_changed(source: Path, changed: Mapping[str, Floats], target: Path) -> None:
    """An expert with some tensors replaced, in its own format."""
    expert = open_checkpoint(source)
    steps = {
        name: Step(t, Tie() if t.tied_to else Copy(Version(expert, t)), "")
        for name, t in expert.tensors.items()
    }
    streams = outputs(Plan(steps, dict(expert.extras), (), ()), Run())
    for name, values in changed.items():
        tensor = expert.tensors[name]
        if tensor.tied_to is None:
            streams[name] = Output(tensor, partial(_bytes, values, tensor.dtype))
    files = format_named(expert.format).write(Layout((expert,), expert.extras, streams))
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        write_directory(files, target)
    else:
        for file in files:
            write_atomically(target.parent / file.name if file.name else target, file.stream)
    expert.close()


def _bytes(values: Floats, dtype: str) -> Iterator[Buffer]:
    yield convert(np.ascontiguousarray(values, "<f8").reshape(-1).view(np.uint8), "F64", dtype)


def write_statistics(path: Path, found: Mapping[str, Floats], about: str) -> None:
    """One statistics file: Gram matrices by tensor, `about` in its metadata."""
    streams = {
        name: Output(Tensor(name, "F64", values.shape, values.nbytes),
                     partial(iter, [values.reshape(-1).view(np.uint8)]))
        for name, values in found.items()
    }  # fmt: skip
    write_atomically(path, safetensors.stream(Layout((), {"grams": about}, streams)))


def regmean(args: argparse.Namespace) -> int:
    """`models regmean`: write the statistics, OUT and its record."""
    paths, target = [Path(path) for path in args.experts], Path(args.output)
    if len(paths) < 2:
        raise UsageError("models regmean takes two models or more")
    chosen = spec("regmean", {"shrink": args.shrink})
    order = tuple(args.order.split(",")) if args.order else ORDER
    with tempfile.TemporaryDirectory(prefix="mergeassist-regmean-") as place:
        asker = _Asker(args.gram, paths, Path(place))
        experts = [_plain(path) for path in paths]
        with asker.evaluator or contextlib.nullcontext():  # a program may stay
            found = gram_matrices(experts, asker, merged=args.inputs == "merged",
                                  shrink=chosen.parameters["shrink"][0], order=order)  # fmt: skip
    if not any(found):
        raise UsageError(f"{args.gram}: no Gram matrices of any tensor")
    files = []
    for number, values in enumerate(found, 1):
        files.append(target.parent / f"{target.name}.gram{number}.safetensors")
        write_statistics(files[-1], values, args.inputs)
    request = Request(None, tuple(paths), Policy(chosen), statistics=tuple(files),
                      allow_unrelated=args.allow_unrelated)  # fmt: skip
    report = merge(request, target)
    if report.refusals:
        sys.stderr.write(f"mergeassist: not merged: {report.line}\n")
        return Exit.CONFLICT
    record = {**report.record, "output": str(target), "inputs": args.inputs}
    text = json.dumps(record, indent=1).encode() + b"\n"
    write_atomically(target.parent / (target.name + RECORD_SUFFIX), [text])
    sys.stdout.write(f"{len(found[0])} matrices by regression on the inputs of the "
                     f"{args.inputs} model{'s' if args.inputs == 'experts' else ''}\n")  # fmt: skip
    return Exit.OK


def _plain(path: Path) -> Arrays:
    """All arrays of a model; InputError where there are none to merge."""
    found = load(path)
    if not found:
        raise InputError(path, "no floats in it", "give model weights")
    return found
