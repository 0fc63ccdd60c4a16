"""A repository as a merge leaves it: its paths, its unmerged entries, their blobs.

What is unmerged is read from the index (stages 1, 2 and 3 of `git ls-files -u`), never from
markers: rerere resolves without a trace, and markers may be text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from mergeassist.core.markers import Labels
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git.run import git

_SUBMODULE = "160000"
_SYMLINK = "120000"


class Unmerged(NamedTuple):
    """One unmerged path; object ids and modes are `None` where a version is missing."""

    path: bytes
    base: str | None
    ours: str | None
    theirs: str | None
    modes: Merge[str | None]

    @property
    def versions(self) -> Merge[str | None]:
        """The three object ids."""
        return Merge(self.base, self.ours, self.theirs)

    @property
    def is_file(self) -> bool:
        """Whether every version there is stands for a regular file."""
        return not {_SUBMODULE, _SYMLINK} & set(self.modes)


def root(cwd: str | Path | None = None) -> Path:
    """The top of the work tree; in a bare repository its git directory.

    Raises `GitError` outside a repository.
    """
    try:
        top = git("rev-parse", "--show-toplevel", cwd=cwd)
    except GitError:
        return git_dir(cwd)
    return _path(top)


def git_dir(cwd: str | Path | None = None) -> Path:
    """The git directory of this work tree.  Raises `GitError` outside a repository."""
    return _path(git("rev-parse", "--absolute-git-dir", cwd=cwd))


def common_dir(cwd: str | Path | None = None) -> Path:
    """The git directory that all work trees share.  Raises `GitError`."""
    answer = _path(git("rev-parse", "--git-common-dir", cwd=cwd))
    return (Path(cwd or "") / answer).resolve()


def commit_of(name: str, cwd: str | Path | None = None) -> str | None:
    """The commit that a name stands for; `None` where there is none.  Raises `GitError`."""
    words = ("rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")
    found = git(*words, cwd=cwd, nothing=True).decode("ascii").split()
    return found[-1] if found else None


def unmerged(root: str | Path) -> list[Unmerged]:
    """The unmerged paths of the index, in git's order.  Raises `GitError`."""
    stages: dict[bytes, dict[int, tuple[str, str]]] = {}
    for entry in git("ls-files", "-u", "-z", cwd=root).split(b"\0"):
        if entry:
            head, _, path = entry.partition(b"\t")
            mode, name, stage = head.decode("ascii").split()
            stages.setdefault(path, {})[int(stage)] = (mode, name)
    return [_entry(path, found) for path, found in stages.items()]


def _entry(path: bytes, found: Mapping[int, tuple[str, str]]) -> Unmerged:
    nothing = (None, None)
    base, ours, theirs = (found.get(stage, nothing) for stage in (1, 2, 3))
    return Unmerged(path, base[1], ours[1], theirs[1], Merge(base[0], ours[0], theirs[0]))


def blobs(root: str | Path, names: Iterable[str]) -> dict[str, bytes]:
    """The contents of many blobs through one process.  Raises `GitError` for a missing one."""
    wanted = list(dict.fromkeys(names))
    output = git("cat-file", "--batch", cwd=root, input="".join(f"{n}\n" for n in wanted).encode())
    contents: dict[str, bytes] = {}
    at = 0
    for name in wanted:
        end = output.index(b"\n", at)
        head = output[at:end].split()
        if len(head) != 3:
            raise GitError(f"git cat-file: no object {name}; is this a partial clone?")
        size = int(head[2])
        contents[name] = output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return contents


def conflict_style(root: str | Path | None = None) -> str:
    """The user's `merge.conflictStyle`: `merge`, `diff3` or `zdiff3`.  Raises `GitError`."""
    value = git("config", "merge.conflictStyle", cwd=root, nothing=True).strip().decode()
    return value if value in ("diff3", "zdiff3") else "merge"


# the file each operation leaves while it waits for the user (git's sequencer.c, branch.c)
_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")


def operation_labels(root: str | Path) -> Labels:
    """The labels for conflicts of the operation in progress, as git would print them.

    Raises `GitError` outside a repository.
    """
    directory = git_dir(root)
    head = next((name for name in _HEADS if (directory / name).exists()), None)
    if head is None:
        return Labels()
    if head == "MERGE_HEAD":
        return _of_merge(root, directory)
    shown = git("show", "-s", "--format=%h (%s)", head, cwd=root).strip()
    parent = b"parent of " + shown
    if head == "REVERT_HEAD":
        return Labels(b"HEAD", shown, parent)
    return Labels(b"HEAD", parent, shown)


def _of_merge(root: str | Path, directory: Path) -> Labels:
    heads = (directory / "MERGE_HEAD").read_bytes().split()
    message = (directory / "MERGE_MSG").read_bytes() if (directory / "MERGE_MSG").exists() else b""
    # "Merge branch 'topic' into main": the name as the user gave it
    _, quote, rest = message.partition(b"\n")[0].partition(b"'")
    theirs = rest.partition(b"'")[0] if quote and len(heads) == 1 else heads[0]
    bases = git("merge-base", "--all", "HEAD", heads[0], cwd=root, nothing=True).split()
    if len(bases) != 1:
        return Labels(b"HEAD", b"merged common ancestors" if bases else b"empty tree", theirs)
    return Labels(b"HEAD", git("rev-parse", "--short", bases[0], cwd=root).strip(), theirs)


def _path(line: bytes) -> Path:
    return Path(os.fsdecode(line.removesuffix(b"\n")))
