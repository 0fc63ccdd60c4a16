"""The replay: every past conflict decided with what was known when it arose.

The shipped judge does not learn here; what comes from this repository (`propose/seen`,
`app/personal`) is hidden from the time of the merge on: only merges committed strictly earlier
are visible.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from math import inf
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.corpus import committed_texts
from mergeassist.app.decide import decide
from mergeassist.app.evaluate import Scored, score
from mergeassist.app.learn import index_file, learn
from mergeassist.app.mine import PastFile, PastMerge, context_of, past_merges
from mergeassist.app.personal import Lessons
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import UsageError
from mergeassist.git.index_store import Index
from mergeassist.git.merges import MergeCommit, Replay, list_merges
from mergeassist.git.run import git
from mergeassist.propose.seen import Seen, SeenBefore

Progress = Callable[[str, int, int], None]


class Options(NamedTuple):
    """Which merges, and what to leave out: `last` counts merges that conflicted, newest first."""

    last: int | None = 200
    since: str | None = None
    history: bool = True
    seen: bool = True


class Tried(NamedTuple):
    """One conflict with what was decided and what was committed."""

    merge: str
    time: int
    path: str
    place: int
    sides: Merge[bytes]
    decision: Decision
    committed: bytes
    scored: Scored
    seen: Seen | None

    @property
    def right(self) -> bool:
        """Whether the first proposal is what was committed."""
        return self.scored.first

    @property
    def name(self) -> str:
        """What `backtest --show` takes."""
        return f"{self.merge[:12]}:{self.path}:{self.place + 1}"


class Result(NamedTuple):
    """All conflicts, oldest merge first, and what could not be used."""

    tried: list[Tried]
    merges: int
    files: int
    unknown: int  # conflicts whose committed text cannot be located
    notes: tuple[str, ...]


def backtest(
    cwd: str | Path | None, options: Options, progress: Progress = lambda what, done, total: None
) -> Result:
    """Bring the index up to date, then redo the chosen merges.

    Raises what `learn` raises.
    """
    report = learn(cwd, progress=lambda done, total: progress("learning", done, total))
    with Index(index_file(cwd)) as index:
        chosen = _chosen(index, cwd, options)
        past = Past(index, options)
        tried: list[Tried] = []
        files = unknown = 0
        with Replay(cwd) as replay, closing(past_merges(replay, chosen)) as merges:
            for done, merge in enumerate(merges, 1):
                for file in merge.files:
                    answers = list(past.try_file(replay, merge, file))
                    tried += [one for one in answers if one is not None]
                    unknown += sum(one is None for one in answers)
                    files += bool(answers)
                progress("backtest", done, len(chosen))
    return Result(tried, len(chosen), files, unknown, report.notes)


def _chosen(index: Index, cwd: str | Path | None, options: Options) -> list[MergeCommit]:
    conflicted = index.conflicted()
    listed = list_merges(cwd, options.since).merges
    return [commit for commit in listed if commit.name in conflicted][: options.last][::-1]


class Past:
    """What an index taught up to a merge; merges are asked for oldest first."""

    def __init__(self, index: Index, options: Options) -> None:
        self.index, self.options = index, options
        self._lessons = Lessons(index) if options.seen else None

    def try_file(
        self, replay: Replay, merge: PastMerge, file: PastFile
    ) -> Iterator[Tried | None]:
        """Decide every conflict of one file; `None` for one without ground truth."""
        merged = file.regions()
        if merged is None or not merged.conflicts:
            return
        time = merge.commit.time
        context = context_of(replay, merge, file, history=self.options.history)
        past = SeenBefore(self.index, before=time)
        decisions = decide(
            merged, context, seen=past if self.options.seen else None, seconds=inf,
            personal=self._lessons.until(time) if self._lessons is not None else None,
        )
        truths = committed_texts(merged, file.resolved)
        for place, (decision, truth) in enumerate(zip(decisions, truths, strict=True)):
            if truth is None:
                yield None
                continue
            sides = decision.conflict.sides
            yield Tried(
                merge.commit.name, time, file.path, place, sides, decision, truth,
                score("", context.language, decision, truth), _first_seen(past, sides),
            )  # fmt: skip


def _first_seen(past: SeenBefore, sides: Merge[bytes]) -> Seen | None:
    try:
        return next(iter(past.look_up(sides)), None)
    except sqlite3.Error:
        return None


def show(cwd: str | Path | None, wanted: str, options: Options) -> Tried:
    """One conflict again, by the name that the table of wrong ones gives it.

    Raises `UsageError` for a name that stands for no conflict here.
    """
    merge, _, rest = wanted.partition(":")
    path, _, number = rest.rpartition(":")
    if not path or not number.isdecimal() or int(number) < 1:
        raise UsageError(f"{wanted!r} is not MERGE:PATH:N; take one from the table of a backtest")
    found = git("rev-list", "--no-walk", "--timestamp", "--parents", "--end-of-options", merge,
                cwd=cwd).decode("ascii").split()  # fmt: skip
    if len(found) != 4:
        raise UsageError(f"{merge} is not a merge of two parents")
    commit = MergeCommit(found[1], found[2], found[3], int(found[0]))
    learn(cwd)
    with Replay(cwd) as replay, Index(index_file(cwd)) as index:
        for past in past_merges(replay, [commit]):
            for file in past.files:
                if file.path == path:
                    answers = list(Past(index, options).try_file(replay, past, file))
                    answer = answers[int(number) - 1] if int(number) <= len(answers) else None
                    if answer is not None:
                        return answer
    raise UsageError(f"{wanted}: no such conflict, or what became of it cannot be located")
