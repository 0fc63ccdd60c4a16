"""Say what a merge would do, and do nothing: neither work tree nor index nor branches change.

    mergeassist preview topic        what `git merge topic` would do now
    mergeassist preview main..topic  the same with `main` checked out

Lists each path that git would leave in conflict, and for each conflict whether it would be
resolved and how probable that resolution is.  Exit code 0: nothing would remain; 1: conflicts
would remain.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mergeassist.cli.threshold import add_threshold, least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mergeassist.app.preview import File, Preview

NAME = "preview"
HELP = "say what a merge would do, and do nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist preview`."""
    parser.add_argument("merge", metavar="BRANCH|A..B",
                        help="what to merge: into HEAD, or B into A")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE",
                        help="write a page: conflicts side by side, with filters")
    add_threshold(parser)


def run(args: argparse.Namespace) -> int:
    """Print the outcome; raises `UsageError` for what cannot be merged."""
    import json

    from mergeassist.app.preview import as_record, preview
    from mergeassist.errors import Exit
    from mergeassist.ui.console import printable

    done = preview(args.merge, min_probability=least(args))
    if args.html:
        from mergeassist.app import files
        from mergeassist.app.report.merges import of_preview

        files.write_atomic(args.html, of_preview(done).encode())
    if args.json:
        print(json.dumps(as_record(done), indent=1))
    else:
        for line in _lines(done):
            print(printable(line))
    return Exit.CONFLICT if done.left else Exit.OK


def _lines(done: Preview) -> Iterator[str]:
    ours, theirs = (f"{tip.name} ({tip.commit[:10]})" for tip in (done.ours, done.theirs))
    if done.kind == "up-to-date":
        yield f"{ours} holds {theirs} already"
        return
    if done.kind == "fast-forward":
        yield f"{ours} would be moved forward to {theirs}"
        return
    yield f"{theirs} into {ours}: {_count(len(done.files), 'path')} in conflict for git"
    for file in done.files:
        yield from _file(file)
    if done.files:
        yield f"{_count(done.left, 'path')} would remain in conflict"


def _file(file: File) -> Iterator[str]:
    mark = "resolved" if file.status == "resolved" else "left"
    yield f"  {mark:<9} {file.path}" + (f": {file.reason}" if file.reason else "")
    for at, decision in enumerate(file.decisions, 1):
        best = decision.proposals[0] if decision.proposals else None
        verb = "resolved" if decision.accepted else "left"
        said = f", likeliest {best.source}" if best else ""
        yield f"    {at:>3}  {verb:<9}{decision.reason}{said}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
