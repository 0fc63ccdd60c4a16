"""kill -9 at random moments of a merge of checkpoints: what is left of %A?

    python benchmarks/params_kill.py [--times 100] [--seed 1]

Every merge runs in a forked child of one warm process, so that kills fall into the merge and not
into imports.  After each, `%A` must be the old file or the new one, whole.  The files are large
enough for the writer's thread and direct writes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from mergeassist.params.driver import merge_checkpoint
from mergeassist.params.formats import safetensors
from mergeassist.params.tensors import Layout, Output, Tensor

TENSORS, ROWS, COLUMNS = 12, 8192, 256


def write(path: Path, expert: int) -> None:
    """50 MB of bf16, an expert's a little off the base."""
    outputs = {}
    for i in range(TENSORS):
        values = np.random.default_rng(i).standard_normal(ROWS * COLUMNS, np.float32)
        own = np.random.default_rng((i, expert)).standard_normal(ROWS * COLUMNS, np.float32)
        bits = (values + own * np.float32(0.02 * (expert > 0))).view(np.uint32) >> 16
        raw = bits.astype(np.uint16).view(np.uint8)
        tensor = Tensor(f"w{i}", "BF16", (ROWS, COLUMNS), raw.size)
        outputs[f"w{i}"] = Output(tensor, lambda raw=raw: iter([raw]))
    with path.open("wb") as handle:
        for block in safetensors.stream(Layout((), {}, outputs)):
            handle.write(block)


def merge_and_kill(after: float | None) -> bool:
    """Merge in a child and kill it after so many seconds; whether it was killed in time."""
    child = os.fork()
    if child == 0:
        os._exit(merge_checkpoint("O", "A", "B", "m.safetensors", 7) or 0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Merge once to know the new bytes, then kill as often as asked."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance, counts = random.Random(args.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run(["git", "init", "-q"], check=True)
        for expert, name in enumerate("OAB"):
            write(Path(name), expert)
        ours = Path("A")
        old = ours.read_bytes()
        longest = float("inf")
        for _ in range(3):
            ours.write_bytes(old)
            started = time.monotonic()
            merge_and_kill(None)
            longest = min(longest, time.monotonic() - started)
        new = ours.read_bytes()
        for _ in range(args.times):
            ours.write_bytes(old)
            killed = merge_and_kill(chance.random() * longest)
            found = ours.read_bytes()
            state = "old" if found == old else "new" if found == new else "NEITHER"
            counts[f"{'killed' if killed else 'finished'}, {state}"] += 1
        # The folder of records is git's; the work tree must hold nothing new.
        litter = [p.name for p in Path().iterdir() if p.name not in ("O", "A", "B", ".git")]
        os.chdir("/")
    assert old != new
    print(f"{args.times} merges of 3 x {len(old) / 1e6:.0f} MB (one takes {longest:.2f} s):",
          ", ".join(f"{n} {state}" for state, n in sorted(counts.items())),
          f"; files left behind: {len(litter)}")  # fmt: skip
    raise SystemExit(any("NEITHER" in state for state in counts))


if __name__ == "__main__":
    main()
