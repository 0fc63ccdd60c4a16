"""Learn from the merges of this repository: what conflicts there were, and what became of them.

Redoes every two-parent merge on branches, remote branches, tags and HEAD without a work tree
and keeps the conflicts with the committed resolutions in an index under the git directory
(`mergeassist/index.sqlite`).  From then on a conflict that has been resolved before (as it is, up
to white space, or up to renamed words and numbers) gets that resolution as a proposal.  A
second run does only what is new; a run may be interrupted at any time.  `install` has already
learned the newest for some seconds, `resolve` and the hooks of `install --thorough` learn what has
come since.  The index is local, is never shared, and may be deleted.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mergeassist.app.learn import Report

NAME = "learn"
HELP = "learn from the merges of this repository"
GOES_ON = "mergeassist learn goes on with older merges"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist learn`."""
    parser.add_argument("--since", metavar="DATE", help="only merges from then on, as in git log")
    parser.add_argument("--limit", type=count, metavar="N", help="only the N newest merges")
    parser.add_argument("--seconds", type=positive, metavar="S",
                        help="stop after that time; a later run goes on")
    parser.add_argument("--rebuild", action="store_true", help="forget everything and start anew")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def count(text: str) -> int:
    """An argparse type: a number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def positive(text: str) -> float:
    """An argparse type: a number over 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be over 0")
    return value


def run(args: argparse.Namespace) -> int:
    """Learn and say what was learned; raises `GitError` outside a repository."""
    import json
    import sys
    import time

    from mergeassist.app.learn import learn
    from mergeassist.errors import Exit

    started = time.perf_counter()
    with Bar("merges", sys.stderr.isatty() and args.color != "never") as bar:
        report = learn(since=args.since, limit=args.limit, rebuild=args.rebuild,
                       seconds=args.seconds or float("inf"), progress=bar)
    seconds = time.perf_counter() - started
    if args.json:
        print(json.dumps({**report._asdict(), "seconds": round(seconds, 2)}, indent=1))
        return Exit.OK
    for line in _lines(report, seconds):
        print(line)
    return Exit.OK


def _lines(report: Report, seconds: float) -> list[str]:
    from mergeassist.ui.console import printable

    lines = [
        f"{report.new} new merges in {seconds:.1f} s, {report.known} known before",
        f"the index holds {report.conflicts} conflicts of {report.merges} merges, "
        f"{report.bytes / 1e6:.1f} MB",
    ]
    if report.left:
        lines.append(f"the time was up: {GOES_ON}")
    return [printable(line) for line in (*lines, *(f"note: {note}" for note in report.notes))]


class Bar:
    """A progress bar on a terminal, silence elsewhere; called with (done, total)."""

    def __init__(self, what: str, wanted: bool) -> None:
        self.what, self.wanted = what, wanted
        self.bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self.bar is None and self.wanted:  # where nothing is to be done there is none
            self._start()
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=total)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeRemainingColumn(), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.bar.start()
        self.task = self.bar.add_task(self.what, total=None)
