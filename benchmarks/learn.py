"""What `learn` costs and what its memory is worth, on repositories with their full history.

    python benchmarks/learn.py GIT_DIR... [--last 2000]
    python benchmarks/learn.py GIT_DIR... --seconds 20     # what `install` learns

For each: time, size and memory of `learn` without and with the judge, the second run, one look-up
(median and 99th percentile); then a temporal backtest of the memory alone, without a judge: every
conflict of the last merges is looked up with earlier merges only.  A git directory that may not
be written to is read through one that borrows its objects, in a temporary folder.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mergeassist.app.corpus import committed_texts
from mergeassist.app.learn import index_file, learn
from mergeassist.app.mine import PastMerge, past_merges
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import tokenize, trimmed
from mergeassist.git.index_store import Index
from mergeassist.git.merges import Replay, list_merges
from mergeassist.propose.seen import LEVELS, Seen, SeenBefore


def main() -> None:
    """Print one block a repository."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("git_dir", nargs="+", type=Path)
    parser.add_argument("--last", type=int, default=2000, help="merges to look back at")
    parser.add_argument("--limit", type=int, help="learn no more than the N newest merges")
    parser.add_argument("--keep", type=Path, help="folder for the borrowing repositories")
    parser.add_argument("--seconds", type=float, help="only: what is learned in that time")
    parser.add_argument("--no-judge", action="store_true", help="the resolutions only")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for place in args.git_dir:
            copy = borrowed(place.resolve(), args.keep or Path(folder))
            if args.seconds:
                in_time(copy, args.seconds)
            else:
                measure(copy, args.limit, args.last, judging=not args.no_judge)


def borrowed(place: Path, folder: Path, *, pulls: bool = False) -> Path:
    """A bare repository with the branches and tags of another, and its objects.

    `pulls` adds the pull requests of a mirror of GitHub as remote branches: where they are squashed
    when they are taken in, the merges of the main line into them stand nowhere else.
    """
    name = place.parent.name if place.name in ("repo", ".git") else place.name
    copy = folder / name
    if copy.is_dir():
        return copy
    subprocess.run(["git", "init", "-q", "--bare", str(copy)], check=True)
    (copy / "objects" / "info" / "alternates").write_text(f"{place}/objects\n")
    kept = ["refs/heads", "refs/tags", *(["refs/pull"] if pulls else [])]
    words = ["for-each-ref", "--format=create %(refname) %(objectname)", *kept]
    done = subprocess.run(["git", "-C", str(place), *words], check=True, capture_output=True)
    refs = done.stdout.replace(b" refs/pull/", b" refs/remotes/pull/")
    subprocess.run(["git", "-C", str(copy), "update-ref", "--stdin"], check=True, input=refs)
    return copy


def in_time(place: Path, seconds: float) -> None:
    """What a limited time is enough for."""
    cpu, started = cpu_seconds(), time.perf_counter()
    report = learn(place, seconds=seconds)
    wall, cpu = time.perf_counter() - started, cpu_seconds() - cpu
    print(f"{place.name}: {report.new} merges, {report.left} or more left, "
          f"{report.conflicts} conflicts, {report.judged} merges with conflicts judged; "
          f"{wall:.1f} s, {cpu:.1f} s CPU", flush=True)


def measure(place: Path, limit: int | None, last: int, *, judging: bool) -> None:
    """Learn, learn again, and look back."""
    print(f"== {place.name}")
    runs = [("first", False), ("judging", True), ("second", True)]
    for run, judge in runs if judging else [runs[0], ("second", False)]:
        cpu, started = cpu_seconds(), time.perf_counter()
        report = learn(place, limit=limit, judge=judge)
        seconds, cpu = time.perf_counter() - started, cpu_seconds() - cpu
        done = report.new or report.judged
        print(f"{run} run: {done} merges, {seconds:.1f} s, {cpu:.1f} s CPU; "
              f"{done / seconds:.0f} merges/s, {done / cpu:.0f} a CPU second", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"index: {report.merges} merges, {report.conflicts} conflicts, "
          f"{report.bytes / 1e6:.1f} MB; peak memory {peak:.0f} MB")
    for note in report.notes:
        print(f"note: {note}")
    if last:
        with Index(index_file(place)) as index:
            look_back(place, index, last)


def cpu_seconds() -> float:
    """CPU of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def look_back(place: Path, index: Index, last: int) -> None:
    """Precision of the memory by level, by support and by size, and the time of a look-up."""
    conflicted = index.conflicted()
    chosen = [c for c in list_merges(place).merges if c.name in conflicted][:last]
    counts: Counter[tuple[str, str]] = Counter()
    times: list[float] = []
    total = 0
    with Replay(place) as replay:
        for merge in past_merges(replay, chosen):
            past = SeenBefore(index, before=merge.commit.time)
            for sides, truth in conflicts(merge):
                total += 1
                started = time.perf_counter()
                found = past.look_up(sides)
                times.append(time.perf_counter() - started)
                if found:
                    good = trimmed(found[0].text) == trimmed(truth)
                    for group in groups(found[0], sides):
                        counts[group, "seen"] += 1
                        counts[group, "right"] += good
    print(f"{total} conflicts looked up; {statistics.median(times) * 1e3:.2f} ms median, "
          f"{sorted(times)[len(times) * 99 // 100] * 1e3:.2f} ms at 99 %")
    for group in sorted({name for name, _ in counts}):
        seen, right = counts[group, "seen"], counts[group, "right"]
        print(f"  {group:<44} {seen:>6} ({seen / total:6.1%})  right {right / seen:6.1%}")


def conflicts(merge: PastMerge) -> Iterator[tuple[Merge[bytes], bytes]]:
    """The conflicts of one merge with what was committed."""
    for file in merge.files:
        merged = file.regions()
        if merged is not None:
            truths = committed_texts(merged, file.resolved)
            for conflict, truth in zip(merged.conflicts, truths, strict=True):
                if truth is not None:
                    yield conflict.sides, truth


def groups(best: Seen, sides: Merge[bytes]) -> list[str]:
    """The rows of the table a conflict counts for."""
    level = f"{LEVELS.index(best.level)} {best.level}"
    names = [level]
    if best.agreeing == best.of:
        names.append(f"{level}, all agree")
        for least in (2, 3):
            if best.of >= least:
                names.append(f"{level}, all agree, {least} or more")
        size = sum(len(tokenize(side)) for side in sides)
        names.append(f"{level}, all agree, {'under 20' if size < 20 else '20 or more'} tokens")
    return names


if __name__ == "__main__":
    main()
