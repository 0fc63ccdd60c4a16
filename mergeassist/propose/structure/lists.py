"""Three-way merge of child lists: which units survive, and in which order.

Units are matched in the manner of GumTree (Falleri et al., "Fine-grained and accurate source
code differencing", ASE 2014): equal ones first, then by signature, then by place and likeness.
Matched units share an id; the ids are merged by diff3, and where diff3 is at odds about the
order, children that commute are merged as a set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.diff3 import regions
from mergeassist.core.merge import Merge
from mergeassist.propose.structure.units import Key

LIKENESS = 0.5
CLOSES = 1_000  # the slot of a bracket that closes: behind whatever else came there
Words = tuple[bytes, ...]


class Item(NamedTuple):
    """What matching needs to know of a unit."""

    kind: str
    words: Words
    key: Key | None
    is_set: bool = False
    is_fixed: bool = False  # its place in the list means something
    core: Words = ()  # the words without the comments before it


class Order(NamedTuple):
    """The merged ids, whether children that commute had to be put in order, and sorted for it.

    An entry that both sides put between two others in order says more than one at the end, so
    only the latter counts for `sorted`.
    """

    ids: list[int]
    commuted: bool
    sorted: bool


def number(items: Merge[list[Item]], strict: bool = False) -> Merge[list[int]]:
    """Ids for the items of each version: the same id for what is the same item.

    With `strict`, of several that are alike the one most alike, not the first.
    """
    base = list(range(len(items.base)))
    ours = _partners(items.base, items.ours, strict)
    theirs = _partners(items.base, items.theirs, strict)
    fresh = len(base)
    ours_ids: list[int] = []
    for partner in ours:
        ours_ids.append(partner if partner != UNMATCHED else fresh)
        fresh += partner == UNMATCHED
    added = [i for i, partner in enumerate(ours) if partner == UNMATCHED]
    theirs_ids: list[int] = []
    for i, partner in enumerate(theirs):
        if partner == UNMATCHED:
            twin = _twin(items.theirs[i], [items.ours[j] for j in added])
            if twin is None:
                partner, fresh = fresh, fresh + 1
            else:
                partner = ours_ids[added.pop(twin)]
        theirs_ids.append(partner)
    return Merge(base, ours_ids, theirs_ids)


def _twin(item: Item, added: Sequence[Item]) -> int | None:
    for i, other in enumerate(added):
        same = other.words == item.words or (item.key is not None and other.key == item.key)
        same |= item.is_set and item.key is None and other.key is None
        if other.kind == item.kind and same:
            return i
    return None


def _partners(base: list[Item], side: list[Item], strict: bool) -> list[int]:
    """For each item of a side the base item it is, or `UNMATCHED`."""
    partner = [UNMATCHED] * len(side)
    for i, j in enumerate(match([item.words for item in base], [item.words for item in side])):
        if j != UNMATCHED and base[i].kind == side[j].kind:
            partner[j] = i
    for by in (*((_by_core,) if strict else ()), _by_key, _by_words, _by_name):
        _match_unique(base, side, partner, by)
    _match_by_place(base, side, partner, strict)
    return partner


def _by_key(item: Item) -> object:
    return item.key


def _by_name(item: Item) -> object:
    return item.key[1:] if item.key is not None else None


def _by_core(item: Item) -> object:
    return (item.kind, item.core) if item.core else None


def _by_words(item: Item) -> object:
    return (item.kind, item.words) if len(item.words) > 1 else None


def _match_unique(
    base: list[Item], side: list[Item], partner: list[int], by: Callable[[Item], object]
) -> None:
    taken = set(partner)
    free_base = [i for i in range(len(base)) if i not in taken]
    free_side = [j for j in range(len(side)) if partner[j] == UNMATCHED]
    base_count = Counter(by(base[i]) for i in free_base)
    side_count = Counter(by(side[j]) for j in free_side)
    place = {by(base[i]): i for i in free_base}
    for j in free_side:
        name = by(side[j])
        if name is not None and base_count[name] == 1 and side_count[name] == 1:
            partner[j] = place[name]


def _match_by_place(base: list[Item], side: list[Item], partner: list[int], strict: bool) -> None:
    """Between matched neighbours: the only one of its kind, or the most alike in order."""
    taken = set(partner)
    low = 0
    j = 0
    while j < len(side):
        if partner[j] != UNMATCHED:
            low = partner[j] + 1
            j += 1
            continue
        end = j
        while end < len(side) and partner[end] == UNMATCHED:
            end += 1
        high = partner[end] if end < len(side) else len(base)
        free = [i for i in range(low, high) if i not in taken] if high >= low else []
        for k in range(j, end):
            kin = [i for i in free if base[i].kind == side[k].kind]
            alone = len(kin) == 1 and sum(side[n].kind == side[k].kind for n in range(j, end)) == 1
            like = [i for i in kin if _alike(base[i], side[k], alone)]
            if strict:
                like.sort(key=lambda i: -_shared(base[i], side[k]))
            chosen = next(iter(like), None)
            if chosen is not None:
                partner[k] = chosen
                taken.add(chosen)
                free = [i for i in free if i > chosen]
        _match_replaced(base, side, partner, (low, high, j, end))
        j = end


def _match_replaced(
    base: list[Item], side: list[Item], partner: list[int], span: tuple[int, int, int, int]
) -> None:
    """As many left over on either side: each stands for the one in its place."""
    low, high, start, end = span
    taken = set(partner)
    free = [i for i in range(low, high) if i not in taken]
    rest = [j for j in range(start, end) if partner[j] == UNMATCHED]
    pairs = list(zip(free, rest, strict=False))
    if len(free) == len(rest) and all(_may_stand_for(base[i], side[j]) for i, j in pairs):
        around = sorted(j for j in range(start, end) if partner[j] != UNMATCHED)
        order = [partner[j] for j in around]
        if not around or order == sorted(order):
            for i, j in pairs:
                partner[j] = i


def _may_stand_for(base: Item, side: Item) -> bool:
    if base.key is None or side.key is None or base.key == side.key:
        return True
    return side.is_fixed and base.kind == side.kind and len(base.words) == len(side.words) == 1


def _alike(base: Item, side: Item, alone: bool) -> bool:
    if base.key is not None and side.key is not None and base.key != side.key and not alone:
        return False
    if alone and (base.key is None or base.key == side.key):
        return True
    return 2 * _shared(base, side) >= LIKENESS * (len(base.words) + len(side.words))


def _shared(base: Item, side: Item) -> int:
    return sum((Counter(base.words) & Counter(side.words)).values())


def merge_order(
    ids: Merge[list[int]],
    group_of: Callable[[int], int | None],
    rank_of: Callable[[int], Words | None],
    settle: str = "",
    strict: bool = False,
    slot_of: Callable[[int], int | None] = lambda _: None,
) -> Order | None:
    """The merged order of ids, or `None` in conflict.

    `group_of` tells what commutes, `rank_of` how sorted lists are sorted, `settle` what becomes
    of conflicts: nothing, `ours`, `theirs` or `both`.  With `strict`, an entry that both sides
    replaced by another is a conflict, though both could stand in a set, and `slot_of` orders what
    the grammar has in one place.
    """
    names = ids.map(lambda side: [b"%d" % i for i in side])
    result: list[int] = []
    commuted = was_sorted = False
    parts = regions(names)
    for at, part in enumerate(parts):
        if part.conflict is None:
            result += [int(name) for name in part.settled]
            continue
        pieces = part.conflict.map(lambda side: [int(name) for name in side])
        if _only_deleted(pieces):
            result += [i for i in pieces.base if i in pieces.ours and i in pieces.theirs]
            continue
        if strict and _in_slots(pieces, slot_of):
            result += sorted([*pieces.ours, *pieces.theirs], key=lambda i: slot_of(i) or 0)
            continue
        groups = {group_of(i) for piece in pieces for i in piece}
        if strict and len(groups) == 2 and _added_apart(pieces, group_of):
            commuted = True
            result += sorted(_as_set(pieces), key=lambda i: group_of(i) or 0)
            continue
        if len(groups) != 1 or None in groups:
            if not settle:
                return None
            result += _as_set(pieces) if settle == "both" else getattr(pieces, settle)
            continue
        if strict and _replaced_twice(pieces):
            return None
        commuted = True
        settled = parts[at + 1].settled[:1] if at + 1 < len(parts) else []
        merged = _as_set(pieces)
        around = (result[-1:], list(map(int, settled)))
        ordered = _sorted_like(pieces, merged, around, rank_of)
        at_end = not around[1] or rank_of(around[1][0]) is None
        was_sorted |= ordered != merged and at_end
        result += ordered
    if strict and len(set(result)) < len(result):
        commuted = True
        result = _once(result, group_of)
    return Order(result, commuted, was_sorted)


def _once(ids: list[int], group_of: Callable[[int], int | None]) -> list[int]:
    """An entry of a list in no order that both sides put in, at two places: at the first."""
    first = {i: at for at, i in reversed(list(enumerate(ids)))}
    return [i for at, i in enumerate(ids) if first[i] == at or group_of(i) is None]


def _replaced_twice(ids: Merge[list[int]]) -> bool:
    """Whether both sides put one new entry each in the place of the same old one."""
    base = set(ids.base)
    gone = base - {*ids.ours, *ids.theirs}
    ours, theirs = ({i for i in side if i not in base} for side in ids[1:])
    return len(gone) == len(ours) == len(theirs) == 1 and ours != theirs


def _added_apart(ids: Merge[list[int]], group_of: Callable[[int], int | None]) -> bool:
    """Whether both sides only added, one of them to one group and the other to another."""
    ours, theirs = ({group_of(i) for i in side} for side in ids[1:])
    return not (ids.base or None in ours | theirs) and len(ours) == len(theirs) == 1


def _in_slots(ids: Merge[list[int]], slot_of: Callable[[int], int | None]) -> bool:
    """Whether both sides only added, and each into places of its own, as `pub` and `async`."""
    ours, theirs = ({slot_of(i) for i in side} for side in ids[1:])
    if ids.base or ours & theirs:
        return False
    return None not in ours | theirs or {CLOSES} in (ours, theirs)


def _only_deleted(ids: Merge[list[int]]) -> bool:
    """Whether both sides kept some of base in its order and added nothing."""
    return all(side == [i for i in ids.base if i in side] for side in ids[1:])


def _sorted_like(
    pieces: Merge[list[int]],
    merged: list[int],
    around: tuple[list[int], list[int]],
    rank_of: Callable[[int], Words | None],
) -> list[int]:
    """The merged ids in order of rank where both sides, neighbours included, are in order."""
    before, behind = ([r for i in ids if (r := rank_of(i)) is not None] for ids in around)
    ranks = {i: rank_of(i) for i in {*merged, *pieces.ours, *pieces.theirs}}
    if not (before or behind) or None in ranks.values():
        return merged

    def rank(i: int) -> Words:
        return ranks[i] or ()

    for side in pieces[1:]:
        run = [*before, *map(rank, side), *behind]
        if run != sorted(run):
            return merged
    return sorted(merged, key=rank)


def _as_set(ids: Merge[list[int]]) -> list[int]:
    """Ours in its order, less what theirs deleted, and what theirs added at its place."""
    base, theirs = set(ids.base), set(ids.theirs)
    result = [i for i in ids.ours if i not in base or i in theirs]
    known = base | set(ids.ours)
    before: int | None = None
    for i in ids.theirs:
        if i not in known:
            at = result.index(before) + 1 if before is not None and before in result else 0
            while at < len(result) and result[at] not in base and result[at] not in theirs:
                at += 1
            result.insert(at, i)
        before = i
    return result
