"""The hook that names in a merge commit's message what mergeassist has put, on request.

git knows one `prepare-commit-msg` a repository: one that is not ours stays, and the user is told
the line to add to it.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from mergeassist.errors import UsageError
from mergeassist.git import hooks
from mergeassist.git.run import git

KEY = "mergeassist.trailer"
NAME = "prepare-commit-msg"
_MARK = "# mergeassist: name in the merge commit what was put"
HOOK = """#!/bin/sh
{mark}
# (git config {key} false turns it off); never a reason for a commit to fail
[ "$(git config --type=bool {key} || echo true)" = true ] || exit 0
[ "${{2:-}}" = merge ] || [ -f "$(git rev-parse --git-path MERGE_HEAD)" ] || exit 0
# without an end to its last line git would glue the trailer to the subject
[ -z "$(tail -c 1 "$1")" ] || echo >>"$1"
{program} review --trailers 2>/dev/null | while IFS= read -r line; do
    git interpret-trailers --in-place --if-exists addIfDifferent --trailer "$line" "$1"
done
exit 0
"""


def hook(program: str = "mergeassist") -> str:
    """The text of the hook that starts `program`."""
    return HOOK.format(mark=_MARK, key=KEY, program=shlex.quote(program))


def add(cwd: Path, driver: str) -> Path:
    """Put the hook in place and switch it on; `driver` stands beside the command.

    Raises `UsageError` where somebody else's hook is, `InputError` when it cannot be written.
    """
    path = hooks.place(NAME, cwd)
    if hooks.is_foreign(path, _MARK):
        raise UsageError(f"{path} is not mergeassist's; add the lines of hooks/{NAME} to it")
    hooks.write(path, hook(hooks.program(driver)))
    git("config", "--local", KEY, "true", cwd=cwd)
    return path


def remove(cwd: Path) -> bool:
    """Take our hook away; whether there was one.  Raises `InputError`."""
    if not hooks.remove(hooks.place(NAME, cwd), _MARK):
        return False
    git("config", "--local", "--unset-all", KEY, cwd=cwd, nothing=True)
    return True
