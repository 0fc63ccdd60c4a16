"""Distributions over a teacher's vocabulary as distributions over the student's.

A student's token is answered by the teacher's prediction of the one token of its own that takes the
same place: the two tokens of a piece of one each, and with `edit` also tokens that warping pairs
one to one and whose nearest student's token is that one.  Everywhere else the target is the text
itself (all weight on the student's token), as in FuseLLM.  Probabilities of tokens that become the
same one add up; those of tokens that have none are dropped and the rest scaled to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params.distill.tokens import Dictionary, pieces, warped

Ids = npt.NDArray[np.int32]
Shares = npt.NDArray[np.float32]
EXACT, EDIT = "exact", "edit"


class Encoded(NamedTuple):
    """Tokens of one stretch of text: ids and where in the text each ends."""

    ids: tuple[int, ...]
    ends: tuple[int, ...]


class Target(NamedTuple):
    """Sparse distributions: ids (tokens, k), -1 where there are fewer, and their shares."""

    ids: Ids
    shares: Shares


class Translator:
    """From one teacher's vocabulary into the student's."""

    def __init__(
        self,
        student: Dictionary,
        words: Mapping[int, str],
        how: str,
        same: Mapping[int, int] | None = None,
    ) -> None:
        """`words` are the teacher's spellings without special tokens; `same` maps those of them
        that have a part in both (the end of text)."""
        self.student, self.words, self.how = student, words, how
        self.same = dict(same or {})

    def token(self, number: int) -> int:
        """The student's id of a teacher's token, -1 for none."""
        if number in self.same:
            return self.same[number]
        word = self.words.get(number)
        if word is None:
            return -1
        if self.how == EDIT:
            return self.student.nearest(word)
        return self.student.by_word.get(word, -1)

    def places(self, ours: Encoded, theirs: Encoded, words: Mapping[int, str]) -> list[int]:
        """For each student's token the teacher's in its place, -1 for none.

        `words` are the student's spellings.
        """
        found = [-1] * len(ours.ids)
        for piece in pieces(ours.ends, theirs.ends):
            (a, b), (c, d) = piece
            if piece.is_pair:
                found[a] = c
            elif self.how == EDIT:
                mine = [words.get(n, "") for n in ours.ids[a:b]]
                others = [self.words.get(n, "") for n in theirs.ids[c:d]]
                for i, near in enumerate(warped(mine, others)):
                    if len(near) == 1 and self.token(theirs.ids[c + near[0]]) == ours.ids[a + i]:
                        found[a + i] = c + near[0]
        return found

    def target(self, ours: Encoded, theirs: Encoded, places: Sequence[int], top: Target) -> Target:
        """What the teacher says of every student's token.

        `top` has the teacher's likeliest tokens in each place of its own sequence, so that row j is
        its prediction of token j; row 0 says nothing.
        """
        width = top.ids.shape[1]
        ids = np.full((len(ours.ids), width), -1, np.int32)
        shares = np.zeros((len(ours.ids), width), np.float32)
        ids[:, 0], shares[:, 0] = ours.ids, 1.0
        for i, j in enumerate(places):
            if i == 0 or j < 1:
                continue
            sums: dict[int, float] = {}
            for number, share in zip(top.ids[j].tolist(), top.shares[j].tolist(), strict=True):
                # The two tokens in this place stand for each other, space in front or not.
                here = number == theirs.ids[j]
                mapped = ours.ids[i] if here else self.token(number)
                if mapped >= 0 and share > 0:
                    sums[mapped] = sums.get(mapped, 0.0) + share
            total = sum(sums.values())
            if total > 0:
                ids[i], shares[i] = -1, 0.0
                ids[i, : len(sums)] = list(sums)
                shares[i, : len(sums)] = [share / total for share in sums.values()]
        return Target(ids, shares)
