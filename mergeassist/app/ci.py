"""Merge a pull request's target into its head without a work tree, and say what came of it.

The repository is somebody else's: git runs in a throw-away bare repository that borrows the
objects only, so that no hook, filter, driver or setting of the repository or the machine takes
part; of what the target branch tracks, `min-probability` in `pyproject.toml` may raise the
threshold, and nothing else counts.  The driver sees no environment but what it needs.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mergeassist import __version__, config
from mergeassist.app import records
from mergeassist.app.records import Record
from mergeassist.app.review import TRAILER
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.errors import GitError, UsageError
from mergeassist.git.attributes import DRIVER_NAME, language_patterns
from mergeassist.git.driver_line import driver_line
from mergeassist.git.run import git, git_version
from mergeassist.git.worktree import commit_of, common_dir

_OLDEST = (2, 38, 0)  # `git merge-tree --write-tree`
_ATTRIBUTE_SOURCE = (2, 43, 0)
_MERGED, _CONFLICTS = 0, 1
_KEPT = ("PATH", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_KEPT_PREFIXES = ("LC_", "PYTHON")
_OWN = ("MERGEASSIST_MIN_PROBABILITY", "MERGEASSIST_TIMEOUT", "MERGEASSIST_MODEL")
_BRANCHES = ("GITHUB_HEAD_REF", "GITHUB_BASE_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
             "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")  # fmt: skip
_IDENTITY = {"NAME": "mergeassist", "EMAIL": "mergeassist@localhost"}


class Item(NamedTuple):
    """One place to look at: an open conflict, or a hunk that was resolved.

    `line` counts in the head's file, from 1; `None` where the conflict is of the whole path.
    """

    path: str
    line: int | None
    resolved: bool
    kind: str
    probability: float | None = None
    source: str = ""
    conflict: Conflict | None = None
    put: bytes | None = None


class Report(NamedTuple):
    """What the merge of `target` into `head` gives; `tree` is that of the merge."""

    head: str
    target: str
    tree: str
    items: tuple[Item, ...]
    pushed: str | None = None

    @property
    def open(self) -> tuple[Item, ...]:
        """What is left to people."""
        return tuple(item for item in self.items if not item.resolved)

    @property
    def resolved(self) -> tuple[Item, ...]:
        """What was put in the place of conflicts."""
        return tuple(item for item in self.items if item.resolved)

    @property
    def verdict(self) -> str:
        """`clean`, `resolved` or `conflict`."""
        return "conflict" if self.open else "resolved" if self.items else "clean"


def default_target(environment: Mapping[str, str]) -> str | None:
    """The target that GitHub or GitLab names, as checked out from `origin`."""
    for name in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        if environment.get(name):
            return f"refs/remotes/origin/{environment[name]}"
    return None


def examine(
    start: Path,
    target: str,
    head: str = "HEAD",
    *,
    min_probability: float | None = None,
    driver: str | None = None,
) -> Report:
    """Merge and report; nothing but objects is written.

    `driver` is an executable that takes the place of ours.  Raises `UsageError` for commits
    that are not there, `GitError` when git fails or is too old.
    """
    if git_version() < _OLDEST:
        raise GitError("git merge-tree --write-tree needs git 2.38 or newer")
    ours, theirs = _commit(start, head), _commit(start, target)
    with tempfile.TemporaryDirectory(prefix="mergeassist-ci-") as name:
        place = _Isolated(Path(name), start, ours, theirs, driver)
        place.set_up(target, min_probability)
        tree, conflicted = place.merge()
        kept = {record.path: record for record in records.read_all(str(place.records))}
        items: list[Item] = []
        for path in sorted({*kept, *conflicted}):
            kind = conflicted.get(path, "")
            items += _items(place, tree, path, kept.get(path), kind)
    return Report(ours, theirs, tree, tuple(items))


def push(start: Path, report: Report, branch: str, remote: str = "origin") -> Report:
    """Write the resolution as a commit on a branch of its own, and push that.

    A branch that exists is replaced only if mergeassist made it.  Raises `UsageError` for any
    other branch and for a merge that is not resolved, `GitError` when git fails.
    """
    if report.verdict != "resolved":
        raise UsageError(f"the merge is {report.verdict}: there is no resolution to push")
    git("check-ref-format", f"refs/heads/{branch}")
    authors = {os.environ.get(name) for name in _BRANCHES}
    authors.add(git("rev-parse", "--abbrev-ref", "HEAD", cwd=start).decode().strip())
    if branch in authors or branch.startswith(("-", "refs/")):
        raise UsageError(f"--push-branch {branch}: only a branch of its own is written to")
    ref = f"refs/heads/{branch}"
    # no hook of the repository, no transport that runs a command
    safe = ("-c", f"core.hooksPath={os.devnull}", "-c", "protocol.ext.allow=never")
    listed = git(*safe, "ls-remote", "--", remote, ref, cwd=start).split()
    old = listed[0].decode() if listed else ""
    if old:
        fetch = ("fetch", "-q", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        git(*safe, *fetch, "--", remote, ref, cwd=start)
        if f"\n{TRAILER}: " not in git("log", "-1", "--format=%B", old, cwd=start).decode(
            errors="replace"
        ):
            raise UsageError(f"--push-branch {branch}: the branch exists and is not ours")
    commit = git(
        "commit-tree", report.tree, "-p", report.head, "-p", report.target, "-F", "-",
        cwd=start, input=_message(report).encode(errors="surrogateescape"), env=_identity(start),
    ).decode().strip()  # fmt: skip
    git(
        *safe, "push", "-q", "--no-verify", "--recurse-submodules=no",
        f"--force-with-lease={ref}:{old}", "--", remote, f"{commit}:{ref}", cwd=start,
    )  # fmt: skip
    return report._replace(pushed=commit)


class _Isolated:
    """A bare repository that has nothing of its own but the two commits to merge."""

    def __init__(
        self, folder: Path, start: Path, ours: str, theirs: str, driver: str | None
    ) -> None:
        self.folder, self.start, self.ours, self.theirs = folder, start, ours, theirs
        self.driver = driver
        self.directory = folder / "repository"
        self.records = folder / "records"
        self.attributes = folder / "attributes"
        kept = {
            name: value for name, value in os.environ.items()
            if name in _KEPT or name in _OWN or name.startswith(_KEPT_PREFIXES)
        }
        self.environment = kept | {
            "GIT_DIR": str(self.directory),
            "GIT_OBJECT_DIRECTORY": str(common_dir(start) / "objects"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            records.VARIABLE: str(self.records),
        }

    def set_up(self, name: str, min_probability: float | None) -> None:
        """Lay the repository out, arm it, and say what the driver may accept."""
        object_format = git("rev-parse", "--show-object-format", cwd=self.start).decode().strip()
        words = ("init", "-q", "--bare", "--template=", f"--object-format={object_format}")
        self._git(*words, str(self.directory))
        shallow = common_dir(self.start) / "shallow"
        if shallow.is_file():
            (self.directory / "shallow").write_bytes(shallow.read_bytes())
        # the driver finds the sides' history through HEAD and the name git gives the other side
        (self.directory / "HEAD").write_text(self.ours + "\n", "ascii")
        self.environment[f"GITHEAD_{self.theirs}"] = name.removeprefix("refs/remotes/")
        lines = [f"{pattern} merge={DRIVER_NAME}" for pattern in language_patterns()]
        self.attributes.write_text("\n".join(lines) + "\n", "ascii")
        floor = self._floor()
        if floor:  # the driver reads it where it stands, which is here
            text = f"[tool.mergeassist]\nmin-probability = {floor!r}\n"
            (self.directory / "pyproject.toml").write_text(text, "ascii")
        if min_probability is not None:
            self.environment["MERGEASSIST_MIN_PROBABILITY"] = repr(min_probability)

    def merge(self) -> tuple[str, dict[str, str]]:
        """The merge's tree, and for each path in conflict its kind.  Raises `GitError`."""
        line = driver_line(self.driver or self._script(), git_version(), __version__)
        words = [
            "-c", f"merge.{DRIVER_NAME}.driver={line}",
            "-c", f"merge.{DRIVER_NAME}.recursive=text",
            "-c", f"core.attributesFile={self.attributes}",
            "-c", "merge.conflictStyle=diff3",
        ]  # fmt: skip
        if git_version() >= _ATTRIBUTE_SOURCE:
            words.append(f"--attr-source={self.theirs}")
        words += ["merge-tree", "--write-tree", "-z", "--allow-unrelated-histories"]
        output = self._git(*words, self.ours, self.theirs, codes=(_MERGED, _CONFLICTS))
        tree, *rest = output.split(b"\0")
        stages: dict[str, set[bytes]] = {}
        for entry in rest:
            if not entry:  # messages follow
                break
            head, _, path = entry.partition(b"\t")
            stages.setdefault(os.fsdecode(path), set()).add(head.split()[2])
        return tree.decode("ascii"), {path: _kind(found) for path, found in stages.items()}

    def text(self, place: str) -> bytes | None:
        """A blob; `None` where there is none."""
        try:
            return self._git("cat-file", "blob", place)
        except GitError:
            return None

    def _git(self, *words: str, codes: tuple[int, ...] = (_MERGED,)) -> bytes:
        """git in the clean environment, where `git.run` adds to that of the process."""
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode not in codes:
            reason = " ".join(done.stderr.decode(errors="replace").split())
            command = next(word for word in words if word in ("init", "merge-tree", "cat-file"))
            raise GitError(f"git {command}: {reason or f'exit {done.returncode}'}")
        return done.stdout

    def _script(self) -> str:
        """Ours, by the interpreter at work, which must not look for modules where it stands."""
        script = self.folder / "mergeassist-driver"
        script.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m mergeassist._driver "$@"\n'
        )
        script.chmod(0o700)
        return str(script)

    def _floor(self) -> float:
        """The least probability that the target branch asks for.  Raises `UsageError`."""
        text = self.text(f"{self.theirs}:pyproject.toml")
        if text is None or b"mergeassist" not in text:
            return 0.0
        try:
            table = tomllib.loads(text.decode("utf-8"))["tool"]["mergeassist"]
            asked = {name: value for name, value in table.items()
                     if name.replace("-", "_") == "min_probability"}
        except (ValueError, KeyError, TypeError, AttributeError):
            return 0.0  # not readable: it cannot lower anything
        return config.load(pyproject=asked).floor


def _items(
    place: _Isolated, tree: str, path: str, record: Record | None, kind: str
) -> list[Item]:
    """The resolved and open conflicts of a path, in the order of the file."""
    hunks = {hunk.position: hunk for hunk in record.hunks} if record else {}
    merged = record.texts.merged if record and record.texts else None
    if merged is None:
        text = place.text(f"{tree}:{path}") if kind in ("content", "add/add") else None
        merged = markers.parse(text) if text is not None else MergedFile(())
    items = []
    for position, (conflict, line) in enumerate(_lines(merged)):
        hunk = hunks.get(position)
        if hunk is None:
            items.append(Item(path, line, False, kind, conflict=conflict))
        else:
            items.append(Item(path, line, True, "resolved", hunk.probability, hunk.source,
                              conflict, hunk.put))
    if not items and record:  # too long a file to be kept
        items = [Item(path, h.line, True, "resolved", h.probability, h.source, h.conflict, h.put)
                 for h in record.hunks]
    if kind and all(item.resolved for item in items):
        items.append(Item(path, None, False, kind))
    return items


def _lines(merged: MergedFile) -> list[tuple[Conflict, int]]:
    """Each conflict with the line it begins at in ours."""
    found, line = [], 1
    for chunk in merged.chunks:
        if isinstance(chunk, Conflict):
            found.append((chunk, line))
        line += (chunk.ours if isinstance(chunk, Conflict) else chunk).count(b"\n")
    return found


def _kind(stages: set[bytes]) -> str:
    if stages == {b"1", b"2", b"3"}:
        return "content"
    if stages == {b"2", b"3"}:
        return "add/add"
    return {frozenset({b"1", b"2"}): "deleted in target", frozenset({b"1", b"3"}):
            "deleted in head"}.get(frozenset(stages), "file location")


def _commit(start: Path, name: str) -> str:
    found = commit_of(name, start)
    if found is None:
        raise UsageError(f"{name}: no such commit here; fetch it (a shallow clone lacks history)")
    return found


def _message(report: Report) -> str:
    lines = [f"Merge {report.target[:12]} into {report.head[:12]}, resolved by mergeassist", ""]
    for item in report.resolved:
        sure = "?" if item.probability is None else f"{item.probability:.2f}"
        path = "".join(char if char.isprintable() else "?" for char in item.path)
        lines.append(f"{TRAILER}: {path}:{item.line} p={sure} {item.source}")
    return "\n".join(lines) + "\n"


def _identity(start: Path) -> dict[str, str]:
    """The user's identity, or ours where git has none."""
    known = {
        name: git("config", f"user.{name.lower()}", cwd=start, nothing=True).decode().strip()
        for name in _IDENTITY
    }
    values = known if all(known.values()) else _IDENTITY
    return {f"GIT_{who}_{name}": value for who in ("AUTHOR", "COMMITTER")
            for name, value in values.items()
            if f"GIT_{who}_{name}" not in os.environ}
