"""`mergeassist explain FILE:LINE` in a conflicted work tree."""

from __future__ import annotations

import json

import pytest

from mergeassist.cli.main import main
from tests.git.real_git import Repo, lines


def test_it_explains_the_conflict_at_a_line(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = {"ours": lines(12, _2="ours 2\n", _10="ours 10\n"),
               "theirs": lines(12, _2="theirs 2\n", _10="theirs 10\n")}  # fmt: skip
    repo.fork("a.txt", lines(12), changed["ours"], changed["theirs"])
    repo.git("merge", "-q", "topic", code=1)
    monkeypatch.chdir(repo.path)
    opening = [n for n, row in enumerate(repo.read("a.txt").split(b"\n"), 1) if row[:2] == b"<<"]
    assert main(["explain", f"a.txt:{opening[1] + 1}", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert (record["line"], record["conflict"], record["of"]) == (opening[1], 2, 2)
    assert len(record["evidence"]) == 3
    assert record["proposals"][0]["text"]
    assert main(["explain", f"a.txt:{opening[1] - 1}"]) == 2
    assert f"begin at line {opening[0]}, {opening[1]}" in capsys.readouterr().err
    assert main(["explain", "other:1"]) == 2
    assert repo.unmerged()  # it changes nothing
