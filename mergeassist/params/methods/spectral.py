"""tsv-m, iso-c, iso-cts and knots: task vectors as matrices, merged by singular vectors.

Vectors (biases, norms) have none and take the mean of their task vectors.  Computed in the work
type by LAPACK, whose last bits may differ between machines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import SCALE, Method, Parameter, Values, Whole
from mergeassist.params.methods.disentangle import as_matrix

# Singular values under this share of the largest are not taken from a Gram matrix.
SMALLEST = 1e-5
MatrixRule = Callable[[Sequence[Floats], Values], Floats]


def on_matrices(whole: Whole, values: Values, rule: MatrixRule) -> Floats:
    """base + lambda * rule(task matrices); for vectors the mean."""
    assert whole.base is not None
    taus = [as_matrix(tau) for tau in whole.taus]
    # A matrix with fewer rows or columns than models has no direction to give to each.
    plain = taus[0].ndim < 2 or min(taus[0].shape) < len(taus)
    merged = sum(taus[1:], taus[0]) / len(taus) if plain else rule(taus, values)
    scale = whole.base.dtype.type(values["lambda"][0])
    result: Floats = whole.base + merged.astype(whole.base.dtype).reshape(whole.base.shape) * scale
    return result


def singular(matrix: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """The `count` largest singular triples: u (rows, count), s (count,), vh (count, columns).

    By the eigenvectors of the Gram matrix of the smaller side, in fp64: half of the work or less.
    Squaring costs digits of what is small beside the largest, so where that is asked for, LAPACK's
    decomposition of the matrix itself answers.
    """
    wide = matrix.astype(np.float64)
    upright = wide if wide.shape[0] <= wide.shape[1] else wide.T
    squares, vectors = np.linalg.eigh(upright @ upright.T)
    squares, vectors = squares[::-1][:count], vectors[:, ::-1][:, :count]
    if not count or not squares[-1] > squares[0] * SMALLEST**2:
        u, s, vh = np.linalg.svd(matrix, full_matrices=False)
        return u[:, :count], s[:count], vh[:count]
    s = np.sqrt(squares)
    other = (vectors / s).T @ upright
    u, vh = (vectors, other) if upright is wide else (other.T, vectors.T)
    return u.astype(matrix.dtype), s.astype(matrix.dtype), vh.astype(matrix.dtype)


def polar(matrix: Floats) -> tuple[Floats, Floats]:
    """The nearest matrix with orthonormal rows or columns, and all singular values."""
    u, s, vh = singular(matrix, min(matrix.shape))
    return u @ vh, s


def column_space(matrix: Floats) -> Floats:
    """Left singular vectors (rows, rank) of fp64, those of no weight left out.

    KnOTS' official limit is absolute (1e-5); relative to the largest it does not depend on scale.
    """
    flat = matrix.shape[0] <= matrix.shape[1]
    squares, vectors = np.linalg.eigh(matrix @ matrix.T if flat else matrix.T @ matrix)
    kept = squares > squares[-1] * SMALLEST**2
    found: Floats = (
        vectors[:, kept] if flat else matrix @ (vectors[:, kept] / np.sqrt(squares[kept]))
    )
    return found


def task_singular_vectors(taus: Sequence[Floats], values: Values) -> Floats:
    """TSV-M: the top 1/n singular triples of each task matrix, their bases made orthogonal."""
    count = min(taus[0].shape) // len(taus)
    parts = [singular(tau, count) for tau in taus]
    left, _ = polar(np.concatenate([u for u, _, _ in parts], 1))
    right, _ = polar(np.concatenate([vh for _, _, vh in parts], 0))
    merged: Floats = (left * np.concatenate([s for _, s, _ in parts])) @ right
    return merged


def isotropic(taus: Sequence[Floats], values: Values) -> Floats:
    """Iso-C: the sum of the task matrices with all its singular values set to their mean."""
    directions, s = polar(sum(taus[1:], taus[0]))
    merged: Floats = directions * s.mean()
    return merged


def isotropic_with_tasks(taus: Sequence[Floats], values: Values) -> Floats:
    """Iso-CTS: the sum's top directions, and each task's own outside them, all of one strength."""
    size, tasks = min(taus[0].shape), len(taus)
    common = int(size * values["common"][0])
    own = round((size - common) / tasks)
    common = size - own * tasks
    if common < 0:
        own, common = size // tasks, size - size // tasks * tasks
    u, s, vh = singular(sum(taus[1:], taus[0]), common)
    lefts, strengths, rights = [], [], []
    for tau in taus:
        left, strength, right = singular(tau - u @ (u.T @ tau), own)
        lefts.append(left)
        strengths.append(strength)
        rights.append(right)
    left, _ = polar(np.concatenate([*lefts, u], 1))
    right, _ = polar(np.concatenate([*rights, vh], 0))
    merged: Floats = (left * np.concatenate([*strengths, s]).mean()) @ right
    return merged


def aligned(taus: Sequence[Floats], values: Values) -> Floats:
    """KnOTS: one basis for all task matrices, their coordinates in it merged as TIES does."""
    joined = np.concatenate(taus, 1).astype(np.float64)
    basis = column_space(joined)
    coordinates = np.split(basis.T @ joined, len(taus), 1)
    merged: Floats = basis @ elected(coordinates, values["density"][0])
    return merged


def elected(parts: Sequence[Floats], density: float) -> Floats:
    """TIES on equal shapes: trim to the largest `density` share, elect signs, mean."""
    trimmed = []
    for part in parts:
        size = np.abs(part)
        kept = max(1, round(density * part.size))
        low = np.partition(size.ravel(), part.size - kept)[part.size - kept]
        trimmed.append(np.where(size >= low, part, 0.0))
    stacked = np.array(trimmed)
    sign = np.where(stacked.sum(0) >= 0, 1.0, -1.0)
    agree = stacked * sign > 0
    result: Floats = (stacked * agree).sum(0) / np.maximum(agree.sum(0), 1)
    return result


def aligned_factors(
    parts: Sequence[tuple[Floats, Floats]], density: float = 1.0
) -> tuple[Floats, Floats]:
    """KnOTS of low-rank changes up @ down, as factors again; no full matrix is made.

    Each part is (down, up) of shapes (rank, in) and (out, rank); so is the result.
    """
    basis, mix = np.linalg.qr(np.concatenate([up for _, up in parts], 1).astype(np.float64))
    ends = np.cumsum([len(down) for down, _ in parts])[:-1]
    within = [m @ down for m, (down, _) in zip(np.split(mix, ends, 1), parts, strict=True)]
    # Turned into singular directions, in which the signs are elected.
    u, s, _ = np.linalg.svd(np.concatenate(within, 1), full_matrices=False)
    kept = s > SMALLEST * s[0] if s[0] > 0 else s > 0
    down = elected([u[:, kept].T @ part for part in within], density)
    return down, basis @ u[:, kept]


def tsv_m(whole: Whole, values: Values) -> Floats:
    """TSV-M of one tensor."""
    return on_matrices(whole, values, task_singular_vectors)


def iso_c(whole: Whole, values: Values) -> Floats:
    """Iso-C of one tensor."""
    return on_matrices(whole, values, isotropic)


def iso_cts(whole: Whole, values: Values) -> Floats:
    """Iso-CTS of one tensor."""
    return on_matrices(whole, values, isotropic_with_tasks)


def knots(whole: Whole, values: Values) -> Floats:
    """KnOTS-TIES of one tensor."""
    return on_matrices(whole, values, aligned)


TSV_M = Method(
    "tsv-m", "top singular vectors of each model, made orthogonal (TSV-M)", None, (SCALE,),
    whole=tsv_m,
)  # fmt: skip
ISO_C = Method(
    "iso-c", "sum of task vectors with equal singular values (Iso-C)", None, (SCALE,), whole=iso_c
)
ISO_CTS = Method(
    "iso-cts", "iso-c with directions of each task's own (Iso-CTS)", None,
    (Parameter("common", 0.8, 0.0, 1.0, "share of directions taken from the sum"), SCALE),
    whole=iso_cts,
)  # fmt: skip
KNOTS = Method(
    "knots", "ties in a basis shared by all task vectors (KnOTS)", None,
    (Parameter("density", 1.0, 0.0, 1.0, "share of each model's coordinates kept"), SCALE),
    whole=knots,
)  # fmt: skip
