"""`review`: list, show, mark; and what it takes for a hunk to have been looked at."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo, lines
from tests.review.conftest import Cli

Records = Callable[..., list[dict[str, Any]]]

# the judge's word: 0.97 for what holds `sure`
JUDGED = ACCEPT_ALL + """
_plain = decide
def decide(merged, context, **_):
    return tuple(
        d._replace(proposals=(d.proposals[0]._replace(
            probability=0.97 if b"sure" in d.conflict.ours else 0.91),))
        for d in _plain(merged, context))
"""
TWO = (lines(20), lines(20, _4="sure 4\n", _15="ours\x1b[2J\n"),
       lines(20, _4="theirs 4\n", _15="theirs\n"))


@pytest.fixture
def merged(repo: Repo, make_driver: MakeDriver) -> Repo:
    """A merge that waits to be committed, with two hunks accepted in `f`."""
    repo.fork("f", *TWO)
    repo.arm(make_driver(JUDGED))
    repo.git("merge", "--no-commit", "topic")
    return repo


def test_listed_and_shown(merged: Repo, cli: Cli, records: Records) -> None:
    (record,) = records()
    listing = cli("review").splitlines()
    assert len(listing) == 2
    assert listing[0].startswith(f"{record['id']}:1 ")
    assert "0.97  not reviewed  f:4  test" in listing[0]
    shown = cli("review", f"{record['id']}:2")
    assert "    <<<<<<<" in shown
    assert "\n    line 15\n" in shown  # the base
    assert "ours\\x1b[2J" in shown
    assert "sure 4" not in shown
    assert "probability 0.91, source test, not reviewed" in shown
    assert cli("review", record["id"][:3]).count("put in its place:") == 2


def test_what_is_kept(merged: Repo, records: Records) -> None:
    (record,) = records()
    assert record["operation"] == {
        "name": "merge", "head": merged.git("rev-parse", "main").strip(),
        "other": merged.git("rev-parse", "topic").strip(),
    }
    assert record["result_blob"] == merged.git("hash-object", "f").strip()
    first, second = record["hunks"]
    assert first["put"] == "sure 4\ntheirs 4\n"
    assert (first["base"], first["ours"], first["theirs"]) == ("line 4\n", "sure 4\n", "theirs 4\n")
    assert [hunk["line"] for hunk in (first, second)] == [4, 16]


def test_marked(merged: Repo, cli: Cli, records: Records) -> None:
    identity = records()[0]["id"]
    cli("review", "--mark", f"{identity}:2")
    assert [hunk["state"] for hunk in records()[0]["hunks"]] == ["not reviewed", "reviewed"]
    cli("review", "--mark")
    assert [hunk["state"] for hunk in records()[0]["hunks"]] == ["reviewed", "reviewed"]


def test_since(merged: Repo, cli: Cli, records: Records) -> None:
    assert len(records("--since", "yesterday")) == 1
    assert len(records("--since", "2020-01-01")) == 1
    (file,) = (merged.path / ".git" / "mergeassist" / "hunks").iterdir()
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "time": kept["time"] - 3 * 86_400}))
    assert records("--since", "yesterday") == []
    assert len(records("--since", "1 week ago")) == 1
    assert "not a date" in cli("review", "--since", "nonsense", code=2, err=True)


@pytest.mark.parametrize("name", ["zzzzz", "", ":1", "ID:0", "ID:3", "ID:x"])
def test_names_of_nothing(merged: Repo, cli: Cli, records: Records, name: str) -> None:
    cli("review", name.replace("ID", records()[0]["id"]), code=2)


def test_outside_a_repository(repo: Repo, cli: Cli) -> None:
    assert "not in a git work tree" in cli("review", code=2, err=True, cwd=repo.path.parent)
    assert cli("review") == "no hunks on record\n"


def test_a_trailer_on_request(merged: Repo, cli: Cli, records: Records) -> None:
    cli("undo", f"{records()[0]['id']}:2")
    assert cli("review", "--trailers") == ""  # unmerged
    merged.write("f", merged.read("f").partition(b"<<<<<<<")[0])
    merged.git("add", "f")
    assert cli("review", "--trailers") == "Mergeassist-Resolved: f:4 p=0.97 test\n"


def test_the_hook_writes_the_trailer(merged: Repo, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "mergeassist"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -m mergeassist \"$@\"\n")
    program.chmod(0o755)
    hook = merged.path / ".git" / "hooks" / "prepare-commit-msg"
    hook.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "hooks" / "prepare-commit-msg", hook)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    merged.git("commit", "-q", "--no-edit", PATH=path, PYTHONPATH=str(ROOT))
    body = merged.git("log", "-1", "--format=%(trailers:key=Mergeassist-Resolved,valueonly)")
    assert body.split("\n")[:2] == ["f:4 p=0.97 test", "f:16 p=0.91 test"]


class TestPending:
    def test_below_in_the_merge_to_be_committed(
        self, merged: Repo, cli: Cli, records: Records
    ) -> None:
        (record,) = records("--pending", code=1)
        assert [hunk["hunk"] for hunk in record["hunks"]] == [2]
        assert len(records("--pending", "--below", "0.99", code=1)[0]["hunks"]) == 2
        assert "mergeassist review --mark" in cli("review", "--pending", code=1, err=True)
        assert records("--pending", "--below", "0.5") == []

    def test_looked_at(self, merged: Repo, cli: Cli, records: Records) -> None:
        cli("review", "--mark", records()[0]["id"])
        assert records("--pending", "--below", "1") == []

    def test_edited_by_hand(self, merged: Repo, records: Records) -> None:
        merged.write("f", merged.read("f").replace(b"\ntheirs\n", b"\nby hand\n"))
        merged.git("add", "f")
        assert records("--pending") == []

    def test_edited_elsewhere(self, merged: Repo, records: Records) -> None:
        merged.write("f", merged.read("f").replace(b"line 9\n", b"by hand\n"))
        merged.git("add", "f")
        assert len(records("--pending", code=1)) == 1

    def test_undone(self, merged: Repo, cli: Cli, records: Records) -> None:
        cli("undo", records()[0]["id"])
        assert records("--pending") == []

    def test_aborted(self, merged: Repo, records: Records) -> None:
        merged.git("merge", "--abort")
        assert records("--pending") == []

    def test_committed(self, merged: Repo, records: Records, monkeypatch: Any) -> None:
        merged.git("commit", "-qm", "merge")
        merged.commit("later", {"other": b"x\n"})
        assert len(records("--pending", code=1)) == 1
        assert len(records("--pending", "--range", "HEAD~2..HEAD", code=1)) == 1
        assert records("--pending", "--range", "HEAD~1..HEAD") == []
        monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
        monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
        assert records("--pending") == []

    def test_pushed(self, merged: Repo, records: Records) -> None:
        merged.git("commit", "-qm", "merge")
        merged.git("branch", "old")
        merged.commit("later", {"other": b"x\n"})
        merged.git("branch", "-q", "--set-upstream-to=old")
        assert records("--pending") == []
