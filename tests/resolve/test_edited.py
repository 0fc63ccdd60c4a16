"""A work tree that people have edited since the merge: their text is kept, never lost."""

from __future__ import annotations

import os
import stat

import pytest

from mergeassist.app import resolve_tree, settle
from mergeassist.cli.main import main
from tests.resolve.conftest import OURS, THEIRS, with_side


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_edits_around_and_one_conflict_settled_by_hand_survive(two, run, style: str) -> None:
    two.git("config", "merge.conflictStyle", style)
    two.merge()
    text = two.read("f.py")
    end = text.index(b">>>>>>>")
    text = text[: text.index(b"<<<<<<<")] + b"by hand\n" + text[text.index(b"\n", end) + 1 :]
    two.write("f.py", b"# edited\n" + text.replace(b"line 20\n", b"line 20, edited\n"))
    code, (file,) = run("--accept", "theirs")
    assert (code, file["status"]) == (0, "resolved")
    expected = with_side(1).replace(b"their 3\n", b"by hand\n")
    assert two.read("f.py") == b"# edited\n" + expected.replace(b"line 20", b"line 20, edited")


def test_what_is_left_open_stands_byte_for_byte(two, undecided, monkeypatch, run) -> None:
    two.git("config", "merge.conflictStyle", "diff3")
    two.merge()
    marked = two.read("f.py")

    def first_only(file: resolve_tree.ConflictedFile) -> list[bytes | None]:
        return [b"one\n", None]

    monkeypatch.setattr(settle, "accept_sure", first_only)
    code, (file,) = run("--yes", "--stage")
    assert (code, file["status"], file["staged"]) == (1, "conflict", False)
    rest = marked[marked.index(b"line 4\n") :]
    assert two.read("f.py") == b"line 1\nline 2\none\n" + rest
    # and the rest can be settled later, although the first region has gone
    assert run("--accept", "ours")[0] == 0
    assert two.read("f.py") == OURS.replace(b"our 3\n", b"one\n")
    assert two.read("f.py.orig") == marked, "the oldest text is kept"
    assert (two.root / "f.py.orig.1").exists()


def test_an_edited_side_is_refused_and_rebuilt_on_demand(two, run) -> None:
    two.merge()
    edited = two.read("f.py").replace(b"our 3\n", b"our 3, edited inside the conflict\n")
    two.write("f.py", edited)
    code, (file,) = run("--accept", "ours")
    assert (code, file["status"]) == (1, "not-touched")
    assert "was edited" in file["reason"] and "--force" in file["reason"]
    assert two.read("f.py") == edited
    assert run("--accept", "ours", "--force")[0] == 0
    assert two.read("f.py") == OURS and two.read("f.py.orig") == edited


@pytest.mark.parametrize(("text", "reason"), [
    (b"by hand\n", "settled by hand"), (OURS, "holds ours"), (THEIRS, "holds theirs"),
    (b"<<<<<<< HEAD\nx\n", "damaged"), (b"\0", "binary"), (None, "not in the work tree"),
])
def test_a_text_without_conflicts_is_not_touched(two, run, text: bytes | None, reason: str) -> None:
    two.merge()
    place = two.root / "f.py"
    place.unlink() if text is None else place.write_bytes(text)
    code, (file,) = run("--accept", "theirs", "--stage")
    assert (code, file["status"]) == (1, "not-touched")
    assert reason in file["reason"]
    assert two.status().startswith(b"UU" if text is not None else b"U")
    assert (place.read_bytes() if place.exists() else None) == text


def test_force_without_a_choice_brings_gits_conflict_back(two, run) -> None:
    two.git("config", "merge.conflictStyle", "diff3")
    two.merge()
    marked = two.read("f.py")
    two.write("f.py", OURS)
    code, (file,) = run("--yes", "--force")
    assert (code, file["status"]) == (1, "conflict")
    assert two.read("f.py").replace(b" topic\n", b"\n").count(b"|||||||") == 2
    assert two.read("f.py").splitlines()[3:5] == marked.splitlines()[3:5]
    assert two.read("f.py.orig") == OURS


def test_mode_is_kept(two, run) -> None:
    two.merge()
    (two.root / "f.py").chmod(0o751)
    run("--accept", "ours")
    for name in ("f.py", "f.py.orig"):
        assert stat.S_IMODE((two.root / name).stat().st_mode) == 0o751


def test_a_file_that_is_gone_is_rebuilt_with_its_mode(repository, run) -> None:
    repository.branches({"d/run.sh": b"1\n"}, {"d/run.sh": b"2\n"}, {"d/run.sh": b"3\n"})
    for branch in ("topic", "main"):
        repository.git("checkout", "-q", branch)
        (repository.root / "d/run.sh").chmod(0o755)
        repository.commit({})
    repository.merge()
    (repository.root / "d/run.sh").unlink()
    (repository.root / "d").rmdir()
    assert run("--accept", "theirs")[0] == 1
    assert run("--accept", "theirs", "--force")[0] == 0
    assert repository.read("d/run.sh") == b"3\n"
    assert os.access(repository.root / "d/run.sh", os.X_OK)
    assert not (repository.root / "d/run.sh.orig").exists()


def test_a_base_nobody_knows_is_never_taken_for_sure(two, run, undecided) -> None:
    """A region that is not one of git's own: both sides are there, the base is not."""
    two.merge()
    two.write("f.py", b"edited\n<<<<<<< HEAD\nour 3\nline 4\n=======\ntheir 3\nline 4\n"
                      b">>>>>>> topic\n")
    code, (file,) = run("--yes", "--min-probability", "0")
    assert (code, file["status"]) == (1, "conflict")
    assert run("--accept", "theirs")[0] == 0
    assert two.read("f.py") == b"edited\ntheir 3\nline 4\n"


def test_a_file_that_changes_meanwhile_is_left(two, undecided, monkeypatch, capsys) -> None:
    two.merge()

    def slow(_: resolve_tree.ConflictedFile) -> list[bytes | None]:
        two.write("f.py", b"saved by an editor\n")
        return [b"x\n", b"y\n"]

    monkeypatch.setattr(settle, "accept_sure", slow)
    monkeypatch.chdir(two.root)
    assert main(["resolve", "--yes"]) == 2
    assert "changed on disk" in capsys.readouterr().err
    assert two.read("f.py") == b"saved by an editor\n"
