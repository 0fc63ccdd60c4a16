"""List and show what mergeassist has put in the place of conflicts.

Without an ID every record is listed, newest last; with one (or its beginning, or ID:HUNK) the
conflict is shown as git would have left it, and the text put in its place.  `mergeassist undo`
takes it back.  Records stand under the git directory for 90 days.

Exit code 0; with --pending 1 when hunks less probable than --below stand in the merge being
committed (or in commits not yet pushed) and nobody has looked at them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mergeassist.cli.threshold import probability

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mergeassist.app.review import Chosen, Store

NAME = "review"
HELP = "list and show what was put in the place of conflicts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist review`."""
    parser.add_argument("ids", nargs="*", metavar="ID[:HUNK]", help="show these")
    parser.add_argument("--since", metavar="DATE",
                        help="list what is newer: 2024-05-01, yesterday, '2 weeks ago'")
    parser.add_argument("--mark", action="store_true",
                        help="note that you have looked at the hunks named, or at all listed")
    parser.add_argument("--pending", action="store_true",
                        help="only hunks of a merge that nobody has looked at (for hooks)")
    parser.add_argument("--below", type=probability, default=0.95, metavar="P",
                        help="with --pending: less probable than this (default: 0.95)")
    parser.add_argument("--range", metavar="A..B", dest="commits",
                        help="with --pending: merges in these commits "
                             "(default: what the upstream branch lacks)")
    parser.add_argument("--trailers", action="store_true",
                        help="print a Mergeassist-Resolved line for each hunk in the merge about "
                             "to be committed (for hooks/prepare-commit-msg)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--html", type=Path, metavar="FILE",
                        help="write a page: conflicts side by side, with filters")


def run(args: argparse.Namespace) -> int:
    """List, show or mark; raises `UsageError` for an id that does not exist."""
    import json

    from mergeassist.app import review
    from mergeassist.app.review import Chosen
    from mergeassist.errors import Exit, UsageError

    if args.ids and (args.pending or args.since):
        raise UsageError("name records, or choose them by --since or --pending")
    store = review.Store(Path.cwd())
    if args.trailers:
        print("".join(f"{line}\n" for line in store.trailers()), end="")
        return Exit.OK
    if args.ids:
        chosen = [store.find(name) for name in args.ids]
    elif args.pending:
        chosen = store.pending(args.below, args.commits)
    else:
        chosen = [Chosen(record, tuple(range(1, len(record.hunks) + 1)))
                  for record in store.since(args.since)]
    if args.mark:
        chosen = [Chosen(store.mark(one), one.numbers) for one in chosen]
    if args.html:
        _write_page(args.html, chosen, store, whole=not (args.ids or args.pending))
    if args.json:
        print(json.dumps({"schema": review.SCHEMA, "records": [review.to_json(c) for c in chosen]}))
    elif not args.html:
        show = _show if args.ids and not args.mark else _list
        for one in chosen:
            show(one)
        if not chosen and not args.pending:
            print("no hunks on record")
    if args.pending and chosen and not args.mark:
        _advise(chosen)
        return Exit.CONFLICT
    return Exit.OK


def _write_page(file: Path, chosen: list[Chosen], store: Store, *, whole: bool) -> None:
    """`whole`: with the conflicts that are open now, and what the judge makes of them."""
    from mergeassist.app import files
    from mergeassist.app.report.merges import of_review
    from mergeassist.app.resolve_tree import WorkTree

    tree = WorkTree(store.root)
    open_files = [tree.read(entry) for entry in tree.entries] if whole else []
    files.write_atomic(file, of_review(chosen, store.root.name, open_files).encode())


def _list(chosen: Chosen) -> None:
    from mergeassist.app import review
    from mergeassist.ui.console import printable

    record = chosen.record
    for number, hunk in review.hunks(chosen):
        print(printable(
            f"{record.id}:{number}  {_when(record.time)}  {record.operation.name or record.by:<11} "
            f"{_probability(hunk.probability)}  {review.state(hunk):<12}  "
            f"{record.path}:{hunk.line}  {hunk.source}"
        ).replace("\n", "\\n"))


def _show(chosen: Chosen) -> None:
    from mergeassist.app import review
    from mergeassist.core import markers
    from mergeassist.core.chunks import MergedFile
    from mergeassist.ui.console import printable

    record = chosen.record
    for number, hunk in review.hunks(chosen):
        model = f", model {record.model}" if record.model else ""
        print(printable(f"{record.id}:{number}  {record.path}:{hunk.line}"))
        print(printable(
            f"probability {_probability(hunk.probability)}, "
            f"source {', '.join((hunk.source, *hunk.also))}, {review.state(hunk)}"
        ))
        print(printable(
            f"{record.operation.name or 'merge'} on {_when(record.time)} by {record.by} "
            f"{record.version}{model}"
        ))
        # markers that none of the texts holds
        size = markers.free_size(*hunk.conflict.sides)
        alone = MergedFile((hunk.conflict,))
        conflict = markers.render(alone, "diff3", size, record.look.labels)
        for title, text in (("git's conflict:", conflict), ("put in its place:", hunk.put)):
            print(title)
            for line in text.decode("utf-8", "replace").splitlines():
                print(printable("    " + line))
        print()


def _advise(chosen: list[Chosen]) -> None:
    import sys

    names = " ".join(sorted({one.record.id for one in chosen}))
    print(f"mergeassist: nobody has looked at these; show them: mergeassist review {names}; "
          f"take one back: mergeassist undo ID:HUNK; agree: mergeassist review --mark {names}",
          file=sys.stderr)


def _when(seconds: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def _probability(value: float | None) -> str:
    return "   ?" if value is None else f"{value:.2f}"
