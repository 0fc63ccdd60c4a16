"""For a pull request: merge the target into the head, and report what is resolved and what is not.

Nothing is checked out, no hook or setting of the repository takes part, and the work tree and
branches stay as they are.  `--push-branch` writes the resolution as a merge commit on a branch of
its own.

Exit code 0: the merge is clean or resolved, 1: conflicts remain.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.threshold import probability

NAME = "ci"
HELP = "report what merging a pull request would give, without a work tree"

FORMATS = ("text", "json", "sarif", "github", "summary", "html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist ci`."""
    parser.add_argument("--target", metavar="COMMIT",
                        help="what the pull request goes to (default: what the forge names)")
    parser.add_argument("--head", metavar="COMMIT", default="HEAD",
                        help="the pull request's commit (default: HEAD)")
    parser.add_argument("--format", choices=FORMATS, default="text",
                        help="what is printed (default: text)")
    parser.add_argument("--write", metavar="FORMAT=FILE", action="append", default=[],
                        help="also write a format to a file; a summary is appended")
    parser.add_argument("--min-probability", type=probability, metavar="P",
                        help="accept proposals from this probability on (0 to 1); the target "
                             "branch's pyproject.toml may ask for more")
    parser.add_argument("--push-branch", metavar="NAME",
                        help="push a resolved merge as a commit on this branch, never on the "
                             "pull request's own")
    parser.add_argument("--remote", default="origin", help="where to push (default: origin)")


def run(args: argparse.Namespace) -> int:
    """Merge, report, push; raises `UsageError` for commits or files that are not there."""
    import os

    from mergeassist.app import ci, ci_formats
    from mergeassist.errors import Exit, UsageError

    target = args.target or ci.default_target(os.environ)
    if target is None:
        raise UsageError("--target is needed: what the pull request goes to")
    written = [entry.partition("=")[::2] for entry in args.write]
    for name, file in written:
        if name not in FORMATS or not file:
            raise UsageError(f"--write takes FORMAT=FILE, FORMAT one of {', '.join(FORMATS)}")
    here = Path.cwd()
    report = ci.examine(here, target, args.head, min_probability=args.min_probability)
    if args.push_branch and report.verdict == "resolved":
        report = ci.push(here, report, args.push_branch, args.remote)
    for name, file in written:
        _write(Path(file), ci_formats.FORMATS[name](report), append=name == "summary")
    print(ci_formats.FORMATS[args.format](report), end="")
    return Exit.CONFLICT if report.open else Exit.OK


def _write(file: Path, text: str, *, append: bool) -> None:
    from mergeassist.errors import InputError

    try:
        with file.open("a" if append else "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    except OSError as error:
        raise InputError(file, f"cannot be written ({error.strerror})") from error
