"""Which side put or took each word; and that no text is lost by marking it."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.app.report.template import safe, shown
from mergeassist.app.report.words import MAX_TEXT, as_html, compare

WORDS = st.lists(
    st.sampled_from(
        [b"a", b"b", b"foo", b"_x", b" ", b"\n", b"(", b")", b",", b"\xc3\xa9", b"\xff"]
    ),
    max_size=14,
).map(b"".join)


def marks(text: object) -> list[tuple[str, bytes]]:
    """The words that carry a mark."""
    return [(mark, token) for token, mark in zip(text.tokens, text.marks, strict=True)
            if mark and token.strip()]  # fmt: skip


@given(st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_marks_lose_nothing(texts: tuple[bytes, bytes, bytes, bytes]) -> None:
    for text, marked in zip(texts, compare(*texts), strict=True):
        html = re.sub(r"<[^>]*>", "", as_html(marked))
        assert unescape(html) == text.decode("utf-8", "replace")


@given(WORDS, WORDS)
def test_a_side_that_changed_nothing_has_no_mark(base: bytes, theirs: bytes) -> None:
    root, ours, other, chosen = compare(base, base, theirs, theirs)
    assert not any(ours.marks)
    assert set(root.marks) <= {"", "t"}
    assert set(other.marks) <= {"", "t"}
    assert other.marks == chosen.marks


def test_who_put_and_who_took() -> None:
    base, ours, theirs, put = compare(
        b"call(old, 5)\n", b"call(mine, 5)\n", b"call(old, 7, extra)\n", b"call(mine, 7, new)\n"
    )
    assert marks(base) == [("o", b"old"), ("t", b"5")]
    assert marks(ours) == [("o", b"mine")]
    assert (("t", b"extra") in marks(theirs)) and (("t", b"7") in marks(theirs))
    assert {m for m in marks(put) if m[1] != b","} == {("o", b"mine"), ("t", b"7"), ("n", b"new")}


def test_the_lines_of_a_union_are_those_of_the_sides() -> None:
    *_, put = compare(b"", b"import logging\n", b"import uuid\n", b"import logging\nimport uuid\n")
    assert [who for who, word in marks(put) if word in (b"logging", b"uuid")] == ["o", "t"]
    assert "n" not in put.marks


def test_a_long_text_is_cut_and_says_so() -> None:
    (long, *_) = compare(b"x" * (1 << 20), b"", b"")
    assert as_html(long).count("x") == MAX_TEXT
    assert f"{(1 << 20) - MAX_TEXT:,} more bytes" in as_html(long)


def test_characters_that_drive_a_display_are_shown_by_number() -> None:
    text = "a\u202eb\u2066\x1b[2J\x00\ufeff\udc80é漢\tend\n"
    for form in (safe(text), re.sub(r"<[^>]*>", "", shown(text))):
        assert form == "aU+202EbU+2066U+001B[2JU+0000U+FEFFU+DC80é漢\tend\n"
    assert safe(b'"<&\xff') == "&quot;&lt;&amp;\ufffd"
