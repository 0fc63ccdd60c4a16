"""The operation under way: its two tips, its base, who and when, the message git proposes.

What all files of an operation share is asked once and kept in `mergeassist/operation` under the
git directory: a driver is a new process for every file, and the merge base of two old branches is
the dearest question of all.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH103, PTH105, PTH118, PTH120, PTH123

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

from mergeassist.git.asking import Git, read
from mergeassist.git.caller import BASE, REVERT, told

REBASE = "rebase-merge"  # the folder of a rebase under way
_MAIN = ("main", "master")
# the file each operation leaves while it waits or works (git's sequencer.c, builtin/merge.c)
_PICKED = ("CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
PLACE = os.path.join("mergeassist", "operation")
_MAIL = re.compile(r"From ([0-9a-f]{40,64}) ")
_SUFFIX = re.compile(r"(?:~0*|\^0)+$")


class Tips(NamedTuple):
    """The commits of an operation: `base` is `None` where it has to be asked for."""

    ours: str
    theirs: str
    base: str | None = None
    name: str | None = None


class Step(NamedTuple):
    """One line of a list of steps: whose list (`REBASE`, or git's sequencer), command, commit."""

    of: str
    command: str
    commit: str


class Operation(NamedTuple):
    """What all files of one operation share.

    `base` is `None` where there is none or it was not found in time; `late` counts the files
    whose history was not; `file` is where this is kept, `branch` the one that is checked out.
    """

    tips: Tips
    file: str
    branch: str
    base: str | None
    times: tuple[int, int]
    authors: tuple[str, str, str]
    message: str | None
    late: int = 0


def operation(git: Git, path: str) -> Operation | None:
    """The operation under way, from the file of the question before where it is the same one.

    `path` is in conflict.  Raises `OSError`, `ValueError` or `UnknownError` where it cannot be
    found out.
    """
    lines = git.ask("rev-parse", "--absolute-git-dir", "HEAD", "--symbolic-full-name", "HEAD")
    folder, head, branch = os.fsdecode(lines).splitlines()
    git.lend_graph(folder)
    tips = find_tips(folder) or _named(git) or _stashed(git, folder, path)
    if tips is None:
        return None
    # a stopped merge has a message that the running one had not
    tips = tips._replace(ours=head)
    file = os.path.join(folder, PLACE)
    kept = _kept(file, tips, branch)
    if kept is not None:
        return kept
    found = _found(git, tips, file, branch)
    keep(found)
    return found


def _found(git: Git, tips: Tips, file: str, branch: str) -> Operation:
    """Four questions at once."""
    asked = [
        git.start("log", "--no-walk=unsorted", "--format=%ct%x00%ae", tips.ours, tips.theirs),
        git.start("var", "GIT_AUTHOR_IDENT"),
        git.start("rev-parse", "--symbolic-full-name", _SUFFIX.sub("", tips.name or "HEAD")),
    ]
    if tips.base is None:
        asked.append(git.start("merge-base", tips.ours, tips.theirs))
    shown, merger, name, *bases = git.answers(asked)
    rows = [line.split("\0") for line in (shown or b"").decode("utf-8", "replace").splitlines()]
    (ours_time, ours_author), (theirs_time, theirs_author) = rows
    email = (merger or b"").decode("utf-8", "replace").partition("<")[2].partition(">")[0]
    base = (bases[0] or b"").decode("ascii").strip() if bases else tips.base
    folder = os.path.dirname(os.path.dirname(file))
    return Operation(
        tips, file, branch, base or None, (int(ours_time), int(theirs_time)),
        (email, ours_author, theirs_author),
        _message(tips, folder, branch, os.fsdecode((name or b"").strip())),
    )  # fmt: skip


def _kept(file: str, tips: Tips, branch: str) -> Operation | None:
    """What an earlier file of the same operation has left; `None` where there is nothing."""
    try:
        with open(file, encoding="utf-8") as stream:
            kept = json.load(stream)
        if kept["tips"] != list(tips) or kept["branch"] != branch:
            return None
        ours_time, theirs_time = map(int, kept["times"])
        merger, ours, theirs = map(str, kept["authors"])
        return Operation(
            tips, file, branch, kept["base"], (ours_time, theirs_time), (merger, ours, theirs),
            kept["message"], int(kept["late"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(found: Operation) -> None:
    """Leave it for the next file; where it cannot be written, all is asked again."""
    part = f"{found.file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(found.file), exist_ok=True)
        with open(part, "w", encoding="utf-8", errors="replace") as stream:
            json.dump(found._asdict(), stream)
        os.replace(part, found.file)
    except OSError:
        pass


def find_tips(folder: str) -> Tips | None:
    """The two sides of the merge, rebase, cherry-pick or revert under way in a git directory.

    A driver runs before MERGE_HEAD is written: git tells it the other side's name in
    `GITHEAD_<commit>` (builtin/merge.c), and from 2.44 on the base's in a label.
    """
    heads = [name for name in os.environ if name.startswith("GITHEAD_")]
    if len(heads) == 1:
        step = told()
        base = step.commit if step is not None and step.kind == BASE else None
        return Tips("HEAD", heads[0].removeprefix("GITHEAD_"), base, os.environ[heads[0]])
    merged = read(folder, "MERGE_HEAD").split()
    if merged:
        return Tips("HEAD", merged[0]) if len(merged) == 1 else None
    listed = listed_step(folder)
    found = listed[1:] if listed else _mailed(folder)
    for name in _PICKED:
        if found is None and (picked := read(folder, name).strip()):
            found = name, picked
    command, commit = found or ("", "")
    if command in _REVERTED:  # undone: the change leads from the commit to the one before
        return Tips("HEAD", f"{commit}^", commit)
    return Tips("HEAD", commit, f"{commit}^") if command in _PICKS else None


def listed_step(folder: str) -> Step | None:
    """What a rebase, or a row of picks, is at; `None` where there is no list.

    A rebase lists what is done, a cherry-pick or revert of several commits what is to do.
    """
    for names, at in (((REBASE, "done"), -1), (("sequencer", "todo"), 0)):
        lines = [line for line in read(folder, *names).split("\n") if line and line[0] != "#"]
        if lines:
            command, *words = [word for word in lines[at].split() if word[0] != "-"]
            return Step(names[0], command, words[0]) if words else Step(names[0], "", "")
    return None


def _mailed(folder: str) -> tuple[str, str] | None:
    """The commit that `am` or `rebase --apply` is at, where it is known here (builtin/am.c)."""
    number = read(folder, "rebase-apply", "next").strip()
    if not number.isdigit():
        return None
    commit = read(folder, "rebase-apply", "original-commit").strip()
    mail = _MAIL.match(read(folder, "rebase-apply", f"{int(number):04d}"))
    commit = commit or (mail[1] if mail else "")
    return ("pick", commit) if commit else None


def _named(git: Git) -> Tips | None:
    """The sides of a single pick, revert or stash, which only the driver has heard of."""
    step = told()
    if step is None or step.kind == BASE:
        return None
    name = git.ask("rev-parse", "--verify", "-q", f"{step.commit}^{{commit}}")
    commit = name.decode("ascii").strip()
    parent = f"{commit}^" if step.parent == 1 else f"{commit}^{step.parent}"
    return Tips("HEAD", parent, commit) if step.kind == REVERT else Tips("HEAD", commit, parent)


def _stashed(git: Git, folder: str, path: str) -> Tips | None:
    """A `stash pop` that stopped leaves no trace but what it put into the index."""
    if not read(folder, read(folder, "commondir").strip(), "logs", "refs", "stash"):
        return None
    names = git.ask("rev-parse", "refs/stash", f":3:{path}", f"refs/stash:{path}").split()
    stash = names[0].decode("ascii")
    return Tips("HEAD", stash, f"{stash}^") if names[1] == names[2] else None


_REVERTED = ("revert", "REVERT_HEAD")
_PICKS = (
    "pick", "p", "reword", "r", "edit", "e", "squash", "s", "fixup", "f",
    "CHERRY_PICK_HEAD", "REBASE_HEAD",
)  # fmt: skip


def _message(tips: Tips, folder: str, branch: str, full_name: str) -> str | None:
    """The first line git has proposed, or will for the other side's name (fmt-merge-msg.c)."""
    if tips.name is None:
        return read(folder, "MERGE_MSG").partition("\n")[0] or None
    where = branch.removeprefix("refs/heads/")
    into = "" if where in _MAIN else f" into {where}"
    for line in read(folder, "FETCH_HEAD").splitlines():  # a pull: it names no branch of ours
        commit, _, what = line.partition("\t\t")
        if tips.name == commit == tips.theirs:
            return f"Merge {what.removesuffix(' of .')}{into}"
    for start, kind in _KINDS.items():
        if full_name.startswith(start):
            return f"Merge {kind} '{full_name.removeprefix(start)}'{into}"
    return f"Merge commit '{tips.name}'{into}"


_KINDS = {
    "refs/heads/": "branch", "refs/remotes/": "remote-tracking branch", "refs/tags/": "tag",
}  # fmt: skip
