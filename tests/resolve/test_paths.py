"""Which files are meant: names of all kinds, folders, work trees; what the pipeline is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mergeassist.app import resolve_tree
from tests.cli.cli_support import Repository, decide_for
from tests.resolve.conftest import BASE, OURS, THEIRS, resolve


@pytest.mark.parametrize("name", ["ü ñ/日本 'q\" $x.py", "a\nb.py", "-x.py", "*.py", "t\ta.py"])
def test_names(repository, run, name: str) -> None:
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--stage", "--", name)
    assert (code, file["path"]) == (0, name)
    assert repository.git("ls-files", "-u") == b"" and repository.read(name) == b"3\n"


def test_name_that_is_not_utf8(repository, run) -> None:
    name = os.fsdecode(b"\xff\xfe.py")
    repository.branches({name: b"1\n"}, {name: b"2\n"}, {name: b"3\n"})
    repository.merge()
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, os.fsencode(file["path"])) == (0, b"\xff\xfe.py")


def test_paths_choose_and_are_relative(repository, run) -> None:
    names = ("a.py", "d/a.py", "d/e/b.py", "dd/c.py")
    repository.branches(*(dict.fromkeys(names, text) for text in (b"1\n", b"2\n", b"3\n")))
    repository.merge()
    code, files = run("--accept", "theirs", "--stage", "a.py", "e", within="d")
    assert code == 0 and [file["path"] for file in files] == ["d/a.py", "d/e/b.py"]
    assert repository.status() == b"UU a.py\0M  d/a.py\0M  d/e/b.py\0UU dd/c.py\0"


@pytest.mark.parametrize("path", ["clean.py", "nowhere.py", "/"])
def test_a_path_without_conflicts_is_wrong_usage(two, cli, path: str) -> None:
    two.write("clean.py", b"")
    two.merge()
    done = cli("resolve", "--accept", "ours", path, cwd=two.root)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1


def test_what_the_pipeline_is_told(two, monkeypatch, capsys) -> None:
    seen = []

    def decide(merged: Any, context: Any, **options: Any) -> Any:
        seen.append(context)
        return decide_for(b"")(merged, context, **options)

    monkeypatch.setattr(resolve_tree, "decide", decide)
    two.merge()
    resolve(two, capsys, monkeypatch, "--list")
    (context,) = seen
    assert context.path == "f.py"
    assert (context.base, context.ours, context.theirs) == (BASE, OURS, THEIRS)
    assert context.message.startswith("Merge branch 'topic'") and "f.py" not in context.message
    assert len(context.times) == 3 and context.conflicted_files == 1
    assert context.authors == ("t@example.org",) * 3
    assert [len(context.history[side]) for side in ("ours", "theirs")] == [1, 1]


def test_from_a_linked_work_tree(two, run, tmp_path, monkeypatch, capsys) -> None:
    linked = tmp_path / "linked"
    two.git("worktree", "add", "-q", str(linked), "-b", "other")
    other = Repository.__new__(Repository)
    other.root = linked
    other.merge()
    assert resolve(other, capsys, monkeypatch, "--accept", "theirs", "--stage")[0] == 0
    assert other.status() == b"M  f.py\0" and two.status() == b""
    assert Path(linked, "f.py").read_bytes() == THEIRS


def test_outside_of_a_sparse_checkout(repository, run) -> None:
    names = ("in/f.py", "out/f.py")
    repository.branches(*(dict.fromkeys(names, text) for text in (b"1\n", b"2\n", b"3\n")))
    repository.git("sparse-checkout", "set", "in")
    repository.merge()
    code, files = run("--accept", "theirs", "--stage")
    assert (code, [file["path"] for file in files]) == (0, list(names))
    assert repository.git("show", ":out/f.py") == b"3\n"
