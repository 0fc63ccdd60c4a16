"""Say which files use mergeassist, by lines in an attributes file.

Without a pattern, the lines that are there are listed.  The default file is the tracked
.gitattributes; branches older than its line do not use the driver, --local and --global reach
them all.
"""

from __future__ import annotations

import argparse

NAME = "track"
HELP = "say which files use mergeassist"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist track`."""
    parser.add_argument("patterns", nargs="*", metavar="PATTERN",
                        help="as in .gitattributes, quoted from the shell: '*.py'")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--local", action="store_const", const="local", dest="scope",
                       help="in .git/info/attributes: this repository, all branches")
    group.add_argument("--global", action="store_const", const="global", dest="scope",
                       help="in the user's attributes file: all repositories")
    parser.add_argument("--lfs", action="store_true",
                        help="the files are kept by git-lfs: write its attributes too")
    parser.add_argument("--remove", action="store_true", help="take the patterns out again")


def run(args: argparse.Namespace) -> int:
    """Edit or list.  Raises `UsageError` for a bad pattern, `InputError`, `GitError`."""
    import sys
    from pathlib import Path

    from mergeassist.errors import Exit, InputError
    from mergeassist.git import attributes

    cwd = Path.cwd()
    if args.scope == "global":
        file = attributes.global_file()
    else:
        choose = attributes.local_file if args.scope == "local" else attributes.tracked_file
        file = choose(cwd)
    try:
        if not args.patterns:
            print("".join(f"{text}\n" for text in attributes.listed(file)), end="")
            return Exit.OK
        if args.remove:
            changed, word = attributes.remove(file, args.patterns), "removed"
        else:
            lines = [attributes.line(pattern, lfs=args.lfs) for pattern in args.patterns]
            changed, word = attributes.add(file, lines), "added"
    except OSError as error:
        raise InputError(file, error.strerror or str(error)) from error
    for text in changed:
        print(f"{word}: {text}")
    if not changed:
        print(f"mergeassist: {file} needs no change", file=sys.stderr)
    return Exit.OK
