"""Put git's conflict back where mergeassist has put a text.

The work tree gets the conflict as git had left it.  While the merge is under way the path becomes
unmerged in the index, too; after a commit the index is left alone.  Edits elsewhere in the file
stay.  A place that was edited since is not touched: exit code 2, and one line that says so.
"""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "undo"
HELP = "put git's conflict back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist undo`."""
    parser.add_argument("ids", nargs="+", metavar="ID[:HUNK]",
                        help="what mergeassist review lists; a whole file without HUNK")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Take back; raises `UsageError` for what cannot be."""
    import json

    from mergeassist.app import review
    from mergeassist.app.undo import undo
    from mergeassist.errors import Exit
    from mergeassist.ui.console import printable

    store = review.Store(Path.cwd())
    results = []
    for name in args.ids:
        chosen = store.find(name)  # read anew: an id may be named once a hunk
        numbers = chosen.numbers if ":" in name else ()
        done = undo(store.root, store.folder, chosen.record, numbers)
        results.append({
            "id": done.record.id, "path": chosen.record.path, "hunks": list(done.numbers),
            "unmerged": done.unmerged,
        })
        if not args.json:
            index = "; unmerged in the index" if done.unmerged else ""
            what = ", ".join(f"{done.record.id}:{number}" for number in done.numbers)
            print(printable(f"{chosen.record.path}: git's conflict is back ({what}){index}"))
    if args.json:
        print(json.dumps({"schema": "mergeassist.undo/1", "undone": results}))
    return Exit.OK
