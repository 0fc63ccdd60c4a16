"""What `mergeassist models ...` does, after the arguments are parsed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from mergeassist.errors import Exit, InputError, UsageError
from mergeassist.params import diffing, page
from mergeassist.params.atomic import write_atomically
from mergeassist.params.formats import open_checkpoint
from mergeassist.params.merge import Report, Request, fingerprint
from mergeassist.params.merge import merge as merge_models
from mergeassist.params.merge import verify as verify_merge
from mergeassist.params.methods import DEFAULT, METHODS
from mergeassist.params.policy import Policy, Spec, parse_spec, spec
from mergeassist.params.recipe import read_recipe
from mergeassist.params.tensors import Buffer, as_view

RECORD_SUFFIX = ".merge.json"


def _print(text: str) -> None:
    """Data, to standard output."""
    sys.stdout.write(text + "\n")


def _say(text: str) -> None:
    """Talk, to standard error."""
    sys.stderr.write(text + "\n")


def merge(args: argparse.Namespace) -> int:
    """`models merge`: write OUT and OUT.merge.json, or say why not."""
    if args.methods:
        _print_methods()
        return Exit.OK
    if not args.output:
        raise UsageError("models merge needs -o OUT")
    request = _request(args)
    target = Path(args.output)
    report = merge_models(request, target, _Progress() if sys.stderr.isatty() else None)
    if report.refusals:
        _say(f"mergeassist: not merged: {report.line}")
        return Exit.CONFLICT
    record = {**report.record, "output": str(target)}
    write_atomically(_record_path(target), [json.dumps(record, indent=1).encode() + b"\n"])
    for line in _summary(report):
        _say(line)
    return Exit.OK


def _record_path(target: Path) -> Path:
    return target.parent / (target.name + RECORD_SUFFIX)


def _request(args: argparse.Namespace) -> Request:
    named = [Path(path) for path in (args.ours, args.theirs) if path]
    experts = (*named, *(Path(path) for path in args.experts))
    base = Path(args.base) if args.base else None
    patterns = tuple(_pattern(text) for text in args.tensor)
    if args.recipe:
        if experts or base or args.method or args.set:
            raise UsageError("a recipe names the models and the method itself")
        recipe = read_recipe(Path(args.recipe))
        policy = Policy(recipe.spec, patterns)
        return Request(recipe.base, recipe.experts, policy, seed=args.seed, every=True,
                       allow_unrelated=args.allow_unrelated)  # fmt: skip
    if len(experts) < 2:
        raise UsageError("models merge needs two models or more: --ours A --theirs B [MODEL ...]")
    chosen = spec(args.method or (DEFAULT if base else "linear"), dict(map(_setting, args.set)))
    return Request(base, experts, Policy(chosen, patterns), seed=args.seed,
                   every=args.every_tensor, allow_unrelated=args.allow_unrelated)  # fmt: skip


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: write it as name=value")
    return key, value


def _pattern(text: str) -> tuple[str, Spec]:
    pattern, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--tensor {text}: write it as pattern=method")
    return pattern, parse_spec(value, f"--tensor {text}")


def _summary(report: Report) -> list[str]:
    lines = [f"  {count:5} {kind}" for kind, count in report.record.get("tensors", {}).items()
             if isinstance(count, int)]  # fmt: skip
    return lines + [f"note: {note}" for note in report.record.get("notes", [])]


def _print_methods() -> None:
    for method in METHODS.values():
        _print(f"{method.name}: {method.summary}")
        for p in method.parameters:
            _print(f"    {p.name}={p.default:g}  ({p.low:g}..{p.high:g})  {p.help}")


class _Progress:
    """GB written and GB/s on a terminal, at most five times a second."""

    def __init__(self) -> None:
        self.started = self.shown = time.monotonic()
        self.bytes = 0

    def __call__(self, block: Buffer) -> None:
        self.bytes += len(as_view(block))
        now = time.monotonic()
        if now - self.shown > 0.2:
            self.shown = now
            done = self.bytes / 1e9
            rate = done / (now - self.started)
            sys.stderr.write(f"\r{done:8.2f} GB written, {rate:.2f} GB/s")
            sys.stderr.flush()


def diff(args: argparse.Namespace) -> int:
    """`models diff`: exit 0 for equal checkpoints, 1 for different ones."""
    paths = [Path(p) for p in (args.ours, args.theirs, args.base) if p]
    opened = [open_checkpoint(path) for path in paths]
    base = opened[2] if len(opened) > 2 else None
    found = diffing.compare(opened[0], opened[1], base, rank=args.rank)
    if args.html:
        title = f"{paths[0].name} and {paths[1].name}"
        write_atomically(Path(args.html), [page.render(found, title).encode()])
    if args.json:
        json.dump({"version": 1, "tensors": [d.as_json() for d in found]}, sys.stdout, indent=1)
        _print("")
    else:
        for line in diffing.table(found):
            _print(line)
    return Exit.OK if all(d.state == "same" for d in found) else Exit.CONFLICT


def inspect(args: argparse.Namespace) -> int:
    """`models inspect`: the tensors and what else a checkpoint says."""
    checkpoint = open_checkpoint(Path(args.path))
    tensors = list(checkpoint.tensors.values())
    if args.json:
        content: dict[str, Any] = {
            "version": 1, "format": checkpoint.format, "id": fingerprint(Path(args.path)),
            "tensors": [{"name": t.name, "dtype": t.dtype, "shape": t.shape, "bytes": t.nbytes,
                         "tied_to": t.tied_to} for t in tensors],
            "extras": sorted(checkpoint.extras),
        }  # fmt: skip
        json.dump(content, sys.stdout, indent=1)
        _print("")
        return Exit.OK
    owned = [t for t in tensors if t.tied_to is None]
    _print(f"{checkpoint.format}: {len(tensors)} tensors, {sum(t.size for t in owned):,} elements, "
          f"{sum(t.nbytes for t in owned):,} bytes, {len(checkpoint.extras)} other values")
    for t in tensors:
        _print(f"{t.label:24} {t.name}" + (f" = {t.tied_to}" if t.tied_to else ""))
    return Exit.OK


def verify(args: argparse.Namespace) -> int:
    """`models verify`: derive the merge again and compare byte by byte."""
    path = Path(args.record)
    if not path.name.endswith(RECORD_SUFFIX):
        path = _record_path(path)
    try:
        record = json.loads(path.read_bytes())
        request, target = _recorded(record), Path(record["output"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(path, f"no record of a merge ({type(error).__name__})") from None
    paths = [*([request.base] if request.base else []), *request.experts]
    ids = [*([record["base"]["id"]] if request.base else []),
           *(expert["id"] for expert in record["experts"])]  # fmt: skip
    for source, known in zip(paths, ids, strict=True):
        if fingerprint(source) != known:
            _say(f"mergeassist: {source} is not what was merged")
            return Exit.CONFLICT
    report = verify_merge(request, target)
    if report.refusals:
        _say(f"mergeassist: {report.line}")
        return Exit.CONFLICT
    _print(f"{target}: derived again, byte for byte")
    return Exit.OK


def _recorded(record: dict[str, Any]) -> Request:
    patterns = tuple((p, _labelled(label)) for p, label in record["patterns"])
    policy = Policy(spec(record["method"], record["parameters"]), patterns)
    base = Path(record["base"]["path"]) if record["base"] else None
    experts = tuple(Path(expert["path"]) for expert in record["experts"])
    ids = (*([record["base"]["id"]] if base else []), *(e["id"] for e in record["experts"]))
    return Request(base, experts, policy, ids, record["seed"], record["every"],
                   record["allow_unrelated"])  # fmt: skip


def _labelled(label: str) -> Spec:
    """The inverse of `Spec.label`."""
    method, *pairs = label.split(" ")
    return spec(method, dict(map(_setting, pairs)))
