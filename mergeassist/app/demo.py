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
from collections.abc import Iterator, Mapping, Sequence
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
MIN_PROBABILITY = 0.5  # likelier right than wrong; the default is far higher
EARLIER = "ours-before"  # what ours held for a while, in cases that have a history


class Case(NamedTuple):
    """One bundled file in three versions, and what it shows."""

    name: str
    path: str
    what: str

    def version(self, side: str) -> bytes:
        """The text of `base`, `ours`, `theirs` or, where there is one, `ours-before`."""
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
    min_probability: float
    files: tuple[FileReport, ...]


def cases() -> list[Case]:
    """The bundled cases in the order they are shown."""
    table = json.loads(read_bytes(_CASES / "cases.json"))
    return [Case(entry["case"], entry["path"], entry["what"]) for entry in table]


def run(folder: Path, min_probability: float = MIN_PROBABILITY) -> DemoReport:
    """Build the repository under `folder`, merge armed and unarmed, and compare.

    The armed repository accepts from `min_probability` on, as `git config` can tell it.
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
        git("config", "mergeassist.minProbability", str(min_probability), cwd=armed)
        start = time.perf_counter()
        output = _merge(armed, THEIRS)
        seconds = time.perf_counter() - start
        reports = tuple(_report(case, armed, plain, min_probability) for case in shown)
    return DemoReport(armed, output, seconds, min_probability, reports)


_CASES = Path(__file__).with_name("demo_cases")

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.org",
}
_OTHER = {"GIT_AUTHOR_NAME": "Colleague", "GIT_AUTHOR_EMAIL": "colleague@example.org"}
_DAY = 86_400


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
    _commit(repository, shown, "base", "A shop", days=30)
    git("checkout", "--quiet", "-b", THEIRS, cwd=repository)
    _commit(repository, shown, "theirs", "What the feature branch does", days=20, who=_OTHER)
    git("checkout", "--quiet", OURS, cwd=repository)
    early = [case for case in shown if (_CASES / case.name / EARLIER).is_file()]
    _commit(repository, early, EARLIER, "Fixes that the feature branch took as well", days=21)
    _commit(repository, shown, "ours", "What main does meanwhile", days=1)


def _commit(
    repository: Path,
    shown: Sequence[Case],
    side: str,
    message: str,
    *,
    days: int,
    who: Mapping[str, str] = _IDENTITY,
) -> None:
    """Commit one version of every case, `days` ago: the judge reads how fresh a change is."""
    for case in shown:
        place = repository / case.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(case.version(side))
    date = f"{int(time.time()) - days * _DAY} +0000"
    environment = {**who, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git("add", "--all", cwd=repository)
    git("commit", "--quiet", "--message", message, cwd=repository, env=environment)


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


def _report(case: Case, armed: Path, plain: Path, min_probability: float) -> FileReport:
    versions = Merge(*(case.version(side) for side in Merge._fields))
    merged = tree_merge(*versions)
    if merged is None:
        raise InternalError(f"the bundled case {case.name} is binary")
    decisions = decide(
        merged,
        Context(case.path, "", *versions),
        min_probability=min_probability,
        repository=armed,
    )
    expected = merged.replace(lambda index, _: decisions[index].text)
    found = markers.parse(read_bytes(armed / case.path))
    return FileReport(
        case=case,
        git_conflicts=len(markers.parse(read_bytes(plain / case.path)).conflicts),
        open_conflicts=len(found.conflicts),
        decisions=decisions,
        as_decided=all(found.side(name) == expected.side(name) for name in ("ours", "theirs")),
    )
