"""Each side's own commits of the file since the base, as sets of lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple


class Commit(NamedTuple):
    """One commit of a side, its patch of this path as line sets."""

    time: int
    author: str
    subject: str
    added: frozenset[bytes]
    removed: frozenset[bytes]

    def is_twin(self, other: Commit) -> bool:
        """The same change on the other side: cherry-picked, rebased or merged there by another
        way (the same patch, as `git patch-id` has it, or one subject by one author)."""
        if self.added == other.added and self.removed == other.removed:
            return bool(self.added or self.removed)
        return self.author == other.author and bool(self.subject) and self.subject == other.subject


@lru_cache(maxsize=4096)
def _patch_lines(patch: str) -> tuple[frozenset[bytes], frozenset[bytes]]:
    added: set[bytes] = set()
    removed: set[bytes] = set()
    for line in patch.split("\n"):
        body = line[1:].strip()
        if len(body) > 2 and line[0] in "+-":
            (added if line[0] == "+" else removed).add(body.encode("utf-8", "surrogateescape"))
    return frozenset(added), frozenset(removed)


def commits_of(history: Mapping[str, Any], side: str) -> list[Commit] | None:
    """The side's commits, newest first; `None` where its history is unknown or malformed."""
    rows = history.get(side)
    if not isinstance(rows, list):
        return None
    commits: list[Commit] = []
    for row in rows:
        added, removed = _patch_lines(str(row.get("patch") or ""))
        commits.append(
            Commit(
                int(row.get("time") or 0),
                str(row.get("author") or ""),
                str(row.get("subject") or ""),
                added,
                removed,
            )
        )
    return commits


def union(sets: Iterable[frozenset[bytes]]) -> frozenset[bytes]:
    """All lines of some sets."""
    return frozenset().union(*sets)
