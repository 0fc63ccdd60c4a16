"""The longest common subsequence and the three-way diff built on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core import diff
from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.diff3 import merged_text, regions, token_regions
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import split_lines, tokenize, trimmed

SEQUENCE = st.lists(st.sampled_from("abcde"), max_size=40)
TOKENS = st.lists(st.sampled_from([b"a", b"b", b"c", b" ", b"\n"]), max_size=25)


def longest(a: Sequence[str], b: Sequence[str]) -> int:
    """The textbook table."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = row[:]
        for j, y in enumerate(b):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


def assert_is_matching(a: Sequence[object], b: Sequence[object], found: list[int]) -> int:
    pairs = [(i, j) for i, j in enumerate(found) if j != UNMATCHED]
    assert len(found) == len(a)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(j < k for (_, j), (_, k) in pairwise(pairs))
    return len(pairs)


@given(SEQUENCE, SEQUENCE)
def test_match_is_a_longest_common_subsequence(a: list[str], b: list[str]) -> None:
    assert assert_is_matching(a, b, match(a, b)) == longest(a, b)


@given(SEQUENCE, SEQUENCE)
def test_beyond_the_limit_it_is_still_a_common_subsequence(a: list[str], b: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "MAX_CELLS", 8)
        assert_is_matching(a, b, match(a, b))


def test_beyond_the_limit_unique_elements_anchor() -> None:
    a = [*"xx1yy2zz"]
    b = [*"qq1rr2ss"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "MAX_CELLS", 8)
        found = match(a, b)
    assert (found[2], found[5]) == (2, 5)


@given(st.binary(max_size=300))
def test_tokens_and_lines_are_lossless(text: bytes) -> None:
    assert b"".join(tokenize(text)) == text
    assert b"".join(split_lines(text)) == text


def test_tokens_keep_words_numbers_and_line_ends_apart() -> None:
    assert tokenize("x1=né 12\r\n\t)".encode()) == [
        b"x1", b"=", "né".encode(), b" ", b"12", b"\r\n", b"\t", b")",
    ]  # fmt: skip


@given(TOKENS, TOKENS)
def test_one_sided_changes_merge_to_that_side(base: list[bytes], side: list[bytes]) -> None:
    expected = b"".join(side)
    for merge in (Merge(base, side, base), Merge(base, base, side), Merge(base, side, side)):
        assert merged_text(regions(merge)) == expected


@given(TOKENS, TOKENS, TOKENS)
def test_regions_hold_every_side_in_order(
    base: list[bytes], ours: list[bytes], theirs: list[bytes]
) -> None:
    """A conflict's sides and the settled text never lose an unmatched token of either side."""
    found = regions(Merge(base, ours, theirs))
    for one, other in ((ours, theirs), (theirs, ours)):
        kept = [token for part in found for token in _side(part, one is ours)]
        new = _new(one, base)
        assert _is_subsequence(new, kept), (other, found)
    assert all(part.conflict is not None or part.settled for part in found)


def _side(part: object, ours: bool) -> list[bytes]:
    conflict = part.conflict  # type: ignore[attr-defined]
    if conflict is None:
        return part.settled  # type: ignore[attr-defined, no-any-return]
    return conflict.ours if ours else conflict.theirs  # type: ignore[no-any-return]


def _new(side: list[bytes], base: list[bytes]) -> list[bytes]:
    matched = {j for j in match(base, side) if j != UNMATCHED}
    return [token for at, token in enumerate(side) if at not in matched]


def _is_subsequence(part: list[bytes], whole: list[bytes]) -> bool:
    rest = iter(whole)
    return all(token in rest for token in part)


@given(TOKENS, TOKENS, TOKENS)
def test_mirroring_mirrors_the_conflicts(
    base: list[bytes], ours: list[bytes], theirs: list[bytes]
) -> None:
    merge = Merge(base, ours, theirs)
    mirrored = [
        part._replace(conflict=part.conflict.mirrored()) if part.conflict else part
        for part in regions(merge.mirrored())
    ]
    assert regions(merge) == mirrored


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), TOKENS, TOKENS)
def test_edits_far_apart_never_conflict(
    middle: list[str], before: list[bytes], after: list[bytes]
) -> None:
    """Locality (Khanna, Kunal, Pierce): disjoint edits with a unique anchor between both apply."""
    anchor = [b"anchor", *(m.encode() for m in middle), b"anchor2"]
    base = [b"first", *anchor, b"last"]
    merge = Merge(base, [*before, *anchor, b"last"], [b"first", *anchor, *after])
    assert merged_text(regions(merge)) == b"".join([*before, *anchor, *after])


def test_two_edits_on_one_line_merge_by_tokens() -> None:
    sides = Merge(b"call(a, b)\n", b"call(x, b)\n", b"call(a, y)\n")
    assert merged_text(token_regions(sides)) == b"call(x, y)\n"


def test_the_same_token_changed_twice_conflicts() -> None:
    sides = Merge(b"v = 1\n", b"v = 2\n", b"v = 3\n")
    (conflict,) = [part.conflict for part in token_regions(sides) if part.conflict]
    assert conflict == ([b"1"], [b"2"], [b"3"])


def test_trimmed_drops_line_ends_and_outer_blank_lines() -> None:
    assert trimmed(b"\n\n  a  \r\n\nb\n\n") == b"  a\n\nb"
