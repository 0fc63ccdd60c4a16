"""A conflict as one token sequence: the three-way alignment with a presence flag a token.

Where MergeBERT encodes four pairwise alignments, this encodes base, ours and theirs once: every
token carries the set of versions it stands in (one of seven), so the edit types (kept, added,
deleted, by whom) are read off the flags.  A candidate is a mark on each token: dropped, kept in
order, or kept elsewhere; one run of the encoder serves all candidates.

The same function serves training and inference.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.diff3 import Tokens
from mergeassist.core.merge import Merge
from mergeassist.core.tokens import is_blank, tokenize
from mergeassist.errors import InputError
from mergeassist.judge.evidence.view import ConflictView

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASE, OURS, THEIRS = 1, 2, 4
EVERYWHERE = BASE | OURS | THEIRS
BEFORE, AFTER = 8, 9  # presence flags of the lines around the conflict
DROPPED, KEPT, MOVED = 0, 1, 2

PAD, CLS, GAP, NEWLINE = "[PAD]", "[CLS]", "[GAP]", "[NL]"
SPECIALS = (PAD, CLS, GAP, NEWLINE)

MAX_REGION = 208
MAX_AROUND = 24
GAP_MARGIN = 8  # tokens kept at either end of a long run that all three share


class Encoded(NamedTuple):
    """ids and presence: (length,) ; marks: (candidates, length) of DROPPED, KEPT or MOVED."""

    ids: NDArray[np.int64]
    presence: NDArray[np.int64]
    marks: NDArray[np.int64]


NOTHING_READ = Encoded(
    np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros((0, 1), np.int64)
)  # for a network that reads the evidence only


class Vocabulary:
    """Byte-level BPE over single words, with a cache; `tokenizer.json` of Hugging Face form."""

    def __init__(self, path: Path) -> None:
        """Raises `InputError` for a vocabulary of another kind."""
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))
        self._special: dict[str, int] = {}
        for name in SPECIALS:
            piece = self._tokenizer.token_to_id(name)
            if piece is None:
                raise InputError(path, f"lacks the piece {name}", "reinstall mergeassist")
            self._special[name] = int(piece)
        self._cache: dict[bytes, list[int]] = {}

    def __len__(self) -> int:
        return int(self._tokenizer.get_vocab_size())

    def special(self, name: str) -> int:
        """The id of one of `SPECIALS`."""
        return self._special[name]

    def pieces(self, words: Sequence[bytes]) -> list[list[int]]:
        """The piece ids of each word; a line end is one special piece."""
        missing = list({w for w in words if w not in self._cache})
        if missing:
            texts = [word.decode("utf-8", "replace") for word in missing]
            found = self._tokenizer.encode_batch(texts, add_special_tokens=False)
            for word, encoding in zip(missing, found, strict=True):
                ids = [self._special[NEWLINE]] if is_blank(word) else list(encoding.ids[:8])
                self._cache[word] = ids
        return [self._cache[word] for word in words]


def visible(text: bytes) -> Tokens:
    """The tokens the model reads: everything but white space inside a line."""
    return [t for t in tokenize(text) if not is_blank(t) or t.endswith(b"\n")]


def align(sides: Merge[Tokens]) -> tuple[Tokens, list[int]]:
    """All tokens of the three versions in one sequence, and where each stands."""
    base, ours, theirs = sides
    to_ours, to_theirs = match(base, ours), match(base, theirs)
    tokens: Tokens = []
    presence: list[int] = []
    j = k = 0
    for i in range(len(base) + 1):
        at_end = i == len(base)
        next_j = len(ours) if at_end else to_ours[i]
        next_k = len(theirs) if at_end else to_theirs[i]
        stop_j = j if next_j == UNMATCHED else next_j
        stop_k = k if next_k == UNMATCHED else next_k
        _insertions(ours[j:stop_j], theirs[k:stop_k], tokens, presence)
        j, k = stop_j, stop_k
        if not at_end:
            tokens.append(base[i])
            flags = BASE
            if next_j != UNMATCHED:
                flags |= OURS
                j += 1
            if next_k != UNMATCHED:
                flags |= THEIRS
                k += 1
            presence.append(flags)
    return tokens, presence


def _insertions(ours: Tokens, theirs: Tokens, tokens: Tokens, presence: list[int]) -> None:
    at = 0
    pairs = match(ours, theirs) if theirs else [UNMATCHED] * len(ours)
    for token, partner in zip(ours, pairs, strict=True):
        if partner != UNMATCHED:
            tokens += theirs[at:partner]
            presence += [THEIRS] * (partner - at)
            at = partner + 1
        tokens.append(token)
        presence.append(OURS if partner == UNMATCHED else OURS | THEIRS)
    tokens += theirs[at:]
    presence += [THEIRS] * (len(theirs) - at)


def marks(tokens: Tokens, candidate: Tokens) -> list[int]:
    """For each aligned token whether a candidate drops it, keeps it, or keeps it elsewhere."""
    found = match(tokens, candidate)
    result = [DROPPED if partner == UNMATCHED else KEPT for partner in found]
    used = {partner for partner in found if partner != UNMATCHED}
    if len(used) < len(candidate):
        rest = [at for at in range(len(candidate)) if at not in used]
        free = [at for at, partner in enumerate(found) if partner == UNMATCHED]
        again = match([tokens[at] for at in free], [candidate[at] for at in rest])
        for at, partner in zip(free, again, strict=True):
            if partner != UNMATCHED:
                result[at] = MOVED
    return result


def encode(view: ConflictView, texts: Sequence[bytes], vocabulary: Vocabulary) -> Encoded:
    """One conflict and its candidate texts; at most 1 + 2·24 + 208 pieces."""
    tokens, presence = align(view.sides.map(visible))
    rows = [marks(tokens, visible(text)) for text in texts]
    chosen = _shorten(presence)
    pieces = vocabulary.pieces([tokens[at] for at in chosen if at >= 0])
    supply = iter(pieces)
    region: list[tuple[int, int, int]] = []  # piece, presence, token index or -1
    for at in chosen:
        if at < 0:
            region.append((vocabulary.special(GAP), EVERYWHERE, -1))
        else:
            region += [(piece, presence[at], at) for piece in next(supply)]
    if len(region) > MAX_REGION:
        head = MAX_REGION * 2 // 3
        region = region[:head] + region[head - MAX_REGION :]
    before = _around(b"".join(view.before[-4:]), vocabulary)[-MAX_AROUND:]
    after = _around(b"".join(view.after[:4]), vocabulary)[:MAX_AROUND]
    columns = [at for _, _, at in region]
    lead = 1 + len(before)
    matrix = np.zeros((len(texts), lead + len(region) + len(after)), np.int64)
    for row, found in enumerate(rows):
        matrix[row, lead : lead + len(region)] = [KEPT if c < 0 else found[c] for c in columns]
    return Encoded(
        np.array(
            [vocabulary.special(CLS), *before, *(piece for piece, _, _ in region), *after], np.int64
        ),
        np.array(
            [0, *[BEFORE] * len(before), *(p for _, p, _ in region), *[AFTER] * len(after)],
            np.int64,
        ),
        matrix,
    )


def _around(text: bytes, vocabulary: Vocabulary) -> list[int]:
    return [piece for word in vocabulary.pieces(visible(text)) for piece in word]


def _shorten(presence: list[int]) -> list[int]:
    """Indices to show; a long run that all three share keeps its ends around a gap (-1)."""
    chosen: list[int] = []
    start = 0
    while start < len(presence):
        end = start
        while end < len(presence) and presence[end] == EVERYWHERE:
            end += 1
        if end - start > 2 * GAP_MARGIN + 1:
            chosen += [*range(start, start + GAP_MARGIN), -1, *range(end - GAP_MARGIN, end)]
        else:
            chosen += range(start, end)
        if end < len(presence):
            chosen.append(end)
        start = end + 1
    return chosen
