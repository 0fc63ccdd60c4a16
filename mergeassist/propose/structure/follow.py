"""Line edits of one side carried to where the other side has left or moved their lines.

Lines are compared without white space.  Both rules want every edit of the one side to find its
place, and are silent otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import split_lines
from mergeassist.propose.structure.leaves import Edit, edits

Lines = list[bytes]
MAX_LINES = 2_000
MIN_CONTEXT = 12  # characters: a lone brace is no place


def followed(sides: Merge[bytes]) -> Iterator[tuple[str, bytes]]:
    """Rule and text of each way in which one side's edits follow the other's."""
    lines = sides.map(split_lines)
    if max(map(len, lines)) > MAX_LINES:
        return
    keys = lines.map(lambda side: [b"".join(line.split()) for line in side])
    for here, there in ((1, 2), (2, 1)):
        script = edits(keys.base, keys[there])
        inserted = _insertions(edits(keys.base, keys[here]), script, lines.base, lines[there])
        if inserted is not None:
            yield "transfer-insertion", inserted
        wrapped = _wrapped(lines.base, lines[here], lines[there], (keys.base, keys[here], script))
        if wrapped is not None:
            yield "transfer-wrap", wrapped
        moved = _moved(keys.base, keys[here], script, lines[here], lines[there])
        if moved is not None:
            yield "transfer-move", moved


def _insertions(gone: list[Edit], script: list[Edit], base: Lines, side: Lines) -> bytes | None:
    """Where one side only deleted, and the other inserted inside: the insertions stay."""
    if not gone or any(edit.high > edit.low for edit in gone):
        return None
    dead = {i for edit in gone for i in range(edit.start, edit.end)}
    parts: Lines = []
    at = 0
    inside = False
    for edit in script:
        parts += [base[i] for i in range(at, edit.start) if i not in dead]
        inserts = edit.high > edit.low
        if inserts and not dead.isdisjoint(range(edit.start, edit.end)):
            return None  # rewritten, not only added to
        before_is_dead = edit.start == 0 or edit.start - 1 in dead
        inside |= inserts and edit.start in dead and before_is_dead
        parts += side[edit.low : edit.high]
        at = edit.end
    parts += [base[i] for i in range(at, len(base)) if i not in dead]
    return b"".join(parts) if inside else None


def _moved(
    base: Lines, here: Lines, script: list[Edit], lines: Lines, other: Lines
) -> bytes | None:
    """The other side's edits made where their base lines now stand, if some have moved."""
    stays = match(base, here)
    hunks: list[tuple[int, int, Lines]] = []
    moved = False
    for edit in script:
        place = _place(base, here, edit)
        if place is None:
            return None
        low, high, start = place
        moved |= any(stays[i] != start + i - low for i in range(low, high))
        first = start + edit.start - low
        hunks.append((first, first + edit.end - edit.start, other[edit.low : edit.high]))
    if not moved:
        return None
    result: Lines = []
    at = 0
    for start, end, new in sorted(hunks, key=lambda hunk: hunk[:2]):
        if start < at:
            return None
        result += [*lines[at:start], *new]
        at = end
    return b"".join([*result, *lines[at:]])


def _wrapped(
    base: Lines, here: Lines, other: Lines, keys: tuple[Lines, Lines, list[Edit]]
) -> bytes | None:
    """The other side's edits inside of lines that one side only put others around, indenting."""
    base_keys, here_keys, script = keys
    stays = match(base_keys, here_keys)
    if UNMATCHED in stays or not script:
        return None
    if all(_indent(line) == _indent(here[i]) for line, i in zip(base, stays, strict=True)):
        return None
    result: Lines = []
    at = 0
    for start, end, low, high in script:
        if start == end and (not 0 < start < len(base) or stays[start] - stays[start - 1] > 1):
            return None  # beside what the one put there
        model = start if start < end else start - 1
        first = stays[start] if start < end else stays[start - 1] + 1
        past = stays[end - 1] + 1 if start < end else first
        if past - first != end - start:
            return None
        was, now = _indent(base[model]), _indent(here[stays[model]])
        result += here[at:first]
        result += [_moved_line(line, was, now) for line in other[low:high]]
        at = past
    return b"".join([*result, *here[at:]])


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _moved_line(line: bytes, was: bytes, now: bytes) -> bytes:
    return now + line[len(was) :] if line.strip() and line.startswith(was) else line


def _place(base: Lines, here: Lines, edit: Edit) -> tuple[int, int, int] | None:
    """The base lines around an edit that occur once in `here`, and where they do."""
    for context in (3, 2, 1, 0):
        low, high = max(0, edit.start - context), min(len(base), edit.end + context)
        want = base[low:high]
        if sum(map(len, want)) < MIN_CONTEXT:
            continue
        starts = [
            at
            for at in range(len(here) - len(want) + 1)
            if here[at] == want[0] and here[at : at + len(want)] == want
        ]
        if len(starts) == 1:
            return low, high, starts[0]
    return None
