"""Fill the index of past conflicts (`git/index_store`) from the repository's own merges.

Incremental: a merge that has been looked at is never redone.  Merges are taken newest first, so
that a run that is cut short has learned what helps most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from mergeassist.app.corpus import committed_texts
from mergeassist.app.mine import PastFile, PastMerge, past_merges
from mergeassist.app.teach import teach, to_judge
from mergeassist.git.asking import GRAPH
from mergeassist.git.index_place import FILE, FOLDER
from mergeassist.git.index_store import Index, Learned, Row
from mergeassist.git.merges import MergeCommit, Replay, list_merges
from mergeassist.git.worktree import common_dir
from mergeassist.propose.seen import rows_of

# a transaction: what a kill may cost, and how often the disk is waited for
_BATCH = 64
_BATCH_SECONDS = 5.0
_MANY = 300  # merges that pay for writing down the graph of commits
_SIDECARS = ("", "-journal", "-wal", "-shm")

Progress = Callable[[int, int], None]


class Report(NamedTuple):
    """What a run has done: merges new, known before and judged, the index, what is amiss."""

    new: int
    known: int
    judged: int
    merges: int
    conflicts: int
    bytes: int
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
    progress: Progress = lambda done, total: None,
) -> Report:
    """Bring the index up to date with the merges from `since` on, at most the `limit` newest.

    `judge` has the judge learn from them too.  `progress` is told how many of how many merges
    are done, each counted once to be redone and once to be judged.  Raises `GitError` outside a
    repository or for an old git, `InputError` for an index that cannot be used or written.
    """
    listing = list_merges(cwd, since)
    file = index_file(cwd)
    if rebuild:
        for ending in _SIDECARS:
            file.with_name(file.name + ending).unlink(missing_ok=True)
    with Index(file, write=True) as index:
        known = index.known()
        wanted = listing.merges[:limit]
        new = [commit for commit in wanted if commit.name not in known]
        with Replay(cwd) as replay:
            many = len(new) >= _MANY
            if many:
                replay.prepare(commit.name for commit in listing.merges)
            for done in _fill(index, replay, new):
                progress(done, len(new))
            if many:
                _leave_graph(replay, listing.merges, file.parent.parent.joinpath(*GRAPH))
            judged = to_judge(index, wanted) if judge else 0
            for done in teach(index, replay, wanted) if judged else ():
                progress(len(new) + done, len(new) + judged)
        merges, conflicts = index.size()
        problems = index.problems()
    notes = [
        f"{count} merges could not be redone: {problem}"
        for problem, count in sorted(problems.items(), key=lambda item: -item[1])
    ]
    return Report(
        len(new), len(wanted) - len(new), judged, merges, conflicts, file.stat().st_size,
        (*listing.notes, *notes),
    )  # fmt: skip


def _leave_graph(replay: Replay, merges: Iterable[MergeCommit], place: Path) -> None:
    """Keep a graph that names paths, for the judging that follows and for every later merge."""
    replay.reuse_graph(place)
    replay.prepare((commit.name for commit in merges), paths=True)
    replay.keep_graph(place)


def _fill(index: Index, replay: Replay, commits: list[MergeCommit]) -> Iterator[int]:
    """Add merges in batches; yields how many are done after each merge."""
    batch: list[Learned] = []
    started = monotonic()
    with closing(past_merges(replay, commits)) as merges:
        for done, merge in enumerate(merges, 1):
            batch.append(learned(merge))
            if len(batch) == _BATCH or monotonic() - started > _BATCH_SECONDS:
                index.add(batch)
                batch, started = [], monotonic()
            yield done
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
