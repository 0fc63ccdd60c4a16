"""How often the memory of past resolutions is right, by level and number of agreeing matches.

    python benchmarks/seen.py CORPUS... [--repositories 40]

Each repository's recorded merges are taken in the order of their time.  Every conflict with a
known answer is looked up among those of strictly earlier merges (`propose/seen`), then its merge
joins the memory.  Prints a table for conflicts whose matches all agree, what `seen.trust` says
of them, and the a, b of (n + a) / (n + a + b) that make the outcomes likeliest: one number of
prior successes and failures a level.  Fit on train and valid only.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from itertools import groupby, product
from math import log
from pathlib import Path

from mergeassist.app.corpus import Record, committed_texts, corpus_files, encode, read_records
from mergeassist.app.merge_file import line_merge
from mergeassist.core.chunks import Conflict
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import trimmed
from mergeassist.git.index_store import Index, Learned, Row
from mergeassist.propose.seen import LEVELS, Seen, SeenBefore, row_of, too_large, trust

Outcome = tuple[str, int, bool]  # level, matches (all of which agree), right

_GROUPS = ((1, 1), (2, 2), (3, 3), (4, 6), (7, 15), (16, 10**9))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", nargs="+", type=Path)
    parser.add_argument("--repositories", type=int, help="every n-th file, so many in all")
    args = parser.parse_args()
    files = corpus_files(args.corpus)
    step = max(1, len(files) // args.repositories) if args.repositories else 1
    outcomes: list[Outcome] = []
    conflicts = 0
    for file in files[::step]:
        with tempfile.TemporaryDirectory() as folder:
            known, found = look_back(list(read_records(file)), Path(folder) / "index")
        conflicts += known
        outcomes += found
    print(f"{len(files[::step])} repositories, {conflicts} conflicts with a known answer, "
          f"{len(outcomes)} of them with matches that all agree")
    report(outcomes)


def look_back(records: list[Record], file: Path) -> tuple[int, list[Outcome]]:
    """How many conflicts there were, and what an earlier agreement said of some of them."""
    dated = [record for record in records if record.get("times")]
    dated.sort(key=lambda record: (record["times"][0], record["merge"]))
    outcomes: list[Outcome] = []
    total = 0
    with Index(file, write=True) as index:
        for (time, merge), group in groupby(dated, lambda r: (r["times"][0], r["merge"])):
            past = SeenBefore(index, before=time)
            rows: list[Row] = []
            for record in group:
                for place, (conflict, truth) in enumerate(answered(record)):
                    total += 1
                    found = past.look_up(conflict.sides)
                    if found and found[0].agreeing == found[0].of:
                        good = trimmed(found[0].text) == trimmed(truth)
                        outcomes.append((found[0].level, found[0].of, good))
                    if not too_large(conflict.sides):
                        rows.append(row_of(record["path"], place, conflict.sides, truth))
            index.add([Learned(merge, time, tuple(rows))])
    return total, outcomes


def answered(record: Record) -> list[tuple[Conflict, bytes]]:
    """The conflicts of one record whose committed text can be located."""
    merged = line_merge(*Merge(*(encode(record[name]) for name in ("base", "ours", "theirs"))))
    if merged is None:
        return []
    truths = committed_texts(merged, encode(record["resolved"]))
    pairs = zip(merged.conflicts, truths, strict=True)
    return [(conflict, truth) for conflict, truth in pairs if truth is not None]


def report(outcomes: list[Outcome]) -> None:
    """The tables by level, and the likeliest prior counts."""
    for level in LEVELS:
        mine = [(of, good) for name, of, good in outcomes if name == level]
        print(f"{level}: {len(mine)}")
        for least, most in _GROUPS:
            group = [(of, good) for of, good in mine if least <= of <= most]
            if group:
                right = sum(good for _, good in group) / len(group)
                said = sum(trust(Seen(b"", level, of, of, 0, "")) for of, _ in group) / len(group)
                span = f"{least}" if least == most else f"{least} or more"
                print(f"  {span:>10} matches  {len(group):>6}  right {right:.3f}  said {said:.3f}")
        if mine:
            a, b = fit(mine)
            print(f"  likeliest: (n + {a}) / (n + {a + b})")


def fit(mine: list[tuple[int, bool]]) -> tuple[float, float]:
    """The prior counts (right, wrong) under which the outcomes are likeliest."""
    counts = Counter(mine)
    grid = [0.25 * 1.3**step for step in range(20)]

    def likelihood(pair: tuple[float, float]) -> float:
        a, b = pair
        return sum(
            many * log(((of + a) if good else b) / (of + a + b))
            for (of, good), many in counts.items()
        )

    a, b = max(product(grid, grid), key=likelihood)
    return round(a, 2), round(b, 2)


if __name__ == "__main__":
    main()
