"""Read the layers of `mergeassist.config` from where they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mergeassist import config
from mergeassist.errors import GitError, UsageError
from mergeassist.git.run import git
from mergeassist.git.worktree import root


def load(cwd: str | Path, command_line: Mapping[str, str] | None = None) -> config.Config:
    """The settings that hold in a directory.  Raises `UsageError` for a bad value."""
    try:
        top: Path | None = root(cwd)
    except GitError:
        top = None
    return config.load(
        command_line=command_line,
        environment=os.environ,
        git=_of_git(cwd),
        pyproject=_of_pyproject(top) if top else None,
        repository=top,
    )


def _of_git(cwd: str | Path) -> dict[str, str]:
    output = git("config", "-z", "--get-regexp", r"^mergeassist\.", cwd=cwd, nothing=True)
    entries = (entry.partition("\n") for entry in os.fsdecode(output).split("\0") if entry)
    # a key without `=` means true
    return {key: value if equals else "true" for key, equals, value in entries}


def _of_pyproject(top: Path) -> dict[str, Any]:
    file = top / "pyproject.toml"
    try:
        text = file.read_bytes()
        # most say nothing about us, and the parser takes ten milliseconds to load
        if b"mergeassist" not in text:
            return {}
        import tomllib

        document = tomllib.loads(text.decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    tool = document.get("tool", {})
    table = tool.get("mergeassist", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{file}: tool.mergeassist is not a table")
    return table
