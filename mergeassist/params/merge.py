"""Merging whole checkpoints: open, plan, guard, write, record.

Callers (the driver, the command line, `verify`) say what to read and where to; they get a
`Report`, whose refusals are sentences for people.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.errors import InputError, UsageError
from mergeassist.params import guards
from mergeassist.params.agreement import disagreements
from mergeassist.params.atomic import check_space, copy_atomically, write_atomically
from mergeassist.params.execute import CHUNK, NotFiniteError, Run, outputs
from mergeassist.params.experts.layers import any_experts
from mergeassist.params.files import MappedFile
from mergeassist.params.formats import format_named, open_checkpoint
from mergeassist.params.formats.directory import Directory
from mergeassist.params.methods import METHODS
from mergeassist.params.plan import Blend, Copy, Inputs, Plan, Tie, make_plan
from mergeassist.params.policy import Policy
from mergeassist.params.tensors import (
    Buffer,
    Checkpoint,
    Layout,
    OutputFile,
    as_view,
    pieces,
    same_bytes,
)
from mergeassist.params.vocabulary import growth_of

SHOWN = 3
METADATA_KEY = "mergeassist"
CASTABLE = frozenset({"safetensors", "directory"})
Observe = Callable[[Buffer], Any]


class Request(NamedTuple):
    """What to merge and how.

    `ids` name the inputs' contents (object ids; by default fingerprints) and `seed` drives random
    methods (by default it comes from the ids, in any order).  `statistics` are files for methods
    with data, one an expert.  `every` and `allow_unrelated` lift
    the three-way laws and the unrelated-models guard.  `in_metadata` writes what was done into
    the `__metadata__` of every safetensors file.  `dtype` is what all weights are to have.
    """

    base: Path | None
    experts: tuple[Path, ...]
    policy: Policy
    ids: tuple[str, ...] = ()
    seed: int | None = None
    every: bool = False
    allow_unrelated: bool = False
    chunk: int = CHUNK
    statistics: tuple[Path, ...] = ()
    in_metadata: bool = False
    dtype: str | None = None


class Report(NamedTuple):
    """What came of it: `refusals` is empty for a clean merge; `record` goes to disk as JSON."""

    refusals: tuple[str, ...]
    record: dict[str, Any]

    @property
    def line(self) -> str:
        """The first refusals in one line."""
        more = len(self.refusals) - SHOWN
        text = "; ".join(self.refusals[:SHOWN])
        return text + (f"; and {more} more" if more > 0 else "")


class _RefusedError(Exception):
    def __init__(self, *refusals: str) -> None:
        self.refusals = refusals
        super().__init__("; ".join(refusals))


def merge(request: Request, target: Path, observe: Observe | None = None) -> Report:
    """Write the merge to `target` (a file, or a new directory), or leave it as it was.

    Raises InputError for files that cannot be used and UsageError for wishes that cannot be met.
    """
    return _carry_out(request, lambda prepared: _write(prepared, target, observe))


def merge_into(request: Request, sink: Callable[[Iterable[Buffer], int], Any]) -> Report:
    """Merge single files into `sink(blocks, about how many bytes)` (an object store)."""

    def finish(prepared: _Prepared) -> None:
        if prepared.whole is not None:
            sink(pieces(MappedFile(prepared.whole).bytes), prepared.size)
            return
        for file in prepared.files:
            if file.name:
                raise _RefusedError(f"its data lie in another file, {file.name!r}")
            sink(file.stream, prepared.size)

    return _carry_out(request, finish)


def verify(request: Request, target: Path) -> Report:
    """Derive the merge again and compare with `target`; refusals say what differs."""
    return _carry_out(request, lambda prepared: _compare(prepared, target))


class _Prepared(NamedTuple):
    request: Request
    files: Iterator[OutputFile]
    size: int
    whole: Path | None


def _carry_out(request: Request, finish: Callable[[_Prepared], None]) -> Report:
    paths = (*([request.base] if request.base else []), *request.experts)
    ids = request.ids or tuple(fingerprint(path) for path in paths)
    expert_ids = ids[-len(request.experts) :]
    seed = seed_of(expert_ids) if request.seed is None else request.seed
    record: dict[str, Any] = {
        "version": 1, **_of_policy(request.policy), "every": request.every,
        "allow_unrelated": request.allow_unrelated, "seed": seed,
        "in_metadata": request.in_metadata, "dtype": request.dtype,
        "base": {"path": str(request.base), "id": ids[0]} if request.base else None,
        "experts": [
            {"path": str(p), "id": i} for p, i in zip(request.experts, expert_ids, strict=True)
        ],
    }  # fmt: skip
    if request.statistics:
        record["statistics"] = [{"path": str(p), "id": fingerprint(p)} for p in request.statistics]
    changed = request.every or request.in_metadata or request.dtype
    whole = None if changed else whole_file(request)
    try:
        if whole is not None:
            record["tensors"] = {"whole file": str(whole)}
            finish(_Prepared(request, iter(()), whole.stat().st_size, whole))
            return Report((), record)
        with _opened(request, record) as inputs:
            known = tuple(open_checkpoint(path) for path in request.statistics)
            if request.policy.open:
                from mergeassist.params.advice import settle

                policy, why = settle(request.policy, inputs, known)
                request = request._replace(policy=policy)
                inputs = inputs._replace(notes=(why, *inputs.notes))
                record |= _of_policy(policy)
            run = Run(seed, expert_ids, request.chunk, known)
            prepared = _prepare(request, inputs, run, record)
            finish(prepared)
    except _RefusedError as refused:
        record["refusals"] = list(refused.refusals)
        return Report(refused.refusals, record)
    except NotFiniteError as error:
        record["refusals"] = [str(error)]
        return Report((str(error),), record)
    return Report((), record)


def _of_policy(policy: Policy) -> dict[str, Any]:
    """What the record says of it."""
    return {
        "method": policy.default.method,
        "parameters": {k: list(v) for k, v in policy.default.parameters.items()},
        "patterns": [[p, s.label] for p, s in policy.patterns],
    }


@contextlib.contextmanager
def _opened(request: Request, record: dict[str, Any]) -> Iterator[Inputs]:
    with contextlib.ExitStack() as stack:

        def opened(path: Path) -> Checkpoint:
            checkpoint = open_checkpoint(path)
            stack.callback(checkpoint.close)
            return checkpoint

        base = opened(request.base) if request.base else None
        experts = tuple(opened(path) for path in request.experts)
        formats = {c.format: c.path for c in (*experts, *([base] if base else []))}
        if len(formats) > 1:
            found = ", ".join(f"{path} is {name}" for name, path in sorted(formats.items()))
            raise _RefusedError(f"different formats: {found}; give all in one")
        others = {t.dtype for c in experts for t in c.tensors.values()} - {request.dtype}
        if request.dtype and others and not formats.keys() & CASTABLE:
            raise _RefusedError(f"{experts[0].path}: only safetensors are written in another dtype")
        growth = growth_of(base, experts)
        if base is None or not any_experts(base.tensors):
            yield Inputs(base, experts, growth, opened=experts)
            return
        # Only mixtures pay for the import.
        from mergeassist.params.experts.to_base import in_bases_order

        ordered, moved = in_bases_order(base, experts)
        if moved:
            record["experts_moved"] = [found.as_json() for found in moved]
        yield Inputs(base, ordered, growth, tuple(found.note for found in moved), experts)


def _prepare(request: Request, inputs: Inputs, run: Run, record: dict[str, Any]) -> _Prepared:
    plan = make_plan(inputs, request.policy, every=request.every, dtype=request.dtype)
    record["format"] = inputs.experts[0].format
    record["tensors"] = _counts(plan)
    record["notes"] = [*plan.notes, *_left_behind(inputs)]
    figures = guards.inspect(plan.steps)
    verdict = guards.judge(figures, {n: len(plan.steps[n].tensor.shape) for n in figures})
    record["guards"] = verdict.as_json()
    if verdict.sub_ulp >= guards.VANISHING:
        lost = f"{verdict.sub_ulp:.0%} of the merged changes vanish when rounded to the dtype"
        record["notes"].append(lost)
    refusals = [f"{n}: NaN or infinity in {f.broken}" for n, f in figures.items() if f.broken]
    if verdict.refusal and not refusals and not request.allow_unrelated:
        refusals.append(verdict.refusal)
    refusals += [f"{c.name or 'file'}: {c.reason}" for c in plan.clashes]
    refusals += _new_disagreements(inputs, plan)
    refusals += _lacking_data(plan, run)
    if refusals:
        raise _RefusedError(*refusals)
    if request.in_metadata:
        _note_in_metadata(plan, inputs.experts[0].format, record)
    sides = inputs.opened + ((inputs.base,) if inputs.base else ())
    layout = Layout(sides, plan.extras, outputs(plan, run))
    size = sum(s.tensor.nbytes for s in plan.steps.values() if not isinstance(s.action, Tie))
    return _Prepared(request, format_named(inputs.experts[0].format).write(layout), size, None)


def _left_behind(inputs: Inputs) -> list[str]:
    first = inputs.opened[0] if inputs.opened else inputs.experts[0]
    return first.left_behind() if isinstance(first, Directory) else []


def _lacking_data(plan: Plan, run: Run) -> list[str]:
    """What to say where a method with data has not one statistics file an expert."""
    asked = {
        step.action.spec.method: len(step.action.experts)
        for step in plan.steps.values()
        if isinstance(step.action, Blend) and METHODS[step.action.spec.method].needs_data
    }
    return [
        f"{name} needs {METHODS[name].needs_data} statistics: one file a model, "
        f"{count} models and {len(run.statistics)} files; give them with --statistics"
        for name, count in asked.items()
        if count != len(run.statistics)
    ]


def _note_in_metadata(plan: Plan, form: str, record: dict[str, Any]) -> None:
    """The record without paths and counts, so that it is the same wherever it is derived again."""
    kept = ("method", "parameters", "patterns", "every", "allow_unrelated", "seed")
    note: dict[str, Any] = {key: record[key] for key in kept}
    note["base"] = record["base"] and record["base"]["id"]
    note["experts"] = [expert["id"] for expert in record["experts"]]
    text = json.dumps(note)
    if form == "safetensors":
        plan.extras[METADATA_KEY] = text
    elif form == "directory":
        shards = [key.partition(":")[0] for key in plan.extras if ".safetensors:" in key]
        plan.extras.update({f"{shard}:{METADATA_KEY}": text for shard in dict.fromkeys(shards)})
    else:
        raise UsageError(f"a {form} file has no __metadata__ for the record")


def _new_disagreements(inputs: Inputs, plan: Plan) -> list[str]:
    """Where settings and tensors of the result contradict each other and no input's did."""
    if inputs.experts[0].format != "directory":
        return []
    shapes = {name: step.tensor.shape for name, step in plan.steps.items()}
    sides = (*inputs.experts, *([inputs.base] if inputs.base else []))
    known = {
        text for side in sides
        for text in disagreements(side.extras, {n: t.shape for n, t in side.tensors.items()})
    }  # fmt: skip
    return [text for text in disagreements(plan.extras, shapes) if text not in known]


def _counts(plan: Plan) -> dict[str, int]:
    counts: dict[str, int] = {}
    for step in plan.steps.values():
        kind = step.reason if isinstance(step.action, Copy) else f"merged: {step.reason}"
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def whole_file(request: Request) -> Path | None:
    """The one input that is the answer where a whole file is unchanged on one side."""
    if request.base is None or len(request.experts) != 2 or request.base.is_dir():
        return None
    paths = Merge(request.base, *request.experts)
    if not all(path.is_file() for path in paths):
        return None
    files = paths.map(_Content)
    answer = files.trivial()
    return answer.value.path if answer else None


class _Content:
    """A file equal to another by its bytes."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, path: Path) -> None:
        self.path, self._file = path, MappedFile(path)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and same_bytes(self._file.bytes, other._file.bytes)


def _write(prepared: _Prepared, target: Path, observe: Observe | None) -> None:
    if prepared.whole is not None:
        if not (target.exists() and prepared.whole.samefile(target)):
            copy_atomically(prepared.whole, target)
        return
    check_space(target.parent if target.parent != Path() else Path.cwd(), prepared.size)
    if prepared.request.experts[0].is_dir() or _is_index(prepared.request.experts[0]):
        write_directory(prepared.files, target, observe)
        return
    for file in prepared.files:
        where = target.parent / file.name if file.name else target
        if file.name and where.resolve() in {
            p.parent.resolve() / file.name for p in prepared.request.experts
        }:
            raise UsageError(f"{where} is an input's data file; write to another directory")
        write_atomically(where, file.stream, observe)


def _is_index(path: Path) -> bool:
    return path.name.endswith(".safetensors.index.json")


def write_directory(
    files: Iterator[OutputFile], target: Path, observe: Observe | None = None
) -> None:
    """All files in a new directory that gets its name when it is complete."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} exists; write to a new directory")
    partial = target.parent / f".{target.name}.mergeassist-{secrets.token_hex(6)}"
    partial.mkdir(parents=True)
    try:
        for file in files:
            write_atomically(partial / file.name, file.stream, observe)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _compare(prepared: _Prepared, target: Path) -> None:
    if prepared.whole is not None:
        if _Content(prepared.whole) != _Content(target):
            raise _RefusedError(f"{target} differs from {prepared.whole}")
        return
    inside = target.is_dir()
    for file in prepared.files:
        path = target / file.name if inside else target.parent / (file.name or target.name)
        if not path.is_file():
            raise _RefusedError(f"{path} is missing")
        found, at = MappedFile(path), 0
        for block in file.stream:
            derived = as_view(block)
            if found.bytes[at : at + len(derived)].tobytes() != derived.tobytes():
                raise _RefusedError(f"{path} differs from the derived merge near byte {at}")
            at += len(derived)
        if at != found.size:
            raise _RefusedError(f"{path} has {found.size} bytes, the derived merge {at}")


def fingerprint(path: Path) -> str:
    """An id of a file's content that reads at most 6 MB: its size, both ends, 64 samples.

    For a directory, of its files.  It tells versions apart; it is no proof against forgery.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(p for p in path.iterdir() if p.is_file()):
            digest.update(f"{file.name}\0{fingerprint(file)}\0".encode())
        return "sample:" + digest.hexdigest()
    if not path.is_file():
        raise InputError(path, "no such file", "check the path")
    edge, run = 1 << 20, 1 << 16
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as handle:
        starts = [(0, edge), (max(0, size - edge), edge)]
        starts += [(size * i // 64, run) for i in range(64)]
        for start, length in starts if size > 4 * edge else [(0, 4 * edge)]:
            handle.seek(start)
            digest.update(handle.read(length))
    return "sample:" + digest.hexdigest()


def seed_of(ids: tuple[str, ...]) -> int:
    """A 63-bit seed from the experts' ids, the same in either order."""
    digest = hashlib.sha256("\0".join(sorted(ids)).encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1
