"""Run git and read what it prints: one place, one kind of error."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from mergeassist.errors import GitError, UsageError

_OK = 0
_NOTHING_FOUND = 1  # git config, git check-attr and others: no match, not a failure


def git(
    *args: str | bytes | Path,
    cwd: str | Path | None = None,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    nothing: bool = False,
) -> bytes:
    """What `git ARGS` prints; with `nothing`, exit 1 without output is an empty answer.

    `env` is added to the environment.  Raises `GitError`, one line with git's own reason.
    """
    try:
        done = subprocess.run(
            ["git", *args],
            cwd=cwd,
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"cannot run git: {error.strerror}; is git installed?") from error
    if done.returncode == _OK or (nothing and done.returncode == _NOTHING_FOUND):
        return done.stdout
    words = " ".join(os.fsdecode(word) for word in args[:2])
    reason = " ".join(done.stderr.decode(errors="replace").split()) or f"exit {done.returncode}"
    raise GitError(f"git {words}: {reason}")


def is_distrust(error: GitError) -> bool:
    """Whether git refuses a repository because somebody else owns it; it says what to do."""
    return "dubious ownership" in str(error)


def known_date(date: str) -> str:
    """`date` as it is; git reads any words, as now, so what is no date is found by hand.

    Raises `UsageError`.
    """
    if not any(char.isdigit() for char in date) and date.lower() not in _DATES:
        raise UsageError(f"--since {date!r}: not a date; try 2024-05-01 or '2 weeks ago'")
    return date


_DATES = ("yesterday", "today", "noon", "midnight", "tea", "now", "last week", "last month",
          "last year", "never")  # fmt: skip


@lru_cache(maxsize=1)
def git_version() -> tuple[int, int, int]:
    """The version of the git on PATH.  Raises `GitError`."""
    text = git("version").decode(errors="replace")
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise GitError(f"git version: cannot read {text.strip()!r}")
    return int(found[1]), int(found[2]), int(found[3] or 0)
