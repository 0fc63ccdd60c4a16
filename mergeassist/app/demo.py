"""A throw-away repository, a real `git merge` with the driver armed, and what came of it.

Nothing here knows the answers: what is reported is read back from the files git and the driver
left, next to what a second, unarmed clone makes of the same merge.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import mergeassist
from mergeassist.app.decide import decide
from mergeassist.app.files import read_bytes, write_atomic
from mergeassist.app.merge_file import tree_merge
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import GitError, InternalError, UsageError
from mergeassist.git import attributes, install
from mergeassist.git.run import git
from mergeassist.propose.context import Context

OURS, THEIRS = "main", "feature"


class Case(NamedTuple):
    """One bundled file in three versions, and what it shows."""

    name: str
    path: str
    what: str

    def version(self, side: str) -> bytes:
        """The text of `base`, `ours` or `theirs`."""
        return read_bytes(_CASES / self.name / side)


class FileReport(NamedTuple):
    """What the merge made of one file.

    `git_conflicts` is what git alone leaves, `open_conflicts` what the armed merge left; both
    are counted in the files.  `decisions` are those of the pipeline on the same versions;
    `as_decided` says whether the file on disk is what they call for.
    """

    case: Case
    git_conflicts: int
    open_conflicts: int
    decisions: tuple[Decision, ...]
    as_decided: bool


class DemoReport(NamedTuple):
    """The whole run."""

    repository: Path
    git_output: str
    merge_seconds: float
    files: tuple[FileReport, ...]


def cases() -> list[Case]:
    """The bundled cases in the order they are shown."""
    table = json.loads(read_bytes(_CASES / "cases.json"))
    return [Case(entry["case"], entry["path"], entry["what"]) for entry in table]


def run(folder: Path) -> DemoReport:
    """Build the repository under `folder`, merge armed and unarmed, and compare.

    Raises `UsageError` when `folder` is not empty and `GitError` when git fails.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder; choose another")
    shown = cases()
    armed, plain = folder / "shop", folder / "shop-with-git-alone"
    armed.mkdir(parents=True)
    with _own_environment(folder):
        _build(armed, shown)
        git("clone", "--quiet", "--no-hardlinks", str(armed), str(plain), cwd=folder)
        _merge(plain, f"origin/{THEIRS}")
        _arm(armed)
        start = time.perf_counter()
        output = _merge(armed, THEIRS)
        seconds = time.perf_counter() - start
        reports = tuple(_report(case, armed, plain) for case in shown)
    return DemoReport(armed, output, seconds, reports)


_CASES = Path(__file__).with_name("demo_cases")

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.org",
    "GIT_AUTHOR_DATE": "2024-05-01T12:00:00+0000", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00+0000",
}


@contextmanager
def _own_environment(home: Path) -> Iterator[None]:
    """An environment without the user's repository, git settings or our kill switch.

    A `GIT_DIR` of the caller would turn every command below against that repository.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith(("GIT_", "MERGEASSIST")):
            del os.environ[name]
    # git before 2.32 does not know GIT_CONFIG_GLOBAL and looks for HOME
    places = {"GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    os.environ.update(_IDENTITY | places | {"GIT_CONFIG_NOSYSTEM": "1"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _build(repository: Path, shown: Sequence[Case]) -> None:
    git("init", "--quiet", "--template=", cwd=repository)
    git("symbolic-ref", "HEAD", f"refs/heads/{OURS}", cwd=repository)
    suffixes = sorted({Path(case.path).suffix for case in shown})
    lines = "".join(attributes.line(f"*{suffix}") + "\n" for suffix in suffixes)
    (repository / ".gitattributes").write_text(lines)
    _commit(repository, shown, "base", "A shop")
    git("checkout", "--quiet", "-b", THEIRS, cwd=repository)
    _commit(repository, shown, "theirs", "What the feature branch does")
    git("checkout", "--quiet", OURS, cwd=repository)
    _commit(repository, shown, "ours", "What main does meanwhile")


def _commit(repository: Path, shown: Sequence[Case], side: str, message: str) -> None:
    for case in shown:
        place = repository / case.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(case.version(side))
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--message", message, cwd=repository)


def _arm(repository: Path) -> None:
    """Arm as `mergeassist install` does."""
    install.apply(
        install.plan_install("local", repository, _driver(repository)), "local", repository
    )


def _driver(repository: Path) -> str:
    """The driver that belongs to this very interpreter and package.

    Another one on PATH, or none at all in a bare checkout, must not be what is shown: then a
    launcher in the throw-away repository starts ours.
    """
    beside = Path(sys.executable).with_name("mergeassist-driver")
    package = Path(mergeassist.__file__).parents[1]
    if package.name == "site-packages" and os.access(beside, os.X_OK):
        return str(beside)
    launcher = repository / ".git" / "mergeassist-driver"
    # -P: nothing in the work tree may pass for a module
    words = f"exec {shlex.quote(sys.executable)} -P -m mergeassist._driver"
    path = f"PYTHONPATH={shlex.quote(str(package))}${{PYTHONPATH:+:$PYTHONPATH}}"
    write_atomic(launcher, f'#!/bin/sh\n{path} {words} "$@"\n'.encode())
    launcher.chmod(0o755)
    return str(launcher)


def _merge(repository: Path, branch: str) -> str:
    """What `git merge` says; conflicts are what we came for."""
    done = subprocess.run(
        ["git", "merge", "--no-edit", branch], cwd=repository, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode not in (0, 1) or "fatal:" in output:
        raise GitError(f"git merge {branch}: {' '.join(output.split())}")
    return output


def _report(case: Case, armed: Path, plain: Path) -> FileReport:
    versions = Merge(*(case.version(side) for side in Merge._fields))
    merged = tree_merge(*versions)
    if merged is None:
        raise InternalError(f"the bundled case {case.name} is binary")
    decisions = decide(merged, Context(case.path, "", *versions), repository=armed)
    expected = merged.replace(lambda index, _: decisions[index].text)
    found = markers.parse(read_bytes(armed / case.path))
    return FileReport(
        case=case,
        git_conflicts=len(markers.parse(read_bytes(plain / case.path)).conflicts),
        open_conflicts=len(found.conflicts),
        decisions=decisions,
        as_decided=all(found.side(name) == expected.side(name) for name in ("ours", "theirs")),
    )
