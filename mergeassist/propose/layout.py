"""Words merged apart from their layout: one side re-indents or re-wraps, the other edits.

The region is cut into words, each with the white space before it; the words go through diff3,
and the white space of a word all three share is a small three-way merge of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, tokenize
from mergeassist.propose.patterns import Candidate

Words = tuple[list[bytes], list[bytes]]  # words, and the white space before each and at the end


def layout_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """The clean merge of words: its layout merged three ways, or taken from one side whole."""
    words = sides.map(split_words)
    if not sides.base:
        return
    for source, one, whole in (
        ("layout-ours", words, False),
        ("layout-theirs", words.mirrored(), False),
        ("layout-all-ours", words, True),
        ("layout-all-theirs", words.mirrored(), True),
    ):
        text = _merge_words(one, whole)
        if text is None:
            return
        yield Candidate(source, text)


def split_words(text: bytes) -> Words:
    """Words and the layout around them: `len(layout) == len(words) + 1`."""
    words: list[bytes] = []
    layout: list[bytes] = []
    space = b""
    for token in tokenize(text):
        if is_blank(token):
            space += token
        else:
            words.append(token)
            layout.append(space)
            space = b""
    return words, [*layout, space]


def _merge_words(sides: Merge[Words], whole: bool) -> bytes | None:
    """The words' diff3, `None` where words conflict; ours' space wins disputes, or always."""
    (base, base_space), (ours, ours_space), (theirs, theirs_space) = sides
    to_ours, to_theirs = match(base, ours), match(base, theirs)
    result: list[bytes] = []
    i = j = k = 0
    for stable in range(len(base) + 1):
        at_end = stable == len(base)
        next_j = len(ours) if at_end else to_ours[stable]
        next_k = len(theirs) if at_end else to_theirs[stable]
        if next_j == UNMATCHED or next_k == UNMATCHED:
            continue
        part = Merge(base[i:stable], ours[j:next_j], theirs[k:next_k]).trivial()
        if part is None:
            return None
        if part.value == ours[j:next_j]:
            words, space, low, high = ours, ours_space, j, next_j
        else:
            words, space, low, high = theirs, theirs_space, k, next_k
        for at in range(low, high):
            result += [space[at], words[at]]
        grown = next_j - j != stable - i or next_k - k != stable - i
        if grown and not (whole and words is theirs and low == high):
            result.append(space[high])
        else:
            before = Merge(base_space[stable], ours_space[next_j], theirs_space[next_k])
            result.append(before.ours if whole else _space(before))
        if not at_end:
            result.append(base[stable])
        i, j, k = stable + 1, next_j + 1, next_k + 1
    return b"".join(result)


def _space(space: Merge[bytes]) -> bytes:
    trivial = space.trivial()
    return space.ours if trivial is None else trivial.value
