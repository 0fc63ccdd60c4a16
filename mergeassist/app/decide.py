"""One file with conflicts in, one decision a conflict out: propose, judge, policy."""

from __future__ import annotations

import importlib
import os
from functools import lru_cache
from time import monotonic

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.propose.context import Context

TYPE_CHECKING = False  # `typing.TYPE_CHECKING` without importing typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

    from mergeassist.config import Config
    from mergeassist.judge.model import Judge, Judged
    from mergeassist.judge.personal import Personal
    from mergeassist.propose.seen import SeenBefore

DEFAULT_RISK = 0.10
STRUCTURAL = "structural"
NO_JUDGE = "no judge is installed"
NOT_ATTAINED = "nothing is accepted: the stated risk was not attained in calibration"
_NOT_JUDGED = "too long, or no time was left, to judge it"
_MOST_JUDGED = 1_000_000  # bytes of the three sides of a conflict: about two seconds
SECONDS = 6.0  # a file; the driver's own limit is later and would lose all decisions


def decide(
    merged: MergedFile,
    context: Context,
    *,
    min_probability: float | None = None,
    repository: str | Path | None = None,
    seen: SeenBefore | None = None,
    seconds: float = SECONDS,
    policy: str | None = None,
    personal: Personal | None = None,
    noted: list[Judged | None] | None = None,
) -> tuple[Decision, ...]:
    """Ranked proposals for every conflict of `merged`, top to bottom.

    `min_probability` overrides the configured acceptance threshold (0 to 1).  With `repository`,
    the context is completed by what git knows of the operation under way there, and what its
    index remembers joins the ranked ones; `seen` names another such memory.  Conflicts that are
    too long, or not reached within `seconds`, stand.  Without a judge every conflict stands, with
    proposals in the order of their patterns' prior (with none for git, which waits).  Under the
    policy `structural` (the configured one unless given) no judge is asked.  `personal` shifts
    the judge's scores by what this repository taught, and `noted` collects, a conflict, what it
    may learn from the outcome.
    """
    structural = by_structure(policy)
    judge = None if structural else _judge()
    if judge is None and not structural and repository is not None:
        # nothing can be accepted: git waits for us
        return tuple(Decision(conflict, (), False, NO_JUDGE) for conflict in merged.conflicts)
    if repository is not None:
        context = with_language(context, repository)
    if structural:
        return _structural().decide_by_structure(merged, context, seconds)  # type: ignore[no-any-return]
    # not at the top: a driver without a judge does not pay for them
    from mergeassist.app.guards import withdraw_what_breaks
    from mergeassist.languages.syntax import language_of
    from mergeassist.propose.generate import propose_file

    if not context.language:
        head = (context.ours or b"")[:200]
        context = context._replace(language=language_of(context.path, head))
    deadline = monotonic() + seconds
    offered = propose_file(merged, context, deadline=deadline)
    past = seen_in(repository) if seen is None and repository is not None else seen
    if judge is None:
        if past is not None:
            offered = tuple(map(past.join, merged.conflicts, offered))
        return tuple(
            Decision(conflict, proposals, False, NO_JUDGE)
            for conflict, proposals in zip(merged.conflicts, offered, strict=True)
        )
    if repository is not None:
        history = importlib.import_module("mergeassist.git.history")
        context = context._replace(**history.facts(context.path, repository)._asdict())
        personal = personal or _personal_in(repository)
    threshold = threshold_in_force(min_probability)
    judged = _judged(judge, merged, context, offered, personal, deadline)
    if noted is not None:
        noted += judged
    decisions = tuple(
        Decision(conflict, proposals, False, _NOT_JUDGED)
        if one is None
        else _decision(conflict, _remembered(past, conflict, one.ranked), threshold)
        for conflict, proposals, one in zip(merged.conflicts, offered, judged, strict=True)
    )
    if repository is not None:
        decisions = _with_earlier(decisions, repository, threshold)
    return withdraw_what_breaks(merged, decisions, context)


def _judged(
    judge: Judge,
    merged: MergedFile,
    context: Context,
    offered: Sequence[tuple[Proposal, ...]],
    personal: Personal | None,
    deadline: float,
) -> list[Judged | None]:
    """What the judge says of each conflict; `None` for one not reached in time, or too long: its
    evidence alone would cost the others theirs."""
    evidence = importlib.import_module("mergeassist.judge.evidence")
    views = evidence.FileView(merged, context).conflicts()
    short = [
        at for at, conflict in enumerate(merged.conflicts)
        if sum(map(len, conflict.sides)) <= _MOST_JUDGED
    ]  # fmt: skip
    said = judge.judge_file(
        [views[at] for at in short], [offered[at] for at in short], personal,
        is_late=lambda: monotonic() >= deadline,
    )  # fmt: skip
    found = dict(zip(short, said, strict=True))
    return [found.get(at) for at in range(len(merged.conflicts))]


def _personal_in(repository: str | Path) -> Personal | None:
    if importlib.import_module("mergeassist.git.index_place").locate(repository) is None:
        return None  # no database is loaded to find that out
    return importlib.import_module("mergeassist.app.personal").personal_in(repository)  # type: ignore[no-any-return]


def _with_earlier(
    decisions: tuple[Decision, ...], repository: str | Path, threshold: float
) -> tuple[Decision, ...]:
    """In the light of equal conflicts in the files of this merge before."""
    operation = importlib.import_module("mergeassist.git.history").latest(repository)
    if operation is None:
        return decisions
    cohort = importlib.import_module("mergeassist.app.cohort")
    place = operation.file.rpartition(os.sep)[0]
    return cohort.with_earlier(decisions, place, operation.tips, threshold)  # type: ignore[no-any-return]


def with_language(context: Context, repository: str | Path) -> Context:
    """The context with its language: what git attributes state for the path, else what the path
    and its first bytes say; as it is where it has one."""
    if context.language:
        return context
    attributes = importlib.import_module("mergeassist.git.attributes")
    languages = importlib.import_module("mergeassist.languages.syntax")
    stated = attributes.stated_language(context.path, repository)
    if stated:
        return context._replace(language=languages.named_language(stated))
    head = (context.ours or b"")[:200]
    return context._replace(language=languages.language_of(context.path, head))


def by_structure(policy: str | None = None) -> bool:
    """Whether syntax trees decide, by this policy or the configured one."""
    return (policy or _config().policy) == STRUCTURAL


def reshaped(merged: MergedFile, context: Context, policy: str | None = None) -> MergedFile:
    """What to decide on: under `structural`, the file as one conflict where only that settles."""
    if by_structure(policy):
        return _structural().reshaped(merged, context)  # type: ignore[no-any-return]
    return merged


def doubted(merged: MergedFile, context: Context, policy: str | None = None) -> MergedFile:
    """git's clean merge; under `structural`, in conflict where it doubled a definition."""
    return _structural().doubted(merged, context) if by_structure(policy) else merged


def _structural() -> ModuleType:
    return importlib.import_module("mergeassist.app.structural")


def _decision(conflict: Conflict, ranked: tuple[Proposal, ...], threshold: float) -> Decision:
    best = ranked[0].probability or 0.0
    accepted = best >= threshold
    relation = "at or above" if accepted else "below"
    reason = f"probability {best:.2f} is {relation} the threshold {threshold:.2f}"
    if threshold > 1:
        reason = NOT_ATTAINED
    return Decision(conflict, ranked, accepted, reason)


def _remembered(
    past: SeenBefore | None, conflict: Conflict, ranked: tuple[Proposal, ...]
) -> tuple[Proposal, ...]:
    # after the judge, which has not learned what a memory is worth
    return ranked if past is None else past.join(conflict, ranked)


def seen_in(repository: str | Path) -> SeenBefore | None:
    """What the index of a repository remembers; `None` where `learn` has never been run."""
    file = importlib.import_module("mergeassist.git.index_place").locate(repository)
    return None if file is None else _open_seen(file)


@lru_cache(maxsize=1)
def _open_seen(file: Path) -> SeenBefore | None:
    return importlib.import_module("mergeassist.propose.seen").open_seen(file)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _config() -> Config:
    """The user's settings, read once; raises `UsageError` for one that means nothing."""
    return importlib.import_module("mergeassist.git.settings").load(".")  # type: ignore[no-any-return]


def _judge() -> Judge | None:
    # one conflict's matrices are too small to share: a second thread only waits, and burns CPU
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        model = importlib.import_module("mergeassist.judge.model")
    except ImportError:
        return None
    return model.load(_config().model)  # type: ignore[no-any-return]


def _threshold(judge: Judge) -> float:
    config = _config()
    risk = DEFAULT_RISK if config.risk is None else config.risk
    return config.threshold(judge.calibration.threshold(risk))


def threshold_in_force(min_probability: float | None = None) -> float:
    """From which probability on the policy accepts; 1.01 where there is no judge."""
    if min_probability is not None:
        return min_probability
    judge = _judge()
    return 1.01 if judge is None else _threshold(judge)


def threshold_at(risk: float) -> float:
    """From which probability on at most this share of what is accepted was wrong in calibration;
    1.01 (accept nothing) where no threshold attained it, or there is no judge."""
    judge = _judge()
    return 1.01 if judge is None else judge.calibration.threshold(risk)
