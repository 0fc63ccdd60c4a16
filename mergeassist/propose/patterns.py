"""Primitive patterns at line and token level, and their combinations.

MergeBERT (Svyatkovskiy et al., FSE 2022, table 1) names nine primitive resolutions of a
conflict (a, o, b): a, b, o, ab, ba and a, b, ab, ba without the tokens of o.  They are applied
to the whole region by lines, and to each conflict that a finer three-way diff leaves inside it:
by lines, by tokens, and by words with their layout merged apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from mergeassist.core.diff3 import Region, Tokens, regions
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, split_lines, tokenize

Primitive = Callable[[Merge[Tokens]], Tokens]
MAX_COMBINED = 5
BEAM = 64


def _without(tokens: Tokens, base: Tokens) -> Tokens:
    gone = {token for token in base if not is_blank(token)}
    return [token for token in tokens if token not in gone]


PRIMITIVES: dict[str, Primitive] = {
    "ours": lambda m: m.ours,
    "theirs": lambda m: m.theirs,
    "base": lambda m: m.base,
    "ours-theirs": lambda m: m.ours + m.theirs,
    "theirs-ours": lambda m: m.theirs + m.ours,
    "ours-new": lambda m: _without(m.ours, m.base),
    "theirs-new": lambda m: _without(m.theirs, m.base),
    "ours-theirs-new": lambda m: _without(m.ours + m.theirs, m.base),
    "theirs-ours-new": lambda m: _without(m.theirs + m.ours, m.base),
    "empty": lambda m: [],
}


class Candidate(NamedTuple):
    """A text and the pattern that printed it."""

    source: str
    text: bytes


def line_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """The primitives on the whole lines of the region."""
    lines = sides.map(split_lines)
    for name, primitive in PRIMITIVES.items():
        yield Candidate(f"line-{name}", join_lines(primitive(lines)))


def join_lines(lines: Tokens) -> bytes:
    """Join lines; one that ends without a line end gets one where another follows."""
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    last = len(lines) - 1
    return b"".join(
        line if at == last or line.endswith(b"\n") else line + end for at, line in enumerate(lines)
    )


def sub_line_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """The primitives on each conflict that a line diff3 of the region leaves inside it."""
    parts = regions(sides.map(split_lines))
    if len(parts) > 1:
        yield from combined("sub", parts, join_lines)
    if any(part.conflict for part in parts):
        # Lines first, then tokens inside: alignments never cross a line both sides kept.
        refined = [piece for part in parts for piece in _refine(part)]
        yield from combined("line-token", refined, b"".join)


def _refine(part: Region) -> list[Region]:
    if part.conflict is None:
        return [part]
    return regions(part.conflict.map(lambda lines: tokenize(b"".join(lines))))


def token_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """The primitives on each conflict that a token diff3 of the region leaves inside it."""
    yield from combined("token", regions(sides.map(tokenize)), b"".join)


def combined(
    level: str, parts: list[Region], join: Callable[[Tokens], bytes]
) -> Iterator[Candidate]:
    """Every inner conflict by the same primitive, then mixtures of sides, at most `BEAM`."""
    conflicts = [part.conflict for part in parts if part.conflict is not None]
    if not conflicts:
        yield Candidate(f"{level}-merge", join(_fill(parts, [])))
        return
    if len(parts) == 1:
        names = ["ours-new", "theirs-new", "ours-theirs-new", "theirs-ours-new"]
    else:
        names = list(PRIMITIVES)
    for name in names:
        primitive = PRIMITIVES[name]
        yield Candidate(f"{level}-{name}", join(_fill(parts, [primitive(c) for c in conflicts])))
    if 2 <= len(conflicts) <= MAX_COMBINED:
        sides = ("ours", "theirs", "ours-theirs") if len(conflicts) < 4 else ("ours", "theirs")
        for names_of in list(product(sides, repeat=len(conflicts)))[:BEAM]:
            if len(set(names_of)) > 1:
                texts = [PRIMITIVES[n](c) for n, c in zip(names_of, conflicts, strict=True)]
                yield Candidate(f"{level}-mixed", join(_fill(parts, texts)))


def _fill(parts: list[Region], texts: list[Tokens]) -> Tokens:
    """The tokens of `parts` with the conflicts replaced by `texts` in order."""
    result: Tokens = []
    rest = iter(texts)
    for part in parts:
        result += part.settled if part.conflict is None else next(rest)
    return result
