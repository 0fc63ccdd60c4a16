"""`models assemble`: one checkpoint from modules of several, copied bit for bit.

Deep Model Assembling's lesson (arXiv 2212.04129): parts trained apart fit together where their
interfaces are the same.  Each tensor comes from the last `--take PATTERN=MODEL` whose pattern
matches its name, or from base.  Refused are tensors whose type or shape is not base's, modules cut
in two (the weight from one model, the bias from another), ties torn apart, and patterns that match
nothing; what lies on both sides of a seam is reported.
"""

from __future__ import annotations

import argparse
import fnmatch
import re
import secrets
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import Exit, InputError, UsageError
from mergeassist.params import rules
from mergeassist.params.atomic import check_space, write_atomically
from mergeassist.params.execute import Run, outputs
from mergeassist.params.formats import format_named, open_checkpoint
from mergeassist.params.plan import Copy, Plan, Step, Tie
from mergeassist.params.tensors import Checkpoint, Layout, OutputFile, Version

_LAYER = re.compile(r"^(.*?\d+)\.")


class Take(NamedTuple):
    """Tensors whose names match come from this checkpoint."""

    pattern: str
    path: Path


def parse_take(text: str) -> Take:
    """`layers.3.*=MODEL`; raises UsageError."""
    pattern, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--take {text}: write it as pattern=model")
    return Take(pattern, Path(path))


def sources_of(names: Sequence[str], takes: Sequence[Take]) -> dict[str, Path | None]:
    """Each tensor's model, `None` for base; UsageError for a pattern that matches nothing."""
    found: dict[str, Path | None] = dict.fromkeys(names)
    for take in takes:
        matched = [n for n in names if fnmatch.fnmatchcase(n, take.pattern)]
        if not matched:
            raise UsageError(f"--take {take.pattern}: no tensor of base has such a name")
        found.update(dict.fromkeys(matched, take.path))
    return found


def make_plan(
    base: Checkpoint, parts: Mapping[Path, Checkpoint], sources: Mapping[str, Path | None]
) -> Plan:
    """Every tensor copied from its source; InputError or UsageError where the parts do not fit."""
    steps: dict[str, Step] = {}
    modules: dict[str, Path | None] = {}
    for name, source in sources.items():
        origin = base.tensors[name]
        part = parts[source] if source else base
        tensor = part.tensors.get(name)
        if tensor is None:
            raise InputError(part.path, f"has no tensor {name!r}", "take it from another model")
        if (tensor.dtype, tensor.shape, tensor.layout, tensor.tied_to) != (
            origin.dtype, origin.shape, origin.layout, origin.tied_to,
        ):  # fmt: skip
            raise InputError(part.path, f"{name} is {tensor.label}, base's is {origin.label}",
                             "modules fit only where base's shapes are kept")  # fmt: skip
        module = rules.unit(name) if rules.is_adapter_half(name) else name.rpartition(".")[0]
        if module and modules.setdefault(module, source) != source:
            raise UsageError(f"{module}: its tensors would come from two models")
        if tensor.tied_to is not None:
            if sources[tensor.tied_to] != source:
                raise UsageError(f"{name} is tied to {tensor.tied_to}: take both from one model")
            steps[name] = Step(tensor, Tie(), "tied")
        else:
            steps[name] = Step(tensor, Copy(Version(part, tensor)), str(part.path))
    return Plan(steps, dict(base.extras), (), ())


def seams(sources: Mapping[str, Path | None]) -> list[str]:
    """Where neighbouring layers come from different models: `layers.2 (a) | layers.3 (b)`."""
    layers: dict[str, set[str]] = {}
    for name, source in sources.items():
        match = _LAYER.match(name)
        layer = match[1] if match else name.rpartition(".")[0]
        layers.setdefault(layer, set()).add(_label(source))
    named = [(layer, "+".join(sorted(found))) for layer, found in layers.items()]
    return [f"{a} ({x}) | {b} ({y})" for (a, x), (b, y) in pairwise(named) if x != y]


def _label(source: Path | None) -> str:
    return str(source) if source else "base"


def assemble(args: argparse.Namespace) -> int:
    """`models assemble`: write OUT, say what came from where."""
    takes = [parse_take(text) for text in args.take]
    target = Path(args.output)
    base = open_checkpoint(Path(args.base))
    parts = {path: open_checkpoint(path) for path in dict.fromkeys(t.path for t in takes)}
    formats = {c.format for c in (base, *parts.values())}
    if len(formats) > 1:
        raise UsageError(f"different formats: {', '.join(sorted(formats))}")
    sources = sources_of(list(base.tensors), takes)
    plan = make_plan(base, parts, sources)
    layout = Layout((base, *parts.values()), plan.extras, outputs(plan, Run()))
    size = sum(s.tensor.nbytes for s in plan.steps.values() if not isinstance(s.action, Tie))
    check_space(target.parent, size)
    _write(format_named(base.format).write(layout), target, is_folder=Path(args.base).is_dir())
    for source in dict.fromkeys(sources.values()):
        count = sum(1 for found in sources.values() if found == source)
        sys.stdout.write(f"{count:6} tensors from {_label(source)}\n")
    for seam in seams(sources):
        sys.stdout.write(f"seam: {seam}\n")
    return Exit.OK


def _write(files: Iterable[OutputFile], target: Path, *, is_folder: bool) -> None:
    if not is_folder:
        for file in files:
            write_atomically(target.parent / file.name if file.name else target, file.stream)
        return
    if target.exists():
        raise UsageError(f"{target} exists; write to a new directory")
    partial = target.parent / f".{target.name}.mergeassist-{secrets.token_hex(6)}"
    partial.mkdir(parents=True)
    try:
        for file in files:
            write_atomically(partial / file.name, file.stream)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
