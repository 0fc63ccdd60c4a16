"""Which token of one tokenizer is which of another: by spelling, by edit distance, by place.

FuseLLM (arXiv 2401.10491) aligns two token sequences of one text by dynamic time warping with the
edit distance of the tokens, and vocabularies by equality ("exact") or least edit distance ("edit").
Here the sequences are first cut wherever both have a token's end, which the tokenizers' offsets
tell, and warping is left to the pieces in between; where both cut alike the result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Span = tuple[int, int]
_BYTE = re.compile(r"^<0x([0-9A-F]{2})>$")


def edit_distance(left: str, right: str) -> int:
    """Insertions, deletions and replacements of one character (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


@cache
def _byte_of() -> dict[str, int]:
    """The characters that byte-level vocabularies write bytes with (GPT-2's table)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    table = {chr(b): b for b in plain}
    return table | {chr(256 + i): b for i, b in enumerate(rest)}


def spellings(vocabulary: Mapping[str, int]) -> dict[int, str]:
    """What every token stands for in a text, by id, whatever mark its tokenizer has for a space.

    Byte-level tokens are decoded; WordPiece's `##` continues a word, so others start with a space.
    """
    names = {number: token for token, number in vocabulary.items()}
    if any(token.startswith("Ġ") for token in vocabulary):
        return {number: _from_bytes(token) for number, token in names.items()}
    if any(token.startswith("##") for token in vocabulary):
        return {n: t[2:] if t.startswith("##") else " " + t for n, t in names.items()}
    return {number: _from_pieces(token) for number, token in names.items()}


def _from_bytes(token: str) -> str:
    table = _byte_of()
    if any(letter not in table for letter in token):
        return token
    # Part of a character: its bytes, which only the same part of that character equals.
    return bytes(table[letter] for letter in token).decode("utf-8", "surrogateescape")


def _from_pieces(token: str) -> str:
    match = _BYTE.match(token)
    if match is not None:
        return bytes([int(match[1], 16)]).decode("utf-8", "surrogateescape")
    return token.replace("▁", " ")


class Dictionary:
    """The student's tokens by spelling; special tokens are left out."""

    def __init__(self, words: Mapping[int, str]) -> None:
        self.by_word: dict[str, int] = {}
        for number in sorted(words, reverse=True):
            self.by_word[words[number]] = number  # the lowest id of equal spellings stays
        lengths: dict[int, list[str]] = {}
        for word in self.by_word:
            lengths.setdefault(len(word), []).append(word)
        self._tables: dict[int, tuple[list[int], Codes]] = {}
        for length, same in lengths.items():
            ids = sorted(self.by_word[word] for word in same)
            codes = [[ord(letter) for letter in words[number]] for number in ids]
            self._tables[length] = (ids, np.array(codes, np.int32).reshape(len(ids), length))
        self._nearest: dict[str, int] = {}

    def nearest(self, word: str) -> int:
        """The id of the token with the least edit distance; of several, the lowest."""
        if word not in self._nearest:
            self._nearest[word] = self._search(word)
        return self._nearest[word]

    def _search(self, word: str) -> int:
        if word in self.by_word:
            return self.by_word[word]
        best: tuple[int, int] | None = None
        # Words n letters longer or shorter are at least n away.
        for length in sorted(self._tables, key=lambda n: abs(n - len(word))):
            if best is not None and abs(length - len(word)) > best[0]:
                break
            ids, codes = self._tables[length]
            far = _distances(word, codes)
            at = int(np.argmin(far))
            found = (int(far[at]), ids[at])
            best = found if best is None else min(best, found)
        assert best is not None
        return best[1]


def _distances(word: str, codes: Codes) -> Codes:
    """Edit distances of a word to all rows (n, length) at once, shape (n,)."""
    count, length = codes.shape
    row = np.tile(np.arange(length + 1, dtype=np.int32), (count, 1))
    for i, letter in enumerate(word, 1):
        diagonal = row[:, 0].copy()
        row[:, 0] = i
        for j in range(1, length + 1):
            replaced = diagonal + (codes[:, j - 1] != ord(letter))
            diagonal = row[:, j].copy()
            row[:, j] = np.minimum(np.minimum(row[:, j], row[:, j - 1]) + 1, replaced)
    last: Codes = row[:, -1]
    return last


class Piece(NamedTuple):
    """Tokens ours[a:b] and theirs[c:d] that spell the same stretch of text."""

    ours: Span
    theirs: Span

    @property
    def is_pair(self) -> bool:
        """Whether it is one token each."""
        return self.ours[1] - self.ours[0] == self.theirs[1] - self.theirs[0] == 1


def pieces(ours: Sequence[int], theirs: Sequence[int]) -> list[Piece]:
    """The finest cut of two sequences, given where in the text each token ends.

    Only ends count: tokenizers disagree on whether a space in front is part of a token's place.
    What follows the last common end is in no piece.
    """
    found: list[Piece] = []
    a = c = i = j = 0
    while i < len(ours) and j < len(theirs):
        if ours[i] < theirs[j]:
            i += 1
        elif ours[i] > theirs[j]:
            j += 1
        else:
            end = ours[i]
            # Parts of one character end at the same place.
            while i < len(ours) and ours[i] == end:
                i += 1
            while j < len(theirs) and theirs[j] == end:
                j += 1
            found.append(Piece((a, i), (c, j)))
            a, c = i, j
    return found


def warped(
    ours: Sequence[str],
    theirs: Sequence[str],
    distance: Callable[[str, str], float] = edit_distance,
) -> list[list[int]]:
    """For each of our tokens those of theirs that dynamic time warping puts beside it."""
    rows, columns = len(ours), len(theirs)
    cost = np.full((rows + 1, columns + 1), np.inf)
    cost[0, 0] = 0
    for i in range(rows):
        for j in range(columns):
            before = min(cost[i, j], cost[i, j + 1], cost[i + 1, j])
            cost[i + 1, j + 1] = distance(ours[i], theirs[j]) + before
    found: list[list[int]] = [[] for _ in ours]
    i, j = rows, columns
    while i and j:
        found[i - 1].insert(0, j - 1)
        # Diagonal first where ways cost the same, as in the official code.
        steps = (
            (cost[i - 1, j - 1], i - 1, j - 1),
            (cost[i, j - 1], i, j - 1),
            (cost[i - 1, j], i - 1, j),
        )
        _, i, j = min(steps, key=lambda step: step[0])
    return found
