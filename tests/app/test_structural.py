"""The policy `structural`: one answer or none, and never an edit in the wrong place."""

from __future__ import annotations

from pathlib import Path

import pytest

from mergeassist.app.decide import decide
from mergeassist.app.merge_file import FileMerge, line_merge, merge_texts
from mergeassist.cli.main import main
from mergeassist.config import load
from mergeassist.core.merge import Merge
from mergeassist.errors import UsageError
from mergeassist.propose.context import Context

MEMBERS = [b"    int %s() {\n        return 10;\n    }\n" % name for name in (b"f", b"g", b"h")]


def _java(*members: bytes) -> bytes:
    return b"class A {\n" + b"\n".join(members) + b"}\n"


def _merge(path: str, base: bytes, ours: bytes, theirs: bytes) -> FileMerge:
    sides = Merge(base, ours, theirs)
    done = merge_texts(sides, Context(path, "", *sides), policy="structural")
    assert done is not None
    return done


def test_an_edit_follows_a_member_that_moved_to_where_git_had_settled() -> None:
    f, g, h = MEMBERS
    edited = f.replace(b"10", b"11")
    done = _merge("A.java", _java(f, g, h), _java(g, h, f), _java(edited, g, h))
    assert done.result.settled() == _java(g, h, edited)
    assert [decision.accepted for decision in done.decisions] == [True]


def test_an_edit_never_lands_in_the_twin_of_what_moved() -> None:
    twin = b"    @Max(20)\n    int %s;\n"
    a, b, c = (twin % name for name in (b"a", b"b", b"c"))
    edited = b.replace(b"20", b"30")
    for ours in (_java(b, a, c), _java(a, c, b), _java(c, b, a)):
        result = _merge("A.java", _java(a, b, c), ours, _java(a, edited, c)).result.settled()
        assert result is None or result == ours.replace(b, edited)


def test_what_is_not_reached_in_time_is_left() -> None:
    """And is found by who comes later with more time, though the rules are asked only once."""
    base, ours, theirs = (
        b"import a\n" + text + b"\nx = 1\n" for text in (b"", b"import b\n", b"import c\n")
    )
    sides = Merge(base, ours, theirs)
    merged, context = line_merge(*sides), Context("m.py", "python", *sides)
    assert merged is not None
    late = decide(merged, context, seconds=-1.0, policy="structural")
    assert [(one.accepted, bool(one.proposals)) for one in late] == [(False, True)]
    (again,) = decide(merged, context, policy="structural")
    assert again.text == b"import b\nimport c\n"


def test_one_entry_replaced_in_two_ways_stays_open() -> None:
    base = b"import { a, b } from 'm';\n"
    ours, theirs = base.replace(b"b ", b"c "), base.replace(b"b ", b"d ")
    assert _merge("m.js", base, ours, theirs).status == "conflict"


def test_what_has_no_answer_stays_beside_what_has() -> None:
    base = b"import a\n\nx = 1\ny = 2\nz = 3\n"
    ours = b"import a\nimport b\n\nx = 1\ny = 2\nz = 30\n"
    theirs = b"import a\nimport c\n\nx = 1\ny = 2\nz = 31\n"
    done = _merge("m.py", base, ours, theirs)
    assert [decision.accepted for decision in done.decisions] == [True, False]
    assert b"import b\nimport c\n" in done.result.chunks[0]


def test_words_merge_where_no_grammar_speaks() -> None:
    merged = _merge("notes", b"one two three\n", b"1 two three\n", b"one two 3\n")
    assert merged.result.settled() == b"1 two 3\n"
    assert _merge("notes", b"one two\n", b"1 two\n", b"I two\n").status == "conflict"


def test_neither_a_file_that_does_not_parse_nor_one_that_would_not() -> None:
    done = _merge("m.py", b"f(a\n", b"f(a, b\n", b"f(a, c\n")
    assert done.status == "conflict"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    texts = (b'{"a": 1}\n', b'{"a": 1, "b": 2}\n', b'{"a": 1, "c": 3}\n')
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    return [str(path) for path in paths]


def test_policy_and_language_on_the_command_line(
    files: list[str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["merge", "--policy", "structural", *files]) == 1  # no name tells the language
    capsysbinary.readouterr()
    assert main(["merge", "--policy", "structural", "--language", "JSON", *files]) == 0
    assert capsysbinary.readouterr().out == b'{"a": 1, "b": 2, "c": 3}\n'
    assert main(["merge", "--language", "no-such-language", *files]) == 2


def test_the_policy_is_the_users_to_choose() -> None:
    assert load().policy == "judge"
    assert load(git={"mergeassist.policy": "structural"}).policy == "structural"
    assert load(environment={"MERGEASSIST_POLICY": "structural"}).policy == "structural"
    with pytest.raises(UsageError, match="judge, structural"):
        load(git={"mergeassist.policy": "always"})
    with pytest.raises(UsageError, match="policy is not a setting"):
        load(pyproject={"policy": "structural"})
