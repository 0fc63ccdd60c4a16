"""Three-way merge of one syntax node: its children as a list, and those changed twice in turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from time import process_time
from typing import Any, NamedTuple

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.merge import Merge
from mergeassist.languages.profiles import Profile
from mergeassist.propose.structure.graft import put_around
from mergeassist.propose.structure.layout import layout_changes, print_merge
from mergeassist.propose.structure.leaves import edits, leaves, merge_words
from mergeassist.propose.structure.lists import CLOSES, Item, merge_order, number
from mergeassist.propose.structure.printing import Conflicted, Lists, print_children
from mergeassist.propose.structure.units import (
    Key,
    Source,
    Unit,
    groups_of,
    operator_of,
    signature,
    units_of,
    words_of,
)

MAX_DEPTH = 60
MAX_UNITS = 3_000
MAX_TEXT = 4_000
MIN_KEPT = 0.5
MIN_GONE, MAX_GONE = 3, 200  # words
MIN_SORTED = 4
_SORTED = ("import", "use_", "using", "include", "pair", "specifier", "identifier")
_CLOSING = (")", "]", "}")
_PROSE = ("string", "comment", "heredoc", "chardata", "text")


class Trace:
    """What a merge had to do, and until when it may work."""

    def __init__(
        self, deadline: float, settle: str = "", sort: bool = True, strict: bool = False
    ) -> None:
        self.deadline = deadline
        self.settle = settle
        self.sort = sort
        self.strict = strict  # see `merge_order`
        self.separator = b""  # for lists that had no two entries in any version
        self.commuted = self.by_words = self.sorted = False
        self.units = 0

    def spend(self, units: int) -> None:
        """Count units; gives up when the node is too large or the time is over."""
        self.units += units
        if self.units > MAX_UNITS or process_time() > self.deadline:
            raise Conflicted


def merge_nodes(sources: Merge[Source], nodes: Merge[Any], trace: Trace, depth: int = 0) -> bytes:
    """The text of a node merged three ways; raises `Conflicted`."""
    if depth > MAX_DEPTH or not (_one_kind(nodes) or (trace.strict and _extended(sources, nodes))):
        raise Conflicted
    if not all(node.child_count for node in nodes):
        raise Conflicted
    units = Merge(*(units_of(n, s) for n, s in zip(nodes, sources, strict=True)))
    operators = {operator_of(n, s) for n, s in zip(nodes, sources, strict=True)}
    if len(operators) > 1 and max(map(len, units)) > max(node.child_count for node in nodes):
        raise Conflicted  # one side's operand would bind to the other side's operator
    return _merge_units(sources, nodes, units, trace, depth)


def _one_kind(nodes: Merge[Any]) -> bool:
    return len({node.type for node in nodes}) == 1


def _extended(sources: Merge[Source], nodes: Merge[Any]) -> bool:
    """Whether a node is of another kind for what was put in: `b=1` and `b: int = 1`, `(a)` and
    `(a, b)`; where both sides did that, to one kind."""
    parts = Merge(
        *(
            [(child.type, s.text[child.start_byte : child.end_byte]) for child in node.children]
            for s, node in zip(sources, nodes, strict=True)
        )
    )
    kinds = nodes.map(lambda node: node.type)
    changed = [n for n in (1, 2) if kinds[n] != kinds.base]
    return (
        len({kinds[n] for n in changed}) == 1
        and len(parts.base) > 1
        and all(_within(parts.base, parts[n]) for n in changed)
    )


def _within(few: list[tuple[str, bytes]], many: list[tuple[str, bytes]]) -> bool:
    """Whether all of these stand in the other list, in this order."""
    left = iter(many)
    return len(few) < len(many) and all(part in left for part in few)


def _merge_units(
    sources: Merge[Source],
    nodes: Merge[Any],
    units: Merge[list[Unit]],
    trace: Trace,
    depth: int,
) -> bytes:
    trace.spend(sum(map(len, units)))
    groups = groups_of(nodes.base, sources.base) or groups_of(nodes.ours, sources.ours)
    moving = frozenset().union(*groups)
    items = Merge(*(_items(side, s, moving) for side, s in zip(units, sources, strict=True)))
    ids = number(items, trace.strict)
    places = ids.map(lambda side: {i: at for at, i in enumerate(side)})
    lists = Lists(sources, units, ids, places, trace.strict)
    kinds = {
        i: unit.kind for side in zip(ids, units, strict=True) for i, unit in zip(*side, strict=True)
    }

    def group_of(i: int) -> int | None:
        n, at = lists.home(i)
        if items[n][at].key is None and kinds[i] in sources.base.profile.signatures:
            return None  # an entry without a key holds its place
        return next((g for g, group in enumerate(groups) if kinds[i] in group), None)

    def rank_of(i: int) -> tuple[bytes, ...] | None:
        n, at = lists.home(i)
        if not any(name in kinds[i] for name in _SORTED):
            return None
        unit = units[n][at]
        return (b"".join(sources[n].text[unit.core : unit.end].rstrip(b";").split()),)

    def slot_of(i: int) -> int | None:
        if kinds[i] in _CLOSING:
            return CLOSES
        return _slot(kinds[i], sources.base.profile)

    ranked = rank_of if trace.sort else _unranked
    order = merge_order(ids, group_of, ranked, trace.settle, trace.strict, slot_of)
    if order is None:
        raise Conflicted
    _check(lists, items, order.ids, trace.settle)
    trace.commuted |= order.commuted
    trace.sorted |= order.sorted and not _is_ordered(ids.base, rank_of)
    texts = [_unit_text(lists, i, trace, depth) for i in order.ids]
    starts = Merge(*(node.start_byte for node in nodes))
    return print_children(lists, order.ids, texts, starts, trace.separator)


def _unranked(_: int) -> None:
    return None


def _is_ordered(ids: list[int], rank_of: Callable[[int], tuple[bytes, ...] | None]) -> bool:
    """Whether there are enough entries in order for that to be no accident."""
    ranks = [rank for i in ids if (rank := rank_of(i)) is not None]
    return len(ranks) >= MIN_SORTED and ranks == sorted(ranks)


def _items(units: list[Unit], source: Source, moving: frozenset[str]) -> list[Item]:
    """What to match by; units outside of the conflict are the same in all versions."""
    result = []
    for unit in units:
        text = source.cut(unit)
        words = words_of(text) if source.touches(unit) else (text,)
        holder = _is_set(unit.node, source.profile)
        fixed = unit.kind not in moving
        core = words_of(source.text[unit.core : unit.end]) if unit.start < unit.core else words
        result.append(Item(unit.kind, words, signature(unit, source), holder, fixed, core))
    return result


def _is_set(node: Any, profile: Profile) -> bool:
    """Whether a node is a list in no order, or a keyword and one."""
    if node is None or not node.is_named:
        return False
    if node.type in profile.commutative:
        return True
    if node.children and all(_slot(c.type, profile) is not None for c in node.children):
        return True
    inner = node.named_children if node.named_child_count == 1 else []
    return any(child.type in profile.commutative for child in inner)


def _slot(kind: str, profile: Profile) -> int | None:
    return next((at for at, slot in enumerate(profile.slots) if kind in slot.split()), None)


def _check(lists: Lists, items: Merge[list[Item]], ids: list[int], settle: str) -> None:
    """Nothing lost, nothing twice, nothing deleted that the other side changed."""
    count = Counter(ids)
    base, ours, theirs = lists.places
    for i in {*base, *ours, *theirs}:
        survives = i not in base or (i in ours and i in theirs)
        if count[i] > 1 or (not settle and count[i] != survives):
            raise Conflicted
        if i in base and not survives and settle in ("", "both"):
            for side, other in ((ours, items.ours), (theirs, items.theirs)):
                if i in side and other[side[i]].words != items.base[base[i]].words:
                    raise Conflicted
    keys: Counter[Key] = Counter()
    for i in ids:
        version, at = lists.home(i)
        key = items[version][at].key
        if key is not None:
            keys[key] += 1
    for key, times in keys.items():
        if times > 1 and times > _allowed(lists, items, key):
            raise Conflicted


def _allowed(lists: Lists, items: Merge[list[Item]], key: Key) -> int:
    """How often a signature may occur: as in base, or as one side alone has it in the conflict.

    Text outside of the conflict may be the other side's, so a second one beside it is a clash.
    """
    touched: list[int] = []
    for source, units, side in zip(lists.sources, lists.units, items, strict=True):
        holders = [unit for unit, item in zip(units, side, strict=True) if item.key == key]
        inside = sum(map(source.touches, holders))
        touched.append(inside if inside == len(holders) else 0)
    return max(*touched, sum(item.key == key for item in items.base))


def _unit_text(lists: Lists, i: int, trace: Trace, depth: int) -> tuple[bytes, int]:
    """A unit's merged text, and the version whose indentation it has."""
    places = [places.get(i) for places in lists.places]
    held = [n for n in (1, 2) if places[n] is not None]
    if len(held) == 1:
        only = held[0]
        return lists.sources[only].cut(lists.units[only][lists.places[only][i]]), only
    ours, theirs = (lists.units[n][lists.places[n][i]] for n in (1, 2))
    text_ours, text_theirs = lists.sources.ours.cut(ours), lists.sources.theirs.cut(theirs)
    if places[0] is None:
        if words_of(text_ours) == words_of(text_theirs):
            return text_ours, 1
        try:
            return _added_twice(lists.sources, (ours, theirs), trace, depth), 1
        except Conflicted:
            return _settled(Merge(b"", text_ours, text_theirs), trace)
    base = lists.units.base[places[0]]
    texts = Merge(lists.sources.base.cut(base), text_ours, text_theirs)
    trivial = texts.trivial()
    if trivial is not None:
        return trivial.value, 1 if trivial.value == text_ours else 2
    words = texts.map(words_of)
    if words.base == words.ours == words.theirs:
        return (text_ours, 1) if text_ours != texts.base else (text_theirs, 2)
    if words.ours == words.theirs:
        return text_ours, 1
    try:
        return _changed_twice(lists.sources, Merge(base, ours, theirs), texts, trace, depth), 1
    except Conflicted:
        return _settled(texts, trace)


def _added_twice(
    sources: Merge[Source], added: tuple[Unit, Unit], trace: Trace, depth: int
) -> bytes:
    """Lists in no order that both sides added: what they share is their base."""
    ours, theirs = added
    if not (_is_set(ours.node, sources.ours.profile) and ours.kind == theirs.kind):
        raise Conflicted
    named = signature(ours, sources.ours) is not None
    if ours.start != ours.core or (named and not (trace.strict and "import" in ours.kind)):
        raise Conflicted
    sides = [units_of(ours.node, sources.ours), units_of(theirs.node, sources.theirs)]
    words = [
        [b" ".join(words_of(s.cut(u))) for u in units]
        for s, units in zip(sources[1:], sides, strict=True)
    ]
    partners = match(words[0], words[1])
    shared = [unit for unit, j in zip(sides[0], partners, strict=True) if j != UNMATCHED]
    return _merge_units(
        Merge(sources.ours, sources.ours, sources.theirs),
        Merge(ours.node, ours.node, theirs.node),
        Merge(shared, *sides),
        trace,
        depth + 1,
    )


def _settled(texts: Merge[bytes], trace: Trace) -> tuple[bytes, int]:
    """One side's text where the merge was told to take it."""
    if trace.settle not in ("ours", "theirs"):
        raise Conflicted
    return (texts.ours, 1) if trace.settle == "ours" else (texts.theirs, 2)


def _changed_twice(
    sources: Merge[Source], units: Merge[Unit], texts: Merge[bytes], trace: Trace, depth: int
) -> bytes:
    if trace.strict and any(_went(sources, units, n) for n in (1, 2)):
        raise Conflicted
    nodes = units.map(lambda unit: unit.node)
    around = put_around(sources, units) if trace.strict else None
    if around is not None:
        return around
    commuted, by_words = trace.commuted, trace.by_words
    try:
        if any(node is None for node in nodes):
            raise Conflicted
        body = merge_nodes(sources, nodes, trace, depth + 1)
        heads = Merge(*(s.text[u.start : u.core] for s, u in zip(sources, units, strict=True)))
        head = heads.trivial()
        return (head.value if head is not None else _head(sources, units, trace, depth)) + body
    except Conflicted:
        if not all(_is_prose(unit, sources.base) for unit in units):
            raise
        trace.commuted, trace.by_words = commuted, by_words
        return _by_words(texts, trace)


def _went(sources: Merge[Source], units: Merge[Unit], n: int) -> bool:
    """Whether what base has here stands elsewhere on that side, as after a swap."""
    here = words_of(sources.base.cut(units.base))
    text = _run(here)
    if not MIN_GONE <= len(here) <= MAX_GONE or text in _run(words_of(sources[n].cut(units[n]))):
        return False
    before, after = (
        _run(words_of(s.text[min(s.start, u.start) : max(s.stop, u.end)]))
        for s, u in ((sources.base, units.base), (sources[n], units[n]))
    )
    return 0 < before.count(text) <= after.count(text)


def _run(words: tuple[bytes, ...]) -> bytes:
    return b" " + b" ".join(words) + b" "


class _Head(NamedTuple):
    """What stands before a declaration, as a node."""

    children: list[Any]
    start_byte: int
    end_byte: int
    type: str = "head"
    parent: Any = None

    @property
    def child_count(self) -> int:
        return len(self.children)


def _siblings(unit: Unit) -> list[Any]:
    parent = unit.node.parent if unit.node is not None else None
    return [] if parent is None else list(parent.children)


def _head(sources: Merge[Source], units: Merge[Unit], trace: Trace, depth: int) -> bytes:
    """The attributes and comments before a unit, which all three versions have otherwise."""
    bare = sources.map(lambda s: s._replace(profile=s.profile._replace(leading=frozenset())))
    heads = units.map(
        lambda unit: _Head(
            [c for c in _siblings(unit) if unit.start <= c.start_byte < unit.core],
            unit.start,
            unit.core,
        )
    )
    ours = units.ours
    head_end = ours.start + len(sources.ours.text[ours.start : ours.core].rstrip())
    try:
        body = merge_nodes(bare, Merge(*heads), trace, depth + 1)
        return body + sources.ours.text[head_end : ours.core]
    except Conflicted:
        cuts = zip(sources, units, strict=True)
        return _by_words(Merge(*(s.text[u.start : u.core] for s, u in cuts)), trace)


def _is_prose(unit: Unit, source: Source) -> bool:
    """Whether a unit is a comment or a string, whose words may merge by themselves."""
    if unit.node is None:
        return unit.kind == "comment"
    kind = unit.kind.lower()
    return kind in source.profile.comments or any(name in kind for name in _PROSE)


def _by_words(texts: Merge[bytes], trace: Trace) -> bytes:
    """A clean merge of the words of a comment or string."""
    if max(map(len, texts)) > MAX_TEXT:
        raise Conflicted
    split = texts.map(leaves)
    words = split.map(lambda side: side.words)
    for side in words[1:]:
        shared = len(words.base) - sum(e.end - e.start for e in edits(words.base, side))
        if shared < MIN_KEPT * min(len(words.base), len(side)):
            raise Conflicted
    picks = merge_words(words)
    if picks is None:
        raise Conflicted
    trace.by_words = True
    follow_ours = layout_changes(split.base, split.ours) >= layout_changes(split.base, split.theirs)
    return print_merge(split, picks, follow_ours)
