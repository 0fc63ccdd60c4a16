"""What a merge has broken: for `check --merged`, `install --thorough` and `resolve`.

A file that both sides changed and that no longer parses though both did is a finding; duplicate
definitions, and uses whose definition or import is gone, are warnings.  A kind is told of only
while at most one of fifty files that people had merged and committed raises it
(`benchmarks/check_merged.py`, valid split; docs/review.md).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.check_across import missing
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git.run import git
from mergeassist.git.thorough import finished_pick, reverted
from mergeassist.git.worktree import commit_of, git_dir
from mergeassist.languages.syntax import language_of, parses
from mergeassist.propose.structure.damage import damage

_SAID = {
    "duplicate": "the merge made a second {!r}",
    "lost-definition": "{!r} is used, but its definition is gone with the merge",
    "lost-import": "{!r} is used, but its import is gone with the merge",
}
_SYNTAX_UNSURE = ("css",)  # its dialects


class Broken(NamedTuple):
    """One suspicion: `line` from 1, `None` for the whole file; `sure` ones fail the check."""

    path: str
    line: int | None
    text: str
    sure: bool

    @property
    def said(self) -> str:
        """Where, and what."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.text}"


class _Merge(NamedTuple):
    """Names that git resolves to the versions of a path, and the paths both sides changed."""

    versions: Merge[str | None]
    merged: str
    paths: tuple[bytes, ...]


def broken(root: Path) -> Iterator[Broken]:
    """Suspicions about the merge about to be committed, else about HEAD if it is a merge.

    Raises `GitError`.
    """
    found = _under_way(root) or _of_head(root)
    if found is not None:
        yield from _of_merge(root, found)


def broken_after(hook: str, root: Path, rewritten: Iterable[str]) -> Iterator[Broken]:
    """Suspicions about the merge, pick or rebase that has just ended, for one of git's hooks.

    `rewritten` are the lines that git gives post-rewrite.  Raises `GitError`.
    """
    if hook == "post-rewrite":
        found = _of_rebase(root, [line.split() for line in rewritten])
    else:
        found = _of_head(root) or (_of_pick(root) if hook == "post-commit" else None)
    if found is not None:
        yield from _of_merge(root, found)


def _of_merge(root: Path, found: _Merge) -> Iterator[Broken]:
    for name in found.paths:
        path = os.fsdecode(name)
        merged = _blob(root, f"{found.merged}:{path}")
        base, ours, theirs = (_blob(root, f"{commit}:{path}") if commit else None
                              for commit in found.versions)
        if merged is not None and ours is not None and theirs is not None:
            yield from broken_in(path, Merge(base or b"", ours, theirs), merged)
    yield from _across(root, found)


def _across(root: Path, merge: _Merge) -> Iterator[Broken]:
    """What no file shows by itself: one side removed a definition, the other's file uses it."""
    base, ours, theirs = merge.versions
    if base is None or ours is None or theirs is None:
        return
    for one in missing(root, Merge(base, ours, theirs), merge.merged):
        text = f"{one.name!r} is used, but its definition in {one.was_in} is gone with the merge"
        yield Broken(one.path, one.line, text, sure=False)


def broken_in(
    path: str, sides: Merge[bytes], merged: bytes, language: str = ""
) -> Iterator[Broken]:
    """Suspicions about one file, in a language that its path says where nobody else does."""
    language = language or language_of(path, merged[:200])
    if not language:
        return
    both = language not in _SYNTAX_UNSURE and all(
        parses(language, text, path) for text in (sides.ours, sides.theirs)
    )
    if both and parses(language, merged, path) is False:
        yield Broken(path, None, "no longer parses, though both sides did", sure=True)
        return
    for suspicion in damage(*sides, merged, language):
        text = _SAID[suspicion.kind].format(suspicion.name)
        yield Broken(path, suspicion.line, text, sure=False)


def _under_way(root: Path) -> _Merge | None:
    """The merge that waits to be committed, read from the index."""
    head = git_dir(root) / "MERGE_HEAD"
    if not head.is_file():
        return None
    (other, *more) = head.read_text("ascii").split()
    if more:  # an octopus merges no file by lines
        return None
    changed = [
        set(git("diff-index", "--cached", "--name-only", "--no-renames", "-z", commit, cwd=root)
            .split(b"\0"))
        for commit in ("HEAD", other)
    ]
    paths = (changed[0] & changed[1]) - {b""}
    return _Merge(Merge(_base(root, "HEAD", other), "HEAD", other), ":0", tuple(sorted(paths)))


def _of_head(root: Path) -> _Merge | None:
    """HEAD where it is a merge of two commits."""
    if commit_of("HEAD^2", root) is None:  # no merge, or no commit yet
        return None
    ours, theirs = "HEAD^1", "HEAD^2"
    # -c names the paths that differ from both parents
    words = ("diff-tree", "-c", "-r", "--name-only", "--no-commit-id", "--no-renames", "-z")
    paths = git(*words, "HEAD", cwd=root).split(b"\0")[:-1]
    return _Merge(Merge(_base(root, ours, theirs), ours, theirs), "HEAD", tuple(paths))


def _of_pick(root: Path) -> _Merge | None:
    """The commit that a cherry-pick or a revert has just made."""
    picked = commit_of("CHERRY_PICK_HEAD", root)
    if picked is None:
        done = reverted(root) or finished_pick(root)
        return done and _replayed(root, Merge(done.base, commit_of("HEAD^", root), done.theirs))
    if commit_of(f"{picked}^2", root) is not None:
        return None
    return _replayed(root, Merge(commit_of(f"{picked}^", root), commit_of("HEAD^", root), picked))


def _of_rebase(root: Path, pairs: list[list[str]]) -> _Merge | None:
    """A rebase as the merge of the old branch and what it stands on now; `old new` a commit."""
    if not pairs or any(len(pair) < 2 for pair in pairs):
        return None
    onto, old = commit_of(f"{pairs[0][1]}^", root), pairs[-1][0]
    base = None if onto is None else _base(root, onto, old)
    return None if base == onto else _replayed(root, Merge(base, onto, old))


def _replayed(root: Path, versions: Merge[str | None]) -> _Merge | None:
    base, ours, theirs = versions
    if base is None or ours is None or theirs is None:
        return None
    words = ("diff-tree", "-r", "--name-only", "--no-renames", "-z", base)
    changed = [set(git(*words, side, cwd=root).split(b"\0")) for side in (ours, theirs)]
    return _Merge(versions, "HEAD", tuple(sorted((changed[0] & changed[1]) - {b""})))


def _base(root: Path, ours: str, theirs: str) -> str | None:
    found = git("merge-base", ours, theirs, cwd=root, nothing=True).decode("ascii").split()
    return found[0] if found else None


def _blob(root: Path, name: str) -> bytes | None:
    try:
        return git("cat-file", "blob", name, cwd=root)
    except GitError:
        return None
