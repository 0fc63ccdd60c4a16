"""Look for leftover conflict markers and unmerged paths.

Every style and size of marker is found, the attribute conflict-marker-size is honoured, and a
row of ======= under a title is no finding.  With --merged a file that the merge has broken is one:
it no longer parses though both sides did.  Definitions that the merge made twice, and uses whose
import or definition the other side removed, are warned of.  Exit code 0: nothing found, 1:
something was.
"""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "check"
HELP = "look for leftover conflict markers and unmerged paths"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist check`."""
    parser.add_argument("paths", nargs="*", metavar="PATH",
                        help="files or folders (default: every tracked file)")
    parser.add_argument("--staged", action="store_true",
                        help="check what is staged for the next commit, as it is staged")
    parser.add_argument("--merged", action="store_true",
                        help="also look for what the merge being committed (or HEAD) has broken")
    parser.add_argument("--after", choices=("post-merge", "post-commit", "post-rewrite"),
                        metavar="HOOK",
                        help="for the hooks of install --thorough: warn of what the merge, pick or "
                             "rebase just made has broken; exit code 0")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Scan and print one line a finding; raises `UsageError` for paths that do not exist."""
    import json
    import sys

    from mergeassist.app import check
    from mergeassist.errors import Exit
    from mergeassist.ui.console import printable

    if args.after:
        return _after(args.after)
    report = check.check(args.paths, Path.cwd(), staged=args.staged, merged=args.merged)
    for warning in report.warnings:
        print(printable(f"mergeassist: warning: {warning}").replace("\n", "\\n"), file=sys.stderr)
    if args.json:
        print(json.dumps({
            "schema": check.SCHEMA,
            "files": report.files,
            "findings": [finding._asdict() for finding in report.findings],
            "warnings": report.warnings,
        }))
    else:
        for finding in report.findings:
            place = finding.path if finding.line is None else f"{finding.path}:{finding.line}"
            print(printable(f"{place}: {finding.kind}: {finding.text}").replace("\n", "\\n"))
    return Exit.CONFLICT if report.findings else Exit.OK


def _after(hook: str) -> int:
    """Warnings for a hook: at most a screenful, and never a reason to fail."""
    import sys

    from mergeassist.app.check_merged import broken_after
    from mergeassist.app.learn import catch_up
    from mergeassist.errors import Exit, MergeassistError
    from mergeassist.git import worktree
    from mergeassist.ui.console import printable, warn

    try:
        found = list(broken_after(hook, worktree.root(), sys.stdin))
    except MergeassistError as error:
        print(printable(f"mergeassist: the merge was not looked over: {error}"), file=sys.stderr)
        return Exit.OK
    warn([one.said for one in found])
    if hook != "post-rewrite":  # a rebase makes no merges
        catch_up()
    return Exit.OK
