"""Repositories with two conflicts, sessions on them, and terminals."""

# fixtures are imported and asked for by name
# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mergeassist.app import resolve_tree
from mergeassist.app.judging import Wanted, judge
from mergeassist.app.resolve_tree import WorkTree
from mergeassist.app.session import Session
from tests.cli.cli_support import Repository, decide_for
from tests.cli.conftest import _quiet_git, cli, repository  # noqa: F401 - fixtures

BASE = b"".join(b"line %d\n" % number for number in range(1, 21))
OURS = BASE.replace(b"line 3\n", b"our 3\n").replace(b"line 12\n", b"our 12\n")
THEIRS = BASE.replace(b"line 3\n", b"their 3\n").replace(b"line 12\n", b"their 12\n")


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the processes of a terminal keep compiled modules."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture(autouse=True)
def _compiled(bytecode: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(bytecode))


@pytest.fixture
def two(repository: Repository) -> Repository:
    """Two conflicts in `a.py`, and one in `b.py` whose sides are one line."""
    repository.branches({"a.py": BASE, "b.py": b"1\n"}, {"a.py": OURS, "b.py": b"ours\n"},
                        {"a.py": THEIRS, "b.py": b"theirs\n"})
    repository.merge()
    return repository


@pytest.fixture
def doubling(repository: Repository) -> Repository:
    """`f.py`, where `theirs` makes a second definition of what ours has above, and then `g.py`."""
    base = b"".join(b"x%d = %d\n" % (number, number) for number in range(20))
    new = b"def new():\n    return 1\n"
    repository.branches({"f.py": base, "g.py": b"1\n"},
                        {"f.py": new + base.replace(b"x9 = 9", b"x9 = 0"), "g.py": b"ours\n"},
                        {"f.py": base.replace(b"x9 = 9\n", new), "g.py": b"theirs\n"})
    repository.merge()
    return repository


@pytest.fixture
def session_on(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Session]:
    """A session that has read everything, with a stand-in for the pipeline."""
    monkeypatch.setattr(resolve_tree, "decide", decide_for(b"merged\n"))

    def start(root: Path) -> Session:
        tree = WorkTree(root)
        session = Session(tree, len(tree.entries))
        for news in judge(Wanted(root)):
            session.take(news)
        return session

    return start
