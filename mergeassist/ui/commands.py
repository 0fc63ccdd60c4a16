"""The command line as data, read from its parsers: what completion and the man page are made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

_FILES = ("FILE", "PATH", "DIR", "OUT", "MODEL", "BASE", "OURS", "THEIRS", "CORPUS", "FOLDER")


class Option(NamedTuple):
    """One option: its names, and what may follow it."""

    names: tuple[str, ...]
    help: str
    value: str = ""  # the placeholder; empty for a flag
    choices: tuple[str, ...] = ()
    files: bool = False


class Positional(NamedTuple):
    """One argument without a name."""

    value: str
    help: str
    choices: tuple[str, ...] = ()
    files: bool = False
    optional: bool = False
    many: bool = False


class Command(NamedTuple):
    """One command, or one command of a command."""

    name: str
    help: str
    description: str
    options: tuple[Option, ...]
    positionals: tuple[Positional, ...]
    commands: tuple[Command, ...] = ()


def read(parsers: Mapping[str, argparse.ArgumentParser], helps: Mapping[str, str]) -> list[Command]:
    """Every command of the table, in its order."""
    return [_command(name, helps[name], parser) for name, parser in parsers.items()]


def _command(name: str, text: str, parser: argparse.ArgumentParser) -> Command:
    options, positionals = [], []
    inner: list[Command] = []
    for action in _actions(parser):
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            inner += [_command(sub, texts.get(sub, ""), its) for sub, its in action.choices.items()]
        elif action.option_strings:
            value = _value(action) if action.nargs != 0 else ""
            options.append(Option(tuple(action.option_strings), _help(action), value,
                                  _choices(action), _takes_files(action, value)))
        else:
            value = _value(action)
            positionals.append(Positional(
                value, _help(action), _choices(action), _takes_files(action, value),
                action.nargs in ("?", "*"), action.nargs in ("*", "+"),
            ))  # fmt: skip
    return Command(name, text, (parser.description or "").strip(), tuple(options),
                   tuple(positionals), tuple(inner))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    return (action for action in parser._actions if action.help != argparse.SUPPRESS)


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.metavar:
        return action.metavar
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    return action.dest.upper().replace("_", "-")


def _help(action: argparse.Action) -> str:
    text = (action.help or "") % {"default": action.default, "prog": ""}
    return " ".join(text.split())


def _choices(action: argparse.Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or ()))


def _takes_files(action: argparse.Action, value: str) -> bool:
    return action.type is Path or value.strip("[]").split("=")[-1] in _FILES
