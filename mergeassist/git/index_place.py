"""Where the index of past conflicts lies: a module apart, because a driver without one needs no
database to find that out.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER, FILE = "mergeassist", "index.sqlite"


def locate(cwd: str | Path | None = None) -> Path | None:
    """The index of the repository around `cwd` if there is one; starts no process.

    Follows what git leaves on disk (gitrepository-layout(5)): `.git` as directory or file,
    `commondir`, and a bare directory.
    """
    try:
        start = Path(cwd or ".").absolute()
        named = os.environ.get("GIT_DIR")
        places = [start / named] if named else _git_dirs(start)
        for place in places:
            folder = _followed(place)
            if folder is not None:
                file = folder / FOLDER / FILE
                return file if file.is_file() else None
    except (OSError, ValueError):
        pass
    return None


def _git_dirs(start: Path) -> list[Path]:
    return [place for parent in (start, *start.parents) for place in (parent / ".git", parent)]


def _followed(place: Path) -> Path | None:
    """The common directory that a git directory or a `.git` file stands for."""
    if place.is_file():
        text = place.read_text("utf-8", "surrogateescape").strip()
        if not text.startswith("gitdir: "):
            return None
        place = place.parent / text.removeprefix("gitdir: ")
    if not (place / "HEAD").is_file():
        return None
    pointer = place / "commondir"
    if pointer.is_file():
        return place / pointer.read_text("utf-8", "surrogateescape").strip()
    return place
