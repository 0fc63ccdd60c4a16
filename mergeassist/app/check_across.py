"""A definition that one side removed and the other side's files use: for `check --merged`.

git merges the two files without a word, because neither side touched both.  To be told of, a name
must have been defined at the top level of a file in base, and be gone from *every* file of its
language on the side that removed it; the other side's file must use it, having imported or used it
in base already, and nothing that the other side changed may define it anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.git.run import git
from mergeassist.git.worktree import blobs
from mergeassist.languages.syntax import language_of
from mergeassist.propose.structure.damage import MAX_BYTES, Names, names_of

MOST_FILES = 300  # of a side; parsing more would keep a hook waiting
_SHORTEST = 3  # letters of a name
_WORD = re.compile(r"\w+")


class Missing(NamedTuple):
    """A use of a name in the merged `path`, from 1, whose definition in `was_in` is gone."""

    path: str
    line: int
    name: str
    was_in: str


class _Trees:
    """The files that either side changed, as they stand in base, on their side and in the merge."""

    def __init__(self, root: Path, commits: Merge[str], merged: str) -> None:
        self.root, self.commits, self.merged = root, commits, merged
        self.changed = {side: self._changed(side) for side in (commits.ours, commits.theirs)}
        self._texts = self._read()
        self.names, self.words = cache(self._names), cache(self._words)

    def _changed(self, side: str) -> list[str]:
        """The paths a side changed whose language is known; none where they are too many."""
        words = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", self.commits.base, side)
        paths = [os.fsdecode(name) for name in git(*words, cwd=self.root).split(b"\0")[:-1]]
        known = [path for path in paths if language_of(path) and "\n" not in path]
        return known if len(known) <= MOST_FILES else []

    def _read(self) -> dict[str, bytes]:
        """All texts by two processes: one tells the sizes, one prints what is not too long."""
        ours, theirs = self.changed.values()
        places = [f"{self.commits.base}:{path}" for path in {*ours, *theirs}]
        places += [f"{self.merged}:{path}" for path in {*ours, *theirs}]
        places += [f"{side}:{path}" for side, paths in self.changed.items() for path in paths]
        asked = "".join(f"{place}\n" for place in places).encode(errors="surrogateescape")
        said = git("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)",
                   cwd=self.root, input=asked).splitlines()  # fmt: skip
        ids = {
            place: fields[0].decode("ascii")
            for place, fields in zip(places, (line.split() for line in said), strict=True)
            if fields[1:2] == [b"blob"] and len(fields) == 3 and int(fields[2]) <= MAX_BYTES
        }
        contents = blobs(self.root, ids.values()) if ids else {}
        return {place: contents[name] for place, name in ids.items()}

    def _names(self, place: str, path: str) -> Names | None:
        text = self._texts.get(f"{place}:{path}")
        return None if text is None else names_of(text, language_of(path))

    def _words(self, place: str, path: str) -> set[str]:
        """Every word of a text: what may hold a name is parsed, the rest is not."""
        text = self._texts.get(f"{place}:{path}", b"")
        return set(_WORD.findall(text.decode("utf-8", "replace")))

    def holds(self, side: str, names: set[str], suffix: str) -> set[str]:
        """Those of the names that stand in some file with this suffix in the side's tree."""
        words = [word for name in sorted(names) for word in ("-e", name)]
        found = git("grep", "-I", "-h", "-o", "-w", "-F", *words, side, "--",
                    f":(top,glob)**/*{suffix}", cwd=self.root, nothing=True)  # fmt: skip
        return set(found.decode("utf-8", "replace").split("\n")) & names


def missing(root: Path, commits: Merge[str], merged: str) -> Iterator[Missing]:
    """Uses whose definition the other side removed; `merged` is a commit or the index, `:0`.

    Raises `GitError`.
    """
    trees = _Trees(root, commits, merged)
    for here, there in ((commits.ours, commits.theirs), (commits.theirs, commits.ours)):
        removed_in, used_in = trees.changed[there], trees.changed[here]
        if removed_in and used_in:
            yield from _of_side(trees, removed_in, there, used_in)


def _of_side(
    trees: _Trees, removed_in: list[str], there: str, used_in: list[str]
) -> Iterator[Missing]:
    # words first: a merge in which none vanishes, or none that the other side has, parses nothing
    there_are = set().union(*(trees.words(trees.merged, path) for path in used_in))
    gone = dict(_removed(trees, removed_in, there, there_are))
    files = {
        path: found
        for path in used_in
        if not gone.keys().isdisjoint(trees.words(trees.merged, path))
        and (found := trees.names(trees.merged, path))
    }
    anew = {name for found in files.values() for name in found.defined}
    wanting = []
    for path, found in files.items():
        before = trees.names(trees.commits.base, path)
        earlier = found.imported | (before.used.keys() if before else set())
        for name in sorted((gone.keys() & found.used.keys() & earlier) - anew):
            if gone[name] != path and language_of(gone[name]) == language_of(path):
                wanting.append(Missing(path, found.used[name], name, gone[name]))
    for suffix in sorted({Path(one.path).suffix for one in wanting}):
        mine = [one for one in wanting if Path(one.path).suffix == suffix]
        left = trees.holds(there, {one.name for one in mine}, suffix)
        yield from (one for one in mine if one.name not in left)


def _removed(
    trees: _Trees, paths: list[str], side: str, wanted: set[str]
) -> Iterator[tuple[str, str]]:
    """Names among `wanted` that a side's files defined in base and hold no more, with the file."""
    base = trees.commits.base
    held = set().union(*(trees.words(side, path) for path in paths))
    for path in paths:
        vanished = (trees.words(base, path) & wanted) - held
        before = trees.names(base, path) if vanished else None
        if before is not None:
            names = before.defined & vanished
            yield from ((name, path) for name in names if len(name) >= _SHORTEST)
