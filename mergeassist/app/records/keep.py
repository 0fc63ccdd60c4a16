"""Make a record of what a driver or `resolve` puts; loaded once a hunk has been accepted."""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH110, PTH116, PTH118

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha1
from typing import NamedTuple

from mergeassist import __version__
from mergeassist.app.records.record import Hunk, Look, Operation, Record, Texts
from mergeassist.app.records.store import free_id, prune, write
from mergeassist.core import markers
from mergeassist.core.chunks import MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.git import textmerge
from mergeassist.git.asking import read
from mergeassist.git.operation import REBASE, listed_step

VARIABLE = "MERGEASSIST_RECORDS"
MOST_TEXT = 8 << 20  # of one file, before compression; a longer one cannot be undone


class _Place(NamedTuple):
    """Where records go, and what `git rev-parse` says of the operation."""

    folder: str
    git_dir: str
    object_format: str
    head: str | None


def of_driver(
    path: str,
    sides: Merge[bytes],
    texts: Texts,
    decisions: Sequence[Decision],
    look: Look,
    model: str | None = None,
) -> str:
    """Keep what the driver is about to put; returns the id, empty where nothing was kept.

    `model` is the judge's name where another process has decided.  Never raises an `Exception`.
    """
    try:
        place = _place(".")
        if place is None:
            return ""
        puts = [decision.text for decision in decisions]
        blobs = sides.map(lambda text: object_id(text, place.object_format))
        return _keep(
            place, "driver", path, texts, puts, decisions, look, blobs, looked_at=False,
            model=model,
        )  # fmt: skip
    except Exception:  # a merge is worth more than its record
        return ""


def of_resolve(
    root: str,
    path: str,
    texts: Texts,
    puts: Sequence[bytes | None],
    decisions: Sequence[Decision],
    look: Look,
    *,
    looked_at: bool,
) -> str:
    """Keep what `resolve` has put; returns the id, empty where nothing was kept.

    Never raises an `Exception`.
    """
    try:
        place = _place(root)
        if place is None:
            return ""
        return _keep(
            place, "resolve", path, texts, puts, decisions, look, None, looked_at=looked_at
        )
    except Exception:
        return ""


def _keep(
    place: _Place,
    by: str,
    path: str,
    texts: Texts,
    puts: Sequence[bytes | None],
    decisions: Sequence[Decision],
    look: Look,
    blobs: Merge[str] | None,
    *,
    looked_at: bool,
    model: str | None = None,
) -> str:
    now = time.time()
    hunks = tuple(_hunks(texts.merged, puts, decisions, look, now if looked_at else None))
    if not hunks:
        return ""
    whole = sum(map(len, (texts.left, texts.result, *texts.merged.conflicts)))
    record = Record(
        free_id(place.folder, f"{path}\0{now}\0{os.getpid()}"), path, now, by, __version__,
        model_name() if model is None else model, _operation(place), by == "resolve", blobs,
        object_id(texts.result, place.object_format), look, hunks,
        texts if whole <= MOST_TEXT else None,
    )  # fmt: skip
    write(place.folder, record)
    prune(place.folder, now)
    return record.id


def _hunks(
    merged: MergedFile,
    puts: Sequence[bytes | None],
    decisions: Sequence[Decision],
    look: Look,
    reviewed: float | None,
) -> Iterator[Hunk]:
    line, position = 1, 0
    for chunk in merged.chunks:
        if isinstance(chunk, bytes):
            line += chunk.count(b"\n")
            continue
        put, decision = puts[position], decisions[position]
        if put is None:
            alone = MergedFile((chunk,))
            printed = markers.render(alone, look.style, look.size, look.labels)
            line += printed.count(b"\n")
        else:
            chosen = next((p for p in decision.proposals if p.text == put), None)
            yield Hunk(
                position, line, chunk, put,
                chosen.probability if chosen else None,
                chosen.source if chosen else "by-hand",
                chosen.also if chosen else (),
                reviewed,
            )  # fmt: skip
            line += put.count(b"\n")
        position += 1


def _place(cwd: str) -> _Place | None:
    """Ask git, in one process, where records go; `None` where none are to be kept."""
    wanted = os.environ.get(VARIABLE, "")
    if wanted == "0":
        return None
    words = ["git", "-C", cwd, "rev-parse", "--git-common-dir", "--absolute-git-dir",
             "--show-object-format", "HEAD"]
    output, code = textmerge.finish(textmerge.spawn(words, os.environ))
    common, git_dir, object_format, *head = os.fsdecode(output).splitlines()
    folder = wanted or os.path.join(cwd, common, "mergeassist", "hunks")
    return _Place(folder, git_dir, object_format, head[0] if code == 0 and head else None)


def _operation(place: _Place) -> Operation:
    """What git is doing while it runs a driver, before it has written MERGE_HEAD and the like."""
    heads = [name for name in os.environ if name.startswith("GITHEAD_")]
    action = os.environ.get("GIT_REFLOG_ACTION", "").split(":")[0].split(" ")[0]
    if len(heads) == 1:
        return Operation(action or "merge", place.head, heads[0].removeprefix("GITHEAD_"))
    listed = listed_step(place.git_dir)
    if listed is not None:
        called = "rebase" if listed.of == REBASE else action or "cherry-pick"
        return Operation(called, place.head, listed.commit or None)
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"):
        other = read(place.git_dir, name).split()
        if other:
            called = name.removesuffix("_HEAD").lower().replace("_", "-")
            return Operation(called, place.head, other[0])
    return Operation(action, place.head, None)


def model_name() -> str:
    """A short name for the judge in use, from its files' description; empty without one."""
    judge = sys.modules.get("mergeassist.judge.model")
    decide = sys.modules.get("mergeassist.app.decide")
    if judge is None:
        return ""
    named = getattr(decide, "_config", lambda: None)()
    folder = getattr(named, "model", None) or judge.shipped_folder()
    if folder is None:
        return ""
    parts = []
    for name in ("config.json", "calibration.json"):
        path = os.path.join(str(folder), name)
        parts.append(textmerge.read(path) if os.path.exists(path) else b"")
    weights = os.path.join(str(folder), "model.safetensors")
    size = os.stat(weights).st_size if os.path.exists(weights) else 0
    return sha1(b"\0".join([*parts, str(size).encode()]), usedforsecurity=False).hexdigest()[:12]


def object_id(text: bytes, object_format: str = "sha1") -> str:
    """The name git gives a blob of this text."""
    data = b"blob %d\0" % len(text) + text
    if object_format == "sha256":
        from hashlib import sha256

        return sha256(data).hexdigest()
    return sha1(data, usedforsecurity=False).hexdigest()
