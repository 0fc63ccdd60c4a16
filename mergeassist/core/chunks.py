"""A merged file as settled text and conflicts: lossless for any bytes.

`parse` and `render` in `markers` translate between this and conflict markers.  Settled
chunks are git's bytes and are never changed; only a `Conflict` may be replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from mergeassist.core.merge import Merge


class MarkerLines(NamedTuple):
    """The marker lines of a parsed conflict as they stood, line ends included."""

    ours: bytes
    base: bytes | None
    separator: bytes
    theirs: bytes


class Conflict(NamedTuple):
    """One conflicting region.

    `base` is `None` where markers of style `merge` left it out.  `lines` holds the marker
    lines it was parsed from, `None` for a conflict that has not been printed yet.
    """

    ours: bytes
    base: bytes | None
    theirs: bytes
    lines: MarkerLines | None = None

    @property
    def sides(self) -> Merge[bytes]:
        """The three texts; an unknown base reads as empty."""
        return Merge(self.base or b"", self.ours, self.theirs)


Chunk = bytes | Conflict


class MergedFile(NamedTuple):
    """The chunks of one file in order; neighbouring settled chunks are joined."""

    chunks: tuple[Chunk, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The regions still in conflict, top to bottom."""
        return tuple(chunk for chunk in self.chunks if isinstance(chunk, Conflict))

    def replace(self, resolve: Callable[[int, Conflict], bytes | None]) -> MergedFile:
        """Settle each conflict for which `resolve(index, conflict)` returns a text."""
        chunks: list[Chunk] = []
        index = 0
        for chunk in self.chunks:
            if isinstance(chunk, Conflict):
                text = resolve(index, chunk)
                index += 1
                chunks.append(chunk if text is None else text)
            else:
                chunks.append(chunk)
        return from_chunks(chunks)

    def settled(self) -> bytes | None:
        """The whole text when nothing is in conflict, else `None`."""
        if any(isinstance(chunk, Conflict) for chunk in self.chunks):
            return None
        return b"".join(chunk for chunk in self.chunks if isinstance(chunk, bytes))

    def side(self, name: str) -> bytes:
        """The file with every conflict replaced by one side (`base`, `ours` or `theirs`)."""
        return b"".join(
            chunk if isinstance(chunk, bytes) else getattr(chunk.sides, name)
            for chunk in self.chunks
        )


def from_chunks(chunks: Iterable[Chunk]) -> MergedFile:
    """A `MergedFile` with neighbouring settled chunks joined and empty ones dropped."""
    joined: list[Chunk] = []
    pending: list[bytes] = []
    for chunk in chunks:
        if isinstance(chunk, bytes):
            pending.append(chunk)
            continue
        text = b"".join(pending)
        if text:
            joined.append(text)
        pending.clear()
        joined.append(chunk)
    text = b"".join(pending)
    if text:
        joined.append(text)
    return MergedFile(tuple(joined))
