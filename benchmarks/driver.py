"""CPU time of the driver per file, as a ratio to `git merge-file` in the same run.

    python benchmarks/driver.py [--runs N] [--json]
    python benchmarks/driver.py --merge [--no-worker]

`--merge` measures one `git merge` of 40 files with two conflicts each: CPU seconds of git and of
all it starts, the driver's worker until its end included.

Each figure is the median of user + system time of the process and all its children, with
compiled modules in place as after an installation.  `git merge-file` is measured between the
others, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from mergeassist import __version__
from mergeassist.git.driver_line import driver_line
from mergeassist.git.run import git_version

ROOT = Path(__file__).resolve().parents[1]
LINES = 300
FILES = 40
MERGE_BUDGET = 8.0  # CPU seconds of a merge of `FILES` conflicted files
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: orphans, as a worker is, become our children
MERGE_FILE = "git merge-file"
BUDGETS = {"clean file": 8.0, "conflict, no model": 90.0, "conflict, model": 600.0,
           "conflict, MERGEASSIST=0": 90.0, "mergeassist --help": 60.0}
# as on an installation without a judge: the import fails
NO_MODEL = "sys.modules['mergeassist.judge.model'] = None"

# what pip writes for a console script
SCRIPT = """#!{python}
import sys
sys.path.insert(0, {root!r})
{patch}
from {module} import main
if __name__ == '__main__':
    sys.exit(main())
"""


def main() -> int:
    """Measure and print the table; exit 1 where a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30, help="runs of each (at least 20)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--merge", action="store_true", help=f"one merge of {FILES} files")
    parser.add_argument("--no-worker", action="store_true", help="with --merge: without a worker")
    args = parser.parse_args()
    if args.merge:
        return whole_merge(worker=not args.no_worker, as_json=args.json)
    with tempfile.TemporaryDirectory(prefix="mergeassist-benchmark-") as folder:
        medians = measure(Path(folder), max(args.runs, 20))
    one = medians[MERGE_FILE]
    rows = [{"name": name, "cpu_ms": round(value, 1), "ratio": round(value / one, 1),
             "budget_ms": BUDGETS.get(name)} for name, value in medians.items()]
    if args.json:
        report = json.dumps({"git": ".".join(map(str, git_version())), "rows": rows}) + "\n"
    else:
        report = f"{'':<28}{'CPU ms':>8}{'ratio':>8}{'budget':>8}\n" + "".join(
            f"{row['name']:<28}{row['cpu_ms']:>8}{row['ratio']:>8}{row['budget_ms'] or '':>8}\n"
            for row in rows
        )
    sys.stdout.write(report)
    return int(any(value > BUDGETS.get(name, value) for name, value in medians.items()))


def measure(folder: Path, runs: int) -> dict[str, float]:
    """Median CPU milliseconds by name; the cases take turns."""
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("GIT_", "MERGEASSIST", "PYTHONDONTWRITE"))}
    environment |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "HOME": str(folder)}
    work = folder / "work"
    subprocess.run(["git", "init", "-q", str(work)], check=True, env=environment)
    driver = script(folder, "mergeassist-driver", "mergeassist._driver")
    bare = script(folder, "mergeassist-driver-bare", "mergeassist._driver", NO_MODEL)
    command = script(folder, "mergeassist", "mergeassist.cli.main")
    shell, bare_shell = (
        ["sh", "-c", expand(driver_line(path, git_version(), __version__))]
        for path in (driver, bare)
    )
    quiet = environment | {"MERGEASSIST": "0"}
    cases: dict[str, tuple[list[str], dict[str, str], bool]] = {
        MERGE_FILE: (["git", "merge-file", "-p", "-q", "A", "O", "B"], environment, False),
        "clean file": (shell, environment, False),
        "conflict, no model": (bare_shell, environment, True),
        "conflict, model": (shell, environment, True),
        "conflict, MERGEASSIST=0": (shell, quiet, True),
        "mergeassist --help": ([command, "--help"], environment, False),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(runs + 1):
        for name, (words, env, conflicting) in cases.items():
            write_sides(work, conflicting=conflicting)
            spent = cpu(lambda words=words, env=env: subprocess.run(  # type: ignore[misc]
                words, cwd=work, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                check=False))
            if turn:  # the first turn compiles the modules
                times[name].append(spent)
    return {name: statistics.median(values) for name, values in times.items()}


def whole_merge(*, worker: bool, as_json: bool) -> int:
    """Measure one merge twice (the first compiles the modules), print the second; exit 1 where
    it exceeds the budget."""
    with tempfile.TemporaryDirectory(prefix="mergeassist-benchmark-") as name:
        folder = Path(name)
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith(("GIT_", "MERGEASSIST", "PYTHONDONTWRITE"))}
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "HOME": str(folder),
                        "MERGEASSIST_WORKER": str(int(worker))}
        environment |= {f"GIT_{who}_{what}": "benchmark@example.org" for who in
                        ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        work = forked(folder / "work", script(folder, "mergeassist-driver", "mergeassist._driver"),
                      environment)
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
        spent = 0.0
        for _ in range(2):
            spent = cpu(lambda: until_all_ended(work, environment)) / 1000
            subprocess.run(["git", "reset", "-q", "--hard"], cwd=work, env=environment, check=True)
    if as_json:
        row = {"files": FILES, "worker": worker, "cpu_s": round(spent, 2), "budget_s": MERGE_BUDGET}
        sys.stdout.write(json.dumps(row) + "\n")
    else:
        state = "on" if worker else "off"
        sys.stdout.write(f"git merge of {FILES} conflicted files, worker {state}: "
                         f"{spent:.2f} CPU s (budget {MERGE_BUDGET})\n")
    return int(worker and spent > MERGE_BUDGET)


def until_all_ended(work: Path, environment: dict[str, str]) -> None:
    """Merge, and wait for everything that is left running."""
    subprocess.run(["git", "merge", "-q", "topic"], cwd=work, env=environment, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def forked(work: Path, driver: str, environment: dict[str, str]) -> Path:
    """A repository, armed, whose branches conflict twice in each of `FILES` files."""
    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=work, env=environment, check=True)

    subprocess.run(["git", "init", "-q", "-b", "main", str(work)], check=True, env=environment)
    git("config", "merge.mergeassist.driver", driver_line(driver, git_version(), __version__))
    (work / ".git" / "info" / "attributes").write_text("*.py merge=mergeassist\n")
    for words, side in (([], ""), (["-b", "topic"], "theirs"), (["main"], "ours")):
        if words:
            git("checkout", "-q", *words)
        for number in range(FILES):
            (work / f"module_{number}.py").write_text(module_text(number, side))
        git("add", "-A")
        git("commit", "-q", "-m", side or "base")
    return work


def module_text(number: int, side: str) -> str:
    """A module of `LINES` lines; a side imports something and changes one function."""
    functions = [f"def call_{number}_{n}(x):\n    return helper_{n % 7}(x, {n})\n"
                 for n in range(LINES // 2)]
    if side == "ours":
        functions[60] = f"def call_{number}_60(x, y):\n    return helper_4(x, y)\n"
    if side == "theirs":
        functions[60] = f"def call_{number}_60(x):\n    log(x)\n    return helper_4(x, 61)\n"
    name = {"": "", "ours": "import sys\n", "theirs": "import re\n"}[side]
    return "import os\n" + name + "".join(functions)


def script(folder: Path, name: str, module: str, patch: str = "") -> str:
    """A console script for `module:main`, as pip would write it."""
    path = folder / name
    path.write_text(SCRIPT.format(python=sys.executable, root=str(ROOT), module=module,
                                  patch=patch))
    path.chmod(0o755)
    return str(path)


def expand(line: str) -> str:
    """What git makes of the line for the files `O`, `A` and `B`."""
    values = {"%O": "O", "%A": "A", "%B": "B", "%L": "7", "%P": shlex.quote("src/some file.py"),
              "%S": "'1234567'", "%X": "'HEAD'", "%Y": "'topic'"}
    for placeholder, value in values.items():
        line = line.replace(placeholder, value)
    return line.replace("%%", "%")


def write_sides(work: Path, *, conflicting: bool) -> None:
    """Three versions of a file with one change on each side."""
    base = [f"    line_{number} = call({number})\n" for number in range(LINES)]
    ours, theirs = base.copy(), base.copy()
    ours[10] = "    line_10 = call(ours)\n"
    theirs[10 if conflicting else 200] = "    line = call(theirs)\n"
    for name, lines in (("O", base), ("A", ours), ("B", theirs)):
        (work / name).write_text("".join(lines))


def cpu(run: Callable[[], object]) -> float:
    """Milliseconds of CPU that the children of this process spend in `run`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    sys.exit(main())
