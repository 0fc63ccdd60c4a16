"""Writing large files past the page cache, on a thread of its own.

Finding, filling, flushing and freeing the cache's pages costs 0.3 CPU seconds a gigabyte while
memory is plentiful and several seconds while it is not; direct writes of four megabytes cost 0.1
(Linux 6.18, ext4).  They also leave the cache to the inputs, and the disk works while the next
blocks are computed.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any

from mergeassist.params.tensors import Buffer, as_view

BUFFER = 4 << 20
# What is smaller stays in the cache, where git reads it next.
CACHED = 32 << 20
_DIRECT = getattr(os, "O_DIRECT", 0)


def write_stream(
    descriptor: int, blocks: Iterable[Buffer], observe: Callable[[Buffer], Any] | None = None
) -> int:
    """Write all blocks one after the other; returns how many bytes.

    `observe` sees every block.  What the system says against a write is raised here.
    """
    writer = _Writer(descriptor)
    try:
        for block in blocks:
            writer.add(as_view(block))
            if observe is not None:
                observe(block)
        return writer.finish()
    finally:
        writer.stop()


class _Writer:
    """Two buffers: one is filled while the other is written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._free: SimpleQueue[mmap.mmap | OSError] = SimpleQueue()
        self._full: SimpleQueue[mmap.mmap | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        # Mapped memory begins at a page, as direct writes want it.
        self._buffer = mmap.mmap(-1, BUFFER)
        self._used = self._written = 0

    def add(self, block: memoryview) -> None:
        """Copy a block into the buffer, handing it over whenever it is full."""
        block = block.cast("B")
        while block:
            room = min(len(block), BUFFER - self._used)
            self._buffer[self._used : self._used + room] = block[:room]
            self._used += room
            block = block[room:]
            if self._used == BUFFER:
                self._hand_over()

    def finish(self) -> int:
        """Write what is left, an odd number of bytes, and return the sum."""
        self.stop()
        while not self._free.empty():
            self._checked(self._free.get())
        _set_direct(self._descriptor, False)
        _write(self._descriptor, memoryview(self._buffer)[: self._used])
        return self._written + self._used

    def stop(self) -> None:
        """End the thread after what it was given."""
        if self._thread is not None:
            self._full.put(None)
            self._thread.join()
            self._thread = None

    def _hand_over(self) -> None:
        if self._thread is None:
            self._free.put(mmap.mmap(-1, BUFFER))
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        self._full.put(self._buffer)
        self._buffer = self._checked(self._free.get())
        self._written += self._used
        self._used = 0

    def _work(self) -> None:
        done = 0
        while (buffer := self._full.get()) is not None:
            if done == CACHED:  # here, not where it is filled: a write may be under way
                _set_direct(self._descriptor, True)
            done += len(buffer)
            try:
                _write(self._descriptor, memoryview(buffer))
            except OSError as error:
                self._free.put(error)
            else:
                self._free.put(buffer)

    @staticmethod
    def _checked(answer: mmap.mmap | OSError) -> mmap.mmap:
        if isinstance(answer, OSError):
            raise answer
        return answer


def _write(descriptor: int, block: memoryview) -> None:
    """All of `block` at the file's position; through the cache where direct writes are refused."""
    while block:
        try:
            block = block[os.write(descriptor, block) :]
        except OSError as error:
            if error.errno != errno.EINVAL or not _set_direct(descriptor, False):
                raise


def _set_direct(descriptor: int, wanted: bool) -> bool:
    """Switch direct writes on or off; whether that changed anything."""
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    new = flags | _DIRECT if wanted else flags & ~_DIRECT
    if new == flags:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, new)
    except OSError:
        # The file system has none.
        return False
    return True
