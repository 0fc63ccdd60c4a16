"""How many files and conflicts a second `mergeassist batch` answers.

    python benchmarks/batch.py ../shared/data/valid --limit 2000 --jobs 1 2

Reads corpus files (zstandard-compressed JSON lines) in place, feeds them to one
`mergeassist batch` process a setting, and counts the answers.  The requests are written to a
temporary file first, so that reading the corpus is not measured.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import zstandard

FIELDS = ("path", "base", "ours", "theirs", "language", "message", "times", "authors",
          "conflicted_files", "history")


def requests(folder: Path) -> Iterator[bytes]:
    """Every corpus line as a request; `resolved` stays behind."""
    for place in sorted(folder.glob("*.jsonl.zst")):
        with place.open("rb") as packed:
            text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8")
            for number, line in enumerate(text):
                entry = json.loads(line)
                request = {"id": f"{place.name}:{number}"} | {name: entry[name] for name in FIELDS}
                yield json.dumps(request).encode() + b"\n"


def measure(place: Path, jobs: int) -> str:
    """One run over all requests as a line of the table."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with place.open("rb") as source, subprocess.Popen(
        [sys.executable, "-m", "mergeassist", "batch", "--jobs", str(jobs)],
        stdin=source, stdout=subprocess.PIPE,
    ) as process:
        if process.stdout is None:
            raise RuntimeError("no output to read")
        statuses: Counter[str] = Counter()
        conflicts = 0
        for line in process.stdout:
            answer = json.loads(line)
            statuses[answer["status"]] += 1
            conflicts += len(answer["conflicts"])
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    files = sum(statuses.values())
    counts = " ".join(f"{name}={count}" for name, count in sorted(statuses.items()))
    return (f"{jobs:>4} {files:>7} {conflicts:>9} {seconds:>7.1f} {files / seconds:>8.1f} "
            f"{conflicts / seconds:>11.1f} {1000 * cpu / files:>11.1f}  {counts}\n")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a split of the corpus")
    parser.add_argument("--limit", type=int, help="that many files, chosen by a fixed seed")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    args = parser.parse_args()
    lines = list(requests(args.folder))
    if args.limit:
        lines = random.Random(0).sample(lines, min(args.limit, len(lines)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "requests.jsonl")
        place.write_bytes(b"".join(lines))
        sys.stdout.write("jobs   files conflicts seconds  files/s conflicts/s CPU ms/file\n")
        for jobs in args.jobs:
            sys.stdout.write(measure(place, jobs))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
