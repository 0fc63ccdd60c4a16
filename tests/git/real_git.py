"""Real git in throw-away repositories, with a driver whose decisions a test chooses.

`MERGEASSIST_TEST_GIT=/some/bin` puts another git first on PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from mergeassist.git import install
from mergeassist.git.run import git_version

ROOT = Path(__file__).resolve().parents[2]

# a driver that decides as the test says: nothing of the product is switched by it
DRIVER = """\
#!{python}
import sys, types
sys.path.insert(0, {root!r})
from mergeassist.core.outcome import Decision, Proposal
def text(conflict):
    return conflict.ours + conflict.theirs
def accept(conflict):
    return False
def decide(merged, context, **_):
    return tuple(Decision(c, (Proposal(text(c), "test"),), accept(c), "test")
                 for c in merged.conflicts)
{patch}
sys.modules["mergeassist.app.decide"] = types.SimpleNamespace(
    decide=decide, by_structure=lambda: False)
import mergeassist._driver
sys.exit(mergeassist._driver.main())
"""
ACCEPT_ALL = "accept = bool"
ACCEPT_MARKED = "accept = lambda conflict: b'yes' in conflict.ours"

MakeDriver = Callable[..., str]


class Repo:
    """A repository in a directory, and shorthand for what tests do with it."""

    def __init__(self, path: Path, *, bare: bool = False) -> None:
        self.path = path
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", *(["--bare"] if bare else []))

    def git(self, *args: str, code: int | None = 0, **env: str) -> str:
        """Standard output of git, whose exit code must be `code` (`None`: any)."""
        done = self.run(*args, **env)
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done.stdout.decode(errors="surrogateescape")

    def run(self, *args: str, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(["git", *args], cwd=self.path, env={**os.environ, **env},
                              capture_output=True, stdin=subprocess.DEVNULL)

    def write(self, path: str, data: bytes) -> None:
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_bytes(data)

    def read(self, path: str) -> bytes:
        return (self.path / path).read_bytes()

    def commit(self, message: str, files: dict[str, bytes]) -> None:
        for path, data in files.items():
            self.write(path, data)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def fork(self, path: str, base: bytes | None, ours: bytes, theirs: bytes) -> None:
        """`main` and `topic` with one path that both changed; `main` is checked out."""
        self.commit("base", {"other": b"other\n"} | ({} if base is None else {path: base}))
        self.git("checkout", "-q", "-b", "topic")
        self.commit("change of theirs", {path: theirs})
        self.git("checkout", "-q", "main")
        self.commit("change of ours", {path: ours})

    def copy(self) -> Repo:
        """The same repository elsewhere."""
        path = self.path.with_name(self.path.name + " copy")
        shutil.copytree(self.path, path, symlinks=True)
        copy = Repo(path)
        copy.git("update-index", "-q", "--refresh", code=None)
        return copy

    def arm(self, driver: str, *, attributes: str = "* merge=mergeassist\n") -> Repo:
        install.apply(install.plan_install("local", self.path, driver), "local", self.path)
        info = Path(self.git("rev-parse", "--git-common-dir").strip())
        (self.path / info / "info").mkdir(exist_ok=True)
        (self.path / info / "info" / "attributes").write_text(attributes)
        return self

    def unmerged(self) -> str:
        return self.git("ls-files", "-u")

    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.path.glob(".merge_file_*"))


def without_labels(text: bytes) -> bytes:
    """What git prints apart from labels, which git before 2.44 does not tell a driver."""
    if git_version() >= (2, 44, 0):
        return text
    return re.sub(rb"(?m)^([<|>]{7,}) [^\r\n]*", rb"\1", text)


def lines(*numbers: int, **changed: str) -> bytes:
    """Numbered lines, some replaced: `lines(9, _3="new\\n")`; an empty text deletes."""
    (count,) = numbers
    texts = [changed.get(f"_{n}", f"line {n}\n") for n in range(1, count + 1)]
    return "".join(texts).encode()
