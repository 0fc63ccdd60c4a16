"""The structural proposer stays silent rather than wrong, and in time."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mergeassist.core.chunks import Conflict, from_chunks
from mergeassist.core.outcome import Proposal
from mergeassist.propose.context import Context
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.transfer import propose_transfer

LANGUAGES = ("python", "java", "typescript", "csharp", "go", "rust", "c", "json", "yaml", "xml")


def _propose(
    language: str, *chunks: bytes | Conflict, strict: bool = False
) -> list[list[Proposal]]:
    merged = from_chunks(chunks)
    return propose_structure(merged.conflicts, merged, Context(language=language), strict=strict)


def _clean(proposals: list[Proposal]) -> list[Proposal]:
    settled = ("structure-ours", "structure-theirs", "structure-both")
    return [proposal for proposal in proposals if proposal.source not in settled]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(LANGUAGES),
    st.lists(st.text(alphabet='ab1:,;(){}[]<>="\n ', max_size=30).map(str.encode), min_size=5),
)
def test_never_raises(language: str, texts: list[bytes]) -> None:
    before, ours, base, theirs, behind = texts[:5]
    _propose(language, before, Conflict(ours, base, theirs), behind)


@pytest.mark.parametrize("language", ["", "rst", "markdown", "no-such-language"])
def test_silent_without_a_grammar(language: str) -> None:
    assert _propose(language, Conflict(b"a\n", b"b\n", b"c\n")) == [[]]


def test_silent_where_the_node_does_not_parse() -> None:
    found = _propose("python", b"def f():\n", Conflict(b"  x = (\n", b"  x = 1\n", b"  y = 1\n"))
    assert found == [[]]


def test_no_duplicate_of_what_stands_outside() -> None:
    conflict = Conflict(b"def a(): return 1\n", b"", b"def b(): return 2\n")
    (found,) = _propose("python", b"def b(): return 3\n\n", conflict)
    assert not _clean(found)


def test_deleted_and_changed_is_a_conflict() -> None:
    conflict = Conflict(b"", b"def a(): return 1\n", b"def a(): return 2\n")
    (found,) = _propose("python", b"x = 1\n", conflict, b"y = 1\n")
    assert not _clean(found)


def test_windows_line_ends_are_kept() -> None:
    conflict = Conflict(b"f(a, 2)\r\n", b"f(1, 2)\r\n", b"f(1, b)\r\n")
    (found,) = _propose("python", b"x = 1\r\n", conflict, b"y = 1\r\n")
    assert [proposal.text for proposal in found] == [b"f(a, b)\r\n"]


@pytest.mark.parametrize(
    ("language", "ours", "base", "theirs"),
    [
        ("json", b"[" * 100_000, b"", b"[" * 99_999 + b"{"),
        ("python", b"(" * 50_000 + b")" * 50_000, b"()", b"(" * 40_000 + b")" * 40_000),
        ("json", b"[" + b"1," * 400_000 + b"2]", b"[" + b"1," * 400_000 + b"3]", b"[4]"),
        ("json", b'{"a":' * 20_000 + b"}" * 20_000, b"{}", b'{"b":' * 20_000 + b"}" * 20_000),
    ],
    ids=["open", "nested", "one-line", "objects"],
)
def test_hostile_input_ends_in_time(language: str, ours: bytes, base: bytes, theirs: bytes) -> None:
    conflict = Conflict(ours + b"\n", base + b"\n", theirs + b"\n")
    started = process_time()
    _propose(language, conflict)
    if len(ours) < 500_000:  # a longer one costs the same again
        _propose(language, conflict, strict=True)
    merged = from_chunks([conflict])
    propose_transfer((conflict,), merged, Context())
    assert process_time() - started < 30  # three budgets of at most 2 s; parsing counts, too
