"""Leaves, layout and the rules of edit transfer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.chunks import Conflict, from_chunks
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context
from mergeassist.propose.structure.layout import print_merge
from mergeassist.propose.structure.leaves import leaves, merge_words, stripped_lines
from mergeassist.propose.transfer import propose_transfer, renames

TEXT = st.text(alphabet="ab (),\n\t{}", max_size=40).map(str.encode)


def _transfer(ours: bytes, base: bytes, theirs: bytes) -> dict[str, bytes]:
    conflict = Conflict(ours, base, theirs)
    (proposals,) = propose_transfer((conflict,), from_chunks([conflict]), Context())
    return {proposal.source: proposal.text for proposal in proposals}


@given(TEXT)
def test_leaves_are_lossless(text: bytes) -> None:
    for split in (leaves(text), stripped_lines(text)):
        pairs = zip(split.gaps, [*split.words, b""], strict=True)
        assert b"".join(gap + word for gap, word in pairs) == text
        assert not any(gap.strip() for gap in split.gaps)


@given(TEXT, TEXT)
def test_one_changed_side_is_the_result(base: bytes, side: bytes) -> None:
    for sides in (Merge(base, side, base), Merge(base, base, side), Merge(base, side, side)):
        split = sides.map(leaves)
        picks = merge_words(split.map(lambda one: one.words))
        assert picks is not None
        for follow_ours in (True, False):
            words = leaves(print_merge(split, picks, follow_ours)).words
            assert words == leaves(side).words


@given(TEXT, TEXT, TEXT)
def test_clean_merges_of_words_mirror(base: bytes, ours: bytes, theirs: bytes) -> None:
    words = Merge(base, ours, theirs).map(lambda text: leaves(text).words)
    picks, mirrored = merge_words(words), merge_words(words.mirrored())
    assert (picks is None) == (mirrored is None)


@given(TEXT, TEXT, TEXT)
def test_transfer_never_raises_and_prints_no_side(base: bytes, ours: bytes, theirs: bytes) -> None:
    for text in _transfer(ours, base, theirs).values():
        assert text not in (base, ours, theirs)


def test_edit_follows_indentation() -> None:
    base = b"a = 1\nb = 2\nc = 3\n"
    ours = b"if x:\n    a = 1\n    b = 2\n    c = 3\n"
    theirs = b"a = 1\nb = 20\nlog(b)\nc = 3\n"
    found = _transfer(ours, base, theirs)
    assert found["transfer-wrap"] == b"if x:\n    a = 1\n    b = 20\n    log(b)\n    c = 3\n"


def test_edit_follows_tabs() -> None:
    found = _transfer(b"{\n\ta;\n\tb;\n}\n", b"{\n    a;\n    b;\n}\n", b"{\n    a;\n    c;\n}\n")
    assert found["transfer-reformat"] == b"{\n\ta;\n\tc;\n}\n"


def test_added_argument_goes_on_a_line_of_its_own() -> None:
    found = _transfer(b"f(\n  a,\n  b\n)\n", b"f(a, b)\n", b"f(a, b, c)\n")
    assert found["transfer-reformat"] == b"f(\n  a,\n  b,\n  c\n)\n"


def test_carriage_returns_of_the_new_layout_are_kept() -> None:
    found = _transfer(b"a;\r\nb;\r\nc;\r\n", b"a;\nb;\nc;\n", b"a;\nB;\nc;\n")
    assert found["transfer-reformat"] == b"a;\r\nB;\r\nc;\r\n"


def test_new_lines_use_the_new_name() -> None:
    base = b"old.open()\nold.close()\n"
    found = _transfer(base.replace(b"old", b"new"), base, base + b"old.sync()\n")
    assert found["transfer-rename"] == b"new.open()\nnew.close()\nnew.sync()\n"


def test_inconsistent_names_are_no_rename() -> None:
    base, side = [b"a", b".", b"a"], [b"b", b".", b"c"]
    assert renames(base, side) == {}


def test_insertion_survives_deletion_around_it() -> None:
    found = _transfer(b"", b"first\nsecond\n", b"first\nnew\nsecond\n")
    assert found["transfer-insertion"] == b"new\n"


def test_edit_follows_moved_lines() -> None:
    moved, stays = b"alpha one\nalpha two\nalpha three\n", b"beta\ngamma\ndelta\nepsilon\n"
    edited = moved.replace(b"alpha two", b"alpha 2")
    found = _transfer(stays + moved, moved + stays, edited + stays)
    assert found["transfer-move"] == stays + edited
