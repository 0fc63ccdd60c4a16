"""fisher and regmean: averages that know which inputs or weights matter to each model.

What they know comes in statistics files, one an expert (`params/provider`): for fisher one value
an element, for regmean the Gram matrix X^T X of each linear layer's inputs.  Tensors without
statistics take the mean.
"""

from __future__ import annotations

import numpy as np

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import WEIGHT, Method, Parameter, Values, Whole, weights
from mergeassist.params.methods.disentangle import as_matrix


def fisher(whole: Whole, values: Values) -> Floats:
    """sum w_i F_i theta_i / sum w_i F_i, with `floor` added to every F."""
    if not _known(whole, [expert.shape for expert in whole.experts]):
        return _mean(whole)
    total = np.zeros(whole.experts[0].shape)
    divisor = np.zeros_like(total)
    factors = weights(values, len(whole.experts))
    for expert, found, factor in zip(whole.experts, whole.statistics, factors, strict=True):
        assert found is not None
        importance = factor * (found.astype(np.float64) + values["floor"][0])
        total += importance * expert
        divisor += importance
    result: Floats = (total / np.where(divisor == 0, 1, divisor)).astype(whole.experts[0].dtype)
    return result


def regmean(whole: Whole, values: Values) -> Floats:
    """W = (sum W_i G_i) (sum G_i)^-1, off-diagonals of G scaled down (weights are out x in)."""
    matrices = [as_matrix(expert) for expert in whole.experts]
    columns = matrices[0].shape[-1] if matrices[0].ndim == 2 else 0
    if not columns or not _known(whole, [(columns, columns)] * len(matrices)):
        return _mean(whole)
    total = np.zeros(matrices[0].shape)
    divisor = np.zeros((columns, columns))
    for matrix, found in zip(matrices, whole.statistics, strict=True):
        assert found is not None
        wide = found.astype(np.float64)
        shrunk = values["shrink"][0] * wide
        np.fill_diagonal(shrunk, np.diag(wide))
        total += matrix @ shrunk
        divisor += shrunk
    # Inputs that are never active leave columns undetermined: the mean fills them.
    mean = sum(matrices[1:], matrices[0]) / len(matrices)
    inverse = np.linalg.pinv(divisor, hermitian=True)
    merged = mean + (total - mean @ divisor) @ inverse
    result: Floats = merged.astype(whole.experts[0].dtype).reshape(whole.experts[0].shape)
    return result


def _known(whole: Whole, shapes: list[tuple[int, ...]]) -> bool:
    """Whether every expert has statistics of the right shape."""
    return len(whole.statistics) == len(shapes) and all(
        found is not None and found.shape == shape
        for found, shape in zip(whole.statistics, shapes, strict=True)
    )


def _mean(whole: Whole) -> Floats:
    return sum(whole.experts[1:], whole.experts[0]) / len(whole.experts)


FISHER = Method(
    "fisher", "average weighted by Fisher information", None,
    (WEIGHT, Parameter("floor", 1e-6, 0.0, 1.0, "added to every Fisher value")),
    needs_base=False, whole=fisher, needs_data="fisher",
)  # fmt: skip
REGMEAN = Method(
    "regmean", "linear layers that reproduce all models' outputs on their own inputs (RegMean)",
    None, (Parameter("shrink", 0.95, 0.0, 1.0, "factor on off-diagonal inner products"),),
    needs_base=False, whole=regmean, needs_data="gram",
)  # fmt: skip
