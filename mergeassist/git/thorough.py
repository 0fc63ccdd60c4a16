"""Hooks that look a merge over once it is made: for `install --thorough`.

git merges most files without asking a driver, and a merge that is clean by lines may still define
a name twice or use one that is gone.  These hooks start Python after a merge, a pick, a revert or a
rebase only, print warnings and never fail.  A merge that was made is learned by the way.  Hooks of
other programs stay: the user is told the line to add to them.

`git stash pop` runs no hook at all.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import NamedTuple

from mergeassist.git import hooks
from mergeassist.git.operation import PLACE
from mergeassist.git.run import git
from mergeassist.git.worktree import commit_of, git_dir

KEY = "mergeassist.thorough"
NAMES = ("post-merge", "post-commit", "post-rewrite")
_MARK = "# mergeassist: look for what a merge broke without a conflict"
_HEAD = """#!/bin/sh
{mark}
# (git config {key} false turns it off)
[ "$(git config --type=bool {key} || echo true)" = true ] || exit 0
"""
# what git's sequencer writes of a revert (of a merge: as seen from which parent), and of a pick
# that a person has finished with git commit
_REVERTS = "This reverts commit "
_REVERTED = re.compile(
    _REVERTS + r"([0-9a-f]{40,64})(?:,\s+reversing\s+changes\s+made\s+to\s+([0-9a-f]{40,64}))?"
)
_BY_HAND = "commit (cherry-pick)"
# post-commit runs after every commit: short questions to git tell what to look at
_WHEN = {
    "post-merge": """[ "$(git rev-parse -q --verify HEAD^2)" ] || exit 0  # not a fast-forward
""",
    "post-commit": """git rev-parse -q --verify HEAD^2 >/dev/null ||
    git rev-parse -q --verify CHERRY_PICK_HEAD >/dev/null ||
    case "$(git log -g -1 --format=%gs%n%b 2>/dev/null)" in
        "{by_hand}"* | *"{reverts}"*) ;; *) exit 0 ;;
    esac
[ ! -d "$(git rev-parse --git-path rebase-merge)" ] || exit 0  # post-rewrite sees all of it
""",
    "post-rewrite": '[ "${1:-}" = rebase ] || exit 0\n',
}
_LINE = "{program} check --after {name} >&2 || :\n"


def line(name: str, program: str = "mergeassist") -> str:
    """The line that a hook of somebody else may call."""
    return _LINE.format(program=shlex.quote(program), name=name)


def hook(name: str, program: str = "mergeassist") -> str:
    """The text of one of the three hooks."""
    when = _WHEN[name].replace("{by_hand}", _BY_HAND).replace("{reverts}", _REVERTS)
    return _HEAD.format(mark=_MARK, key=KEY) + when + line(name, program) + "exit 0\n"


def add(cwd: Path, driver: str) -> tuple[list[Path], list[Path]]:
    """Put the hooks in place and switch them on: those written, and those left to the user.

    Left alone are hooks of somebody else, and all where `core.hooksPath` leads out of the
    repository's own folder: others may share that.  Raises `InputError`.
    """
    program = hooks.program(driver)
    places = {name: hooks.place(name, cwd) for name in NAMES}
    shared = _is_shared(cwd)
    foreign = [path for path in places.values() if shared or hooks.is_foreign(path, _MARK)]
    written = {name: path for name, path in places.items() if path not in foreign}
    for name, path in written.items():
        hooks.write(path, hook(name, program))
    git("config", "--local", KEY, "true", cwd=cwd)
    return list(written.values()), foreign


def remove(cwd: Path) -> list[Path]:
    """Take our hooks away: which there were.  Raises `InputError`."""
    places = [hooks.place(name, cwd) for name in NAMES]
    gone = [path for path in places if hooks.remove(path, _MARK)]
    if git("config", "--local", "--get", KEY, cwd=cwd, nothing=True).strip():
        git("config", "--local", "--unset-all", KEY, cwd=cwd)
    return gone


class Replayed(NamedTuple):
    """A change that was put onto HEAD^: it led from the commit `base` to the commit `theirs`."""

    base: str
    theirs: str


def reverted(root: Path) -> Replayed | None:
    """What HEAD reverts, by its message as git proposes it; `None` for any other commit."""
    message = git("log", "-1", "--format=%B", cwd=root).decode("utf-8", "replace")
    found = _REVERTED.findall(message)
    if len(found) != 1:
        return None
    (name, parent), = found
    base, theirs = commit_of(name, root), commit_of(parent or f"{name}^", root)
    return Replayed(base, theirs) if base and theirs else None


def finished_pick(root: Path) -> Replayed | None:
    """What HEAD picked where git has forgotten it: a pick in conflict that `git commit` ended.

    The driver, or `resolve`, has noted it (`git/operation`) when it met the conflict.
    """
    action = git("log", "-g", "-1", "--format=%gs", cwd=root).decode("utf-8", "replace")
    if not action.startswith(_BY_HAND):
        return None
    try:
        ours, picked, *_ = json.loads((git_dir(root) / PLACE).read_bytes())["tips"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if ours != commit_of("HEAD^", root) or commit_of(f"{picked}^2", root):
        return None
    base, theirs = commit_of(f"{picked}^", root), commit_of(picked, root)
    return Replayed(base, theirs) if base and theirs else None


def _is_shared(cwd: Path) -> bool:
    """Whether hooks are looked for elsewhere than in the repository's own folder."""
    words = ("rev-parse", "--path-format=absolute", "--git-common-dir", "--git-path", "hooks")
    common, hooks = os.fsdecode(git(*words, cwd=cwd)).splitlines()
    return Path(common).resolve() not in Path(hooks).resolve().parents
