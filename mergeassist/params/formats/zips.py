"""Zip archives of tensors: a checked directory in, a stream out.

Writing needs no seeking: sizes and checksums of streamed entries follow the data in a
descriptor (APPNOTE 4.3.9), which is also what PyTorch's own writer does.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import Bytes
from mergeassist.params.files import MappedFile, truncated
from mergeassist.params.tensors import Buffer, as_view

ENTRY_LIMIT = 1_000_000
BOMB_BYTES = 256 << 20
BOMB_RATIO = 100
_LOCAL, _CENTRAL, _DESCRIPTOR = b"PK\3\4", b"PK\1\2", b"PK\7\b"
_STREAMED_UTF8 = 0x0808
_VERSION_ZIP64 = 45
_DATE_1980 = 0x21
_MAX32 = 0xFFFFFFFF


class Entry(NamedTuple):
    """One member: where its stored bytes lie and how they are packed."""

    name: str
    start: int
    packed: int
    size: int
    deflated: bool


class Archive:
    """A zip file's directory, read once, refused where it is odd."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = MappedFile(path)
        try:
            with zipfile.ZipFile(path) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise InputError(
                path, f"the zip directory is damaged ({error})", "fetch it again"
            ) from None
        if len(infos) > ENTRY_LIMIT:
            raise UnsafeInputError(path, f"{len(infos)} zip entries")
        self.entries: dict[str, Entry] = {}
        for info in infos:
            if info.filename in self.entries:
                raise UnsafeInputError(path, f"zip entry {info.filename!r} appears twice")
            self.entries[info.filename] = self._entry(info)
        self._refuse_overlaps()
        self._refuse_bombs()

    def _entry(self, info: zipfile.ZipInfo) -> Entry:
        if info.flag_bits & 1:
            raise InputError(self.path, f"zip entry {info.filename!r} is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(self.path, f"zip entry {info.filename!r} is packed in an unknown way")
        local = self.file.slice(info.header_offset, 30, f"zip entry {info.filename!r}")
        if local[:4] != _LOCAL:
            raise UnsafeInputError(self.path, f"zip entry {info.filename!r} has no local header")
        name_length, extra_length = struct.unpack("<HH", local[26:30])
        start = info.header_offset + 30 + name_length + extra_length
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        if start + info.compress_size > self.file.size:
            raise truncated(self.path, f"zip entry {info.filename!r}")
        if not deflated and info.compress_size != info.file_size:
            raise UnsafeInputError(self.path, f"zip entry {info.filename!r} has two sizes")
        return Entry(info.filename, start, info.compress_size, info.file_size, deflated)

    def _refuse_overlaps(self) -> None:
        end = 0
        for entry in sorted(self.entries.values(), key=lambda e: e.start):
            if entry.start < end:
                raise UnsafeInputError(self.path, f"zip entry {entry.name!r} overlaps another")
            end = entry.start + entry.packed

    def _refuse_bombs(self) -> None:
        unpacked = sum(entry.size for entry in self.entries.values() if entry.deflated)
        packed = sum(entry.packed for entry in self.entries.values() if entry.deflated)
        if unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * max(packed, 1):
            raise UnsafeInputError(self.path, f"{packed} packed bytes that claim to be {unpacked}")

    def stored(self, name: str) -> Bytes:
        """The bytes of a member that is not packed, shape (size,), as a view."""
        entry = self.entries[name]
        if entry.deflated:
            raise InputError(self.path, f"zip entry {name!r} is packed", "save it unpacked")
        return self.file.bytes[entry.start : entry.start + entry.size]

    def unpacked(self, name: str) -> Iterator[bytes]:
        """The member's bytes in blocks, never more than its directory entry declares."""
        entry = self.entries[name]
        view = self.file.bytes[entry.start : entry.start + entry.packed]
        if not entry.deflated:
            yield view.tobytes()
            return
        inflate, produced = zlib.decompressobj(-15), 0
        for at in range(0, view.size, 1 << 18):
            piece = view[at : at + (1 << 18)].tobytes()
            while piece:
                try:
                    block = inflate.decompress(piece, 1 << 20)
                except zlib.error:
                    raise InputError(self.path, f"zip entry {name!r} is damaged") from None
                produced += len(block)
                if produced > entry.size:
                    raise UnsafeInputError(self.path, f"zip entry {name!r} unpacks to too much")
                yield block
                piece = inflate.unconsumed_tail
        if produced != entry.size:
            raise InputError(self.path, f"zip entry {name!r} is damaged", "fetch it again")

    def close(self) -> None:
        """Unmap the file."""
        self.file.close()


class Member(NamedTuple):
    """One entry to write: its bytes in order, and whether to deflate them."""

    name: str
    blocks: Iterable[Buffer]
    deflate: bool = False
    align: int = 1


class _Written(NamedTuple):
    name: bytes
    offset: int
    crc: int
    packed: int
    size: int
    method: int


def stream(members: Iterable[Member]) -> Iterator[Buffer]:
    """A whole zip64 archive of `members` in order."""
    written: list[_Written] = []
    offset = 0
    for member in members:
        name, method = member.name.encode(), 8 if member.deflate else 0
        extra = _padding(offset + 30 + len(name), member.align)
        yield _local_header(name, method, extra)
        crc = size = packed = 0
        for block, count, checksum in _pack(member, crc):
            crc, size, packed = checksum, size + count, packed + len(block)
            yield block
        yield _DESCRIPTOR + struct.pack("<IQQ", crc, packed, size)
        written.append(_Written(name, offset, crc, packed, size, method))
        offset += 30 + len(name) + len(extra) + packed + 24
    directory = b"".join(map(_central_header, written))
    yield directory + _end(len(written), offset, len(directory))


def _pack(member: Member, crc: int) -> Iterator[tuple[Buffer, int, int]]:
    """Blocks as written, the bytes each took from the member, and the checksum so far."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15) if member.deflate else None
    for block in member.blocks:
        data = as_view(block)
        crc = zlib.crc32(data, crc)
        yield (data if deflate is None else deflate.compress(data)), len(data), crc
    if deflate is not None:
        yield deflate.flush(), 0, crc


def _padding(start: int, align: int) -> bytes:
    """An extra field that moves the data, else at `start`, to a multiple of `align`.

    PyTorch's own "FB" field; the zip64 field of the local header (20 bytes) precedes it.
    """
    zip64 = struct.pack("<HHQQ", 1, 16, 0, 0)
    if align == 1:
        return zip64
    gap = -(start + len(zip64) + 4) % align
    return zip64 + struct.pack("<2sH", b"FB", gap) + b"Z" * gap


def _local_header(name: bytes, method: int, extra: bytes) -> bytes:
    fields = struct.pack(
        "<4sHHHHHIIIHH", _LOCAL, _VERSION_ZIP64, _STREAMED_UTF8, method, 0, _DATE_1980,
        0, _MAX32, _MAX32, len(name), len(extra),
    )  # fmt: skip
    return fields + name + extra


def _central_header(entry: _Written) -> bytes:
    wide = max(entry.offset, entry.packed, entry.size) >= _MAX32
    extra = b""
    numbers = (entry.packed, entry.size, entry.offset)
    if wide:
        extra = struct.pack("<HHQQQ", 1, 24, entry.size, entry.packed, entry.offset)
        numbers = (_MAX32, _MAX32, _MAX32)
    fields = struct.pack(
        "<4sHHHHHHIIIHHHHHII", _CENTRAL, _VERSION_ZIP64, _VERSION_ZIP64, _STREAMED_UTF8,
        entry.method, 0, _DATE_1980, entry.crc, numbers[0], numbers[1], len(entry.name),
        len(extra), 0, 0, 0, 0, numbers[2],
    )  # fmt: skip
    return fields + entry.name + extra


def _end(count: int, offset: int, length: int) -> bytes:
    """The zip64 end record and locator where needed, then the classic end record."""
    zip64 = b""
    if offset + length >= _MAX32 or count >= 0xFFFF:
        zip64 = struct.pack(
            "<4sQHHIIQQQQ", b"PK\6\6", 44, _VERSION_ZIP64, _VERSION_ZIP64, 0, 0,
            count, count, length, offset,
        ) + struct.pack("<4sIQI", b"PK\6\7", 0, offset + length, 1)  # fmt: skip
    short, where = min(count, 0xFFFF), min(offset, _MAX32)
    return zip64 + struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, short, short, min(length, _MAX32), where, 0
    )
