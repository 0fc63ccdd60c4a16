"""What git merges in silence with one name twice: under `structural` an answer, or a conflict."""

from __future__ import annotations

import pytest

from mergeassist.app.merge_file import FileMerge, line_merge, merge_texts
from mergeassist.core.merge import Merge
from mergeassist.propose.context import Context

KEYS = '{\n  "a": 1,\n  "m": 2,\n  "n": 3,\n  "z": 4\n}\n'
FIELDS = "package a\n\ntype T struct {\n\tA int\n\tB int\n\tC int\n\tD int\n}\n"
IMPORTS = "import a.A;\nimport a.B;\nimport a.C;\nimport a.D;\n\nclass X {\n}\n"
METHODS = (
    "class A {\n    void a() {\n    }\n\n    void m() {\n        y();\n    }\n\n"
    "    void z() {\n    }\n}\n"
)
M = "    void m() {\n"
Z = "    void z() {\n    }\n"


def _merge(path: str, texts: tuple[str, str, str], policy: str = "structural") -> FileMerge:
    sides = Merge(*(text.encode() for text in texts))
    by_lines = line_merge(*sides)
    assert by_lines is not None and not by_lines.conflicts
    done = merge_texts(sides, Context(path, "", *sides), policy=policy)
    assert done is not None
    return done


def _both(base: str, first: tuple[str, str], second: tuple[str, str]) -> tuple[str, str, str]:
    return base, base.replace(*first), base.replace(*second)


@pytest.mark.parametrize(
    ("path", "base", "first", "second"),
    [
        ("a.json", KEYS, ("1,\n", '1,\n  "k": true,\n'), ("4\n", '4,\n  "k": true\n')),
        ("a.go", FIELDS, ("\tA int\n", "\tA int\n\tK int\n"), ("\tD int\n", "\tD int\n\tK int\n")),
        ("A.java", IMPORTS, ("a.A;\n", "a.A;\nimport z.Z;\n"), ("a.D;\n", "a.D;\nimport z.Z;\n")),
    ],
)
def test_the_same_entry_of_both_sides_stands_once(
    path: str, base: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    texts = _both(base, first, second)
    done = _merge(path, texts)
    assert done.status == "resolved"
    assert done.result.settled() == texts[1].encode()  # where ours put it


@pytest.mark.parametrize(
    ("path", "base", "first", "second"),
    [
        ("a.json", KEYS, ("1,\n", '1,\n  "k": true,\n'), ("4\n", '4,\n  "k": false\n')),
        ("a.yaml", "a: 1\nb: 2\nc: 3\nd: 4\n", ("b:", "k: 1\nb:"), ("d: 4\n", "d: 4\nk: 2\n")),
        ("A.java", METHODS, (M, "    void k() {\n        one();\n    }\n\n" + M),
         (Z, Z + "\n    void k() {\n        two();\n    }\n")),
    ],
)  # fmt: skip
def test_one_name_with_two_meanings_is_a_conflict(
    path: str, base: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    texts = _both(base, first, second)
    done = _merge(path, texts)
    assert done.status == "conflict"
    for name, text in zip(("base", "ours", "theirs"), texts, strict=True):
        assert done.merged.side(name) == text.encode()
    assert _merge(path, texts, policy="judge").status == "clean"  # as git has it


def test_what_does_not_parse_though_all_versions_do_is_a_conflict() -> None:
    statements = ["if (x)\n", "    a();\n", "// one\n", "// two\n", "// three\n", "b();\n"]
    base = "class A {\n    void f() {\n" + "".join(statements) + "    }\n}\n"
    texts = _both(base, ("    a();\n", ""), ("b();\n", ""))
    assert _merge("A.java", texts).status == "conflict"
    broken = base.replace("class A", "class = A")
    texts = _both(broken, ("    a();\n", ""), ("b();\n", ""))
    assert _merge("A.java", texts).status == "clean"


def test_an_overload_and_a_name_twice_in_one_version_are_no_doubt() -> None:
    overloads = ["    void k(int x) {\n    }\n\n" + M, Z + "\n    void k(String x) {\n    }\n"]
    texts = _both(METHODS, (M, overloads[0]), (Z, overloads[1]))
    assert _merge("A.java", texts).status == "clean"
    twice = KEYS.replace('"z"', '"a"')
    texts = _both(twice, ('"m": 2', '"m": 5'), ("4\n", "6\n"))
    assert _merge("a.json", texts).status == "clean"
