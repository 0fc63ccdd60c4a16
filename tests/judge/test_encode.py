"""The aligned sequence the network reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("tokenizers")

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.judge.encode import (
    BASE,
    DROPPED,
    EVERYWHERE,
    KEPT,
    MAX_AROUND,
    MAX_REGION,
    MOVED,
    OURS,
    THEIRS,
    Vocabulary,
    align,
    encode,
    marks,
)
from mergeassist.judge.evidence import FileView
from mergeassist.propose.context import Context

TOKENS = st.lists(st.sampled_from([b"a", b"b", b"c", b"\n"]), max_size=15)
MODEL = Path(__file__).parents[2] / "models" / "judge"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(MODEL / "tokenizer.json")


@given(TOKENS, TOKENS, TOKENS)
def test_each_version_is_read_off_its_flag(
    base: list[bytes], ours: list[bytes], theirs: list[bytes]
) -> None:
    tokens, presence = align(Merge(base, ours, theirs))
    for flag, side in ((BASE, base), (OURS, ours), (THEIRS, theirs)):
        assert [t for t, p in zip(tokens, presence, strict=True) if p & flag] == side
    assert all(0 < p <= EVERYWHERE for p in presence)


def test_marks_tell_dropped_kept_and_moved() -> None:
    tokens, _ = align(Merge([], [b"x"], [b"y"]))
    assert tokens == [b"x", b"y"]
    assert marks(tokens, [b"x"]) == [KEPT, DROPPED]
    assert sorted(marks(tokens, [b"y", b"x"])) == [KEPT, MOVED]


def view_of(ours: bytes, base: bytes, theirs: bytes) -> object:
    merged = MergedFile((b"before\n", Conflict(ours, base, theirs), b"after\n"))
    return FileView(merged, Context("a.py")).conflicts()[0]


def test_shapes_and_bounds(vocabulary: Vocabulary) -> None:
    long = b"word " * 3000
    view = view_of(long + b"x\n", long + b"o\n", b"y\n" + long)
    encoded = encode(view, [b"x\n", long], vocabulary)  # type: ignore[arg-type]
    length = len(encoded.ids)
    assert length <= 1 + 2 * MAX_AROUND + MAX_REGION
    assert encoded.presence.shape == (length,)
    assert encoded.marks.shape == (2, length)
    assert encoded.ids.max() < len(vocabulary)


def test_a_long_shared_run_becomes_a_gap(vocabulary: Vocabulary) -> None:
    shared = b"one two three four five six seven eight nine ten " * 3 + b"\n"
    view = view_of(shared + b"x\n", shared + b"o\n", shared + b"y\n")
    encoded = encode(view, [shared + b"x\n"], vocabulary)  # type: ignore[arg-type]
    assert vocabulary.special("[GAP]") in encoded.ids


def test_pieces_do_not_depend_on_what_was_asked_before(vocabulary: Vocabulary) -> None:
    fresh = Vocabulary(MODEL / "tokenizer.json")
    words = ["naïve".encode(), b"Merge", b"\n", b"\xff\xfe", b"="]
    assert vocabulary.pieces(words) == fresh.pieces(words[::-1])[::-1]


def test_encoding_is_the_same_each_time(vocabulary: Vocabulary) -> None:
    view = view_of(b"a = 1\n", b"a = 0\n", b"a = 2\n")
    one, other = (encode(view, [b"a = 1\n"], vocabulary) for _ in range(2))  # type: ignore[arg-type]
    for left, right in zip(one, other, strict=True):
        assert np.array_equal(left, right)
