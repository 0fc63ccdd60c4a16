"""Word-level difference of a conflict's texts: which side put or took each word.

For looking only: tokens are matched by longest common subsequence, and matches of lone
punctuation between changed words are given up, which reads better and loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from mergeassist.app.report.template import shown
from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.tokens import tokenize

MAX_TEXT = 20_000  # bytes of a text that are shown
_MAX_TOKENS = 4_000  # of a text that is compared

KEPT, OURS, THEIRS, BOTH, NEW = "", "o", "t", "b", "n"
"""Who put a word (or, in base, took it); the letters are the classes in the page."""


class Marked(NamedTuple):
    """A text as tokens, each with who put or took it; `cut` bytes are left out at the end."""

    tokens: list[bytes]
    marks: list[str]
    cut: int


def compare(base: bytes, ours: bytes, theirs: bytes, *others: bytes) -> list[Marked]:
    """Mark base, ours, theirs and further texts in this order."""
    texts = [base, ours, theirs, *others]
    tokens = [tokenize(text[:MAX_TEXT]) for text in texts]
    cuts = [max(0, len(text) - MAX_TEXT) for text in texts]
    if max(map(len, tokens)) > _MAX_TOKENS:
        return [Marked(words, [KEPT] * len(words), cut)
                for words, cut in zip(tokens, cuts, strict=True)]  # fmt: skip
    root, mine, other = tokens[:3]
    from_ours, from_theirs = _changed(root, mine), _changed(root, other)
    marks = [
        [_who(a, b, KEPT) for a, b in zip(from_ours[0], from_theirs[0], strict=True)],
        _shared(mine, from_ours[1], other, from_theirs[1], OURS),
        _shared(other, from_theirs[1], mine, from_ours[1], THEIRS),
    ]
    for words in tokens[3:]:
        new = _changed(root, words)[1]
        by_ours = _put_by(mine, from_ours[1], words)
        by_theirs = _put_by(other, from_theirs[1], words)
        found = [
            _who(a, b, NEW) if changed else KEPT
            for changed, a, b in zip(new, by_ours, by_theirs, strict=True)
        ]
        _known_lines(words, found, mine, other)
        marks.append(found)
    for words, found in zip(tokens[1:], marks[1:], strict=True):
        _join_punctuation(words, found)
    return [Marked(*one) for one in zip(tokens, marks, cuts, strict=True)]


def as_html(text: Marked, element: str = "ins") -> str:
    """The text with its marks as `<ins class=o>` or another element."""
    parts = []
    for mark, run in groupby(zip(text.tokens, text.marks, strict=True), key=lambda pair: pair[1]):
        words = shown(b"".join(token for token, _ in run))
        parts.append(f'<{element} class="{mark}">{words}</{element}>' if mark else words)
    if text.cut:
        parts.append(f'\n<span class="c">… {text.cut:,} more bytes</span>')
    return "".join(parts)


def _changed(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[list[bool], list[bool]]:
    """For each token of either text whether the other lacks it."""
    to_new = match(old, new)
    to_old = [UNMATCHED] * len(new)
    for i, j in enumerate(to_new):
        if j != UNMATCHED:
            to_old[j] = i
    for i, j in enumerate(to_new):
        weak = j != UNMATCHED and not _is_word(old[i]) and not old[i].endswith(b"\n")
        if weak and _alone(to_new, i) and _alone(to_old, j):
            to_new[i] = to_old[j] = UNMATCHED
    return [j == UNMATCHED for j in to_new], [i == UNMATCHED for i in to_old]


def _alone(places: list[int], at: int) -> bool:
    """Whether both neighbours of a matched token are unmatched (an edge is no neighbour)."""
    around = places[max(0, at - 1) : at] + places[at + 1 : at + 2]
    return bool(around) and all(place == UNMATCHED for place in around)


def _put_by(side: Sequence[bytes], put: list[bool], words: Sequence[bytes]) -> list[bool]:
    """For each word whether it is matched with one that the side put."""
    found = [False] * len(words)
    for i, j in enumerate(match(side, words)):
        if j != UNMATCHED and put[i]:
            found[j] = True
    return found


def _shared(
    side: Sequence[bytes], put: list[bool], other: Sequence[bytes], put_there: list[bool], who: str
) -> list[str]:
    """Marks of a side: what the other side put as well is of both."""
    there = _put_by(other, put_there, side)
    return [(BOTH if b else who) if a else KEPT for a, b in zip(put, there, strict=True)]


def _known_lines(
    words: Sequence[bytes], marks: list[str], ours: Sequence[bytes], theirs: Sequence[bytes]
) -> None:
    """Words new in their place are of the side that has the whole line: unions repeat lines."""
    in_ours, in_theirs = (set(_lines(side)) for side in (ours, theirs))
    at = 0
    for line in _lines(words):
        who = _who(line in in_ours, line in in_theirs, NEW)
        for i in range(at, at + len(line)):
            if marks[i] == NEW:
                marks[i] = who
        at += len(line)


def _lines(words: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The tokens line by line, ends included."""
    lines: list[tuple[bytes, ...]] = []
    start = 0
    for i, token in enumerate(words, 1):
        if token.endswith(b"\n") or i == len(words):
            lines.append(tuple(words[start:i]))
            start = i
    return lines


def _join_punctuation(words: Sequence[bytes], marks: list[str]) -> None:
    """Give what stands between words, and both sides happen to have, to the word beside it."""
    for order in (range(len(words)), range(len(words) - 1, -1, -1)):
        last = KEPT
        for i in order:
            if _is_word(words[i]):
                last = marks[i]
            elif marks[i] in (BOTH, NEW) and last in (OURS, THEIRS):
                marks[i] = last


def _is_word(token: bytes) -> bool:
    return token.replace(b"_", b"a").isalnum() or token[:1] >= b"\x80"


def _who(ours: bool, theirs: bool, neither: str) -> str:
    return BOTH if ours and theirs else OURS if ours else THEIRS if theirs else neither
