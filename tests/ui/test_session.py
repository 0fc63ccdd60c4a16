"""The session behind both views: any way through the conflicts, forth and back."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mergeassist.app.judging import Judging, Wanted
from mergeassist.app.resolve_tree import WorkTree
from mergeassist.app.session import Answer, Session
from mergeassist.errors import MergeassistError, UsageError
from tests.cli.cli_support import Repository
from tests.ui.conftest import OURS


@pytest.mark.parametrize("seed", range(6))
def test_any_way_through_the_conflicts(two, session_on, seed: int) -> None:
    """What stands in the files is what was answered last, and undo leads back to the start."""
    left = {name: two.read(name) for name in ("a.py", "b.py")}
    chance = random.Random(seed)
    session = session_on(two.root)
    model: dict[int, bytes] = {}
    history: list[tuple[int, bytes | None]] = []
    for _ in range(30):
        action = chance.choice(["answer", "answer", "skip", "back", "undo"])
        at = session.at
        if action == "answer" and session.current:
            text = chance.choice([b"", b"x\n", b"y\nz\n"])
            history.append((at, model.get(at)))
            session.answer(Answer(text, "by hand"))
            model[at] = text
        elif action == "skip" and session.current:
            session.skip()
        elif action == "back":
            session.go(-1)
        elif action == "undo":
            assert session.undo() == bool(history)
            if history:
                at, before = history.pop()
                assert session.at == at
                if before is None:
                    del model[at]
                else:
                    model[at] = before
        assert session.settled == len(model)
        assert two.read("b.py") == model.get(2, left["b.py"])
        assert two.read("a.py").count(b"<<<<<<<") == 2 - len({0, 1} & set(model))
        if {0, 1} <= set(model):
            assert two.read("a.py") == OURS.replace(b"our 3\n", model[0]).replace(
                b"our 12\n", model[1])
    while session.undo():
        pass
    assert {name: two.read(name) for name in left} == left
    assert not [outcome.record for outcome in session.finish() if outcome.record]


def test_a_dry_run_changes_nothing(two) -> None:
    left = two.read("a.py")
    tree = WorkTree(two.root)
    session = Session(tree, 2, dry_run=True)
    judging = Judging(Wanted(two.root))
    for _ in range(2):  # until the first file is there
        for news in judging.news(60.0):
            session.take(news)
    judging.close()
    session.answer(Answer(b"x\n", "by hand"))
    session.finish(stage=True)
    assert two.read("a.py") == left and not (two.root / "a.py.orig").exists()
    assert not list(two.root.glob(".git/mergeassist/hunks/*"))


def test_the_error_of_the_other_process_arrives(repository: Repository, two) -> None:
    judging = Judging(Wanted(two.root, ("nowhere.py",)))
    with pytest.raises(UsageError, match=r"nowhere\.py: no unmerged path there"):
        list(judging.news(60.0))
    judging.close()
    judging = Judging(Wanted(two.root))
    judging._process.kill()
    with pytest.raises(MergeassistError, match="died"):
        while True:
            list(judging.news(60.0))
    judging.close()


@pytest.mark.parametrize("state", [b"", b"[]", b"{}", b'{"schema": "x", "skipped": 3}', b"\xff"])
def test_a_damaged_memory_is_no_memory(two, session_on, state: bytes) -> None:
    place = two.root / ".git" / "mergeassist" / "resolve.json"
    place.parent.mkdir()
    place.write_bytes(state)
    session = session_on(two.root)
    assert session.at == 0
    session.skip()
    session.finish()
    assert session_on(two.root).at == 1


def test_all_skipped_is_asked_again(two, session_on) -> None:
    session = session_on(two.root)
    for _ in range(3):
        session.skip()
    session.finish()
    again = session_on(two.root)
    assert again.at == 0 and again.skipped(again.places[0])


def test_what_cannot_be_written_is_not_answered(two, session_on, monkeypatch) -> None:
    session = session_on(two.root)
    left = two.read("a.py")

    def full(*_: object, **__: object) -> None:
        raise MergeassistError("no room")

    monkeypatch.setattr("mergeassist.app.resolve_tree.files.write_atomic", full)
    with pytest.raises(MergeassistError):
        session.answer(Answer(b"x\n", "by hand"))
    assert (session.settled, session.at) == (0, 0)
    assert two.read("a.py") == left and Path(two.root, "a.py").exists()
