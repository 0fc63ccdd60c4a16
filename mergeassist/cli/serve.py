"""Answer an editor or another program, with the judge loaded once.

JSON-RPC 2.0 on standard input and output, each message behind a Content-Length header as in the
Language Server Protocol.  Methods: initialize, analyze (base, ours and theirs of a file as in
`mergeassist batch`, or the absolute path of a file in conflict), explain (the same, and the
number of a conflict), shutdown; the notification exit ends it.  Nothing is ever written to a
work tree.  See docs/editors.md.
"""

from __future__ import annotations

import argparse

NAME = "serve"
HELP = "answer an editor: JSON-RPC on standard input and output"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `mergeassist serve`."""
    parser.add_argument("--stdio", action="store_true", required=True,
                        help="speak on standard input and output (the only way there is)")


def run(args: argparse.Namespace) -> int:
    """Answer until the other side leaves."""
    import os
    import sys

    from mergeassist.app.serve import Server

    # what a library prints must not stand between the messages
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with open(sys.stdin.fileno(), "rb", closefd=False) as source, sink:
        return Server(source, sink).run()
