"""One file with conflicts in, one decision a conflict out: propose, judge, policy."""

from __future__ import annotations

import importlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.errors import MergeassistError
from mergeassist.languages.syntax import language_of
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose_file

if TYPE_CHECKING:
    from mergeassist.config import Config
    from mergeassist.judge.model import Judge

DEFAULT_RISK = 0.10


def decide(
    merged: MergedFile,
    context: Context,
    *,
    min_probability: float | None = None,
    repository: str | Path | None = None,
) -> tuple[Decision, ...]:
    """Ranked proposals for every conflict of `merged`, top to bottom.

    `min_probability` overrides the configured acceptance threshold (0 to 1).  With `repository`,
    the context is completed by what git knows of the operation under way there.  Without a judge
    every conflict stands, with proposals in the order of their patterns' prior.
    """
    if not context.language:
        head = (context.ours or b"")[:200]
        context = context._replace(language=language_of(context.path, head))
    offered = propose_file(merged, context)
    judge = _judge()
    if judge is None:
        return tuple(
            Decision(conflict, proposals, False, "no judge is installed")
            for conflict, proposals in zip(merged.conflicts, offered, strict=True)
        )
    if repository is not None:
        history = importlib.import_module("mergeassist.git.history")
        context = context._replace(**history.facts(context.path, repository)._asdict())
    evidence = importlib.import_module("mergeassist.judge.evidence")
    views = evidence.FileView(merged, context).conflicts()
    threshold = _threshold(judge) if min_probability is None else min_probability
    return tuple(
        _decision(conflict, judge.rank(view, proposals), threshold)
        for conflict, view, proposals in zip(merged.conflicts, views, offered, strict=True)
    )


def _decision(conflict: object, ranked: tuple[Proposal, ...], threshold: float) -> Decision:
    best = ranked[0].probability or 0.0
    accepted = best >= threshold
    relation = "at or above" if accepted else "below"
    return Decision(
        conflict,  # type: ignore[arg-type]
        ranked,
        accepted,
        f"probability {best:.2f} is {relation} the threshold {threshold:.2f}",
    )


@lru_cache(maxsize=1)
def _config() -> Config:
    settings = importlib.import_module("mergeassist.git.settings")
    configuration = importlib.import_module("mergeassist.config")
    try:
        return settings.load(".")  # type: ignore[no-any-return]
    except MergeassistError:
        return configuration.Config(min_probability=1.01)  # type: ignore[no-any-return]


def _judge() -> Judge | None:
    try:
        model = importlib.import_module("mergeassist.judge.model")
    except ImportError:
        return None
    return model.load(_config().model)  # type: ignore[no-any-return]


def _threshold(judge: Judge) -> float:
    return _config().threshold(judge.calibration.threshold(DEFAULT_RISK))
