"""Merge three versions of one file, to standard output or to a file.

git's own line merge comes first; each conflict it leaves gets proposals, and those the policy
is sure of are accepted.  Exit code 0: no conflict is left, 1: conflicts remain, with markers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.threshold import add_threshold, least

NAME = "merge"
HELP = "merge three versions of one file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist merge`."""
    parser.add_argument("base", type=Path, metavar="BASE", help="the common ancestor")
    parser.add_argument("ours", type=Path, metavar="OURS")
    parser.add_argument("theirs", type=Path, metavar="THEIRS")
    parser.add_argument("-p", "--path", help="the path to take the language from (default: OURS)")
    parser.add_argument("--language", metavar="NAME",
                        help="the language of the files, where their name does not tell it")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT",
                        help="write here, all at once, instead of to standard output")
    parser.add_argument("-L", "--label", action="append", default=[], dest="labels",
                        help="label for the marker of ours, then base, then theirs, as in "
                             "git merge-file (up to three times; default: the file names)")
    parser.add_argument("--style", choices=("merge", "diff3", "zdiff3"),
                        help="markers of conflicts that remain (default: merge.conflictStyle)")
    parser.add_argument("--marker-size", type=marker_size, default=7, metavar="N")
    add_threshold(parser)
    parser.add_argument("--policy", choices=("judge", "structural"),
                        help="who decides: the judge, or structural merges alone "
                             "(default: mergeassist.policy, else judge)")
    parser.add_argument("--json", action="store_true",
                        help="print the record that mergeassist batch prints")


def marker_size(text: str) -> int:
    """An argparse type: a marker size that a parser can find again."""
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("must be between 1 and 1000")
    return value


def run(args: argparse.Namespace) -> int:
    """Merge, print, and say by the exit code whether conflicts remain.

    Raises `InputError` for unreadable or binary files and `UsageError` for too many labels.
    """
    import json
    import os
    import sys

    from mergeassist.app import batch, files
    from mergeassist.app.merge_file import merge_texts
    from mergeassist.core import markers
    from mergeassist.core.merge import Merge
    from mergeassist.errors import Exit, InputError, UsageError
    from mergeassist.git.worktree import conflict_style
    from mergeassist.languages.syntax import named_language
    from mergeassist.propose.context import Context

    if len(args.labels) > 3:
        raise UsageError("-L may be given three times: ours, base, theirs")
    if any("\n" in label for label in args.labels):
        raise UsageError("a label of -L may not hold a line end: it stands on a marker line")
    paths = Merge(args.base, args.ours, args.theirs)
    versions = paths.map(files.read_bytes)
    language = named_language(args.language or "")
    if args.language and not language:
        raise UsageError(f"--language {args.language}: no such language; "
                         "`mergeassist languages` lists them")
    context = Context(path=args.path or str(args.ours), language=language, base=versions.base,
                      ours=versions.ours, theirs=versions.theirs)
    done = merge_texts(versions, context, min_probability=least(args),
                       policy=args.policy)
    if done is None:
        raise InputError(args.ours, "binary content cannot be merged by lines",
                         "choose one version")
    names = [os.fsencode(name) for name in (args.ours, args.base, args.theirs)]
    given = [os.fsencode(label) for label in args.labels]
    labels = markers.Labels(*given, *names[len(given):])
    text = done.result.settled()
    if text is None:
        style = args.style or conflict_style()
        text = markers.render(done.result, style, args.marker_size, labels)
    if args.output:
        files.write_atomic(args.output, text)
    if args.json:
        print(json.dumps(batch.record(context.path, done, text)))
    elif not args.output:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    return Exit.OK if done.status != "conflict" else Exit.CONFLICT
