"""The temporal backtest: what one repository's own past is worth, on against off.

    python benchmarks/backtest.py GIT_DIR... [--conflicts 700] [--burn-in 200] [--limit N]

The newest merges with conflicts are taken oldest first.  Each conflict is judged once, with each
side's history; "off" is the shipped judge alone, "on" adds what earlier merges of the same
repository teach (`judge/personal`) and the resolutions seen before (`propose/seen`), both from
strictly earlier merges only.  The first `--burn-in` conflicts teach and are not counted.
`benchmarks/backtests.sh` runs it for all repositories of the README.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.learn import borrowed, cpu_seconds
from mergeassist.app import decide as deciding
from mergeassist.app.corpus import committed_texts
from mergeassist.app.decide import decide
from mergeassist.app.evaluate import Scored, calibration, score
from mergeassist.app.guards import withdraw_what_breaks
from mergeassist.app.learn import index_file, learn
from mergeassist.app.mine import PastMerge, context_of, past_merges
from mergeassist.core.outcome import Decision
from mergeassist.git.index_store import Index
from mergeassist.git.merges import MergeCommit, Replay, list_merges
from mergeassist.judge.model import Judge, Judged
from mergeassist.judge.personal import Observation, Personal
from mergeassist.propose.seen import SeenBefore

OFF, ON = "off", "on"


class Tried(NamedTuple):
    """One conflict both ways, and whether the policy accepted it."""

    off: Scored
    on: Scored
    accepted_off: bool
    accepted_on: bool


def main() -> None:
    """Print two rows a repository."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("git_dir", nargs="+", type=Path)
    parser.add_argument("--conflicts", type=int, default=700)
    parser.add_argument("--burn-in", type=int, default=200)
    parser.add_argument("--limit", type=int, help="index no more than the N newest merges")
    parser.add_argument("--keep", type=Path, help="folder for the borrowing repositories")
    parser.add_argument("--json", type=Path, help="append one line a repository")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for place in args.git_dir:
            copy = borrowed(place.resolve(), args.keep or Path(folder))
            row = measure(copy, args.conflicts, args.burn_in, args.limit)
            show(row)
            if args.json:
                with args.json.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(row) + "\n")


def measure(place: Path, most: int, burn_in: int, limit: int | None) -> dict[str, Any]:
    """Learn the resolutions, then judge the newest conflicts, oldest merge first."""
    judge = deciding._judge()
    if judge is None:
        raise SystemExit("no judge is installed")
    report = learn(place, limit=limit, judge=False)
    started = cpu_seconds()
    tried: list[Tried] = []
    personal = Personal()
    waiting: list[tuple[int, list[Observation]]] = []
    with Index(index_file(place)) as index, Replay(place) as replay:
        commits = chosen(index, place, most)
        replay.prepare(commit.name for commit in commits)
        for merge in past_merges(replay, commits):
            # merges of the same second are not earlier
            while waiting and waiting[0][0] < merge.commit.time:
                personal.learn(waiting.pop(0)[1])
            lessons: list[Observation] = []
            past = SeenBefore(index, before=merge.commit.time)
            tried += try_merge(replay, merge, judge, personal, past, lessons)
            waiting.append((merge.commit.time, lessons))
    counted = tried[burn_in:]
    return {
        "repository": place.name,
        "merges": report.merges,
        "conflicts_indexed": report.conflicts,
        "judged": len(tried),
        "counted": len(counted),
        "cpu_seconds": round(cpu_seconds() - started, 1),
        OFF: figures([one.off for one in counted], [one.accepted_off for one in counted]),
        ON: figures([one.on for one in counted], [one.accepted_on for one in counted]),
    }


def chosen(index: Index, place: Path, most: int) -> list[MergeCommit]:
    """The newest merges with `most` indexed conflicts, oldest first."""
    names = index.unjudged("", most)
    commits = [commit for commit in list_merges(place).merges if commit.name in names]
    return sorted(commits, key=lambda commit: commit.time)


def try_merge(
    replay: Replay, merge: PastMerge, judge: Judge, personal: Personal, past: SeenBefore,
    lessons: list[Observation],
) -> Iterator[Tried]:  # fmt: skip
    """Every conflict of one merge with a known answer, both ways; `lessons` gets what it taught."""
    threshold = deciding._threshold(judge)
    for file in merge.files:
        merged = file.regions()
        if merged is None or not merged.conflicts:
            continue
        truths = committed_texts(merged, file.resolved)
        context = context_of(replay, merge, file, history=True)
        noted: list[Judged | None] = []
        on = decide(merged, context, seen=past, personal=personal, noted=noted, seconds=60.0)
        alone = tuple(
            alone_of(judge, decision, one, threshold)
            for decision, one in zip(on, noted, strict=True)
        )
        off = withdraw_what_breaks(merged, alone, context)
        for truth, one, mine, shipped in zip(truths, noted, on, off, strict=True):
            if truth is None or one is None:
                continue
            lessons.append(one.decided(truth))
            yield Tried(
                score("", context.language, shipped, truth),
                score("", context.language, mine, truth),
                shipped.accepted,
                mine.accepted,
            )


def alone_of(judge: Judge, decision: Decision, one: Judged | None, threshold: float) -> Decision:
    """What the shipped judge would have said without this repository's past."""
    if one is None:
        return decision
    said = judge.calibration.probabilities(one.scores)
    ranked = [
        proposal._replace(probability=round(float(value), 4))
        for proposal, value in zip(one.offered, said, strict=True)
    ]
    ranked.sort(key=lambda proposal: -(proposal.probability or 0.0))
    best = ranked[0].probability or 0.0
    return Decision(decision.conflict, tuple(ranked), best >= threshold, "")


def figures(scored: list[Scored], accepted: list[bool]) -> dict[str, Any]:
    """Shares from 0 to 1; `None` where nothing can be counted."""
    right = [one.first for one, yes in zip(scored, accepted, strict=True) if yes]
    found: dict[str, Any] = {
        "first": share([one.first for one in scored]),
        "first_three": share([one.first_three for one in scored]),
        "accepted": share(accepted),
        "precision": share(right),
        "error": calibration(scored)["error"],
    }
    for least in (0.8, 0.9, 0.95):
        sure = [one.first for one in scored if (one.probability or 0.0) >= least]
        found[f"at_{least}"] = [len(sure) / max(len(scored), 1), share(sure)]
    return found


def share(values: list[bool]) -> float | None:
    """The share of true ones."""
    return sum(values) / len(values) if values else None


def show(row: dict[str, Any]) -> None:
    """Two lines a repository."""
    print(f"== {row['repository']}: {row['merges']} merges, {row['conflicts_indexed']} conflicts; "
          f"{row['counted']} counted of {row['judged']}, {row['cpu_seconds']} s CPU")
    for name in (OFF, ON):
        said = row[name]
        print(f"  {name:<3} " + "  ".join(
            f"{key} {value:.3f}" for key, value in said.items() if isinstance(value, float)
        ), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
