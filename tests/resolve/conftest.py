"""A repository with two conflicts, and `resolve --json` in this process."""

# fixtures are imported and asked for by name
# ruff: noqa: F811

from __future__ import annotations

import json
from typing import Any

import pytest

from mergeassist.app import resolve_tree
from mergeassist.cli.main import main
from tests.cli.cli_support import Repository, decide_for
from tests.cli.conftest import _quiet_git, cli, repository  # noqa: F401 - fixtures

BASE = b"".join(b"line %d\n" % n for n in range(1, 21))
OURS = BASE.replace(b"line 3\n", b"our 3\n").replace(b"line 12\n", b"our 12\nshared\nour end\n")
THEIRS = BASE.replace(b"line 3\n", b"their 3\n").replace(
    b"line 12\n", b"their 12\nshared\ntheir end\n")
OPEN = ((b"our 3\n", b"their 3\n"),
        (b"our 12\nshared\nour end\n", b"their 12\nshared\ntheir end\n"))


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve_tree, "decide", decide_for(b"merged\n"))


def resolve(repository: Repository, capsys: pytest.CaptureFixture[str], monkeypatch: Any,
            *arguments: str, within: str = ".") -> tuple[int, list[dict[str, Any]]]:
    """`mergeassist resolve --json` in this process; the exit code and the files."""
    monkeypatch.chdir(repository.root / within)
    code = main(["resolve", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)["files"]


@pytest.fixture
def run(repository, undecided, capsys, monkeypatch):
    def resolve_here(*arguments: str, within: str = ".") -> tuple[int, list[dict[str, Any]]]:
        return resolve(repository, capsys, monkeypatch, *arguments, within=within)

    return resolve_here


@pytest.fixture
def two(repository: Repository) -> Repository:
    """Two conflicts in `f.py`."""
    repository.branches({"f.py": BASE}, {"f.py": OURS}, {"f.py": THEIRS})
    return repository


def with_side(index: int) -> bytes:
    text = BASE
    for conflict, line in zip(OPEN, (b"line 3\n", b"line 12\n"), strict=True):
        text = text.replace(line, conflict[index])
    return text
