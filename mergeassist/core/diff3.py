"""Three-way merge of sequences, after Khanna, Kunal and Pierce, "A Formal Investigation of
Diff3" (2007): elements of base matched on both sides are stable and cut the sequences into
regions; a region where one side kept base, or both agree, resolves; the rest is in conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import tokenize

Tokens = list[bytes]


class Region(NamedTuple):
    """One region: `settled` tokens, or `conflict` where the three differ."""

    settled: Tokens
    conflict: Merge[Tokens] | None


def stretches(sides: Merge[Tokens]) -> Iterator[Merge[slice]]:
    """Where each version stands before each stable element of base, and behind the last.

    The stable element itself, where there is one, is at the `stop` of the three slices.
    """
    base, ours, theirs = sides
    to_ours, to_theirs = match(base, ours), match(base, theirs)
    i = j = k = 0
    for stable in range(len(base) + 1):
        at_end = stable == len(base)
        next_j = len(ours) if at_end else to_ours[stable]
        next_k = len(theirs) if at_end else to_theirs[stable]
        if next_j != UNMATCHED and next_k != UNMATCHED:
            yield Merge(slice(i, stable), slice(j, next_j), slice(k, next_k))
            i, j, k = stable + 1, next_j + 1, next_k + 1


def regions(sides: Merge[Tokens]) -> list[Region]:
    """The three-way diff; neighbouring settled regions are joined, conflicts never empty."""
    base, ours, theirs = sides
    result: list[Region] = []
    settled: Tokens = []
    for at in stretches(sides):
        part = Merge(base[at.base], ours[at.ours], theirs[at.theirs])
        trivial = part.trivial()
        if trivial is not None:
            settled += trivial.value
        else:
            if settled:
                result.append(Region(settled, None))
                settled = []
            result.append(Region([], part))
        settled += base[at.base.stop : at.base.stop + 1]
    if settled:
        result.append(Region(settled, None))
    return result


def token_regions(sides: Merge[bytes]) -> list[Region]:
    """The token-level three-way diff of three texts."""
    return regions(sides.map(tokenize))


def merged_text(parts: Sequence[Region]) -> bytes | None:
    """The merged text when no region is in conflict, else `None`."""
    if any(part.conflict is not None for part in parts):
        return None
    return b"".join(b"".join(part.settled) for part in parts)
