"""What the judge learns from this repository: kept once, learned in the order of time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from mergeassist.app import decide as deciding
from mergeassist.app import personal, teach
from mergeassist.app.learn import index_file, learn
from mergeassist.core.outcome import Proposal
from mergeassist.errors import InputError
from mergeassist.git.index_store import Index, Learned, Lesson, Row
from mergeassist.git.index_store import Keys as Hashes
from mergeassist.git.merges import Replay, list_merges
from mergeassist.judge import model
from mergeassist.judge.personal import FEATURES, Observation, Personal, keys_of
from mergeassist.propose.context import Context
from tests.learn.past import DAY, START, OneByOne, Past, framed

SIDES = ("line-ours", "line-theirs")
FOUR = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"t\n")))  # theirs is taken


class Plain(OneByOne):
    """A judge without an opinion that sees which side a proposal is."""

    class calibration:  # noqa: N801 - stands for an attribute
        threshold = staticmethod(lambda risk: 0.9)

    seen: list[str]

    def __init__(self) -> None:
        self.seen = []

    def judge(self, view: object, proposals: tuple[Proposal, ...], _: object) -> model.Judged:
        context: Context = view.file.context  # type: ignore[attr-defined]
        assert context.history is not None
        self.seen.append(context.path)
        values = np.zeros((1 + len(proposals), len(FEATURES)))
        for at, proposal in enumerate(proposals, 1):
            for feature, side in enumerate(SIDES):
                values[at, feature] = side in proposal.sources
        ranked = tuple(proposal._replace(probability=0.1) for proposal in proposals)
        return model.Judged(
            ranked, proposals, keys_of(context), values, np.zeros(1 + len(proposals))
        )


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Plain:
    plain = Plain()
    monkeypatch.setattr(deciding, "_judge", lambda: plain)
    personal._open.cache_clear()
    return plain


def weights(past: Past) -> dict[str, bytes]:
    store = sqlite3.connect(index_file(past.root))
    found = dict(store.execute("SELECT key, weights FROM personal"))
    store.close()
    return found


def leaning(past: Past, path: str) -> float:
    """By how much theirs is preferred to ours at a path."""
    found = personal.Stored(Index(index_file(past.root)))
    values = np.zeros((3, len(FEATURES)))
    values[1, 0] = values[2, 1] = 1.0
    keys = keys_of(Context(path, authors=("t@example.org", "", "")))
    _, ours, theirs = found.shift(keys, values, np.zeros(3))
    return float(theirs - ours)


def test_what_people_took_is_preferred_from_then_on(past: Past, judge: Plain) -> None:
    for _ in range(3):
        past.merge("a.py", *FOUR)
    report = learn(past.root)
    assert (report.new, report.judged, judge.seen) == (3, 3, ["a.py"] * 3)
    assert leaning(past, "a.py") > leaning(past, "b.py") > leaning(past, "b.txt") > 0
    assert leaning(past, "\udcff.py") == leaning(past, "b.py"), "a name that is not UTF-8"
    learned = personal.personal_in(past.root)
    assert learned is not None
    assert not learned.shift(["path:never"], np.ones((2, len(FEATURES))), np.zeros(2)).any()


def test_a_merge_is_judged_once(past: Past, judge: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    past.merge("a", *FOUR)
    learn(past.root)
    before = weights(past)
    assert (learn(past.root).judged, len(judge.seen), weights(past)) == (0, 1, before)
    past.merge("b", *FOUR)
    assert (learn(past.root).judged, judge.seen) == (1, ["a", "b"])
    monkeypatch.setattr(teach, "judge_name", lambda: "trained anew")
    assert learn(past.root).judged == 2
    with Index(index_file(past.root)) as index:
        assert [len(lessons) for _, lessons in index.lessons()] == [1, 1]


def test_the_order_of_indexing_does_not_matter(past: Past, judge: Plain) -> None:
    for path, resolved in (("a", b"o\n"), ("a", b"t\n"), ("b", b"t\n"), ("a", b"o\nt\n")):
        past.merge(path, *FOUR[:3], framed(resolved))
    learn(past.root)
    at_once = weights(past)
    learn(past.root, rebuild=True, limit=1)
    learn(past.root, limit=3)
    assert weights(past) != at_once
    learn(past.root)
    assert weights(past) == at_once


def test_a_run_cut_short_keeps_what_it_judged(
    past: Past, judge: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in "abc":
        past.merge(path, *FOUR)
    learn(past.root)
    whole = weights(past)
    one, judge.seen = teach.lessons_of, []

    def dying(*words: object) -> object:
        if len(judge.seen) == 2:
            raise KeyboardInterrupt
        return one(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(teach, "_BATCH_SECONDS", 0.0)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(teach, "lessons_of", dying)
        learn(past.root, rebuild=True)
    assert judge.seen == ["c", "b"]
    assert weights(past) not in ({}, whole)
    learn(past.root)
    assert judge.seen == ["c", "b", "a"]
    assert weights(past) == whole


def test_in_a_limited_time_the_newest_are_judged(
    past: Past, judge: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was begun is judged to the end, and a later run does the rest."""
    for path in "abc":
        past.merge(path, *FOUR)
    learn(past.root)
    whole, judge.seen = weights(past), []
    monkeypatch.setattr(teach, "monotonic", lambda: float(len(judge.seen)))
    with Index(index_file(past.root), write=True) as index, Replay(past.root) as replay:
        commits = list_merges(past.root).merges
        index.add_lessons("another judge", [(commit.name, []) for commit in commits])
        assert list(teach.teach(index, replay, commits, 0.0)) == []
        assert list(teach.teach(index, replay, commits, 2.0)) == [1, 2]
        assert judge.seen == ["c", "b"]
    assert weights(past) not in ({}, whole)
    assert learn(past.root).judged == 1
    assert weights(past) == whole


def test_only_the_newest_are_judged(
    past: Past, judge: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in "abc":
        past.merge(path, *FOUR)
    monkeypatch.setattr(teach, "MAX_CONFLICTS", 2)
    assert (learn(past.root).judged, judge.seen) == (2, ["c", "b"])


def test_without_a_judge_nothing_is_learned(past: Past) -> None:
    past.merge("a", *FOUR)
    assert learn(past.root).judged == 0
    assert weights(past) == {}


def observation(side: int) -> Observation:
    values = np.zeros((3, len(FEATURES)))
    values[1, 0] = values[2, 1] = 1.0
    right = np.array([False, side == 0, side == 1])
    return Observation(("path:a",), values, np.array([0.5, 1.25, -1.5]), right)


def test_a_lesson_is_kept_whole() -> None:
    one = observation(1)
    back = personal.unpack(personal.pack(one))
    assert back.keys == one.keys
    for got, wanted in zip(back[1:], one[1:], strict=True):
        assert np.array_equal(got, wanted)


def test_the_past_ends_before_the_merge(tmp_path: Path) -> None:
    row = Row("a", 0, Hashes(1, 2, 3), "ours", None, None)
    taught = [Personal()]
    with Index(tmp_path / "i", write=True) as index:
        for at, side in enumerate((0, 1, 1)):
            name = f"{at:040x}"
            index.add([Learned(name, START + at // 2 * DAY, (row,))])
            index.add_lessons("j", [(name, [personal.pack(observation(side))])])
        for sides in ((0,), (1,)):
            taught[0].learn([observation(side) for side in sides])
        lessons = personal.Lessons(index)
        assert lessons.until(START).weights == {}, "one of the same second is not earlier"
        found = lessons.until(START + DAY).weights
        assert np.allclose(found["path:a"], taught[0].weights["path:a"])


def test_an_older_index_is_started_over(past: Past, judge: Plain) -> None:
    past.merge("a", *FOUR)
    learn(past.root)
    store = sqlite3.connect(index_file(past.root))
    store.execute("DROP TABLE lessons")
    store.execute("ALTER TABLE conflicts ADD COLUMN ending")
    store.execute("PRAGMA user_version = 2")
    store.close()
    with pytest.raises(InputError, match="format 2"):
        Index(index_file(past.root))
    report = learn(past.root)
    assert (report.new, report.judged, report.conflicts) == (1, 1, 1)


def test_weights_of_another_version_are_passed_over(tmp_path: Path) -> None:
    with Index(tmp_path / "i", write=True) as index:
        index.put_weights([("path:a", b"\0" * 8)])
        values = np.ones((2, len(FEATURES)))
        stored = personal.Stored(index)
        assert not stored.shift(["path:a"], values, np.zeros(2)).any()
        index.close()
        shift = stored.shift(["path:b"], values, np.zeros(2))
        assert not shift.any(), "a broken index shifts nothing"


def test_numbers_of_another_version_are_an_error() -> None:
    with pytest.raises(ValueError, match="reshape"):
        personal.unpack(Lesson(("path:a",), b"\0" * 4))
