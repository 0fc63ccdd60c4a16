"""The command `mergeassist`: finds the subcommand, imports that one only, funnels errors.

The overview comes from the table below and needs neither argparse nor a subcommand's module,
so that `--help` and `--version` cost little more than Python itself.
"""

from __future__ import annotations

import errno
import os
import sys

from mergeassist import __version__
from mergeassist.errors import Exit, MergeassistError

TYPE_CHECKING = False  # `typing.TYPE_CHECKING` without importing typing
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

COMMANDS = {
    "merge": "merge three versions of one file",
    "batch": "merge many files: JSON lines in, JSON lines out",
    "resolve": "propose and apply resolutions in a conflicted work tree",
    "explain": "say why a text was proposed for a conflict",
    "review": "list and show what was put in the place of conflicts",
    "undo": "put git's conflict back",
    "check": "look for leftover conflict markers and unmerged paths",
    "ci": "report what merging a pull request would give, without a work tree",
    "install": "arm git: define the merge driver",
    "uninstall": "disarm git",
    "track": "say which files use mergeassist",
    "doctor": "check that git is armed and the driver works",
    "languages": "list the known languages, or attribute lines for them",
    "models": "merge, compare, inspect and verify model weights",
    "learn": "learn from the merges of this repository",
    "preview": "say what a merge would do, and do nothing",
    "backtest": "redo the past merges of this repository and compare",
    "bench": "measure how fast the judge is on this machine",
    "evaluate": "measure the pipeline on a corpus of real conflicts",
    "serve": "answer an editor: JSON-RPC on standard input and output",
    "completion": "print a completion script for a shell, or the manual page",
    "demo": "watch a real git merge with mergeassist in a throw-away repository",
}

COLORS = ("auto", "always", "never")

# what a shell reports for a process that died of SIGPIPE
_BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; never raises for bad input."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _dispatch(argv)
        if sys.stdout is not None:  # closed by the caller
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read our output has left
        _drop_output()
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        _say("interrupted")
        return Exit.INTERRUPTED
    except MergeassistError as error:
        _say(str(error))
        _traceback_if_wanted()
        return error.exit_code
    except Exception as error:  # the funnel: one line, never a traceback
        if _is_full(error):
            _say("cannot write the output: No space left on device")
            _drop_output()
            return Exit.INTERNAL
        _say(f"internal error: {type(error).__name__}: {error} "
             "(MERGEASSIST_DEBUG=1 shows where; please report it)")
        _traceback_if_wanted()
        return Exit.INTERNAL


def overview() -> str:
    """The text of `mergeassist --help`."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        "usage: mergeassist [--color auto|always|never] COMMAND …",
        "       mergeassist --help | --version",
        "",
        "A merge assistant for git: proposes resolutions for conflicts, says how sure it is,",
        "and leaves the rest exactly as git does.",
        "",
        "commands:",
        *(f"  {name:<{width}}{text}" for name, text in COMMANDS.items()),
        "",
        "`mergeassist COMMAND --help` tells more.  Exit codes: 0 resolved, 1 conflicts remain,",
        "2 wrong usage, 3 internal error, 130 interrupted.",
    ]
    return "\n".join(lines)


def _dispatch(argv: list[str]) -> int:
    color = "auto"
    while argv and argv[0].startswith("-"):
        option = argv.pop(0)
        if option in ("-h", "--help"):
            print(overview())
            return Exit.OK
        if option in ("-V", "--version"):
            print(f"mergeassist {__version__}")
            return Exit.OK
        name, _, value = option.partition("=")
        if name != "--color":
            return _usage(f"unknown option {option}")
        color = value or (argv.pop(0) if argv else "")
        if color not in COLORS:
            return _usage(f"--color takes one of {', '.join(COLORS)}")
    if not argv:
        print(overview(), file=sys.stderr)
        return Exit.USAGE
    command = argv.pop(0)
    if command == "help":
        return _dispatch([*argv[:1], "--help"])
    if command not in COMMANDS:
        return _usage(f"unknown command {command!r}")
    return _run(command, argv, color)


def parser_of(command: str, color: str = "auto") -> ArgumentParser:
    """The parser of one command of the table, which `docs/reference.md` is made from as well."""
    import argparse

    module = _module(command)
    parser = argparse.ArgumentParser(
        prog=f"mergeassist {command}",
        description=(module.__doc__ or module.HELP).strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--color", choices=COLORS, default=color,
                        help="when to use colour (default: on terminals, unless NO_COLOR is set)")
    module.add_arguments(parser)
    return parser


def _run(command: str, argv: list[str], color: str) -> int:
    try:
        parsed = parser_of(command, color).parse_args(argv)
    except SystemExit as stop:  # argparse has printed help or the reason
        return stop.code if isinstance(stop.code, int) else Exit.USAGE
    code: int = _module(command).run(parsed)
    return code


def _module(command: str) -> Any:
    from importlib import import_module

    return import_module(f"mergeassist.cli.{command}")


def _usage(reason: str) -> int:
    _say(f"{reason}; see mergeassist --help")
    return Exit.USAGE


def _say(text: str) -> None:
    line = " ".join(text.split())
    print(f"mergeassist: {line}", file=sys.stderr)


def _is_full(error: Exception) -> bool:
    """Whether it is standard output that has no room: files of ours are named in their errors."""
    return isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename


def _drop_output() -> None:
    """Keep the interpreter from complaining at exit about output that nobody can take."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _traceback_if_wanted() -> None:
    if os.environ.get("MERGEASSIST_DEBUG") == "1":
        import traceback

        traceback.print_exc()
