"""Large files are written past the page cache, and what is written is what was given."""

from __future__ import annotations

import errno
import fcntl
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mergeassist.params import direct
from mergeassist.params.atomic import write_atomically

SMALL = 1 << 14
CACHED = 2 * SMALL
SIZES = (0, 1, SMALL - 1, SMALL, SMALL + 1, CACHED, CACHED + 1, CACHED + SMALL, 7 * SMALL + 4097)

needs_direct = pytest.mark.skipif(not hasattr(os, "O_DIRECT"), reason="Linux only")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buffers of 16 KB, direct writes from 32 KB on."""
    monkeypatch.setattr(direct, "BUFFER", SMALL)
    monkeypatch.setattr(direct, "CACHED", CACHED)


def cut(content: bytes, seed: int) -> Iterator[bytes]:
    """Blocks of random sizes, empty ones and some over a buffer's size too."""
    chance, at = random.Random(seed), 0
    while at < len(content):
        size = chance.choice((0, 1, 7, 512, 5000, 3 * SMALL))
        yield content[at : at + size]
        at += size


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("size", SIZES)
def test_every_size_comes_back(size: int, tmp_path: Path) -> None:
    content, seen = random.Random(size).randbytes(size), bytearray()
    target = tmp_path / "file"
    assert write_atomically(target, cut(content, size), seen.extend) == size
    assert target.read_bytes() == content == bytes(seen)


@needs_direct
@pytest.mark.usefixtures("small")
def test_a_file_system_that_refuses_direct_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []
    write = os.write

    def picky(descriptor: int, block: Any) -> int:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT:
            refused.append(len(block))
            raise OSError(errno.EINVAL, "no direct writes here")
        return write(descriptor, block[: 1 + len(block) // 2])

    monkeypatch.setattr(os, "write", picky)
    content = random.Random(1).randbytes(9 * SMALL + 77)
    write_atomically(tmp_path / "file", cut(content, 1))
    assert (tmp_path / "file").read_bytes() == content
    assert refused == [SMALL]


@pytest.mark.usefixtures("small")
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    written = [0]
    write = os.write

    def full(descriptor: int, block: Any) -> int:
        if written[0] >= 3 * SMALL:
            raise OSError(errno.ENOSPC, "No space left on device")
        written[0] += len(block)
        return write(descriptor, block)

    monkeypatch.setattr(os, "write", full)
    for size in (3 * SMALL + 5, 20 * SMALL):
        written[0] = 0
        with pytest.raises(OSError, match="No space left"):
            write_atomically(target, cut(bytes(size), 2))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("small")
def test_what_fails_while_computing_leaves_the_old_file(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield bytes(6 * SMALL)
        raise ValueError("not finite")

    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(ValueError, match="not finite"):
        write_atomically(tmp_path / "file", failing())
    assert (tmp_path / "file").read_bytes() == b"old"


@needs_direct
def test_large_files_do_not_fill_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    direct_writes: list[bool] = []
    write = os.write

    def watched(descriptor: int, block: Any) -> int:
        direct_writes.append(bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT))
        return write(descriptor, block)

    monkeypatch.setattr(os, "write", watched)
    write_atomically(tmp_path / "file", [bytes(direct.CACHED + 2 * direct.BUFFER + 1)])
    if True not in direct_writes:
        pytest.skip("this file system has no direct writes")
    before = direct.CACHED // direct.BUFFER
    assert direct_writes == [False] * before + [True] * 2 + [False]
