"""A command line in a subprocess, away from the user's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.cli_support import Repository

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quiet_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the user, a fixed identity, our package on the path of subprocesses."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "MERGEASSIST")) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "t")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "t@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def cli() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """`mergeassist ARGS` as users run it."""

    def run(
        *args: str | Path, cwd: Path | None = None, input: bytes = b"",
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "mergeassist", *map(str, args)],
            cwd=cwd, input=input, env={**os.environ, **(env or {})},
            capture_output=True, timeout=60, check=False,
        )

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")
