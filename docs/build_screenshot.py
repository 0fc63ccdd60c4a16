"""Write docs/resolve.svg: `mergeassist resolve` on a conflict of `mergeassist demo`.

    python docs/build_screenshot.py [--size 96x26] [FILE]

The screen is that of the program, with the shipped judge; only the terminal around it is drawn.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.text import Text

from mergeassist.app import demo
from mergeassist.app.judging import Wanted, judge
from mergeassist.app.resolve_tree import WorkTree
from mergeassist.app.session import Session
from mergeassist.ui.full_screen import FullScreen

SHOWN = "web/src/api/client.js"


def main() -> None:
    """Build the demonstration's repository, show one conflict, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path,
                        default=Path(__file__).with_name("resolve.svg"))
    parser.add_argument("--size", default="96x26", help="columns x rows")
    parser.add_argument("--path", default=SHOWN, help="the conflicted file of the demonstration")
    args = parser.parse_args()
    columns, rows = map(int, args.size.split("x"))
    with tempfile.TemporaryDirectory(prefix="mergeassist-") as folder:
        # all conflicts stay open, so that each can be shown
        root = demo.run(Path(folder), min_probability=1.0).repository
        lines = screen(root, args.path, columns, rows)
    args.file.write_text(picture(lines, columns), "utf-8")


def screen(root: Path, path: str, columns: int, rows: int) -> list[Text]:
    """The screen of the first conflict of a file."""
    tree = WorkTree(root)
    session = Session(tree, len(tree.entries), dry_run=True)
    for news in judge(Wanted(root)):
        session.take(news)
    session.at = next(at for at, place in enumerate(session.places)
                      if session.file(place).name == path)
    nothing: Any = None  # neither another process nor a terminal is asked
    return FullScreen(session, nothing, nothing, nothing, ("HEAD", "feature")).lines(columns, rows)


def picture(lines: list[Text], columns: int) -> str:
    """Lines as SVG, with fonts of the reader's machine: nothing is loaded from elsewhere."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True,
                      color_system="truecolor", legacy_windows=False)
    for line in lines:
        console.print(line, no_wrap=True, crop=True)
    svg = console.export_svg(title="mergeassist resolve", unique_id="resolve")
    start, end = svg.index("    @font-face"), svg.index("    .resolve-matrix")
    return svg[:start] + svg[end:]


if __name__ == "__main__":
    main()
