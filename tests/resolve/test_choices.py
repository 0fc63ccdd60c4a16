"""`resolve` with a choice for all: sides, proposals, what is sure; dry runs and staging."""

from __future__ import annotations

import json

import pytest

from mergeassist.cli.main import main
from tests.resolve.conftest import BASE, OPEN, OURS, THEIRS


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
@pytest.mark.parametrize(("choice", "expected"), [
    ("ours", OURS), ("theirs", THEIRS),
    ("both", BASE.replace(b"line 3\n", b"".join(OPEN[0])).replace(b"line 12\n", b"".join(OPEN[1]))),
    ("1", BASE.replace(b"line 3\n", b"merged\n").replace(b"line 12\n", b"merged\n")),
    ("2", OURS), ("base", BASE),
])
def test_accept_in_every_style(two, run, style: str, choice: str, expected: bytes) -> None:
    two.git("config", "merge.conflictStyle", style)
    two.merge()
    marked = two.read("f.py")
    code, (file,) = run("--accept", choice)
    assert (code, file["status"], file["kind"]) == (0, "resolved", "both-modified")
    assert two.read("f.py") == expected
    assert two.read("f.py.orig") == marked
    assert two.status() == b"UU f.py\0"
    assert [c["base"] for c in file["conflicts"]] == ["line 3\n", "line 12\n"]


def test_listing_changes_nothing(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    for option in ("--list", "--dry-run"):
        code, (file,) = run(option)
        assert (code, file["status"]) == (1, "conflict")
        assert [c["line"] for c in file["conflicts"]] == [3, 16]
        lines = before.splitlines()
        assert all(lines[c["line"] - 1].startswith(b"<<<<<<<") for c in file["conflicts"])
    assert two.read("f.py") == before and not (two.root / "f.py.orig").exists()


def test_dry_run_says_what_would_be(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    code, (file,) = run("--accept", "ours", "--dry-run", "--stage")
    assert (code, file["status"], file["staged"], file["backup"]) == (0, "resolved", False, None)
    assert two.read("f.py") == before and two.status() == b"UU f.py\0"


@pytest.mark.parametrize(("threshold", "code"), [("0.9", 0), ("0.95", 1)])
def test_yes_takes_what_is_sure(two, run, threshold: str, code: int) -> None:
    two.merge()
    assert run("--yes", "--min-probability", threshold)[0] == code
    assert (b"<<<<<<<" in two.read("f.py")) == (code == 1)
    assert (two.root / "f.py.orig").exists() == (code == 0)


@pytest.mark.parametrize(("words", "state"), [
    (("--yes", "--min-probability", "0.9"), "not reviewed"),
    (("--yes", "--min-probability", "0.9", "--only", "1"), "not reviewed"),
    (("--accept", "1", "--only", "1"), "reviewed"),
])
def test_only_a_choice_of_ones_own_counts_as_looked_at(
    two, run, capsys, words: tuple[str, ...], state: str
) -> None:
    two.merge()
    run(*words)
    assert main(["review", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["records"]
    assert {hunk["state"] for hunk in record["hunks"]} == {state}


def test_a_number_nobody_proposed_leaves_the_conflict(two, run) -> None:
    two.merge()
    before = two.read("f.py")
    assert run("--accept", "7")[0] == 1
    assert two.read("f.py") == before


@pytest.mark.parametrize("choice", ["0", "-1", "mine", "²"])
def test_choices_that_mean_nothing(two, cli, choice: str) -> None:
    two.merge()
    assert cli("resolve", f"--accept={choice}", cwd=two.root).returncode == 2


def test_stage_on_request(two, run) -> None:
    two.merge()
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, file["staged"]) == (0, True)
    assert two.status() == b"M  f.py\0"
    assert two.git("show", ":f.py") == THEIRS


def test_nothing_unmerged(cli, repository) -> None:
    repository.commit({"a": b"1\n"})
    done = cli("resolve", cwd=repository.root)
    assert (done.returncode, done.stdout) == (0, b"no unmerged paths\n")


def test_not_a_work_tree(cli, tmp_path) -> None:
    done = cli("resolve", cwd=tmp_path)
    assert done.returncode == 2 and b"not in a git work tree" in done.stderr


def test_people_read_lines(two, cli) -> None:
    two.merge()
    done = cli("resolve", cwd=two.root)
    assert done.returncode == 1 and done.stderr == b""
    assert done.stdout == b"f.py: both-modified, 0 of 2 conflicts settled\n"
    listing = cli("resolve", "--list", cwd=two.root).stdout.decode().splitlines()
    assert [line.split(":")[0].strip() for line in listing] == ["f.py", "1  line 3", "2  line 16"]
    applied = cli("resolve", "--accept", "ours", "--stage", cwd=two.root)
    assert applied.returncode == 0
    said, record = applied.stdout.split(b", mergeassist undo ")
    assert said == (
        b"f.py: both-modified, 2 of 2 conflicts settled, staged, the old text is f.py.orig")
    assert record.endswith(b" takes it back\n")


def test_one_conflict_of_several(two, run) -> None:
    two.merge()
    code, (file,) = run("--accept", "theirs", "--only", "2")
    assert (code, [c["settled"] for c in file["conflicts"]]) == (1, [False, True])
    assert b"<<<<<<<" in two.read("f.py") and OPEN[1][1] in two.read("f.py")
    code, (file,) = run("--accept", "ours", "--only", "1")
    assert (code, [c["number"] for c in file["conflicts"]]) == (0, [1])
    assert two.read("f.py") == BASE.replace(b"line 3\n", OPEN[0][0]).replace(
        b"line 12\n", OPEN[1][1])


def test_a_text_of_ones_own(two, run, tmp_path) -> None:
    two.merge()
    text = tmp_path / "text"
    text.write_bytes(b"typed\n")
    assert run("--text", str(text), "--only", "1,2")[0] == 0
    assert two.read("f.py") == BASE.replace(b"line 3\n", b"typed\n").replace(
        b"line 12\n", b"typed\n")


def test_a_text_from_a_pipe(two, cli) -> None:
    two.merge()
    marked = two.read("f.py")
    assert cli("resolve", "--text=-", cwd=two.root, input=marked).returncode == 2
    assert two.read("f.py") == marked
    assert cli("resolve", "--text=-", cwd=two.root, input=b"").returncode == 0
    assert two.read("f.py") == BASE.replace(b"line 3\n", b"").replace(b"line 12\n", b"")


@pytest.mark.parametrize("arguments", [
    ["--only", "1"], ["--accept=ours", "--only", "0"], ["--accept=ours", "--only", "x"],
    ["--accept=ours", "--only", "3"], ["--ui", "rich"],
])
def test_numbers_and_views_that_cannot_be(two, cli, arguments: list[str]) -> None:
    two.merge()
    marked = two.read("f.py")
    done = cli("resolve", *arguments, cwd=two.root)
    assert done.returncode == 2 and two.read("f.py") == marked


def test_the_record_that_undo_takes(two, run, cli) -> None:
    two.merge()
    marked = two.read("f.py")
    _, (file,) = run("--accept", "theirs", "--only", "1")
    assert cli("undo", file["record"], cwd=two.root).returncode == 0
    assert two.read("f.py") == marked
    assert run("--list")[1][0]["record"] is None
