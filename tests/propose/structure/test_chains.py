"""An operand added to a chain never takes the edit of another: `a() && b()`, `&& c()`, `b(1)`."""

from __future__ import annotations

from itertools import product

import pytest

from mergeassist.app.merge_file import merge_texts
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context

CHAINS = [
    ("a.py", "x = (%s)\n", " and "),
    ("a.js", "const x = %s;\n", "\n  + "),
    ("A.java", "class A {\n  int x = %s;\n}\n", " && "),
    ("a.cpp", "int x = %s;\n", " << "),
    ("a.php", "<?php\n$x = %s;\n", " . "),
    ("a.php", "<?php\n$x = %s;\n", "->"),
    ("a.rb", "x = %s\n", "\n  ."),
    ("a.kt", "val x = %s\n", " ?: "),
]


@pytest.mark.parametrize(("path", "frame", "operator"), CHAINS)
def test_an_added_operand_takes_no_edit(path: str, frame: str, operator: str) -> None:
    settled = 0
    for size, at, edited in product((2, 3), range(4), range(3)):
        if at > size or edited >= size:
            continue
        base = ["one()", "two()", "three()"][:size]
        theirs = [part.replace("()", "(1)") if n == edited else part for n, part in enumerate(base)]
        texts = [base, [*base[:at], "new()", *base[at:]], theirs]
        sides = Merge(*((frame % operator.join(parts)).encode() for parts in texts))
        for versions in (sides, sides.mirrored()):
            done = merge_texts(versions, Context(path, "", *versions), policy="structural")
            assert done is not None
            text = done.result.settled()
            expected = frame % operator.join([*theirs[:at], "new()", *theirs[at:]])
            assert text in (None, expected.encode())
            settled += text is not None
    assert settled >= 24  # of 36: beside each other they may collide


@pytest.mark.parametrize(("path", "frame", "operator"), CHAINS)
def test_an_edit_stays_with_the_operand_that_moved(path: str, frame: str, operator: str) -> None:
    base, moved, edited = ("one()", "two()"), ("two()", "one()"), ("one(1)", "two()")
    sides = Merge(*((frame % operator.join(parts)).encode() for parts in (base, moved, edited)))
    expected = (frame % operator.join(("two()", "one(1)"))).encode()
    for versions in (sides, sides.mirrored()):
        done = merge_texts(versions, Context(path, "", *versions), policy="structural")
        assert done is not None
        assert done.result.settled() in (None, expected)
