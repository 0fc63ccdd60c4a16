"""Hooks of our own in a repository: where they stand, written, taken away.

Each has a line that marks it as ours; a hook of somebody else is never touched.
"""

from __future__ import annotations

import os
from pathlib import Path

from mergeassist.errors import InputError
from mergeassist.git.run import git


def place(name: str, cwd: Path) -> Path:
    """Where git looks for a hook (`core.hooksPath` counts).  Raises `GitError`."""
    answer = git("rev-parse", "--git-path", f"hooks/{name}", cwd=cwd).removesuffix(b"\n")
    return cwd / os.fsdecode(answer)


def program(driver: str) -> str:
    """The command to name in a hook: the one beside the driver, or whatever PATH finds."""
    command = Path(driver).with_name("mergeassist")
    return str(command) if command.exists() else "mergeassist"


def is_foreign(path: Path, mark: str) -> bool:
    """Whether a hook without our mark stands there."""
    return path.exists() and mark not in path.read_text("utf-8", "replace")


def write(path: Path, text: str) -> None:
    """Put a hook in place.  Raises `InputError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        path.chmod(0o755)
    except OSError as error:
        raise InputError(path, f"cannot be written ({error.strerror or error})") from error


def remove(path: Path, mark: str) -> bool:
    """Take our hook away; whether there was one.  Raises `InputError`."""
    if not path.exists() or is_foreign(path, mark):
        return False
    try:
        path.unlink()
    except OSError as error:
        raise InputError(path, f"cannot be removed ({error.strerror or error})") from error
    return True
