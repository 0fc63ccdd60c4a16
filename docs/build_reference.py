"""Write docs/reference.md from the command line's own parsers.

    python docs/build_reference.py            # write it
    python docs/build_reference.py --check    # exit 1 when it is out of date

Only what argparse knows goes in, one table a command, so that text and program cannot differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mergeassist.cli.main import COMMANDS, parser_of

FILE = Path(__file__).with_name("reference.md")
_HEAD = """# Reference: every command and option

Made by `python docs/build_reference.py` from the parsers; `mergeassist COMMAND --help` prints the
same. Every command also takes `--color auto|always|never` and `--help`.

Exit codes: 0 resolved or nothing found, 1 conflicts remain or something was found, 2 wrong usage or
input, 3 internal error or git failed, 130 interrupted. `git-mergeassist` is the same program, so
`git mergeassist COMMAND` works.
"""


def reference() -> str:
    """The whole page."""
    parts = [_HEAD]
    for name in COMMANDS:
        parts += _command(parser_of(name), name, "##")
    return "\n".join(parts).rstrip() + "\n"


def _command(parser: argparse.ArgumentParser, name: str, level: str) -> Iterator[str]:
    yield f"{level} `mergeassist {name}`\n"
    if parser.description:
        yield f"```text\n{parser.description.strip()}\n```\n"
    actions = [action for action in parser._actions if _is_shown(action)]
    rows = [f"| {_invocation(action)} | {_help(action)} |" for action in actions]
    if rows:
        yield "| | |\n|---|---|\n" + "\n".join(rows) + "\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub, inner in action.choices.items():
                yield from _command(inner, f"{name} {sub}", level + "#")


def _is_shown(action: argparse.Action) -> bool:
    own = action.option_strings[:1] not in (["-h"], ["--color"])
    return (
        own
        and action.help != argparse.SUPPRESS
        and not isinstance(action, argparse._SubParsersAction)
    )


def _invocation(action: argparse.Action) -> str:
    value = _value(action).replace("|", "\\|")
    if not action.option_strings:
        optional = action.nargs in ("*", "?")
        return f"`{'[' if optional else ''}{value}{']' if optional else ''}`" + (
            " …" if action.nargs in ("*", "+") else ""
        )
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    return names + (f" `{value}`" if action.nargs != 0 else "")


def _value(action: argparse.Action) -> str:
    if action.metavar is not None:
        return action.metavar if isinstance(action.metavar, str) else " ".join(action.metavar)
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    return action.dest.upper() if action.option_strings else action.dest


def _help(action: argparse.Action) -> str:
    text = " ".join((action.help or "").split())
    if action.required and action.option_strings:
        text += " (required)"
    return text.replace("%%", "%").replace("|", "\\|").replace("<", "&lt;")


def main() -> int:
    """Write or check."""
    text = reference()
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text("utf-8") == text:
            return 0
        sys.exit("docs/reference.md is out of date: run python docs/build_reference.py")
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
