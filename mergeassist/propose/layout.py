"""Words merged apart from their layout: one side re-indents or re-wraps, the other edits.

The region is cut into words, each with the white space before it; the words go through diff3,
and the white space of a word all three share is a small three-way merge of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from mergeassist.core.diff3 import stretches
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
    result: list[bytes] = []
    for at in stretches(Merge(base, ours, theirs)):
        part = Merge(base[at.base], ours[at.ours], theirs[at.theirs])
        trivial = part.trivial()
        if trivial is None:
            return None
        if trivial.value == part.ours:
            words, space, taken = ours, ours_space, at.ours
        else:
            words, space, taken = theirs, theirs_space, at.theirs
        for index in range(taken.start, taken.stop):
            result += [space[index], words[index]]
        grown = len({len(side) for side in part}) > 1
        if grown and not (whole and words is theirs and taken.start == taken.stop):
            result.append(space[taken.stop])
        else:
            before = Merge(
                base_space[at.base.stop], ours_space[at.ours.stop], theirs_space[at.theirs.stop]
            )
            result.append(before.ours if whole else _space(before))
        result += base[at.base.stop : at.base.stop + 1]
    return b"".join(result)


def _space(space: Merge[bytes]) -> bytes:
    trivial = space.trivial()
    return space.ours if trivial is None else trivial.value
