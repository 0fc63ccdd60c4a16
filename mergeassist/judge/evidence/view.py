"""One conflict with everything around it, measured once and shared by all evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from math import log1p
from typing import Any

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.diff3 import Region, token_regions
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, split_lines, tokenize
from mergeassist.judge.evidence.commits import Commit, commits_of, union
from mergeassist.propose.context import Context

CONTEXT_LINES = 12
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]{2,}")


_NUMBERS = re.compile(rb"\d+")


def words(text: bytes) -> set[bytes]:
    """The identifiers and words of three letters or more."""
    return set(_WORD.findall(text))


def token_bag(text: bytes) -> Counter[bytes]:
    """How often each token that is not white space stands in `text`."""
    return Counter(token for token in tokenize(text) if not is_blank(token))


def line_set(text: bytes) -> frozenset[bytes]:
    """The lines that hold anything, without outer white space."""
    return frozenset(stripped for line in text.split(b"\n") if (stripped := line.strip()))


Measure = Callable[["FileView"], dict[str, float]]


def _masked(text: bytes) -> bytes:
    return _NUMBERS.sub(b"0", b"".join(text.split()))


class FileView:
    """What the conflicts of one file share: settled text, sizes, history."""

    def __init__(self, merged: MergedFile, context: Context) -> None:
        self.merged = merged
        self.context = context
        self.settled = b"".join(chunk for chunk in merged.chunks if isinstance(chunk, bytes))
        self._measured: dict[Measure, dict[str, float]] = {}

    def once(self, measure: Measure) -> dict[str, float]:
        """`measure(self)`, the same for all conflicts of the file."""
        if measure not in self._measured:
            self._measured[measure] = measure(self)
        return self._measured[measure]

    @cached_property
    def settled_words(self) -> set[bytes]:
        """Words of the text that is not in conflict."""
        return words(self.settled)

    @cached_property
    def settled_lines(self) -> frozenset[bytes]:
        """Lines of the text that is not in conflict."""
        return line_set(self.settled)

    @cached_property
    def versions(self) -> Merge[bytes]:
        """The whole three files, rebuilt from the chunks where the context lacks them."""
        known = Merge(self.context.base, self.context.ours, self.context.theirs)
        names = Merge("base", "ours", "theirs")
        base, ours, theirs = (
            self.merged.side(name) if text is None else text
            for text, name in zip(known, names, strict=True)
        )
        return Merge(base, ours, theirs)

    @cached_property
    def version_lines(self) -> Merge[frozenset[bytes]]:
        """The line sets of the whole three files."""
        return self.versions.map(line_set)

    @cached_property
    def version_words(self) -> Merge[set[bytes]]:
        """The words of the whole three files."""
        return self.versions.map(words)

    @cached_property
    def in_conflict(self) -> Merge[frozenset[bytes]]:
        """The lines of each version that stand in some conflict."""
        parts = [conflict.sides for conflict in self.merged.conflicts]
        names = ("base", "ours", "theirs")
        return Merge(*(line_set(b"\n".join(getattr(p, n) for p in parts)) for n in names))

    @cached_property
    def edits(self) -> Counter[Merge[bytes]]:
        """How often each conflict stands in the file, numbers and white space aside."""
        return Counter(conflict.sides.map(_masked) for conflict in self.merged.conflicts)

    @cached_property
    def stale_words(self) -> tuple[set[bytes], set[bytes], set[bytes]]:
        """Words of the base file that ours, and that theirs, uses nowhere any more, and those of
        both that are in no settled text either."""
        base, ours, theirs = self.version_words
        stale_ours, stale_theirs = base - ours, base - theirs
        return stale_ours, stale_theirs, (stale_ours | stale_theirs) - self.settled_words

    @cached_property
    def gone_lines(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Lines of the base file that ours, and that theirs, deleted."""
        base, ours, theirs = self.version_lines
        return base - ours, base - theirs

    @cached_property
    def superseded_lines(self) -> tuple[tuple[frozenset[bytes], frozenset[bytes]], ...]:
        """For ours and for theirs: lines its commits once added, and once removed, that it has
        no more."""
        _, *now = self.version_lines
        return tuple(
            (added - lines, removed - lines)
            for (added, removed), lines in zip(self.past_lines, now, strict=True)
        )

    @cached_property
    def history(self) -> Mapping[str, Any]:
        """Each side's commits since the base, empty where unknown."""
        return self.context.history or {}

    @property
    def known_history(self) -> bool:
        """Whether the commits of both sides are known."""
        return all(isinstance(self.history.get(side), list) for side in ("ours", "theirs"))

    @cached_property
    def commits(self) -> tuple[list[Commit], list[Commit]]:
        """The commits of ours and of theirs, newest first; none where unknown."""
        return commits_of(self.history, "ours") or [], commits_of(self.history, "theirs") or []

    @cached_property
    def past_lines(self) -> tuple[tuple[frozenset[bytes], frozenset[bytes]], ...]:
        """For ours and for theirs: the lines its commits once added, and once removed."""
        return tuple(
            (union(c.added for c in side), union(c.removed for c in side)) for side in self.commits
        )

    @cached_property
    def past_words(self) -> tuple[set[bytes], ...]:
        """For ours and for theirs: the words of the lines its commits once added."""
        return tuple(words(b"\n".join(added)) for added, _ in self.past_lines)

    def conflicts(self) -> list[ConflictView]:
        """A view of each conflict, top to bottom."""
        chunks = self.merged.chunks
        total = len(self.merged.conflicts)
        views: list[ConflictView] = []
        above = 0
        for at, chunk in enumerate(chunks):
            if isinstance(chunk, bytes):
                above += chunk.count(b"\n")
                continue
            before = chunks[at - 1] if at else b""
            after = chunks[at + 1] if at + 1 < len(chunks) else b""
            views.append(
                ConflictView(
                    self,
                    chunk,
                    before if isinstance(before, bytes) else b"",
                    after if isinstance(after, bytes) else b"",
                    len(views),
                    total,
                    above,
                )
            )
            above += chunk.ours.count(b"\n")
        return views


class ConflictView:
    """One conflict: its three texts as tokens, lines and bags, and its surroundings."""

    def __init__(
        self,
        file: FileView,
        conflict: Conflict,
        before: bytes,
        after: bytes,
        index: int,
        total: int,
        lines_above: int,
    ) -> None:
        self.file = file
        self.sides = conflict.sides
        self.before = split_lines(before)[-CONTEXT_LINES:]
        self.after = split_lines(after)[:CONTEXT_LINES]
        self.index, self.total, self.lines_above = index, total, lines_above

    @cached_property
    def regions(self) -> list[Region]:
        """The token-level three-way diff."""
        return token_regions(self.sides)

    @cached_property
    def bags(self) -> Merge[Counter[bytes]]:
        """Token bags of the three texts."""
        return self.sides.map(token_bag)

    @cached_property
    def lines(self) -> Merge[frozenset[bytes]]:
        """Line sets of the three texts."""
        return self.sides.map(line_set)

    @cached_property
    def words(self) -> Merge[set[bytes]]:
        """Words of the three texts."""
        return self.sides.map(words)

    @cached_property
    def added(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Lines ours adds to base, lines theirs adds to base."""
        return self.lines.ours - self.lines.base, self.lines.theirs - self.lines.base

    @cached_property
    def deleted(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Lines ours deletes from base, lines theirs deletes from base."""
        return self.lines.base - self.lines.ours, self.lines.base - self.lines.theirs

    @property
    def alike(self) -> int:
        """How many other conflicts of the file are the same, numbers and white space aside."""
        return self.file.edits[self.sides.map(_masked)] - 1

    @cached_property
    def deltas(self) -> tuple[Counter[bytes], Counter[bytes], Counter[bytes], Counter[bytes]]:
        """Tokens ours adds to base and takes from it, tokens theirs adds and takes."""
        base, ours, theirs = self.bags
        return ours - base, base - ours, theirs - base, base - theirs

    @cached_property
    def side_lines(self) -> list[bytes]:
        """The lines of the three texts, one text after the other."""
        return [line for side in self.sides for line in split_lines(side)]

    @cached_property
    def inner_blanks(self) -> tuple[int, int]:
        """Blank lines inside ours and inside theirs, outer ones aside."""
        ours, theirs = (
            sum(is_blank(line) for line in split_lines(side.strip(b"\r\n")))
            for side in (self.sides.ours, self.sides.theirs)
        )
        return ours, theirs

    @cached_property
    def tabs_around(self) -> float:
        """The share of the lines around the conflict that begin with a tab."""
        around = self.before + self.after
        return float(sum(line[:1] == b"\t" for line in around) / max(len(around), 1))

    @cached_property
    def longest_around(self) -> float:
        """log(1 + length in bytes) of the longest line around and in the two sides."""
        lines = self.before + self.after + self.side_lines
        return float(log1p(max((len(line) for line in lines), default=0)))

    @cached_property
    def context_bag(self) -> Counter[bytes]:
        """Tokens of the lines around the conflict."""
        return token_bag(b"".join(self.before + self.after))
