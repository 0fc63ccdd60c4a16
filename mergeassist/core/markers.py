"""Conflict markers: parse and print, inverse to each other.

Three styles (git-config, `merge.conflictStyle`): `merge` (no base), `diff3` (with base) and
`zdiff3` (diff3 whose common first and last lines stand outside).  A marker line is the marker
character `size` times followed by white space or the end of the line (git's `is_cmarker`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from mergeassist.core.chunks import Chunk, Conflict, MarkerLines, MergedFile, from_chunks
from mergeassist.core.tokens import split_lines

DEFAULT_SIZE = 7
STYLES = ("merge", "diff3", "zdiff3")


class Labels(NamedTuple):
    """What stands behind the three marker lines; empty prints none."""

    ours: bytes = b"ours"
    base: bytes = b"base"
    theirs: bytes = b"theirs"


@lru_cache(maxsize=32)
def _marker_line(size: int) -> re.Pattern[bytes]:
    return re.compile(rb"^([<|=>])\1{%d}(?:[ \t\r\v\f][^\n]*)?(?:\n|\Z)" % (size - 1), re.M)


def parse(data: bytes, size: int = DEFAULT_SIZE) -> MergedFile:
    """Split marked text into settled text and conflicts; never fails.

    What does not form a whole conflict stays settled text, so `unparse(parse(x)) == x` for
    all bytes.  Between `<` and `>` the base begins at the first `|` line and the separator is
    the first `=` line behind it (the first of all where there is no base).
    """
    chunks: list[Chunk] = []
    settled = 0
    opened: list[re.Match[bytes]] = []
    for line in _marker_line(size).finditer(data):
        kind = line[1]
        if kind == b"<":
            opened = [line]
        elif opened and kind != b">":
            opened.append(line)
        elif opened:
            conflict = _conflict(data, opened, line)
            if conflict is not None:
                chunks += [data[settled : opened[0].start()], conflict]
                settled = line.end()
            opened = []
    chunks.append(data[settled:])
    return from_chunks(chunks)


def _conflict(data: bytes, opened: list[re.Match[bytes]], end: re.Match[bytes]) -> Conflict | None:
    start = opened[0]
    bar = next((line for line in opened if line[1] == b"|"), None)
    after = bar.start() if bar else start.start()
    middle = next((line for line in opened if line[1] == b"=" and line.start() > after), None)
    if middle is None and bar is not None:  # a row of bars in a text without base
        bar = None
        middle = next((line for line in opened if line[1] == b"="), None)
    if middle is None:
        return None
    ours_end = bar.start() if bar else middle.start()
    return Conflict(
        ours=data[start.end() : ours_end],
        base=data[bar.end() : middle.start()] if bar else None,
        theirs=data[middle.end() : end.start()],
        lines=MarkerLines(start[0], bar[0] if bar else None, middle[0], end[0]),
    )


def unparse(merged: MergedFile) -> bytes:
    """Print a parsed file as it stood: every conflict must carry its marker lines.

    Raises `ValueError` for a conflict that was never printed.
    """
    parts: list[bytes] = []
    for chunk in merged.chunks:
        if isinstance(chunk, bytes):
            parts.append(chunk)
            continue
        if chunk.lines is None:
            raise ValueError("a conflict without marker lines: use render")
        parts += [chunk.lines.ours, chunk.ours]
        if chunk.lines.base is not None:
            parts += [chunk.lines.base, chunk.base or b""]
        parts += [chunk.lines.separator, chunk.theirs, chunk.lines.theirs]
    return b"".join(parts)


def render(
    merged: MergedFile,
    style: str = "diff3",
    size: int = DEFAULT_SIZE,
    labels: Labels = Labels(),  # noqa: B008 - immutable
) -> bytes:
    """Print with fresh markers.

    Like git, a side whose last line has no end is given one before the next marker, and
    markers end in CRLF where the text does.  Raises `ValueError` for an unknown style.
    """
    if style not in STYLES:
        raise ValueError(f"unknown conflict style {style!r}, expected one of {', '.join(STYLES)}")
    end = line_end(merged)
    parts: list[bytes] = []
    for chunk in merged.chunks:
        if isinstance(chunk, bytes):
            parts.append(chunk)
        else:
            parts += _render_conflict(chunk, style, size, labels, end)
    return b"".join(parts)


def _render_conflict(
    conflict: Conflict, style: str, size: int, labels: Labels, end: bytes
) -> list[bytes]:
    ours, theirs = conflict.ours, conflict.theirs
    head = tail = b""
    if style != "diff3":
        head, ours, theirs, tail = split_common(ours, theirs)
    parts = [head, _marker(b"<", size, labels.ours, end), _ended(ours, end)]
    if style != "merge" and conflict.base is not None:
        parts += [_marker(b"|", size, labels.base, end), _ended(conflict.base, end)]
    parts += [_marker(b"=", size, b"", end), _ended(theirs, end)]
    parts += [_marker(b">", size, labels.theirs, end), tail]
    return parts


def split_common(ours: bytes, theirs: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Common first lines, what is left of either side, common last lines."""
    a, b = split_lines(ours), split_lines(theirs)
    shorter = min(len(a), len(b))
    head = 0
    while head < shorter and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < shorter - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    join = b"".join
    return (
        join(a[:head]),
        join(a[head : len(a) - tail]),
        join(b[head : len(b) - tail]),
        join(a[len(a) - tail :]),
    )


def _marker(char: bytes, size: int, label: bytes, end: bytes) -> bytes:
    return char * size + (b" " + label if label else b"") + end


def _ended(text: bytes, end: bytes) -> bytes:
    return text if not text or text.endswith(b"\n") else text + end


def line_end(merged: MergedFile) -> bytes:
    """CRLF where the first line that has an end ends so, else LF."""
    for chunk in merged.chunks:
        texts = (chunk,) if isinstance(chunk, bytes) else (chunk.ours, chunk.theirs)
        for text in texts:
            at = text.find(b"\n")
            if at >= 0:
                return b"\r\n" if text[max(at - 1, 0) : at] == b"\r" else b"\n"
    return b"\n"


def has_markers(data: bytes, size: int = DEFAULT_SIZE) -> bool:
    """Whether any opening or closing marker line of this size stands in `data`.

    Rows of `=` and `|` alone are underlines and tables in honest files and do not count.
    """
    if b"<" * size not in data and b">" * size not in data:
        return False
    return any(line[1] in b"<>" for line in _marker_line(size).finditer(data))


def free_size(*texts: bytes, at_least: int = DEFAULT_SIZE) -> int:
    """A marker size whose marker lines occur in none of the texts."""
    size = at_least
    while any(_marker_line(size).search(text) for text in texts):
        size += 1
    return size
