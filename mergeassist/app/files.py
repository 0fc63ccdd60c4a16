"""Reading and replacing files of the work tree without losing anything on the way."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from mergeassist.errors import InputError


def read_bytes(path: Path) -> bytes:
    """The content of `path`; raises `InputError` when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror or error})") from error


def write_atomic(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Replace `path` by a complete file or leave it as it was.

    The permissions of an existing regular file are kept, else `mode` or the umask's default
    holds.  A symbolic link is replaced, not followed.  Raises `InputError` when the folder or
    the disk refuses.
    """
    try:
        permissions = _permissions(path, mode)
        handle, name = tempfile.mkstemp(dir=path.parent or ".", prefix=".mergeassist-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), permissions)
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise InputError(path, f"cannot be written ({error.strerror or error})") from error


def write_new(path: Path, data: bytes, *, like: Path) -> Path:
    """Write `data` to `path`, or to `path.1`, `path.2` … where that name is taken.

    A file that already holds `data` is taken as written.  Permissions are those of `like`.
    Returns the name used; raises `InputError` when the folder or the disk refuses.
    """
    for number in range(1000):
        candidate = path.with_name(f"{path.name}.{number}") if number else path
        if not os.path.lexists(candidate):
            write_atomic(candidate, data, mode=_permissions(like, None))
            return candidate
        if candidate.is_file() and not candidate.is_symlink() and candidate.read_bytes() == data:
            return candidate
    raise InputError(path, "a thousand copies stand beside it", "remove some")


def _permissions(path: Path, mode: int | None) -> int:
    try:
        found = path.lstat()
    except FileNotFoundError:
        pass
    else:
        if stat.S_ISREG(found.st_mode):
            return stat.S_IMODE(found.st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return (0o666 if mode is None else mode) & ~umask
