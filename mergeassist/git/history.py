"""What git knows of a merge in progress: the two tips, who and when, each side's own commits.

The fields are those of the corpus (`propose/context.py`), computed as there, with one
`git log -p -U0` a side; `benchmarks/history.py` compares the two.  All questions about one file
share `SECONDS`; what is not answered by then, or stands in a shallow or damaged history, is
unknown, never an error.  After `STRIKES` files that took too long an operation asks no more.

What all files of an operation share (merge base, people, message) is asked once and kept in
`mergeassist/operation` under the git directory: a driver is a new process for every file, and the
merge base of two old branches is the dearest question of all.  The graph of commits that `learn`
leaves beside the index makes it cheap where the repository has none of its own.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH103, PTH105, PTH110, PTH118, PTH120, PTH123

from __future__ import annotations

import json
import os
import re
import select
import signal
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mergeassist.git.textmerge import Process, spawn

if TYPE_CHECKING:
    from pathlib import Path

MAX_COMMITS = 12
MAX_PATCH = 4000
MAX_SUBJECT = 100
SECONDS = 2.0
STRIKES = 3

_MAIN = ("main", "master")
# the file each operation leaves while it waits or works (git's sequencer.c, builtin/merge.c)
_PICKED = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_PLACE = os.path.join("mergeassist", "operation")
# an object directory under the common git directory that holds nothing but a commit-graph
GRAPH = ("mergeassist", "objects")
_ALTERNATES = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
_CHUNK = 1 << 16
_SUFFIX = re.compile(r"(?:~0*|\^0)+$")
# as the corpus was made, whatever the user has configured for reading
_LOG = (
    "--literal-pathspecs", "-c", "log.follow=false", "-c", "log.showRoot=true", "log", "-p",
    "-U0", f"--max-count={MAX_COMMITS}", "--inter-hunk-context=0", "--diff-algorithm=myers",
    "--indent-heuristic", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv",
    "--no-show-signature", "--no-notes", "--encoding=UTF-8",
    "--format=%x01%H%x00%ct%x00%ae%x00%s%x00",
)  # fmt: skip
_ENVIRONMENT = {
    "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0",
    # a partial clone fetches nothing for us; the second variable says so to git before 2.45
    "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
}  # fmt: skip


class Tips(NamedTuple):
    """The commits of an operation: `base` is `None` where it has to be asked for."""

    ours: str
    theirs: str
    base: str | None = None
    name: str | None = None


class Facts(NamedTuple):
    """The evidence fields of `Context` that come from the repository."""

    message: str | None = None
    times: tuple[int, ...] | None = None
    authors: tuple[str, ...] | None = None
    history: Mapping[str, Any] | None = None


class Operation(NamedTuple):
    """What all files of one operation share.

    `base` is `None` where there is none or it was not found in time; `late` counts the files
    whose history was not; `file` is where this is kept, `branch` the one that is checked out.
    """

    tips: Tips
    file: str
    branch: str
    base: str | None
    times: tuple[int, int]
    authors: tuple[str, str, str]
    message: str | None
    late: int = 0


class UnknownError(Exception):
    """git has not answered: not in time, or not at all."""


def facts(path: str, cwd: str | Path | None = None) -> Facts:
    """All that is known about the operation in progress and this path; never raises."""
    git = Git(cwd)
    place = os.fspath(cwd or ".")
    _latest[place] = None  # a worker's last question was perhaps about another operation
    try:
        found = _latest[place] = operation(git)
        if found is None:
            return Facts()
        known = Facts(found.message, (int(time.time()), *found.times), found.authors)
        if found.base is None or found.late >= STRIKES:
            return known
        history = _sides(git, found.base, found.tips.ours, found.tips.theirs, path)
        if git.is_late:
            _keep(found._replace(late=found.late + 1))
        return known._replace(history=history)
    except (OSError, ValueError, UnknownError):
        return Facts()


_latest: dict[str, Operation | None] = {}


def latest(cwd: str | Path | None = None) -> Operation | None:
    """The operation that `facts` found last here, in this process."""
    return _latest.get(os.fspath(cwd or "."))


def sides_of(
    base: str | None, ours: str, theirs: str, path: str, cwd: str | Path | None = None,
    *, environment: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:  # fmt: skip
    """Each side's newest commits that touch a path, as in the corpus; nobody is waiting.

    `None` where the base or a side is unknown.
    """
    try:
        return _sides(Git(cwd, 4 * SECONDS, environment), base, ours, theirs, path)
    except OSError:
        return None


class Git:
    """git in one directory, with one time limit for everything it is asked."""

    def __init__(
        self,
        cwd: str | Path | None = None,
        seconds: float | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.place = ["-C", os.fspath(cwd)] if cwd is not None else []
        self.deadline = time.monotonic() + (SECONDS if seconds is None else seconds)
        self.environment = {**(os.environ if environment is None else environment), **_ENVIRONMENT}

    @property
    def is_late(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline

    def start(self, *words: str) -> Process:
        """Ask a question; raises `OSError` where git cannot be run."""
        return spawn(["git", *self.place, *words], self.environment)

    def answer(self, process: Process, *, nothing: bool = False) -> bytes:
        """What a started question gives; with `nothing`, exit 1 is an empty answer.

        Raises `UnknownError` for any other failure, and when the time is up.
        """
        parts, late, status = [], True, 0
        try:
            while left := max(0.0, self.deadline - time.monotonic()):
                if not select.select([process.output], [], [], left)[0]:
                    break
                part = os.read(process.output, _CHUNK)
                if not part:
                    late = False
                    break
                parts.append(part)
        finally:
            os.close(process.output)
            if late:
                os.kill(process.pid, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
        if late or status not in ((0, 1) if nothing else (0,)):
            raise UnknownError
        return b"".join(parts)

    def ask(self, *words: str, nothing: bool = False) -> bytes:
        """Both in one; raises `OSError` and `UnknownError`."""
        return self.answer(self.start(*words), nothing=nothing)


def operation(git: Git) -> Operation | None:
    """The operation under way, from the file of the question before where it is the same one.

    Raises `OSError`, `ValueError` or `UnknownError` where it cannot be found out.
    """
    lines = git.ask("rev-parse", "--absolute-git-dir", "HEAD", "--symbolic-full-name", "HEAD")
    folder, head, branch = os.fsdecode(lines).splitlines()
    tips = find_tips(folder)
    if tips is None:
        return None
    _lend_graph(git, folder)
    # a stopped merge has a message that the running one had not
    tips = tips._replace(ours=head)
    file = os.path.join(folder, _PLACE)
    kept = _kept(file, tips, branch)
    if kept is not None:
        return kept
    found = _found(git, tips, file, branch)
    _keep(found)
    return found


def _found(git: Git, tips: Tips, file: str, branch: str) -> Operation:
    """Four questions at once."""
    asked = [
        git.start("log", "--no-walk=unsorted", "--format=%ct%x00%ae", tips.ours, tips.theirs),
        git.start("var", "GIT_AUTHOR_IDENT"),
        git.start("rev-parse", "--symbolic-full-name", _SUFFIX.sub("", tips.name or "HEAD")),
    ]
    if tips.base is None:
        asked.append(git.start("merge-base", tips.ours, tips.theirs))
    shown, merger, name, *bases = _answers(git, asked)
    rows = [line.split("\0") for line in (shown or b"").decode("utf-8", "replace").splitlines()]
    (ours_time, ours_author), (theirs_time, theirs_author) = rows
    email = (merger or b"").decode("utf-8", "replace").partition("<")[2].partition(">")[0]
    base = (bases[0] or b"").decode("ascii").strip() if bases else tips.base
    folder = os.path.dirname(os.path.dirname(file))
    return Operation(
        tips, file, branch, base or None, (int(ours_time), int(theirs_time)),
        (email, ours_author, theirs_author),
        _message(tips, folder, branch, os.fsdecode((name or b"").strip())),
    )  # fmt: skip


def _answers(git: Git, asked: Iterable[Process]) -> list[bytes | None]:
    """All answers, so that no process is left behind; `None` for what is unknown."""
    answers: list[bytes | None] = []
    for process in asked:
        try:
            answers.append(git.answer(process))
        except UnknownError:
            answers.append(None)
    return answers


def _kept(file: str, tips: Tips, branch: str) -> Operation | None:
    """What an earlier file of the same operation has left; `None` where there is nothing."""
    try:
        with open(file, encoding="utf-8") as stream:
            kept = json.load(stream)
        if kept["tips"] != list(tips) or kept["branch"] != branch:
            return None
        times, authors = tuple(map(int, kept["times"])), tuple(map(str, kept["authors"]))
        return Operation(
            tips, file, branch, kept["base"], times, authors, kept["message"], int(kept["late"])  # type: ignore[arg-type]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(found: Operation) -> None:
    """Leave it for the next file; where it cannot be written, all is asked again."""
    part = f"{found.file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(found.file), exist_ok=True)
        with open(part, "w", encoding="utf-8", errors="replace") as stream:
            json.dump(found._asdict(), stream)
        os.replace(part, found.file)
    except OSError:
        pass


def _lend_graph(git: Git, folder: str) -> None:
    """Let git read the graph of commits that `learn` has left, if it has."""
    shared = _read(folder, "commondir").strip()  # of a linked work tree
    lent = os.path.join(folder, shared, *GRAPH) if shared else os.path.join(folder, *GRAPH)
    if os.path.exists(os.path.join(lent, "info", "commit-graph")) and os.pathsep not in lent:
        others = git.environment.get(_ALTERNATES)
        git.environment[_ALTERNATES] = f"{others}{os.pathsep}{lent}" if others else lent


def find_tips(folder: str) -> Tips | None:
    """The two sides of the merge, rebase, cherry-pick or revert under way in a git directory.

    A driver runs before MERGE_HEAD is written: git tells it the other side's name in
    `GITHEAD_<commit>` (builtin/merge.c).
    """
    heads = [name for name in os.environ if name.startswith("GITHEAD_")]
    if len(heads) == 1:
        return Tips("HEAD", heads[0].removeprefix("GITHEAD_"), name=os.environ[heads[0]])
    merged = _read(folder, "MERGE_HEAD").split()
    if merged:
        return Tips("HEAD", merged[0]) if len(merged) == 1 else None
    step = _step(folder)
    for name in _PICKED:
        if step is None and (picked := _read(folder, name).strip()):
            step = name, picked
    command, commit = step or ("", "")
    if command in _REVERTED:  # undone: the change leads from the commit to the one before
        return Tips("HEAD", f"{commit}^", commit)
    return Tips("HEAD", commit, f"{commit}^") if command in _PICKS else None


def _step(folder: str) -> tuple[str, str] | None:
    """Command and commit that a rebase, or a row of picks, is at; `None` where there is no list.

    A rebase lists what is done, a cherry-pick or revert of several commits what is to do.
    """
    for names, at in ((("rebase-merge", "done"), -1), (("sequencer", "todo"), 0)):
        lines = [line for line in _read(folder, *names).splitlines() if line and line[0] != "#"]
        if lines:
            command, *words = [word for word in lines[at].split() if word[0] != "-"]
            return (command, words[0]) if words else ("", "")
    return None


_REVERTED = ("revert", "REVERT_HEAD")
_PICKS = (
    "pick", "p", "reword", "r", "edit", "e", "squash", "s", "fixup", "f",
    "CHERRY_PICK_HEAD", "REBASE_HEAD",
)  # fmt: skip


def _read(folder: str, *names: str) -> str:
    try:
        with open(os.path.join(folder, *names), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _message(tips: Tips, folder: str, branch: str, full_name: str) -> str | None:
    """The first line git has proposed, or will for the other side's name (fmt-merge-msg.c)."""
    if tips.name is None:
        return _read(folder, "MERGE_MSG").partition("\n")[0] or None
    where = branch.removeprefix("refs/heads/")
    into = "" if where in _MAIN else f" into {where}"
    for line in _read(folder, "FETCH_HEAD").splitlines():  # a pull: it names no branch of ours
        commit, _, what = line.partition("\t\t")
        if tips.name == commit == tips.theirs:
            return f"Merge {what.removesuffix(' of .')}{into}"
    for start, kind in _KINDS.items():
        if full_name.startswith(start):
            return f"Merge {kind} '{full_name.removeprefix(start)}'{into}"
    return f"Merge commit '{tips.name}'{into}"


_KINDS = {
    "refs/heads/": "branch", "refs/remotes/": "remote-tracking branch", "refs/tags/": "tag",
}  # fmt: skip


class _Commit(NamedTuple):
    name: str
    row: dict[str, Any]


def _sides(
    git: Git, base: str | None, ours: str, theirs: str, path: str
) -> dict[str, Any] | None:
    if base is None:
        return None
    tips = (ours, theirs)
    sides = _logs(git, base, tips, path)
    if sides is None:
        return None
    for tip, side in zip(tips, sides, strict=True):
        if len(side) < MAX_COMMITS and _created(side):
            before = _renamed_from(git, base, tip, path)
            older = _logs(git, base, tips, before) if before is not None else None
            if older is not None:
                sides = [_joined(*both) for both in zip(sides, older, strict=True)]
            break
    return {
        name: [commit.row for commit in side]
        for name, side in zip(("ours", "theirs"), sides, strict=True)
    }


def _logs(git: Git, base: str, tips: Iterable[str], path: str) -> list[list[_Commit]] | None:
    """The newest commits of both sides that touch `path`; `None` where one is unknown."""
    asked = [git.start(*_LOG, f"{base}..{tip}", "--", path) for tip in tips]
    answers = [text for text in _answers(git, asked) if text is not None]
    return [_commits(text) for text in answers] if len(answers) == len(asked) else None


def _commits(output: bytes) -> list[_Commit]:
    return [_commit(part) for part in output.decode("utf-8", "surrogateescape").split("\x01")[1:]]


def _commit(text: str) -> _Commit:
    name, seconds, author, subject, rest = text.split("\0", 4)
    start = rest.find("\n@@")
    patch = rest[start + 1 : start + 1 + MAX_PATCH] if start >= 0 else ""
    return _Commit(name, {
        "time": int(seconds), "author": author, "subject": subject[:MAX_SUBJECT], "patch": patch,
    })  # fmt: skip


def _created(side: list[_Commit]) -> bool:
    """Whether the oldest of a side's commits made the file: it had another name, or none."""
    return bool(side) and side[-1].row["patch"].startswith("@@ -0,0 +")


def _renamed_from(git: Git, base: str, tip: str, path: str) -> str | None:
    """The name that `path` had before a side renamed it, if it did."""
    try:
        answer = git.ask(
            "--literal-pathspecs", "log", "--follow", "-M", "--diff-filter=R", "--name-status",
            "-z", "--format=", "--max-count=1", f"{base}..{tip}", "--", path,
        )  # fmt: skip
    except UnknownError:
        return None
    fields = answer.split(b"\0")
    return os.fsdecode(fields[1]) if len(fields) > 2 else None


def _joined(newer: list[_Commit], older: list[_Commit]) -> list[_Commit]:
    names = {commit.name for commit in newer}
    return [*newer, *(commit for commit in older if commit.name not in names)][:MAX_COMMITS]
