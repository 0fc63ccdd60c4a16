"""What git knows of a merge in progress: the two tips, who and when, each side's own commits.

The fields are those of the corpus (`propose/context.py`), computed with one `git log -p -U0` a
side.  Every question has a time limit; what is not answered in time, or stands in a shallow or
damaged history, is unknown, never an error.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

MAX_COMMITS = 12
MAX_PATCH = 4000
SECONDS = 2.0

_MAIN = ("main", "master")
# the file each operation leaves while it waits or works (git's sequencer.c, builtin/merge.c)
_PICKED = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")


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


def facts(path: str, cwd: str | Path | None = None) -> Facts:
    """All that is known about the operation in progress and this path; never raises."""
    try:
        tips = find_tips(cwd)
        return Facts() if tips is None else _facts(tips, path, cwd)
    except (OSError, ValueError, subprocess.SubprocessError):
        return Facts()


def find_tips(cwd: str | Path | None = None) -> Tips | None:
    """The two sides of the merge, rebase, cherry-pick or revert under way, if one is.

    A driver runs before MERGE_HEAD is written: git tells it the other side's name in
    `GITHEAD_<commit>` (builtin/merge.c).
    """
    heads = [name for name in os.environ if name.startswith("GITHEAD_")]
    if len(heads) == 1:
        return Tips("HEAD", heads[0].removeprefix("GITHEAD_"), name=os.environ[heads[0]])
    folder = _git_dir(cwd)
    if (folder / "MERGE_HEAD").is_file():
        merged = (folder / "MERGE_HEAD").read_text("ascii").split()
        return Tips("HEAD", merged[0]) if len(merged) == 1 else None
    picked = _step(folder)
    for name in _PICKED:
        if picked is None and (folder / name).is_file():
            picked = (folder / name).read_text("ascii").strip()
    return Tips("HEAD", picked, f"{picked}^") if picked else None


def _git_dir(cwd: str | Path | None) -> Path:
    return Path(os.fsdecode(_ask(cwd, "rev-parse", "--absolute-git-dir").removesuffix(b"\n")))


def _step(folder: Path) -> str | None:
    """The commit that a rebase is at: the last line of its list of steps done."""
    done = folder / "rebase-merge" / "done"
    if not done.is_file():
        return None
    lines = [line.split() for line in done.read_text("utf-8", "replace").splitlines()]
    last = lines[-1] if lines else []
    return last[1] if len(last) > 1 and last[0] in ("pick", "p", "reword", "edit") else None


def _facts(tips: Tips, path: str, cwd: str | Path | None) -> Facts:
    shown = _ask(cwd, "log", "--no-walk=unsorted", "--format=%ct%x00%ae", tips.ours, tips.theirs)
    rows = [line.split("\0") for line in shown.decode("utf-8", "replace").splitlines()]
    if len(rows) != 2:
        return Facts()
    (ours_time, ours_author), (theirs_time, theirs_author) = rows
    merger = _ask(cwd, "var", "GIT_AUTHOR_IDENT").decode("utf-8", "replace")
    email = merger.partition("<")[2].partition(">")[0]
    return Facts(
        _message(tips, cwd),
        (int(time.time()), int(ours_time), int(theirs_time)),
        (email, ours_author, theirs_author),
        _history(tips, path, cwd),
    )


def _message(tips: Tips, cwd: str | Path | None) -> str | None:
    """The first line git has proposed, or would for the other side's name."""
    if tips.name is None:
        prepared = _git_dir(cwd) / "MERGE_MSG"
        return (
            prepared.read_text("utf-8", "replace").partition("\n")[0]
            if prepared.is_file()
            else None
        )
    branch = _ask(cwd, "rev-parse", "--abbrev-ref", "HEAD").decode("utf-8", "replace").strip()
    kind = (
        "remote-tracking branch"
        if "/" in tips.name and tips.name.startswith(("origin/", "upstream/", "refs/remotes/"))
        else "branch"
    )
    into = "" if branch in _MAIN else f" into {branch}"
    return f"Merge {kind} '{tips.name}'{into}"


def _history(tips: Tips, path: str, cwd: str | Path | None) -> dict[str, Any] | None:
    base = tips.base
    if base is None:
        bases = _ask(cwd, "merge-base", tips.ours, tips.theirs).split()
        if not bases:
            return None
        base = bases[0].decode("ascii")
    return {
        "ours": side_commits(base, tips.ours, path, cwd),
        "theirs": side_commits(base, tips.theirs, path, cwd),
    }


def side_commits(
    base: str, tip: str, path: str, cwd: str | Path | None = None
) -> list[dict[str, Any]] | None:
    """The newest commits of `base..tip` that touch `path`, newest first; `None`: not in time."""
    try:
        output = _ask(
            cwd, "--literal-pathspecs", "log", "-p", "-U0", f"--max-count={MAX_COMMITS}",
            "--no-color", "--no-ext-diff", "--no-textconv", "--no-show-signature",
            "--format=%x01%ct%x00%ae%x00%s%x00", f"{base}..{tip}", "--", path,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return [_commit(part) for part in output.decode("utf-8", "surrogateescape").split("\x01")[1:]]


def _commit(text: str) -> dict[str, Any]:
    seconds, author, subject, rest = text.split("\0", 3)
    start = rest.find("\n@@")
    patch = rest[start + 1 : start + 1 + MAX_PATCH] if start >= 0 else ""
    return {"time": int(seconds), "author": author, "subject": subject, "patch": patch}


def _ask(cwd: str | Path | None, *words: str) -> bytes:
    """What git answers within the limit; raises `SubprocessError` or `OSError` where it cannot."""
    done = subprocess.run(
        ["git", *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=True, timeout=SECONDS,
        env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"},
    )  # fmt: skip
    return done.stdout
