"""`models merge --git`: finish in a conflicted work tree what a driver, seeing one path, cannot.

Shards conflict one file at a time, and a resharding, the index, `config.json` and the tokenizer
belong to all of them.  Every model folder with an unmerged path is merged again as a whole, from
the trees of base, ours and theirs; only a result that agrees with itself is put into the work
tree and added to the index.  A folder that cannot be merged stays exactly as git left it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.errors import GitError, InputError, UsageError
from mergeassist.git import worktree
from mergeassist.git.operation import find_tips
from mergeassist.git.run import git
from mergeassist.params.atomic import copy_atomically, link_atomically, write_atomically
from mergeassist.params.driver import write_record
from mergeassist.params.files import MappedFile
from mergeassist.params.formats.directory import INDEX_SUFFIX, SINGLES
from mergeassist.params.lfs import POINTER_LIMIT, Store, parse_pointer
from mergeassist.params.merge import Report, Request, merge
from mergeassist.params.policy import Policy, of_repository
from mergeassist.params.tensors import pieces

_FILES = ("100644", "100755")


class Outcome(NamedTuple):
    """One model folder, relative to the work tree's top, and what came of it."""

    folder: str
    report: Report


def complete(
    cwd: Path, only: Sequence[str], policy: Policy | None = None, *, allow_unrelated: bool = False,
    seed: int | None = None,
) -> list[Outcome]:  # fmt: skip
    """Merge the model folders that the operation under way left unmerged.

    `only` limits it to some folders; `policy` stands in for the repository's.  Raises UsageError
    where nothing is under way and InputError for files that cannot be read.
    """
    root = worktree.root(cwd)
    commits = _commits(root)
    wanted = {os.path.normpath(os.path.relpath(cwd / name, root)) for name in only}
    paths = [os.fsdecode(entry.path) for entry in worktree.unmerged(root)]
    folders = sorted({path.rpartition("/")[0] for path in paths})
    found = [f for f in folders if _is_model(root, commits, f)
             and (not wanted or os.path.normpath(f or ".") in wanted)]  # fmt: skip
    if wanted - {os.path.normpath(f or ".") for f in found}:
        missing = sorted(wanted - {os.path.normpath(f or ".") for f in found})[0]
        raise UsageError(f"{missing}: no model folder with unmerged files")
    return [
        Outcome(folder, _merge_folder(root, commits, folder, policy, allow_unrelated, seed))
        for folder in found
    ]


def _commits(root: Path) -> Merge[str]:
    """The commits whose trees are merged."""
    tips = find_tips(str(worktree.git_dir(root)))
    if tips is None:
        raise UsageError("no merge, rebase, cherry-pick or revert is under way")
    base = tips.base
    if base is None:
        bases = git("merge-base", "--all", tips.ours, tips.theirs, cwd=root, nothing=True).split()
        if len(bases) != 1:
            raise UsageError(
                f"the two sides have {len(bases)} merge bases; merge with --base, --ours, --theirs"
            )
        base = bases[0].decode()
    return Merge(base, tips.ours, tips.theirs)


def _listed(root: Path, commit: str, folder: str) -> dict[str, str]:
    """File name to blob id of the regular files directly in `folder`."""
    where = f"{commit}:{folder}" if folder else f"{commit}^{{tree}}"
    try:
        output = git("ls-tree", "-z", where, cwd=root)
    except GitError:
        return {}
    found = {}
    for entry in output.split(b"\0"):
        if entry:
            head, _, name = entry.partition(b"\t")
            mode, kind, oid = head.decode("ascii").split()
            if kind == "blob" and mode in _FILES:
                found[os.fsdecode(name)] = oid
    return found


def _is_model(root: Path, commits: Merge[str], folder: str) -> bool:
    listed = commits.map(lambda commit: _listed(root, commit, folder))
    return all(
        any(name in SINGLES or name.endswith(INDEX_SUFFIX) for name in names) for names in listed
    )


def _merge_folder(
    root: Path, commits: Merge[str], folder: str, policy: Policy | None, allow: bool,
    seed: int | None,
) -> Report:  # fmt: skip
    with derived(root, commits, folder, policy, allow, seed) as (report, target, pointers):
        report.record["folder"] = folder
        report.record["commits"] = {
            side: os.fsdecode(git("rev-parse", commit, cwd=root)).strip()
            for side, commit in commits._asdict().items()
        }
        if not report.refusals:
            blobs = _install(root, folder, target, commits, pointers)
            report.record["output"] = {"blobs": blobs}
        write_record(report, folder or ".", root)
    return report


@contextlib.contextmanager
def derived(
    root: Path, commits: Merge[str], folder: str, policy: Policy | None, allow: bool,
    seed: int | None,
) -> Iterator[tuple[Report, Path, set[str]]]:  # fmt: skip
    """The merged folder of three commits in a scratch place, and which names were LFS pointers."""
    listed = commits.map(lambda commit: _listed(root, commit, folder))
    trees = commits.map(lambda c: os.fsdecode(git("rev-parse", f"{c}:{folder}", cwd=root)).strip())
    store = Store.of_repository(root)
    with _scratch(root) as scratch:
        sides, pointers = [], set[str]()
        for side, names in zip(("base", "ours", "theirs"), listed, strict=True):
            sides.append(scratch / side)
            sides[-1].mkdir()
            for name, oid in names.items():
                if fetch(root, store, oid, sides[-1] / name, _joined(folder, name)):
                    pointers.add(name)
        chosen = policy or of_repository(_joined(folder, "model.safetensors"), root)
        request = Request(
            sides[0], (sides[1], sides[2]), chosen, tuple(f"git:{tree}" for tree in trees),
            seed=seed, allow_unrelated=allow,
        )  # fmt: skip
        target = scratch / "merged"
        yield merge(request, target), target, pointers


@contextlib.contextmanager
def _scratch(root: Path) -> Iterator[Path]:
    """A folder on the work tree's file system that is gone afterwards."""
    folder = worktree.git_dir(root) / "mergeassist" / f"complete-{secrets.token_hex(6)}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch(root: Path, store: Store, oid: str, target: Path, path: str) -> bool:
    """Write a blob, or the LFS object it points to; returns whether it is a pointer."""
    size = int(git("cat-file", "-s", oid, cwd=root))
    if size < POINTER_LIMIT:
        content = git("cat-file", "blob", oid, cwd=root)
        pointer = parse_pointer(content)
        if pointer is not None:
            link_atomically(store.find(pointer, path, root), target)
            return True
        target.write_bytes(content)
        return False
    with target.open("wb") as handle:
        # Straight to the file: a checkpoint need not fit in memory.
        done = subprocess.run(
            ["git", "cat-file", "blob", oid], cwd=root, stdout=handle, check=False,
        )  # fmt: skip
    if done.returncode:
        raise InputError(path, f"git cannot read blob {oid[:12]}", "run: git fsck")
    return False


def _install(
    root: Path, folder: str, merged: Path, commits: Merge[str], pointers: set[str]
) -> dict[str, str]:
    """Put the merged files into the work tree, take away the shards that are gone, add them all.

    The index is written last: killed before that, paths are still unmerged and this can be run
    again.  Returns the names with their blobs.
    """
    store = Store.of_repository(root)
    names = sorted(path.name for path in merged.iterdir())
    known = {name for commit in commits for name in _listed(root, commit, folder)}
    gone = [n for n in known if n not in names and n.endswith((".safetensors", INDEX_SUFFIX))]
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        source, target = merged / name, root / folder / name
        large = name in pointers or (name.endswith(".safetensors") and bool(pointers))
        if large and not _has_filter(root, _joined(folder, name)):
            pointer = store.add(pieces(MappedFile(source).bytes), source.stat().st_size)
            write_atomically(target, [pointer.text()])
        else:
            copy_atomically(source, target)
    for name in gone:
        (root / folder / name).unlink(missing_ok=True)
    _to_index(root, ["rm", "-q", "--cached", "--ignore-unmatch"], folder, gone)
    _to_index(root, ["add"], folder, names)
    return _staged(root, folder, names)


def _to_index(root: Path, command: Sequence[str], folder: str, names: Sequence[str]) -> None:
    if names:
        listed = b"\0".join(os.fsencode(_joined(folder, name)) for name in names)
        git(*command, "--pathspec-from-file=-", "--pathspec-file-nul", cwd=root, input=listed,
            env={"GIT_LITERAL_PATHSPECS": "1"})  # fmt: skip


def _staged(root: Path, folder: str, names: Sequence[str]) -> dict[str, str]:
    """The blobs in the index of the files that were added."""
    output = git("ls-files", "-s", "-z", "--", *(_joined(folder, name) for name in names),
                 cwd=root, env={"GIT_LITERAL_PATHSPECS": "1"})  # fmt: skip
    found = {}
    for entry in output.split(b"\0"):
        if entry:
            head, _, path = entry.partition(b"\t")
            found[os.fsdecode(path).rpartition("/")[2]] = head.decode("ascii").split()[1]
    return found


def _joined(folder: str, name: str) -> str:
    """A path as git says it."""
    return f"{folder}/{name}" if folder else name


def _has_filter(root: Path, path: str) -> bool:
    """Whether git itself turns this file into an LFS pointer when it is added."""
    output = git("check-attr", "-z", "filter", "--", path, cwd=root)
    if output.split(b"\0")[2] != b"lfs":
        return False
    configured = [
        git("config", "--get", f"filter.lfs.{name}", cwd=root, nothing=True)
        for name in ("clean", "process")
    ]
    return any(line.strip() for line in configured)
