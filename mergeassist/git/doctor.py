"""Is git armed here, and does what is armed work?  Every silent failure gets a loud word.

git says nothing when attributes name a driver that the clone never defined, when the driver is
gone, or when a branch has no attributes: it merges as text, or leaves a conflict.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mergeassist import __version__
from mergeassist.errors import GitError
from mergeassist.git import asking, attributes, worktree
from mergeassist.git.driver_line import DRIVER, LABELS_FROM, driver_line, driver_of, written_for
from mergeassist.git.install import RECURSIVE, SECTION, merge_algorithm
from mergeassist.git.run import git, git_version, is_distrust

OLDEST = (2, 30, 0)
_ASKS_GIT_FROM = (2, 38, 0)
_ZDIFF3_FROM = (2, 35, 0)
_BARE_ATTRIBUTES_FROM = (2, 43, 0)
_SHOWN = 5
_MANY_OBJECTS = 200_000  # about 50,000 commits
_PROBE_SECONDS = 20
_DRIVER_USAGE = 2


class Check(NamedTuple):
    """One finding: `level` is `ok`, `note`, `warn` or `fail`."""

    id: str
    level: str
    text: str
    advice: str = ""


def examine(cwd: Path) -> list[Check]:
    """All checks that apply here, in the order a user would repair them.

    Raises `GitError` when git cannot be run at all, or refuses the repository.
    """
    checks = [_git(), *_switch()]
    inside = _in_repository(cwd)
    line = _config(f"{SECTION}.driver", cwd)
    checks += list(_driver(line, cwd))
    if not inside:
        checks.append(Check("repository", "note", "not in a git repository: paths not checked"))
        return checks
    checks += list(_paths(cwd, armed=bool(line)))
    checks += list(_style(cwd))
    checks += list(_history(cwd))
    return checks


def _git() -> Check:
    version = git_version()
    text = "git " + ".".join(map(str, version))
    if version < OLDEST:
        return Check("git", "fail", f"{text} is too old", "use git 2.30 or newer")
    if version < _ASKS_GIT_FROM:
        return Check("git", "warn", f"{text}: conflicts are those of git merge-file, which can "
                     "differ from git merge", "git 2.38 or newer leaves exactly git's conflicts")
    if version < LABELS_FROM and sys.platform != "linux":  # there, git/caller knows them
        return Check("git", "note", f"{text} passes no labels: after cherry-pick, revert and "
                     "stash, markers say ours and theirs", "git 2.44 or newer passes them")
    return Check("git", "ok", text)


def _switch() -> Iterator[Check]:
    if os.environ.get("MERGEASSIST") == "0":
        yield Check("switch", "warn", "MERGEASSIST=0: everything is left to git",
                    "unset MERGEASSIST")


def _driver(line: str, cwd: Path) -> Iterator[Check]:
    if not line:
        yield Check("driver", "fail", f"{SECTION}.driver is not set: git merges as text and says "
                    "nothing", "run: mergeassist install --global (or --local)")
        return
    stamp, path = written_for(line), driver_of(line)
    if stamp is None or path is None:
        yield Check("driver", "warn", f"{SECTION}.driver was not written by mergeassist install",
                    "compare it with: mergeassist install --print")
        return
    current = driver_line(path, git_version(), __version__, merge_algorithm(cwd))
    if line == current:
        yield Check("driver", "ok", "the installed line is current")
    else:
        old = ".".join(map(str, stamp[1]))
        yield Check("driver", "warn", f"the installed line was written by mergeassist {stamp[0]} "
                    f"for git {old}, or for another diff.algorithm",
                    "run mergeassist install again")
    yield _executable(path)
    if _config(f"{SECTION}.recursive", cwd) != RECURSIVE:
        yield Check("recursive", "warn", f"{SECTION}.recursive is not {RECURSIVE}: criss-cross "
                    "merges call the driver on virtual files", "run mergeassist install again")


def _executable(path: str) -> Check:
    found = path if os.access(path, os.X_OK) else shutil.which(DRIVER)
    if found is None:
        return Check("executable", "fail", f"{path} is gone: conflicts are left as they are",
                     "reinstall mergeassist, then run mergeassist install again")
    try:
        done = subprocess.run([found], capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("executable", "fail", f"{found} does not start: {error}",
                     "reinstall mergeassist")
    if done.returncode != _DRIVER_USAGE:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return Check("executable", "fail", f"{found} does not work: {reason}",
                     "reinstall mergeassist")
    if found != path:
        return Check("executable", "warn", f"{path} is gone; {found} on PATH is used",
                     "run mergeassist install again")
    return Check("executable", "ok", path)


def _paths(cwd: Path, *, armed: bool) -> Iterator[Check]:
    """Whether attributes bring the driver to the files git tracks."""
    root = worktree.root(cwd)
    tracked = [path for path in git("ls-files", "-z", cwd=root).split(b"\0") if path]
    if not tracked and _config("core.bare", cwd) == "true":
        tracked = git("ls-tree", "-r", "-z", "--name-only", "HEAD", cwd=root).split(b"\0")[:-1]
        if git_version() < _BARE_ATTRIBUTES_FROM:
            yield Check("bare", "note", "in a bare repository this git ignores the tracked "
                        ".gitattributes", "run: mergeassist track --local PATTERN")
    merge = {path: found["merge"]
             for path, found in attributes.check(root, ["merge"], tracked).items()}
    default = _config("merge.default", cwd)
    ours = attributes.DRIVER_NAME
    if default == ours:
        merge = {path: ours if value == "unspecified" else value for path, value in merge.items()}
    elif default:
        yield Check("default", "note", f"merge.default is {default}: other files use that driver")
    reached = sum(value == ours for value in merge.values())
    if reached and not armed:
        yield Check("unarmed", "fail", f"attributes name mergeassist for {reached} files, but "
                    "this clone never ran install: git merges them as text",
                    "run: mergeassist install")
    if tracked and not reached:
        yield Check("paths", "fail", "no tracked file uses mergeassist",
                    "run: mergeassist track '*.py' (or --languages)")
    elif tracked:
        yield Check("paths", "ok", f"{reached} of {len(merge)} tracked files use mergeassist")
        left = [path for path, value in merge.items()
                if value == "unspecified" and attributes.is_known_text(path)]
        if left:
            yield Check("unreached", "note", f"{len(left)} source files do not: {_some(left)}",
                        "run: mergeassist track with their pattern")
    lfs = [path for path, value in merge.items() if value == "lfs"]
    if lfs:
        yield Check("lfs", "warn", f"merge=lfs names a driver that nobody defines: {_some(lfs)}",
                    "run: mergeassist track --lfs with their pattern")


def _style(cwd: Path) -> Iterator[Check]:
    style = _config("merge.conflictStyle", cwd) or "merge"
    if style == "zdiff3" and git_version() < _ZDIFF3_FROM:
        yield Check("style", "fail", "merge.conflictStyle is zdiff3, which this git does not know",
                    "use diff3, or git 2.35 or newer")
    else:
        yield Check("style", "ok", f"conflicts are printed in style {style}")


def _history(cwd: Path) -> Iterator[Check]:
    """Whether git finds out quickly where two long histories parted."""
    counted = git("count-objects", "-v", cwd=cwd).decode("ascii", "replace").splitlines()
    packed = int(dict(line.split(": ") for line in counted).get("in-pack", "0"))
    common = worktree.common_dir(cwd)
    places = common / "objects", common.joinpath(*asking.GRAPH)
    if packed >= _MANY_OBJECTS and not any(asking.written(os.fspath(place)) for place in places):
        yield Check("history", "note", f"{packed} objects and no commit-graph: the first conflict "
                    "of a merge takes longer", "mergeassist learn leaves one, or: git commit-graph "
                    "write --reachable --changed-paths")


def _config(key: str, cwd: Path) -> str:
    output = git("config", "-z", "--get", key, cwd=cwd, nothing=True)
    return os.fsdecode(output.removesuffix(b"\0"))


def _in_repository(cwd: Path) -> bool:
    try:
        git("rev-parse", "--git-dir", cwd=cwd)
    except GitError as error:
        if is_distrust(error):
            raise
        return False
    return True


def _some(paths: list[bytes]) -> str:
    shown = ", ".join(path.decode(errors="backslashreplace") for path in paths[:_SHOWN])
    return shown + (", …" if len(paths) > _SHOWN else "")
