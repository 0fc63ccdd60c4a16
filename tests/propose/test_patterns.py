"""The candidate patterns, one small conflict each, and what must hold for all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.merge import Merge
from mergeassist.core.tokens import trimmed
from mergeassist.propose.generate import MAX_PROPOSALS, PROPOSERS, prior, propose
from mergeassist.propose.layout import layout_patterns, split_words
from mergeassist.propose.patterns import line_patterns, sub_line_patterns, token_patterns
from mergeassist.propose.unions import (
    joined_patterns,
    two_way_mixtures,
    two_way_patterns,
    union_patterns,
)

LINE = st.sampled_from(
    [b"a\n", b"b,\n", b"  c = 1\n", b"\n", b"import x\n", b"}\r\n", b"\xff\n", b"end"]
)
TEXT = st.lists(LINE, max_size=6).map(b"".join)


def merge(base: str, ours: str, theirs: str) -> Merge[bytes]:
    return Merge(base.encode(), ours.encode(), theirs.encode())


def texts(proposer: object, sides: Merge[bytes]) -> dict[str, str]:
    return {c.source: c.text.decode() for c in proposer(sides)}  # type: ignore[operator]


def test_line_primitives() -> None:
    found = texts(line_patterns, merge("o\n", "o\na\n", "b\n"))
    assert found["line-ours"] == "o\na\n"
    assert found["line-theirs"] == "b\n"
    assert found["line-base"] == "o\n"
    assert found["line-ours-theirs"] == "o\na\nb\n"
    assert found["line-theirs-ours"] == "b\no\na\n"
    assert found["line-ours-new"] == "a\n"
    assert found["line-ours-theirs-new"] == "a\nb\n"
    assert found["line-empty"] == ""


def test_joined_lines_never_run_together() -> None:
    assert texts(line_patterns, merge("", "a", "b"))["line-ours-theirs"] == "a\nb"
    assert texts(line_patterns, merge("", "x\r\na", "b"))["line-ours-theirs"] == "x\r\na\r\nb"


def test_clean_token_merge() -> None:
    sides = merge("f(a, b)\n", "f(x, b)\n", "f(a, y)\n")
    assert texts(token_patterns, sides) == {"token-merge": "f(x, y)\n"}


def test_token_primitives_inside_what_merges() -> None:
    sides = merge("v = 1  # old\n", "v = 2  # old\n", "v = 3  # new\n")
    found = texts(token_patterns, sides)
    assert found["token-ours"] == "v = 2  # new\n"
    assert found["token-theirs"] == "v = 3  # new\n"
    assert found["token-base"] == "v = 1  # new\n"
    assert found["token-ours-theirs"] == "v = 23  # new\n"


def test_mixtures_of_several_inner_conflicts() -> None:
    sides = merge("a 1 b 1 c\n", "a 2 b 2 c\n", "a 3 b 3 c\n")
    mixed = {c.text for c in token_patterns(sides) if c.source == "token-mixed"}
    assert {b"a 2 b 3 c\n", b"a 3 b 2 c\n"} <= mixed


def test_inner_line_conflicts() -> None:
    sides = merge("x\nk\ny\n", "x1\nk\ny1\n", "x2\nk\ny2\n")
    found = texts(sub_line_patterns, sides)
    assert found["sub-ours"] == "x1\nk\ny1\n"
    assert "x1\nk\ny2\n" in {c.text.decode() for c in sub_line_patterns(sides)}


def test_union_keeps_additions_and_deletions() -> None:
    sides = merge("a\nb\nc\n", "a\nc\nours\n", "a\nb\nc\ntheirs\n")
    found = texts(union_patterns, sides)
    assert found["union-ours-theirs"] == "a\nc\nours\ntheirs\n"
    assert found["union-theirs-ours"] == "a\nc\ntheirs\nours\n"


def test_union_of_sorted_lines_is_sorted() -> None:
    sides = merge("", "import a\nimport c\n", "import b\nimport d\n")
    assert (
        texts(union_patterns, sides)["union-sorted"] == "import a\nimport b\nimport c\nimport d\n"
    )


def test_union_sees_through_trailing_commas() -> None:
    sides = merge('  "a": 1\n', '  "a": 1,\n  "b": 2\n', '  "a": 1,\n  "c": 3\n')
    found = texts(union_patterns, sides)
    assert found["union-separated"] == '  "a": 1,\n  "b": 2,\n  "c": 3\n'


def test_trailing_comma_is_kept_where_the_inputs_have_it() -> None:
    sides = merge("", "  x,\n", "  y,\n")
    assert texts(union_patterns, sides)["union-separated"] == "  x,\n  y,\n"


def test_joined_with_and_without_a_blank_line() -> None:
    found = texts(joined_patterns, merge("", "a\n\n", "\nb\n"))
    assert found["tight-ours-theirs"] == "a\nb\n"
    assert found["blank-theirs-ours"] == "\nb\n\na\n\n"


def test_what_both_sides_share_stands_once() -> None:
    found = texts(two_way_patterns, merge("", "if A && C\n", "if A && B\n"))
    assert found["two-way-tokens-ours-theirs"] == "if A && CB\n"
    found = texts(two_way_patterns, merge("", "k\nx\n", "k\ny\n"))
    assert found["two-way-lines-ours-theirs"] == "k\nx\ny\n"
    assert found["theirs-not-ours"] == "y\n"


def test_two_way_mixtures_offer_each_place_apart() -> None:
    sides = merge("", "a\nk\nb\n", "x\nk\ny\n")
    found = {c.text for c in two_way_mixtures(sides)}
    assert b"a\nk\ny\n" in found
    assert b"k\nb\n" in found


def test_reindented_and_edited() -> None:
    sides = merge("if x:\n  f(a)\n", "if x:\n    f(a)\n", "if x:\n  f(b)\n")
    assert texts(layout_patterns, sides)["layout-ours"] == "if x:\n    f(b)\n"


@given(TEXT)
def test_words_and_layout_are_lossless(text: bytes) -> None:
    words, layout = split_words(text)
    assert len(layout) == len(words) + 1
    again = b"".join(space + word for space, word in zip(layout, words, strict=False)) + layout[-1]
    assert again == text


@given(TEXT, TEXT, TEXT)
def test_proposals_are_few_distinct_and_hold_both_sides(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    proposals = propose(Merge(base, ours, theirs))
    keys = [trimmed(p.text) for p in proposals]
    assert 0 < len(keys) == len(set(keys)) <= MAX_PROPOSALS
    assert trimmed(ours) in keys
    assert trimmed(theirs) in keys
    weights = [prior(p.sources) for p in proposals]
    assert weights == sorted(weights, reverse=True)  # without whole-file patterns


@given(TEXT, TEXT, TEXT)
def test_every_pattern_prints_only_tokens_of_the_inputs(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    known = {*(base + ours + theirs)} | {*b"\r\n,;"}
    for proposer in PROPOSERS:
        for candidate in proposer(Merge(base, ours, theirs)):
            assert set(candidate.text) <= known, candidate.source


@pytest.mark.parametrize("proposer", PROPOSERS)
def test_empty_input_is_no_error(proposer: object) -> None:
    assert all(not text.strip() for text in texts(proposer, merge("", "", "")).values())


def test_a_huge_region_gets_the_line_primitives_only() -> None:
    big = b"x y z\n" * 40_000
    sources = {s for p in propose(Merge(b"", big, b"b\n")) for s in p.sources}
    assert all(source.startswith("line-") for source in sources)
