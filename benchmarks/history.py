"""What the evidence from history costs a driver, and whether it is the corpus' evidence.

    python -m benchmarks.history GIT_DIR [--conflicts 200] [--settings no,told,gc,learn]

Conflicted paths of past merges, spread over the whole history, are asked for as a driver in the
middle of `git merge` asks (`git/history.facts` with HEAD at ours and the other side in
`GITHEAD_…`), in a repository that borrows the objects.  Prints CPU of all processes together and
wall time: median, 99th percentile, largest; how many were answered "unknown" at the cap; and how
many of the answers differ from those a plain `git log -p -U0` without any limit gives.

Each of the settings is measured on the same paths: `no` commit-graph; none, but the merge base
`told` by git's label, as from git 2.44 on; a graph as `gc` writes it; and one that names the paths
of commits, as `mergeassist learn` leaves it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.learn import borrowed, cpu_seconds
from mergeassist.app.mine import usable_path
from mergeassist.git import asking, caller, history
from mergeassist.git.merges import MergeCommit, Replay, list_merges


class Asked(NamedTuple):
    """One conflicted path of a past merge."""

    commit: MergeCommit
    path: str


class Cost(NamedTuple):
    """Seconds of one question, and what came back."""

    cpu: float
    wall: float
    facts: history.Facts


def main() -> None:
    """Print one block a repository."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("git_dir", nargs="+", type=Path)
    parser.add_argument("--conflicts", type=int, default=200, help="conflicted paths (200)")
    parser.add_argument("--settings", default="no,told,gc,learn", help="which ones (all)")
    parser.add_argument("--check", type=int, default=30, help="compare so many answers (30)")
    args = parser.parse_args()
    for place in args.git_dir:
        with tempfile.TemporaryDirectory() as folder:
            copy = borrowed(place.resolve(), Path(folder))
            measure(copy, args.conflicts, args.check, args.settings.split(","))


def measure(place: Path, count: int, check: int, settings: list[str]) -> None:
    """Ask, time and compare."""
    asked = list(conflicts(place, count))
    commits = int(output(place, "rev-list", "--count", "--all"))
    print(f"== {place.name}: {commits} commits, {len(asked)} conflicted paths")
    for setting in settings:
        with graph_of(place, setting) as spent:
            costs = [(ask(place, one, setting), ask(place, one, setting)) for one in asked]
            checked = check if setting == settings[0] else 0
            found = Counter(
                compare(place, one, found.facts.history)
                for one, (found, _) in zip(asked[:checked], costs, strict=False)
                if found.facts.history is not None
            )
        print(f"-- {setting}" + (f" ({spent:.1f} s CPU to write)" if spent else ""))
        show(costs)
        if found:
            print(f"  compared with a plain git log: {dict(found)}", flush=True)


def show(costs: list[tuple[Cost, Cost]]) -> None:
    """Four lines, and how many were unknown."""
    for at, which in enumerate(("first file of an operation", "any later file")):
        for name in ("cpu", "wall"):
            times = sorted(getattr(pair[at], name) * 1e3 for pair in costs)
            print(f"  {which}, {name} ms: median {times[len(times) // 2]:.0f}, "
                  f"90 % {times[len(times) * 9 // 10]:.0f}, "
                  f"99 % {times[len(times) * 99 // 100]:.0f}, largest {times[-1]:.0f}")
        print(f"    unknown: {sum(pair[at].facts.history is None for pair in costs)}", flush=True)


@contextmanager
def graph_of(place: Path, setting: str) -> Iterator[float]:
    """The graph that a setting is about, for a time; gives the CPU seconds to write it."""
    started, folders = cpu_seconds(), [place / "objects" / "info", place.joinpath(*asking.GRAPH)]
    if setting == "gc":
        output(place, "commit-graph", "write", "--reachable", "--no-progress")
    elif setting == "learn":
        with Replay(place) as replay:
            replay.prepare((commit.name for commit in list_merges(place).merges), paths=True)
            replay.keep_graph(folders[1])
    try:
        yield cpu_seconds() - started if setting in ("gc", "learn") else 0.0
    finally:
        for folder in folders:
            for file in folder.rglob("commit-graph"):
                file.unlink()


def conflicts(place: Path, count: int) -> Iterator[Asked]:
    """One conflicted path a merge, from merges spread evenly over the history."""
    merges = list_merges(place).merges
    found = 0
    with Replay(place) as replay:
        replay.prepare(commit.name for commit in merges)
        # a stride that shares no factor with most counts visits every age early
        order = [merges[at * 7919 % len(merges)] for at in range(len(merges))]
        answers = replay.run((commit.ours, commit.theirs) for commit in order)
        for commit, answer in zip(order, answers, strict=True):
            paths = [path for entry in answer.entries if (path := usable_path(entry))]
            if paths:
                yield Asked(commit, paths[0])
                found += 1
            if found == count:
                return


def ask(place: Path, one: Asked, setting: str) -> Cost:
    """What a driver would ask, at this merge."""
    (place / "HEAD").write_text(f"{one.commit.ours}\n")
    name = f"GITHEAD_{one.commit.theirs}"
    os.environ[name] = "topic"
    if setting == "told":
        bases = output(place, "merge-base", "--all", one.commit.ours, one.commit.theirs).split()
        if len(bases) == 1:  # else git says that there are several
            os.environ[caller.VARIABLE] = f"base 1 {bases[0][:12]}"
    try:
        cpu, wall = cpu_seconds(), time.perf_counter()
        facts = history.facts(one.path, place)
        return Cost(cpu_seconds() - cpu, time.perf_counter() - wall, facts)
    finally:
        del os.environ[name]
        os.environ.pop(caller.VARIABLE, None)


def compare(place: Path, one: Asked, found: Any) -> str:
    """Whether each side is what the corpus' recipe gives."""
    base = output(place, "merge-base", one.commit.ours, one.commit.theirs).split()[0]
    for side in ("ours", "theirs"):
        text = output(
            place, "log", "-p", "-U0", "-12", "--format=%x01%ct%x02%ae%x02%s%x02",
            f"{base}..{getattr(one.commit, side)}", "--", one.path,
        )  # fmt: skip
        rows = []
        for part in text.split("\x01")[1:]:
            seconds, author, subject, rest = part.split("\x02", 3)
            start = rest.find("\n@@")
            patch = rest[start + 1 :][:4000] if start >= 0 else ""
            rows.append({"time": int(seconds), "author": author, "subject": subject[:100],
                         "patch": patch})  # fmt: skip
        if rows != found[side][: len(rows)]:
            return "different"
        if len(rows) < len(found[side]):
            return "more, under an earlier name"
    return "equal"


def output(place: Path, *words: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", *words], cwd=place, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    main()
