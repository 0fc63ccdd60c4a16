"""Git LFS pointers and the object store: read three, write one, never touch git-lfs' settings.

Specification: docs/spec.md and docs/man/git-lfs-config.adoc of git-lfs.  git's own
`git lfs merge-driver` is not used: it forgets to truncate the result (a longer old pointer leaves
its tail), so the pointer is written here.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import GitError, InputError
from mergeassist.git.run import git
from mergeassist.git.worktree import common_dir
from mergeassist.params.atomic import check_space, write_atomically
from mergeassist.params.tensors import Buffer, as_view

POINTER_LIMIT = 1024
VERSION = "https://git-lfs.github.com/spec/v1"
_OLD_VERSIONS = ("http://git-media.io/v/2", "https://hawser.github.com/spec/v1")
FETCH_SECONDS = 3600


class Pointer(NamedTuple):
    """A parsed pointer.  `damaged` says that its line ends were CRLF (a Windows editor)."""

    oid: str
    size: int
    damaged: bool = False

    def text(self) -> bytes:
        """The canonical pointer file."""
        return f"version {VERSION}\noid sha256:{self.oid}\nsize {self.size}\n".encode()


def parse_pointer(content: bytes) -> Pointer | None:
    """The pointer that `content` is, `None` for anything else (conflict markers included)."""
    if len(content) >= POINTER_LIMIT or not content.startswith(b"version "):
        return None
    damaged = b"\r" in content
    try:
        lines = content.decode("ascii").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        return None
    if lines[-1] != "":
        return None
    fields: dict[str, str] = {}
    for line in lines[:-1]:
        key, space, value = line.partition(" ")
        if not space or key in fields or not re.fullmatch(r"[a-z0-9.-]+", key):
            return None
        fields[key] = value
    oid = re.fullmatch(r"sha256:([0-9a-f]{64})", fields.get("oid", ""))
    size = fields.get("size", "")
    known = fields.get("version") in (VERSION, *_OLD_VERSIONS)
    if not known or oid is None or not re.fullmatch(r"\d{1,19}", size):
        return None
    return Pointer(oid[1], int(size), damaged)


def read_pointer(path: Path) -> Pointer | None:
    """The pointer in a file, `None` for a file that is none."""
    if not path.is_file() or path.stat().st_size >= POINTER_LIMIT:
        return None
    return parse_pointer(path.read_bytes())


class Store:
    """The LFS objects of one repository (shared by its work trees)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_repository(cls, root: Path) -> Store:
        """Where git-lfs keeps objects: `lfs.storage`, else `lfs` in the common git directory."""
        setting = os.fsdecode(git("config", "--get", "lfs.storage", cwd=root, nothing=True))
        return cls(common_dir(root) / (setting.rstrip("\n") or "lfs"))

    def path(self, pointer: Pointer) -> Path:
        """Where the object lies, or would lie."""
        return self.folder / "objects" / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid

    def find(self, pointer: Pointer, name: str, root: Path) -> Path:
        """The object's file, fetched where that is possible; InputError saying how otherwise."""
        path = self.path(pointer)
        if not path.is_file():
            reason = _fetch(pointer, name, root)
            if not path.is_file():
                raise InputError(
                    name, f"LFS object {pointer.oid[:12]} is not here{reason}",
                    "run: git lfs fetch --all, then merge again",
                )  # fmt: skip
        if path.stat().st_size != pointer.size:
            raise InputError(
                path, f"{path.stat().st_size} bytes where the pointer says {pointer.size}",
                "run: git lfs fsck",
            )  # fmt: skip
        return path

    def add(self, blocks: Iterable[Buffer], expected: int) -> Pointer:
        """Write a new object, hashing on the way; returns its pointer."""
        objects = self.folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        check_space(objects, expected)
        digest = hashlib.sha256()
        partial = objects / f"mergeassist-{secrets.token_hex(6)}"
        try:
            size = write_atomically(partial, blocks, lambda block: digest.update(as_view(block)))
            pointer = Pointer(digest.hexdigest(), size)
            path = self.path(pointer)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return pointer


def _fetch(pointer: Pointer, name: str, root: Path) -> str:
    """Ask git-lfs for the object; returns why it did not come, for a message."""
    skip = os.environ.get("GIT_LFS_SKIP_SMUDGE", "").lower()
    if skip in ("1", "true", "yes", "on"):
        return " (GIT_LFS_SKIP_SMUDGE is set)"
    try:
        git("lfs", "version", cwd=root)
    except GitError:
        return " (git-lfs is not installed)"
    try:
        # Downloads into the store; the content on stdout is not needed.
        done = subprocess.run(
            ["git", "lfs", "smudge", "--", name], cwd=root, input=pointer.text(),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=FETCH_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f" ({type(error).__name__})"
    words = done.stderr.decode(errors="replace").split()
    return f" ({' '.join(words)[:160]})" if words else ""
