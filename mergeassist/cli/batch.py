"""Merge many files: one JSON object a line on standard input, one a line on standard output.

In:   {"id", "path", "base", "ours", "theirs"} and, where known, language, message, times,
      authors, conflicted_files, history.
Out:  {"id", "status": "clean"|"resolved"|"conflict"|"error", "text", "conflicts", "error"}.

Answers come in the order of the questions and as soon as they are known.  A line that cannot
be used is answered with status "error", and the stream goes on.  The exit code is 0 once every
line has an answer, whatever the answers say.  See docs/batch.md; `--schema` prints the schema.
"""

from __future__ import annotations

import argparse

from mergeassist.cli.threshold import add_threshold, least

NAME = "batch"
HELP = "merge many files: JSON lines in, JSON lines out"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist batch`."""
    parser.add_argument("--jobs", type=jobs, default=1, metavar="N",
                        help="processes to merge with (default: 1; 0: one a processor)")
    add_threshold(parser)
    parser.add_argument("--schema", action="store_true",
                        help="print the JSON schema of both kinds of lines and stop")


def jobs(text: str) -> int:
    """An argparse type: a number of processes."""
    value = int(text)
    if not 0 <= value <= 256:
        raise argparse.ArgumentTypeError("must be between 0 and 256")
    return value


def run(args: argparse.Namespace) -> int:
    """Answer every line of standard input."""
    import os
    import sys

    from mergeassist.app import batch
    from mergeassist.errors import Exit

    output = sys.stdout.buffer
    if args.schema:
        output.write(batch.schema())
        return Exit.OK
    # not sys.stdin: Python aborts at exit when a thread still waits in its lock
    source = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115 - a descriptor
    lines = iter(source.readline, b"")
    count = args.jobs or os.cpu_count() or 1
    for answer in batch.run_lines(lines, jobs=count, min_probability=least(args)):
        output.write(answer)
        output.flush()  # a caller may wait for this answer before it asks again
    return Exit.OK
