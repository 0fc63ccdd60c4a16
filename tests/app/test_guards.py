"""An accepted text that breaks the file is withdrawn."""

from __future__ import annotations

import pytest

from mergeassist.app.guards import still_parses, withdraw_what_breaks
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.propose.context import Context

CONFLICT = Conflict(b"    return 1\n", b"    return 0\n", b"    return 2\n")
MERGED = MergedFile((b"def f():\n", CONFLICT))


def context(language: str = "python") -> Context:
    versions = (MERGED.side(name) for name in ("base", "ours", "theirs"))
    return Context("a.py", language, *versions)


def decided(text: bytes, accepted: bool = True) -> tuple[Decision, ...]:
    return (Decision(CONFLICT, (Proposal(text, "line-ours"),), accepted, "sure"),)


@pytest.mark.parametrize(
    ("decisions", "parses"),
    [
        (decided(b"    return 1 + 2\n"), True),
        (decided(b"    return (1\n"), False),
        (decided(b"    return (1\n", accepted=False), None),
    ],
)
def test_whether_the_file_still_parses(decisions: tuple[Decision, ...], parses: bool) -> None:
    assert still_parses(MERGED, decisions, context()) is parses


def test_what_breaks_the_file_is_withdrawn() -> None:
    (decision,) = withdraw_what_breaks(MERGED, decided(b"    return (1\n"), context())
    assert not decision.accepted
    assert decision.reason == "the file would no longer parse"


def test_an_unknown_language_cannot_tell() -> None:
    decisions = decided(b"    return (1\n")
    assert still_parses(MERGED, decisions, context("klingon")) is None
    assert withdraw_what_breaks(MERGED, decisions, context("klingon")) == decisions


def test_an_empty_text_is_a_text() -> None:
    merged = MergedFile((b"x = [\n", Conflict(b"1]\n", b"0]\n", b"2]\n")))
    versions = (merged.side(name) for name in ("base", "ours", "theirs"))
    assert still_parses(merged, decided(b""), Context("a.py", "python", *versions)) is False
