"""Isolation from the machine's git configuration, and the fixtures of the git tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.git.real_git import DRIVER, ROOT, MakeDriver, Repo


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the driver's processes keep compiled modules, whatever the machine says."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture(autouse=True)
def _isolated(tmp_path: Path, bytecode: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    for name in os.environ:
        if name.startswith(("GIT_", "MERGEASSIST")) and name != "MERGEASSIST_TEST_GIT":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    settings = {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "c", "GIT_COMMITTER_EMAIL": "c@example.org",
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z",
        "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8",
        "PYTHONPYCACHEPREFIX": str(bytecode),
    }
    if other := os.environ.get("MERGEASSIST_TEST_GIT"):
        settings["PATH"] = other + os.pathsep + os.environ["PATH"]
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def make_driver(tmp_path: Path) -> MakeDriver:
    """Write a driver script; `patch` is Python that runs before the driver does."""

    def make(patch: str = "", name: str = "a driver's home") -> str:
        script = tmp_path / name / "mergeassist-driver"
        script.parent.mkdir(exist_ok=True)
        script.write_text(DRIVER.format(python=sys.executable, root=str(ROOT), patch=patch))
        script.chmod(0o755)
        return str(script)

    return make


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "a repo")
