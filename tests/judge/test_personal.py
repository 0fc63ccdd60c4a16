"""What a repository's own merges teach the judge."""

from __future__ import annotations

import numpy as np
import pytest

from mergeassist.core.outcome import Proposal
from mergeassist.judge.personal import (
    DECAY,
    FEATURES,
    LONGEST,
    NONE_STEP,
    RATES,
    TRUST,
    Observation,
    Personal,
    keys_of,
    right_of,
)
from mergeassist.propose.context import Context


def observed(right: int, path: str = "a/b.py", seed: int = 0) -> Observation:
    """One conflict with three candidates: ours, theirs and something else."""
    values = np.random.default_rng(seed).random((4, len(FEATURES)))
    values[:, FEATURES.index("none")] = 0
    values[0] = np.array(FEATURES) == "none"
    values[:, :2] = 0
    values[1, FEATURES.index("line-ours")] = values[2, FEATURES.index("line-theirs")] = 1
    good = np.arange(4) == right
    keys = keys_of(Context(path=path, authors=("m", "o", "t")))
    return Observation(keys, values, np.zeros(4), good)


def likelihood(personal: Personal, one: Observation) -> float:
    scores = one.scores + personal.shift(one.keys, one.features, one.scores)
    return float(scores[one.right][0] - np.logaddexp.reduce(scores))


def test_a_young_repository_is_judged_as_before() -> None:
    one = observed(1)
    assert not Personal().shift(one.keys, one.features, one.scores).any()


@pytest.mark.parametrize("right", range(4))
def test_what_was_committed_becomes_more_probable(right: int) -> None:
    personal = Personal()
    one = observed(right)
    before = likelihood(personal, one)
    for _ in range(5):
        personal.learn([one])
    assert likelihood(personal, one) > before + 0.1


def test_one_path_teaches_another_only_what_they_share() -> None:
    personal = Personal()
    personal.learn([observed(1, "a/b.py")])
    same, other = observed(1, "x/b.py"), observed(1, "x/c.txt")
    unknown = Observation(("path:z",), same.features, same.scores, same.right)
    gains = [likelihood(personal, one) for one in (same, other, unknown)]
    assert gains[0] > gains[1] > gains[2] == likelihood(Personal(), unknown)


def test_a_past_that_foretells_is_trusted_more_and_one_that_misleads_less() -> None:
    steady, fickle = Personal(), Personal()
    for at in range(40):
        steady.learn([observed(1, seed=at)])
        fickle.learn([observed(at % 4, seed=0)] * 25)  # each time another answer
    for low, start, high in zip(fickle.trust, Personal().trust, steady.trust, strict=True):
        assert low < 0.35 < start < 0.7 < high <= 1


def test_a_past_that_misleads_can_be_trusted_again() -> None:
    personal = Personal()
    for at in range(40):
        personal.learn([observed(at % 4, seed=0)] * 25)
    for at in range(60):
        personal.learn([observed(1, seed=at)])
    assert personal.trust[0] > 0.8


def test_the_step_is_the_slope_of_the_log_likelihood() -> None:
    one = observed(2, seed=3)
    trusted = {TRUST: np.array([-99.0, -99.0, 0.0] * 2)}
    personal = Personal({"path:a/b.py": np.full(len(FEATURES), 0.2), **trusted})
    learned = Personal(dict(personal.weights))
    learned.learn([one._replace(keys=("path:a/b.py",))])
    step = learned.weights["path:a/b.py"] - DECAY * personal.weights["path:a/b.py"]
    slope = []
    for at in range(len(FEATURES)):
        nudge = np.zeros(len(FEATURES))
        nudge[at] = 1e-6
        there = Personal({"path:a/b.py": personal.weights["path:a/b.py"] + nudge, **trusted})
        pinned = one._replace(keys=("path:a/b.py",))
        slope.append((likelihood(there, pinned) - likelihood(personal, pinned)) / 1e-6)
    slope[FEATURES.index("none")] *= NONE_STEP
    np.testing.assert_allclose(step, RATES["path"] * np.array(slope), rtol=1e-4, atol=1e-8)


def test_merges_with_nothing_right_leave_the_order_of_the_candidates() -> None:
    personal, one = Personal(), observed(0)
    for _ in range(5):
        personal.learn([one] * 30)
    shift = personal.shift(one.keys, one.features, one.scores)
    assert shift[0] > 0.5
    np.testing.assert_allclose(shift[1:], 0.0, atol=1e-12)


def test_right_candidates_leave_their_probability_against_none_to_its_own_weight() -> None:
    personal, one = Personal(), observed(2)
    personal.learn([one])
    shift = personal.shift(one.keys, one.features, one.scores)
    before, after = (np.logaddexp.reduce(scores[1:]) for scores in (one.scores, shift))
    assert after == pytest.approx(before)
    assert shift[0] < 0 < shift[2]


def test_one_merge_moves_a_weight_only_so_far() -> None:
    personal = Personal()
    personal.learn([observed(0)] * 1000)
    weights = personal.weights["path:a/b.py"]
    assert weights[FEATURES.index("none")] == LONGEST == np.abs(weights).max()


def test_the_order_within_a_merge_does_not_matter_and_none_teaches_another() -> None:
    lessons = [observed(at % 4, f"a/{at % 3}.py", seed=at) for at in range(8)]
    one, other = Personal(), Personal()
    one.learn(lessons)
    other.learn(lessons[::-1])
    assert one.weights.keys() == other.weights.keys()
    for key, weights in one.weights.items():
        np.testing.assert_allclose(weights, other.weights[key], atol=1e-12)


def test_a_file_without_ending_or_author_has_fewer_keys() -> None:
    assert keys_of(Context(path="Makefile")) == ("path:Makefile", "name:Makefile")
    known = Context(path="x/a.c", authors=("m", "o", "t"), message="Merge branch 'a'")
    assert len(keys_of(known)) == len(RATES)


def test_the_kind_of_a_merge_is_what_comes_into_what() -> None:
    def kind(message: str) -> str:
        return keys_of(Context(path="a", message=message))[-1]

    assert kind("Merge branch 'fix-1' into 1.x") == kind("Merge branch 'fix-2' into 1.x")
    assert kind("Merge branch 'fix-1'") != kind("Merge branch 'master' into fix-1")
    assert kind("Merge pull request #3 from a/b") != kind("Merge branch 'b'")


def test_no_proposal_right_means_none_of_these() -> None:
    offered = (Proposal(b"a\n", "line-ours"), Proposal(b"b\n", "line-theirs"))
    assert right_of(offered, b"b").tolist() == [False, False, True]
    assert right_of(offered, b"c\n").tolist() == [True, False, False]
