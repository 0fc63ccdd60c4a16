"""Look at what was accepted: list, show, mark, and find what nobody has looked at."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.app import records
from mergeassist.app.records import Hunk, Record
from mergeassist.app.undo import as_in_objects, change_back, text_with, undone
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError, UsageError
from mergeassist.git.run import git, is_distrust, known_date
from mergeassist.git.worktree import common_dir

SCHEMA = "mergeassist.review/1"
BELOW = 0.95
TRAILER = "Mergeassist-Resolved"

_UNKNOWN_RANGE = 100  # commits looked through where the branch has no upstream


class Chosen(NamedTuple):
    """A record and the hunks meant in it, counted from 1."""

    record: Record
    numbers: tuple[int, ...]


class Store:
    """The records of one repository, and the work tree they are looked at from."""

    def __init__(self, start: Path) -> None:
        """Raises `UsageError` outside a work tree."""
        try:
            top = git("rev-parse", "--show-toplevel", cwd=start)
            self.root = Path(os.fsdecode(top.removesuffix(b"\n")))
            folder = common_dir(start) / "mergeassist" / "hunks"
        except GitError as error:
            if is_distrust(error):
                raise
            raise UsageError(f"{start} is not in a git work tree") from error
        named = os.environ.get(records.VARIABLE, "")
        self.folder = named if named not in ("", "0") else str(folder)

    def since(self, date: str | None) -> list[Record]:
        """All records, oldest first, from a date on (`2024-05-01`, `yesterday`, `2 weeks ago`).

        Raises `UsageError` for a date that git does not understand.
        """
        found = records.read_all(self.folder)
        if date is None:
            return found
        first = _seconds(date)
        return [record for record in found if record.time >= first]

    def find(self, name: str) -> Chosen:
        """What `ID`, `ID:HUNK` or the beginning of one means.

        Raises `UsageError` for what means nothing or more than one thing.
        """
        prefix, colon, number = name.partition(":")
        found = [record for record in records.read_all(self.folder)
                 if prefix and record.id.startswith(prefix)]
        if len(found) != 1:
            what = "is the beginning of several ids" if found else "no such record"
            raise UsageError(f"{name}: {what}; mergeassist review lists them")
        (record,) = found
        if not colon:
            return Chosen(record, tuple(range(1, len(record.hunks) + 1)))
        if not number.isdecimal() or not 1 <= int(number) <= len(record.hunks):
            raise UsageError(f"{name}: {record.id} has hunks 1 to {len(record.hunks)}")
        return Chosen(record, (int(number),))

    def mark(self, chosen: Chosen) -> Record:
        """Note that somebody has looked at these hunks.  Raises `OSError`."""
        now = time.time()
        hunks = tuple(
            hunk._replace(reviewed=hunk.reviewed or now) if number in chosen.numbers else hunk
            for number, hunk in enumerate(chosen.record.hunks, 1)
        )
        record = chosen.record._replace(hunks=hunks)
        records.write(self.folder, record)
        return record

    def trailers(self) -> list[str]:
        """A line for the message of the merge about to be committed, for each hunk in it."""
        head = self._head()
        return [
            f"{TRAILER}: {_on_a_line(record.path)}:{hunk.line} "
            f"p={'?' if hunk.probability is None else f'{hunk.probability:.2f}'} {hunk.source}"
            for record in records.read_all(self.folder)
            if record.operation.head == head and record.texts is not None
            and (text := _blob(self.root, f":0:{record.path}")) is not None
            for number, hunk in enumerate(record.hunks, 1)
            if hunk.undone is None and _stands(self.root, record, number, text)
        ]

    def pending(self, below: float = BELOW, commits: str | None = None) -> list[Chosen]:
        """Hunks less probable than `below` that stand in a merge and that nobody has looked at.

        The merge is one about to be committed (its texts are staged), or lies in the range
        `commits`: by default what pre-commit says is pushed, else what the upstream branch
        lacks.  A hunk whose place was edited since has been looked at.  Raises `GitError`.
        """
        candidates = [
            (record, numbers) for record in records.read_all(self.folder)
            if (numbers := _unsure(record, below)) and record.texts is not None
        ]
        if not candidates:
            return []
        head = self._head()
        tip, parents = _merged_into(self.root, commits)
        found = []
        for record, numbers in candidates:
            places = []
            if record.operation.head == head:
                places.append(f":0:{record.path}")
            if record.operation.head in parents:
                places.append(f"{tip}:{record.path}")
            texts = [text for place in places if (text := _blob(self.root, place)) is not None]
            standing = tuple(
                number for number in numbers
                if any(_stands(self.root, record, number, text) for text in texts)
            )
            if standing:
                found.append(Chosen(record, standing))
        return found

    def _head(self) -> str | None:
        head = git("rev-parse", "--quiet", "--verify", "HEAD", cwd=self.root, nothing=True)
        return head.decode().strip() or None


def state(hunk: Hunk) -> str:
    """`undone`, `reviewed` or `not reviewed`."""
    if hunk.undone is not None:
        return "undone"
    return "not reviewed" if hunk.reviewed is None else "reviewed"


def to_json(chosen: Chosen) -> dict[str, Any]:
    """One record for scripts; texts that are no UTF-8 hold U+FFFD."""
    record = chosen.record
    return {
        "id": record.id,
        "path": record.path.encode(errors="surrogateescape").decode("utf-8", "replace"),
        "time": record.time,
        "by": record.by,
        "version": record.version,
        "model": record.model or None,
        "operation": record.operation._asdict(),
        "result_blob": record.result_blob,
        "hunks": [_hunk_to_json(number, record.hunks[number - 1]) for number in chosen.numbers],
    }


def _hunk_to_json(number: int, hunk: Hunk) -> dict[str, Any]:
    conflict = hunk.conflict
    texts = {"base": conflict.base, "ours": conflict.ours, "theirs": conflict.theirs,
             "put": hunk.put}
    return {
        "hunk": number,
        "line": hunk.line,
        **{name: None if text is None else text.decode("utf-8", "replace")
           for name, text in texts.items()},
        "probability": hunk.probability,
        "source": hunk.source,
        "also": list(hunk.also),
        "state": state(hunk),
        "reviewed": hunk.reviewed,
        "undone": hunk.undone,
    }


def _on_a_line(path: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in path)


def _unsure(record: Record, below: float) -> tuple[int, ...]:
    return tuple(
        number for number, hunk in enumerate(record.hunks, 1)
        if hunk.reviewed is None and hunk.undone is None
        # what no judge has spoken of is not sure
        and (hunk.probability is None or hunk.probability < below)
    )


def _stands(root: Path, record: Record, number: int, text: bytes) -> bool:
    """Whether what was put still reads so in a text of git's objects."""
    done = undone(record)
    before, after = text_with(record, done), text_with(record, {*done, number})
    if record.filtered:
        before, after = (as_in_objects(root, record.path, each) for each in (before, after))
    if text == before:
        return True
    back = change_back(Merge(before, text, after))
    return back is not None and back != text


def _merged_into(root: Path, commits: str | None) -> tuple[str, set[str]]:
    """The newest commit of the range looked through, and the parents of all in it."""
    start, end = (os.environ.get(f"PRE_COMMIT_{name}_REF") for name in ("FROM", "TO"))
    if commits is None and start and end:
        commits = f"{start}..{end}"
    if commits is None:
        try:
            upstream = git("rev-parse", "--verify", "@{upstream}", cwd=root).decode().strip()
            commits = f"{upstream}..HEAD"
        except GitError:  # the branch has none
            commits = "HEAD"
    words = [] if ".." in commits else [f"--max-count={_UNKNOWN_RANGE}"]
    tip = commits.rpartition("..")[2] or "HEAD"
    try:
        rows = git("rev-list", "--parents", *words, commits, "--", cwd=root).decode().splitlines()
    except GitError:
        if commits != "HEAD":
            raise
        return tip, set()  # no commit yet
    return tip, {parent for row in rows for parent in row.split()[1:]}


def _blob(root: Path, place: str) -> bytes | None:
    try:
        return git("cat-file", "blob", place, cwd=root)
    except GitError:
        return None


def _seconds(date: str) -> float:
    """A date as git reads it.  Raises `UsageError`."""
    answer = git("rev-parse", f"--since={known_date(date)}").decode().strip()
    seconds = answer.removeprefix("--max-age=")
    return float(seconds) if seconds.isdecimal() else -math.inf


def hunks(chosen: Chosen) -> Iterator[tuple[int, Hunk]]:
    """The hunks meant, with their numbers."""
    for number in chosen.numbers:
        yield number, chosen.record.hunks[number - 1]
