"""Redo the past merges of this repository and compare with what people committed.

Every conflict is decided with what was known then: of this repository's own past only merges
committed earlier are visible.  Prints how many conflicts would have been resolved and how many
of them as people did, how far probabilities can be trusted, and the wrong ones, each with the
command that shows it.  Offers the threshold that keeps the share of wrong answers at or below
--risk, with 90 % confidence; --apply stores it (git config mergeassist.minProbability).

Exit code 1: --apply found no threshold to store.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mergeassist.cli.learn import Bar, count
from mergeassist.cli.threshold import risk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mergeassist.app.backtest.replay import Tried

NAME = "backtest"
HELP = "redo the past merges of this repository and compare"

_SHOWN = 20  # wrong ones on the terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist backtest`."""
    parser.add_argument("--last", type=count, default=200, metavar="N",
                        help="the N newest merges that had conflicts (default: 200)")
    parser.add_argument("--since", metavar="DATE", help="only merges from then on, as in git log")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write a page with the plot")
    parser.add_argument("--risk", type=risk, default=0.1, metavar="R",
                        help="the share of wrong answers you accept (default: 0.1)")
    parser.add_argument("--apply", action="store_true",
                        help="store the offered threshold for this repository")
    parser.add_argument("--no-history", action="store_true",
                        help="leave out each side's commits: faster, less like the driver")
    parser.add_argument("--no-seen", action="store_true",
                        help="leave out what earlier merges of this repository teach")
    parser.add_argument("--show", metavar="MERGE:PATH:N", help="show one conflict and stop")


def run(args: argparse.Namespace) -> int:
    """Print the figures; raises `GitError` outside a repository, `InputError` for bad files."""
    import json
    import sys

    from mergeassist.app import files
    from mergeassist.app.backtest.figures import figures
    from mergeassist.app.backtest.page import page
    from mergeassist.app.backtest.replay import Options, backtest, show
    from mergeassist.errors import Exit
    from mergeassist.git.run import git
    from mergeassist.git.worktree import root
    from mergeassist.ui.console import printable

    options = Options(args.last, args.since, not args.no_history, not args.no_seen)
    if args.show:
        print(printable("\n".join(_conflict(show(None, args.show, options)))))
        return Exit.OK
    with Bar("merges", sys.stderr.isatty() and args.color != "never") as bar:
        result = backtest(None, options, lambda what, done, total: bar(done, total))
    found = figures(result, args.risk)
    if args.json:
        files.write_atomic(args.json, json.dumps(found, indent=1).encode() + b"\n")
    if args.html:
        text = page(found, result.tried, root().name)
        files.write_atomic(args.html, text.encode("utf-8", "replace"))
    for line in _lines(found):
        print(printable(line))
    if not args.apply:
        return Exit.OK
    if found["offer"] is None:
        print("no threshold is stored")
        return Exit.CONFLICT
    value = f"{found['offer']['threshold']:.2f}"
    git("config", "--local", "mergeassist.minProbability", value)
    print(f"stored: git config mergeassist.minProbability {value}")
    return Exit.OK


def _lines(found: dict[str, Any]) -> Iterator[str]:
    from mergeassist.app.report.template import share

    yield (f"{found['merges']} merges with conflicts, {found['files']} files, "
           f"{found['conflicts']} conflicts, {found['with_ground_truth']} with ground truth")
    for note in found["notes"]:
        yield f"note: {note}"
    if not found["with_ground_truth"]:
        yield "nothing to compare with"
        return
    yield (f"first proposal as committed {share(found['first'])}, among the first three "
           f"{share(found['first_three'])}, among all {share(found['oracle'])}")
    yield from _memory(found["seen"])
    if not found["judged"]:
        yield "no judge is installed, so nothing would have been resolved"
        return
    policy = found["policy"]
    yield (f"resolved under the policy in force: {share(policy['coverage'])}, "
           f"of these as committed {share(policy['precision'])}")
    yield f"expected calibration error {found['calibration']['error']:.3f}"
    yield f"{'from':>6}{'accepted':>10}{'precision':>11}"
    for row in found["thresholds"]:
        yield f"{row['threshold']:>6.2f}{share(row['coverage']):>10}{share(row['precision']):>11}"
    yield from _wrong(found["wrong"])
    yield _offer(found)


def _memory(rows: dict[str, dict[str, int]]) -> Iterator[str]:
    for level, row in rows.items():
        if row["seen"]:
            yield (f"{level}: {row['seen']} conflicts had been resolved before, "
                   f"{row['right']} of them the same way")


def _wrong(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield f"resolved otherwise than committed: {len(rows)}"
    for row in rows[:_SHOWN]:
        yield f"  {row['probability']:.2f}  {row['source']:<24} {row['command']}"
    if len(rows) > _SHOWN:
        yield f"  … and {len(rows) - _SHOWN} more (--json, --html)"


def _offer(found: dict[str, Any]) -> str:
    offered, wanted = found["offer"], found["risk"]
    if offered is None:
        return (f"no threshold keeps wrong answers at or below {wanted:.0%} on what there is; "
                "the default stays")
    return (f"threshold for a risk of {wanted:.0%}: {offered['threshold']:.2f} "
            f"(would resolve {offered['coverage']:.1%}); --apply stores it")


def _conflict(one: Tried) -> Iterator[str]:
    yield f"{one.path}, conflict {one.place + 1} of merge {one.merge}"
    yield f"git show {one.merge[:12]}"
    texts = (("ours", one.sides.ours), ("base", one.sides.base), ("theirs", one.sides.theirs),
             ("committed", one.committed))  # fmt: skip
    for name, text in texts:
        yield from (f"── {name}", *text.decode("utf-8", "replace").splitlines())
    for proposal in one.decision.proposals[:3]:
        said = "" if proposal.probability is None else f" {proposal.probability:.2f}"
        yield f"── proposed{said} ({', '.join(proposal.sources[:4])})"
        yield from proposal.text.decode("utf-8", "replace").splitlines()
    yield f"── {one.decision.reason}"
