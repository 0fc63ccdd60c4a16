"""The repositories and drivers of the git tests, and the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mergeassist.cli.main import main
from tests.git.conftest import _isolated, bytecode, make_driver, repo  # noqa: F401 - fixtures
from tests.git.real_git import Repo

Cli = Callable[..., str]


@pytest.fixture
def cli(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> Cli:
    """Run `mergeassist ARGS` in the repository; standard output, and standard error with `err`."""

    def run(*args: str, code: int | None = 0, err: bool = False, cwd: Path | None = None) -> str:
        monkeypatch.chdir(cwd or repo.path)
        capsys.readouterr()
        found = main(args)
        printed = capsys.readouterr()
        assert code in (None, found), printed.out + printed.err
        return printed.err if err else printed.out

    return run


@pytest.fixture
def records(cli: Cli) -> Callable[..., list[dict[str, Any]]]:
    """What `review --json` says."""

    def run(*args: str, code: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(cli("review", "--json", *args, code=code))[
            "records"
        ]
        return found

    return run
