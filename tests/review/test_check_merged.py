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


@pytest.mark.parametrize(("head", "renamed", "word"), [
    ("import shlex\n", "", "import"),
    ("def shlex():\n    pass\n", "def quote():\n    pass\n", "definition"),
])
def test_what_one_side_removed_and_the_other_uses(
    repo: Repo, cli: Cli, head: str, renamed: str, word: str
) -> None:
    """git merges both without a word; the name is used where nothing binds it any more."""
    base = head + FILLER + "shlex\n" + FILLER
    ours = renamed + FILLER + FILLER  # neither the name nor a use of it
    merged(repo, base, ours, base + "shlex\n")
    said = cli("check", "--merged", err=True)
    assert f": 'shlex' is used, but its {word} is gone with the merge" in said


def test_a_clean_merge_and_no_merge(repo: Repo, cli: Cli) -> None:
    assert cli("check", "--merged") == ""
    merged(repo, FILLER, FILLER + "a = 1\n", "b = 2\n" + FILLER)
    assert cli("check", "--merged", err=True) == ""


CALLER = "from tools import shlex\n\n" + FILLER + "shlex()\n"


def across(repo: Repo, ours: dict[str, str], theirs: dict[str, str], commit: bool = True) -> None:
    """A clean merge of two sides of a repository in which app.py calls what tools.py defines."""
    base = {"tools.py": "def shlex():\n    pass\n\n\n" + FILLER, "app.py": CALLER}
    encode = {k: v.encode() for k, v in base.items()}
    repo.commit("base", {**encode, "other.py": b""})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", {k: v.encode() for k, v in theirs.items()})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {k: v.encode() for k, v in ours.items()})
    repo.git("merge", "-q", "--no-edit", *([] if commit else ["--no-commit"]), "topic")


RENAMED = {"tools.py": "def quote():\n    pass\n\n\n" + FILLER,
           "app.py": CALLER.replace("shlex", "quote")}  # fmt: skip
NEW_USE = {"other.py": "from tools import shlex\n\nshlex()\n"}


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("commit", [False, True])
def test_renamed_in_one_file_and_used_in_another(
    repo: Repo, cli: Cli, swap: bool, commit: bool
) -> None:
    sides = (NEW_USE, RENAMED) if swap else (RENAMED, NEW_USE)
    across(repo, *sides, commit=commit)
    said = cli("check", "--merged", err=True)
    assert "other.py:3: 'shlex' is used, but its definition in tools.py is gone" in said
    assert said.count("gone with the merge") == 1


@pytest.mark.parametrize(("ours", "theirs"), [
    # moved, not removed; or used on by the side that removed it, which has it from elsewhere
    ({**RENAMED, "more.py": "def shlex():\n    pass\n"}, NEW_USE),
    ({"tools.py": "from shell import shlex\n" + FILLER}, NEW_USE),
    # the other side defines it anew, or means something else by the name
    (RENAMED, {"other.py": "def shlex():\n    pass\n\n\nshlex()\n"}),
    (RENAMED, {"other.py": "def f(shlex):\n    shlex()\n"}),
    # nothing removed
    ({"tools.py": "def shlex():\n    return 1\n\n\n" + FILLER}, NEW_USE),
])
def test_across_files_it_is_silent(
    repo: Repo, cli: Cli, ours: dict[str, str], theirs: dict[str, str]
) -> None:
    across(repo, ours, theirs)
    assert cli("check", "--merged", err=True) == ""
