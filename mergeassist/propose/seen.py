"""Conflicts this repository has resolved before: rerere, generalised.

A conflict is looked up by three keys, each coarser than the one before: its texts as they are;
without white space; and with words and numbers replaced, each by the place of its first
occurrence (`foo = 1` reads like `bar = 2`, and unlike `foo = foo`), numbers keeping their order.
What was committed then
is applied now: a side as that side (also where ours and theirs have changed places), any other
text with the words of today in their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from math import exp, log
from pathlib import Path
from typing import NamedTuple

from mergeassist.core.chunks import Conflict
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Proposal
from mergeassist.core.tokens import is_blank, tokenize, trimmed
from mergeassist.errors import InputError
from mergeassist.git.index_store import Index, Keys, Match, Row

EXACT, SPACE, RENAMED = LEVELS = ("seen-exact", "seen-space", "seen-renamed")

MAX_BYTES = 12_000  # of a region, all sides: what is longer is not looked up (5 ms)
MIN_TOKENS = 20  # of a region looked up by its form: smaller ones have nothing in common but that
MAX_MATCHES = 64
MAX_TEXTS = 3  # proposals a conflict
_HOLE = b"\0"  # binary files are not merged by lines, so no text holds it
_NAME = re.compile(rb"[A-Za-z0-9_\x80-\xff]")
_HOLES = re.compile(rb"\0(\d+)\0")


class Seen(NamedTuple):
    """A text that past resolutions of such a conflict give, with who stands for it.

    `agreeing` of `of` matches at the finest `level` that has any gave this text; `newest` is
    the time of the last one and `merge` its commit.
    """

    text: bytes
    level: str
    agreeing: int
    of: int
    newest: int
    merge: str


class Renamed(NamedTuple):
    """A conflict with placeholders: the hash of its form, and each word's placeholder."""

    key: int
    names: Mapping[bytes, int]


def rename(tokens: Merge[list[bytes]]) -> Renamed:
    """Number the words and numbers of base, ours and theirs in the order they come."""
    order = dict.fromkeys(chain.from_iterable(tokens))
    names = {token: place for place, token in enumerate(filter(_NAME.match, order))}
    code = {token: b"" if is_blank(token) else token for token in order}
    code.update((token, b"\0%d" % place) for token, place in names.items())
    # which version is the later one decides many conflicts: numbers keep their order
    numbers = {token: _size(token) for token in names if token.isdigit()}
    ranks = {size: rank for rank, size in enumerate(sorted(set(numbers.values())))}
    code.update((token, b"%b<%d" % (code[token], ranks[numbers[token]])) for token in numbers)
    form = (b"".join(map(code.__getitem__, side)) + b"\0\0" for side in tokens)
    return Renamed(_hash(form), names)


def _size(number: bytes) -> tuple[int, bytes]:
    """What orders decimal numbers of any length."""
    digits = number.lstrip(b"0")
    return len(digits), digits


def keys_of(sides: Merge[bytes], renamed: Renamed) -> Keys:
    """The three keys of a conflict in this orientation."""
    exact = [trimmed(side) + b"\0\0" for side in sides]
    space = [b"".join(side.split()) + b"\0\0" for side in sides]
    return Keys(_hash(exact), _hash(space), renamed.key)


def _hash(parts: Iterable[bytes]) -> int:
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(part)
    return int.from_bytes(digest.digest(), "big", signed=True)


def rows_of(
    path: str, conflicts: Iterable[Conflict], truths: Iterable[bytes | None]
) -> Iterator[Row]:
    """What the index keeps of one file: conflicts with a known answer that can be looked up."""
    for place, (conflict, truth) in enumerate(zip(conflicts, truths, strict=True)):
        if truth is not None and not too_large(conflict.sides):
            yield row_of(path, place, conflict.sides, truth)


def row_of(path: str, place: int, sides: Merge[bytes], resolved: bytes) -> Row:
    """What the index keeps of one past conflict."""
    goal = trimmed(resolved)
    side = next((s for s in ("ours", "theirs") if trimmed(getattr(sides, s)) == goal), "other")
    renamed = rename(sides.map(tokenize))
    text = template = None
    if side == "other":
        text, template = resolved, template_of(resolved, renamed.names)
    return Row(path, place, keys_of(sides, renamed), side, text, template)


def too_large(sides: Merge[bytes]) -> bool:
    """Whether a region is too long to be looked up, or holds what a placeholder is made of."""
    return sum(map(len, sides)) > MAX_BYTES or any(_HOLE in side for side in sides)


def template_of(text: bytes, names: Mapping[bytes, int]) -> bytes:
    """A text with placeholders for the words that the conflict holds."""
    return b"".join(
        b"\0%d\0" % names[token] if token in names else token for token in tokenize(text)
    )


def fill(template: bytes, names: Mapping[bytes, int]) -> bytes:
    """The inverse of `template_of` with the words of another conflict of the same form."""
    words = {place: token for token, place in names.items()}
    return _HOLES.sub(lambda hole: words[int(hole[1])], template)


class SeenBefore:
    """Looks conflicts up in an index; `before` hides merges from that time on."""

    def __init__(self, index: Index, before: int | None = None) -> None:
        self.index, self.before = index, before

    def join(self, conflict: Conflict, proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
        """The proposals of one conflict with what was seen before; never raises.

        Equal texts become one.  Where all matches agree, that text has at least the probability
        of `trust`, and the others share what is left; without a judge it stands first.
        """
        seen = self._safely(conflict.sides)
        joined = _joined(proposals, seen)
        if not seen or seen[0].agreeing < seen[0].of:
            return joined
        key = trimmed(seen[0].text)
        at = next(at for at, one in enumerate(joined) if trimmed(one.text) == key)
        return _raised(joined, at, seen[0])

    def _safely(self, sides: Merge[bytes]) -> list[Seen]:
        try:
            return self.look_up(sides)
        except Exception:  # a damaged or busy index is no reason to fail a merge
            return []

    def look_up(self, sides: Merge[bytes]) -> list[Seen]:
        """What such a conflict became, best supported first, at the finest level with a match.

        Raises `sqlite3.Error` for a damaged or busy index.
        """
        if too_large(sides):
            return []
        tokens = sides.map(tokenize)
        views = (_View(sides, tokens), _View(sides.mirrored(), tokens.mirrored()))
        found = self.index.matches((views[0].keys, views[1].keys), self.before, MAX_MATCHES)
        small = sum(map(len, tokens)) < MIN_TOKENS
        for level in range(len(LEVELS) - small):
            texts = [
                (match, view.applied(match.row, level))
                for match in found
                for view in views
                if view.agrees(match.row, level)
            ]
            if texts:
                return _counted(texts, LEVELS[level])
        return []


class _View:
    """A conflict in one orientation."""

    def __init__(self, sides: Merge[bytes], tokens: Merge[list[bytes]]) -> None:
        renamed = rename(tokens)
        self.sides, self.names = sides, renamed.names
        self.keys = keys_of(sides, renamed)

    def agrees(self, row: Row, level: int) -> bool:
        return self.keys[level] == row.keys[level]

    def applied(self, row: Row, level: int) -> bytes:
        if row.side != "other":
            text: bytes = getattr(self.sides, row.side)
            return text
        if LEVELS[level] == EXACT:
            return _ended_like(row.text or b"", self.sides)
        return _ended_like(fill(row.template or b"", self.names), self.sides)


def _ended_like(text: bytes, sides: Merge[bytes]) -> bytes:
    """A text with the line ends of today's sides: equal keys say nothing of them."""
    end = b"\r\n" if any(b"\r\n" in side for side in sides) else b"\n"
    lines = text.replace(b"\r\n", b"\n")
    if lines and not lines.endswith(b"\n") and all(s.endswith(b"\n") for s in sides if s):
        lines += b"\n"
    return lines.replace(b"\n", end)


def _counted(texts: Iterable[tuple[Match, bytes]], level: str) -> list[Seen]:
    """Texts that are equal after trimming as one, the most frequent and then the newest first."""
    groups: dict[bytes, list[tuple[Match, bytes]]] = {}
    merges: set[tuple[str, str, int]] = set()
    for match, text in texts:
        # a conflict that is its own mirror image is found in both orientations
        place = (match.merge, match.row.path, match.row.place)
        if place not in merges:
            merges.add(place)
            groups.setdefault(trimmed(text), []).append((match, text))
    found = [
        Seen(group[0][1], level, len(group), len(merges), group[0][0].time, group[0][0].merge)
        for group in groups.values()
    ]
    return sorted(found, key=lambda one: (-one.agreeing, -one.newest))[:MAX_TEXTS]


def _joined(proposals: tuple[Proposal, ...], seen: Sequence[Seen]) -> tuple[Proposal, ...]:
    """Proposals with the sources of equal texts joined; new texts stand at the end."""
    joined = list(proposals)
    places = {trimmed(proposal.text): at for at, proposal in enumerate(joined)}
    for one in seen:
        at = places.get(trimmed(one.text))
        if at is None:
            joined.append(Proposal(one.text, one.level))
        else:
            joined[at] = joined[at]._replace(also=(*joined[at].also, one.level))
    return tuple(joined)


def trust(seen: Seen, said: float) -> float:
    """How probable it is that a text all matches agree on is committed again.

    `said` is what the judge gives the text: it has read the conflict, the memory has not.  Where
    it finds the text improbable a single match was right one time in three, so the two are
    combined (logistic regression, fitted on the valid repositories in the order of their merges by
    `benchmarks/seen.py`).
    """
    within = min(max(said, _LEAST_SAID), 0.99)
    weight, many, start = _TRUST
    odds = start + weight * log(within / (1 - within)) + many * log(seen.agreeing)
    return 1 / (1 + exp(-odds))


_TRUST = (0.95, 0.47, 0.66)  # log-odds of `said`, log of the matches, where both are zero
_LEAST_SAID = 0.1  # also of a text that was not among the proposals


def _raised(proposals: tuple[Proposal, ...], at: int, seen: Seen) -> tuple[Proposal, ...]:
    """The seen text with what memory and judge make of it; first, where no judge has spoken."""
    text, others = proposals[at], (*proposals[:at], *proposals[at + 1 :])
    if all(proposal.probability is None for proposal in proposals):
        return (text, *others)
    said = text.probability or 0.0
    least = trust(seen, said)
    if said >= least:
        return proposals
    share = (1 - least) / (1 - said)
    shrunk = (
        one
        if one.probability is None
        else one._replace(probability=round(one.probability * share, 4))
        for one in others
    )
    found = (text._replace(probability=round(least, 4)), *shrunk)
    return tuple(sorted(found, key=lambda one: -(one.probability or 0.0)))


def open_seen(file: Path) -> SeenBefore | None:
    """The past of the repository whose index is `file`; `None` where it cannot be read."""
    try:
        # a driver does not wait for a `learn` that is writing
        return SeenBefore(Index(file, wait=0.0))
    except InputError:
        return None
