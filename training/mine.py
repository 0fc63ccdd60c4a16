"""Any git directory to a corpus file in the format of the data README.

    python -m training.mine GIT_DIR OUT.jsonl.zst --repo owner/name [--files 900] [--a-merge 25]

Merges are taken over the whole history in an order given by a hash of their names, so that a
smaller `--files` is a subset of a larger one.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from pathlib import Path

import zstandard

from mergeassist.app.mine import PastFile, past_merges, record
from mergeassist.git.merges import Replay, list_merges


def main() -> None:
    """Mine one repository and print how many files and merges it gave."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("git_dir", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--repo", required=True, help="owner/name, written into every line")
    parser.add_argument("--files", type=int, default=900, help="at most so many (default 900)")
    parser.add_argument("--a-merge", type=int, default=25, help="files a merge (default 25)")
    parser.add_argument("--no-history", action="store_true", help="leave `history` null")
    args = parser.parse_args()

    listing = list_merges(args.git_dir)
    commits = sorted(listing.merges, key=lambda commit: _order(commit.name))
    seen: set[str] = set()
    written = tried = failed = 0
    with (
        Replay(args.git_dir) as replay,
        args.out.open("wb") as raw,
        zstandard.ZstdCompressor(level=12).stream_writer(raw) as packed,
        io.TextIOWrapper(packed, encoding="utf-8") as lines,
    ):
        for merge in past_merges(replay, commits):
            tried += 1
            failed += merge.problem is not None
            chosen = sorted(merge.files, key=lambda f: _order(merge.commit.name + f.path))
            for file in chosen[: args.a_merge]:
                if seen.isdisjoint(_names(file)):
                    seen.update(_names(file))
                    line = record(replay, merge, file, args.repo, history=not args.no_history)
                    if line is not None:
                        lines.write(json.dumps(line) + "\n")
                        written += 1
            if written >= args.files:
                break
    for note in listing.notes:
        print(note)
    print(f"{written} files of {tried} merges; {failed} merges could not be redone")


def _names(file: PastFile) -> set[str]:
    """The file with its outcome and its mirror image: forks of a merge are kept once."""
    base, ours, theirs = file.versions
    return {
        hashlib.sha256(b"\0".join((base, *sides, file.resolved))).hexdigest()
        for sides in ((ours, theirs), (theirs, ours))
    }


def _order(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    main()
