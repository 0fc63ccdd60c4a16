"""Replay the merges of a real repository through real git, with the driver and without it.

    python benchmarks/replay.py path/to/repository --merges 500

Each two-parent merge is done twice by `git merge-tree --write-tree`, which runs merge drivers
without a work tree: once as git is, once armed by `mergeassist install`.  Then:

- a path that git merges cleanly must hold the same bytes in both trees;
- a path that git merges cleanly must not conflict with the driver;
- in a path that git leaves in conflict, every settled byte must stand where it stood, and each
  conflict must be there as git printed it or be replaced as a whole.

Nothing is written into the repository that is replayed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.markers import parse, unparse
from mergeassist.git import install

CLEAN, CONFLICT = 0, 1


class Repository:
    """A bare repository that borrows the objects of another."""

    def __init__(self, source: Path, place: Path, git: str) -> None:
        self.place, self.git = place, git
        self.environment = {
            "PATH": f"{Path(git).parent}:{os.environ['PATH']}",
            "HOME": str(place.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        subprocess.run(
            [git, "clone", "-q", "--bare", "--shared", str(source), str(place)],
            check=True,
            env=self.environment,
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """One git command in this repository."""
        return subprocess.run(
            [self.git, *words], cwd=self.place, capture_output=True, env=self.environment
        )

    def arm(self, driver: Path) -> None:
        """Every path through the driver, whatever the repository's own attributes say."""
        os.environ["PATH"] = self.environment["PATH"]
        for key, value in install.settings(str(driver)).items():
            self.run("config", key, value)
        (self.place / "info").mkdir(exist_ok=True)
        (self.place / "info" / "attributes").write_text("* merge=mergeassist\n")

    def merge(self, one: str, other: str) -> tuple[str, set[bytes]] | None:
        """The tree of a merge and its conflicted paths; `None` where git gives up."""
        done = self.run(
            "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", one, other
        )
        if done.returncode not in (CLEAN, CONFLICT):
            return None
        tree, *paths = done.stdout.split(b"\0")
        return tree.decode(), {path for path in paths if path}

    def changed(self, one: str, other: str) -> set[bytes]:
        """Paths that differ between two trees of this repository."""
        listing = self.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other)
        return {path for path in listing.stdout.split(b"\0") if path}

    def blob(self, tree: str, path: bytes) -> bytes:
        """A file of a tree."""
        return self.run("cat-file", "blob", f"{tree}:{os.fsdecode(path)}").stdout


def keeps_settled(plain: bytes, armed: bytes) -> int | None:
    """How many of git's conflicts were replaced whole; `None` if anything else changed."""
    replaced, at, pending = 0, 0, False
    for chunk in parse(plain).chunks:
        text = unparse(MergedFile((chunk,))) if isinstance(chunk, Conflict) else chunk
        found = armed.find(text, at) if pending else (at if armed.startswith(text, at) else -1)
        if isinstance(chunk, Conflict):
            if found < 0:
                replaced, pending = replaced + 1, True
                continue
        elif found < 0:
            return None
        at, pending = found + len(text), False
    return replaced if pending or at == len(armed) else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--merges", type=int, default=500)
    parser.add_argument("--git", default="/usr/bin/git", help="the git to replay with")
    parser.add_argument(
        "--driver", type=Path, default=Path(sys.executable).with_name("mergeassist-driver")
    )
    args = parser.parse_args()
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        plain = Repository(args.repository, Path(folder, "plain.git"), args.git)
        armed = Repository(args.repository, Path(folder, "armed.git"), args.git)
        armed.arm(args.driver)
        # the armed repository must see the trees git alone wrote
        alternates = armed.place / "objects" / "info" / "alternates"
        alternates.write_text(alternates.read_text() + f"{plain.place}/objects\n")
        log = plain.run(
            "rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents"
        ).stdout
        rows = [line.split() for line in log.decode().splitlines()]
        step = max(1, len(rows) // args.merges)
        started = time.perf_counter()
        for _, one, other in rows[::step][: args.merges]:
            replay(plain, armed, one, other, count)
        seconds = time.perf_counter() - started
    print(
        f"{args.git}: {count['merges']} merges of {args.repository.parent.name} in {seconds:.0f} s"
    )
    for name in (
        "merges git gives up on", "clean files", "clean files with other bytes",
        "clean files turned into conflicts", "conflicted files", "conflicted files resolved whole",
        "conflicts", "conflicts replaced", "files with a settled byte changed",
        "merges that failed armed",
    ):  # fmt: skip
        print(f"  {name:<36}{count[name]:>8}")
    bad = ("files with a settled byte changed", "merges that failed armed")
    return int(any(count[name] for name in bad))


def replay(plain: Repository, armed: Repository, one: str, other: str, count: Counter[str]) -> None:
    """Do one merge both ways and count what came of it."""
    alone = plain.merge(one, other)
    if alone is None:
        count["merges git gives up on"] += 1
        return
    count["merges"] += 1
    both = armed.merge(one, other)
    if both is None:
        count["merges that failed armed"] += 1
        return
    (tree, conflicted), (armed_tree, still) = alone, both
    count["clean files"] += len(plain.changed(f"{one}^{{tree}}", tree) - conflicted)
    count["conflicted files"] += len(conflicted)
    count["clean files turned into conflicts"] += len(still - conflicted)
    count["conflicted files resolved whole"] += len(conflicted - still)
    changed = armed.changed(tree, armed_tree)
    count["clean files with other bytes"] += len(changed - conflicted)
    for path in conflicted:
        text = armed.blob(tree, path)
        if b"\0" in text:
            continue
        count["conflicts"] += len(parse(text).conflicts)
        if path in changed:
            result = armed.blob(armed_tree, path)
            replaced = keeps_settled(relabelled(text), relabelled(result))
            if replaced is None:
                count["files with a settled byte changed"] += 1
                print(f"  {one[:9]} {other[:9]} {os.fsdecode(path)}: settled bytes differ")
            else:
                count["conflicts replaced"] += replaced


def relabelled(text: bytes) -> bytes:
    """The same text with empty labels: git before 2.44 does not tell a driver its labels."""
    parsed = parse(text)
    chunks = [
        chunk
        if isinstance(chunk, bytes) or chunk.lines is None
        else chunk._replace(
            lines=chunk.lines._replace(
                ours=b"<<<<<<<\n",
                base=None if chunk.lines.base is None else b"|||||||\n",
                theirs=b">>>>>>>\n",
            )
        )
        for chunk in parsed.chunks
    ]
    return unparse(MergedFile(tuple(chunks)))


if __name__ == "__main__":
    sys.exit(main())
