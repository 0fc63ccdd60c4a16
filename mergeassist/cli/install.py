"""Arm git: define the merge driver (and the mergetool) in git's configuration.

Running it again changes nothing, or renews the line after an upgrade of git.  Which files use
the driver is said by attributes: `mergeassist track`, or `--languages` here.  Then the judge
learns from this repository's merges, the newest first, for at most 20 seconds; Ctrl-C ends that
without harm, and `mergeassist learn` goes on where it stopped.
"""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

NAME = "install"
HELP = "arm git: define the merge driver"
_SECONDS = 20.0  # nobody waits longer for an installation


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
    parser.add_argument("--no-learn", action="store_true",
                        help="do not learn from this repository's merges")
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
        lines = map(attributes.line, attributes.language_patterns())
        new = attributes.add(file, lines, attributes.INSTALL)
        print(f"mergeassist: {len(new)} patterns added to {file}", file=sys.stderr)
    elif changes:
        print("mergeassist: next, say which files: mergeassist track '*.py'", file=sys.stderr)
    if args.scope == "global":
        print("mergeassist: in a repository with merges, mergeassist learn learns from them",
              file=sys.stderr)
    elif not args.no_learn:
        _learn(cwd, bar=sys.stderr.isatty() and getattr(args, "color", "auto") != "never")
    return Exit.OK


def _learn(cwd: Path, *, bar: bool) -> None:
    """Learn for a while and say so in a line; nothing that stops it stops the installation."""
    import sys

    from mergeassist.ui.console import printable

    try:
        lines = _learned(cwd, bar=bar)
    except KeyboardInterrupt:
        lines = ["stopped learning, what is learned is kept; mergeassist learn goes on"]
    except Exception as error:  # git is armed by now, and that is what was asked for
        lines = [f"no more is learned from past merges: {' '.join(str(error).split())}"]
    for line in lines:
        print(printable(f"mergeassist: {line}"), file=sys.stderr)


def _learned(cwd: Path, *, bar: bool) -> list[str]:
    import time

    from mergeassist.app.learn import learn
    from mergeassist.cli.learn import GOES_ON, Bar

    started = time.perf_counter()
    with Bar("learning from past merges (Ctrl-C stops that)", bar) as show:
        report = learn(cwd, seconds=_SECONDS, progress=show)
    if not report.merges:
        said = "there are no merges to learn from yet"
    elif report.new or report.judged:
        said = (f"learned from {report.new} merges in {time.perf_counter() - started:.1f} s; "
                f"{report.conflicts} conflicts of {report.merges} merges are known")
    else:
        said = f"{report.conflicts} conflicts of {report.merges} past merges are known"
    return [f"{said}; {GOES_ON}" if report.left else said,
            *(f"note: {note}" for note in report.notes)]
