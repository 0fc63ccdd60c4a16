"""Files that are whole, old or new, at every moment; and copies that move no bytes.

The new content goes to an unnamed file (O_TMPFILE) on the target's file system, is synced, gets a
name, and replaces the target by rename; a killed process leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError
from mergeassist.params.direct import write_stream
from mergeassist.params.tensors import Buffer

SPARE_BYTES = 16 << 20
_FICLONE = 0x40049409
_UNSUPPORTED = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}


def check_space(folder: Path, needed: int) -> None:
    """InputError where `folder`'s file system cannot take `needed` bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise InputError(
            folder, f"{needed >> 20} MB are needed and {free >> 20} MB are free", "make room"
        )


def write_atomically(
    target: Path, blocks: Iterable[Buffer], observe: Callable[[Buffer], Any] | None = None
) -> int:
    """Replace `target` by `blocks`; returns the bytes written.

    `observe` sees every block on the way (a hash, a progress bar).  On any exception the target
    is as it was.
    """
    with _replacing(target) as handle:
        return write_stream(handle.fileno(), blocks, observe)


def copy_atomically(source: Path, target: Path) -> None:
    """Replace `target` by the content of `source`: a reflink where the file system can."""
    with source.open("rb") as original, _replacing(target) as handle:
        try:
            fcntl.ioctl(handle.fileno(), _FICLONE, original.fileno())
        except OSError:
            left = os.fstat(original.fileno()).st_size
            while left > 0:
                moved = os.copy_file_range(original.fileno(), handle.fileno(), min(left, 1 << 30))
                if moved == 0:
                    break
                left -= moved


def link_atomically(source: Path, target: Path) -> None:
    """Make `target` the same file as `source` (zero bytes moved), or a copy across file systems.

    Only for files that nobody writes in place, such as git's temporary files.
    """
    name = _temporary_name(target)
    try:
        name.hardlink_to(source)
    except OSError:
        copy_atomically(source, target)
        return
    try:
        name.replace(target)
    finally:
        name.unlink(missing_ok=True)
    _sync_folder(target.parent)


@contextlib.contextmanager
def _replacing(target: Path) -> Iterator[Any]:
    """A binary file that takes the target's place when the block ends without an exception."""
    folder = target.parent
    handle, name = _unnamed(folder)
    try:
        with handle:
            yield handle
            handle.flush()
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(handle.fileno(), target.stat().st_mode & 0o7777)
            os.fsync(handle.fileno())
            if name is None:
                name = _temporary_name(target)
                _give_name(handle.fileno(), name)
        name.replace(target)
        name = None
        _sync_folder(folder)
    finally:
        if name is not None:
            name.unlink(missing_ok=True)


def _unnamed(folder: Path) -> tuple[Any, Path | None]:
    """An unnamed file in `folder`, or a named one where the system has none."""
    flag = getattr(os, "O_TMPFILE", 0)
    if flag and Path("/proc/self/fd").is_dir():
        try:
            descriptor = os.open(folder, flag | os.O_RDWR, 0o666 & ~_umask())
            return os.fdopen(descriptor, "wb"), None
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    name = _temporary_name(folder / "merge")
    return name.open("xb"), name


def _give_name(descriptor: int, name: Path) -> None:
    """Link an unnamed file; only linkat follows /proc's links, and only a folder asks for it."""
    folder = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.link(str(descriptor), name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _temporary_name(target: Path) -> Path:
    return target.parent / f".{target.name}.mergeassist-{secrets.token_hex(6)}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
