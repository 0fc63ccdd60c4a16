"""What mergeassist leaves is what git leaves: every operation, every conflict style."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from tests.git.real_git import ACCEPT_ALL, MakeDriver, Repo, lines, without_labels

BASE = lines(30, _28="")
# one conflict, one region where both agree in part, one clean change on each side, no end of line
OURS = lines(30, _28="", _3="ours 3\n", _10="same\nours\nlast\n", _20="ours 20\n", _30="x ours")
THEIRS = lines(30, _28="", _3="theirs 3\n", _10="same\ntheirs\nlast\n", _25="theirs\n", _30="x")


def merge(repo: Repo) -> None:
    repo.git("merge", "topic", code=1)


def rebase(repo: Repo) -> None:
    repo.git("rebase", "topic", code=1)


def cherry_pick(repo: Repo) -> None:
    repo.git("cherry-pick", "topic", code=1)


def cherry_pick_many(repo: Repo) -> None:
    repo.git("cherry-pick", "main..topic", code=1)


def revert(repo: Repo) -> None:
    repo.write("f", THEIRS.replace(b"same", b"not the same").replace(b"ours", b"x"))
    repo.git("commit", "-qam", "later")
    repo.git("revert", "HEAD~1", code=1)


def stash_pop(repo: Repo) -> None:
    repo.git("checkout", "-q", "main~1")
    repo.write("f", THEIRS)
    repo.git("stash", "-q")
    repo.git("checkout", "-q", "main")
    repo.git("stash", "pop", code=1)


def checkout_m(repo: Repo) -> None:
    repo.git("checkout", "-q", "main~1")
    repo.write("f", OURS)
    repo.git("checkout", "-q", "-m", "topic")


def apply_3(repo: Repo) -> None:
    (repo.path.parent / "patch").write_text(repo.git("diff", "main~1", "topic", "--", "f"))
    repo.git("apply", "-3", str(repo.path.parent / "patch"), code=1)


def am_3(repo: Repo) -> None:
    (repo.path.parent / "patch").write_text(repo.git("format-patch", "--stdout", "-1", "topic"))
    repo.git("am", "-3", str(repo.path.parent / "patch"), code=128)


OPERATIONS = [merge, rebase, cherry_pick, cherry_pick_many, revert, stash_pop, checkout_m, am_3]


def both(repo: Repo, driver: str, operate: Callable[[Repo], None]) -> tuple[Repo, Repo]:
    plain, armed = repo.copy(), repo.arm(driver)
    operate(plain)
    operate(armed)
    return plain, armed


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize("operate", OPERATIONS, ids=lambda operate: operate.__name__)
def test_left_exactly_as_git_leaves_it(
    repo: Repo, make_driver: MakeDriver, operate: Callable[[Repo], None], style: str
) -> None:
    repo.git("config", "merge.conflictStyle", style)
    repo.fork("f", BASE, OURS, THEIRS)
    plain, armed = both(repo, make_driver(), operate)
    assert b"<<<<<<<" in plain.read("f")
    assert without_labels(armed.read("f")) == without_labels(plain.read("f"))
    assert armed.unmerged() == plain.unmerged()
    assert armed.git("status", "--porcelain") == plain.git("status", "--porcelain")
    assert armed.leftovers() == []


def test_apply_3(repo: Repo, make_driver: MakeDriver) -> None:
    """`apply` merges with the Myers algorithm, which it tells only by its labels."""
    repo.fork("f", BASE, OURS, THEIRS)
    plain, armed = both(repo, make_driver(), apply_3)
    assert b"<<<<<<<" in plain.read("f")
    assert without_labels(armed.read("f")) == without_labels(plain.read("f"))
    assert armed.unmerged() == plain.unmerged()


TRACED = [merge, rebase, cherry_pick_many, am_3]
# known by git's command line, which only Linux shows
SINGLE = [cherry_pick, revert, stash_pop] if sys.platform == "linux" else []


@pytest.mark.parametrize("operate", TRACED + SINGLE, ids=lambda operate: operate.__name__)
def test_labels_are_gits_where_the_operation_left_a_trace(
    repo: Repo, make_driver: MakeDriver, operate: Callable[[Repo], None]
) -> None:
    repo.git("config", "merge.conflictStyle", "diff3")
    repo.fork("f", BASE, OURS, THEIRS)
    plain, armed = both(repo, make_driver(), operate)
    assert armed.read("f") == plain.read("f")


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_a_style_given_for_one_command(repo: Repo, make_driver: MakeDriver, style: str) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    repo.arm(make_driver())
    repo.git("-c", f"merge.conflictStyle={style}", "merge", "topic", code=1)
    assert (b"|||||||" in repo.read("f")) == (style == "diff3")


@pytest.mark.parametrize("operate", [merge, rebase, cherry_pick], ids=lambda o: o.__name__)
def test_resolved_conflicts_let_the_operation_finish(
    repo: Repo, make_driver: MakeDriver, operate: Callable[[Repo], None]
) -> None:
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver("accept = bool"))
    done = repo.run(*{"merge": ["merge", "--no-edit", "topic"], "rebase": ["rebase", "topic"],
                      "cherry_pick": ["cherry-pick", "topic"]}[operate.__name__])
    assert done.returncode == 0, done.stderr
    assert b"mergeassist: f: resolved 1 of 1" in done.stderr
    first, second = ("theirs", "ours") if operate is rebase else ("ours", "theirs")
    assert repo.read("f") == lines(9, _5=f"{first}\n{second}\n")
    assert repo.git("status", "--porcelain") == ""


def test_merge_tree_writes_the_resolved_text(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver("accept = bool"))
    tree = repo.git("merge-tree", "--write-tree", "main", "topic").split()[0]
    assert repo.git("show", f"{tree}:f").encode() == lines(9, _5="ours\ntheirs\n")
    assert repo.read("f") == lines(9, _5="ours\n")


FAVOURED = [
    ("merge", "--no-edit", "-Xours", "topic"),
    ("merge", "-Xours", "-X", "theirs", "-m", "-Xours", "topic"),
    ("merge", "--no-edit", "--strategy-option=ours", "topic"),
    ("cherry-pick", "-X", "theirs", "topic~1"),
    ("rebase", "-m", "-Xours", "topic"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="git tells no driver of -X")
@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize("words", FAVOURED, ids=" ".join)
def test_a_favoured_side_is_taken_as_git_takes_it(
    repo: Repo, make_driver: MakeDriver, words: tuple[str, ...], style: str
) -> None:
    repo.git("config", "merge.conflictStyle", style)
    repo.fork("f", BASE, OURS, THEIRS)
    repo.commit("binary", {"binary": b"\0ours"})
    repo.git("checkout", "-q", "topic")
    repo.commit("binary", {"binary": b"\0theirs"} if words[0] == "merge" else {})
    repo.git("checkout", "-q", "main")
    alone = repo.copy()
    alone.git(*words)
    repo.arm(make_driver(ACCEPT_ALL + "\ntext = lambda conflict: b'decided'"))
    for switch in ("1", "0"):
        repo.git(*words, MERGEASSIST=switch)
        assert repo.read("f") == alone.read("f")
        assert repo.read("binary") == alone.read("binary")
        repo.git("reset", "-q", "--hard", "main@{1}" if words[0] == "rebase" else "HEAD~1")


@pytest.mark.skipif(sys.platform != "linux", reason="git tells no driver of -X")
@pytest.mark.parametrize("command", ["rebase", "cherry-pick"])
def test_a_favoured_side_is_remembered_when_git_goes_on(
    repo: Repo, make_driver: MakeDriver, command: str
) -> None:
    """After a stop at what has no sides to favour: a deletion against an edit."""
    repo.commit("base", {"f": BASE, "g": b"1\n"})
    repo.git("checkout", "-q", "-b", "topic")
    repo.git("rm", "-q", "g")
    repo.commit("theirs", {"f": THEIRS})
    repo.git("checkout", "-q", "main")
    repo.commit("edit", {"g": b"2\n"})
    repo.commit("ours", {"f": OURS})
    if command == "cherry-pick":
        repo.git("checkout", "-q", "topic")
    alone = repo.copy()
    repo.arm(make_driver(ACCEPT_ALL + "\ntext = lambda conflict: b'decided'"))
    for one in (alone, repo):
        one.git(command, "-Xours", "topic" if command == "rebase" else "main~2..main", code=1)
        one.git("add", "g")
        one.git(command, "--continue")
    assert repo.read("f") == alone.read("f")
