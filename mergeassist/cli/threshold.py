"""`--min-probability` and `--risk`: from where on a proposal is accepted, in two words."""

from __future__ import annotations

import argparse


def probability(text: str) -> float:
    """An argparse type: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


def risk(text: str) -> float:
    """An argparse type: a share between 0 and 1, neither included."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


def add_threshold(parser: argparse.ArgumentParser, with_yes: bool = False) -> None:
    """Declare both; they exclude each other."""
    when = "with --yes: " if with_yes else ""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--min-probability", type=probability, metavar="P",
                       help=f"{when}accept proposals from this probability on (0 to 1)")
    group.add_argument("--risk", type=risk, metavar="R",
                       help=f"{when}accept as much as left at most this share of it wrong in four "
                            "of five repositories of the calibration (default: "
                            "mergeassist.risk, else 0.1)")


def least(args: argparse.Namespace) -> float | None:
    """The probability that the arguments ask for; `None` where they say nothing.

    A stated risk that was not attained in calibration accepts nothing, and a line says so.
    """
    if args.risk is None:
        wanted: float | None = args.min_probability
        return wanted
    import sys

    from mergeassist.app.decide import threshold_at

    found = threshold_at(args.risk)
    if found > 1:
        print(f"mergeassist: --risk {args.risk:g} was not attained in calibration: nothing is "
              "accepted", file=sys.stderr)
    return found
