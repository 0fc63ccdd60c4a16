"""Say why a text was proposed for a conflict: the strongest evidence, in plain words.

    mergeassist explain src/app.py:41
    mergeassist explain --base BASE --ours OURS --theirs THEIRS [N]

The first explains the conflict that stands at a line of a conflicted file of the work tree, the
second the N-th conflict of three versions (all of them without N).  A number before a reason is
how much of the judge's lead it makes: what is lost when that evidence is taken for average.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mergeassist.app import explain

NAME = "explain"
HELP = "say why a text was proposed for a conflict"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist explain`."""
    parser.add_argument("place", nargs="?", metavar="FILE:LINE",
                        help="a line inside a conflict; with three versions: its number")
    for name in ("base", "ours", "theirs"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"the version of {name}")
    parser.add_argument("--path", help="the path to take the language from (default: OURS)")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(args: argparse.Namespace) -> int:
    """Print the explanations; raises `UsageError` for a place that is none."""
    import json

    from mergeassist.app import explain
    from mergeassist.errors import Exit, UsageError
    from mergeassist.ui.console import printable

    versions = (args.base, args.ours, args.theirs)
    if any(versions):
        if not all(versions):
            raise UsageError("--base, --ours and --theirs go together")
        found = _of_files(args)
    else:
        path, colon, line = (args.place or "").rpartition(":")
        if not colon or not path or not line.isdecimal():
            raise UsageError("name a place as FILE:LINE")
        found = explain.explain_in_work_tree(path, int(line), Path.cwd())
    if args.json:
        print(json.dumps([explain.as_record(one) for one in found], indent=1))
        return Exit.OK
    for one in found:
        for row in explain.lines_of(one):
            print(printable(row))
    return Exit.OK


def _of_files(args: argparse.Namespace) -> list[explain.Explained]:
    from mergeassist.app import explain, files
    from mergeassist.app.decide import decide
    from mergeassist.app.merge_file import line_merge
    from mergeassist.core.merge import Merge
    from mergeassist.errors import InputError, UsageError
    from mergeassist.propose.context import Context

    sides = Merge(args.base, args.ours, args.theirs).map(files.read_bytes)
    merged = line_merge(*sides)
    if merged is None:
        raise InputError(args.ours, "binary content has no conflicts by lines",
                         "choose one version")
    count = len(merged.conflicts)
    if not count:
        raise UsageError("the three versions merge without a conflict")
    chosen = range(count)
    if args.place:
        if not args.place.isdecimal() or not 1 <= int(args.place) <= count:
            raise UsageError(f"{args.place}: conflicts are numbered from 1 to {count}")
        chosen = range(int(args.place) - 1, int(args.place))
    context = Context(args.path or str(args.ours), "", *sides)
    return explain.explain_file(merged, context, decide(merged, context), chosen)
