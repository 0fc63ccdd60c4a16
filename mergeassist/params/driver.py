"""The git driver's half that merges weights: three temporary files in, the result over ours.

Nothing escapes `merge_checkpoint`: whatever goes wrong, ours stays as it was, one line on
standard error says why and what to do, and git records a conflict.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import InputError, MergeassistError
from mergeassist.git.run import git
from mergeassist.git.worktree import common_dir
from mergeassist.params.atomic import copy_atomically, link_atomically, write_atomically
from mergeassist.params.formats import find_format
from mergeassist.params.lfs import Pointer, Store, read_pointer
from mergeassist.params.merge import Report, Request, fingerprint, merge, merge_into, whole_file
from mergeassist.params.policy import of_repository
from mergeassist.params.progress import passing, shown

CLEAN, CONFLICT = 0, 1
SUFFIXES = (".safetensors", ".pt", ".pth", ".ckpt", ".gguf", ".npz", ".onnx")
HEAD_BYTES = 1024


def merge_checkpoint(base: str, ours: str, theirs: str, path: str, marker_size: int) -> int | None:
    """Merge weights for git.

    `base`, `ours`, `theirs` are git's temporary files and `path` the name in the work tree.
    Returns 0 when `ours` now holds the result, 1 for a conflict (`ours` untouched), and `None`
    where the files are no checkpoints.  `marker_size` is unused: binaries carry no markers.
    """
    try:
        return _merge(Path(base), Path(ours), Path(theirs), path)
    except (KeyboardInterrupt, Exception) as error:
        _say(path, _reason(error), pointers=_are_pointers(ours, theirs))
        return CONFLICT


def _reason(error: BaseException) -> str:
    if isinstance(error, MergeassistError):
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename or 'while reading or writing'})"
    return " ".join(f"{type(error).__name__}: {error}".split())


def _say(path: str, reason: str, *, pointers: bool) -> None:
    left = "git's conflict of the pointers" if pointers else "ours"
    advice = "take a side with git checkout --ours/--theirs, then git add"
    print(f"mergeassist: {path}: {reason}; {left} is left in place; {advice}",  # noqa: T201
          file=sys.stderr)


def _are_pointers(*files: str) -> bool:
    try:
        return all(read_pointer(Path(file)) for file in files)
    except OSError:
        return False


class _Side(NamedTuple):
    """One version: git's file, the pointer that it may be, and the file with the weights."""

    file: Path
    pointer: Pointer | None
    content: Path


def _merge(base: Path, ours: Path, theirs: Path, path: str) -> int | None:
    pointers = [read_pointer(file) for file in (base, ours, theirs)]
    known = [
        pointer is not None or _is_checkpoint(file, path)
        for pointer, file in zip(pointers, (base, ours, theirs), strict=True)
    ]
    if not (known[1] or known[2]):
        return None
    if not (known[1] and known[2]):
        odd = "theirs" if known[1] else "ours"
        raise InputError(path, f"{odd} is no checkpoint while the other side is")
    root = Path.cwd()
    store = Store.of_repository(root) if any(pointers) else None
    sides = [
        _Side(file, pointer, _content(file, pointer, store, path, root))
        for file, pointer in zip((base, ours, theirs), pointers, strict=True)
    ]
    for side in sides[1:]:
        if side.pointer and find_format(side.content) is None:
            return None
    if base.stat().st_size == 0:
        raise InputError(path, "added on both sides, so nothing says who changed what",
                         "merge it with: mergeassist models merge --method linear")  # fmt: skip
    if find_format(sides[0].content) is None:
        raise InputError(path, "the merge base is no checkpoint (a conflicted pointer, perhaps)")
    return _merge_sides(sides, path, root, store)


def _is_checkpoint(file: Path, path: str) -> bool:
    """By content; a binary that is only named like one is refused with its reason, not skipped."""
    if find_format(file) is not None:
        return True
    if not path.lower().endswith(SUFFIXES):
        return False
    with file.open("rb") as handle:
        head = handle.read(HEAD_BYTES)
    if b"\0" in head:
        raise InputError(path, "named like a checkpoint, but damaged or of an unknown kind",
                         "check both versions")  # fmt: skip
    return False


def _content(
    file: Path, pointer: Pointer | None, store: Store | None, path: str, root: Path
) -> Path:
    if pointer is None or store is None:
        return file
    return store.find(pointer, path, root)


def _merge_sides(sides: list[_Side], path: str, root: Path, store: Store | None) -> int:
    base, ours, theirs = sides
    ids = tuple(_id(side, root) for side in sides)
    request = Request(base.content, (ours.content, theirs.content), of_repository(path, root), ids)
    if store is not None and _wants_pointer(sides):
        report = _merge_to_pointer(request, sides, store)
    elif (whole := whole_file(request)) is not None:
        report = Report((), {"tensors": {"whole file": whole.name}, "output": {}})
        _place(whole, ours.file, shared=whole == theirs.file)
    else:
        with shown() as observe:
            report = merge(request, ours.file, observe)
        if not report.refusals:
            report.record["output"] = {"id": fingerprint(ours.file)}
    write_record(report, path, root)
    if report.refusals:
        _say(path, report.line, pointers=bool(ours.pointer and theirs.pointer))
        return CONFLICT
    for note in report.record.get("notes", []):
        print(f"mergeassist: {path}: {note}", file=sys.stderr)  # noqa: T201
    return CLEAN


def _place(whole: Path, target: Path, *, shared: bool) -> None:
    """Put a whole input over ours; git's own temporary file may be shared, an LFS object not."""
    if whole == target:
        return
    if shared:
        link_atomically(whole, target)
    else:
        copy_atomically(whole, target)


def _wants_pointer(sides: list[_Side]) -> bool:
    """A pointer unless one side turned the file into a plain blob."""
    kinds = [side.pointer is not None for side in sides]
    return kinds[1] if kinds[1] == kinds[2] or kinds[0] == kinds[2] else kinds[2]


def _merge_to_pointer(request: Request, sides: list[_Side], store: Store) -> Report:
    """Object into the store first, then the pointer over ours: git never sees one without both."""
    whole = whole_file(request)
    pointer = next((s.pointer for s in sides if s.content == whole and s.pointer), None)
    report = Report((), {"method": request.policy.default.method, "tensors": {"whole file": ""}})
    if pointer is None:
        made: list[Pointer] = []
        with shown() as observe:
            report = merge_into(
                request,
                lambda blocks, size: made.append(store.add(passing(blocks, observe), size)),
            )
        if report.refusals:
            return report
        pointer = made[0]
    write_atomically(sides[1].file, [pointer.text()])
    report.record["output"] = {"oid": f"sha256:{pointer.oid}", "size": pointer.size}
    return report


def _id(side: _Side, root: Path) -> str:
    """The object id: LFS' where there is a pointer, else git's blob id."""
    if side.pointer is not None:
        return f"sha256:{side.pointer.oid}"
    blob = git("hash-object", "--no-filters", "--", str(side.file.absolute()), cwd=root)
    return "git:" + os.fsdecode(blob).strip()


def write_record(report: Report, path: str, root: Path) -> Path | None:
    """Leave the merge's record in the git common directory; never a reason to fail."""
    try:
        folder = common_dir(root) / "mergeassist" / "records"
        folder.mkdir(parents=True, exist_ok=True)
        record: dict[str, Any] = {"path": path, "time": int(time.time()), **report.record}
        name = folder / f"{time.time_ns()}-{os.getpid()}.json"
        write_atomically(name, [json.dumps(record, indent=1).encode() + b"\n"])
    except (OSError, MergeassistError):
        return None
    return name
