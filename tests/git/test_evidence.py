"""Which of git's operations a driver knows the history of: what it is asked in the middle of each,
and what `resolve` is when the operation has stopped."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mergeassist.core.markers import Labels
from mergeassist.git import caller, history
from mergeassist.git.caller import Step
from tests.git.real_git import MakeDriver, Repo, lines

SAYS = """
import json
from mergeassist.git import history
def decide(merged, context, **_):
    facts = history.facts(context.path)
    sides = facts.history and {{
        side: [row["subject"] for row in rows] for side, rows in facts.history.items()}}
    open({file!r}, "w").write(json.dumps([sides, facts.authors]))
    return tuple(Decision(c, (Proposal(text(c), "test"),), False, "test")
                 for c in merged.conflicts)
"""
BASE = lines(9)
MAIN, TOPIC = ["second of ours", "change of ours"], ["change of theirs"]


def merge(repo: Repo) -> None:
    repo.git("merge", "topic", code=1)


def rebase(repo: Repo) -> None:
    repo.git("rebase", "main", "topic", code=1)


def rebase_apply(repo: Repo) -> None:
    repo.git("rebase", "--apply", "main", "topic", code=None)


def cherry_pick(repo: Repo) -> None:
    repo.git("cherry-pick", "topic", code=1)


def cherry_pick_with_options(repo: Repo) -> None:
    repo.git("-c", "core.pager=cat", "cherry-pick", "-x", "-X", "patience", "topic", code=1)


def cherry_pick_of_a_merge(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side", "main~2")
    repo.commit("apart", {"apart": b"1"})
    repo.git("merge", "-q", "--no-ff", "-m", "change of theirs", "topic")
    repo.git("checkout", "-q", "main")
    repo.git("cherry-pick", "-m", "1", "side", code=1)


def cherry_pick_many(repo: Repo) -> None:
    repo.git("cherry-pick", "main..topic", code=1)


def stash_pop(repo: Repo) -> None:
    stash(repo)
    repo.git("stash", "pop", code=1)


def stash_apply_an_older_one(repo: Repo) -> None:
    stash(repo)
    repo.write("f", lines(9, _9="another\n"))
    repo.git("stash", "-q")
    repo.git("stash", "apply", "1", code=1)


def stash(repo: Repo) -> None:
    repo.git("checkout", "-q", "main~2")
    repo.write("f", lines(9, _5="theirs\n"))
    repo.git("stash", "-q", "-m", "of theirs")
    repo.git("checkout", "-q", "main")


def revert(repo: Repo) -> None:
    repo.git("revert", "--no-edit", "HEAD~1", code=1)


def am_3(repo: Repo) -> None:
    patch = repo.path.parent / "patch"
    patch.write_text(repo.git("format-patch", "--stdout", "-1", "topic"))
    repo.git("am", "-3", str(patch), code=128)


def am_3_from_elsewhere(repo: Repo) -> None:
    """The commit in the mail is not known here; the file as it was is."""
    patch = repo.path.parent / "patch"
    name = repo.git("rev-parse", "topic").strip()
    text = repo.git("format-patch", "--stdout", "-1", "topic")
    patch.write_text(text.replace(name, "1" * 40))
    repo.git("am", "-3", str(patch), code=128)


def checkout_m(repo: Repo) -> None:
    repo.git("checkout", "-q", "main~1")
    repo.write("f", lines(9, _5="mine\n"))
    repo.git("checkout", "-q", "-m", "topic")


PICKED = [rebase, rebase_apply, cherry_pick, cherry_pick_with_options, cherry_pick_of_a_merge,
          cherry_pick_many, am_3]  # fmt: skip
STASHED = ["On (no branch): of theirs"]
KNOWN = {
    merge: (MAIN, TOPIC), **dict.fromkeys(PICKED, (MAIN, TOPIC)),
    revert: (MAIN[:1], []), stash_pop: (MAIN, STASHED),
    stash_apply_an_older_one: (MAIN, STASHED),
}  # fmt: skip
UNKNOWN = [checkout_m, am_3_from_elsewhere]
# a stopped one of these says nothing to `resolve`: which stash it was, only git knew
LOST = [stash_apply_an_older_one]


@pytest.fixture
def asked(repo: Repo, make_driver: MakeDriver, tmp_path: Path) -> Path:
    """Armed with a driver that writes down what it knows."""
    repo.fork("f", BASE, lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.commit("second of ours", {"f": lines(9, _5="ours again\n")})
    file = tmp_path / "said"
    repo.arm(make_driver(SAYS.format(file=str(file))))
    return file


def sides(facts: history.Facts) -> tuple[list[str], ...] | None:
    if facts.history is None:
        return None
    return tuple([row["subject"] for row in facts.history[side]] for side in ("ours", "theirs"))


@pytest.mark.skipif(sys.platform != "linux", reason="git's command line is read from /proc")
@pytest.mark.parametrize("operate", KNOWN, ids=lambda operate: operate.__name__)
def test_each_side_of_an_operation_is_known(
    repo: Repo, asked: Path, operate: Callable[[Repo], None]
) -> None:
    operate(repo)
    found, authors = json.loads(asked.read_text())
    assert (found["ours"], found["theirs"]) == KNOWN[operate], "in the middle of it"
    # who makes the commit, then the two tips
    assert authors == ["a@example.org"] * 3
    stopped = sides(history.facts("f", repo.path))
    assert stopped == (None if operate in LOST else KNOWN[operate]), "when it has stopped"


@pytest.mark.parametrize("operate", UNKNOWN, ids=lambda operate: operate.__name__)
def test_what_cannot_be_known_is_unknown(
    repo: Repo, asked: Path, operate: Callable[[Repo], None]
) -> None:
    operate(repo)
    assert json.loads(asked.read_text())[0] is None
    assert history.facts("f", repo.path).history is None


@pytest.mark.parametrize("words, step", [
    ("git cherry-pick topic", Step("pick", "topic")),
    ("git -C /x -c a=b --no-pager cherry-pick -x -S --strategy ort -m 2 v1~3",
     Step("pick", "v1~3", 2)),
    ("git revert --mainline=1 HEAD", Step("revert", "HEAD")),
    ("git cherry-pick -", Step("pick", "@{-1}")),
    ("git cherry-pick a b", None),
    ("git cherry-pick a..b", None),
    ("git cherry-pick --continue", None),
    ("git stash pop --index", Step("stash", "refs/stash")),
    ("git stash apply -q 2", Step("stash", "stash@{2}")),
    ("git stash apply abc1234", Step("stash", "abc1234")),
    ("git stash push", None),
    ("git merge topic", None),
    ("git", None),
    ("", None),
])  # fmt: skip
def test_what_a_command_line_says(words: str, step: Step | None) -> None:
    assert caller._of_command(words.split()) == step


@pytest.mark.parametrize("labels, step", [
    (Labels(b"HEAD", b"parent of 1234abc (a (b))", b"1234abc (a (b))"), Step("pick", "1234abc")),
    (Labels(b"HEAD", b"1234abc (a)", b"parent of 1234abc (a)"), Step("revert", "1234abc")),
    (Labels(b"HEAD", b"1234abc", b"topic"), Step("base", "1234abc")),
    (Labels(b"HEAD", b"merged common ancestors", b"topic"), None),
    (Labels(b"HEAD", b"parent of nothing", b"--all"), None),
    (Labels(b"Updated upstream", b"Stash base", b"Stashed changes"), Step("stash", "refs/stash")),
])  # fmt: skip
def test_what_labels_say(
    monkeypatch: pytest.MonkeyPatch, labels: Labels, step: Step | None
) -> None:
    monkeypatch.setattr(caller, "_command", list)  # as where there is no /proc
    monkeypatch.setenv(caller.VARIABLE, "pick 1 of another time")
    caller.tell(labels)
    assert caller.told() == step
    assert (caller.VARIABLE in os.environ) == (step is not None)


@pytest.mark.parametrize("value", ["", "pick", "pick 1", "pick x y", "eat 1 y", "pick 1 --all"])
def test_what_makes_no_sense_is_not_believed(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(caller.VARIABLE, value)
    assert caller.told() is None
