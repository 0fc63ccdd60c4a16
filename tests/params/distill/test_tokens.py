"""Tokens of two tokenizers put beside each other, by hand-worked examples."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mergeassist.params.distill.fusion import AVERAGE, MIN_CE, fused, weights_of
from mergeassist.params.distill.mapping import EDIT, EXACT, Encoded, Target, Translator
from mergeassist.params.distill.tokens import (
    Dictionary,
    edit_distance,
    pieces,
    spellings,
    warped,
)

WORDS = st.text("abcé ", max_size=7)


@given(WORDS, WORDS)
def test_edit_distance_is_its_definition(left: str, right: str) -> None:
    @cache
    def plain(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        swap = plain(i - 1, j - 1) + (left[i - 1] != right[j - 1])
        return min(plain(i - 1, j) + 1, plain(i, j - 1) + 1, swap)

    assert edit_distance(left, right) == plain(len(left), len(right))
    assert edit_distance("kitten", "sitting") == 3


@settings(max_examples=60)
@given(st.lists(WORDS, min_size=1, max_size=12), WORDS)
def test_the_nearest_token_is_the_nearest(vocabulary: list[str], word: str) -> None:
    found = Dictionary(dict(enumerate(vocabulary))).nearest(word)
    distances = [edit_distance(word, other) for other in vocabulary]
    assert found == distances.index(min(distances))


def test_marks_for_spaces_are_read_alike() -> None:
    assert spellings({"Ġrun": 0, "ning": 1, "Ċ": 2, "ÃĹ": 3, "Ã": 4}) == {
        0: " run", 1: "ning", 2: "\n", 3: "×", 4: "\udcc3",
    }  # fmt: skip
    assert spellings({"▁run": 0, "ning": 1, "<0x0A>": 2}) == {0: " run", 1: "ning", 2: "\n"}
    assert spellings({"run": 0, "##ning": 1}) == {0: " run", 1: "ning"}


def test_pieces_by_hand() -> None:
    # "now utilizing it": ours now|util|izing|it, theirs now|utiliz|ing|i|t
    assert pieces((3, 8, 13, 16), (3, 10, 13, 15, 16)) == [
        ((0, 1), (0, 1)), ((1, 3), (1, 3)), ((3, 4), (3, 5)),
    ]  # fmt: skip
    # A character of three bytes (ends 1, 1, 1) against one token for it.
    assert pieces((1, 1, 1, 2), (1, 2)) == [((0, 3), (0, 1)), ((3, 4), (1, 2))]
    assert pieces((4,), (2, 3)) == []
    assert [piece.is_pair for piece in pieces((1, 3), (1, 2, 3))] == [True, False]


def test_warping_by_hand() -> None:
    # Distances: util-utiliz 2, util-ing 4, izing-utiliz 5, izing-ing 2.
    assert warped(["util", "izing"], ["utiliz", "ing"]) == [[0], [1]]
    # One against two: both of theirs lie beside ours.
    assert warped(["it"], ["i", "t"]) == [[0, 1]]
    # "bc" is as far from both: the diagonal step back from ("d", "d") decides.
    assert warped(["a", "bc", "d"], ["a", "d"]) == [[0], [0], [1]]


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_warping_is_the_cheapest_way(ours: list[str], theirs: list[str]) -> None:
    def ways(i: int, j: int) -> int:
        """The least sum of distances over all monotone ways to (i, j)."""
        here = edit_distance(ours[i], theirs[j])
        before = [ways(a, b) for a, b in ((i - 1, j - 1), (i, j - 1), (i - 1, j))
                  if a >= 0 and b >= 0]  # fmt: skip
        return here + min(before, default=0)

    found = warped(ours, theirs)
    pairs = [(i, j) for i, near in enumerate(found) for j in near]
    assert pairs[0] == (0, 0) and pairs[-1] == (len(ours) - 1, len(theirs) - 1)
    steps = {(c - a, d - b) for (a, b), (c, d) in pairwise(pairs)}
    assert steps <= {(0, 1), (1, 0), (1, 1)}
    cost = sum(edit_distance(ours[i], theirs[j]) for i, j in pairs)
    assert cost == ways(len(ours) - 1, len(theirs) - 1)


# The student's vocabulary, and the teacher's with other ids and other cuts.
OURS = {0: "now", 1: " util", 2: "izing", 3: " it", 4: " the", 5: " a", 6: "it"}
THEIRS = {7: " it", 5: "now", 3: " utiliz", 2: "ing", 1: " then", 0: " the", 9: "it"}
STUDENT = Encoded((0, 1, 2, 3), (3, 8, 13, 16))
TEACHER = Encoded((5, 3, 2, 7), (3, 10, 13, 16))


def top(rows: list[dict[int, float]]) -> Target:
    ids = np.full((len(rows), 3), -1, np.int32)
    shares = np.zeros((len(rows), 3), np.float32)
    for at, row in enumerate(rows):
        ids[at, : len(row)], shares[at, : len(row)] = list(row), list(row.values())
    return Target(ids, shares)


def as_dicts(target: Target) -> list[dict[int, float]]:
    return [{int(n): float(p) for n, p in zip(ids, shares, strict=True) if n >= 0}
            for ids, shares in zip(*target, strict=True)]  # fmt: skip


SAID = top([{}, {0: 1.0}, {0: 1.0}, {7: 0.5, 0: 0.2, 1: 0.1}])


def test_distributions_by_hand() -> None:
    exact = Translator(Dictionary(OURS), THEIRS, EXACT)
    places = exact.places(STUDENT, TEACHER, OURS)
    # " util izing" and " utiliz ing" share no end in between.
    assert places == [0, -1, -1, 3]
    found = as_dicts(exact.target(STUDENT, TEACHER, places, SAID))
    # " then" has no token of that spelling: its share goes to the others.
    assert found == [{0: 1.0}, {1: 1.0}, {2: 1.0},
                     {3: pytest.approx(5 / 7), 4: pytest.approx(2 / 7)}]  # fmt: skip


def test_edits_map_what_spelling_does_not() -> None:
    near = Translator(Dictionary(OURS), THEIRS, EDIT)
    # " utiliz" is 2 edits from " util"; "ing" 2 from "izing" and 2 from "it", whose id is higher.
    assert [near.token(n) for n in (3, 2, 1)] == [1, 2, 4]
    assert near.places(STUDENT, TEACHER, OURS) == [0, 1, 2, 3]
    found = as_dicts(near.target(STUDENT, TEACHER, [0, -1, -1, 3], SAID))
    assert found[3] == {3: pytest.approx(5 / 8), 4: pytest.approx(3 / 8)}


def test_tokens_in_one_place_stand_for_each_other() -> None:
    """At the start of a text one tokenizer writes "it", the other " it"."""
    exact = Translator(Dictionary(OURS), THEIRS, EXACT, {8: 4})
    student, teacher = Encoded((0, 3), (3, 6)), Encoded((5, 9), (3, 6))
    said = top([{}, {9: 0.6, 7: 0.2, 8: 0.2}])
    found = as_dicts(exact.target(student, teacher, [0, 1], said))
    assert found[1] == {3: pytest.approx(0.8), 4: pytest.approx(0.2)}
    nothing = top([{}, {4: 1.0}])  # a token that the student has none for
    assert as_dicts(exact.target(student, teacher, [0, 1], nothing))[1] == {3: 1.0}


def test_fusion() -> None:
    one = Target(np.array([[1, 2]], np.int32), np.array([[0.75, 0.25]], np.float32))
    two = Target(np.array([[2, -1]], np.int32), np.array([[1.0, 0]], np.float32))
    assert weights_of([2.0, 1.0], MIN_CE).tolist() == [0, 1]
    assert weights_of([1.0, 1.0], MIN_CE).tolist() == [1, 0]
    shares = weights_of([1.0, 1.0 + np.log(3)], AVERAGE)
    assert shares == pytest.approx([0.75, 0.25])
    assert weights_of([np.inf, 800.0], AVERAGE).tolist() == [0, 1]
    assert as_dicts(fused([one, two], weights_of([2.0, 1.0], MIN_CE))) == [{2: 1.0}]
    both = fused([one, two], shares)
    sums = {n: float(both.shares[both.ids == n].sum()) for n in (1, 2)}
    assert sums == {1: pytest.approx(0.5625), 2: pytest.approx(0.4375)}
