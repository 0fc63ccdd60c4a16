"""How often `check --merged` would raise a false alarm: on files that people merged and committed.

    python benchmarks/check_merged.py CORPUS [--files 400]

takes a seeded sample of each repository of a corpus folder and prints, for each language, how many
committed files each kind of alarm would have named.  The committed file is what people made of the
merge, so an alarm about it is taken for a false one.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from pathlib import Path

from mergeassist.app.corpus import corpus_files, encode, read_records
from mergeassist.languages.syntax import parses
from mergeassist.propose.structure.damage import MAX_BYTES, damage

_READ = 1500  # records of a repository that the sample is drawn from
_NAMES = ("base", "ours", "theirs", "resolved")


def main() -> None:
    """Measure and print one line a language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--files", type=int, default=400)
    args = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for file in corpus_files([args.corpus]):
        chance = random.Random(7)
        rows: list[dict[str, str]] = []
        for number, record in enumerate(read_records(file)):
            if number > _READ:
                break
            row = {name: record[name] or "" for name in (*_NAMES, "path", "language")}
            place = number if len(rows) < args.files else chance.randrange(number + 1)
            if len(rows) < args.files:
                rows.append(row)
            elif place < args.files:
                rows[place] = row
        for row in rows:
            _measure(row, counts[row["language"]])
    for language, found in sorted(counts.items()):
        print(language, " ".join(f"{kind} {count}" for kind, count in sorted(found.items())))


def _measure(row: dict[str, str], count: Counter[str]) -> None:
    base, ours, theirs, resolved = (encode(row[name]) for name in _NAMES)
    if not resolved or max(map(len, (base, ours, theirs, resolved))) > MAX_BYTES:
        return
    count["files"] += 1
    language, path = row["language"], row["path"]
    if parses(language, ours, path) and parses(language, theirs, path):
        count["both-parse"] += 1
        count["broken"] += parses(language, resolved, path) is False
    for kind in {found.kind for found in damage(base, ours, theirs, resolved, language)}:
        count[kind] += 1


if __name__ == "__main__":
    main()
