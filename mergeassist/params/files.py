"""Mapping a file read-only, and reading little-endian numbers from it with bounds checked."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from mergeassist.errors import InputError
from mergeassist.params.dtypes import Bytes


class MappedFile:
    """A file mapped read-only; `bytes` has shape (size,)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as handle:
            self.size = path.stat().st_size
            # An empty file cannot be mapped.
            self._map = (
                mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) if self.size else None
            )
        self.bytes: Bytes = (
            np.frombuffer(self._map, np.uint8) if self._map is not None else np.empty(0, np.uint8)
        )

    def slice(self, start: int, length: int, what: str) -> bytes:
        """A copy of `length` bytes; InputError naming `what` where the file is too short."""
        if start < 0 or length < 0 or start + length > self.size:
            raise truncated(self.path, what)
        return self.bytes[start : start + length].tobytes()

    def close(self) -> None:
        """Let go of the map; it is unmapped when the last view of it goes."""
        self.bytes = np.empty(0, np.uint8)
        self._map = None


def truncated(path: Path, what: str) -> InputError:
    """The one message for files that end too early."""
    return InputError(path, f"the file ends inside {what}", "fetch it again")
