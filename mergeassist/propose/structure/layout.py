"""Print merged words: which white space stands between two words of a merge.

Where the sides agree with each other or with base, as in any three-way merge; where an edit is
carried into a text of other layout, in the manner of that text: the same gap that stands
between such words there, and the indentation of the lines the edit's neighbours now have.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.propose.structure.leaves import ABSENT, Leaves, Pick, is_name

_START = Pick(-1, -1, -1)
_ANY = b""
_QUOTES = (b'"', b"'", b"`")
_OPERATORS = tuple(b"%c" % mark for mark in b"<>=!&|+-*/%^:?.~@$")
_Key = tuple[bytes, bytes, bytes]


class _Frame(NamedTuple):
    """A merge seen from its layout side: `new` laid the text out anew, `edit` changed words."""

    base: Leaves
    new: Leaves
    edit: Leaves
    picks: list[Pick]  # ours is `new`, theirs is `edit`
    style: dict[_Key, bytes]
    indents: list[tuple[int, bytes, bytes]]  # word of `edit`, its indentation there and in `new`
    by_lines: bool = False  # words are lines


def layout_changes(base: Leaves, side: Leaves) -> int:
    """How many gaps in front of kept words a side changed."""
    kept = match(base.words, side.words)
    return sum(
        base.gaps[i] != side.gaps[j]
        for i, j in enumerate(kept)
        if j != UNMATCHED and (kept[i - 1] == j - 1 if i else j == 0)
    )


def print_merge(
    sides: Merge[Leaves], picks: list[Pick], follow_ours: bool, by_lines: bool = False
) -> bytes:
    """The text of merged words (or lines) in the layout of ours (or of theirs)."""
    base, new, edit = sides if follow_ours else sides.mirrored()
    if not follow_ours:
        picks = [Pick(pick.base, pick.theirs, pick.ours) for pick in picks]
    end = Pick(len(base.words), len(new.words), len(edit.words))
    picks = [_START, *picks, end]
    frame = _Frame(
        base, new, edit, picks, _style(base, new, picks), _indents(base, new, edit, picks)
    )
    parts: list[bytes] = []
    for at in range(1, len(picks)):
        parts.append(_gap(frame, at))
        if at < len(picks) - 1:
            pick = picks[at]
            from_new = pick.ours != ABSENT
            parts.append(new.words[pick.ours] if from_new else edit.words[pick.theirs])
    return b"".join(parts)


def _gap(frame: _Frame, at: int) -> bytes:
    before, after = frame.picks[at - 1], frame.picks[at]
    base = _between(frame.base, before.base, after.base)
    new = _between(frame.new, before.ours, after.ours)
    edit = _between(frame.edit, before.theirs, after.theirs)
    if new is not None and edit is not None:
        return edit if new == base else new
    if new is not None:
        return new
    if edit is not None:
        return _carried(frame, at, edit)
    # Edits of both sides meet here: no version knows the gap, the base's neighbours do.
    ends = [
        leaves.gaps[index]
        for leaves, index in ((frame.new, after.ours), (frame.edit, after.theirs))
        if index != ABSENT
    ]
    return ends[0] if ends else b""


def _between(leaves: Leaves, before: int, after: int) -> bytes | None:
    """The gap between two words where they are neighbours, else `None`."""
    return leaves.gaps[after] if before == after - 1 else None


def _carried(frame: _Frame, at: int, gap: bytes) -> bytes:
    """A gap of the edit, as the new layout would have it."""
    before, after = frame.picks[at - 1], frame.picks[at]
    word_before = frame.edit.words[before.theirs] if before.theirs >= 0 else _ANY
    at_end = after.theirs == len(frame.edit.words)
    word_after = _ANY if at_end else frame.edit.words[after.theirs]
    if not gap and word_before in _OPERATORS and word_after in _OPERATORS:
        return gap  # one operator: `>=`
    kept = after.base != ABSENT
    if kept:
        was, now = frame.base.gaps[after.base], frame.new.gaps[after.ours]
        if gap == was or (now != was and _replaces(frame, at)):
            return now
    for key in _keys(word_before, word_after, gap):
        if key in frame.style:
            return frame.style[key]
    if before.base != ABSENT:
        was, now = frame.base.gaps[before.base + 1], frame.new.gaps[before.ours + 1]
        if gap == was or (now != was and _replaces(frame, at)):
            return now
    if kept and b"\n" in gap and b"\n" in frame.new.gaps[after.ours]:
        return gap[: gap.rfind(b"\n") + 1] + _indent(frame.new.gaps[after.ours])
    if b"\n" not in gap and at > 1:
        if not frame.by_lines:
            return gap
        gap = b"\n" + gap
    return gap[: gap.rfind(b"\n") + 1] + _moved_indent(frame, after.theirs, _indent(gap))


def _replaces(frame: _Frame, at: int) -> bool:
    """Whether the edit at this boundary took words away, so that their gap has a successor."""
    first = last = at
    while frame.picks[first - 1].base == ABSENT:
        first -= 1
    while frame.picks[last].base == ABSENT:
        last += 1
    return frame.picks[last].base - frame.picks[first - 1].base > 1


def _keys(before: bytes, after: bytes, gap: bytes) -> list[_Key]:
    keys = [(before, gap, after)]
    if after and not is_name(after) and after not in _QUOTES:
        keys.append((_ANY, gap, after))
    if before and not is_name(before) and before not in _QUOTES:
        keys.append((before, gap, _ANY))
    return keys


def _style(base: Leaves, new: Leaves, picks: list[Pick]) -> dict[_Key, bytes]:
    """How gaps changed from base to the new layout, where they always changed alike."""
    seen: dict[_Key, set[bytes]] = {}
    for before, after in pairwise(picks):
        if before.base < 0 or after.base in (ABSENT, len(base.words)):
            continue
        was = _between(base, before.base, after.base)
        now = _between(new, before.ours, after.ours)
        if was is None or now is None:
            continue
        for key in _keys(base.words[before.base], base.words[after.base], was):
            seen.setdefault(key, set()).add(now)
    return {key: gaps.pop() for key, gaps in seen.items() if len(gaps) == 1}


def _indents(
    base: Leaves, new: Leaves, edit: Leaves, picks: list[Pick]
) -> list[tuple[int, bytes, bytes]]:
    """The first words of lines that begin a line in both, with their two indentations.

    Where the layout side left a line's indentation as it was, the edit's own stands.
    """
    result = []
    for pick in picks[1:-1]:
        if pick.ours == ABSENT or pick.theirs == ABSENT:
            continue
        there, here = edit.gaps[pick.theirs], new.gaps[pick.ours]
        starts_there = b"\n" in there or pick.theirs == 0
        if starts_there and (b"\n" in here or pick.ours == 0):
            kept = pick.base != ABSENT and _indent(base.gaps[pick.base]) == _indent(here)
            result.append((pick.theirs, _indent(there), _indent(there if kept else here)))
    return result


def _indent(gap: bytes) -> bytes:
    return gap[gap.rfind(b"\n") + 1 :]


def _moved_indent(frame: _Frame, word: int, indent: bytes) -> bytes:
    """The indentation of a line of the edit in the new layout, by its nearest known lines."""
    nearest = sorted(frame.indents, key=lambda known: abs(known[0] - word))
    for _, there, here in nearest:
        if there == indent:
            return here
    for _, there, here in nearest:
        if indent.startswith(there):
            return here + _unit(indent[len(there) :], here)
    if any(_indent(gap) == indent for gap in frame.new.gaps[:-1]):
        return indent
    for _, there, here in nearest:
        if there.startswith(indent) and here.endswith(there[len(indent) :]):
            return here[: len(here) - len(there) + len(indent)]
    return indent


def _unit(indent: bytes, like: bytes) -> bytes:
    """Extra indentation in tabs or blanks, whichever `like` uses."""
    if like and not like.strip(b"\t") and not indent.strip(b" "):
        return b"\t" * max(1, len(indent) // 4) if indent else b""
    if like and not like.strip(b" ") and not indent.strip(b"\t"):
        return b"    " * len(indent)
    return indent
