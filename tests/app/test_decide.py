"""What `decide` leaves to people although there is a judge."""

from __future__ import annotations

from math import inf

from mergeassist.app.decide import decide
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.propose.context import Context


def test_a_conflict_too_long_to_judge_costs_the_others_nothing() -> None:
    long = b"word " * 100_000
    merged = MergedFile((
        Conflict(long + b"a\n", long + b"b\n", long + b"c\n"),
        b"between\n",
        Conflict(b"x = 2\n", b"x = 1\n", b"x = 3\n"),
    ))
    sides = (merged.side(name) for name in ("base", "ours", "theirs"))
    first, second = decide(merged, Context("f.txt", "", *sides), min_probability=0.0, seconds=inf)
    assert first.proposals and not first.accepted
    assert first.reason.startswith("too long")
    assert second.accepted and second.proposals[0].probability is not None
