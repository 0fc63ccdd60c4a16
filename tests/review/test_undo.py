"""`undo` restores exactly what git had left: after a merge, a commit, a step of a rebase."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.git.real_git import ACCEPT_ALL, ACCEPT_MARKED, MakeDriver, Repo, lines
from tests.review.conftest import Cli

Records = Callable[..., list[dict[str, Any]]]

TWO = {"base": lines(20), "ours": lines(20, _4="yes 4\n", _15="same\nours\n"),
       "theirs": lines(20, _4="theirs 4\n", _15="same\ntheirs\n")}
# some conflicts are accepted: the choice depends on nothing but the conflict
ACCEPT_SOME = "accept = lambda conflict: len(conflict.ours) % 3 > 0"
SOME = ACCEPT_SOME + """
text = lambda c: (c.theirs, c.ours, b"", c.ours + c.theirs)[(len(c.ours) + len(c.theirs)) % 4]
"""


def random_file(seed: int) -> tuple[bytes, bytes, bytes]:
    """Three versions with several conflicts, some beside each other, of all kinds of ends."""
    chance = random.Random(seed)
    end = chance.choice(["\n", "\n", "\r\n"])
    texts: dict[str, list[str]] = {"base": [], "ours": [], "theirs": []}
    for number in range(chance.randint(4, 40)):
        line = f"{chance.choice(['', 'a', 'line'])} {number}{end}"
        kinds = ["same", "same", "same", "ours", "theirs", "both", "added"]
        for side in (kind := chance.choice(kinds)) and texts:
            changed = kind == side or (kind == "both" and side != "base")
            if kind == "added" and side != "base":
                texts[side] += [f"{side} new {i}{end}" for i in range(chance.randint(0, 3))]
            if not (changed and chance.random() < 0.2):
                texts[side].append(f"{side} {line}" if changed else line)
    texts["ours"].insert(0, f"ours first{end}")
    texts["theirs"].insert(0, f"theirs{end}")
    whole = {side: "".join(text).encode() for side, text in texts.items()}
    if chance.random() < 0.3:
        whole = {side: text.rstrip(b"\r\n") for side, text in whole.items()}
    return whole["base"], whole["ours"], whole["theirs"]


def fork_many(repo: Repo, seeds: range) -> list[str]:
    sides: list[dict[str, bytes]] = [{}, {}, {}]
    for seed in seeds:
        for side, text in zip(sides, random_file(seed), strict=True):
            side[f"dir/file {seed}"] = text
    base, ours, theirs = sides
    repo.commit("base", base)
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("change of theirs", theirs)
    repo.git("checkout", "-q", "main")
    repo.commit("change of ours", ours)
    return list(base)


def merge(repo: Repo) -> None:
    repo.run("merge", "--no-edit", "topic")


def rebase(repo: Repo) -> None:
    repo.run("rebase", "topic")


def cherry_pick(repo: Repo) -> None:
    repo.run("cherry-pick", "topic")


def revert(repo: Repo) -> None:
    """Take `ours` back where `theirs` has replaced it."""
    repo.run("checkout", "-q", "topic", "--", ".")
    repo.git("commit", "-qm", "all of theirs")
    repo.run("revert", "--no-edit", "HEAD~1")


CASES = [
    (merge, "merge"), (merge, "diff3"), (merge, "zdiff3"),
    (rebase, "zdiff3"), (cherry_pick, "diff3"), (revert, "merge"),
]


@pytest.mark.parametrize(
    ("operate", "style"), CASES, ids=lambda value: getattr(value, "__name__", value)
)
def test_undo_restores_what_git_had_left(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records,
    operate: Callable[[Repo], None], style: str,
) -> None:
    repo.git("config", "merge.conflictStyle", style)
    names = fork_many(repo, range(6))
    plain = repo.copy().arm(make_driver(name="leaves all"))
    operate(plain)
    operate(repo.arm(make_driver(SOME)))
    kept = records()
    assert {record["path"] for record in kept} <= set(names)
    assert len(kept) > 3
    assert any(repo.read(name) != plain.read(name) for name in names)
    for record in kept:
        cli("undo", record["id"])
    assert [plain.read(name) == repo.read(name) for name in names] == [True] * len(names)
    assert repo.unmerged() == plain.unmerged()
    assert repo.git("status", "--porcelain") == plain.git("status", "--porcelain")


def test_after_a_commit_only_the_work_tree_changes(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    names = fork_many(repo, range(10, 15))
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    repo.commit("later", {"other": b"x\n"})
    for record in records():
        assert "unmerged" not in cli("undo", record["id"])
    assert [plain.read(name) == repo.read(name) for name in names] == [True] * len(names)
    assert repo.unmerged() == ""


def test_after_a_step_of_a_rebase_that_stopped_later(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", lines(9), lines(9, _5="yes\n"), lines(9, _5="theirs\n"))
    repo.commit("second", {"g": b"ours\n"})
    repo.git("checkout", "-q", "topic")
    repo.commit("another", {"g": b"theirs\n"})
    repo.git("checkout", "-q", "main")
    plain = repo.copy()
    plain.git("rebase", "topic", code=1)
    repo.arm(make_driver("accept = lambda conflict: b'yes' in conflict.theirs"))
    repo.git("rebase", "topic", code=1)
    (record,) = records()
    assert record["operation"]["name"] == "rebase"
    cli("undo", record["id"])
    assert repo.read("f") == plain.read("f")


def test_a_step_with_an_option_is_known_by_its_commit(
    repo: Repo, make_driver: MakeDriver, records: Records
) -> None:
    repo.fork("f", lines(9), lines(9), lines(9, _5="theirs\n"))
    repo.commit("second", {"f": lines(9, _5="ours\n")})
    picked = repo.git("rev-parse", "HEAD").strip()
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("rebase", "-i", "topic", GIT_SEQUENCE_EDITOR="sed -i '2s/^pick/fixup -C/'")
    (record,) = records()
    operation = record["operation"]
    assert operation["name"] == "rebase" and picked.startswith(operation["other"])


def test_one_hunk_after_another(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-commit", "topic")
    (record,) = records()
    resolved = repo.read("f")
    assert "unmerged" in cli("undo", f"{record['id']}:2")
    assert repo.read("f").startswith(lines(3) + b"yes 4\ntheirs 4\nline 5\n")
    assert repo.read("f").count(b"<<<<<<<") == 1
    assert repo.unmerged() == plain.unmerged()
    assert "already" in cli("undo", f"{record['id']}:2", code=2, err=True)
    cli("undo", f"{record['id']}:1")
    assert repo.read("f") == plain.read("f") != resolved
    assert [hunk["state"] for hunk in records()[0]["hunks"]] == ["undone", "undone"]


def test_a_partly_resolved_file(repo: Repo, make_driver: MakeDriver, cli: Cli) -> None:
    repo.fork("f", *TWO.values())
    plain = repo.copy().arm(make_driver(name="leaves all"))
    merge(plain)
    repo.arm(make_driver(ACCEPT_MARKED))
    hint = repo.run("merge", "topic").stderr.decode()
    identity = hint.partition("mergeassist review ")[2].partition("`")[0]
    cli("undo", identity)
    assert repo.read("f") == plain.read("f")
    assert repo.unmerged() == plain.unmerged()


def test_a_locked_index_leaves_everything_as_it_was(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-commit", "topic")
    (record,) = records()
    merged = repo.read("f")
    lock = repo.path / ".git" / "index.lock"
    lock.touch()
    assert "index.lock" in cli("undo", record["id"], code=3, err=True)
    assert repo.read("f") == merged
    lock.unlink()
    assert "unmerged" in cli("undo", record["id"])
    assert b"<<<<<<<" in repo.read("f")


def test_edits_elsewhere_stay(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    repo.write("f", b"new first line\n" + repo.read("f").replace(b"line 20", b"line twenty"))
    repo.git("commit", "-qam", "edits elsewhere")
    cli("undo", records()[0]["id"])
    expected = b"new first line\n" + plain.read("f").replace(b"line 20", b"line twenty")
    assert repo.read("f") == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace(b"yes 4", b"yes four"), "edited since"),
        (lambda text: text.replace(b"theirs 4\n", b""), "edited since"),
        (lambda text: b"all new\n", "edited since"),
        (lambda text: b"\0binary", "edited since"),
    ],
)
def test_an_edited_place_is_refused(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records,
    change: Callable[[bytes], bytes], reason: str,
) -> None:
    repo.fork("f", *TWO.values())
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    (record,) = records()
    edited = change(repo.read("f"))
    repo.write("f", edited)
    refusal = cli("undo", record["id"], code=2, err=True)
    assert reason in refusal
    assert refusal.count("\n") == 1
    assert repo.read("f") == edited
    assert [hunk["state"] for hunk in records()[0]["hunks"]] == ["not reviewed"] * 2


def test_the_other_hunk_can_still_be_undone(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    repo.write("f", repo.read("f").replace(b"yes 4", b"yes four"))
    (record,) = records()
    cli("undo", f"{record['id']}:2")
    assert repo.read("f").count(b"<<<<<<<") == 1
    assert b"yes four\n" in repo.read("f")


@pytest.mark.parametrize("text", ["c.ours", "c.ours + c.theirs"])
def test_an_aborted_merge_has_nothing_to_undo(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records, text: str
) -> None:
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver(ACCEPT_ALL + f"\ntext = lambda c: {text}"))
    repo.git("merge", "--no-commit", "topic")
    repo.git("merge", "--abort")
    before = repo.read("f")
    assert "aborted" in cli("undo", records()[0]["id"], code=2, err=True)
    assert repo.read("f") == before


def test_a_merge_that_is_on_another_branch(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    repo.git("checkout", "-q", "topic")
    assert "HEAD does not contain" in cli("undo", records()[0]["id"], code=2, err=True)
    assert repo.read("f") == lines(9, _5="theirs\n")


@pytest.mark.parametrize("replace", ["nothing", "link", "folder link"])
def test_what_is_no_file_is_refused(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records, replace: str
) -> None:
    repo.fork("d/f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    outside = repo.path.parent / "outside"
    (repo.path / "d").rename(outside)
    if replace == "folder link":
        (repo.path / "d").symlink_to(outside)
    if replace == "link":
        (repo.path / "d").mkdir()
        (repo.path / "d" / "f").symlink_to(outside / "f")
    cli("undo", records()[0]["id"], code=2)
    assert b"<<<<<<<" not in (outside / "f").read_bytes()


def test_line_ends_of_the_work_tree(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-commit", "topic")
    assert "unmerged" in cli("undo", records()[0]["id"])
    assert repo.read("f") == plain.read("f")
    assert b"\r\n=======\r\n" in repo.read("f")
    assert repo.unmerged() == plain.unmerged()


def test_both_sides_added_the_file(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", None, b"ours\n", b"theirs\n")
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-commit", "topic")
    cli("undo", records()[0]["id"])
    assert repo.read("f") == plain.read("f")
    assert repo.unmerged() == plain.unmerged()


def test_what_was_staged_since_stays(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-commit", "topic")
    repo.write("f", repo.read("f") + b"mine\n")
    repo.git("add", "f")
    staged = repo.git("ls-files", "-s")
    assert "unmerged" not in cli("undo", records()[0]["id"])
    assert repo.git("ls-files", "-s") == staged
    assert repo.read("f").count(b"<<<<<<<") == 2


def test_what_resolve_put_can_be_taken_back(
    repo: Repo, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    merge(repo)
    left, unmerged = repo.read("f"), repo.unmerged()
    cli("resolve", "--accept", "both", "--stage")
    assert repo.unmerged() == ""
    (record,) = records()
    assert record["by"] == "resolve"
    assert {hunk["state"] for hunk in record["hunks"]} == {"reviewed"}
    assert "unmerged" in cli("undo", record["id"])
    assert repo.read("f") == left
    assert repo.unmerged() == unmerged


def test_in_a_linked_work_tree(
    repo: Repo, make_driver: MakeDriver, cli: Cli, records: Records
) -> None:
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    merge(plain)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("checkout", "-q", "--detach")
    repo.git("worktree", "add", "-q", "../linked", "main")
    linked = Repo(repo.path.parent / "linked")
    linked.git("merge", "--no-commit", "topic")
    (record,) = records()  # all work trees share the store
    cli("undo", record["id"], cwd=linked.path)
    assert linked.read("f") == plain.read("f")
    assert linked.unmerged() == plain.unmerged()
