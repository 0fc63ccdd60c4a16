"""Kinds of files and operations: line ends, deletions, links, binaries, markers inside."""

from __future__ import annotations

import os

import pytest

from mergeassist.app import resolve_tree
from tests.cli.cli_support import decide_for
from tests.resolve.conftest import OURS


def test_rebase_swaps_the_sides(two, run) -> None:
    two.git("checkout", "-q", "topic")
    two.git("rebase", "-q", "main", ok=False)
    code, (file,) = run("--accept", "ours", "--stage")
    assert code == 0 and two.read("f.py") == OURS
    assert file["conflicts"][0]["theirs"] == "their 3\n"
    two.git("-c", "core.editor=true", "rebase", "--skip")


def test_add_add(repository, run) -> None:
    repository.branches({"x": b"1\n"}, {"new.py": b"a\nours\n"}, {"new.py": b"a\ntheirs\n"})
    repository.merge()
    code, (file,) = run("--accept", "both")
    assert (code, file["kind"]) == (0, "both-added")
    assert file["conflicts"][0]["base"] == ""
    assert repository.read("new.py") in (b"a\nours\ntheirs\n", b"a\nours\na\ntheirs\n")


def test_crlf_in_the_repository(repository, run) -> None:
    repository.branches({"f": b"1\r\n2\r\n"}, {"f": b"1\r\nA\r\n"}, {"f": b"1\r\nB\r\n"})
    repository.merge()
    run("--accept", "both")
    assert repository.read("f") == b"1\r\nA\r\nB\r\n"


def test_crlf_in_the_work_tree_only(repository, run) -> None:
    repository.git("config", "core.autocrlf", "true")
    repository.branches({"f": b"1\r\n2\r\n"}, {"f": b"1\r\nA\r\n"}, {"f": b"1\r\nB\r\n"})
    repository.merge()
    code, (file,) = run("--accept", "both", "--stage")
    assert code == 0, file["reason"]
    assert repository.read("f") == b"1\r\nA\r\nB\r\n"
    assert repository.git("show", ":f") == b"1\nA\nB\n"


def test_no_final_line_end(repository, run) -> None:
    repository.branches({"f": b"1\n2"}, {"f": b"1\nA"}, {"f": b"1\nB"})
    repository.merge()
    run("--accept", "ours")
    assert repository.read("f") == b"1\nA"


def test_delete_against_edit_is_listed_and_left(repository, run) -> None:
    repository.branches({"a": b"1\n", "b": b"1\n"}, {"a": b"2\n", "b": None},
                        {"a": None, "b": b"2\n"})
    repository.merge()
    before = repository.git("ls-files", "-u")
    code, files = run("--accept", "ours", "--stage", "--force")
    assert code == 1
    assert [(f["path"], f["kind"], f["status"]) for f in files] == [
        ("a", "deleted-by-them", "not-touched"), ("b", "deleted-by-us", "not-touched")]
    assert all("git rm" in f["reason"] for f in files)
    assert repository.git("ls-files", "-u") == before


def test_what_cannot_be_read_does_not_stop_the_others(repository, run) -> None:
    """A filter that fails, and pointers of which no mixture names an object."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 1\n"
    repository.branches(*(
        {"a.py": b"%d\n" % n, "b.py": b"%d\n" % n, "c.png": pointer % n} for n in (1, 2, 3)
    ))
    repository.merge()
    repository.git("config", "filter.broken.smudge", "false")
    repository.git("config", "filter.broken.required", "true")
    repository.write(".git/info/attributes", b"a.py filter=broken\n")
    code, files = run("--accept", "ours")
    assert code == 1
    assert [file["status"] for file in files] == ["not-touched", "resolved", "not-touched"]
    assert files[0]["reason"].startswith("not to be read: git cat-file")
    assert "git checkout --ours" in files[2]["reason"]
    assert repository.read("b.py") == b"2\n"


def test_binary_is_listed_and_left(repository, run) -> None:
    names = {"b.bin": b"\0%d", "t.lock": b"%d\n", ".gitattributes": b"*.lock -merge\n"}
    repository.branches(
        *({name: text % n if b"%" in text else text for name, text in names.items()}
          for n in (1, 2, 3)))
    repository.merge()
    before = repository.read("b.bin"), repository.read("t.lock")
    code, files = run("--accept", "theirs", "--force")
    assert code == 1 and all("binary" in file["reason"] for file in files)
    assert (repository.read("b.bin"), repository.read("t.lock")) == before


def test_symbolic_links_in_conflict_are_left(repository, run) -> None:
    for branch, target in (("main", "1"), ("topic", "2"), ("main", "3")):
        if branch == "topic":
            repository.git("checkout", "-q", "-b", "topic")
        else:
            repository.git("checkout", "-q", branch, ok=False)
        link = repository.root / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        repository.commit({})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--force")
    assert code == 1 and "symbolic link" in file["reason"]
    assert os.readlink(repository.root / "link") == "3"


@pytest.mark.parametrize("where", ["f.py", "d"])
def test_nothing_is_written_through_a_link(repository, run, tmp_path, where: str) -> None:
    name = "f.py" if where == "f.py" else "d/f.py"
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    outside = tmp_path / "outside"
    (repository.root / where).rename(outside)
    (repository.root / where).symlink_to(outside)
    victim = outside if where == "f.py" else outside / "f.py"
    before = victim.read_bytes()
    code, (file,) = run("--accept", "theirs", "--force")
    assert code == 1 and "symbolic link" in file["reason"]
    assert victim.read_bytes() == before


def test_marker_size_of_the_attributes(repository, run) -> None:
    attributes = {".gitattributes": b"* conflict-marker-size=12\n"}
    repository.branches({"f": b"=======\n1\n", **attributes}, {"f": b"=======\n2\n"},
                        {"f": b"=======\n3\n"})
    repository.merge()
    assert b"\n<<<<<<<<<<<< " in repository.read("f")
    assert run("--accept", "theirs")[0] == 0
    assert repository.read("f") == b"=======\n3\n"


def test_versions_that_hold_markers_themselves(repository, run) -> None:
    noise = b"<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"
    repository.branches({"f": noise + b"1\n"}, {"f": noise + b"2\n"}, {"f": noise + b"3\n"})
    repository.merge()
    before = repository.read("f")
    for option in ("--accept=theirs", "--force"):
        code, (file,) = run(option)
        assert (code, file["status"]) == (1, "not-touched")
        assert repository.read("f") == before


def test_a_base_with_conflicts_of_its_own_is_never_taken(repository, run, monkeypatch) -> None:
    """Two branches that have merged each other, each in its way: git merges their bases first."""
    repository.branches({"f": b"1\n"}, {"f": b"2\n"}, {"f": b"3\n"})
    for branch, other, text in (("main", "topic", b"4\n"), ("topic", "main~1", b"5\n")):
        repository.git("checkout", "-q", branch)
        repository.git("merge", "-q", other, ok=False)
        repository.commit({"f": text})
    repository.git("checkout", "-q", "main")
    repository.merge()
    base = repository.git("show", ":1:f")
    assert b"<<<<<<<<< " in base
    monkeypatch.setattr(resolve_tree, "decide", decide_for(base))
    before = repository.read("f")
    for words in (("--accept", "base", "--stage"), ("--yes", "--min-probability", "0")):
        code, (file,) = run(*words)
        assert (code, file["status"], repository.read("f")) == (1, "conflict", before)
    (conflict,) = file["conflicts"]
    assert [each["source"] for each in conflict["proposals"]] == ["ours"]
    assert run("--accept", "1", "--stage")[0] == 0
    assert repository.read("f") == b"4\n"


def test_underlines_of_marker_size_in_the_versions(repository, run) -> None:
    title = b"Example\n=======\n"
    repository.branches({"f": title + b"1\n"}, {"f": title + b"2\n"}, {"f": title + b"3\n"})
    repository.merge()
    repository.write("f", b"edited\n" + repository.read("f"))
    assert run("--accept", "theirs")[0] == 0
    assert repository.read("f") == b"edited\n" + title + b"3\n"
