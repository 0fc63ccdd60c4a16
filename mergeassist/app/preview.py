"""What a merge would do, found out without touching work tree, index or references.

The merge is redone in a scratch repository (`git/merges`), so no merge driver runs; what the
`merge` attribute says of a path is read afterwards and told.  Decisions are those of the driver.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.app import batch
from mergeassist.app.decide import decide, seen_in, with_language
from mergeassist.app.merge_file import tree_merge
from mergeassist.app.mine import MAX_BYTES, is_text, people
from mergeassist.app.personal import personal_in
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import GitError, UsageError
from mergeassist.git import textmerge
from mergeassist.git.history import sides_of
from mergeassist.git.merges import Replay
from mergeassist.git.objects import Objects
from mergeassist.git.run import git
from mergeassist.git.worktree import Unmerged, commit_of
from mergeassist.propose.context import Context

SCHEMA = "mergeassist.preview/1"
_PARTIAL = "; in a partial clone: git fetch --refetch --no-filter"
_TEXT = (b"unspecified", b"set", b"text", b"mergeassist")


class Tip(NamedTuple):
    """A commit and the name the user gave it."""

    name: str
    commit: str


class File(NamedTuple):
    """One path that git leaves in conflict; `reason` says why no decision is offered."""

    path: str
    reason: str = ""
    decisions: tuple[Decision, ...] = ()
    settled: bool = False  # by an attribute that git follows by itself

    @property
    def status(self) -> str:
        """`resolved` or `conflict`."""
        decided = bool(self.decisions) and all(one.accepted for one in self.decisions)
        return "resolved" if self.settled or decided else "conflict"


class Preview(NamedTuple):
    """The outcome: `kind` is `up-to-date`, `fast-forward` or `merge`."""

    ours: Tip
    theirs: Tip
    kind: str
    files: tuple[File, ...] = ()

    @property
    def left(self) -> int:
        """How many paths would remain in conflict."""
        return sum(file.status == "conflict" for file in self.files)


def preview(
    wanted: str, cwd: str | Path | None = None, *, min_probability: float | None = None
) -> Preview:
    """Merge a branch into HEAD, or `A..B`: B into A.

    Raises `UsageError` for names that are no commits and for histories git will not merge,
    `GitError` outside a repository.
    """
    ours, theirs = _tips(wanted, cwd)
    with Replay(cwd) as replay:
        base = replay.merge_base(ours.commit, theirs.commit)
        if base in (ours.commit, theirs.commit):
            kind = "up-to-date" if base == theirs.commit else "fast-forward"
            return Preview(ours, theirs, kind)
        (answer,) = replay.run([(ours.commit, theirs.commit)])
        if answer.problem is not None:
            advice = _PARTIAL if "unable to read" in answer.problem else ""
            raise UsageError(
                f"git cannot merge {theirs.name} into {ours.name}: {answer.problem}{advice}")
        changed = _changed_on_both(base, ours, theirs, cwd) if base else set()
        paths = {entry.path for entry in answer.entries}
        attributes = _attributes(paths | changed, cwd)
        known = _known(replay.objects, ours, theirs, cwd)
        known["conflicted_files"] = len(paths)
        files = [
            _file(replay.objects, entry, attributes[entry.path],
                  _Side(base, ours, theirs, cwd, known), min_probability)
            for entry in answer.entries
        ]
        files += [
            File(os.fsdecode(path), "binary by attribute: choose a version by hand")
            for path in sorted(changed - paths) if attributes[path] in (b"unset", b"binary")
        ]  # fmt: skip
    return Preview(ours, theirs, "merge", tuple(files))


def _tips(wanted: str, cwd: str | Path | None) -> tuple[Tip, Tip]:
    left, dots, right = wanted.partition("..")
    if right.startswith("."):
        raise UsageError(f"{wanted!r}: two dots, A..B, mean B merged into A")
    names = (left or "HEAD", right or "HEAD") if dots else ("HEAD", wanted)
    ours, theirs = (Tip(name, _commit(name, cwd)) for name in names)
    return ours, theirs


def _commit(name: str, cwd: str | Path | None) -> str:
    try:
        found = commit_of(name, cwd)
    except GitError:
        git("rev-parse", "--git-dir", cwd=cwd)  # outside a repository this says so
        found = None
    if found is None:
        raise UsageError(f"{name!r} is no branch or commit here; see git branch --all")
    return found


class _Side(NamedTuple):
    """What the files of one merge share."""

    base: str | None
    ours: Tip
    theirs: Tip
    cwd: str | Path | None
    known: Mapping[str, Any]


def _file(
    objects: Objects, entry: Unmerged, attribute: bytes, merge: _Side, least: float | None
) -> File:
    path = os.fsdecode(entry.path)
    if attribute == b"union":
        return File(path, "both sides are kept: merge=union", settled=True)
    if attribute in (b"unset", b"binary"):
        return File(path, "binary by attribute: choose a version by hand")
    if attribute not in _TEXT:
        return File(path, f"the merge driver {os.fsdecode(attribute)} decides")
    if None in (entry.ours, entry.theirs):
        return File(path, "one side has no such file: keep it or delete it")
    if not entry.is_file:
        return File(path, "a symbolic link or submodule: choose by hand")
    try:
        entry.path.decode("utf-8")
    except UnicodeDecodeError:
        return File(path, "its name is not UTF-8")
    names = [name for name in entry.versions if name is not None]
    texts = objects.read_all(names, MAX_BYTES)
    usable = [text for text in texts if text is not None and is_text(text)]
    if entry.base is None:
        usable.insert(0, b"")  # both sides have added it: for git, too, the base is empty
    if len(usable) != len(entry.versions):
        return File(path, f"binary, not UTF-8, missing or above {MAX_BYTES // 1000} kB")
    if textmerge.are_pointers(versions := Merge(*usable)):
        return File(path, "Git LFS pointers: weights are merged, of others a version is taken")
    return _decided(path, versions, merge, least)


def _decided(path: str, versions: Merge[bytes], merge: _Side, least: float | None) -> File:
    try:
        merged = tree_merge(*versions)
    except GitError as error:
        return File(path, str(error))
    if merged is None or not merged.conflicts:
        return File(path, "git leaves no region in conflict, yet does not call it merged")
    history = sides_of(merge.base, merge.ours.commit, merge.theirs.commit, path, merge.cwd)
    context = Context(path, "", *versions, history=history)._replace(**merge.known)
    context = with_language(context, merge.cwd or ".")
    decisions = decide(
        merged, context, min_probability=least, seen=seen_in(merge.cwd or "."),
        personal=personal_in(merge.cwd or "."),
    )
    return File(path, decisions=decisions)


def _known(
    objects: Objects, ours: Tip, theirs: Tip, cwd: str | Path | None
) -> dict[str, Any]:
    """Who and when: now, the person at the keyboard, and the two tips."""
    tips = people(objects, (ours.commit, theirs.commit))
    if tips is None:
        return {}
    try:
        ident = git("var", "GIT_AUTHOR_IDENT", cwd=cwd).decode("utf-8", "replace")
    except GitError:  # no name is configured
        ident = ""
    merger = ident.partition("<")[2].partition(">")[0]
    into = "" if ours.name in ("main", "master", "HEAD") else f" into {ours.name}"
    return {
        "message": f"Merge branch '{theirs.name}'{into}",
        "times": (int(time.time()), *tips.times),
        "authors": (merger, *tips.authors),
    }


def _changed_on_both(
    base: str, ours: Tip, theirs: Tip, cwd: str | Path | None
) -> set[bytes]:
    """The paths that both sides changed: a binary attribute makes a conflict of each."""
    words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=M", base)
    mine, other = (
        set(git(*words, tip.commit, cwd=cwd).split(b"\0")) - {b""} for tip in (ours, theirs)
    )
    return mine & other


def _attributes(paths: Iterable[bytes], cwd: str | Path | None) -> dict[bytes, bytes]:
    """The `merge` attribute of each path, as the work tree says it."""
    asked = b"".join(path + b"\0" for path in paths)
    top: str | Path | None = cwd
    try:
        top = os.fsdecode(git("rev-parse", "--show-toplevel", cwd=cwd).removesuffix(b"\n"))
    except GitError:  # a bare repository
        pass
    answer = git("check-attr", "-z", "--stdin", "merge", cwd=top, input=asked)
    fields = answer.split(b"\0")[:-1]
    return dict(zip(fields[::3], fields[2::3], strict=True))


def as_record(done: Preview) -> dict[str, Any]:
    """`preview --json`; conflicts as in `batch`."""
    return {
        "schema": SCHEMA,
        "kind": done.kind,
        "ours": done.ours._asdict(),
        "theirs": done.theirs._asdict(),
        "left": done.left,
        "files": [
            {
                "path": file.path,
                "status": file.status,
                "reason": file.reason or None,
                "conflicts": [batch.conflict_record(one) for one in file.decisions],
            }
            for file in done.files
        ],
    }
