"""What this repository's own merges teach the judge: from the index to `judge/personal` and back.

`learn` judges each past conflict once (`app/teach`) and keeps the judge's own view of it with what
was committed: a lesson.  The weights are learned from all lessons in the order of time whenever
there are new ones, which takes a second for thousands; so it does not matter in which order merges
were indexed, and a backtest can stop at any time of the past.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mergeassist.errors import InputError
from mergeassist.git import index_place
from mergeassist.git.index_store import Index, Lesson
from mergeassist.judge.personal import FEATURES, TRUST, Observation, Personal

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pack(one: Observation) -> Lesson:
    """An observation as the index keeps it: right, scores and features of each candidate."""
    table = np.column_stack([one.right, one.scores, one.features])
    return Lesson(one.keys, table.astype("<f4").tobytes())


def unpack(lesson: Lesson) -> Observation:
    """The inverse of `pack`; raises `ValueError` for the numbers of another version."""
    table = np.frombuffer(lesson.numbers, "<f4").astype(np.float64).reshape(-1, 2 + len(FEATURES))
    return Observation(lesson.keys, table[:, 2:], table[:, 1], table[:, 0] > 0)


class Lessons:
    """What merges taught up to a moving point in time."""

    def __init__(self, index: Index) -> None:
        self.personal = Personal()
        self._left = iter(list(index.lessons()))
        self._next = next(self._left, None)

    def until(self, time: int) -> Personal:
        """The state after all merges committed strictly earlier; `time` may only grow."""
        while self._next is not None and self._next[0] < time:
            self.personal.learn([unpack(lesson) for lesson in self._next[1]])
            self._next = next(self._left, None)
        return self.personal


class Stored(Personal):
    """The weights of an index, read for the keys that are asked for."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self._index = index
        self._asked: set[str] = set()

    def shift(
        self, keys: Iterable[str], values: NDArray[np.float64], scores: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """As in `Personal`; an index that cannot be read shifts nothing."""
        keys = tuple(keys)
        new = [key for key in (*keys, TRUST) if key not in self._asked]
        self._asked.update(new)
        try:
            for key, row in (self._index.weights(new) if new else {}).items():
                if len(row) == 4 * len(FEATURES):
                    self.weights[key] = np.frombuffer(row, "<f4").astype(np.float64)
        except sqlite3.Error:
            pass
        return super().shift(keys, values, scores)


def personal_in(repository: str | Path) -> Personal | None:
    """What `learn` has learned in a repository; `None` where it was never run."""
    file = index_place.locate(repository)
    return None if file is None else _open(file)


@lru_cache(maxsize=1)
def _open(file: Path) -> Personal | None:
    try:
        return Stored(Index(file, wait=0.0))
    except InputError:
        return None
