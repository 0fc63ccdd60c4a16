"""Semantic damage of clean merges: what is reported, and what is not."""

from __future__ import annotations

import pytest

from mergeassist.propose.structure.damage import Finding, damage


def test_duplicate_definition() -> None:
    base = b"def a():\n    pass\n\n\nx = 1\n"
    ours = b"def new():\n    pass\n\n\n" + base
    theirs = base + b"\n\ndef new():\n    return 1\n"
    merged = b"def new():\n    pass\n\n\n" + theirs
    assert damage(base, ours, theirs, merged, "python") == [Finding("duplicate", "new", 12)]


def test_duplicate_key() -> None:
    base, ours = b'{"a": 1, "m": 2, "z": 3}', b'{"k": 0, "a": 1, "m": 2, "z": 3}'
    theirs, merged = b'{"a": 1, "m": 2, "z": 3, "k": 4}', b'{"k": 0, "a": 1, "z": 3, "k": 4}'
    (found,) = damage(base, ours, theirs, merged, "json")
    assert found.kind == "duplicate"


def test_import_deleted_by_one_and_used_by_the_other() -> None:
    base = b"import os\nimport re\n\nprint(os.name)\n\n\ndone = 1\n"
    ours = b"import re\n\nprint(1)\n\n\ndone = 1\n"
    theirs = base + b"print(os.sep)\n"
    merged = ours + b"print(os.sep)\n"
    assert damage(base, ours, theirs, merged, "python") == [Finding("lost-import", "os", 7)]


def test_renamed_function_called_by_the_other_side() -> None:
    base = b"def old():\n    pass\n\n\nold()\n"
    ours = base.replace(b"old", b"new")
    theirs = base + b"old()\n"
    merged = ours + b"old()\n"
    assert damage(base, ours, theirs, merged, "python") == [Finding("lost-definition", "old", 6)]


def test_silent_on_clean_merges_and_unknown_languages() -> None:
    base = b"import os\n\nprint(os.name)\n"
    ours, theirs = b"import os\nimport re\n\nprint(os.name)\n", base + b"print(os.sep)\n"
    merged = b"import os\nimport re\n\nprint(os.name)\nprint(os.sep)\n"
    assert damage(base, ours, theirs, merged, "python") == []
    assert damage(base, ours, theirs, merged, "rst") == []
    assert damage(base, ours, theirs, b"x = = 1\n", "python") == []


def test_one_key_in_two_nameless_parents_is_no_duplicate() -> None:
    """Keyword arguments of two calls, keys of two list elements: each has a parent of its own."""
    base = b"f(a=1)\n\n\nx = 1\n"
    merged = b"f(a=1)\nf(a=2)\n\n\nx = 1\nf(a=3)\n"
    assert damage(base, b"f(a=1)\nf(a=2)\n\n\nx = 1\n", base + b"f(a=3)\n", merged, "python") == []
    before, after = b'[{"k": 1}]', b'[{"k": 1}, {"k": 2}, {"k": 3}]'
    assert damage(before, b'[{"k": 1}, {"k": 2}]', b'[{"k": 1}, {"k": 3}]', after, "json") == []
    twice = b'[{"k": 1}, {"k": 2, "k": 3}]'
    assert damage(before, before, before, twice, "json") == [Finding("duplicate", '"k"', 1)]


def test_a_side_that_goes_on_using_the_name_has_it_from_elsewhere() -> None:
    base = b"from os import path\n\nprint(path)\n\n\ndone = 1\n"
    ours = b"from os import *\n\nprint(path)\n\n\ndone = 1\n"
    merged = ours + b"print(path.sep)\n"
    assert damage(base, ours, base + b"print(path.sep)\n", merged, "python") == []


CLASSES = {  # a class around methods, and one method with a body
    "java": ("class A {\n%s}\n", "    int %s() {\n        return %s;\n    }\n"),
    "csharp": ("class A\n{\n%s}\n", "    int %s()\n    {\n        return %s;\n    }\n"),
    "kotlin": ("class A {\n%s}\n", "    fun %s(): Int {\n        return %s\n    }\n"),
    "scala": ("class A {\n%s}\n", "    def %s(): Int = {\n        %s\n    }\n"),
    "swift": ("class A {\n%s}\n", "    func %s() -> Int {\n        return %s\n    }\n"),
    "ruby": ("class A\n%send\n", "    def %s\n        %s\n    end\n"),
}


@pytest.mark.parametrize("language", CLASSES)
def test_a_method_that_one_side_renamed_and_the_other_calls(language: str) -> None:
    pytest.importorskip(f"tree_sitter_{language.replace('csharp', 'c_sharp')}")
    frame, method = CLASSES[language]

    def text(*methods: tuple[str, str]) -> bytes:
        return (frame % "".join(method % each for each in methods)).encode()

    old, fresh, extra = ("old", "1"), ("fresh", "1"), ("extra", "old()")
    base, ours, theirs = text(old), text(fresh), text(old, extra)
    merged = text(fresh, extra)
    (found,) = damage(base, ours, theirs, merged, language)
    assert found[:2] == ("lost-definition", "old")
    assert merged.splitlines()[found.line - 1].strip().startswith((b"return old()", b"old()"))
    assert damage(base, ours, theirs, text(fresh, old, extra), language) == []  # it is there
    calling = text(fresh, ("more", "old()"))  # a side that goes on calling it inherits it
    assert damage(base, calling, theirs, text(fresh, ("more", "old()"), extra), language) == []
    elsewhere = text(fresh, ("extra", "x.old()"))  # of another object
    assert damage(base, ours, text(old, ("extra", "x.old()")), elsewhere, language) == []
