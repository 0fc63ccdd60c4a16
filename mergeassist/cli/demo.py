"""Build a throw-away repository, arm it, and watch a real `git merge`.

What is printed is read back from the files of that merge, next to what git alone makes of it.
Needs git, no network, and leaves nothing behind unless told to.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.threshold import probability

NAME = "demo"
HELP = "watch a real git merge with mergeassist in a throw-away repository"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist demo`."""
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="build the repositories in this empty or new folder and keep them")
    parser.add_argument("--min-probability", type=probability, default=0.5, metavar="P",
                        help="what the demonstration accepts from (default: 0.5; without this "
                             "setting mergeassist accepts from a calibrated, higher one)")


def run(args: argparse.Namespace) -> int:
    """Run the demonstration; raises `UsageError` when DIR is not empty."""
    import tempfile

    from mergeassist.app import demo
    from mergeassist.errors import Exit
    from mergeassist.ui.console import console
    from mergeassist.ui.demo import show

    screen = console(args.color)
    if args.keep:
        show(demo.run(args.keep.absolute(), args.min_probability), screen, kept=True)
        return Exit.OK
    with tempfile.TemporaryDirectory(prefix="mergeassist-demo-") as folder:
        show(demo.run(Path(folder), args.min_probability), screen, kept=False)
    return Exit.OK
