"""What git knows of a merge in progress: the two tips, who and when, each side's own commits.

The fields are those of the corpus (`propose/context.py`), computed as there, with one
`git log -p -U0` a side; `benchmarks/history.py` compares the two.  All questions about one file
share `asking.SECONDS`; what is not answered by then, or stands in a shallow or damaged history, is
unknown, never an error.  After `STRIKES` files that took too long an operation asks no more.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mergeassist.git import asking
from mergeassist.git.asking import Git, UnknownError
from mergeassist.git.operation import Operation, keep, operation

if TYPE_CHECKING:
    from pathlib import Path

MAX_COMMITS = 12
MAX_PATCH = 4000
MAX_SUBJECT = 100
STRIKES = 3

# as the corpus was made, whatever the user has configured for reading
_LOG = (
    "--literal-pathspecs", "-c", "log.follow=false", "-c", "log.showRoot=true", "log", "-p",
    "-U0", f"--max-count={MAX_COMMITS}", "--inter-hunk-context=0", "--diff-algorithm=myers",
    "--indent-heuristic", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv",
    "--no-show-signature", "--no-notes", "--encoding=UTF-8",
    "--format=%x01%H%x00%ct%x00%ae%x00%s%x00",
)  # fmt: skip

# the separator by itself may stand in a patch
_HEAD = re.compile("\x01(?=[0-9a-f]{40,64}\0[0-9]+\0)")


class Facts(NamedTuple):
    """The evidence fields of `Context` that come from the repository."""

    message: str | None = None
    times: tuple[int, ...] | None = None
    authors: tuple[str, ...] | None = None
    history: Mapping[str, Any] | None = None


def facts(path: str, cwd: str | Path | None = None) -> Facts:
    """All that is known about the operation in progress and this path; never raises."""
    git = Git(cwd)
    place = os.fspath(cwd or ".")
    _latest[place] = None  # a worker's last question was perhaps about another operation
    try:
        found = _latest[place] = operation(git, path)
        if found is None:
            return Facts()
        known = Facts(found.message, (int(time.time()), *found.times), found.authors)
        if found.base is None or found.late >= STRIKES:
            return known
        history = _sides(git, found.base, found.tips.ours, found.tips.theirs, path)
        if git.is_late:
            keep(found._replace(late=found.late + 1))
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
        return _sides(Git(cwd, 4 * asking.SECONDS, environment), base, ours, theirs, path)
    except OSError:
        return None


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
    answers = [text for text in git.answers(asked) if text is not None]
    return [_commits(text) for text in answers] if len(answers) == len(asked) else None


def _commits(output: bytes) -> list[_Commit]:
    return [_commit(part) for part in _HEAD.split(output.decode("utf-8", "surrogateescape"))[1:]]


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
