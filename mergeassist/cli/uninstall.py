"""Disarm git: take the merge driver and the mergetool out of git's configuration again.

The attribute lines that `install --languages` wrote go too; those of `track`, and a tracked
.gitattributes, stay, since git merges such files as text where no driver is defined.  What was
learned stays as well.
"""

from __future__ import annotations

import argparse

NAME = "uninstall"
HELP = "disarm git"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist uninstall`."""
    from mergeassist.cli.install import add_scope

    add_scope(parser)
    parser.add_argument("--print", action="store_true", dest="show",
                        help="print the commands instead of running them")


def run(args: argparse.Namespace) -> int:
    """Disarm the scope.  Raises `UsageError` for somebody else's configuration, `GitError`."""
    import sys
    from pathlib import Path

    from mergeassist.errors import Exit
    from mergeassist.git import attributes, index_place, install, thorough, trailer

    cwd = Path.cwd()
    changes = install.plan_uninstall(args.scope, cwd)
    if args.show:
        for change in changes:
            print(change.command(args.scope))
        return Exit.OK
    install.apply(changes, args.scope, cwd)
    state = "disarmed" if changes else "was not armed"
    print(f"mergeassist: {state} ({args.scope})", file=sys.stderr)
    if args.scope == "local" and trailer.remove(cwd):
        print("mergeassist: the hook prepare-commit-msg is gone", file=sys.stderr)
    for path in thorough.remove(cwd) if args.scope == "local" else ():
        print(f"mergeassist: the hook {path.name} is gone", file=sys.stderr)
    if args.scope != "worktree":  # info/attributes is shared by all work trees
        file = attributes.global_file() if args.scope == "global" else attributes.local_file(cwd)
        gone = attributes.remove(file, by=(attributes.INSTALL,))
        if gone:
            print(f"mergeassist: {len(gone)} lines removed from {file}", file=sys.stderr)
        if left := attributes.listed(file):
            print(f"mergeassist: {len(left)} lines stay in {file}; where no driver is defined, git "
                  "merges such files as text", file=sys.stderr)
    if args.scope == "local" and (index := index_place.locate(cwd)):
        print(f"mergeassist: what was learned stays in {index}; delete it at will",
              file=sys.stderr)
    return Exit.OK
