"""The conflicts of one file inform each other.

Whoever merges a file often takes one side throughout.  Each conflict is judged by itself first;
then the texts of ours and of theirs gain or lose by how much more, or less, the judge expects to
see that side taken in the *other* conflicts of the file.  Nothing that was decided is used, only
what is expected, so that the order of the conflicts does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mergeassist.judge.personal import softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray


# pattern -> how strongly it is pulled; a multinomial logit on scores from outside the fold gave
# 1.18 and 0.91 and next to nothing for eight other features (training/LOG.md, 2026-11-22)
PULLS = {"line-ours": 1.0, "line-theirs": 1.0}


def expected(
    scores: Sequence[NDArray[np.float64]], takes: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """(conflicts, 2): the probability that each conflict takes ours, and theirs, from its scores
    (1 + K,) and a flag a row for each of `PULLS` (1 + K, 2)."""
    return np.array([softmax(one) @ flags for one, flags in zip(scores, takes, strict=True)])


def pull(said: NDArray[np.float64]) -> NDArray[np.float64]:
    """(conflicts, 2): how much more than in a conflict itself a side is expected in the others.

    The mean of n others counts n / (n + 1); a conflict alone in its file is not pulled.
    """
    others = len(said) - 1
    if others < 1:
        return np.zeros_like(said)
    mean = (said.sum(0) - said) / others
    strength = np.array(list(PULLS.values()))
    found: NDArray[np.float64] = (mean - said) * strength * (others / (others + 1))
    return found


def shifts(
    scores: Sequence[NDArray[np.float64]], takes: Sequence[NDArray[np.float64]]
) -> list[NDArray[np.float64]]:
    """What to add to the scores (1 + K,) of each conflict of one file, given the flags (1 + K, 2)
    of all."""
    if not scores:
        return []
    pulls = pull(expected(scores, takes))
    return [one @ row for one, row in zip(takes, pulls, strict=True)]
