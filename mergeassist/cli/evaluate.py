"""Measure the pipeline on a corpus of real conflicts with what people committed.

Prints, per language and in all: conflicts, exact match of the first proposal and of the first
three, oracle coverage, accepted share and its precision, and the baselines.

As after `learn`, which `install` begins: each repository's merges are taken in the order of time,
and a merge is judged with what the earlier ones of its repository have taught.  `--no-learn`
measures the shipped judge alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mergeassist.cli.threshold import add_threshold, least

if TYPE_CHECKING:
    from mergeassist.app.evaluate import FileScore, Row, Scored

NAME = "evaluate"
HELP = "measure the pipeline on a corpus of real conflicts"

LEVELS = (0.80, 0.85, 0.90, 0.95)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist evaluate`."""
    parser.add_argument(
        "corpus",
        nargs="+",
        type=Path,
        metavar="CORPUS",
        help="a .jsonl or .jsonl.zst file, or a folder of them",
    )
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    parser.add_argument(
        "--patterns",
        action="store_true",
        help="add a table of patterns: how often each fires and is right",
    )
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes (default: cores)"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="at most N files a corpus file")
    add_threshold(parser)
    parser.add_argument("--no-history", action="store_true", help="hide each side's history")
    parser.add_argument(
        "--no-metadata", action="store_true", help="hide dates, authors and message too"
    )
    parser.add_argument(
        "--learn",
        action=argparse.BooleanOptionalAction,
        help="take each repository's merges in order of time and learn from those before (the "
        "default where nothing is hidden)",
    )


def run(args: argparse.Namespace) -> int:
    """Score the corpus and print the table; raises `InputError` where there is none."""
    import json
    import os
    import sys
    import time

    from mergeassist.app.evaluate import Options, evaluate

    options = Options(
        least(args),
        history=not (args.no_history or args.no_metadata),
        metadata=not args.no_metadata,
        learn=not (args.no_history or args.no_metadata) if args.learn is None else args.learn,
    )
    started = time.perf_counter()
    with _Progress(sys.stderr.isatty()) as progress:
        scores = evaluate(
            args.corpus, options, jobs=args.jobs or os.cpu_count() or 1, limit=args.limit,
            progress=progress,
        )  # fmt: skip
    seconds = time.perf_counter() - started
    figures = {"learn": options.learn, **_figures(scores, seconds, args.patterns)}
    if args.json:
        print(json.dumps(figures, indent=1))
    else:
        _print(figures)
    return 0


class _Progress:
    """A rich progress bar on a terminal, silence elsewhere."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.bar: Any = None

    def __enter__(self) -> _Progress:
        if self.wanted:
            from rich.console import Console
            from rich.progress import Progress, TextColumn, TimeElapsedColumn

            self.bar = Progress(
                TextColumn("{task.completed} files"), TimeElapsedColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self.bar.start()
            self.task = self.bar.add_task("", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, done: int) -> None:
        if self.bar is not None:
            self.bar.update(self.task, completed=done)


def _figures(scores: list[FileScore], seconds: float, patterns: bool) -> dict[str, Any]:
    from mergeassist.app.evaluate import (
        calibration,
        pattern_table,
        row_of,
        rows_by_language,
        shares_at,
    )

    scored: list[Scored] = [one for score in scores for one in score.conflicts]
    figures: dict[str, Any] = {
        "files": len(scores),
        "conflicts": len(scored) + sum(score.unknown for score in scores),
        "with_ground_truth": len(scored),
        "seconds": round(seconds, 1),
    }
    if not scored:
        return figures
    parsed = [score.parsed for score in scores if score.parsed is not None]
    figures["all"] = row_of(scored)._asdict()
    figures["languages"] = {k: v._asdict() for k, v in rows_by_language(scored).items()}
    figures["share_at_precision"] = shares_at(scored, LEVELS)
    figures["calibration"] = calibration(scored)
    figures["parse_rate"] = sum(parsed) / len(parsed) if parsed else None
    figures["files_parsed"] = len(parsed)
    if patterns:
        figures["patterns"] = pattern_table(scored)
    return figures


def _print(figures: dict[str, Any]) -> None:
    print(
        f"{figures['files']} files, {figures['conflicts']} conflicts, "
        f"{figures['with_ground_truth']} with ground truth, {figures['seconds']} s"
    )
    print(
        "each repository's earlier merges have taught the judge (--no-learn: not)"
        if figures["learn"]
        else "the judge as it ships (--learn: each repository's earlier merges teach it)"
    )
    if "all" not in figures:
        return
    from mergeassist.app.evaluate import Row

    head = (
        "",
        "conflicts",
        "first",
        "three",
        "oracle",
        "spaceless",
        "accepted",
        "precision",
        "cands",
        "ours",
        "theirs",
        "clean",
        "tok.prec",
    )
    print("{:<12}{:>10}".format(*head[:2]) + "".join(f"{name:>10}" for name in head[2:]))
    for name, row in {"all": figures["all"], **figures["languages"]}.items():
        print(_line(name, Row(**row)))
    shares = figures["share_at_precision"]
    if shares:
        told = ", ".join(f"{float(k):.0%}: {v:.3f}" for k, v in shares.items())
        print(f"share that can be accepted at precision {told}")
        print(f"expected calibration error {figures['calibration']['error']:.4f}")
    if figures["parse_rate"] is not None:
        print(
            f"accepted results that parse where all inputs do: {figures['parse_rate']:.4f} "
            f"of {figures['files_parsed']} files"
        )
    for name, (fires, right) in figures.get("patterns", {}).items():
        print(f"{name:<30} fires {fires:6.3f}  right when it fires {right:6.3f}")


def _line(name: str, row: Row) -> str:
    shares = (
        row.first, row.first_three, row.oracle, row.first_but_space, row.accepted, row.precision,
    )  # fmt: skip
    rest = (row.ours, row.theirs, row.token_merge_clean, row.token_merge_precision)
    return (
        f"{name:<12}{row.conflicts:>10}"
        + "".join(f"{_share(value):>10}" for value in shares)
        + f"{row.candidates:>10.1f}"
        + "".join(f"{_share(value):>10}" for value in rest)
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
