"""CPU time of the driver per file, as a ratio to `git merge-file` in the same run.

    python benchmarks/driver.py [--runs N] [--json]

Each figure is the median of user + system time of the process and all its children, with
compiled modules in place as after an installation.  `git merge-file` is measured between the
others, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
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
    args = parser.parse_args()
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
