"""`check --merged`: a file that the merge has broken is found, one that was broken is not."""

from __future__ import annotations

import json

import pytest

from tests.git.real_git import Repo
from tests.review.conftest import Cli

FILLER = "\n".join(f"x{n} = {n}" for n in range(12)) + "\n"


def merged(repo: Repo, base: str, ours: str, theirs: str, result: str | None = None) -> None:
    repo.fork("f.py", base.encode(), ours.encode(), theirs.encode())
    repo.git("merge", "--no-commit", "topic", code=None)
    if result is not None:
        repo.write("f.py", result.encode())
        repo.git("add", "f.py")


@pytest.mark.parametrize("committed", [False, True])
def test_no_longer_parses(repo: Repo, cli: Cli, committed: bool) -> None:
    ours, theirs = FILLER + "a = 1\n", "b = 2\n" + FILLER
    merged(repo, FILLER, ours, theirs, "b = 2\n" + FILLER + "a = (1\n")
    if committed:
        repo.git("commit", "-qm", "merge")
    report = json.loads(cli("check", "--merged", "--json", code=1))
    assert [(each["path"], each["kind"]) for each in report["findings"]] == [("f.py", "broken")]
    assert cli("check") == ""


def test_it_was_broken_before(repo: Repo, cli: Cli) -> None:
    merged(repo, FILLER, FILLER + "a = (\n", "b = 2\n" + FILLER)
    assert cli("check", "--merged") == ""


def test_a_definition_made_twice_is_a_warning(repo: Repo, cli: Cli) -> None:
    function = "def new():\n    return 1\n"
    merged(repo, FILLER, FILLER + function, function + FILLER)
    assert "f.py:15: the merge made a second 'new'" in cli("check", "--merged", err=True)


def test_a_clean_merge_and_no_merge(repo: Repo, cli: Cli) -> None:
    assert cli("check", "--merged") == ""
    merged(repo, FILLER, FILLER + "a = 1\n", "b = 2\n" + FILLER)
    assert cli("check", "--merged", err=True) == ""
