"""Check that git is armed here and that the driver works; says what to do where not.

Exit code 0: nothing is wrong, 1: something is.
"""

from __future__ import annotations

import argparse

NAME = "doctor"
HELP = "check that git is armed and the driver works"

SCHEMA = "mergeassist.doctor/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist doctor`."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the findings.  Raises `GitError` when git cannot be run."""
    from pathlib import Path

    from mergeassist.errors import Exit
    from mergeassist.git import doctor

    checks = doctor.examine(Path.cwd())
    healthy = all(check.level != "fail" for check in checks)
    if args.json:
        import json

        findings = [check._asdict() for check in checks]
        print(json.dumps({"schema": SCHEMA, "ok": healthy, "checks": findings}, indent=2))
    else:
        for check in checks:
            print(f"{check.level:<5} {check.text}")
            if check.advice:
                print(f"      {check.advice}")
    return Exit.OK if healthy else Exit.CONFLICT
