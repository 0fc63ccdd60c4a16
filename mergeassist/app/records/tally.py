"""What the drivers of one `git merge` have done so far: git starts one a file, and none knows of
the others, so each adds its file to a few lines under the git directory and says the sum.

The lines belong to one operation: another commit being merged, another process group, a path that
comes again or half a minute without a driver begin anew.  Standard library only, no process.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH103, PTH110, PTH116, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import time
from typing import NamedTuple

from mergeassist._worker import git_directory

FILE = os.path.join("mergeassist", "tally")
_SECONDS = 30.0


class Tally(NamedTuple):
    """Files with conflicts, the conflicts in them, and how many were settled."""

    files: int
    conflicts: int
    settled: int

    def __str__(self) -> str:
        return (f"resolved {self.settled} of {self.conflicts} conflicts in {self.files} files; "
                "mergeassist review")


def add(path: str, conflicts: int, settled: int) -> Tally:
    """Count one file in; what cannot be kept is counted alone.  Never raises an `Exception`."""
    mine = f"{conflicts} {settled} {path!r}"
    rows = [mine]
    try:
        place = os.path.join(git_directory(), FILE)
        heads = sorted(name for name in os.environ if name.startswith("GITHEAD_"))
        operation = " ".join([str(os.getpgrp()), *heads])
        before = _read(place, operation)
        if all(row.split(" ", 2)[2] != repr(path) for row in before):
            rows = [*before, mine]
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write("\n".join([operation, *rows]) + "\n")
    except Exception:  # a merge is worth more than its sum
        rows = [mine]
    numbers = [row.split(" ", 2)[:2] for row in rows]
    return Tally(len(rows), sum(int(count) for count, _ in numbers),
                 sum(int(done) for _, done in numbers))


def _read(place: str, operation: str) -> list[str]:
    """The files counted so far in this operation."""
    if not os.path.exists(place) or os.stat(place).st_mtime < time.time() - _SECONDS:
        return []
    with open(place, encoding="utf-8") as file:
        first, *rows = file.read().splitlines()
    return rows if first == operation else []
