"""One distribution out of several models' (FuseLLM, arXiv 2401.10491).

    min-ce    the model with the least cross entropy on this stretch of text (MinCE)
    average   sum_i w_i P_i,  w_i = exp(-CE_i) / sum_j exp(-CE_j)             (AvgCE)

CE_i is model i's negative log-likelihood of the text in its own tokens, in nats a *student's*
token: divided by a number that is the same for all models, so that long tokens are no advantage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mergeassist.params.distill.mapping import Target

Numbers = npt.NDArray[np.float64]
MIN_CE, AVERAGE = "min-ce", "average"


def weights_of(entropies: Sequence[float], how: str) -> Numbers:
    """How much each model counts, (models,), the sum is 1; the first of equals for `min-ce`."""
    values = np.asarray(entropies, np.float64)
    if how == MIN_CE:
        found = np.zeros(len(values))
        found[int(np.argmin(values))] = 1.0
        return found
    powers: Numbers = np.exp(values.min() - values)
    shares: Numbers = powers / powers.sum()
    return shares


def fused(targets: Sequence[Target], weights: Numbers) -> Target:
    """All distributions beside each other, shares times weights; a token may come up twice."""
    kept = [(t, w) for t, w in zip(targets, weights, strict=True) if w > 0]
    ids = np.concatenate([t.ids for t, _ in kept], 1)
    shares = np.concatenate([t.shares * np.float32(w) for t, w in kept], 1)
    return Target(ids, shares)
