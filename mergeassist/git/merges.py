"""Past and possible merges, redone without a work tree.

Everything happens in a throw-away bare repository that borrows the objects of the real one
(`objects/info/alternates`): what git writes while merging lands there, no configuration,
attribute, hook or merge driver of the repository takes part, nothing is fetched, and grafts and
replacements are left out of account, so that a merge is redone as anyone else would redo it.
One `git merge-tree --stdin` does many merges (git >= 2.39; 2.38 needs a process a merge), one
process reads all blobs (`git/objects`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git.history import sides_of
from mergeassist.git.objects import Objects
from mergeassist.git.run import git, git_version, known_date
from mergeassist.git.textmerge import clean_environment
from mergeassist.git.worktree import Unmerged, common_dir

_PREFIX, _LOCK = "mergeassist-replay-", "lock"
_GRAPH = "info/commit-graph"
_GRAPH_BYTES, _PATHS_SECONDS = 60, 1e-4  # a commit: in a graph without paths, to find its paths
_YOUNG = 60.0  # seconds
# merges a process: enough to forget its start, few enough for steady progress
_CHUNK, _CHUNK_SECONDS = 64, 0.5
_OLDEST, _OLDEST_BATCHED = (2, 38), (2, 39)
# the history as it was written: neither grafts nor replaced objects, and no fetching
_AS_WRITTEN = {
    "GIT_GRAFT_FILE": os.devnull, "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}  # fmt: skip


class MergeCommit(NamedTuple):
    """A merge of two parents; `ours` is the first one, `time` when it was committed."""

    name: str
    ours: str
    theirs: str
    time: int


class Listing(NamedTuple):
    """The two-parent merges of a repository, newest first, and one line for each thing amiss."""

    merges: list[MergeCommit]
    notes: list[str]


class Replayed(NamedTuple):
    """What git makes of one merge: conflicted paths, or why it cannot be redone.

    `tree` names the tree with all of it; a text in conflict stands there in diff3 style.
    """

    ours: str
    theirs: str
    tree: str = ""
    entries: tuple[Unmerged, ...] = ()
    problem: str | None = None


def list_merges(
    cwd: str | Path | None = None,
    since: str | None = None,
    *,
    newest: int | None = None,
    seconds: float | None = None,
) -> Listing:
    """The merges on branches, remote branches, tags and HEAD, newest first; stashes are none.

    `since` is a date as git reads it, `UsageError` where it is none.  `newest` stops at that
    many, without a walk through the whole history.  Raises `GitError` outside a repository, or
    after so many `seconds`.
    """
    directory = common_dir(cwd)
    words = ["rev-list", "--timestamp", "--parents", "--min-parents=2"]
    # an order that heeds parents is known only when all commits are
    words += ["--date-order"] if newest is None else ["--max-parents=2", f"--max-count={newest}"]
    words += [f"--since={known_date(since)}"] if since else []
    words += ["--branches", "--remotes", "--tags"]
    if git("rev-parse", "-q", "--verify", "HEAD^{commit}", cwd=cwd, nothing=True):
        words.append("HEAD")
    try:
        done = subprocess.run(
            ["git", *words], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            env={**os.environ, **_AS_WRITTEN, "LC_ALL": "C"}, timeout=seconds,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {words[0]}: not done in {seconds:.0f} s") from error
    merges, octopus = [], 0
    for line in done.stdout.decode("ascii", "replace").splitlines():
        when, name, *parents = line.split()
        if len(parents) == 2:
            merges.append(MergeCommit(name, parents[0], parents[1], int(when)))
        else:
            octopus += 1
    notes = []
    if done.returncode:
        reason = last_line(done.stderr) or f"exit {done.returncode}"
        notes.append(f"the history is not whole, what can be read is used: {reason}")
    if (directory / "shallow").is_file():
        notes.append("a shallow clone: merges from before its boundary are not seen "
                     "(git fetch --unshallow)")
    if octopus:
        notes.append(f"{octopus} merges of more than two parents left out")
    if (directory / "info" / "grafts").is_file():
        notes.append("grafts are left out of account")
    return Listing(merges, notes)


class Replay:
    """Redoes merges of one repository; a context manager that owns the scratch directory."""

    def __init__(self, cwd: str | Path | None = None) -> None:
        """Raises `GitError` outside a repository, or for a git older than 2.38."""
        if git_version() < _OLDEST:
            raise GitError("git is older than 2.38 and cannot merge without a work tree; update it")
        common = common_dir(cwd)
        objects = os.fsdecode(git("rev-parse", "--git-path", "objects", cwd=cwd).strip(b"\n"))
        kind = git("rev-parse", "--show-object-format", cwd=cwd).decode("ascii").strip()
        _sweep()
        self._folder = tempfile.mkdtemp(prefix=_PREFIX)
        self._lock = _locked(Path(self._folder))
        try:
            _lay_out(Path(self._folder), (Path(cwd or "") / objects).resolve(), common, kind)
            self._environment = clean_environment(self._folder) | _AS_WRITTEN
            self.objects = Objects(self._environment)
            self._based: tuple[str, str, str | None] = ("", "", None)
        except BaseException:
            self._remove()
            raise

    def __enter__(self) -> Replay:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.objects.close()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()

    def run(self, pairs: Iterable[tuple[str, str]]) -> Iterator[Replayed]:
        """Merge each pair of commits, in order; one that git cannot merge says why and is passed.

        The blobs of an answer can be read until the next chunk of merges is begun.
        """
        source = iter(pairs)
        batched = git_version() >= _OLDEST_BATCHED
        size = _CHUNK // 16 if batched else 1
        while chunk := list(islice(source, size)):
            self._forget()
            took = 0.0
            while chunk:
                started = time.monotonic()
                done = self._merge(chunk)
                took += time.monotonic() - started
                yield from done
                chunk = chunk[len(done) :]
            # slow merges come in small chunks: whoever waits can stop between them
            if batched and took < _CHUNK_SECONDS:
                size = min(_CHUNK, 2 * size)
            elif took > 4 * _CHUNK_SECONDS:
                size = max(1, size // 2)

    def prepare(
        self, tips: Iterable[str], *, paths: bool = False, seconds: float | None = None
    ) -> bool:
        """Write down the graph of commits, which makes many merges of a long history quicker.

        The real repository's own graph may be missing or stale; a shallow or damaged history
        has none, and is walked as it is.  `paths` adds which paths each commit has changed (git's
        Bloom filters, 0.1 ms a commit), which halves the cost of a path's history.  Says whether
        it is written, which it is not after so many `seconds`, nor where the paths of a first
        graph would take longer.
        """
        if paths and seconds is not None and self._seconds_for_paths() > seconds:
            return False
        # a graph that names paths is one that goes on naming them
        words = ["--changed-paths"] if paths else ["--no-changed-paths"]
        try:
            done = subprocess.run(
                ["git", "commit-graph", "write", "--stdin-commits", "--no-progress", *words],
                env=self._environment, input="\n".join(tips).encode("ascii"), check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            self._graph.with_name(f"{self._graph.name}.lock").unlink(missing_ok=True)
            return False
        return done.returncode == 0

    def keep_graph(self, place: Path) -> None:
        """Copy the graph to the object directory `place`, where `git/history` finds it.

        Without one, or where it cannot be written, nothing happens: it only saves time.
        """
        self._copy_graph(self._graph, place / _GRAPH)

    def reuse_graph(self, place: Path) -> None:
        """Start from a graph that was kept: the paths of its commits are not looked for again."""
        self._copy_graph(place / _GRAPH, self._graph)

    def _seconds_for_paths(self) -> float:
        """What it will take to look for the paths of all commits; 0 where they are known."""
        data = self._graph.read_bytes() if self._graph.is_file() else b""
        if b"BIDX" in data[:200]:  # gitformat-commit-graph(5): a chunk of the paths
            return 0.0
        return len(data) / _GRAPH_BYTES * _PATHS_SECONDS

    @property
    def _graph(self) -> Path:
        return Path(self._folder) / "objects" / _GRAPH

    @staticmethod
    def _copy_graph(source: Path, target: Path) -> None:
        part = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, part)
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)

    def merge_base(self, ours: str, theirs: str) -> str | None:
        """The first merge base of two commits; `None` where there is none, or it is unknown."""
        if (ours, theirs) == self._based[:2]:
            return self._based[2]
        done = subprocess.run(
            ["git", "merge-base", ours, theirs], env=self._environment, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        base = done.stdout.decode("ascii").strip() or None
        self._based = (ours, theirs, base)  # all files of a merge ask
        return base

    def history(self, ours: str, theirs: str, path: str) -> dict[str, Any] | None:
        """Each side's commits that touch a path, as a driver would have found them then."""
        base = self.merge_base(ours, theirs)
        return sides_of(base, ours, theirs, path, environment=self._environment)

    def _merge(self, pairs: Sequence[tuple[str, str]]) -> list[Replayed]:
        """The leading pairs up to the first that stops git, which is the last answer."""
        words = ["git", "-c", "core.looseCompression=0", "-c", "merge.conflictStyle=diff3",
                 "merge-tree", "--write-tree", "-z", "--no-messages"]  # fmt: skip
        batched = git_version() >= _OLDEST_BATCHED
        asked = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode("ascii")
        done = subprocess.run(
            [*words, "--stdin"] if batched else [*words, *pairs[0]],
            env=self._environment, input=asked, capture_output=True, check=False,
        )  # fmt: skip
        output = done.stdout
        if not batched and done.returncode in (0, 1):
            output = b"%d\0" % (1 - done.returncode) + output + b"\0"
        answers = [
            Replayed(*pair, *answer) for pair, answer in zip(pairs, _parse(output), strict=False)
        ]
        if len(answers) < len(pairs):
            reason = last_line(done.stderr) or f"git merge-tree ended with {done.returncode}"
            answers.append(Replayed(*pairs[len(answers)], problem=reason))
        return answers

    def _forget(self) -> None:
        """Drop what earlier merges wrote: it would only fill the disk."""
        for folder in (Path(self._folder) / "objects").iterdir():
            if len(folder.name) == 2:
                shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the scratch directories of runs that were killed: nobody holds their locks."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            # a directory this young may not be locked yet
            if time.time() - folder.stat().st_mtime < _YOUNG or not (folder / _LOCK).is_file():
                continue
            lock = _locked(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
        except OSError:  # another user's, or gone in the meantime
            continue


def _locked(folder: Path) -> IO[bytes] | None:
    """The lock of a scratch directory, held until it is closed; `None` if another holds it."""
    try:
        lock = (folder / _LOCK).open("ab")
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _lay_out(folder: Path, objects: Path, common: Path, kind: str) -> None:
    """A bare repository by hand that reads the objects of another."""
    (folder / "objects" / "info").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    # a leading quote would be read as quoting: such a path needs it itself
    name = os.fsencode(objects)
    if name.startswith(b'"') or b"\n" in name:
        raise GitError(f"{objects}: git cannot borrow objects from a directory of this name")
    (folder / "objects" / "info" / "alternates").write_bytes(name + b"\n")
    version = "0" if kind == "sha1" else "1"
    extension = "" if kind == "sha1" else f"[extensions]\n\tobjectformat = {kind}\n"
    (folder / "config").write_text(
        f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}"
    )
    if (common / "shallow").is_file():
        shutil.copyfile(common / "shallow", folder / "shallow")


def _parse(output: bytes) -> Iterator[tuple[str, tuple[Unmerged, ...]]]:
    """The trees and conflicts that `merge-tree --stdin` printed, but for an answer cut short."""
    fields = iter(output.split(b"\0")[:-1])
    for _status in fields:
        tree = next(fields, b"").decode("ascii")
        stages: dict[bytes, dict[bytes, tuple[str, str]]] = {}
        for field in fields:
            if not field:
                yield tree, tuple(_entry(path, found) for path, found in stages.items())
                break
            head, _, path = field.partition(b"\t")
            mode, name, stage = head.split()
            stages.setdefault(path, {})[stage] = (mode.decode("ascii"), name.decode("ascii"))


def _entry(path: bytes, found: dict[bytes, tuple[str, str]]) -> Unmerged:
    nothing = (None, None)
    base, ours, theirs = (found.get(stage, nothing) for stage in (b"1", b"2", b"3"))
    return Unmerged(path, base[1], ours[1], theirs[1], Merge(base[0], ours[0], theirs[0]))


def last_line(errors: bytes) -> str:
    """The last line git complained with, without its prefix."""
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ").removeprefix("error: ").strip() if lines else ""
