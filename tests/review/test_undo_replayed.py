"""`undo` over replayed histories: beside each armed repository runs one with git alone, and after
every undo work tree, index stages and status must be what git had left there."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.git.real_git import ACCEPT_ALL, MakeDriver, Repo
from tests.review.conftest import Cli
from tests.review.test_undo import SOME

Records = Callable[..., list[dict[str, Any]]]
NAMES = ("one", "dir/two", "three")
STYLES = ("merge", "diff3", "zdiff3")


def edited(texts: dict[str, bytes], who: str, chance: random.Random) -> dict[str, bytes]:
    """Each file with some lines replaced, dropped or added, always the ninth."""
    result = {}
    for name, text in texts.items():
        lines = text.splitlines(keepends=True)
        for at in {8, *(chance.randrange(len(lines)) for _ in range(4))}:
            kind = "replace" if at == 8 else chance.choice(["replace", "replace", "drop", "add"])
            new = b"%b %d\n" % (who.encode(), chance.randrange(1000))
            lines[at] = {"replace": new, "drop": b"", "add": lines[at] + new}[kind]
        result[name] = b"".join(lines)
    return result


def base_texts(chance: random.Random) -> dict[str, bytes]:
    return {name: b"".join(b"line %d of %b\n" % (n, name.encode())
                           for n in range(chance.randint(12, 30))) for name in NAMES}


def state(repo: Repo) -> tuple[object, ...]:
    return ([repo.read(name) for name in NAMES], repo.unmerged(),
            repo.git("status", "--porcelain", "--untracked-files=no"))


def undo_in_any_order(records: Records, cli: Cli, chance: random.Random) -> int:
    """Every hunk on record that is not undone: one by one, or a file at once."""
    names = []
    for record in records():
        hunks = [hunk["hunk"] for hunk in record["hunks"] if hunk["state"] != "undone"]
        if hunks and chance.random() < 0.3:
            names.append(record["id"])
        else:
            names += [f"{record['id']}:{hunk}" for hunk in hunks]
    chance.shuffle(names)
    for name in names:
        cli("undo", name)
    return len(names)


@pytest.mark.parametrize("seed", range(3))
def test_merges_that_wait_and_that_are_committed(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records, seed: int
) -> None:
    chance = random.Random(seed)
    repo.git("config", "merge.conflictStyle", STYLES[seed])
    texts = base_texts(chance)
    repo.commit("base", texts)
    undone = 0
    for number in range(2):
        repo.git("checkout", "-q", "-b", f"topic{number}")
        repo.commit("theirs", edited(texts, "theirs", chance))
        repo.git("checkout", "-q", "main")
        repo.commit("ours", edited(texts, "ours", chance))
        plain = repo.copy()
        plain.git("config", "--remove-section", "merge.mergeassist", code=None)
        plain.run("merge", "--no-commit", f"topic{number}")
        left = state(plain)

        # while the merge waits
        repo.arm(make_driver(SOME, name=f"some {number}"))
        repo.run("merge", "--no-commit", f"topic{number}")
        undone += undo_in_any_order(records, cli, chance)
        assert state(repo) == left
        repo.git("merge", "--abort")

        # after the commit: the work tree only
        repo.arm(make_driver(ACCEPT_ALL, name=f"all {number}"))
        repo.git("merge", "--no-edit", f"topic{number}")
        index = repo.git("ls-files", "-s")
        put = [repo.read(name) for name in NAMES]
        undone += undo_in_any_order(records, cli, chance)
        assert [repo.read(name) for name in NAMES] == left[0] != put
        assert repo.git("ls-files", "-s") == index
        repo.git("checkout", "-q", "--", ".")
        texts = {name: repo.read(name) for name in NAMES}
        shutil_free(plain)
    assert undone > 12


def shutil_free(copy: Repo) -> None:
    import shutil

    shutil.rmtree(copy.path)


@pytest.mark.parametrize("seed", range(2))
def test_every_step_of_a_rebase(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records, seed: int
) -> None:
    """Each step leaves the ninth line open and stops; git alone stops at the same steps."""
    chance = random.Random(100 + seed)
    repo.git("config", "merge.conflictStyle", STYLES[seed + 1])
    texts = base_texts(chance)
    repo.commit("base", texts)
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("upstream", edited(texts, "upstream", chance))
    repo.git("checkout", "-q", "main")
    mine = texts
    for number in range(3):
        mine = edited(mine, f"step{number}", chance)
        repo.commit(f"step {number}", mine)
    plain = repo.copy()
    repo.arm(make_driver("accept = lambda c: b'line 8 ' not in (c.base or b'')"))
    undone = 0
    repo.run("rebase", "topic")
    plain.run("rebase", "topic")
    for number in range(3):
        assert repo.unmerged() and plain.unmerged()
        undone += undo_in_any_order(records, cli, chance)
        assert state(repo) == state(plain)
        settled = {name: b"settled %d\n" % number + plain.read(name).replace(b"<<<<", b"")
                   for name in NAMES}
        for one in (repo, plain):
            for name, text in settled.items():
                one.write(name, text)
            one.git("add", "-A")
            one.run("rebase", "--continue")
    assert undone
