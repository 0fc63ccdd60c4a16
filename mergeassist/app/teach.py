"""The judge looks at this repository's past: lessons for `app/personal`.

Each past conflict is judged once, as it would have been judged when it arose, the newest
`MAX_CONFLICTS` of them; a judge that was trained anew judges them again.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from math import inf
from pathlib import Path
from time import monotonic

from mergeassist.app import decide as deciding
from mergeassist.app.corpus import committed_texts
from mergeassist.app.mine import PastMerge, context_of, past_merges
from mergeassist.app.personal import Lessons, pack
from mergeassist.git.index_store import Index, Lesson
from mergeassist.git.merges import MergeCommit, Replay
from mergeassist.judge.model import Judged, shipped_folder
from mergeassist.judge.personal import FEATURES

MAX_CONFLICTS = 3000  # at about 35 ms each; older ones would have faded anyway
_NOTHING = 1.01  # a threshold that accepts nothing: only what the judge says is wanted
_BATCH_SECONDS = 5.0
_MERGE_SECONDS = 1.0  # for a merge that was begun in time: enough for all but the very large
_FILES = ("config.json", "calibration.json", "trees.safetensors")


def teach(
    index: Index, replay: Replay, commits: Iterable[MergeCommit], deadline: float = inf
) -> Generator[int, None, None]:
    """Judge the conflicts of indexed merges that this judge has not seen, then learn.

    Yields, after each merge, how many are done; none is begun after `deadline` (`monotonic`).
    A run cut short keeps what it has judged, one that is interrupted has learned it.
    Does nothing where no judge is installed.
    """
    judge = judge_name()
    if judge is None:
        return
    wanted = index.unjudged(judge, MAX_CONFLICTS)
    chosen = [commit for commit in commits if commit.name in wanted]
    batch: list[tuple[str, list[Lesson]]] = []
    started = monotonic()
    try:
        with closing(past_merges(replay, chosen)) as merges:
            for done, merge in enumerate(merges, 1):
                if monotonic() >= deadline:
                    break
                until = max(deadline, monotonic() + _MERGE_SECONDS)
                batch.append((merge.commit.name, list(lessons_of(replay, merge, until))))
                if monotonic() - started > _BATCH_SECONDS:
                    index.add_lessons(judge, batch)
                    batch, started = [], monotonic()
                yield done
    finally:
        if chosen:
            index.add_lessons(judge, batch)
            learn_all(index)


def to_judge(index: Index, commits: Iterable[MergeCommit]) -> int:
    """How many merges `teach` would judge."""
    judge = judge_name()
    wanted = index.unjudged(judge, MAX_CONFLICTS) if judge is not None else set()
    return sum(commit.name in wanted for commit in commits)


def lessons_of(replay: Replay, merge: PastMerge, deadline: float = inf) -> Iterator[Lesson]:
    """What the conflicts of one merge can teach, judged with what was known then.

    Of a merge of very many conflicts, those that are judged by `deadline`.
    """
    for file in merge.files:
        merged = file.regions()
        if merged is None or not merged.conflicts:
            continue
        truths = committed_texts(merged, file.resolved)
        if not any(truth is not None for truth in truths):
            continue
        context = context_of(replay, merge, file, history=True)
        noted: list[Judged | None] = []
        deciding.decide(
            merged, context, min_probability=_NOTHING, policy="judge", noted=noted,
            seconds=deadline - monotonic(),
        )
        for one, truth in zip(noted, truths, strict=False):
            if one is not None and truth is not None:
                yield pack(one.decided(truth))


def learn_all(index: Index) -> None:
    """Learn the weights from all lessons, oldest first, and keep them."""
    learned = Lessons(index).until(1 << 62).weights
    index.put_weights((key, row.astype("<f4").tobytes()) for key, row in learned.items())


def judge_name() -> str | None:
    """What tells the judge in force from any other; `None` where none is installed."""
    if deciding._judge() is None:
        return None
    configured = deciding._config().model
    folder = Path(configured) if configured else shipped_folder()
    digest = blake2b("\0".join(FEATURES).encode(), digest_size=8)
    for name in _FILES:
        file = (folder or Path()) / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()
