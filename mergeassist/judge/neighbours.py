"""The conflicts of one file inform each other.

Whoever merges a file often takes one side throughout.  Each conflict is judged by itself first;
then the texts of ours and of theirs gain or lose by how much more, or less, the judge expects to
see that side taken in the *other* conflicts of the file.  Nothing that was decided is used, only
what is expected, so that the order of the conflicts does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


# pattern -> how strongly it is pulled; a multinomial logit on scores from outside the fold gave
# 1.18 and 0.91 and next to nothing for eight other features (training/LOG.md, 2026-11-22)
PULLS = {"line-ours": 1.0, "line-theirs": 1.0}


def expected(
    scores: NDArray[Any], takes: NDArray[np.float64], starts: NDArray[Any]
) -> NDArray[np.float64]:
    """(conflicts, 2): the probability, by the softmax of its scores, that each conflict takes
    ours, and theirs.

    `scores` (rows,) and `takes` (rows, 2), a flag for each of `PULLS`, hold the conflicts one after
    the other, "none of these" being a row; `starts` (conflicts + 1,) says where each begins.
    """
    sizes = np.diff(starts)
    top = np.repeat(np.maximum.reduceat(scores, starts[:-1]), sizes)
    weights = np.exp(scores.astype(np.float64) - top)
    weights /= np.repeat(np.add.reduceat(weights, starts[:-1]), sizes)
    found: NDArray[np.float64] = np.add.reduceat(weights[:, None] * takes, starts[:-1], axis=0)
    return found


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
    if len(scores) < 2:
        return [np.zeros(len(one)) for one in scores]
    starts = np.concatenate([[0], np.cumsum([len(one) for one in scores])])
    said = expected(np.concatenate(scores), np.concatenate(takes), starts)
    return [one @ row for one, row in zip(takes, pull(said), strict=True)]
