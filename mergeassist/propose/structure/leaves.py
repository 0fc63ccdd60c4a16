"""Leaves: the words of a text and the layout between them, merged apart from each other.

A text is `gaps[0] words[0] gaps[1] … words[n-1] gaps[n]`; gaps hold white space only.  Words
are merged by diff3, and the layout of the result follows the side that changed the layout,
so that an edit is carried into a reformatted or re-indented text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge

_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+|[^\sA-Za-z0-9_\x80-\xff]")


ABSENT = -2  # no such word in this version; -1 is the place before the first word


_LINE = re.compile(rb"\S(?:[^\n]*\S)?")


class Leaves(NamedTuple):
    """The words of a text and the white space before, between and behind them."""

    words: list[bytes]
    gaps: list[bytes]


class Pick(NamedTuple):
    """One word of a merge: where it stands in each version, `ABSENT` where it does not."""

    base: int
    ours: int
    theirs: int


class Edit(NamedTuple):
    """`base[start:end]` became `side[low:high]`."""

    start: int
    end: int
    low: int
    high: int


def leaves(text: bytes) -> Leaves:
    """Split a text; `join` is the inverse."""
    words: list[bytes] = []
    gaps: list[bytes] = []
    at = 0
    for found in _WORD.finditer(text):
        gaps.append(text[at : found.start()])
        words.append(found[0])
        at = found.end()
    gaps.append(text[at:])
    return Leaves(words, gaps)


def stripped_lines(text: bytes) -> Leaves:
    """Like `leaves`, with whole lines for words: layout is indentation and blank lines."""
    words: list[bytes] = []
    gaps: list[bytes] = []
    at = 0
    for found in _LINE.finditer(text):
        gaps.append(text[at : found.start()])
        words.append(found[0])
        at = found.end()
    gaps.append(text[at:])
    return Leaves(words, gaps)


def is_name(word: bytes) -> bool:
    """Whether a word is an identifier (or a keyword) rather than punctuation or a number."""
    return not (word[:1].isdigit() or _is_mark(word))


def _is_mark(word: bytes) -> bool:
    return len(word) == 1 and not (word.isalnum() or word == b"_" or word >= b"\x80")


def edits(base: Sequence[bytes], side: Sequence[bytes]) -> list[Edit]:
    """What a side did to base, as disjoint replacements with a kept word between any two."""
    result: list[Edit] = []
    start = low = 0
    for i, j in [*enumerate(match(base, side)), (len(base), len(side))]:
        if j == UNMATCHED:
            continue
        if i > start or j > low:
            result.append(Edit(start, i, low, j))
        start, low = i + 1, j + 1
    return result


def slid(script: list[Edit], base: Sequence[bytes], side: Sequence[bytes]) -> list[Edit]:
    """The same edits with insertions and deletions as far down as they can stand, as in git."""
    result: list[Edit] = []
    for edit, limit in zip(script, [*(e.start for e in script[1:]), len(base)], strict=True):
        start, end, low, high = edit
        if start == end:
            while end < limit - 1 and side[low] == base[end]:
                start, end, low, high = start + 1, end + 1, low + 1, high + 1
        elif low == high:
            while end < limit - 1 and base[start] == base[end]:
                start, end, low, high = start + 1, end + 1, low + 1, high + 1
        result.append(Edit(start, end, low, high))
    return result


def merge_words(sides: Merge[list[bytes]], touching: bool = False) -> list[Pick] | None:
    """Diff3 on words; `None` where both sides changed the same words differently.

    Where edits could stand elsewhere as well (one more closing brace), that place is tried too.
    With `touching`, edits that meet without sharing a word merge as well.
    """
    ours, theirs = edits(sides.base, sides.ours), edits(sides.base, sides.theirs)
    picks = _merge_edits(sides, ours, theirs, touching)
    if picks is None and not touching:
        ours, theirs = slid(ours, sides.base, sides.ours), slid(theirs, sides.base, sides.theirs)
        picks = _merge_edits(sides, ours, theirs, touching)
    return picks


def _merge_edits(
    sides: Merge[list[bytes]], ours: list[Edit], theirs: list[Edit], touching: bool
) -> list[Pick] | None:
    picks: list[Pick] = []
    at, shift_ours, shift_theirs = 0, 0, 0  # shift: side index minus base index where kept

    def keep(upto: int) -> None:
        nonlocal at
        picks.extend(Pick(i, i + shift_ours, i + shift_theirs) for i in range(at, upto))
        at = max(at, upto)

    o = t = 0
    while o < len(ours) or t < len(theirs):
        mine, other, end = _clash(ours, o, theirs, t, touching)
        group_ours, group_theirs = ours[o:mine], theirs[t:other]
        o, t = mine, other
        start = min(edit.start for edit in (*group_ours, *group_theirs))
        keep(start)
        low_ours, low_theirs = start + shift_ours, start + shift_theirs
        for edit in group_ours:
            shift_ours = edit.high - edit.end
        for edit in group_theirs:
            shift_theirs = edit.high - edit.end
        span_ours, span_theirs = (low_ours, end + shift_ours), (low_theirs, end + shift_theirs)
        if not group_theirs:
            picks.extend(Pick(ABSENT, i, ABSENT) for i in range(*span_ours))
        elif not group_ours:
            picks.extend(Pick(ABSENT, ABSENT, i) for i in range(*span_theirs))
        elif sides.ours[slice(*span_ours)] == sides.theirs[slice(*span_theirs)]:
            pairs = zip(range(*span_ours), range(*span_theirs), strict=True)
            picks.extend(Pick(ABSENT, i, j) for i, j in pairs)
        else:
            return None
        at = max(at, end)
    keep(len(sides.base))
    return picks


def _clash(
    ours: list[Edit], o: int, theirs: list[Edit], t: int, touching: bool
) -> tuple[int, int, int]:
    """The next group of edits that cannot be applied one by one: ends in both lists and base."""

    def meets(edit: Edit, start: int, end: int) -> bool:
        if not touching:
            return edit.start <= end
        return edit.start < end or edit.start == end == start == edit.end

    first_ours = t >= len(theirs) or (o < len(ours) and ours[o][:2] <= theirs[t][:2])
    first = ours[o] if first_ours else theirs[t]
    start, end = first.start, first.end
    mine, other = (o + 1, t) if first_ours else (o, t + 1)
    while True:
        if mine < len(ours) and meets(ours[mine], start, end):
            end = max(end, ours[mine].end)
            mine += 1
        elif other < len(theirs) and meets(theirs[other], start, end):
            end = max(end, theirs[other].end)
            other += 1
        else:
            return mine, other, end
