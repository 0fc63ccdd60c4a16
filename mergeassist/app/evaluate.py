"""Measure the whole pipeline against what people committed.

There is no time limit, so that a busy machine gives the same figures.
Counts are kept a conflict and added up a language; equality is after trimming line ends and
outer blank lines.  Conflicts whose committed text cannot be located are left out, as in the
corpus' own figures.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, groupby, islice, pairwise
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from mergeassist.app.corpus import (
    Record,
    committed_texts,
    context_of,
    corpus_files,
    encode,
    read_lines,
    without_space,
)
from mergeassist.app.decide import decide
from mergeassist.app.guards import still_parses
from mergeassist.app.merge_file import line_merge
from mergeassist.core.diff3 import merged_text, token_regions
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.core.tokens import trimmed

if TYPE_CHECKING:
    from mergeassist.core.chunks import Conflict
    from mergeassist.git.index_store import Index
    from mergeassist.git.index_store import Row as PastRow
    from mergeassist.judge.model import Judged
    from mergeassist.judge.personal import Observation
    from mergeassist.propose.seen import SeenBefore

_LINES_A_TASK = 24
_LEAST = 20


class Options(NamedTuple):
    """What to leave out, and the threshold; all of it travels to the worker processes."""

    min_probability: float | None = None
    history: bool = True
    metadata: bool = True
    learn: bool = False  # a repository's merges in order of time, each teaching the next


class Scored(NamedTuple):
    """One conflict with ground truth."""

    repository: str
    language: str
    first: bool
    first_three: bool
    oracle: bool
    first_but_space: bool
    accepted: bool
    probability: float | None
    candidates: int
    ours: bool
    theirs: bool
    token_merge: bool | None  # None: the token diff3 is not clean
    right_sources: tuple[str, ...]
    sources: tuple[str, ...]


class FileScore(NamedTuple):
    """One file: its conflicts, how many had no ground truth, and whether the result parses."""

    conflicts: list[Scored]
    unknown: int
    parsed: bool | None


def evaluate_record(record: Record, options: Options, pupil: Pupil | None = None) -> FileScore:
    """Merge one record, decide with what `pupil` knows, and compare with what was committed."""
    versions = Merge(*(encode(record[name]) for name in ("base", "ours", "theirs")))
    merged = line_merge(*versions)
    if merged is None or not merged.conflicts:
        return FileScore([], 0, None)
    context = context_of(record)
    if not options.history:
        context = context._replace(history=None)
    if not options.metadata:
        context = context._replace(message=None, times=None, authors=None, conflicted_files=None)
    truths = committed_texts(merged, encode(record["resolved"]))
    noted: list[Judged | None] = []
    decisions = decide(
        merged, context, min_probability=options.min_probability, noted=noted, seconds=inf,
        personal=pupil.personal if pupil else None, seen=pupil.seen if pupil else None,
    )  # fmt: skip
    if pupil is not None:
        pupil.note(context.path, merged.conflicts, truths, noted)
    scored = [
        score(str(record.get("repo", "")), context.language, decision, truth)
        for decision, truth in zip(decisions, truths, strict=True)
        if truth is not None
    ]
    unknown = sum(truth is None for truth in truths)
    return FileScore(scored, unknown, still_parses(merged, decisions, context))


def score(repository: str, language: str, decision: Decision, truth: bytes) -> Scored:
    """Compare one decision with what was committed."""
    goal = trimmed(truth)
    sides = decision.conflict.sides
    right = [trimmed(proposal.text) == goal for proposal in decision.proposals]
    first = decision.proposals[0]
    clean = merged_text(token_regions(sides))
    return Scored(
        repository=repository,
        language=language or "other",
        first=right[0],
        first_three=any(right[:3]),
        oracle=any(right),
        first_but_space=without_space(first.text) == without_space(truth),
        accepted=decision.accepted,
        probability=first.probability,
        candidates=len(right),
        ours=trimmed(sides.ours) == goal,
        theirs=trimmed(sides.theirs) == goal,
        token_merge=None if clean is None else trimmed(clean) == goal,
        right_sources=tuple(
            source
            for proposal, good in zip(decision.proposals, right, strict=True)
            if good
            for source in proposal.sources
        ),
        sources=tuple(s for proposal in decision.proposals for s in proposal.sources),
    )


def evaluate(
    paths: list[Path],
    options: Options,
    *,
    jobs: int = 2,
    limit: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[FileScore]:
    """Score every record below `paths`; `progress` is told how many are done.

    Raises `InputError` for a path that holds no corpus.
    """
    files = [islice(read_lines(path), limit) for path in corpus_files(paths)]
    chunks = map(list, files) if options.learn else _chunks(chain.from_iterable(files))
    tasks = ((chunk, options) for chunk in chunks)
    scores: list[FileScore] = []
    if jobs == 1:
        for task in tasks:
            scores += _run_chunk(task)
            progress(len(scores))
        return scores
    with ProcessPoolExecutor(jobs) as pool:
        for part in _bounded(pool, tasks, jobs if options.learn else 4 * jobs):
            scores += part
            progress(len(scores))
    return scores


def _chunks(lines: Iterable[str]) -> Iterator[list[str]]:
    source = iter(lines)
    while chunk := list(islice(source, _LINES_A_TASK)):
        yield chunk


def _run_chunk(task: tuple[list[str], Options]) -> list[FileScore]:
    lines, options = task
    records = map(json.loads, lines)
    if not options.learn:
        return [evaluate_record(record, options) for record in records]
    known: dict[str, list[Record]] = {}
    scores: list[FileScore] = []
    for record in records:
        if record.get("merge") and record.get("times"):
            known.setdefault(record.get("repo") or "", []).append(record)
        else:  # without a place in time it can neither teach nor learn
            scores.append(evaluate_record(record, options))
    for of_repository in known.values():
        scores += in_order(of_repository, options)[0]
    return scores


class Pupil:
    """What one repository's merges have taught so far: the judge's shift, and the memory."""

    def __init__(self, index: Index) -> None:
        from mergeassist.judge.personal import Personal

        self.index, self.personal = index, Personal()
        self.seen: SeenBefore | None = None
        self._lessons: list[Observation] = []
        self._rows: list[PastRow] = []

    def begin(self, time: int) -> None:
        """Start a merge; what was committed at `time` or later is not remembered."""
        from mergeassist.propose.seen import SeenBefore

        self.seen = SeenBefore(self.index, before=time)
        self._lessons, self._rows = [], []

    def note(
        self,
        path: str,
        conflicts: Sequence[Conflict],
        truths: Sequence[bytes | None],
        noted: Sequence[Judged | None],
    ) -> None:
        """Keep what a file of this merge can teach, for later."""
        from mergeassist.propose.seen import rows_of

        self._rows += rows_of(path, conflicts, truths)
        self._lessons += [
            one.decided(truth)
            for one, truth in zip(noted, truths, strict=False)  # none, where none was judged
            if one is not None and truth is not None
        ]

    def end(self, merge: str, time: int) -> None:
        """Learn from the merge."""
        from mergeassist.git.index_store import Learned

        self.personal.learn(self._lessons)
        self.index.add([Learned(merge, time, tuple(self._rows))])


def in_order(
    records: Iterable[Record], options: Options, pupil: Callable[[Index], Pupil] = Pupil
) -> tuple[list[FileScore], Pupil]:
    """One repository's records, oldest merge first; a merge teaches those committed after it."""
    from mergeassist.git.index_store import Index

    def merge_of(record: Record) -> tuple[int, str]:
        return record["times"][0], record["merge"]

    scores: list[FileScore] = []
    with TemporaryDirectory() as folder, Index(Path(folder) / "index", write=True) as index:
        taught = pupil(index)
        for (time, name), merge in groupby(sorted(records, key=merge_of), key=merge_of):
            taught.begin(time)
            scores += [evaluate_record(record, options, taught) for record in merge]
            taught.end(name, time)
    return scores, taught


def _bounded(
    pool: ProcessPoolExecutor, tasks: Iterator[tuple[list[str], Options]], most: int
) -> Iterator[list[FileScore]]:
    """Results in order with at most `most` tasks waiting, so that memory stays small."""
    waiting = [pool.submit(_run_chunk, task) for task in islice(tasks, most)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(_run_chunk, task) for task in islice(tasks, 1)]


class Row(NamedTuple):
    """The figures of one language, or of all: shares from 0 to 1."""

    conflicts: int
    first: float
    first_three: float
    oracle: float
    first_but_space: float
    accepted: float
    precision: float | None
    candidates: float
    ours: float
    theirs: float
    token_merge_clean: float
    token_merge_precision: float | None


def row_of(scored: list[Scored]) -> Row:
    """Add up conflicts; needs at least one."""
    total = len(scored)
    accepted = [s for s in scored if s.accepted]
    clean = [s for s in scored if s.token_merge is not None]

    def mean(name: str) -> float:
        return float(sum(getattr(s, name) for s in scored)) / total

    return Row(
        conflicts=total,
        first=mean("first"),
        first_three=mean("first_three"),
        oracle=mean("oracle"),
        first_but_space=mean("first_but_space"),
        accepted=len(accepted) / total,
        precision=sum(s.first for s in accepted) / len(accepted) if accepted else None,
        candidates=mean("candidates"),
        ours=mean("ours"),
        theirs=mean("theirs"),
        token_merge_clean=len(clean) / total,
        token_merge_precision=(
            sum(bool(s.token_merge) for s in clean) / len(clean) if clean else None
        ),
    )


def rows_by_language(scored: list[Scored], least: int = 100) -> dict[str, Row]:
    """One row a language with at least `least` conflicts, most frequent first."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        groups[one.language].append(one)
    ranked = sorted(groups.items(), key=lambda item: -len(item[1]))
    return {name: row_of(group) for name, group in ranked if len(group) >= least}


def shares_at(scored: list[Scored], levels: Iterable[float]) -> dict[str, float]:
    """The share that could be accepted, most certain first, at each precision.

    Fewer than twenty accepted say nothing and count as none.  Empty without probabilities.
    """
    ranked = sorted(
        ((s.probability, s.first) for s in scored if s.probability is not None),
        key=lambda pair: -pair[0],
    )
    if not ranked:
        return {}
    best = dict.fromkeys((f"{level:.2f}" for level in levels), 0.0)
    right = count = 0
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):  # a threshold accepts all or none
        goods = [good for _, good in tied]
        right, count = right + sum(goods), count + len(goods)
        for level in best:
            if count >= _LEAST and right / count >= float(level):
                best[level] = count / len(scored)
    return best


def calibration(scored: list[Scored], bins: int = 10) -> dict[str, object] | None:
    """Expected calibration error over equally filled bins, and the bins for a plot."""
    known = [(s.probability, s.first) for s in scored if s.probability is not None]
    pairs = sorted(known, key=lambda pair: pair[0])  # ties as they come, not the wrong ones first
    if not pairs:
        return None
    edges = [round(len(pairs) * i / bins) for i in range(bins + 1)]
    rows, error = [], 0.0
    for low, high in pairwise(edges):
        part = pairs[low:high]
        if part:
            said = sum(p for p, _ in part) / len(part)
            was = sum(good for _, good in part) / len(part)
            rows.append({"said": said, "was": was, "conflicts": len(part)})
            error += abs(said - was) * len(part) / len(pairs)
    return {"error": error, "bins": rows}


def pattern_table(scored: list[Scored]) -> dict[str, tuple[float, float]]:
    """For each pattern: how often it prints a proposal that is kept, and how often it is right."""
    fires: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    for one in scored:
        for source in set(one.sources):
            fires[source] += 1
        for source in set(one.right_sources):
            right[source] += 1
    ranked = sorted(fires, key=lambda source: -right[source])
    return {s: (fires[s] / len(scored), right[s] / fires[s]) for s in ranked}
