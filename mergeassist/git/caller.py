"""What the git that started a driver is doing, where it has left no file that says so.

A single `cherry-pick`, `revert` or `stash pop` writes down what it picks only when it is done, too
late for a merge driver.  From git 2.44 on the labels name the commit; before, and for a stash, the
command line of the process above does (Linux).  The answer travels in the environment, because a
worker that an earlier file has left is nobody's child; `GIT…` is what it takes over.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH119, PTH123

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mergeassist.core.markers import Labels
from mergeassist.git.asking import read

BASE, PICK, REVERT, STASH = "base", "pick", "revert", "stash"
VARIABLE = "GIT_MERGEASSIST_STEP"
_KINDS = (BASE, PICK, REVERT, STASH)
_PICKED = re.compile(rb"parent of ([0-9a-f]{4,64}) \(")
_NAME = re.compile(rb"[0-9a-f]{4,64}")
_STASHED = b"Stashed changes"  # git's builtin/stash.c
_LEVELS = 4  # processes between a driver and git: the shell, and what wraps the driver

# options whose value is the next word (git.c, builtin/revert.c)
_GLOBAL = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source")
_VALUED = ("-m", "--mainline", "-X", "--strategy-option", "--strategy", "--cleanup", "--empty")
_MESSAGES = ("-m", "--message", "-F", "--file")  # their values may begin with a dash
_COMMANDS = {"cherry-pick": PICK, "revert": REVERT}
_SIDES = ("ours", "theirs")
_WORD = re.compile(r"[\w=-]*\w")  # ` --ours`, or `"ours"` in newer gits
_KEPT_OPTION = re.compile(r"(?m)^\s*strategy-option = (\S+)$")


class Step(NamedTuple):
    """`commit` is picked, reverted or a stash; or it is the merge base.  `parent` counts from 1:
    against which parent of a merge commit (`-m`)."""

    kind: str
    commit: str
    parent: int = 1


def tell(labels: Labels | None) -> None:
    """Look around and leave the answer for `told`, here and in a worker.  Never raises."""
    step = _of_labels(labels) or _of_command(_command())
    if step is None and labels is not None and labels.theirs == _STASHED:
        step = Step(STASH, "refs/stash")
    if step is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = f"{step.kind} {step.parent} {step.commit}"


def told() -> Step | None:
    """What the last `tell` has found out, if it has."""
    kind, _, rest = os.environ.get(VARIABLE, "").partition(" ")
    parent, _, commit = rest.partition(" ")
    if kind not in _KINDS or not parent.isdecimal() or not commit or commit[0] == "-":
        return None
    return Step(kind, commit, int(parent))


def _of_labels(labels: Labels | None) -> Step | None:
    if labels is None:
        return None
    for kind, label in ((PICK, labels.base), (REVERT, labels.theirs)):
        if found := _PICKED.match(label):
            return Step(kind, found[1].decode("ascii"))
    return Step(BASE, labels.base.decode("ascii")) if _NAME.fullmatch(labels.base) else None


def _command() -> list[str]:
    """The words of the nearest git above this process; none where that cannot be found out."""
    process = os.getppid()
    try:
        for _ in range(_LEVELS):
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
            if words and os.path.basename(words[0]) == "git":
                return words
            with open(f"/proc/{process}/stat", "rb") as file:
                # the name of the program may hold spaces and parentheses
                process = int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return []


def favoured() -> str:
    """`ours` or `theirs` where git was told to favour a side (`-X`, Linux), else empty.

    git tells no driver of strategy options; what it goes on with (`--continue`) it has written
    down (git's sequencer.c).
    """
    name, rest = _subcommand(_command())
    folder = os.environ.get("GIT_DIR") or ".git"
    options = list(_strategy_options(name, rest))
    if name == "rebase":
        options += _WORD.findall(read(folder, "rebase-merge", "strategy_opts"))
    elif name in _COMMANDS:
        options += _KEPT_OPTION.findall(read(folder, "sequencer", "opts"))
    sides = [found for option in options if (found := option.removeprefix("--")) in _SIDES]
    return sides[-1] if sides else ""


def _strategy_options(name: str, words: Sequence[str]) -> Iterator[str]:
    left = iter(words)
    for word in left:
        if word in ("-X", "--strategy-option"):
            yield next(left, "")
        elif word.startswith("-X"):
            yield word[2:]
        elif word.startswith("--strategy-option="):
            yield word.partition("=")[2]
        elif word in _MESSAGES and name != "rebase":
            next(left, "")
        elif word == "--":
            return


def _subcommand(words: Sequence[str]) -> tuple[str, list[str]]:
    """The name of git's command and its arguments; empty where there is none."""
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in _GLOBAL else rest[1:]
    return (rest[0], rest[1:]) if rest else ("", [])


def _of_command(words: Sequence[str]) -> Step | None:
    """What a command line picks, if it is one commit; a row of commits leaves a list on disk."""
    name, rest = _subcommand(words)
    if name == "stash" and rest[:1] in (["pop"], ["apply"]):
        named = [word for word in rest[1:] if word[0] != "-"]
        stash = named[0] if named else "refs/stash"
        return Step(STASH, f"stash@{{{stash}}}" if stash.isdigit() else stash)
    if name not in _COMMANDS:
        return None
    commits, parent = [], 1
    while rest:
        word, *rest = rest
        if word in _VALUED and rest:
            value, *rest = rest
            parent = int(value) if word in _VALUED[:2] and value.isdigit() else parent
        elif word.startswith("--mainline=") and word[11:].isdigit():
            parent = int(word[11:])
        elif word.startswith("-m") and word[2:].isdigit():
            parent = int(word[2:])
        elif word and word[0] != "-":
            commits.append(word)
        elif word == "-":
            commits.append("@{-1}")
    if len(commits) != 1 or ".." in commits[0] or commits[0][0] == "^":
        return None
    return Step(_COMMANDS[name], commits[0], parent)
