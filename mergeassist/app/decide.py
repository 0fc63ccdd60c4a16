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
    from pathlib import Path

    from mergeassist.config import Config
    from mergeassist.judge.model import Judge
    from mergeassist.propose.seen import SeenBefore

DEFAULT_RISK = 0.10
NO_JUDGE = "no judge is installed"
SECONDS = 6.0  # a file; the driver's own limit is later and would lose all decisions


def decide(
    merged: MergedFile,
    context: Context,
    *,
    min_probability: float | None = None,
    repository: str | Path | None = None,
    seen: SeenBefore | None = None,
) -> tuple[Decision, ...]:
    """Ranked proposals for every conflict of `merged`, top to bottom.

    `min_probability` overrides the configured acceptance threshold (0 to 1).  With `repository`,
    the context is completed by what git knows of the operation under way there, and what its
    index remembers joins the ranked ones; `seen` names another such memory.  Without a judge every
    conflict stands, with proposals in the order of their patterns' prior (with none for git, which
    waits).
    """
    judge = _judge()
    if judge is None and repository is not None:  # nothing can be accepted: git waits for us
        return tuple(Decision(conflict, (), False, NO_JUDGE) for conflict in merged.conflicts)
    # not at the top: a driver without a judge does not pay for them
    from mergeassist.app.guards import withdraw_what_breaks
    from mergeassist.languages.syntax import language_of
    from mergeassist.propose.generate import propose_file

    if not context.language:
        head = (context.ours or b"")[:200]
        context = context._replace(language=language_of(context.path, head))
    deadline = monotonic() + SECONDS
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
    evidence = importlib.import_module("mergeassist.judge.evidence")
    views = evidence.FileView(merged, context).conflicts()
    threshold = _threshold(judge) if min_probability is None else min_probability
    decisions = tuple(
        _decision(conflict, _remembered(past, conflict, judge.rank(view, proposals)), threshold)
        if monotonic() < deadline
        else Decision(conflict, proposals, False, "no time was left to judge it")
        for conflict, view, proposals in zip(merged.conflicts, views, offered, strict=True)
    )
    return withdraw_what_breaks(merged, decisions, context)


def _decision(conflict: Conflict, ranked: tuple[Proposal, ...], threshold: float) -> Decision:
    best = ranked[0].probability or 0.0
    accepted = best >= threshold
    relation = "at or above" if accepted else "below"
    reason = f"probability {best:.2f} is {relation} the threshold {threshold:.2f}"
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
    return _config().threshold(judge.calibration.threshold(DEFAULT_RISK))
