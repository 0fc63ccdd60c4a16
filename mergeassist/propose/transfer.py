"""Edit transfer: one side reformats, re-indents, renames or moves the region, the other edits it.

Language-free, on words and white space (`structure/leaves.py`), so it serves code, comments,
strings and prose alike.  In the order of trust:

`transfer-reformat`     one side changed white space only: the other's words in the new layout
`transfer-reindent`     the same by lines, also where the one put new lines around
`transfer-rename`       one side renamed consistently: the other's new lines use the new names
                        (`-once`: a name that base holds only once)
`transfer-layout`       both changed words, apart from each other, and one side the layout too
`transfer-insertion`    one side deleted lines, the other inserted among them: the insertions stay
`transfer-wrap`         one side put lines around and indented, the other edited inside
`transfer-move`         one side moved lines of base: the other's edit follows them
`transfer-touching`     both changed words that meet without overlap
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from time import process_time

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Proposal
from mergeassist.propose.context import Context
from mergeassist.propose.structure.follow import followed
from mergeassist.propose.structure.layout import layout_changes, print_merge
from mergeassist.propose.structure.leaves import (
    Leaves,
    edits,
    is_name,
    leaves,
    merge_words,
    stripped_lines,
)

BUDGET = 1.0  # CPU seconds a file: a busy machine must not change what is proposed
MAX_BYTES = 60_000
MAX_WORDS = 6_000
MIN_KEPT = 0.6


def propose_transfer(
    conflicts: tuple[Conflict, ...], merged: MergedFile, context: Context
) -> list[list[Proposal]]:
    """Proposals for each conflict of a file; never raises for bad input."""
    deadline = process_time() + BUDGET
    return [
        list(_unlike_sides(conflict, _transfers(conflict.sides)))
        if process_time() < deadline
        else []
        for conflict in conflicts
    ]


def _unlike_sides(conflict: Conflict, proposals: Iterator[Proposal]) -> Iterator[Proposal]:
    seen = set(conflict.sides)
    for proposal in proposals:
        if proposal.text not in seen:
            seen.add(proposal.text)
            yield proposal


def _transfers(sides: Merge[bytes]) -> Iterator[Proposal]:
    if max(map(len, sides)) > MAX_BYTES:
        return
    split = sides.map(leaves)
    if max(len(side.words) for side in split) > MAX_WORDS:
        return
    plain = _relaid(split)
    by_words = [Proposal(*plain)] if plain is not None and plain[1] else []
    if by_words and by_words[0].source == "transfer-reformat":
        yield by_words.pop()
    for source, text in followed(sides):
        yield Proposal(text, source)
    yield from _reindented(sides)
    yield from by_words
    yield from _renaming(split, plain[0] if plain is not None else None)


def _renaming(sides: Merge[Leaves], plain: bytes | None) -> Iterator[Proposal]:
    """The merge after the renames of either side were made in the other two versions."""
    base = sides.base.words
    by_ours, by_theirs = renames(base, sides.ours.words), renames(base, sides.theirs.words)
    if not (by_ours or by_theirs):
        return
    renamed = _relaid(
        Merge(
            _renamed(sides.base, {**by_ours, **by_theirs}),
            _renamed(sides.ours, by_theirs),
            _renamed(sides.theirs, by_ours),
        )
    )
    if renamed is not None and renamed[0] != plain:
        once = any(base.count(old) < 2 for old in (*by_ours, *by_theirs))
        yield Proposal(renamed[0], "transfer-rename-once" if once else "transfer-rename")


def _relaid(sides: Merge[Leaves]) -> tuple[bytes, str] | None:
    """The merge of words in the newer layout, and the rule (empty where no layout changed)."""
    words = sides.map(lambda side: side.words)
    picks = merge_words(words)
    touching = picks is None
    if picks is None:
        picks = merge_words(words, touching=True)
    if picks is None or not _alike(words):
        return None
    ours = layout_changes(sides.base, sides.ours)
    theirs = layout_changes(sides.base, sides.theirs)
    source = ""
    if touching:
        source = "transfer-touching"
    elif ours or theirs:
        source = "transfer-reformat" if words.base in words[1:] else "transfer-layout"
    return print_merge(sides, picks, ours >= theirs), source


def _reindented(sides: Merge[bytes]) -> Iterator[Proposal]:
    """The lines merged without their indentation, where one side indented anew."""
    lines = sides.map(stripped_lines)
    words = lines.map(lambda side: side.words)
    picks = merge_words(words)
    if picks is None and any(_wraps(words.base, side) for side in words[1:]):
        picks = merge_words(words, touching=True)
    if picks is None:
        return
    ours = layout_changes(lines.base, lines.ours)
    theirs = layout_changes(lines.base, lines.theirs)
    if ours or theirs:
        yield Proposal(
            print_merge(lines, picks, ours >= theirs, by_lines=True), "transfer-reindent"
        )


def _wraps(base: list[bytes], side: list[bytes]) -> bool:
    """Whether a side kept all lines of base and put others around them."""
    return all(edit.start == edit.end for edit in edits(base, side))


def _alike(words: Merge[list[bytes]]) -> bool:
    """Whether both sides still tell the story of base, so that its words align with sense."""

    def kept(side: list[bytes]) -> bool:
        shared = len(words.base) - sum(e.end - e.start for e in edits(words.base, side))
        return shared >= MIN_KEPT * min(len(words.base), len(side))

    return kept(words.ours) and kept(words.theirs)


def renames(base: list[bytes], side: list[bytes]) -> dict[bytes, bytes]:
    """Names of base that `side` consistently replaced: gone there, and their successors new."""
    votes: dict[bytes, Counter[bytes]] = {}
    for edit in edits(base, side):
        was, now = base[edit.start : edit.end], side[edit.low : edit.high]
        if len(was) == len(now):
            for old, new in zip(was, now, strict=True):
                if is_name(old) and is_name(new):
                    votes.setdefault(old, Counter())[new] += 1
    old_names, new_names = set(base), set(side)
    found = {
        old: next(iter(new))
        for old, new in votes.items()
        if len(new) == 1 and old not in new_names and not old_names & new.keys()
    }
    return found if len(set(found.values())) == len(found) else {}


def _renamed(text: Leaves, names: dict[bytes, bytes]) -> Leaves:
    return Leaves([names.get(word, word) for word in text.words], text.gaps)
