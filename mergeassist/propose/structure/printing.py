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

IMPORTS = ("import", "use_", "using", "include")


class Conflicted(Exception):  # noqa: N818 - no error: the answer that there is no merge
    """The node cannot be merged; carried up to the entry, never beyond it."""


class Lists(NamedTuple):
    """The children of one node in three versions, numbered: the same id is the same child."""

    sources: Merge[Source]
    units: Merge[list[Unit]]
    ids: Merge[list[int]]
    places: Merge[dict[int, int]]
    strict: bool = False  # print what nobody will judge: the finer rules of layout, too

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
    indents = Merge(*(line_indent(s.text, at) for s, at in zip(lists.sources, starts, strict=True)))
    trivial = indents.trivial()
    indent = trivial.value if trivial is not None else indents.ours
    kinds = _separated_kinds(lists)
    if usual and not kinds and not any(map(_has_neighbours, lists.units)):
        kinds = frozenset(lists.unit(i).kind for i in ids if _content(lists.unit(i)))
    parts: list[bytes] = []
    last = max((k for k, i in enumerate(ids) if lists.unit(i).kind in kinds), default=-1)
    for k, i in enumerate(ids):
        before = texts[k - 1][0] if k else b""
        gap, version = _gap(lists, ids, k, starts, before)
        text, home = texts[k]
        alone = lists.strict and sum(i in places for places in lists.places) == 1
        moved = _like_siblings(lists, home, gap, text) if alone and home == version else None
        if moved is not None and (indents[home] == indent or indents[3 - home] == indent):
            parts += moved
        else:
            text = relocated(text, indents[home], indent)
            parts += [relocated(gap, indents[version], indent), text]
        following = ids[k + 1] if k + 1 < len(ids) else None
        parts.append(_separator(lists, i, following, kinds, k == last) + _trail(lists, i))
    return b"".join(parts)


def line_indent(text: bytes, at: int) -> bytes:
    """The white space that the line around a place begins with."""
    line = text[text.rfind(b"\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip())]


def relocated(text: bytes, was: bytes, now: bytes) -> bytes:
    """All lines but the first re-indented from one parent indentation to another."""
    if was == now or b"\n" not in text:
        return text
    first, *lines = text.split(b"\n")
    moved = [now + line[len(was) :] if line.startswith(was) and line else line for line in lines]
    return b"\n".join([first, *moved])


def _like_siblings(lists: Lists, home: int, gap: bytes, text: bytes) -> tuple[bytes, bytes] | None:
    """What one side added, indented as the other indented the children it found anew."""
    if b"\n" not in gap + text:
        return None
    anew: dict[bytes, bytes] = {}
    source, other = lists.sources.base, lists.sources[3 - home]
    for i, at in lists.places.base.items():
        there = lists.places[3 - home].get(i)
        if there is None or lists.units.base[at].kind == "comment":
            continue
        was, now = lists.units.base[at], lists.units[3 - home][there]
        lines = [s.text[_line_start(s.text, u.start) : u.end].split(b"\n")
                 for s, u in ((source, was), (other, now))]  # fmt: skip
        words = [[line.split() for line in side] for side in lines]
        if lines[0] != lines[1] and words[0] == words[1]:
            for old, new in zip(*lines, strict=True):
                if old.strip():
                    anew.setdefault(_indent(old), _indent(new))
    if all(was == now for was, now in anew.items()):
        return None
    head, _, own = gap.rpartition(b"\n")
    gap = head + b"\n" + anew.get(own, own) if b"\n" in gap else gap
    first, *lines_behind = text.split(b"\n")
    moved = [anew.get(_indent(line), _indent(line)) + line.lstrip(b" \t") for line in lines_behind]
    return gap, b"\n".join([first, *moved])


def _line_start(text: bytes, at: int) -> int:
    return text.rfind(b"\n", 0, at) + 1


def _indent(line: bytes) -> bytes:
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _gap_before(lists: Lists, version: int, at: int, starts: Merge[int]) -> bytes:
    units, source = lists.units[version], lists.sources[version]
    start = units[at - 1].stop if at else starts[version]
    return source.text[start : units[at].start]


def _gap(
    lists: Lists, ids: list[int], k: int, starts: Merge[int], text_before: bytes
) -> tuple[bytes, int]:
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
        return _of_both(lists, before, found, text_before)
    for n in (1, 2):
        if n in found:
            return _laid_anew(lists, i, n, starts) or (found[n], n)
    return _new_gap(lists, i, before, starts)


def _of_both(
    lists: Lists, before: int | None, gaps: dict[int, bytes], text_before: bytes
) -> tuple[bytes, int]:
    """The gap of two neighbours that both sides know: the changed one, else that of the end."""
    if gaps[1] == gaps.get(0):
        return gaps[2], 2
    if lists.strict and 0 not in gaps and before is not None and gaps[1] != gaps[2]:
        ends = [lists.sources[n].cut(lists.units[n][lists.places[n][before]]) for n in (1, 2)]
        if text_before.endswith(ends[1]) and not text_before.endswith(ends[0]):
            return gaps[2], 2
    return gaps[1], 1


def _new_gap(lists: Lists, i: int, before: int | None, starts: Merge[int]) -> tuple[bytes, int]:
    """The gap between two units that are neighbours in no version."""
    home = 1 if i in lists.places.ours and i not in lists.places.base else 2
    home = home if i in lists.places[home] else 1
    at = lists.places[home][i]
    if before is None:
        return _gap_before(lists, home, 0, starts), home
    gap = _gap_before(lists, home, at, starts)
    behind = _behind(lists, before, 3 - home, starts) if at == 0 else None
    if behind is not None:
        return behind, 3 - home
    near = _behind_kin(lists, before, i, starts)
    if near is not None and near[0].count(b"\n") < gap.count(b"\n"):
        return near
    if at and lists.unit(before).kind == lists.unit(i).kind != lists.units[home][at - 1].kind:
        beside = _between_kin(lists, i, gap)
        if beside is not None:
            return beside, home
    return _by_marks(lists, i, (before, home), starts)


def _by_marks(
    lists: Lists, i: int, place: tuple[int, int], starts: Merge[int]
) -> tuple[bytes, int]:
    """The gap where a unit comes first in a list, or no longer does."""
    before, home = place
    at = lists.places[home][i]
    gap = _gap_before(lists, home, at, starts)
    opens = _is_mark(lists, before)
    first = at > 0 and _is_mark(lists, lists.ids[home][at - 1])
    if (first == opens and at) or _is_mark(lists, i):
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


def _laid_anew(lists: Lists, i: int, version: int, starts: Merge[int]) -> tuple[bytes, int] | None:
    """The gap before a unit as the other side laid the list out: on lines of their own, or not."""
    if not lists.strict:
        return None
    known, other = lists.units[version], 3 - version
    at = lists.places[version][i]
    if i not in lists.places.base and at:  # added: as before its neighbour
        at -= 1
    model = lists.ids[version][at]
    if _is_mark(lists, model) and model != i:
        return None
    places = [places.get(model) for places in lists.places]
    if None in places or not places[0] or known[at].kind == "comment":
        return None  # the first of a list has no gap of its own
    gaps = [_gap_before(lists, n, place or 0, starts) for n, place in enumerate(places)]
    broken = [b"\n" in gap for gap in gaps]
    if gaps[0] == gaps[version] and broken[other] and not broken[0]:
        return gaps[other], other
    return None


def _behind(lists: Lists, before: int, version: int, starts: Merge[int]) -> bytes | None:
    """The gap behind a unit that only this version has, and which is no mark."""
    at = lists.places[version].get(before) if lists.strict else None
    if at is None or before in lists.places.base or before in lists.places[3 - version]:
        return None
    if lists.unit(before).kind in ("(", "[", "{"):
        return None
    if at + 1 < len(lists.units[version]):
        return _gap_before(lists, version, at + 1, starts)
    return _space_behind(lists, version)


def _behind_kin(lists: Lists, before: int, i: int, starts: Merge[int]) -> tuple[bytes, int] | None:
    """The gap behind a unit that one side put before another of its kind, where `i` came too."""
    if not lists.strict or before in lists.places.base:
        return None
    version, at = lists.home(before)
    kind = lists.unit(i).kind
    following = lists.units[version][at + 1 : at + 2]
    if lists.unit(before).kind != kind or not following or following[0].kind != kind:
        return None
    return _gap_before(lists, version, at + 1, starts), version


def _between_kin(lists: Lists, i: int, gap: bytes) -> bytes | None:
    """The gap between two lines of one kind that so far followed something else: no blank line."""
    kind = lists.unit(i).kind
    if not lists.strict:
        return None
    for n in (0, 1, 2):
        for left, right in pairwise(lists.units[n]):
            if left.kind == right.kind == kind:
                return lists.sources[n].text[left.stop : right.start]
    lines = [lists.sources[n].cut(lists.units[n][at]) for n, at in (lists.home(i),)]
    if gap.count(b"\n") < 2 or b"\n" in lines[0] or not any(name in kind for name in IMPORTS):
        return None
    return b"\n" + gap.rpartition(b"\n")[2]


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
