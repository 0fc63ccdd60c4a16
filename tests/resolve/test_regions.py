"""Regions of the work tree led back to the index: laws on random texts, through git itself."""

from __future__ import annotations

import tempfile

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mergeassist.app.merge_file import tree_merge
from mergeassist.app.regions import NoCorrespondenceError, locate
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.git import textmerge

LINES = [b"a\n", b"b\n", b"c\n", b"d\n", b"\n", b"e\r\n"]
TEXTS = st.lists(st.sampled_from(LINES), max_size=9).flatmap(
    lambda lines: st.sampled_from([b"".join(lines), b"".join(lines) + b"no end"]))
VERSIONS = st.builds(Merge, TEXTS, TEXTS, TEXTS)


def printed_by_git(versions: Merge[bytes], style: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        request = textmerge.Request(versions, 7, markers.Labels(b"HEAD", b"x", b"topic"), folder)
        return textmerge.merge(request, [style])[style].text


@pytest.mark.parametrize("style", markers.STYLES)
@settings(max_examples=60, deadline=None)
@given(versions=VERSIONS)
@example(versions=Merge(b"o\n", b"a\ns\nb\n", b"c\ns\nd\n"))
@example(versions=Merge(b"b\n", b"a\na\nb\na\n", b"a\nb\nno end"))
@example(versions=Merge(b"", b"same\nx", b"same\ny\n"))
@example(versions=Merge(b"a\nb\nc\n", b"", b"a\nB\nc\n"))
def test_untouched_files(style: str, versions: Merge[bytes]) -> None:
    """All open: the very file. All settled with one side: the reference with that side."""
    reference = tree_merge(*versions)
    assert reference is not None
    assume(reference.conflicts)
    work = printed_by_git(versions, style)
    regions = locate(work, versions, reference, 7)
    assert regions.merged.conflicts == reference.conflicts
    count = len(regions.lines())
    assert count == len(reference.conflicts)
    assert regions.text([None] * count) == work
    for name in ("ours", "theirs"):
        texts = [getattr(conflict, name) for conflict in regions.merged.conflicts]
        assert regions.text(texts) == reference.side(name)
    for texts in ([None] * (count - 1) + [b"x\n"], [b"x\n"] + [None] * (count - 1)):
        partly = markers.parse(regions.text(texts)).conflicts
        assert bool(partly) == (count > 1)


@pytest.mark.parametrize("style", markers.STYLES)
@settings(max_examples=40, deadline=None)
@given(versions=VERSIONS, before=st.binary(max_size=9), which=st.integers(0, 3))
def test_edits_outside_and_regions_settled_before_survive(
    style: str, versions: Merge[bytes], before: bytes, which: int
) -> None:
    reference = tree_merge(*versions)
    assert reference is not None
    assume(reference.conflicts and b"\0" not in before)
    parsed = markers.parse(printed_by_git(versions, style))
    by_hand = parsed.replace(lambda index, _: b"by hand\n" if index == which else None)
    assume(by_hand.conflicts)
    work = b"# " + before.replace(b"\n", b"") + b"\n" + markers.unparse(by_hand)
    regions = locate(work, versions, reference, 7)
    assert regions.text([None] * len(regions.lines())) == work
    for name in ("ours", "theirs"):
        texts = [getattr(conflict, name) for conflict in regions.merged.conflicts]
        end = textmerge.restore_final_newline(by_hand, versions)
        assert regions.text(texts) == b"# " + before.replace(b"\n", b"") + b"\n" + end.side(name)


@pytest.mark.parametrize("style", markers.STYLES)
def test_what_the_driver_left_open(style: str) -> None:
    """The driver settles the first conflict and prints the rest anew."""
    base = b"1\nx\n" + b"-\n" * 9 + b"2\ny\n"
    versions = Merge(base, base.replace(b"1\n", b"o1\n").replace(b"2\n", b"o2\ns\no3\n"),
                     base.replace(b"1\n", b"t1\n").replace(b"2\n", b"t2\ns\nt3\n"))
    reference = tree_merge(*versions)
    assert reference is not None and len(reference.conflicts) == 2
    partly = reference.replace(lambda index, _: b"sure\n" if index == 0 else None)
    with tempfile.TemporaryDirectory() as folder:
        work = textmerge.merge_open(
            partly, style, textmerge.Request(versions, 7, markers.Labels(), folder))
    regions = locate(work, versions, reference, 7)
    texts = [conflict.theirs for conflict in regions.merged.conflicts]
    assert regions.text(texts) == versions.theirs.replace(b"t1\n", b"sure\n")


def test_conflicts_that_style_merge_joins_keep_their_bases_in_an_edited_file() -> None:
    base = b"1\n-\n-\n2\nend\n"
    versions = Merge(base, base.replace(b"1", b"o1").replace(b"2", b"o2"),
                     base.replace(b"1", b"t1").replace(b"2", b"t2"))
    reference = tree_merge(*versions)
    assert reference is not None and len(reference.conflicts) == 2
    work = printed_by_git(versions, "merge")
    assert work.count(b"<<<<<<<") == 1
    regions = locate(b"edited\n" + work, versions, reference, 7)
    assert regions.merged.conflicts == reference.conflicts
    assert regions.lines() == [2, 2]
    assert regions.text([None, None]) == b"edited\n" + work
    assert regions.text([b"A\n", b"B\n"]) == b"edited\nA\n-\n-\nB\nend\n"
    assert regions.text([b"A\n", None]) == (
        b"edited\nA\n-\n-\n<<<<<<< HEAD\no2\n=======\nt2\n>>>>>>> topic\nend\n")


@pytest.mark.parametrize("work", [
    b"", b"text\n", b"<<<<<<< HEAD\nA\n=======\n>>>>>>> x\n",
    b"<<<<<<< HEAD\nnobody's\n=======\nb\n>>>>>>> x\n",
    b"<<<<<<< HEAD\n||||||| x\nnobody's\n=======\nb\n>>>>>>> x\n",
    b"<<<<<<< HEAD\na\n=======\nbut not at the start of a line\n>>>>>>> x\n",
])
def test_strange_texts_are_refused(work: bytes) -> None:
    versions = Merge(b"o\n", b"a\n", b"b\n")
    reference = tree_merge(*versions)
    assert reference is not None
    with pytest.raises(NoCorrespondenceError):
        locate(work, versions, reference, 7)
