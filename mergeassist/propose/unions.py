"""Order-free unions: both sides' additions, and what either side deleted stays deleted.

For imports, list entries, dictionary keys and changelog lines the order of two additions
rarely matters; where all sides are sorted the union is sorted too, and where entries are
separated by commas the last one is given or spared its comma as the inputs do.  Lines are
compared without outer white space, so a re-indented line is not added twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.diff3 import Region, Tokens, regions
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, split_lines, tokenize
from mergeassist.propose.patterns import Candidate, join_lines

_SEPARATORS = (b",", b";")


def union_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """Unions of the region's lines: whole, by inner regions, sorted, comma-aware."""
    lines = sides.map(split_lines)
    yield Candidate("union-ours-theirs", join_lines(union(lines)))
    yield Candidate("union-theirs-ours", join_lines(union(lines.mirrored())))
    parts = regions(lines)
    if len(parts) > 1:
        yield Candidate("union-inner", join_lines(_inner(parts, mirrored=False)))
        yield Candidate("union-inner-mirrored", join_lines(_inner(parts, mirrored=True)))
    if is_sorted(lines.ours) and is_sorted(lines.theirs):
        yield Candidate("union-sorted", join_lines(sorted(set(union(lines)), key=_order)))
    yield from separated_unions(lines)


def union(lines: Merge[Tokens]) -> Tokens:
    """Ours less what theirs deleted, then what theirs alone added."""
    base, ours, theirs = ({line.strip() for line in side} for side in lines)
    kept = [
        line
        for line in lines.ours
        if is_blank(line) or line.strip() in theirs or line.strip() not in base
    ]
    return kept + [x for x in lines.theirs if x.strip() not in base and x.strip() not in ours]


def _inner(parts: list[Region], *, mirrored: bool) -> Tokens:
    result: Tokens = []
    for part in parts:
        conflict = part.conflict
        if conflict is None:
            result += part.settled
        else:
            result += union(conflict.mirrored() if mirrored else conflict)
    return result


def _order(line: bytes) -> bytes:
    return line.strip().rstrip(b",;")


def is_sorted(lines: Tokens) -> bool:
    """Whether the lines that hold anything (two at least) stand in byte order."""
    keys = [_order(line) for line in lines if not is_blank(line)]
    return len(keys) > 1 and keys == sorted(keys)


def separated_unions(lines: Merge[Tokens]) -> Iterator[Candidate]:
    """Unions that see `x` and `x,` as one entry and put separators where the inputs do."""
    for separator in _SEPARATORS:
        if not any(has_separator(line, separator) for line in lines.ours + lines.theirs):
            continue
        base, ours, theirs = (_bare(side, separator) for side in lines)
        bare = Merge(base, ours, theirs)
        end = b"\r\n" if lines.ours and lines.ours[0].endswith(b"\r\n") else b"\n"
        closed = all(has_separator(side[-1], separator) for side in lines if side)
        for source, entries in (
            ("union-separated", union(bare)),
            ("union-separated-mirrored", union(bare.mirrored())),
        ):
            yield Candidate(source, separated(entries, separator, end, closed))


def has_separator(line: bytes, separator: bytes) -> bool:
    """Whether a line ends in the separator, white space aside."""
    return line.rstrip().endswith(separator)


def _bare(lines: Tokens, separator: bytes) -> Tokens:
    return [line.rstrip().removesuffix(separator) for line in lines]


def separated(entries: Tokens, separator: bytes, end: bytes, closed: bool) -> bytes:
    last = len(entries) - 1
    return b"".join(
        entry + (separator if entry.strip() and (at < last or closed) else b"") + end
        for at, entry in enumerate(entries)
    )


def joined_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """Both sides one after the other, with no blank line or one between (imports, methods)."""
    lines = sides.map(split_lines)
    if not lines.ours or not lines.theirs:
        return
    end = b"\r\n" if lines.ours[0].endswith(b"\r\n") else b"\n"
    for order, first, second in (
        ("ours-theirs", lines.ours, lines.theirs),
        ("theirs-ours", lines.theirs, lines.ours),
    ):
        head, tail = _strip_end(first), _strip_start(second)
        yield Candidate(f"tight-{order}", join_lines(head + tail))
        yield Candidate(f"blank-{order}", join_lines([*head, end, *tail]))


def _strip_end(lines: Tokens) -> Tokens:
    last = len(lines)
    while last and is_blank(lines[last - 1]):
        last -= 1
    return lines[:last]


def _strip_start(lines: Tokens) -> Tokens:
    first = 0
    while first < len(lines) and is_blank(lines[first]):
        first += 1
    return lines[first:]


def two_way_patterns(sides: Merge[bytes]) -> Iterator[Candidate]:
    """What both sides share once, and between it both sides' own parts: base plays no role."""
    for level, cut, join in (
        ("lines", split_lines, join_lines),
        ("tokens", tokenize, b"".join),
    ):
        ours, theirs = cut(sides.ours), cut(sides.theirs)
        for order, first, second in (("ours-theirs", ours, theirs), ("theirs-ours", theirs, ours)):
            yield Candidate(f"two-way-{level}-{order}", join(_interleave(first, second)))
    for source, keep, drop in (
        ("ours-not-theirs", sides.ours, sides.theirs),
        ("theirs-not-ours", sides.theirs, sides.ours),
    ):
        gone = {line.strip() for line in split_lines(drop)}
        rest = [line for line in split_lines(keep) if line.strip() not in gone]
        yield Candidate(source, join_lines(rest))


def _interleave(first: Tokens, second: Tokens) -> Tokens:
    result: Tokens = []
    at = 0
    for token, partner in zip(first, match(first, second), strict=True):
        if partner != UNMATCHED:
            result += second[at:partner]
            at = partner + 1
        result.append(token)
    return result + second[at:]


def two_way_mixtures(sides: Merge[bytes]) -> Iterator[Candidate]:
    """Where the sides differ in two or three places: each place by ours, theirs, both or none."""
    ours, theirs = split_lines(sides.ours), split_lines(sides.theirs)
    shared: list[Tokens] = [[]]
    places: list[tuple[Tokens, Tokens]] = []
    i = j = 0
    pairs = [(x, y) for x, y in enumerate(match(ours, theirs)) if y != UNMATCHED]
    for x, y in [*pairs, (len(ours), len(theirs))]:
        if i < x or j < y:
            places.append((ours[i:x], theirs[j:y]))
            shared.append([])
        shared[-1] += ours[x : x + 1]
        i, j = x + 1, y + 1
    if not 2 <= len(places) <= 3:
        return
    for picks in product(range(4), repeat=len(places)):
        if len(set(picks)) > 1:
            result = list(shared[0])
            for (a, b), pick, rest in zip(places, picks, shared[1:], strict=True):
                result += (a, b, a + b, [])[pick]
                result += rest
            yield Candidate("two-way-mixed", join_lines(result))
