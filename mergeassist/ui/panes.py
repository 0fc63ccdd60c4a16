"""The texts of one conflict as styled lines: what each side changed, and where a proposal is from.

Every style says with weight, underline or strike what it also says with colour, because colour
may be off (NO_COLOR).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.console import Console
from rich.text import Text

from mergeassist.core.chunks import Conflict
from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, split_lines, tokenize
from mergeassist.ui.console import printable

DIM = "dim"
OURS, THEIRS, BOTH = "green", "cyan", "magenta"
ADDED = {"ours": f"bold underline {OURS}", "theirs": f"bold underline {THEIRS}"}
_FROM = {"ours": OURS, "theirs": THEIRS, "both": BOTH, "base": "none", "new": "bold yellow"}
_GONE = "dim strike"
_TAB = " " * 4
_MOST_TOKENS = 20_000  # of one text: longer ones are compared by lines
_CACHE = 64

_MEASURE = Console(file=io.StringIO())  # `Text.wrap` asks one, and looks at none of it

Piece = tuple[bytes, str]


@lru_cache(maxsize=_CACHE)
def base_lines(conflict: Conflict) -> tuple[Text, ...]:
    """Base, dim; struck through what either side has not kept."""
    base, *sides = conflict.sides
    tokens = _cut(base, *sides)
    kept = [_matched(tokens(base), tokens(side)) for side in sides]
    pieces = [
        (token, DIM if all(side[at] for side in kept) else _GONE)
        for at, token in enumerate(tokens(base))
    ]
    return _lines(pieces)


@lru_cache(maxsize=_CACHE)
def side_lines(conflict: Conflict, name: str) -> tuple[Text, ...]:
    """One side; what base does not have stands out."""
    base, side = conflict.sides.base, getattr(conflict, name)
    tokens = _cut(base, side)
    known = _matched(tokens(side), tokens(base))
    pieces = [
        (token, "none" if old or is_blank(token) else ADDED[name])
        for token, old in zip(tokens(side), known, strict=True)
    ]
    return _lines(pieces)


@lru_cache(maxsize=_CACHE)
def proposal_lines(conflict: Conflict, text: bytes) -> tuple[Text, ...]:
    """A proposal as it would read, each word in the colour of the side it is from."""
    tokens = _cut(text, *conflict.sides)
    whole = iter(_origins(split_lines(text), Merge(*map(split_lines, conflict.sides))))
    words = iter(_origins(tokens(text), conflict.sides.map(tokens)))
    pieces = []
    for line in split_lines(text):  # a whole line from one side is that side's in every word
        of_line = next(whole)
        for token in tokens(line):
            of_word = next(words)
            origin = of_word if of_line == "new" else of_line
            pieces.append((token, "none" if is_blank(token) else _FROM[origin]))
    return _lines(pieces)


def _origins(parts: Sequence[bytes], sides: Merge[list[bytes]]) -> list[str]:
    """Whose each part is: `base`, `both`, `ours`, `theirs` or `new`."""
    found = []
    for base, ours, theirs in zip(*(_matched(parts, side) for side in sides), strict=True):
        mine = "ours" if ours else "theirs" if theirs else "new"
        found.append("base" if base else "both" if ours and theirs else mine)
    return found


def plain_lines(text: bytes, style: str = DIM) -> tuple[Text, ...]:
    """Text in one style."""
    return _lines([(text, style)]) if text else ()


def fitted(lines: Iterable[Text], width: int) -> list[Text]:
    """Lines folded to a width in cells; continuations are indented by a mark."""
    result: list[Text] = []
    for line in lines:
        if line.cell_len <= width:
            result.append(line)
            continue
        room = max(width - 2, 1)
        parts = _folded(line, room)
        result += [parts[0], *(Text("↪ ", DIM).append_text(part) for part in parts[1:])]
    return result


def wrapped(lines: Iterable[Text], width: int) -> list[Text]:
    """Prose broken between words; continuations keep the indentation of their line."""
    result: list[Text] = []
    for line in lines:
        indent = len(line.plain) - len(line.plain.lstrip())
        first, *rest = line.wrap(_MEASURE, width) or [Text()]
        if rest:
            whole = line[indent:].wrap(_MEASURE, max(width - indent, 1))
            first, *rest = (Text(" " * indent).append_text(part) for part in whole)
        result += [first, *rest]
    return result


def _folded(line: Text, room: int) -> list[Text]:
    from rich.cells import cell_len

    cuts: list[int] = []
    used = 0
    for at, char in enumerate(line.plain):
        size = cell_len(char)
        if used + size > room:
            cuts.append(at)
            used = 0
        used += size
    return list(line.divide(cuts))


def _cut(*texts: bytes) -> _Cut:
    small = sum(map(len, texts)) < _MOST_TOKENS * 4
    return _Cut(small)


class _Cut:
    """Cuts texts into words, or into lines where they are long."""

    def __init__(self, words: bool) -> None:
        self._function = tokenize if words else split_lines

    def __call__(self, text: bytes) -> list[bytes]:
        return self._function(text)


def _matched(tokens: Sequence[bytes], others: Sequence[bytes]) -> list[bool]:
    """Which tokens have a partner in the other text."""
    return [place != UNMATCHED for place in match(tokens, others)]


def _lines(pieces: Iterable[Piece]) -> tuple[Text, ...]:
    """Pieces as one `Text` a line, safe to print."""
    whole = Text()
    run, style = b"", ""
    for token, wanted in pieces:
        if wanted != style and run:
            whole.append(_shown(run), style)
            run = b""
        run, style = run + token, wanted
    if run:
        whole.append(_shown(run), style)
    if not whole.plain:
        return (Text("(nothing)", "dim italic"),)
    lines = whole.split("\n", allow_blank=True)
    if not lines[-1].plain and len(lines) > 1:
        lines.pop()
    return tuple(lines)


def _shown(text: bytes) -> str:
    return printable(text).replace("\t", _TAB)
