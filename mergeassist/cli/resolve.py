"""Propose and apply resolutions for the conflicts of the work tree.

The three versions come from the index, the open regions and all edits around them from the
file.  On a terminal each conflict is shown with ranked proposals and a key settles it; an answer
is in the file at once, and the next run goes on where this one stopped.  Elsewhere, and with an
option below, nothing is asked.  A changed file keeps its old text as PATH.orig; nothing is staged
unless asked for.  Once the last conflict of a file is settled, warnings tell of a definition or
key that stands twice by it, a use whose import or definition is gone, a text that no longer parses.

Exit code 0: no conflict is left open in the paths, 1: some are (also paths that only a person
can settle, such as a deletion against an edit).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.threshold import add_threshold, least

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mergeassist.app.judging import Judging
    from mergeassist.app.resolve_tree import ConflictedFile, WorkTree
    from mergeassist.app.session import Session
    from mergeassist.app.settle import Chooser, Outcome
    from mergeassist.git.worktree import Unmerged

NAME = "resolve"
HELP = "propose and apply resolutions in a conflicted work tree"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist resolve`."""
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help="files or folders (default: every unmerged path)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--list", action="store_true", help="only say what is open, and why")
    action.add_argument("--accept", metavar="ours|theirs|both|base|N",
                        help="settle every conflict with a side, both, or the N-th proposal")
    action.add_argument("--text", type=Path, metavar="FILE",
                        help="settle with the content of FILE (- is standard input)")
    action.add_argument("--yes", action="store_true",
                        help="settle what the policy accepts, ask nothing")
    parser.add_argument("--only", type=numbers, metavar="N[,N]",
                        help="with --accept, --text or --yes: these conflicts of the file, from 1 "
                             "as --list counts them")
    add_threshold(parser, with_yes=True)
    parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would be")
    parser.add_argument("--stage", action="store_true",
                        help="git add each file whose last conflict was settled")
    parser.add_argument("--force", action="store_true",
                        help="start again from the index where the file cannot be understood")
    parser.add_argument("--ui", choices=("rich", "plain"),
                        help="how to ask: a whole screen and single keys, or lines (default: rich "
                             "on a terminal that can)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def numbers(text: str) -> frozenset[int]:
    """An argparse type: numbers from 1, with commas between."""
    found = frozenset(int(word) for word in text.split(","))
    if min(found) < 1:
        raise argparse.ArgumentTypeError("counted from 1")
    return found


def run(args: argparse.Namespace) -> int:
    """Read, choose, write; raises `UsageError` for paths that are not in conflict."""
    import json

    from mergeassist.app import settle
    from mergeassist.app.resolve_tree import WorkTree
    from mergeassist.errors import Exit, UsageError
    from mergeassist.ui.console import warn

    args.min_probability = least(args)
    chooser = _chooser(args)
    if args.only and chooser is None:
        raise UsageError("--only goes with --accept, --text or --yes")
    here = Path.cwd()
    tree = WorkTree(here)
    entries = tree.select(args.paths, here)
    interrupted = False
    if chooser is None and not (args.list or args.json) and (ui := _ui(args)):
        outcomes, interrupted = _converse(tree, entries, args, ui)
    elif chooser is None:
        outcomes = [settle.untouched(file) for file in _read(tree, entries, args)]
    else:
        outcomes = [settle.apply(tree, file, chooser, dry_run=args.dry_run, stage=args.stage,
                                 looked_at=not args.yes)
                    for file in _read(tree, entries, args)]
    warn([one.said for outcome in outcomes for one in outcome.broken])
    if args.json:
        print(json.dumps({
            "schema": settle.SCHEMA,
            "root": str(tree.root),
            "dry_run": args.dry_run,
            "files": [settle.file_record(outcome) for outcome in outcomes],
        }))
    else:
        _report(outcomes, len(entries) - len(outcomes), details=args.list)
    if interrupted:
        raise KeyboardInterrupt
    done = len(outcomes) == len(entries) and all(one.status == "resolved" for one in outcomes)
    return Exit.OK if done else Exit.CONFLICT


def _chooser(args: argparse.Namespace) -> Chooser | None:
    import sys

    from mergeassist.app import settle
    from mergeassist.app.files import read_bytes

    chooser: Chooser | None = None
    if args.accept:
        chooser = settle.accept(args.accept)
    elif args.text:
        from_pipe = str(args.text) == "-"
        chooser = settle.put(sys.stdin.buffer.read() if from_pipe else read_bytes(args.text))
    elif args.yes:
        chooser = settle.accept_sure
    return settle.only(args.only, chooser) if chooser and args.only else chooser


def _ui(args: argparse.Namespace) -> str:
    """How to ask: `rich`, `plain`, or not at all.  Raises `UsageError`."""
    import os
    import sys
    from importlib.util import find_spec

    from mergeassist.errors import UsageError

    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    able = terminal and find_spec("termios") is not None
    if args.ui == "rich" and not able:
        raise UsageError("--ui=rich needs a terminal; --ui=plain asks line by line")
    if args.ui:
        return str(args.ui)
    if not terminal:
        return ""
    return "rich" if able and os.environ.get("TERM", "dumb") not in ("dumb", "unknown") else "plain"


def _read(
    tree: WorkTree, entries: Sequence[Unmerged], args: argparse.Namespace
) -> Iterator[ConflictedFile]:
    """Every file with its decisions, equal conflicts alike; a terminal sees how far that is."""
    import sys

    from mergeassist.app.judging import together

    if entries:
        from mergeassist.app.learn import catch_up

        catch_up(tree.root)
    show = sys.stderr.isatty() and len(entries) > 1
    judged = []
    for number, entry in enumerate(entries, 1):
        if show:
            print(f"\rjudging {number} of {len(entries)} files ", end="", file=sys.stderr,
                  flush=True)
        opened = tree.open(entry, force=args.force)
        judged.append(opened._replace(file=tree.judge(opened, args.min_probability)))
    if show:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    yield from together(tree, judged, args.min_probability)


def _report(outcomes: Sequence[Outcome], unread: int, *, details: bool) -> None:
    from mergeassist.ui.console import printable

    if not outcomes and not unread:
        print("no unmerged paths")
    for outcome in outcomes:
        file = outcome.file
        if file.regions is None:
            print(printable(f"{file.name}: {file.kind}, not touched: {file.reason}"))
            continue
        notes = [f"{sum(outcome.settled)} of {len(outcome.settled)} conflicts settled"]
        if outcome.staged:
            notes.append("staged")
        if outcome.backup:
            notes.append(f"the old text is {outcome.backup.name}")
        if outcome.record:
            notes.append(f"mergeassist undo {outcome.record} takes it back")
        print(printable(f"{file.name}: {file.kind}, {', '.join(notes)}"))
        if details:
            _details(file)
    if unread:
        print(f"{unread} more unmerged paths were not looked at")


def _details(file: ConflictedFile) -> None:
    from mergeassist.propose.words import most_telling, phrase
    from mergeassist.ui.console import printable
    from mergeassist.ui.prompt import summary

    lines = file.regions.lines() if file.regions else []
    for number, (line, decision) in enumerate(zip(lines, file.decisions, strict=True), 1):
        best, why = "no proposal", ""
        if decision.proposals:
            best = summary(decision.proposals[0])
            why = f" ({phrase(most_telling(decision.proposals[0].sources))})"
        verdict = "sure" if decision.accepted else f"open ({decision.reason})"
        print(printable(f"  {number}  line {line}: {verdict}; {len(decision.proposals)} proposals, "
                        f"first {best}{why}"))


def _converse(
    tree: WorkTree, entries: Sequence[Unmerged], args: argparse.Namespace, ui: str
) -> tuple[list[Outcome], bool]:
    """Ask; what became of the files that were read, and whether Ctrl-C ended it."""
    from mergeassist.app.judging import Judging, Wanted
    from mergeassist.app.session import Session

    paths = tuple(map(str, args.paths))
    # before rich is loaded: the first proposal waits for this
    judging = Judging(Wanted(Path.cwd(), paths, args.force, args.min_probability))
    session = Session(tree, len(entries), dry_run=args.dry_run)
    interrupted = False
    try:
        (_full_screen if ui == "rich" else _lines)(tree, session, judging, args)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        judging.close()
        outcomes = session.finish(stage=args.stage)
    return outcomes, interrupted


def _full_screen(
    tree: WorkTree, session: Session, judging: Judging, args: argparse.Namespace
) -> None:
    import sys

    from mergeassist.git.worktree import operation_labels
    from mergeassist.ui.console import console
    from mergeassist.ui.editor import edit
    from mergeassist.ui.full_screen import FullScreen
    from mergeassist.ui.keys import Terminal

    labels = operation_labels(tree.root)
    names = (labels.ours.decode("utf-8", "replace"), labels.theirs.decode("utf-8", "replace"))
    FullScreen(session, judging, Terminal(console(args.color, sys.stderr)), edit, names).run()


def _lines(
    tree: WorkTree, session: Session, judging: Judging, args: argparse.Namespace
) -> None:
    import sys

    from mergeassist.ui.console import console
    from mergeassist.ui.editor import edit
    from mergeassist.ui.prompt import Prompt

    def ask(question: str) -> str:
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    def learn() -> bool:
        for news in judging.news(None):
            session.take(news)
        return not judging.done

    Prompt(console(args.color, sys.stderr), ask, edit).run(session, learn)
