"""MC: an expert's matrix as low rank plus sparse, W = U V + S (arXiv 2310.01334).

As in LoSparse (arXiv 2306.11222), U V is the truncated singular value decomposition with the square
roots of the singular values on both sides; S keeps the rows of the residual with the largest mean
magnitude, whole.  The paper then trains U, V and S by distillation and takes importance from
gradients; this is its start, without.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Bytes, Floats, convert

UP, DOWN, ROWS, VALUES = ".low_rank_up", ".low_rank_down", ".sparse_rows", ".sparse_values"
ENDINGS = (UP, DOWN, ROWS, VALUES)
Rows = npt.NDArray[np.int64]


class Factored(NamedTuple):
    """up (out, r), down (r, in), which rows S has (k,) and their values (k, in); fp64."""

    up: Floats
    down: Floats
    rows: Rows
    values: Floats


def factor(matrix: Floats, rank: int, share: float, dtype: str) -> Factored:
    """Both parts of a matrix (out, in), every number already rounded to `dtype`."""
    wide = matrix.astype(np.float64)
    left, sizes, right = np.linalg.svd(wide, full_matrices=False)
    kept = min(rank, len(sizes))
    roots = np.sqrt(sizes[:kept])
    up = rounded(left[:, :kept] * roots, dtype)
    down = rounded(roots[:, None] * right[:kept], dtype)
    residual = wide - up @ down
    count = round(share * len(wide))
    order = np.argsort(-np.abs(residual).mean(1), kind="stable")[:count]
    rows = np.sort(order).astype(np.int64)
    return Factored(up, down, rows, rounded(residual[rows], dtype))


def dense(found: Factored) -> Floats:
    """U V + S, fp64 (out, in)."""
    matrix: Floats = found.up @ found.down
    matrix[found.rows] += found.values
    return matrix


def rounded(values: Floats, dtype: str) -> Floats:
    """The values as `dtype` holds them, fp64 of the same shape."""
    wide = convert(packed(values, dtype), dtype, "F64").view("<f8")
    return wide.reshape(values.shape)


def packed(values: Floats, dtype: str) -> Bytes:
    """The bytes of fp64 values rounded to `dtype` once."""
    raw = np.ascontiguousarray(values, "<f8").reshape(-1).view(np.uint8)
    return convert(raw, "F64", dtype)
