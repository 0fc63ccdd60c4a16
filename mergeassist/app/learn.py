"""Fill the index of past conflicts (`git/index_store`) from the repository's own merges.

Incremental: a merge that has been looked at is never redone.  Merges are taken newest first, so
that a run that is cut short, or has little time, has learned what helps most.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from math import inf
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.corpus import committed_texts
from mergeassist.app.mine import PastFile, PastMerge, past_merges
from mergeassist.app.teach import teach, to_judge
from mergeassist.git import index_place
from mergeassist.git.asking import GRAPH
from mergeassist.git.index_place import FILE, FOLDER
from mergeassist.git.index_store import WAIT, Index, Learned, Row
from mergeassist.git.merges import MergeCommit, Replay, list_merges
from mergeassist.git.worktree import common_dir
from mergeassist.propose.seen import rows_of

# a transaction: what a kill may cost, and how often the disk is waited for
_BATCH = 64
_BATCH_SECONDS = 5.0
_MANY = 300  # merges that pay for writing down the graph of commits
_IN_TIME = 4096  # merges, newest first: more than a limited time is enough for
_GRAPH_SHARE = 0.25  # of a limited time
# what `catch_up` looks at: a month of grace, for merges made elsewhere arrive late
_NEWEST, _GRACE = 64, 30 * 86_400
_SIDECARS = ("", "-journal", "-wal", "-shm")

Progress = Callable[[int, int], None]


class Report(NamedTuple):
    """What a run has done: merges new, known before and judged, the index, what is amiss.

    `left` counts the merges for which there was no time, to be redone or to be judged.
    """

    new: int
    known: int
    judged: int
    merges: int
    conflicts: int
    bytes: int
    left: int
    notes: tuple[str, ...]


def index_file(cwd: str | Path | None = None) -> Path:
    """Where the index of a repository lies, or will.  Raises `GitError`."""
    return common_dir(cwd) / FOLDER / FILE


def learn(
    cwd: str | Path | None = None,
    *,
    since: str | None = None,
    limit: int | None = None,
    rebuild: bool = False,
    judge: bool = True,
    seconds: float = inf,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Bring the index up to date with the merges from `since` on, at most the `limit` newest.

    `judge` has the judge learn from them too.  After `seconds` it stops where it is, a merge
    under way aside; then older merges are not even counted.  `progress` is told how many of how
    many merges are done, each counted once to be redone and once to be judged.  Raises `GitError`
    outside a repository or for an old git, `InputError` for an index that cannot be used or
    written.
    """
    deadline = time.monotonic() + seconds
    at_most = limit if seconds == inf else min(limit or _IN_TIME, _IN_TIME)
    listing = list_merges(cwd, since, newest=at_most, seconds=_or_none(seconds))
    file = index_file(cwd)
    if rebuild:
        for ending in _SIDECARS:
            file.with_name(file.name + ending).unlink(missing_ok=True)
    with Index(file, write=True, wait=min(WAIT, seconds)) as index:
        known = index.known()
        new = [commit for commit in listing.merges if commit.name not in known]
        done = judged = 0
        place = file.parent.parent.joinpath(*GRAPH)
        graph = len(listing.merges) >= _MANY and (len(new) >= _MANY or not place.exists())
        if new or graph or (judge and to_judge(index, listing.merges)):
            progress(0, len(new))
            with Replay(cwd) as replay:
                if graph:
                    _write_graph(replay, listing.merges, place, seconds * _GRAPH_SHARE)
                work = _Work(index, replay, listing.merges, new, judge, deadline, progress)
                done, judged = _redo_and_judge(work)
        left = len(new) - done + (to_judge(index, listing.merges) if judge else 0)
        merges, conflicts = index.size()
        problems = index.problems()
    notes = [
        f"{count} merges could not be redone: {problem}"
        for problem, count in sorted(problems.items(), key=lambda item: -item[1])
    ]
    return Report(
        done, len(listing.merges) - len(new), judged, merges, conflicts, file.stat().st_size, left,
        (*listing.notes, *notes),
    )  # fmt: skip


def catch_up(cwd: str | Path | None = None, seconds: float = 2.0) -> int:
    """Learn the merges made since the index was written, where there is one; how many.

    Never an error, and no process where no index is: whoever deletes it has nothing learned.
    """
    file = index_place.locate(cwd)
    if file is None:
        return 0
    try:
        since = f"@{int(file.stat().st_mtime) - _GRACE}"
        done = learn(cwd, since=since, limit=_NEWEST, seconds=seconds).new
        os.utime(file)  # the next look need not go as far back
    except Exception:  # whoever asks has something else to do
        return 0
    return done


def _or_none(seconds: float) -> float | None:
    return None if seconds == inf else seconds


def _write_graph(
    replay: Replay, merges: Iterable[MergeCommit], place: Path, seconds: float
) -> None:
    """A graph of the commits that names paths, for this run and, kept, for every later merge.

    Without the time for one, a graph that names none.
    """
    names = [commit.name for commit in merges]
    started = time.monotonic()
    if replay.prepare(names, seconds=_or_none(seconds)):
        replay.reuse_graph(place)
        left = _or_none(seconds - (time.monotonic() - started))
        if replay.prepare(names, paths=True, seconds=left):
            replay.keep_graph(place)


class _Work(NamedTuple):
    """What `learn` has to do: `new` of the `merges` are to be redone."""

    store: Index
    replay: Replay
    merges: Sequence[MergeCommit]
    new: Sequence[MergeCommit]
    judge: bool
    deadline: float
    progress: Progress


def _redo_and_judge(work: _Work) -> tuple[int, int]:
    """Redo, then judge; how many of both.

    A limited time goes half to the one, half to the other, over and over until nothing is left.
    """
    redone = judged = 0
    while True:
        now = time.monotonic()
        half = now + (work.deadline - now) / 2
        before = redone
        with closing(_fill(work.store, work.replay, work.new[redone:], half)) as steps:
            for done in steps:
                redone = before + done
                work.progress(redone + judged, len(work.new) + judged)
        waiting = to_judge(work.store, work.merges) if work.judge else 0
        before = judged
        with closing(teach(work.store, work.replay, work.merges, work.deadline)) as steps:
            for done in steps if waiting else ():
                judged = before + done
                work.progress(redone + judged, len(work.new) + before + waiting)
        if redone == len(work.new) or time.monotonic() >= work.deadline:
            return redone, judged


def _fill(
    index: Index, replay: Replay, commits: Sequence[MergeCommit], deadline: float
) -> Generator[int, None, None]:
    """Add merges in batches; yields how many are done after each merge.

    What was redone is kept too where the consumer or Ctrl-C ends it.
    """
    batch: list[Learned] = []
    started = time.monotonic()
    try:
        with closing(past_merges(replay, commits)) as merges:
            for done, merge in enumerate(merges, 1):
                batch.append(learned(merge))
                if len(batch) == _BATCH or time.monotonic() - started > _BATCH_SECONDS:
                    index.add(batch)
                    batch, started = [], time.monotonic()
                yield done
                if time.monotonic() >= deadline:
                    break
    finally:
        if batch:
            index.add(batch)


def learned(merge: PastMerge) -> Learned:
    """The rows of one merge: every conflict whose committed text can be located."""
    rows = tuple(row for file in merge.files for row in _rows(file))
    return Learned(merge.commit.name, merge.commit.time, rows, _kind_of(merge.problem))


def _rows(file: PastFile) -> Iterator[Row]:
    merged = file.regions()
    if merged is None or not merged.conflicts:
        return
    yield from rows_of(file.path, merged.conflicts, committed_texts(merged, file.resolved))


def _kind_of(problem: str | None) -> str | None:
    """A problem without the object's name, so that equal ones are counted together."""
    if problem is None:
        return None
    return " ".join(w for w in problem.split() if not _is_name(w.strip("'(),:"))) or "unknown"


def _is_name(word: str) -> bool:
    return len(word) >= 40 and all(char in "0123456789abcdef" for char in word)
