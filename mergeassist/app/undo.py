"""Put git's conflict back where mergeassist has put a text: work tree and, if it can be, index.

A file that reads as the merge left it becomes git's own text to the byte.  In a file that has
changed elsewhere the place is found by a three-way merge of the change back; where that conflicts,
somebody has edited the place, and nothing is done.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from mergeassist.app import files, records
from mergeassist.app.records import Record
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError, UsageError
from mergeassist.git import textmerge
from mergeassist.git.run import git
from mergeassist.git.worktree import commit_of, git_dir

_EMPTY = b""


class Undone(NamedTuple):
    """What `undo` did: the hunks (from 1) it took back, and whether the index was unmerged."""

    record: Record
    numbers: tuple[int, ...]
    unmerged: bool


class UnderWay(NamedTuple):
    """A stopped operation: the commits whose trees hold the three versions (base may lack)."""

    other: str
    commits: Merge[str | None]


def undo(root: Path, folder: str, record: Record, numbers: Collection[int] = ()) -> Undone:
    """Put the conflicts of `numbers` back (all that are not yet, without any).

    Raises `UsageError` where the place was edited since, or the record cannot say what stood
    there; then nothing is changed.  Raises `GitError` when git fails.
    """
    done = undone(record)
    wanted = set(numbers) or set(range(1, len(record.hunks) + 1)) - done
    if not wanted or wanted & done:
        raise UsageError(f"{record.id}: that is undone already")
    path = _regular_file(root, record)
    work = files.read_bytes(path)
    before, after = text_with(record, done), text_with(record, done | wanted)
    if not record.filtered:
        before, after = (as_in_work_tree(root, record.path, text) for text in (before, after))
    operation = under_way(root, record)
    new = _reopened(root, record, Merge(before, work, after), operation)
    stages = _stages(root, record, before, operation)
    if stages:  # first: a locked index then leaves everything as it was
        git("update-index", "-z", "--index-info", cwd=root, input=stages)
    files.write_atomic(path, new)
    now = time.time()
    hunks = tuple(
        hunk._replace(undone=now) if number in wanted else hunk
        for number, hunk in enumerate(record.hunks, 1)
    )
    changed = record._replace(hunks=hunks)
    records.write(folder, changed)
    return Undone(changed, tuple(sorted(wanted)), bool(stages))


def undone(record: Record) -> set[int]:
    """The numbers of the hunks that were taken back."""
    return {number for number, hunk in enumerate(record.hunks, 1) if hunk.undone is not None}


def text_with(record: Record, opened: Collection[int]) -> bytes:
    """The whole file with these hunks in conflict again, printed as git would print it.

    Raises `UsageError` for a file that was too long to keep.
    """
    if record.texts is None:
        raise UsageError(f"{record.path}: too long a file for its text to be kept; bring the "
                         "conflict back with git checkout --merge while the merge is under way")
    if not opened:
        return record.texts.result
    puts = {hunk.position: hunk.put for number, hunk in enumerate(record.hunks, 1)
            if number not in opened}
    if not puts:
        return record.texts.left
    settled = record.texts.merged.replace(lambda index, _: puts.get(index))
    look = record.look
    with tempfile.TemporaryDirectory(prefix="mergeassist-") as place:
        nothing = Merge(_EMPTY, _EMPTY, _EMPTY)  # `merge_open` puts in the sides
        request = textmerge.Request(nothing, look.size, look.labels, place, look.algorithm)
        return textmerge.merge_open(settled, look.style, request)


def change_back(texts: Merge[bytes]) -> bytes | None:
    """`ours` with the change from `base` to `theirs`; `None` where its place was edited."""
    trivial = texts.trivial()
    if trivial is not None:
        return trivial.value
    size = markers.free_size(*texts)
    with tempfile.TemporaryDirectory(prefix="mergeassist-") as place:
        request = textmerge.Request(texts, size, markers.Labels(), place)
        try:
            answer = textmerge.merge_file(request, ["merge"])["merge"]
        except ValueError:  # binary by now
            return None
    return answer.text if answer.clean else None


def as_in_work_tree(root: Path, path: str, text: bytes) -> bytes:
    """A text of git's objects as git would check it out (line ends, filters)."""
    name = git("hash-object", "-w", "--stdin", cwd=root, input=text).decode().strip()
    return git("cat-file", "--filters", f"--path={path}", name, cwd=root)


def as_in_objects(root: Path, path: str, text: bytes) -> bytes:
    """A text of the work tree as `git add` would store it."""
    name = git("hash-object", "-w", f"--path={path}", "--stdin", cwd=root, input=text)
    return git("cat-file", "blob", name.decode().strip(), cwd=root)


def under_way(root: Path, record: Record) -> UnderWay | None:
    """The operation that put the record's hunks, if it is waiting for the user."""
    if record.operation.head is None or commit_of("HEAD", root) != record.operation.head:
        return None
    folder = git_dir(root)
    for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"):
        if not (folder / name).is_file():
            continue
        other = (folder / name).read_text("ascii").split()[0]
        known = record.operation.other
        if known is not None and commit_of(known, root) != other:
            return None
        parent = commit_of(f"{other}^", root)
        if name == "MERGE_HEAD":
            bases = git("merge-base", "--all", "HEAD", other, cwd=root, nothing=True).split()
            base = bases[0].decode() if len(bases) == 1 else None
            return UnderWay(other, Merge(base, "HEAD", other))
        if name == "REVERT_HEAD":
            return UnderWay(other, Merge(other, "HEAD", parent))
        return UnderWay(other, Merge(parent, "HEAD", other))
    return None


def _reopened(
    root: Path, record: Record, texts: Merge[bytes], operation: UnderWay | None
) -> bytes:
    """The new text of the work tree; raises `UsageError` where there is none."""
    work, head = texts.ours, record.operation.head
    tip = commit_of("HEAD", root)
    if operation is None and head is not None and head == tip:
        committed = _entry(root, "HEAD", record.path)
        text = None if committed is None else git("cat-file", "blob", committed[1], cwd=root)
        if text is not None and as_in_work_tree(root, record.path, text) == work:
            raise UsageError(f"{record.path}: the {record.operation.name or 'merge'} of "
                             f"{record.id} is no longer there; was it aborted?")
    if work == texts.base:
        return texts.theirs
    if head is not None and tip is not None and not _is_ancestor(root, head, tip):
        raise UsageError(f"{record.path}: HEAD does not contain the merge of {record.id}")
    new = change_back(texts)
    if new is None:
        raise UsageError(f"{record.path}: the place was edited since; "
                         f"mergeassist review {record.id} shows what stood there")
    if new == work:
        raise UsageError(f"{record.path}: git's conflict stands there already")
    return new


def _regular_file(root: Path, record: Record) -> Path:
    place = root
    for part in Path(record.path).parts:
        place /= part
        if part == ".." or place.is_symlink():
            raise UsageError(f"{record.path}: {place} is a link; nothing was changed")
    if not place.exists():
        raise UsageError(f"{record.path}: is not in the work tree")
    if not stat.S_ISREG(place.lstat().st_mode):
        raise UsageError(f"{record.path}: is no regular file")
    return place


def _stages(
    root: Path, record: Record, before: bytes, operation: UnderWay | None
) -> bytes | None:
    """What makes the path unmerged again, for `update-index --index-info`.

    `None` where the operation is over, the path is unmerged or staged otherwise, or a version
    is no longer to be had.
    """
    listed = git("--literal-pathspecs", "ls-files", "-s", "-z", "--", record.path, cwd=root)
    entries = listed.split(b"\0")[:-1]
    if operation is None or len(entries) != 1:
        return None
    mode, staged, stage = entries[0].partition(b"\t")[0].decode("ascii").split()
    mine = git("hash-object", f"--path={record.path}", "--stdin", cwd=root, input=before)
    if stage != "0" or staged != mine.decode().strip():
        return None
    name = os.fsencode(record.path)
    lines = [b"0 %s\t%s" % (b"0" * len(staged), name)]
    for number, (field, commit) in enumerate(zip(Merge._fields, operation.commits, strict=True), 1):
        entry = None if commit is None else _entry(root, commit, record.path)
        blob = getattr(record.blobs, field) if record.blobs else (entry and entry[1])
        if field == "base" and entry is None and (blob is None or _is_empty(blob)):
            continue  # both sides added the file
        if blob is None or not _exists(root, blob):
            return None
        known = entry[0] if entry else mode
        lines.append(f"{known} {blob} {number}\t".encode() + name)
    return b"\0".join(lines) + b"\0"


def _is_empty(blob: str) -> bool:
    return blob in (records.object_id(b""), records.object_id(b"", "sha256"))


def _entry(root: Path, commit: str, path: str) -> tuple[str, str] | None:
    """Mode and id of a path in a commit."""
    try:
        words = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path)
        listed = git(*words, cwd=root)
    except GitError:
        return None
    if not listed:
        return None
    mode, _, name = listed.partition(b"\t")[0].decode("ascii").split()
    return mode, name


def _exists(root: Path, name: str) -> bool:
    try:
        git("cat-file", "-e", name, cwd=root)
    except GitError:
        return False
    return True


def _is_ancestor(root: Path, old: str, new: str) -> bool:
    try:
        return not git("rev-list", "--max-count=1", old, f"^{new}", cwd=root).strip()
    except GitError:  # pruned
        return False
