"""What the structural rules and edit transfer find in the corpus, and how often they are right.

    python benchmarks/structure.py CORPUS... [--every N] [--processes N]

For each rule: the conflicts it speaks to, the share it prints as committed, the same share where
people took neither side nor base as it is, and how many conflicts it adds to those that a line or
token pattern prints.  Then, by language, the proposals that are kept without and with structure:
the share of conflicts where one is right and where the first is (in prior order, no judge asked).
Then what the policy `structural` settles, the CPU time a conflicted file takes, and peak memory.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
from collections import Counter
from multiprocessing import Pool
from pathlib import Path
from statistics import fmean as mean
from time import process_time
from typing import NamedTuple

from mergeassist.app.corpus import (
    Record,
    committed_texts,
    context_of,
    corpus_files,
    read_records,
)
from mergeassist.app.structural import decide_by_structure
from mergeassist.core.chunks import MergedFile
from mergeassist.core.markers import parse
from mergeassist.core.tokens import trimmed
from mergeassist.propose.context import Context
from mergeassist.propose.generate import PROPOSERS, propose
from mergeassist.propose.structure import propose_structure
from mergeassist.propose.transfer import propose_transfer

MARKER = 29
_PROCESSES = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


class Conflicted(NamedTuple):
    """One conflict with ground truth: what prints it."""

    language: str
    by_pattern: bool
    took_version: bool
    rules: dict[str, bool]
    without: list[bool]  # kept proposals in order: which are right
    with_structure: list[bool]
    settled: bool | None  # by the policy `structural`: whether as committed, `None` where it is not


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
    decisions = decide_by_structure(merged, context)
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
        extra = [*transferred[at], *structural[at]]
        kept = [[trimmed(p.text) == goal for p in propose(sides, more)] for more in ((), extra)]
        text = decisions[at].text
        settled = None if text is None else trimmed(text) == goal
        language = record.get("language") or ""
        found.append(Conflicted(language, printed, took_version, rules, *kept, settled))
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
    names = ("language", "conflicts", "oracle", "with", "first", "with", "settled", "right")
    print(("{:>12}" * len(names)).format(*names))
    for language in ("", *sorted({conflict.language for conflict in conflicts})):
        chosen = [c for c in conflicts if language in ("", c.language)]
        settled = [c.settled for c in chosen if c.settled is not None]
        shares = (
            *(mean([any(kept) for kept in lists]) for lists in _kept(chosen)),
            *(mean([kept[0] for kept in lists]) for lists in _kept(chosen)),
            len(settled) / len(chosen),
            mean(settled) if settled else 0.0,
        )
        print(f"{language or 'all':>12}{len(chosen):12}" + "".join(f"{x:12.3f}" for x in shares))
    times.sort()
    last = len(times) - 1
    print(
        f"CPU ms a file: median {times[last // 2] * 1e3:.1f},"
        f" 99th percentile {times[int(last * 0.99)] * 1e3:.0f}, most {times[last] * 1e3:.0f}"
    )
    peak = max(resource.getrusage(who).ru_maxrss for who in _PROCESSES) / 1024
    print(f"peak memory of a process: {peak:.0f} MiB")


def _kept(conflicts: list[Conflicted]) -> tuple[list[list[bool]], list[list[bool]]]:
    return [c.without for c in conflicts], [c.with_structure for c in conflicts]


if __name__ == "__main__":
    main()
