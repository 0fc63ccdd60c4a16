"""Arm and disarm a repository, a work tree or a user's git: the configuration git reads.

Only keys that mergeassist wrote are ever changed; a key of the same name with somebody else's
value stops the command before anything is written.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from mergeassist import __version__
from mergeassist.errors import UsageError
from mergeassist.git.attributes import DRIVER_NAME
from mergeassist.git.driver_line import DRIVER, driver_line, written_for
from mergeassist.git.run import git, git_version
from mergeassist.git.textmerge import HISTOGRAM
from mergeassist.git.worktree import git_dir

SECTION = f"merge.{DRIVER_NAME}"
TITLE = "mergeassist: git's own merge, then what is sure"
# git merges virtual ancestors by itself: their markers nest, and nobody sees them
RECURSIVE = "text"
_TOOL = f"mergetool.{DRIVER_NAME}"
_TOOL_ARGUMENTS = 'merge "$BASE" "$LOCAL" "$REMOTE" -p "$MERGED" -o "$MERGED"'


class Change(NamedTuple):
    """One configuration key: the value it has (`None`: none) and the value it gets."""

    key: str
    old: str | None
    new: str | None

    def command(self, scope: str) -> str:
        """The change as a `git config` command line."""
        words = ["git", "config", f"--{scope}"]
        words += ["--unset", self.key] if self.new is None else [self.key, self.new]
        return shlex.join(words)


# git merge follows diff.algorithm from this version on (merge-ort.c)
_ALGORITHM_FROM = (2, 47, 0)
_ALGORITHMS = ("myers", "default", "minimal", "patience", HISTOGRAM)


def merge_algorithm(cwd: Path, scope: str = "") -> str:
    """The diff algorithm that `git merge` uses here, or by one scope's configuration."""
    if git_version() < _ALGORITHM_FROM:
        return HISTOGRAM
    words = ["--global"] if scope == "global" else []
    output = git("config", *words, "--get", "diff.algorithm", cwd=cwd, nothing=True)
    value = output.decode(errors="replace").strip().lower()
    return value if value in _ALGORITHMS else HISTOGRAM


def settings(driver: str | None = None, algorithm: str = HISTOGRAM) -> dict[str, str]:
    """The keys that arm git, with their values.

    Raises `UsageError` when no driver is installed, `GitError` when git is missing.
    """
    path = driver_path(driver)
    command = Path(path).with_name("mergeassist")
    tool = shlex.quote(str(command)) if command.exists() else "mergeassist"
    return {
        f"{SECTION}.name": TITLE,
        f"{SECTION}.driver": driver_line(path, git_version(), __version__, algorithm),
        f"{SECTION}.recursive": RECURSIVE,
        f"{_TOOL}.cmd": f"{tool} {_TOOL_ARGUMENTS}",
        f"{_TOOL}.trustExitCode": "true",
    }


def driver_path(explicit: str | None = None) -> str:
    """The absolute path of `mergeassist-driver`: the one given, beside Python, or on PATH.

    An absolute path reaches the driver from editors and cron jobs too.  Raises `UsageError`.
    """
    if explicit is not None:
        if not os.access(explicit, os.X_OK) or Path(explicit).is_dir():
            raise UsageError(f"{explicit} cannot be executed")
        return str(Path(explicit).absolute())
    beside = os.pathsep.join(str(Path(name).absolute().parent) for name in
                             (sys.executable, sys.argv[0]) if name)
    found = shutil.which(DRIVER, path=beside) or shutil.which(DRIVER)
    if found is None:
        raise UsageError(f"{DRIVER} is not installed beside Python or on PATH; "
                         "pip install mergeassist, or name it with --driver")
    return str(Path(found).absolute())


def plan_install(scope: str, cwd: Path, driver: str | None = None) -> list[Change]:
    """The changes that arm a scope; empty when it is armed.

    Raises `UsageError` for somebody else's values, `GitError` outside a repository.
    """
    wanted = settings(driver, merge_algorithm(cwd, scope))
    found = _values(scope, cwd)
    _refuse_foreign(found, scope)
    return [
        Change(key, found.get(key), value)
        for key, value in wanted.items() if found.get(key) != value
    ]


def plan_uninstall(scope: str, cwd: Path) -> list[Change]:
    """The changes that disarm a scope; empty when nothing of ours is there.

    Raises `UsageError` for somebody else's values, `GitError` outside a repository.
    """
    found = _values(scope, cwd)
    _refuse_foreign(found, scope)
    return [Change(key, value, None) for key, value in found.items() if key in _OURS]


def apply(changes: list[Change], scope: str, cwd: Path) -> None:
    """Make the changes.  Raises `GitError`."""
    for change in changes:
        if change.new is None:
            git("config", f"--{scope}", "--unset-all", change.key, cwd=cwd)
        else:
            git("config", f"--{scope}", "--replace-all", change.key, change.new, cwd=cwd)


def _is_title(value: str) -> bool:
    return value == TITLE


def _is_driver(value: str) -> bool:
    return written_for(value) is not None


def _is_recursive(value: str) -> bool:
    return value == RECURSIVE


def _is_tool(value: str) -> bool:
    return re.fullmatch(r".*mergeassist'? " + re.escape(_TOOL_ARGUMENTS), value) is not None


def _is_true(value: str) -> bool:
    return value == "true"


_OURS = {
    f"{SECTION}.name": _is_title,
    f"{SECTION}.driver": _is_driver,
    f"{SECTION}.recursive": _is_recursive,
    f"{_TOOL}.cmd": _is_tool,
    f"{_TOOL}.trustExitCode": _is_true,
}


def _refuse_foreign(found: dict[str, str], scope: str) -> None:
    for key, value in found.items():
        if key not in _OURS or not _OURS[key](value):
            raise UsageError(
                f"{key} is set to {_short(value)!r}, which mergeassist did not write; "
                f"look at it, then: git config --{scope} --unset-all {key}"
            )


def _values(scope: str, cwd: Path) -> dict[str, str]:
    """What a scope says about mergeassist; two values of one key count as the last."""
    if scope != "global":
        git_dir(cwd)  # says why there is no repository to configure, which git config does not
    pattern = rf"^(merge|mergetool)\.{DRIVER_NAME}\."
    output = git("config", f"--{scope}", "-z", "--get-regexp", pattern, cwd=cwd, nothing=True)
    spelled = {key.lower(): key for key in _OURS}
    pairs = (entry.partition("\n") for entry in os.fsdecode(output).split("\0") if entry)
    return {spelled.get(key, key): value for key, _, value in pairs}


def _short(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "..."
