"""The labels that git would print behind its conflict markers.

git >= 2.44 tells a driver (`%S %X %Y`).  Before that they are recovered, where possible, from
what the operation in progress has left: `GITHEAD_<commit>` in the environment of a merge (git's
builtin/merge.c), the list of steps of a rebase, and of a cherry-pick or revert of several
commits (git's sequencer.c), what `am` keeps of a mail (builtin/am.c); a single cherry-pick, a
revert and `stash` are known by git's command line (`git/caller`, Linux).  Elsewhere the words are
ours, base and theirs.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH110, PTH118

from __future__ import annotations

import os

from mergeassist.core.markers import Labels
from mergeassist.git import caller
from mergeassist.git.textmerge import finish, read, spawn

_HEAD = b"HEAD"
_SHORT = 7


def recover(style: str) -> Labels:
    """The labels of the operation in progress; `style` says whether the base's is printed.

    Never raises: labels are decoration.
    """
    try:
        return _of_merge(style) or _of_step() or _of_mail() or _of_caller() or Labels()
    except OSError:
        return Labels()


def _of_merge(style: str) -> Labels | None:
    heads = [name for name in os.environ if name.startswith("GITHEAD_")]
    if len(heads) != 1:
        return None
    commit = heads[0].removeprefix("GITHEAD_")
    base = Labels().base if style == "merge" else _merge_base(commit)
    return Labels(_HEAD, base, os.fsencode(os.environ[heads[0]]))


def _merge_base(commit: str) -> bytes:
    bases, _ = finish(spawn(["git", "merge-base", "--all", "HEAD", commit], os.environ))
    names = bases.split()
    if len(names) != 1:
        return b"merged common ancestors" if names else b"empty tree"
    short, _ = finish(spawn(["git", "rev-parse", "--short", names[0]], os.environ))
    return short.strip()


def _of_step() -> Labels | None:
    """The labels of the commit that a rebase, or a row of picks, is at."""
    git_dir = os.environ.get("GIT_DIR", ".git")
    for name, position in (("rebase-merge/done", -1), ("sequencer/todo", 0)):
        path = os.path.join(git_dir, name)
        if os.path.exists(path):
            lines = [line for line in read(path).splitlines() if line and line[:1] != b"#"]
            return _of_todo_line(lines[position]) if lines else None
    return None


def _of_mail() -> Labels | None:
    """The labels of the mail that `am -3` is at."""
    git_dir = os.environ.get("GIT_DIR", ".git")
    path = os.path.join(git_dir, "rebase-apply", "final-commit")
    if not os.path.exists(path):
        return None
    return Labels(_HEAD, b"constructed merge base", read(path).partition(b"\n")[0])


def _of_caller() -> Labels | None:
    """The labels of the one commit that git was told to pick or revert, or of a stash."""
    caller.tell(None)
    step = caller.told()
    if step is None or step.kind == caller.BASE:
        return None
    if step.kind == caller.STASH:
        return Labels(b"Updated upstream", b"Stash base", b"Stashed changes")
    words = ["git", "log", "--no-walk", "--format=%h%n%B", "--end-of-options", step.commit]
    shown, _ = finish(spawn(words, os.environ))
    short, _, message = shown.partition(b"\n")
    subject = message.lstrip(b"\n").partition(b"\n")[0]
    return _of_todo_line(b"%s %s %s" % (step.kind.encode(), short, subject)) if short else None


def _of_todo_line(line: bytes) -> Labels | None:
    command, _, rest = line.partition(b" ")
    commit, _, subject = rest.partition(b" ")
    if not commit or not subject:
        return None
    # the list puts `# ` before the subject from git 2.51 on
    name = commit[:_SHORT] + b" (" + subject.removeprefix(b"# ") + b")"
    parent = b"parent of " + name
    if command == b"revert":
        return Labels(_HEAD, name, parent)
    return Labels(_HEAD, parent, name)
