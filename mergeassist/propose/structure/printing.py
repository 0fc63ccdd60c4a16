"""Print a merged list of children from source bytes.

A unit keeps its text, the white space in front of it comes from the version in which its new
neighbour stands in front of it, separators are set anew where the list has them throughout, and
indentation follows the parent.
"""

from __future__ import annotations

from itertools import pairwise, zip_longest
from typing import NamedTuple

from mergeassist.core.merge import Merge
from mergeassist.propose.structure.units import Source, Unit


class Conflicted(Exception):  # noqa: N818 - no error: the answer that there is no merge
    """The node cannot be merged; carried up to the entry, never beyond it."""


class Lists(NamedTuple):
    """The children of one node in three versions, numbered: the same id is the same child."""

    sources: Merge[Source]
    units: Merge[list[Unit]]
    ids: Merge[list[int]]
    places: Merge[dict[int, int]]

    def home(self, i: int) -> tuple[int, int]:
        """A version that holds an id (ours first), and where."""
        version = next(n for n in (1, 2, 0) if i in self.places[n])
        return version, self.places[version][i]

    def unit(self, i: int) -> Unit:
        """The unit of an id, from any version."""
        version, at = self.home(i)
        return self.units[version][at]


def print_children(
    lists: Lists,
    ids: list[int],
    texts: list[tuple[bytes, int]],
    starts: Merge[int],
    usual: bytes = b"",
) -> bytes:
    """The node's text: units, separators and the white space between them.

    `usual` separates where no version has two entries to learn from.
    """
    indents = Merge(
        *(_line_indent(s.text, at) for s, at in zip(lists.sources, starts, strict=True))
    )
    trivial = indents.trivial()
    indent = trivial.value if trivial is not None else indents.ours
    kinds = _separated_kinds(lists)
    if usual and not kinds and not any(map(_has_neighbours, lists.units)):
        kinds = frozenset(lists.unit(i).kind for i in ids if _content(lists.unit(i)))
    parts: list[bytes] = []
    last = max((k for k, i in enumerate(ids) if lists.unit(i).kind in kinds), default=-1)
    for k, i in enumerate(ids):
        gap, version = _gap(lists, ids, k, starts)
        parts.append(relocated(gap, indents[version], indent))
        text, version = texts[k]
        parts.append(relocated(text, indents[version], indent))
        following = ids[k + 1] if k + 1 < len(ids) else None
        parts.append(_separator(lists, i, following, kinds, k == last) + _trail(lists, i))
    return b"".join(parts)


def _line_indent(text: bytes, at: int) -> bytes:
    line = text[text.rfind(b"\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def relocated(text: bytes, was: bytes, now: bytes) -> bytes:
    """All lines but the first re-indented from one parent indentation to another."""
    if was == now or b"\n" not in text:
        return text
    first, *lines = text.split(b"\n")
    moved = [now + line[len(was) :] if line.startswith(was) and line else line for line in lines]
    return b"\n".join([first, *moved])


def _gap_before(lists: Lists, version: int, at: int, starts: Merge[int]) -> bytes:
    units, source = lists.units[version], lists.sources[version]
    start = units[at - 1].stop if at else starts[version]
    return source.text[start : units[at].start]


def _gap(lists: Lists, ids: list[int], k: int, starts: Merge[int]) -> tuple[bytes, int]:
    """The white space before the k-th unit, and the version it is from."""
    i, before = ids[k], ids[k - 1] if k else None
    found: dict[int, bytes] = {}
    for n in (0, 1, 2):
        at = lists.places[n].get(i)
        if at is None:
            continue
        previous = lists.ids[n][at - 1] if at else None
        if previous == before:
            found[n] = _gap_before(lists, n, at, starts)
    if 1 in found and 2 in found:
        return (found[2], 2) if found[1] == found.get(0) else (found[1], 1)
    for n in (1, 2):
        if n in found:
            return found[n], n
    home = 1 if i in lists.places.ours and i not in lists.places.base else 2
    home = home if i in lists.places[home] else 1
    at = lists.places[home][i]
    gap = _gap_before(lists, home, at, starts)
    opens = before is not None and _is_mark(lists, before)
    first = at > 0 and _is_mark(lists, lists.ids[home][at - 1])
    if (first == opens and (at or before is None)) or _is_mark(lists, i):
        return gap, home
    for n in (home, 1, 2, 0):  # first where it comes from but not here, or the other way round
        for j in range(1, len(lists.units[n])):
            if _is_mark(lists, lists.ids[n][j]) or lists.units[n][j].kind == "comment":
                continue
            if _is_mark(lists, lists.ids[n][j - 1]) == opens:
                return _gap_before(lists, n, j, starts), n
    if not gap and not opens:
        gap = _space_behind(lists, home)
    return (gap if gap or opens else b" "), home


def _space_behind(lists: Lists, version: int) -> bytes:
    """The white space that follows the whole list."""
    text, stop = lists.sources[version].text, lists.units[version][-1].stop
    rest = text[stop : stop + 200]
    return rest[: len(rest) - len(rest.lstrip())]


def _is_mark(lists: Lists, i: int) -> bool:
    """Whether a unit is punctuation or a keyword rather than content."""
    unit = lists.unit(i)
    return unit.node is not None and not unit.node.is_named


def _separated_kinds(lists: Lists) -> frozenset[str]:
    """The kinds of children that always have a separator between them, in all versions."""
    kinds: set[str] = set()
    for units in lists.units:
        for unit, following in zip_longest(units, units[1:]):
            if unit.separator:
                kinds.add(unit.kind)
                if following is not None and _content(following):
                    kinds.add(following.kind)
    for units in lists.units:
        for unit, following in pairwise(units):
            if unit.kind in kinds and following.kind in kinds and not unit.separator:
                return frozenset()
    return frozenset(kinds)


def _has_neighbours(units: list[Unit]) -> bool:
    return any(_content(unit) and _content(following) for unit, following in pairwise(units))


def _content(unit: Unit) -> bool:
    return unit.node is None or bool(unit.node.is_named)


def _separator(
    lists: Lists, i: int, following: int | None, kinds: frozenset[str], last: bool
) -> bytes:
    units = [_maybe_unit(lists, n, i) for n in (0, 1, 2)]
    marks = Merge(*(unit.separator if unit is not None else b"" for unit in units))
    own = next((mark for mark in marks if mark), b"")
    trivial = marks.trivial()
    if lists.unit(i).kind not in kinds:
        return trivial.value if trivial is not None and None not in units else own
    if following is not None and lists.unit(following).kind in kinds:
        return own or _usual_separator(lists)
    if not last:
        return own
    trailing = Merge(*(_trailing(side, kinds) for side in lists.units)).trivial()
    return (own or _usual_separator(lists)) if trailing and trailing.value else b""


def _maybe_unit(lists: Lists, version: int, i: int) -> Unit | None:
    at = lists.places[version].get(i)
    return None if at is None else lists.units[version][at]


def _trailing(units: list[Unit], kinds: frozenset[str]) -> bool:
    """Whether the last of the separated children has a separator behind it too."""
    last = next((unit for unit in reversed(units) if unit.kind in kinds), None)
    return last is not None and bool(last.separator)


def _usual_separator(lists: Lists) -> bytes:
    return next((u.separator for side in lists.units for u in side if u.separator), b",")


def _trail(lists: Lists, i: int) -> bytes:
    trails = Merge(
        *((unit.trail if unit else b"") for unit in (_maybe_unit(lists, n, i) for n in (0, 1, 2)))
    )
    if i not in lists.places.base:
        return trails.ours or trails.theirs
    if i not in lists.places.ours or i not in lists.places.theirs:
        return trails.theirs or trails.ours
    trivial = trails.trivial()
    if trivial is None:
        raise Conflicted
    return trivial.value
