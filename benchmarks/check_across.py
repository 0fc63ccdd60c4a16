"""How often `check --merged` warns of a definition that the other side removed, on real merges.

    python -m benchmarks.check_across REPOSITORY [--merges 400]

looks at the newest merge commits of a repository as people committed them, so a warning is either
a false alarm or something they had to mend later; each is printed.  The sums hold the CPU time of
this process and of the git processes it starts, and its peak memory.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path

from mergeassist.app.check_across import missing
from mergeassist.core.merge import Merge
from mergeassist.git.run import git

_PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def main() -> None:
    """Print each warning, then one line of sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--merges", type=int, default=400)
    args = parser.parse_args()
    words = (
        "rev-list",
        "--all",
        "--min-parents=2",
        "--max-parents=2",
        "--parents",
        f"--max-count={args.merges}",
    )
    rows = [row.split() for row in git(*words, cwd=args.repository).decode("ascii").splitlines()]
    merges = warned = warnings = 0
    start = [_seconds(who) for who in _PROCESSES]
    for merge, ours, theirs in rows:
        bases = git("merge-base", ours, theirs, cwd=args.repository, nothing=True).split()
        if not bases or bases[0].decode() in (ours, theirs):
            continue
        merges += 1
        sides = Merge(bases[0].decode("ascii"), ours, theirs)
        found = list(missing(args.repository, sides, merge))
        warned += bool(found)
        warnings += len(found)
        for one in found:
            print(f"{merge[:10]} {one.path}:{one.line} {one.name} (was in {one.was_in})")
    spent = [_seconds(who) - was for who, was in zip(_PROCESSES, start, strict=True)]
    python, of_git = (seconds / max(merges, 1) * 1000 for seconds in spent)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{merges} merges, {warned} with a warning, {warnings} warnings, "
        f"{python:.0f} ms of Python and {of_git:.0f} ms of git a merge, peak {peak:.0f} MiB"
    )


def _seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
