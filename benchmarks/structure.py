"""What the structural rules and edit transfer find in the corpus, and how often they are right.

    python benchmarks/structure.py CORPUS... [--every N] [--processes N]

For each rule: the conflicts it speaks to, the share it prints as committed, the same share where
people took neither side nor base as it is, and how many conflicts it adds to those that a line or
token pattern prints.  Then coverage by language, and the CPU time a conflicted file takes.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from multiprocessing import Pool
from pathlib import Path
from time import process_time
from typing import NamedTuple

from mergeassist.app.corpus import (
    Record,
    committed_texts,
    context_of,
    corpus_files,
    read_records,
)
from mergeassist.core.chunks import MergedFile
from mergeassist.core.markers import parse
from mergeassist.core.tokens import trimmed
from mergeassist.propose.context import Context
from mergeassist.propose.generate import PROPOSERS
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.transfer import propose_transfer

MARKER = 29


class Conflicted(NamedTuple):
    """One conflict with ground truth: what prints it."""

    language: str
    by_pattern: bool
    took_version: bool
    rules: dict[str, bool]


def _merged(context: Context, folder: Path) -> MergedFile:
    names = ("ours", "base", "theirs")
    for name in names:
        (folder / name).write_bytes(getattr(context, name) or b"")
    command = ["git", "merge-file", "-p", "--diff3", f"--marker-size={MARKER}"]
    done = subprocess.run(
        [*command, *(str(folder / name) for name in names)], capture_output=True, check=False
    )
    return parse(done.stdout, MARKER)


def _measure(record: Record) -> tuple[float, list[Conflicted]]:
    context = context_of(record)
    with tempfile.TemporaryDirectory() as folder:
        merged = _merged(context, Path(folder))
    conflicts = merged.conflicts
    started = process_time()
    structural = propose_structure(conflicts, merged, context)
    transferred = propose_transfer(conflicts, merged, context)
    spent = process_time() - started
    found: list[Conflicted] = []
    truths = committed_texts(merged, record["resolved"].encode("utf-8", "surrogateescape"))
    for at, truth in enumerate(truths):
        if truth is None:
            continue
        goal, sides = trimmed(truth), conflicts[at].sides
        rules: dict[str, bool] = {}
        for proposal in (*structural[at], *transferred[at]):
            right = trimmed(proposal.text) == goal
            rules[proposal.source] = rules.get(proposal.source, False) or right
        printed = any(trimmed(c.text) == goal for patterns in PROPOSERS for c in patterns(sides))
        took_version = goal in {trimmed(side) for side in sides}
        found.append(Conflicted(record.get("language") or "", printed, took_version, rules))
    return spent, found


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth file only")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    records = (
        record
        for at, record in enumerate(
            record for path in corpus_files(options.corpus) for record in read_records(path)
        )
        if at % options.every == 0
    )
    times: list[float] = []
    conflicts: list[Conflicted] = []
    with Pool(options.processes) as pool:
        for spent, found in pool.imap_unordered(_measure, records, chunksize=20):
            times.append(spent)
            conflicts += found
    report(times, conflicts)


def report(times: list[float], conflicts: list[Conflicted]) -> None:
    """Print what was measured."""
    fires: Counter[str] = Counter()
    right: Counter[str] = Counter()
    own: Counter[str] = Counter()
    own_right: Counter[str] = Counter()
    adds: Counter[str] = Counter()
    for conflict in conflicts:
        for rule, hit in conflict.rules.items():
            fires[rule] += 1
            right[rule] += hit
            own[rule] += not conflict.took_version
            own_right[rule] += hit and not conflict.took_version
            adds[rule] += hit and not conflict.by_pattern
    print(f"{'rule':24}{'fires':>8}{'right':>8}{'own text':>10}{'right':>8}{'adds':>6}")
    for rule, times_fired in fires.most_common():
        share = own_right[rule] / max(1, own[rule])
        print(
            f"{rule:24}{times_fired:8}{right[rule] / times_fired:8.3f}"
            f"{own[rule]:10}{share:8.3f}{adds[rule]:6}"
        )
    for language in ("", *sorted({conflict.language for conflict in conflicts})):
        chosen = [c for c in conflicts if language in ("", c.language)]
        patterns = sum(c.by_pattern for c in chosen) / len(chosen)
        both = sum(c.by_pattern or any(c.rules.values()) for c in chosen) / len(chosen)
        name = language or "all"
        print(f"{name:12}{len(chosen):7} oracle {patterns:.4f} with structure {both:.4f}")
    times.sort()
    last = len(times) - 1
    print(
        f"CPU ms a file: median {times[last // 2] * 1e3:.1f},"
        f" 99th percentile {times[int(last * 0.99)] * 1e3:.0f}, most {times[last] * 1e3:.0f}"
    )


if __name__ == "__main__":
    main()
