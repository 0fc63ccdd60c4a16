"""Longest common subsequence of two sequences, as a map from one to the other.

Bit-parallel (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004) on Python's big
integers: one addition a token, whatever the other side's length, and the rows kept for the
way back.  Memory is len(a)·len(b)/8 bytes; beyond `MAX_CELLS` the sequences are first cut at
elements unique to both (patience diff), and what is still too large is left unmatched.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

MAX_CELLS = 1 << 27
UNMATCHED = -1


def match(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[int]:
    """For each index of `a` the index of `b` it is matched with, or `UNMATCHED`.

    Matched pairs are equal and strictly increasing in both; their number is the length of a
    longest common subsequence unless `MAX_CELLS` forced a cut.
    """
    result = [UNMATCHED] * len(a)
    _match_range(a, b, 0, len(a), 0, len(b), result)
    return result


def _match_range(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    a_low: int,
    a_high: int,
    b_low: int,
    b_high: int,
    result: list[int],
) -> None:
    while a_low < a_high and b_low < b_high and a[a_low] == b[b_low]:
        result[a_low] = b_low
        a_low += 1
        b_low += 1
    while a_low < a_high and b_low < b_high and a[a_high - 1] == b[b_high - 1]:
        a_high -= 1
        b_high -= 1
        result[a_high] = b_high
    if a_low == a_high or b_low == b_high:
        return
    if (a_high - a_low) * (b_high - b_low) <= MAX_CELLS:
        _bit_parallel(a, b, a_low, a_high, b_low, b_high, result)
        return
    anchors = _unique_anchors(a, b, a_low, a_high, b_low, b_high)
    for i, j in [*anchors, (a_high, b_high)] if anchors else []:
        if i < a_high:
            result[i] = j
        _match_range(a, b, a_low, i, b_low, j, result)
        a_low, b_low = i + 1, j + 1


def _bit_parallel(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    a_low: int,
    a_high: int,
    b_low: int,
    b_high: int,
    result: list[int],
) -> None:
    places: dict[Hashable, int] = {}
    bit = 1
    for i in range(a_low, a_high):
        element = a[i]
        places[element] = places.get(element, 0) | bit
        bit <<= 1
    row = full = bit - 1
    rows = [row]
    for j in range(b_low, b_high):
        place = places.get(b[j])
        if place is not None:
            common = row & place
            row = ((row + common) | (row - common)) & full
        rows.append(row)
    # Walk back: a zero bit marks the column where the LCS grew.
    i, j = a_high - a_low, b_high - b_low
    while i and j:
        mask = 1 << (i - 1)
        if rows[j] & mask:
            i -= 1
        elif rows[j - 1] & mask:
            i -= 1
            j -= 1
            result[a_low + i] = b_low + j
        else:
            j -= 1


def _unique_anchors(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    a_low: int,
    a_high: int,
    b_low: int,
    b_high: int,
) -> list[tuple[int, int]]:
    """A longest increasing run of elements that occur exactly once in either range."""
    in_a, in_b = _once(a, a_low, a_high), _once(b, b_low, b_high)
    pairs = [(i, in_b[element]) for element, i in in_a.items() if element in in_b]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(ends[at - 1] if at else UNMATCHED)
        if at == len(tails):
            tails.append(j)
            ends.append(index)
        else:
            tails[at], ends[at] = j, index
    chain: list[tuple[int, int]] = []
    index = ends[-1] if ends else UNMATCHED
    while index != UNMATCHED:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _once(items: Sequence[Hashable], low: int, high: int) -> dict[Hashable, int]:
    seen: dict[Hashable, int] = {}
    for index in range(low, high):
        seen[items[index]] = UNMATCHED if items[index] in seen else index
    return {item: index for item, index in seen.items() if index != UNMATCHED}
