"""The frame of every page: one file, no request, no text of a repository that acts.

Three walls stand between a hostile text and the reader.  Everything is escaped; characters that
drive a display (control, direction, lone surrogates) are printed as their number; and the content
policy names the hashes of our style and script, so that nothing else runs even if it got through.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import NamedTuple

_UNUSUAL = re.compile(r"[^\n\t -~]")
_HERE = Path(__file__).parent


class Table(NamedTuple):
    """A table of plain texts; all columns but the first are set flush right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def document(title: str, body: Iterable[str], *, style: str = "", script: bool = True) -> str:
    """The whole page around `body`, which is HTML; `style` is added to that of all pages.

    Inline `style=` attributes do nothing: give elements a class.  SVG's own attributes work.
    """
    sheet, program = asset("page.css") + style, asset("page.js") if script else ""
    policy = (
        f"default-src 'none'; style-src '{_hash(sheet)}'; base-uri 'none'; form-action 'none'"
        + (f"; script-src '{_hash(program)}'" if script else "")
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{safe(title)}</title><style>{sheet}</style></head><body>",
        *body,
        *([f"<script>{program}</script>"] if script else []),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


@cache
def asset(name: str) -> str:
    """A file of this folder as text."""
    return (_HERE / name).read_text("utf-8")


def safe(text: bytes | str) -> str:
    """A text as HTML that shows as it reads, for content and double-quoted attributes."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return escape(_UNUSUAL.sub(_numbered, plain))


def shown(text: bytes | str) -> str:
    """Like `safe`, with what cannot be seen set apart in a `<span class=c>`."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    parts, at = [], 0
    for found in _UNUSUAL.finditer(plain):
        visible = _numbered(found)
        if visible != found[0]:
            parts += [escape(plain[at : found.start()]), f'<span class="c">{visible}</span>']
            at = found.end()
    return "".join([*parts, escape(plain[at:])])


def _numbered(found: re.Match[str]) -> str:
    """A character that drives the display, or is no character, by its number."""
    char = found[0]
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
    return f"U+{ord(char):04X}" if hidden else char


def table(content: Table) -> str:
    """A table as HTML."""
    top = "".join(f"<th scope=col>{safe(cell)}</th>" for cell in content.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{safe(cell)}</td>" for cell in row) + "</tr>" for row in content.rows
    )
    head = f"<thead><tr>{top}</tr></thead>" if any(content.head) else ""
    return f'<div class="scroll"><table>{head}<tbody>{rows}</tbody></table></div>'


def share(value: float | None) -> str:
    """A share for people; a dash where there is none."""
    return "–" if value is None else f"{value:.1%}"


def line(text: str) -> str:
    """A text that may hold line ends, such as a path, as HTML on one line."""
    return safe(text.replace("\t", "U+0009").replace("\n", "U+000A"))


def count(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode("ascii")
