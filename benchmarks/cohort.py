"""Whether equal conflicts of one merge are better judged together (`app/cohort`).

    python benchmarks/cohort.py CORPUS... [--repositories 12]

Only files of merges in which two files or places hold the same conflict up to white space are
judged, each conflict alone and then jointly.  Prints, for the members of groups: how often the
first proposal is right, and how many are at or above a threshold and right, alone and joint; and
how many groups were settled in more than one way.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.cohort import form_of, groups_of, joined, key_of
from mergeassist.app.corpus import (
    Record,
    committed_texts,
    context_of,
    corpus_files,
    encode,
    read_records,
)
from mergeassist.app.decide import decide
from mergeassist.app.merge_file import line_merge
from mergeassist.core.chunks import MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.core.tokens import trimmed

_THRESHOLDS = (0.6, 0.8, 0.9)


class Member(NamedTuple):
    """One conflict of a group, alone and joint, with what was committed."""

    group: tuple[str, str]
    alone: Decision
    joint: Decision
    truth: bytes


def main() -> None:
    """Print both rows."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--repositories", type=int, help="every n-th file, so many in all")
    args = parser.parse_args()
    files = corpus_files(args.corpus)
    step = max(1, len(files) // args.repositories) if args.repositories else 1
    members = [member for file in files[::step] for member in members_of(file)]
    print(f"{len(files[::step])} repositories, {len(members)} conflicts in groups")
    report("alone", [(one.group, one.alone, one.truth) for one in members])
    report("joint", [(one.group, one.joint, one.truth) for one in members])


def members_of(file: Path) -> Iterator[Member]:
    """The members of all groups of one repository."""
    merges: dict[str, list[tuple[Record, MergedFile]]] = defaultdict(list)
    for record in read_records(file):
        merged = line_merge(*Merge(*(encode(record[name]) for name in ("base", "ours", "theirs"))))
        if merged is not None and merged.conflicts:
            merges[record["merge"]].append((record, merged))
    for merge, parts in merges.items():
        counts = Counter(key_of(conflict) for _, merged in parts for conflict in merged.conflicts)
        equal = {key for key, count in counts.items() if count > 1}
        shared = [part for part in parts if equal & {key_of(c) for c in part[1].conflicts}]
        if not shared:
            continue
        alone = [decide(merged, context_of(record), seconds=60.0) for record, merged in shared]
        # what is accepted depends on the threshold, and is counted below
        groups = groups_of(alone)
        joint = [joined(decisions, groups, 1.01) for decisions in alone]
        truths = [
            committed_texts(merged, encode(record["resolved"])) for record, merged in shared
        ]
        rows = (chain.from_iterable(lists) for lists in (alone, joint, truths))
        for one, other, truth in zip(*rows, strict=True):
            key = key_of(one.conflict)
            if key in equal and truth is not None:
                yield Member((merge, key), one, other, truth)


def report(name: str, rows: list[tuple[tuple[str, str], Decision, bytes]]) -> None:
    """One line, and one a threshold."""
    good = [trimmed(d.proposals[0].text) == trimmed(truth) for _, d, truth in rows]
    texts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for group, decision, _ in rows:
        texts[group].add(form_of(decision.proposals[0].text))
    print(f"{name}: first {sum(good) / max(len(good), 1):.3f}, "
          f"{sum(len(forms) > 1 for forms in texts.values())} of {len(texts)} groups in two ways")
    for least in _THRESHOLDS:
        sure = [
            right for right, (_, decision, _) in zip(good, rows, strict=True)
            if (decision.proposals[0].probability or 0.0) >= least
        ]
        if sure:
            print(f"  from {least}: {len(sure) / len(rows):.3f}, right {sum(sure) / len(sure):.3f}")


if __name__ == "__main__":
    main()
