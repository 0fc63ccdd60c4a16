"""One side's edits in subtrees that the other put elsewhere; where that may not be."""

from __future__ import annotations

import pytest

from mergeassist.app.merge_file import merge_texts
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context


def _merged(base: str, ours: str, theirs: str, path: str = "a.py") -> tuple[str | None, str]:
    """The settled text (`None`: a conflict) and the rule that settled it."""
    sides = Merge(base.encode(), ours.encode(), theirs.encode())
    done = merge_texts(sides, Context(path, "", *sides), policy="structural")
    assert done is not None
    settled = done.result.settled()
    rule = next((each.proposals[0].source for each in done.decisions if each.accepted), "")
    return None if settled is None else settled.decode(), rule


BASE = "if ready:\n    one(a)\n    two(b)\n"
UNWRAPPED = "one(a)\ntwo(b)\n"


def test_an_edit_follows_its_subtree_out_of_a_block() -> None:
    theirs = BASE.replace("two(b)", "two(\n        b,\n        c,\n    )")
    expected = "one(a)\ntwo(\n    b,\n    c,\n)\n"
    assert _merged(BASE, UNWRAPPED, theirs) == (expected, "structure-graft")
    assert _merged(BASE, theirs, UNWRAPPED) == (expected, "structure-graft")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (UNWRAPPED + "two(b)\n", BASE.replace("two(b)", "two(c)")),  # at two places
        (UNWRAPPED.replace("two(b)", "two(d)"), BASE.replace("two(b)", "two(c)")),
        ("one(a)\n", BASE.replace("two(b)", "two(c)")),  # deleted
        (UNWRAPPED, BASE.replace("two(b)", "two('''\n  x\n''')")),  # indentation is text
    ],
)
def test_no_place_no_answer(ours: str, theirs: str) -> None:
    assert _merged(BASE, ours, theirs) == (None, "")


NAMES = "def f(cnt):\n    a = cnt\n    return cnt\n"
REST = "".join(f"x{n} = {n}\n" for n in range(9))
RENAMED = NAMES.replace("cnt", "count")


def test_new_lines_use_the_name_that_the_other_side_gave() -> None:
    theirs = NAMES.replace("return cnt", "return step(cnt)")
    expected = RENAMED.replace("return count", "return step(count)")
    assert _merged(NAMES + REST, RENAMED + REST, theirs + REST)[0] == expected + REST


def test_a_name_that_one_side_gave_up_is_not_left_behind() -> None:
    """git settles the use of the old name far from the conflict: no text of it mends that."""
    theirs = NAMES.replace("return cnt", "return step(cnt)") + REST + "print(cnt)\n"
    assert _merged(NAMES + REST, RENAMED + REST, theirs)[0] is None


def test_renamed_two_ways_is_a_conflict() -> None:
    assert _merged(NAMES, RENAMED, NAMES.replace("cnt", "total"))[0] is None
