"""Parts of one side: what people keep of it when they keep not all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.merge import Merge
from mergeassist.core.tokens import split_lines
from mergeassist.propose.parts import blocks, paragraphs, part_patterns

TEXT = st.text(alphabet="ab} \n", max_size=40).map(str.encode)


@given(TEXT, TEXT)
def test_parts_hold_lines_of_one_side_in_order(ours: bytes, theirs: bytes) -> None:
    sides = [[line.strip() for line in split_lines(side)] for side in (ours, theirs)]
    for _, text in part_patterns(Merge(b"", ours, theirs)):
        rests = [iter(side) for side in sides]
        lines = [line.strip() for line in split_lines(text) if line.strip()]
        assert any(all(line in rest for line in lines) for rest in rests)


@given(TEXT)
def test_paragraphs_and_blocks_lose_no_line(text: bytes) -> None:
    lines = split_lines(text)
    assert [line for part in blocks(lines) for line in part] == lines
    assert [x for part in paragraphs(lines) for x in part] == [x for x in lines if x.strip()]


def test_one_method_of_two() -> None:
    side = b"def f():\n    a\n\ndef g():\n    b\n"
    found = {text for _, text in part_patterns(Merge(b"", side, b"x\n"))}
    assert {b"def f():\n    a\n", b"def g():\n    b\n"} <= found


def test_a_closing_line_belongs_to_what_it_closes() -> None:
    assert len(blocks(split_lines(b"f {\n  a\n}\ng {\n}\n"))) == 2
