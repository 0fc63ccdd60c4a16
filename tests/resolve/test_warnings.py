"""What a choice has broken is told once a file has no open conflict, and changes nothing."""

from __future__ import annotations

import json

import pytest

from mergeassist.app import check_merged
from mergeassist.cli.main import main

FILLER = b"".join(b"x%d = %d\n" % (n, n) for n in range(12))
MORE = b"".join(b"y%d = %d\n" % (n, n) for n in range(12))
NEW, FRESH = b"def new():\n    return 1\n", b"def fresh():\n    return 1\n"
CASES = {  # what stands at the top, which git merges, and further down, which it does not
    "import": (
        (b"import shlex\n", b"", b"import shlex\n"),
        (b"a = shlex.split(b)\n", b"a = b\n", b"a = shlex.quote(b)\n"),
        "theirs", 13, "'shlex' is used, but its import is gone with the merge",
    ),
    "definition": (
        (NEW, FRESH, NEW), (b"a = new()\n", b"a = fresh()\n", b"a = new() + 1\n"),
        "theirs", 15, "'new' is used, but its definition is gone with the merge",
    ),
    "duplicate": (
        (b"", NEW, b""), (b"a = 1\n", b"a = 2\n", NEW),
        "theirs", 15, "the merge made a second 'new'",
    ),
    "syntax": (
        (b"", b"", b""), (b"a = f(1,\n2)\n", b"b = f(1,\n2)\n", b"c = f(1,\n2)\n"),
        "both", None, "no longer parses, though both sides did",
    ),
}  # fmt: skip


def conflict(repository, name: str) -> tuple[str, int | None, str]:
    """The merge, and the choice, line and text of the warning."""
    top, low, choice, line, text = CASES[name]
    versions = [a + FILLER + b + MORE for a, b in zip(top, low, strict=True)]
    repository.branches(*({"f.py": version} for version in versions))
    repository.merge()
    return choice, line, text


@pytest.mark.parametrize("name", CASES)
def test_damage_is_told_and_kept(repository, undecided, capsys, monkeypatch, name: str) -> None:
    choice, line, text = conflict(repository, name)
    monkeypatch.chdir(repository.root)
    assert main(["resolve", "--json", "--accept", choice, "--dry-run"]) == 0
    dry = capsys.readouterr()
    assert b"<<<<<<<" in repository.read("f.py")
    assert main(["resolve", "--json", "--accept", choice, "--stage"]) == 0
    done = capsys.readouterr()
    place = "f.py" if line is None else f"f.py:{line}"
    assert done.err == dry.err == f"mergeassist: warning: {place}: {text}\n"
    (file,) = json.loads(done.out)["files"]
    assert file["warnings"] == [{"line": line, "text": text}]
    assert (file["status"], file["staged"]) == ("resolved", True)
    assert repository.git("show", ":f.py") == repository.read("f.py")


@pytest.mark.parametrize("name", ["import", "definition", "duplicate"])
def test_the_other_choice_breaks_nothing(repository, run, capsys, name: str) -> None:
    conflict(repository, name)
    code, (file,) = run("--accept", "ours")
    assert (code, file["warnings"]) == (0, [])
    assert capsys.readouterr().err == ""


def test_not_while_a_conflict_is_open(repository, run) -> None:
    top, low, *_ = CASES["duplicate"]
    ends = (b"z = 1\n", b"z = 2\n", b"z = 3\n")
    versions = [a + FILLER + b + MORE + c for a, b, c in zip(top, low, ends, strict=True)]
    repository.branches(*({"f.py": version} for version in versions))
    repository.merge()
    assert run("--accept", "theirs", "--only", "1")[1][0]["warnings"] == []
    code, (file,) = run("--accept", "theirs")  # a later run: the warning is about the whole file
    assert (code, [one["line"] for one in file["warnings"]]) == (0, [15])


def test_files_without_a_grammar_and_by_attribute(repository, run) -> None:
    top, low, *_ = CASES["duplicate"]
    versions = [a + FILLER + b + MORE for a, b in zip(top, low, strict=True)]
    repository.branches(*({"f.unknown": v, "g.unknown": v} for v in versions))
    repository.write(".gitattributes", b"g.unknown linguist-language=Python\n")
    repository.merge()
    _, files = run("--accept", "theirs")
    assert [len(file["warnings"]) for file in files] == [0, 1]


def test_a_look_that_fails_costs_no_answer(repository, run, monkeypatch) -> None:
    conflict(repository, "duplicate")

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(check_merged, "broken_in", fail)
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, file["staged"], file["warnings"]) == (0, True, [])


def test_warnings_that_fill_a_screen(repository, undecided, capsys, monkeypatch) -> None:
    functions = b"".join(b"def f%d():\n    return 1\n" % n for n in range(30))
    versions = (FILLER + b"a = 1\n", functions + FILLER + b"a = 2\n", FILLER + functions)
    repository.branches(*({"f.py": version} for version in versions))
    repository.merge()
    monkeypatch.chdir(repository.root)
    assert main(["resolve", "--accept", "theirs"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 21 and said[-1] == "mergeassist: warning: and 10 more"
