"""Parsing and printing conflict markers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.chunks import Conflict, MergedFile, from_chunks
from mergeassist.core.markers import (
    Labels,
    free_size,
    has_markers,
    parse,
    render,
    split_common,
    unparse,
)

LINES = st.sampled_from([
    b"<<<<<<< ours\n", b"<<<<<<<\n", b"<<<<<<<x\n", b"||||||| base\n", b"=======\n", b"=======\r\n",
    b"=======", b">>>>>>> theirs\n", b">>>>>>> theirs", b"<<<<<<<< eight\n", b"========\n",
    b"text\n", b"text\r\n", b"\n", b"\r", b"\xff\xfe\n", b"\x00\n", b"no end",
    b"\xef\xbb\xbf<<<<<<< a\n",
])  # fmt: skip
MARKED = st.lists(LINES, max_size=30).map(b"".join) | st.binary(max_size=200)
SIDE = st.lists(
    st.sampled_from(
        [b"a\n", b"b\n", b"\n", b" c\n", b"d\re\n", b"d\rf\n", b"\xc3\xa9\n", b"\x00\n"]
    ),
    max_size=5,
)


@given(MARKED, st.integers(1, 9))
def test_unparse_is_the_inverse_of_parse(data: bytes, size: int) -> None:
    assert unparse(parse(data, size)) == data


@given(MARKED)
def test_parsing_settled_text_again_finds_nothing(data: bytes) -> None:
    for chunk in parse(data).chunks:
        if isinstance(chunk, bytes):
            assert parse(chunk).conflicts == ()


CHUNKS = st.lists(
    st.one_of(
        SIDE.map(b"".join),
        st.builds(
            lambda a, o, b: Conflict(b"".join(a), b"".join(o), b"".join(b)), SIDE, SIDE, SIDE
        ),
    ),
    max_size=6,
)


@given(CHUNKS, st.sampled_from(["diff3", "zdiff3"]), st.integers(5, 12))
def test_parse_is_the_inverse_of_render(
    chunks: list[bytes | Conflict], style: str, size: int
) -> None:
    merged = from_chunks(chunks)
    again = parse(render(merged, style, size), size)
    assert again.side("ours") == merged.side("ours")
    assert again.side("theirs") == merged.side("theirs")
    if style == "diff3":
        assert [c.sides for c in again.conflicts] == [c.sides for c in merged.conflicts]
        assert again.side("base") == merged.side("base")


@given(CHUNKS)
def test_merge_style_keeps_both_sides(chunks: list[bytes | Conflict]) -> None:
    merged = from_chunks(chunks)
    again = parse(render(merged, "merge"))
    assert (again.side("ours"), again.side("theirs")) == (
        merged.side("ours"),
        merged.side("theirs"),
    )
    assert all(conflict.base is None for conflict in again.conflicts)


def test_an_underline_in_ours_is_not_the_separator() -> None:
    text = b"<<<<<<< a\nTitle\n=======\n||||||| o\n=======\nOther\n>>>>>>> b\n"
    (conflict,) = parse(text).conflicts
    assert conflict.sides == (b"", b"Title\n=======\n", b"Other\n")


def test_a_conflict_opened_twice_starts_at_the_last() -> None:
    text = b"<<<<<<< a\n<<<<<<< b\nx\n=======\ny\n>>>>>>> c\n"
    merged = parse(text)
    assert merged.chunks[0] == b"<<<<<<< a\n"
    assert merged.conflicts[0].ours == b"x\n"


def test_crlf_files_get_crlf_markers() -> None:
    merged = MergedFile((b"x\r\n", Conflict(b"a\r\n", b"", b"b\r\n")))
    expected = b"x\r\n<<<<<<< L\r\na\r\n=======\r\nb\r\n>>>>>>> R\r\n"
    assert render(merged, "merge", labels=Labels(b"L", b"", b"R")) == expected


def test_a_side_without_final_newline_is_ended() -> None:
    merged = MergedFile((Conflict(b"a", b"", b"b"),))
    assert render(merged, "merge") == b"<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"


def test_render_refuses_an_unknown_style() -> None:
    with pytest.raises(ValueError, match="unknown conflict style"):
        render(MergedFile(()), "diff4")


def test_unparse_refuses_what_was_never_printed() -> None:
    with pytest.raises(ValueError, match="render"):
        unparse(MergedFile((Conflict(b"", b"", b""),)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"Title\n=======\n", False),
        (b"a\n<<<<<<< x\n", True),
        (b">>>>>>> \n", True),
        (b"x <<<<<<< y\n", False),
        (b"<<<<<<<<\n", False),
        (b"|||||||\n", False),
    ],
)
def test_has_markers(text: bytes, found: bool) -> None:
    assert has_markers(text) is found


@given(MARKED)
def test_a_free_size_is_free(data: bytes) -> None:
    size = free_size(data)
    assert size >= 7
    assert parse(data, size).conflicts == ()
    assert not has_markers(data, size)


@given(SIDE, SIDE)
def test_split_common_loses_nothing(ours: list[bytes], theirs: list[bytes]) -> None:
    a, b = b"".join(ours), b"".join(theirs)
    head, rest_a, rest_b, tail = split_common(a, b)
    assert (head + rest_a + tail, head + rest_b + tail) == (a, b)
