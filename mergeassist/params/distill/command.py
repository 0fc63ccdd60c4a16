"""What `models distill` does, after the arguments are parsed.

Everything on the way lies in OUT.partial: settings, each model's targets, the last state of the
training.  The same command again goes on from there; at the end it becomes OUT.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mergeassist.errors import Exit, InputError, UsageError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.distill import targets, train
from mergeassist.params.distill.mapping import EDIT, EXACT
from mergeassist.params.distill.runtime import Language, Runtime, load_language, load_model
from mergeassist.params.distill.runtime import load_runtime as load_runtime
from mergeassist.params.merge import fingerprint

RECORD = "distill.json"
_SETTINGS = (
    "align",
    "top",
    "temperature",
    "length",
    "choose",
    "lm",
    "steps",
    "rate",
    "batch",
    "seed",
    "teachers_only",
)


def distill(args: argparse.Namespace) -> int:
    """`models distill`: write the folder OUT, say the losses before and after."""
    target = Path(args.output)
    _check(args, target)
    runtime = load_runtime(args.device)
    student, text = Path(args.student), Path(args.text)
    teachers = [Path(path) for path in args.teachers]
    partial = target.parent / (target.name + ".partial")
    about = _about(args, student, text, teachers)
    _prepare(partial, about)
    language = load_language(runtime, student)
    parts = targets.stretches(_read(text), language, args.length, text)
    models = teachers if args.teachers_only else [*teachers, student]
    sources = _sources(args, runtime, language, parts, models, partial)
    settings = train.Settings(
        args.steps, args.rate, args.batch, args.seed, args.lm, args.choose, args.save_every
    )
    model = load_model(runtime, student)
    before = train.measure(runtime, model, parts, sources, settings)
    train.train(
        runtime,
        model,
        parts,
        sources,
        settings,
        partial / "state.safetensors",
        lambda *seen: _note(args.steps, *seen),
    )
    after = train.measure(runtime, model, parts, sources, settings)
    record = {
        **about,
        "output": str(target),
        "stretches": len(parts),
        "before": _named(before),
        "after": _named(after),
    }
    _finish(runtime, model, language, partial, target, record)
    for name, old, new in zip(("text", "fused"), before, after, strict=True):
        sys.stdout.write(f"{name}: {old:.4f} -> {new:.4f} nats a token\n")
    return Exit.OK


def _check(args: argparse.Namespace, target: Path) -> None:
    if target.exists():
        raise UsageError(f"{target} exists; write to a new folder")
    low = {"steps": 1, "batch": 1, "length": 2, "top": 1, "save_every": 1, "seed": 0}
    for name, least in low.items():
        if getattr(args, name) < least:
            raise UsageError(f"--{name.replace('_', '-')} must be {least} or more")
    if args.seed >= 1 << 31:
        raise UsageError("--seed must be under 2**31")
    if not 0 <= args.lm <= 1:
        raise UsageError("--lm is the share of the text's own loss: 0..1")
    if not (args.rate > 0 and args.temperature > 0):
        raise UsageError("--rate and --temperature must be over 0")


def _about(
    args: argparse.Namespace, student: Path, text: Path, teachers: Sequence[Path]
) -> dict[str, Any]:
    """Everything that the result depends on."""
    return {
        "version": 1,
        **{name: getattr(args, name) for name in _SETTINGS},
        "student": {"path": str(student), "id": fingerprint(student)},
        "text": {"path": str(text), "id": fingerprint(text)},
        "teachers": [{"path": str(t), "id": fingerprint(t)} for t in teachers],
    }


def _prepare(partial: Path, about: dict[str, Any]) -> None:
    """An empty folder, or that of the same run stopped on its way."""
    file = partial / "settings.json"
    if file.is_file() and json.loads(file.read_bytes()) == about:
        return
    if partial.exists():
        raise UsageError(f"{partial} is of a run with other settings; remove it first")
    partial.mkdir(parents=True)
    write_atomically(file, [json.dumps(about).encode()])


def _read(text: Path) -> str:
    try:
        return text.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError(text, "not UTF-8 text", "convert it") from None


def _sources(
    args: argparse.Namespace,
    runtime: Runtime,
    language: Language,
    parts: Sequence[targets.Stretch],
    models: Sequence[Path],
    partial: Path,
) -> list[targets.Source]:
    found = []
    for number, folder in enumerate(models):
        file = partial / f"source-{number}.safetensors"
        if not file.is_file():
            how = EDIT if args.align == EDIT else EXACT
            made = targets.compute(
                runtime, folder, language, parts, how, args.top, args.temperature, args.length
            )
            targets.write_source(file, made)
        found.append(targets.read_source(file))
        mean = float(found[-1].entropies.mean())
        sys.stderr.write(f"{folder}: {mean:.4f} nats a token of the student's\n")
    return found


def _note(steps: int, step: int, text: float, said: float) -> None:
    if step % max(1, steps // 20) == 0 or step == steps:
        sys.stderr.write(f"step {step}: text {text:.4f}, fused {said:.4f}\n")


def _named(found: tuple[float, float]) -> dict[str, float]:
    return {"text": found[0], "fused": found[1]}


def _finish(
    runtime: Runtime,
    model: Any,
    language: Language,
    partial: Path,
    target: Path,
    record: dict[str, Any],
) -> None:
    """The model in its own dtype with tokenizer and record, all at once."""
    made = partial / "model"
    shutil.rmtree(made, ignore_errors=True)
    stored = getattr(model.config, "dtype", None) or getattr(model.config, "torch_dtype", None)
    if isinstance(stored, str):
        stored = getattr(runtime.torch, stored, None)
    model.to(stored or runtime.torch.float32).save_pretrained(made)
    language.tokenizer.save_pretrained(made)
    write_atomically(made / RECORD, [json.dumps(record, indent=1).encode() + b"\n"])
    made.replace(target)
    shutil.rmtree(partial, ignore_errors=True)
