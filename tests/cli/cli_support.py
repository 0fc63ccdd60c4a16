"""Repositories with real conflicts, and a stand-in for the pipeline."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from mergeassist.core.chunks import MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.propose.context import Context


class Repository:
    """A repository whose branches `main` and `topic` are about to meet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True)
        self.git("init", "-q")
        self.git("symbolic-ref", "HEAD", "refs/heads/main")

    def git(self, *args: str, ok: bool = True) -> bytes:
        done = subprocess.run(["git", *args], cwd=self.root, capture_output=True, check=False)
        assert done.returncode == 0 or not ok, done.stderr
        return done.stdout

    def write(self, path: str, text: bytes) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text)
        return place

    def commit(self, files: Mapping[str, bytes | None]) -> None:
        for path, text in files.items():
            if text is None:
                self.git("rm", "-q", path)
            else:
                self.write(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")

    def branches(
        self,
        base: Mapping[str, bytes | None],
        ours: Mapping[str, bytes | None],
        theirs: Mapping[str, bytes | None],
    ) -> None:
        self.commit(base)
        self.git("checkout", "-q", "-b", "topic")
        self.commit(theirs)
        self.git("checkout", "-q", "main")
        self.commit(ours)

    def merge(self, *options: str) -> None:
        """Merge `topic`, which must stop on conflicts."""
        self.git("merge", "-q", "--no-edit", *options, "topic", ok=False)
        assert self.git("ls-files", "-u"), "the merge was to stop on conflicts"

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def status(self) -> bytes:
        return self.git("status", "--porcelain", "-uno", "-z")


def decide_for(text: bytes, probability: float = 0.9) -> Callable[..., tuple[Decision, ...]]:
    """A stand-in for the pipeline: proposes `text` everywhere, sure from `probability` down."""

    def decide(
        merged: MergedFile, context: Context, *, min_probability: float | None = None,
        **_: object,
    ) -> tuple[Decision, ...]:
        sure = min_probability is not None and min_probability <= probability
        return tuple(
            Decision(
                conflict,
                (Proposal(text, "invented", ("other",), probability),
                 Proposal(conflict.ours, "ours", (), 0.05)),
                sure, "threshold",
            )
            for conflict in merged.conflicts
        )

    return decide
