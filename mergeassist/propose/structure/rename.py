"""Names that one side gave up throughout its file, in the lines the other side wrote.

A merge that leaves such a name standing calls what is no longer there, so the policy
`structural` takes the merge of the renamed texts, or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from mergeassist.core.merge import Merge
from mergeassist.propose.structure.layout import layout_changes, print_merge
from mergeassist.propose.structure.leaves import Leaves, leaves, merge_words
from mergeassist.propose.transfer import MAX_WORDS, renames

MAX_BYTES = 200_000

Names = Mapping[bytes, bytes]


def file_renames(sides: Merge[bytes], versions: Merge[bytes | None]) -> tuple[Names, Names]:
    """What each side renamed in a conflict, held by its whole file: the old name gone, often
    enough to be no accident, and the new one new to all."""
    whole = [text or b"" for text in versions]
    split = sides.map(leaves)
    if None in versions or max(map(len, whole)) > MAX_BYTES:
        return {}, {}
    if max(len(side.words) for side in split) > MAX_WORDS:
        return {}, {}
    base, *others = map(_count, whole)
    found = []
    for n in (1, 2):
        here, there = others[n - 1], others[2 - n]
        names = renames(split.base.words, split[n].words)
        found.append(
            {
                old: new
                for old, new in names.items()
                if base[old] > 1 and not (here[old] or base[new] or there[new])
            }
        )
    clash = any(found[1].get(old, new) != new for old, new in found[0].items())
    return ({}, {}) if clash else (found[0], found[1])


def merge_renamed(sides: Merge[bytes], names: tuple[Names, Names]) -> bytes | None:
    """The merge of words after each side's renames were made in the other two versions."""
    split = sides.map(leaves)
    by_ours, by_theirs = names
    renamed = Merge(
        _renamed(split.base, {**by_ours, **by_theirs}),
        _renamed(split.ours, by_theirs),
        _renamed(split.theirs, by_ours),
    )
    picks = merge_words(renamed.map(lambda side: side.words))
    if picks is None:
        return None
    ours, theirs = (layout_changes(renamed.base, side) for side in renamed[1:])
    return print_merge(renamed, picks, ours >= theirs)


def is_stale(text: bytes, names: tuple[Names, Names]) -> bool:
    """Whether a merged file still has a name that one side gave up."""
    left = set(leaves(text).words)
    return any(old in left for side in names for old in side)


@lru_cache(maxsize=4)
def _count(text: bytes) -> Counter[bytes]:
    return Counter(leaves(text).words)


def _renamed(text: Leaves, names: Names) -> Leaves:
    return Leaves([names.get(word, word) for word in text.words], text.gaps)
