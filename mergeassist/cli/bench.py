"""Measure how fast the judge is on this machine, on the conflicts of the demo.

CPU milliseconds for each runtime that is installed: a process from its start to its first answer
(cold), the runtime's loading and first score, and one conflict once all is warm.
"""

from __future__ import annotations

import argparse

NAME = "bench"
HELP = "measure how fast the judge is on this machine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist bench`."""
    parser.add_argument("what", choices=("judge",))
    parser.add_argument("--runtime", action="append", choices=("numpy", "onnx", "torch"),
                        help="only this one (may be given again; default: all that are installed)")
    parser.add_argument("--json", action="store_true", help="print a JSON list")


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises `UsageError` for a runtime that is not installed."""
    import json

    from mergeassist.app import bench
    from mergeassist.errors import Exit, UsageError

    here = bench.installed()
    for name in args.runtime or ():
        if name not in here:
            raise UsageError(f"{name}: {bench.NEEDS[name]} is not installed")
    speeds = [bench.measure(name) for name in here if not args.runtime or name in args.runtime]
    if args.json:
        print(json.dumps([speed._asdict() for speed in speeds], indent=1))
        return Exit.OK
    columns = ("cold", "load", "first", "warm", "judge", "propose")
    print(f"{'CPU ms':<8}" + "".join(f"{name:>10}" for name in columns) + f"{'conflicts/s':>13}")
    for speed in speeds:
        row = "".join(f"{getattr(speed, name):>10.2f}" for name in columns)
        print(f"{speed.runtime:<8}{row}{speed.conflicts_per_second:>13.1f}")
    print(f"{speeds[0].conflicts} conflicts; first and warm: network only")
    return Exit.OK
