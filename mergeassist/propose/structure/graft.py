"""Edits carried into subtrees that the other side put somewhere else.

One side's edits lie in a few subtrees of base; the other side wrapped these, took them out of
their wrapping, moved them or changed the keyword before them, but left each as it was, once.
Then each stands there as the first side has it, in the layout of the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mergeassist.core.merge import Merge
from mergeassist.propose.structure.layout import print_merge
from mergeassist.propose.structure.leaves import is_name, leaves, merge_words
from mergeassist.propose.structure.printing import Conflicted, line_indent, relocated
from mergeassist.propose.structure.units import Source, Unit, words_of

MIN_WORDS = 3  # with a name among them: less is no place
MAX_READ = 20_000_000  # bytes of nodes within nodes: brackets may nest deep
MAX_BYTES = 200_000  # of a conflict
MAX_EDITS = 40
_CALLS = ("call", "invocation")
_STRINGS = ("string", "heredoc", "nowdoc", "content", "scalar")  # their leaves

_Pair = tuple[Any, Any]


def grafted(sources: Merge[Source], roots: Merge[Any]) -> bytes | None:
    """The conflict's text with one side's edits in the other's subtrees; `None` without a place.

    Where either side's edits find theirs in the other, both ways must have the same words.
    """
    if max(source.stop - source.start for source in sources) > MAX_BYTES:
        return None
    found = [
        text
        for edit, keep in ((2, 1), (1, 2))
        if (text := _onto(sources, roots, edit, keep)) is not None
    ]
    if not found or any(words_of(text) != words_of(found[0]) for text in found):
        return None
    return found[0]


def _onto(sources: Merge[Source], roots: Merge[Any], edit: int, keep: int) -> bytes | None:
    pairs = _changed((roots.base, roots[edit]), sources.base, sources[edit])
    if pairs is None:
        return None
    there = _subtrees(roots[keep], sources[keep])
    before = _subtrees(roots.base, sources.base)
    if there is None or before is None:
        return None
    places: dict[tuple[int, int], _Pair] = {}
    for pair in pairs:
        placed = _placed(pair, sources.base, before, there)
        if placed is None:
            return None
        place, pair = placed
        places[place.start_byte, place.end_byte] = pair
    return _printed(places, sources, edit, keep)


def _changed(roots: _Pair, base: Source, side: Source) -> list[_Pair] | None:
    """The smallest pairs of nodes of one type that hold a side's changes; `None` if too many."""
    found: list[_Pair] = []
    stack = [roots]
    read = 0
    while stack:
        was, now = stack.pop()
        read += was.end_byte - was.start_byte
        if _text(was, base) == _text(now, side):
            continue
        alike = was.child_count == now.child_count > 0 and all(
            a.type == b.type for a, b in zip(was.children, now.children, strict=True)
        )
        if alike and _gaps(was, base) == _gaps(now, side):
            stack += zip(was.children, now.children, strict=True)
        else:
            found.append((was, now))
        if len(found) > MAX_EDITS or read > MAX_READ:
            return None
    return found


def _gaps(node: Any, source: Source) -> list[bytes]:
    """What stands between a node's children and is no layout."""
    ends = [node.start_byte, *(child.end_byte for child in node.children)]
    starts = [*(child.start_byte for child in node.children), node.end_byte]
    return [source.text[a:b].strip() for a, b in zip(ends, starts, strict=True)]


def _text(node: Any, source: Source) -> bytes:
    return source.text[node.start_byte : node.end_byte]


_Key = tuple[str, bytes]


def _key(node: Any, source: Source) -> _Key:
    return node.type, b"".join(_text(node, source).split())


def _subtrees(root: Any, source: Source) -> dict[_Key, list[Any]] | None:
    """The nodes within the conflict, by type and text but for layout; `None` if too many."""
    found: dict[_Key, list[Any]] = {}
    stack, read = [root], 0
    while stack:
        node = stack.pop()
        if node.end_byte <= source.start or node.start_byte >= source.stop:
            continue
        if node.start_byte >= source.start and node.end_byte <= source.stop:
            read += node.end_byte - node.start_byte
            if read > MAX_READ:
                return None
            found.setdefault(_key(node, source), []).append(node)
        stack += node.children
    return found


def _placed(
    pair: _Pair, base: Source, before: dict[_Key, list[Any]], there: dict[_Key, list[Any]]
) -> tuple[Any, _Pair] | None:
    """The smallest subtree around a change that says where it is and stands there as it was."""
    was, now = pair
    while was is not None and now is not None and was.type == now.type:
        if was.start_byte < base.start or was.end_byte > base.stop:
            return None
        key = _key(was, base)
        if len(before.get(key, ())) == 1 and _is_place(words_of(_text(was, base))):
            places = there.get(key, ())
            return (places[0], (was, now)) if len(places) == 1 else None
        was, now = was.parent, now.parent
    return None


def _is_place(words: tuple[bytes, ...]) -> bool:
    return len(words) >= MIN_WORDS and any(map(is_name, words))


def _printed(
    places: dict[tuple[int, int], _Pair], sources: Merge[Source], edit: int, keep: int
) -> bytes | None:
    text, at = sources[keep].text, sources[keep].start
    parts: list[bytes] = []
    for (start, end), pair in sorted(places.items(), key=lambda place: place[0]):
        if start < at:
            if end <= at:  # within the one before
                continue
            return None
        new = _relaid(text[start:end], line_indent(text, start), pair, sources.base, sources[edit])
        if new is None:
            return None
        parts += [text[at:start], new]
        at = end
    return b"".join([*parts, text[at : sources[keep].stop]])


def _relaid(there: bytes, indent: bytes, pair: _Pair, base: Source, side: Source) -> bytes | None:
    """A changed subtree in the layout that it has `there`, in a line so indented."""
    was, now = _text(pair[0], base), _text(pair[1], side)
    if was != there:
        split = Merge(was, there, now).map(leaves)
        picks = merge_words(split.map(lambda version: version.words))
        return None if picks is None else print_merge(split, picks, True)
    old = line_indent(side.text, pair[1].start_byte)
    if old != indent and _has_long_string(pair[1]):
        return None
    return relocated(now, old, indent)


def _has_long_string(node: Any) -> bool:
    """Whether a string spans lines, so that indentation is text."""
    stack = [node]
    while stack:
        here = stack.pop()
        if here.start_point[0] == here.end_point[0]:
            continue
        if here.child_count == 0 and any(name in here.type for name in _STRINGS):
            return True
        stack += here.children
    return False


def put_around(sources: Merge[Source], units: Merge[Unit]) -> bytes | None:
    """A call that one side made part of a longer one (`a().b()`), as the other changed it.

    Raises `Conflicted` where both went on from the same call, or one only changed its place.
    """
    nodes = units.map(lambda unit: unit.node)
    kinds = {unit.kind for unit in units}
    if len(kinds) > 1 or not any(name in units.base.kind for name in _CALLS):
        return None
    if any(unit.start != unit.core for unit in units):
        return None
    base = words_of(sources.base.cut(units.base))
    inner = [
        [
            child
            for child in _descendants(nodes[n])
            if child.type == units.base.kind
            and words_of(sources[n].text[child.start_byte : child.end_byte]) == base
        ]
        for n in (1, 2)
    ]
    if all(inner) or (not any(inner) and any(_exchanged(sources, units, n) for n in (1, 2))):
        raise Conflicted
    n = 1 if inner[0] else 2
    if len(inner[n - 1]) != 1:
        return None
    text, other, changed = sources[n].text, sources[3 - n], units[3 - n]
    start, end = inner[n - 1][0].start_byte, inner[n - 1][0].end_byte
    was, now = line_indent(other.text, changed.start), line_indent(text, start)
    new = relocated(other.cut(changed), was, now)
    return text[units[n].start : start] + new + text[end : units[n].end]


def _exchanged(sources: Merge[Source], units: Merge[Unit], n: int) -> bool:
    """Whether another name is called here, and the one of base elsewhere: `a().b()`, `b().a()`."""
    names = [_called(units[at], sources[at]) for at in (0, n)]
    if names[0] == names[1] or not is_name(names[0]):
        return False
    before, after = (
        words_of(s.text[min(s.start, u.start) : max(s.stop, u.end)]).count(names[0])
        for s, u in ((sources.base, units.base), (sources[n], units[n]))
    )
    return after >= before


def _called(unit: Unit, source: Source) -> bytes:
    """The last word before a call's arguments."""
    children = unit.node.children if unit.node is not None else []
    words = words_of(source.text[unit.core : children[-1].start_byte]) if children else ()
    return words[-1] if words else b""


def _descendants(node: Any) -> Iterator[Any]:
    stack = list(node.children)
    while stack:
        child = stack.pop()
        yield child
        stack += child.children
