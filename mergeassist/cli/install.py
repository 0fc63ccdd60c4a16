"""Arm git: define the merge driver (and the mergetool) in git's configuration.

Running it again changes nothing, or renews the line after an upgrade of git.  Which files use
the driver is said by attributes: `mergeassist track`, or `--languages` here.
"""

from __future__ import annotations

import argparse

NAME = "install"
HELP = "arm git: define the merge driver"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist install`."""
    add_scope(parser)
    parser.add_argument("--print", action="store_true", dest="show",
                        help="print the commands instead of running them")
    parser.add_argument("--languages", action="store_true",
                        help="also use the driver for all known text languages, by an attributes "
                             "file outside the work tree")
    parser.add_argument("--trailer", action="store_true",
                        help="also a prepare-commit-msg hook that names in each merge commit what "
                             "mergeassist has put (this repository only)")
    parser.add_argument("--thorough", action="store_true",
                        help="also hooks that look a merge, pick or rebase over for what it broke "
                             "without a conflict, and only warn (this repository only)")
    parser.add_argument("--driver", metavar="PATH",
                        help="the mergeassist-driver to name (default: the one beside Python)")


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Declare `--local`, `--global` and `--worktree`."""
    group = parser.add_mutually_exclusive_group()
    for scope, help_text in (
        ("local", "this repository (default)"),
        ("global", "all repositories of this user"),
        ("worktree", "this work tree only (needs extensions.worktreeConfig)"),
    ):
        group.add_argument(f"--{scope}", action="store_const", const=scope, dest="scope",
                           help=help_text)
    parser.set_defaults(scope="local")


def run(args: argparse.Namespace) -> int:
    """Arm the scope.  Raises `UsageError` for somebody else's configuration, `GitError`."""
    import sys
    from pathlib import Path

    from mergeassist.errors import Exit, UsageError
    from mergeassist.git import attributes, install, thorough, trailer

    cwd = Path.cwd()
    hooks = [option for option in ("trailer", "thorough") if getattr(args, option)]
    if hooks and (args.scope != "local" or args.show):
        raise UsageError(f"--{hooks[0]} writes a hook: it goes with neither --global, --worktree "
                         "nor --print")
    changes = install.plan_install(args.scope, cwd, args.driver)
    if args.show:
        for change in changes:
            print(change.command(args.scope))
        return Exit.OK
    install.apply(changes, args.scope, cwd)
    state = "armed" if changes else "already armed"
    print(f"mergeassist: {state} ({args.scope})", file=sys.stderr)
    if args.trailer:
        hook = trailer.add(cwd, install.driver_path(args.driver))
        print(f"mergeassist: {hook} names in merge commits what was put", file=sys.stderr)
    if args.thorough:
        written, left = thorough.add(cwd, install.driver_path(args.driver))
        if written:
            names = ", ".join(path.name for path in written)
            print(f"mergeassist: hooks look merges over: {names}", file=sys.stderr)
        for path in left:
            print(f"mergeassist: {path} is not mergeassist's; add to it: "
                  f"{thorough.line(path.name).strip()}", file=sys.stderr)
    if args.languages:
        file = attributes.global_file() if args.scope == "global" else attributes.local_file(cwd)
        new = attributes.add(file, map(attributes.line, attributes.language_patterns()))
        print(f"mergeassist: {len(new)} patterns added to {file}", file=sys.stderr)
    elif changes:
        print("mergeassist: next, say which files: mergeassist track '*.py'", file=sys.stderr)
    return Exit.OK
