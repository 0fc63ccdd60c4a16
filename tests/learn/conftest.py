"""Away from the user's settings, and without the shipped judge unless a test asks for one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mergeassist.app import decide as deciding
from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose_file
from mergeassist.propose.seen import SeenBefore
from tests.learn.past import Past


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in list(os.environ):
        if name.startswith(("GIT_", "MERGEASSIST")):
            monkeypatch.delenv(name)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "t")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "t@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(deciding, "_judge", lambda: None)
    deciding._open_seen.cache_clear()
    yield
    deciding._open_seen.cache_clear()


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path / "repo")


Judge = Callable[..., tuple[Decision, ...]]


@pytest.fixture
def sure() -> Judge:
    """A judge that is sure of what has been seen before, and half sure of anything else."""

    def decide(
        merged: MergedFile, context: Context, *, min_probability: float | None = None,
        repository: object = None, seen: SeenBefore | None = None, **_: object,
    ) -> tuple[Decision, ...]:
        offered = propose_file(merged, context)
        if seen is not None:
            offered = tuple(map(seen.join, merged.conflicts, offered))
        decisions = []
        for conflict, proposals in zip(merged.conflicts, offered, strict=True):
            known = [p for p in proposals if any(s.startswith("seen-") for s in p.sources)]
            said = 0.95 if known else 0.5
            best = (known or list(proposals))[0]._replace(probability=said)
            accepted = said >= (0.9 if min_probability is None else min_probability)
            decisions.append(Decision(conflict, (best, *proposals), accepted, "a test says so"))
        return tuple(decisions)

    return decide
