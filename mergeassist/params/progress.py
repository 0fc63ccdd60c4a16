"""How far a large write has come, on a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mergeassist.params.tensors import Buffer, as_view

INTERVAL = 0.2
_ERASE = "\r\x1b[K"
Observe = Callable[[Buffer], Any]


@contextlib.contextmanager
def shown() -> Iterator[Observe | None]:
    """What to call with every block written: GB and GB/s in one line that is erased at the end.

    `None` where standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    started = last = time.monotonic()
    written = 0

    def observe(block: Buffer) -> None:
        nonlocal last, written
        written += len(as_view(block))
        now = time.monotonic()
        if now - last > INTERVAL:
            last = now
            rate = written / 1e9 / (now - started)
            _write(f"{_ERASE}{written / 1e9:.2f} GB written, {rate:.2f} GB/s")

    try:
        yield observe
    finally:
        if last > started:
            _write(_ERASE)


def passing(blocks: Iterable[Buffer], observe: Observe | None) -> Iterable[Buffer]:
    """The same blocks, each shown to `observe` first."""
    for block in blocks:
        if observe is not None:
            observe(block)
        yield block


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
