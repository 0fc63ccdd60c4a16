"""How many conflicts a second the token-level three-way diff merges on one core.

    python benchmarks/core.py ../shared/data/valid

CPU seconds; conflicts within a third of the median size, then all of them.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path

from mergeassist.app.corpus import corpus_files, encode, read_records
from mergeassist.app.merge_file import line_merge
from mergeassist.core.diff3 import token_regions
from mergeassist.core.merge import Merge


def rate(conflicts: list[Merge[bytes]]) -> float:
    """Conflicts a CPU second, over at least two seconds."""
    started, done = time.process_time(), 0
    while time.process_time() - started < 2:
        for sides in conflicts:
            token_regions(sides)
        done += len(conflicts)
    return done / (time.process_time() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--limit", type=int, default=80, help="files a repository")
    args = parser.parse_args()
    conflicts: list[Merge[bytes]] = []
    for path in corpus_files([args.corpus]):
        for record in islice(read_records(path), args.limit):
            merged = line_merge(*(encode(record[name]) for name in Merge._fields))
            conflicts += [conflict.sides for conflict in merged.conflicts] if merged else []
    sizes = sorted(sum(map(len, sides)) for sides in conflicts)
    median = sizes[len(sizes) // 2]
    typical = [s for s in conflicts if abs(sum(map(len, s)) - median) <= median / 3]
    print(f"{len(conflicts)} conflicts, median {median} bytes in three versions")
    print(f"of median size: {rate(typical):,.0f} a CPU second")
    print(f"all: {rate(conflicts):,.0f} a CPU second")


if __name__ == "__main__":
    main()
