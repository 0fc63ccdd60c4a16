"""How long a person waits for `mergeassist resolve`: the first screen, and each key.

    python benchmarks/resolve.py [--conflicts 200] [--keys 60] [--json]

Builds repositories with real conflicts, many files and one large file, starts the command on a
pseudo-terminal of 80 × 24 as a user would, and waits for whole screens.  `first screen` shows the
first conflict's sides, `first proposal` also what the judge says; `key` is the time from a key
that settles or skips a conflict (it is written to disk) to the next conflict's screen, once while
the rest is still being judged and once after.  Wall-clock milliseconds want a quiet machine; beside
them stands the processor time of the process that paints (user + system, from /proc), which hardly
depends on what else runs.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import NamedTuple

from mergeassist.ui import keys

SCREEN_END = keys.SCREEN_END.encode()
ROOT = Path(__file__).resolve().parents[1]
COLUMNS, ROWS = 80, 24
BUDGETS = {"first screen": 1500.0, "key while judging": 50.0, "key": 50.0}
SHAPES = {"files": lambda conflicts: (conflicts // 5, 5),
          "one file": lambda conflicts: (1, conflicts)}
IDENTITY = {f"GIT_{who}_{what}": f"b@{what}" for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")}


class Times(NamedTuple):
    """Milliseconds: two of the start, those of all keys, and of the processor a key took."""

    first_screen: float
    first_proposal: float
    while_judging: list[float]
    after: list[float]
    cpu_first: float
    cpu_key: float


def main() -> int:
    """Measure and print; exit 1 where a median exceeds its budget."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conflicts", type=int, default=200)
    parser.add_argument("--keys", type=int, default=60, help="keys pressed in each state")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = []
    for shape, of in SHAPES.items():
        with tempfile.TemporaryDirectory(prefix="mergeassist-benchmark-") as folder:
            repository = Path(folder) / "repository"
            os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
            build(repository, *of(args.conflicts))
            warm(repository)
            times = measure(repository, args.keys)
        rows += [(shape, "first screen", [times.first_screen], times.cpu_first),
                 (shape, "first proposal", [times.first_proposal], None),
                 (shape, "key while judging", times.while_judging, None),
                 (shape, "key", times.after, times.cpu_key)]
    table = [
        {"shape": shape, "what": what, "runs": len(values), "median_ms": statistics.median(values),
         "worst_ms": max(values), "cpu_ms": cpu, "budget_ms": BUDGETS.get(what)}
        for shape, what, values, cpu in rows if values
    ]
    if args.json:
        sys.stdout.write(json.dumps(table) + "\n")
    else:
        for row in table:
            cpu = "" if row["cpu_ms"] is None else f"{row['cpu_ms']:.1f}"
            sys.stdout.write(f"{row['shape']:<10}{row['what']:<20}{row['runs']:>5} runs"
                             f"{row['median_ms']:>9.1f} ms median{row['worst_ms']:>9.1f} worst"
                             f"{cpu:>9} CPU   budget {row['budget_ms'] or '-'}\n")
    return int(any(row["budget_ms"] and row["median_ms"] > row["budget_ms"] for row in table))


def build(root: Path, files: int, conflicts: int) -> None:
    """A merge that stops on `conflicts` conflicts in each of `files` Python files."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    commit(root, "base", files, conflicts)
    git(root, "checkout", "-q", "-b", "topic")
    commit(root, "theirs", files, conflicts)
    git(root, "checkout", "-q", "main")
    commit(root, "ours", files, conflicts)
    git(root, "merge", "-q", "topic", code=1)


BODIES = {
    "base": "    total = value * second\n    return total\n",
    "ours": "    total = value * second + offset_{i}\n    log.debug(total)\n    return total\n",
    "theirs": "    total = scaled(value, second)\n    return total, {i}\n",
}


def commit(root: Path, side: str, files: int, conflicts: int) -> None:
    """Write and commit one side of every file."""
    for number in range(files):
        text = "".join(
            f"def function_{i}(first, second):\n    value = first + {i}\n"
            f"{BODIES[side].format(i=i)}\n\n" for i in range(conflicts)
        )
        (root / f"module_{number:03}.py").write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", side)


def git(root: Path, *words: str, code: int = 0) -> None:
    """Run git, which must exit with `code`."""
    done = subprocess.run(["git", *words], cwd=root, env=environment(), capture_output=True,
                          check=False)
    if done.returncode != code:
        raise SystemExit(f"git {words[0]}: {done.stderr.decode()}")


def warm(repository: Path) -> None:
    """Compile the modules, as an installation has done, and read the files once."""
    subprocess.run([sys.executable, "-m", "mergeassist", "resolve", "--list"], cwd=repository,
                   env=environment(), stdout=subprocess.DEVNULL, check=False)


def environment() -> dict[str, str]:
    """A terminal, an identity, this checkout's package, nothing of the user."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("GIT_", "MERGEASSIST", "PYTHONDONTWRITE"))}
    return kept | IDENTITY | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT),
                              "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def measure(repository: Path, keys: int) -> Times:
    """Start the command, press keys, quit."""
    side, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mergeassist", "resolve"], cwd=repository, env=environment(),
        stdin=child, stdout=child, stderr=child, start_new_session=True,
    )
    os.close(child)
    screens = Screens(side)
    screens.wait(rb" 1 of \d+")
    first = time.perf_counter() - start
    cpu_first = cpu_ms(process.pid)
    screens.wait(rb"p = 0\.\d\d")
    proposal = time.perf_counter() - start
    number = 1
    early: list[float] = []
    while len(early) < keys and b"judging" in screens.last:
        early.append(screens.press(b"t" if number % 3 else b"s", number + 1))
        number += 1
    while b"judging" in screens.last:
        screens.read()
    late = []
    spent = cpu_ms(process.pid)
    for _ in range(keys):
        late.append(screens.press(b"t" if number % 3 else b"s", number + 1))
        number += 1
    spent = cpu_ms(process.pid) - spent
    os.write(side, b"q")
    while process.poll() is None:
        screens.read()
    os.close(side)
    return Times(1000 * first, 1000 * proposal, early, late, cpu_first, spent / keys)


def cpu_ms(process: int) -> float:
    """User and system time of one process so far (proc(5): fields 14 and 15)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Screens:
    """What the terminal shows, one whole screen after the other."""

    def __init__(self, side: int) -> None:
        self._side, self._seen, self.last = side, b"", b""

    def read(self) -> None:
        """Wait a little for output; `last` is the newest whole screen."""
        if select.select([self._side], [], [], 0.05)[0]:
            try:
                self._seen += os.read(self._side, 1 << 16)
            except OSError:  # the other end is closed
                return
        *whole, self._seen = self._seen.split(SCREEN_END)
        if whole:
            self.last = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", whole[-1])

    def wait(self, pattern: bytes, seconds: float = 120.0) -> None:
        """Wait for a screen that shows something."""
        end = time.perf_counter() + seconds
        while not re.search(pattern, self.last):
            if time.perf_counter() > end:
                raise SystemExit(f"waited for {pattern!r}, saw\n{self.last.decode()}")
            self.read()

    def press(self, key: bytes, number: int) -> float:
        """Milliseconds until conflict `number` is on the screen."""
        start = time.perf_counter()
        os.write(self._side, key)
        self.wait(rb" %d of \d+" % number)
        return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main())
