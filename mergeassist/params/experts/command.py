"""What `models compact-experts` does, after the arguments are parsed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mergeassist.errors import Exit, UsageError
from mergeassist.params.atomic import check_space, write_atomically
from mergeassist.params.experts import routing as routings
from mergeassist.params.experts import settings
from mergeassist.params.experts.compact import (
    Compacted,
    Wish,
    compacted,
    expanded,
    layers_in,
    outputs_of,
)
from mergeassist.params.experts.layers import MoeLayer
from mergeassist.params.experts.low_rank import ENDINGS, UP
from mergeassist.params.formats import format_named, open_checkpoint
from mergeassist.params.formats.directory import Directory
from mergeassist.params.merge import fingerprint, write_directory
from mergeassist.params.tensors import Checkpoint, Layout, Output

RECORD_SUFFIX = ".compact.json"
FORMATS = ("safetensors", "directory")


def compact_experts(args: argparse.Namespace) -> int:
    """`models compact-experts`: write OUT and OUT.compact.json, say what became of every layer."""
    model, target = open_checkpoint(Path(args.model)), Path(args.output)
    if model.format not in FORMATS:
        raise UsageError(f"{args.model}: a {model.format} file; save it as safetensors first")
    if args.expand:
        _write(model, expanded(model), settings.unmarked(model.extras), target)
        return Exit.OK
    wish = _wish(args)
    layers = layers_in(model)
    routing = _routing(args, model, layers)
    done = [compacted(model, layer, routing[layer.name], wish) for layer in layers]
    extras, chosen = dict(model.extras), None
    if not wish.keep_router:
        counts = {layer.size for layer in layers}
        if len(counts) > 1:
            raise UsageError(f"{args.model}: layers have {sorted(counts)} experts; one number only")
        now = settings.chosen_now(extras)
        chosen = args.top_k or settings.chosen_after(now, done, wish.experts)
        extras = settings.new_settings(extras, counts.pop(), wish.experts, chosen)
    if wish.rank is not None and not wish.dense:
        extras = settings.marked(extras)
    _write(model, outputs_of(model, done, wish), extras, target)
    _record(args, done, target, chosen)
    for line in _report(done, chosen, model):
        sys.stdout.write(line + "\n")
    return Exit.OK


def _wish(args: argparse.Namespace) -> Wish:
    if args.experts is None:
        raise UsageError("models compact-experts needs --experts N (or --expand)")
    if args.rank is None and (args.dense or args.sparse is not None):
        raise UsageError("--sparse and --dense go with --rank")
    if args.rank is not None and args.rank < 1:
        raise UsageError("--rank must be 1 or more")
    share = 0.1 if args.sparse is None else args.sparse
    if not 0 <= share <= 1:
        raise UsageError("--sparse is a share of rows: 0..1")
    if args.top_k is not None and not 1 <= args.top_k <= args.experts:
        raise UsageError(f"--top-k must lie in 1..{args.experts}")
    return Wish(
        args.experts, args.router, not args.no_align, args.keep_router, args.rank, share, args.dense
    )


def _routing(
    args: argparse.Namespace, model: Checkpoint, layers: list[MoeLayer]
) -> Mapping[str, routings.Routing]:
    if args.routing and args.text:
        raise UsageError("--routing FILE and --text FILE both give statistics: take one")
    named = {layer.name: layer for layer in layers}
    if args.routing:
        return routings.read_routing(Path(args.routing), named)
    if not args.text:
        return dict.fromkeys(named, routings.Routing())
    top = settings.chosen_now(model.extras)
    if top is None:
        raise UsageError(f"{args.model}: config.json does not say how many experts a token takes")
    found = routings.collect(model.path, Path(args.text), layers, top)
    if args.save_routing:
        routings.write_routing(Path(args.save_routing), found)
    return found


def _write(
    model: Checkpoint, streams: dict[str, Output], extras: Mapping[str, Any], target: Path
) -> None:
    if isinstance(model, Directory):
        # Factors lie in the shard of the matrix that they stand for, and the other way round.
        for name in streams:
            if name not in model.shard_of:
                stems = [name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)]
                model.shard_of[name] = model.shard_of[stems[0] if stems else name + UP]
    check_space(target.parent, sum(output.tensor.nbytes for output in streams.values()))
    files = format_named(model.format).write(Layout((model,), extras, streams))
    if isinstance(model, Directory):
        write_directory(files, target)
        return
    for file in files:
        write_atomically(target.parent / file.name if file.name else target, file.stream)


def _record(
    args: argparse.Namespace, done: list[Compacted], target: Path, chosen: int | None
) -> None:
    asked = {key: value for key, value in vars(args).items() if key in _ASKED}
    record = {
        "version": 1,
        "method": "m-smoe",
        "model": str(args.model),
        "id": fingerprint(Path(args.model)),
        "output": str(target),
        **asked,
        "experts_per_token": chosen,
        "layers": [one.as_json() for one in done],
    }
    text = json.dumps(record, indent=1).encode() + b"\n"
    write_atomically(target.parent / (target.name + RECORD_SUFFIX), [text])


_ASKED = (
    "experts",
    "routing",
    "text",
    "router",
    "no_align",
    "keep_router",
    "rank",
    "sparse",
    "dense",
)


def _report(done: list[Compacted], chosen: int | None, model: Checkpoint) -> list[str]:
    lines = []
    for one in done:
        shown = " ".join("+".join(map(str, found.members)) for found in one.groups)
        lines.append(
            f"{one.layer.name}: {one.layer.size} experts -> {len(one.groups)}: {shown}; "
            f"{one.moved} hidden units moved"
        )
    if all(one.exact for one in done):
        lines.append("every group holds exact copies")
    now = settings.chosen_now(model.extras)
    if chosen is not None and chosen != now:
        lines.append(f"the router now chooses {chosen} experts for a token, not {now}")
    if not isinstance(model, Directory):
        lines.append("no config.json in a single file: set its number of experts yourself")
    return lines
