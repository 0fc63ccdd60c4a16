"""Propose and apply resolutions for the conflicts of the work tree.

The three versions come from the index, the open regions and all edits around them from the
file.  Without an option a terminal is asked about each conflict; otherwise the conflicts are
listed.  A changed file keeps its old text as PATH.orig; nothing is staged unless asked for.

Exit code 0: no conflict is left open in the paths, 1: some are (also paths that only a person
can settle, such as a deletion against an edit).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.merge import probability

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mergeassist.app.resolve_tree import ConflictedFile, Outcome, WorkTree
    from mergeassist.core.outcome import Decision

NAME = "resolve"
HELP = "propose and apply resolutions in a conflicted work tree"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist resolve`."""
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help="files or folders (default: every unmerged path)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--list", action="store_true", help="only say what is open, and why")
    action.add_argument("--accept", metavar="ours|theirs|both|N",
                        help="settle every conflict with a side, both, or the N-th proposal")
    action.add_argument("--yes", action="store_true",
                        help="settle what the policy accepts, ask nothing")
    parser.add_argument("--min-probability", type=probability, metavar="P",
                        help="with --yes: accept proposals from this probability on (0 to 1)")
    parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would be")
    parser.add_argument("--stage", action="store_true",
                        help="git add each file whose last conflict was settled")
    parser.add_argument("--force", action="store_true",
                        help="start again from the index where the file cannot be understood")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Read, choose, write; raises `UsageError` for paths that are not in conflict."""
    import json
    import sys

    from mergeassist.app import resolve_tree
    from mergeassist.errors import Exit

    chooser = resolve_tree.accept(args.accept) if args.accept else resolve_tree.accept_sure
    here = Path.cwd()
    tree = resolve_tree.WorkTree(here)
    entries = tree.select(args.paths, here)
    listing = args.list or not (args.accept or args.yes)
    read = (tree.read(entry, force=args.force, min_probability=args.min_probability)
            for entry in entries)
    if listing and not (args.list or args.json) and sys.stdin.isatty() and sys.stderr.isatty():
        outcomes = _converse(tree, list(read), args)
    elif listing:
        outcomes = [resolve_tree.Outcome(file, (False,) * len(file.decisions)) for file in read]
    else:
        outcomes = [tree.apply(file, chooser, dry_run=args.dry_run, stage=args.stage)
                    for file in read]
    if args.json:
        print(json.dumps({
            "schema": resolve_tree.SCHEMA,
            "root": str(tree.root),
            "dry_run": args.dry_run,
            "files": [resolve_tree.file_record(outcome) for outcome in outcomes],
        }))
    else:
        _report(outcomes, details=args.list)
    done = all(outcome.status == "resolved" for outcome in outcomes)
    return Exit.OK if done else Exit.CONFLICT


def _report(outcomes: Sequence[Outcome], *, details: bool) -> None:
    from mergeassist.ui.console import printable
    from mergeassist.ui.prompt import summary

    if not outcomes:
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
        print(printable(f"{file.name}: {file.kind}, {', '.join(notes)}"))
        if not details:
            continue
        for line, decision in zip(file.regions.lines(), file.decisions, strict=True):
            best = summary(decision.proposals[0]) if decision.proposals else "no proposal"
            verdict = "sure" if decision.accepted else f"open ({decision.reason})"
            print(printable(f"  line {line}: {verdict}; {len(decision.proposals)} proposals, "
                            f"first {best}"))


def _converse(
    tree: WorkTree, files: Sequence[ConflictedFile], args: argparse.Namespace
) -> list[Outcome]:
    import sys

    from mergeassist.app.resolve_tree import Outcome, both
    from mergeassist.ui.console import console
    from mergeassist.ui.prompt import Prompt

    def ask(question: str) -> str:
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    prompt = Prompt(console(args.color, sys.stderr), ask, _edit, both)
    outcomes: list[Outcome] = []
    stopped = False
    for file in files:
        if stopped or file.regions is None:
            outcomes.append(Outcome(file, (False,) * len(file.decisions)))
            continue
        answer = prompt.file(file.name, file.decisions, file.regions.lines())
        stopped = answer.quit
        outcomes.append(tree.apply(file, lambda _, texts=answer.texts: texts,  # type: ignore[misc]
                                   dry_run=args.dry_run, stage=args.stage))
    return outcomes


def _edit(decision: Decision, name: str) -> bytes | None:
    """One conflict in the user's editor; `None` when markers remain or the editor fails."""
    import subprocess
    import tempfile

    from mergeassist.core import markers
    from mergeassist.core.chunks import MergedFile
    from mergeassist.git.run import git

    editor = git("var", "GIT_EDITOR").decode().strip()
    with tempfile.TemporaryDirectory(prefix="mergeassist-") as folder:
        place = Path(folder, "conflict" + Path(name).suffix)
        conflict = decision.conflict._replace(lines=None)
        size = markers.free_size(*conflict.sides)  # so that what the text holds is no marker
        place.write_bytes(markers.render(MergedFile((conflict,)), "diff3", size))
        # as git does it: the editor is a shell command that gets the file as its argument
        command = ["sh", "-c", f'{editor} "$@"', editor, str(place)]
        if subprocess.run(command, check=False).returncode != 0:
            return None
        text = place.read_bytes()
    return None if markers.has_markers(text, size) else text
