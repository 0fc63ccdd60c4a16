"""What `mergeassist models ...` does, after the arguments are parsed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mergeassist.errors import Exit, UsageError
from mergeassist.params import diffing, page
from mergeassist.params.atomic import write_atomically
from mergeassist.params.complete import complete
from mergeassist.params.formats import open_checkpoint
from mergeassist.params.lora import CONFIG as ADAPTER
from mergeassist.params.lora import merge_adapters
from mergeassist.params.merge import Report, Request, fingerprint
from mergeassist.params.merge import merge as merge_models
from mergeassist.params.methods import DEFAULT, METHODS
from mergeassist.params.policy import AUTO, Policy, Spec, parse_spec, spec
from mergeassist.params.progress import shown
from mergeassist.params.provider import statistics_of
from mergeassist.params.recipe import read_recipe
from mergeassist.params.target import DTYPES
from mergeassist.params.verifying import RECORD_SUFFIX as RECORD_SUFFIX
from mergeassist.params.verifying import verify_record


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
    if args.git:
        return _complete(args)
    if not args.output:
        raise UsageError("models merge needs -o OUT")
    target = Path(args.output)
    _settle_adapters(args)
    if args.lora:
        report = _merge_adapters(args, target)
    else:
        request = _request(args)
        with shown() as observe:
            report = merge_models(request, target, observe)
    if report.refusals:
        _say(f"mergeassist: not merged: {report.line}")
        return Exit.CONFLICT
    record = {**report.record, "output": str(target)}
    write_atomically(_record_path(target), [json.dumps(record, indent=1).encode() + b"\n"])
    for line in _summary(report):
        _say(line)
    return Exit.OK


def _complete(args: argparse.Namespace) -> int:
    """`models merge --git`: the model folders that git left unmerged."""
    given = (args.output, args.base, args.ours, args.theirs, args.recipe, args.lora, args.dtype)
    if any(given):
        raise UsageError("--git takes its models from the merge under way; name folders only")
    policy = None
    if args.method or args.set or args.tensor:
        patterns = tuple(_pattern(text) for text in args.tensor)
        policy = Policy(spec(args.method or DEFAULT, dict(map(_setting, args.set))), patterns)
    found = complete(Path.cwd(), args.experts, policy, allow_unrelated=args.allow_unrelated,
                     seed=args.seed)  # fmt: skip
    if not found:
        _say("mergeassist: no model folder has unmerged files")
    for folder, report in found:
        name = folder or "."
        if report.refusals:
            _say(f"mergeassist: {name}: not merged: {report.line}; left as git left it")
            continue
        _say(f"mergeassist: {name}: merged and added")
        for line in _summary(report):
            _say(line)
    return Exit.CONFLICT if not found or any(r.refusals for _, r in found) else Exit.OK


def _settle_adapters(args: argparse.Namespace) -> None:
    """`--method auto` of LoRA adapters: not a method on tensors, but the exact sum of changes."""
    paths = [Path(p) for p in (args.ours, args.theirs, *args.experts) if p]
    if args.method == AUTO and paths and all((path / ADAPTER).is_file() for path in paths):
        args.method, args.lora = None, args.lora or "concat"
        _say(f"note: auto takes --lora {args.lora}: adapters' changes add up exactly, "
             "their halves do not average (models that disagree: --set weight=...)")  # fmt: skip


def _merge_adapters(args: argparse.Namespace, target: Path) -> Report:
    """`models merge --lora`: adapters as sums of products."""
    experts = [Path(p) for p in (args.ours, args.theirs, *args.experts) if p]
    settings = dict(map(_setting, args.set))
    weights = [float(x) for x in settings.pop("weight", "").split(",") if x]
    given = args.method or args.recipe or args.tensor or args.dtype
    if len(experts) < 2 or settings or given:
        raise UsageError("--lora takes two adapters or more, --base, --rank and --set weight=...")
    return merge_adapters(
        Path(args.base) if args.base else None, experts, target, args.lora, weights, args.rank
    )


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
                       allow_unrelated=args.allow_unrelated, in_metadata=args.in_metadata,
                       dtype=DTYPES.get(args.dtype, recipe.dtype))  # fmt: skip
    if len(experts) < 2:
        raise UsageError("models merge needs two models or more: --ours A --theirs B [MODEL ...]")
    chosen = spec(args.method or (DEFAULT if base else "linear"), dict(map(_setting, args.set)))
    if args.statistics_from:
        kind = METHODS[chosen.method].needs_data if chosen.method in METHODS else ""
        if not kind or args.statistics:
            raise UsageError("--statistics-from goes with a method that needs data, "
                             "and without --statistics")  # fmt: skip
        args.statistics = statistics_of(args.statistics_from, kind, experts, Path(args.output))
    return Request(base, experts, Policy(chosen, patterns), seed=args.seed,
                   every=args.every_tensor, allow_unrelated=args.allow_unrelated,
                   in_metadata=args.in_metadata, dtype=DTYPES.get(args.dtype),
                   statistics=tuple(map(Path, args.statistics)))  # fmt: skip


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
    _print(
        f"{checkpoint.format}: {len(tensors)} tensors, {sum(t.size for t in owned):,} elements, "
        f"{sum(t.nbytes for t in owned):,} bytes, {len(checkpoint.extras)} other values"
    )
    for t in tensors:
        _print(f"{t.label:24} {t.name}" + (f" = {t.tied_to}" if t.tied_to else ""))
    return Exit.OK


def verify(args: argparse.Namespace) -> int:
    """`models verify`: derive the merge again and compare byte by byte."""
    holds, sentence = verify_record(Path(args.record))
    if holds:
        _print(sentence)
        return Exit.OK
    _say(f"mergeassist: {sentence}")
    return Exit.CONFLICT
