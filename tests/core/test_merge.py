"""The laws of `Merge[T]`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mergeassist.core.merge import Merge, Resolved

VALUES = st.one_of(st.none(), st.integers(0, 3), st.binary(max_size=2))


@given(VALUES, VALUES)
def test_one_sided_changes_are_taken(base: object, changed: object) -> None:
    assert Merge(base, changed, base).trivial() == Resolved(changed)
    assert Merge(base, base, changed).trivial() == Resolved(changed)


@given(VALUES, VALUES)
def test_equal_changes_are_taken(base: object, changed: object) -> None:
    assert Merge(base, changed, changed).trivial() == Resolved(changed)


@given(VALUES, VALUES, VALUES)
def test_mirror_gives_the_same_answer(base: object, ours: object, theirs: object) -> None:
    merge = Merge(base, ours, theirs)
    assert merge.trivial() == merge.mirrored().trivial()
    assert merge.mirrored().mirrored() == merge


@given(VALUES, VALUES, VALUES)
def test_three_different_versions_are_not_trivial(
    base: object, ours: object, theirs: object
) -> None:
    if len({repr(v) for v in (base, ours, theirs)}) == 3:
        assert Merge(base, ours, theirs).trivial() is None


def test_a_resolution_to_none_is_not_no_resolution() -> None:
    assert Merge("kept", None, "kept").trivial() == Resolved(None)
