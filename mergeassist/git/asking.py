"""Questions to git that may not take long: several at a time, all under one limit.

What is not answered in time is unknown, never an error.  The graph of commits that `learn` leaves
beside the index makes most questions cheap (`lend_graph`).
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH116, PTH118, PTH123

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mergeassist.git.textmerge import Process, spawn

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 2.0

# an object directory under the common git directory that holds nothing but a commit-graph
GRAPH = ("mergeassist", "objects")
_GRAPHS = (("info", "commit-graph"), ("info", "commit-graphs", "commit-graph-chain"))
_OBJECTS, _ALTERNATES = "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"
_STALE = 30 * 86_400.0  # seconds by which the repository's own graph must be younger
_CHUNK = 1 << 16
_ENVIRONMENT = {
    "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0",
    # a partial clone fetches nothing for us; the second variable says so to git before 2.45
    "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none",
}  # fmt: skip


class UnknownError(Exception):
    """git has not answered: not in time, or not at all."""


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

    def answers(self, asked: Iterable[Process]) -> list[bytes | None]:
        """All answers, so that no process is left behind; `None` for what is unknown."""
        found: list[bytes | None] = []
        for process in asked:
            try:
                found.append(self.answer(process))
            except UnknownError:
                found.append(None)
        return found

    def lend_graph(self, folder: str) -> None:
        """Let git read the graph that `learn` has left, if it has; `folder`: the git directory.

        git reads the first graph it finds, its own object directory's before those it borrows
        from.  So ours, which also says what paths each commit has changed, becomes that directory
        and the repository's the borrowed one; the other way round where ours is stale.
        """
        shared = read(folder, "commondir").strip()  # of a linked work tree
        common = os.path.join(folder, shared) if shared else folder
        lent = os.path.join(common, *GRAPH)
        objects = self.environment.get(_OBJECTS) or os.path.join(common, "objects")
        mine, theirs = written(lent), written(objects)
        if not mine or any(os.pathsep in name or name[0] == '"' for name in (lent, objects)):
            return
        first, second = (objects, lent) if theirs > mine + _STALE else (lent, objects)
        others = self.environment.get(_ALTERNATES)
        self.environment[_OBJECTS] = first
        self.environment[_ALTERNATES] = f"{second}{os.pathsep}{others}" if others else second


def written(objects: str) -> float:
    """When the commit-graph of an object directory was written, in seconds; 0: there is none."""
    times = []
    for graph in _GRAPHS:
        try:
            times.append(os.stat(os.path.join(objects, *graph)).st_mtime)
        except OSError:
            pass
    return max(times, default=0.0)


def read(folder: str, *names: str) -> str:
    """A file below a folder; empty where it cannot be read."""
    try:
        with open(os.path.join(folder, *names), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
