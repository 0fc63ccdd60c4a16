"""The temporal backtest: what one repository's own past is worth, on against off.

    python -m benchmarks.backtest GIT_DIR... [--conflicts 1200] [--burn-in 200] [--out FOLDER]

The index is filled from the whole history; then the newest merges with `--conflicts` of its
conflicts are taken oldest first.  Each conflict is judged once, with each side's history; "off"
is the shipped judge alone, "on" adds what earlier merges of the same repository teach
(`judge/personal`) and the resolutions seen before (`propose/seen`), both from strictly earlier
merges only.  The first `--burn-in` conflicts teach and are not counted.

A merge is one line of `FOLDER/<repository>.<judge>.jsonl`, written when it is done: a run that was
stopped goes on from there, and another judge starts anew.  `FOLDER/backtests.json` holds the
figures of every run so far.  `benchmarks/backtests.sh` runs it for all repositories of
docs/learn.md.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
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
from mergeassist.app.personal import pack, unpack
from mergeassist.app.teach import judge_name
from mergeassist.core.outcome import Decision
from mergeassist.git.index_store import Index, Lesson
from mergeassist.git.merges import MergeCommit, Replay, list_merges
from mergeassist.judge.model import Judge, Judged
from mergeassist.judge.personal import Observation, Personal
from mergeassist.propose.seen import SeenBefore

OFF, ON = "off", "on"
_FIGURES = "backtests.json"


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
    parser.add_argument("--conflicts", type=int, default=1200)
    parser.add_argument("--burn-in", type=int, default=200)
    parser.add_argument("--limit", type=int, help="index no more than the N newest merges")
    parser.add_argument("--pulls", action="store_true", help="pull requests are history too")
    parser.add_argument("--keep", type=Path, help="folder for the borrowing repositories")
    parser.add_argument("--out", type=Path, help="folder for what was measured")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = args.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        for place in args.git_dir:
            copy = borrowed(place.resolve(), args.keep or Path(folder), pulls=args.pulls)
            row = measure(copy, args.conflicts, args.burn_in, args.limit, out)
            show(row)
            put(out / _FIGURES, row)


def put(file: Path, row: dict[str, Any]) -> None:
    """Replace the row of this repository and judge."""
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    kept = [r for r in rows if (r["repository"], r["judge"]) != (row["repository"], row["judge"])]
    part = file.with_suffix(".part")
    part.write_text(json.dumps([*kept, row], indent=1), "utf-8")
    part.replace(file)


def measure(
    place: Path, most: int, burn_in: int, limit: int | None, out: Path
) -> dict[str, Any]:
    """Learn the resolutions, then judge the newest conflicts, oldest merge first."""
    judge = deciding._judge()
    if judge is None:
        raise SystemExit("no judge is installed")
    report = learn(place, limit=limit, judge=False)
    name = judge_name() or ""
    started = cpu_seconds()
    tried: list[Tried] = []
    merges = 0
    with Index(index_file(place)) as index:
        commits = chosen(index, place, most)
        for lines in judged(place, index, commits, judge, out / f"{place.name}.{name}.jsonl"):
            tried += lines
            merges += bool(lines)
    counted = tried[burn_in:]
    return {
        "repository": place.name,
        "judge": name,
        "merges": report.merges,
        "conflicts_indexed": report.conflicts,
        "merges_judged": merges,
        "judged": len(tried),
        "counted": len(counted),
        "cpu_seconds": round(cpu_seconds() - started, 1),
        OFF: figures([one.off for one in counted], [one.accepted_off for one in counted]),
        ON: figures([one.on for one in counted], [one.accepted_on for one in counted]),
    }


def judged(
    place: Path, index: Index, commits: list[MergeCommit], judge: Judge, file: Path
) -> Iterator[list[Tried]]:
    """Every merge's conflicts both ways: those of the file first, then what is left to do."""
    personal = Personal()
    waiting: list[tuple[int, list[Observation]]] = []
    done = _read(file)
    for commit in commits:
        if commit.name in done:
            row = done[commit.name]
            waiting.append((commit.time, [unpack(_lesson(one)) for one in row["lessons"]]))
            yield [_tried(one) for one in row["tried"]]
    left = [commit for commit in commits if commit.name not in done]
    with Replay(place) as replay, file.open("a", encoding="utf-8") as stream:
        replay.prepare(commit.name for commit in left)
        for merge in past_merges(replay, left):
            # merges of the same second are not earlier
            while waiting and waiting[0][0] < merge.commit.time:
                personal.learn(waiting.pop(0)[1])
            past = SeenBefore(index, before=merge.commit.time)
            lessons: list[Observation] = []
            tried = list(try_merge(replay, merge, judge, personal, past, lessons))
            waiting.append((merge.commit.time, lessons))
            stream.write(json.dumps({
                "merge": merge.commit.name, "tried": tried,
                "lessons": [[*one.keys, base64.b64encode(one.numbers).decode("ascii")]
                            for one in map(pack, lessons)],
            }) + "\n")  # fmt: skip
            stream.flush()
            yield tried


def _read(file: Path) -> dict[str, Any]:
    """The merges that are done; a last line that was cut short is dropped from the file."""
    if not file.exists():
        return {}
    data = file.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        os.truncate(file, len(whole))
    return {row["merge"]: row for row in map(json.loads, whole.splitlines())}


def _tried(row: list[Any]) -> Tried:
    return Tried(Scored(*row[0]), Scored(*row[1]), *row[2:])


def _lesson(row: list[str]) -> Lesson:
    return Lesson(tuple(row[:-1]), base64.b64decode(row[-1]))


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
          f"{row['counted']} counted of {row['judged']} in {row['merges_judged']} merges, "
          f"{row['cpu_seconds']} s CPU, judge {row['judge']}")
    for name in (OFF, ON):
        said = row[name]
        print(f"  {name:<3} " + "  ".join(
            f"{key} {value:.3f}" for key, value in said.items() if isinstance(value, float)
        ), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
