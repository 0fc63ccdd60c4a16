"""Semantic damage of clean merges: what is reported, and what is not."""

from __future__ import annotations

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
