"""The formulas in float64 on whole models, written from the papers and official code.

Each takes a base and experts (mappings of name to array) and returns the merged model.  They share
nothing with the package but the random numbers that DELLA and DARE draw.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mergeassist.params.execute import key_of
from mergeassist.params.methods.dare import uniform16

Model = dict[str, np.ndarray]


def wide(model: Model) -> Model:
    return {name: values.astype(np.float64) for name, values in model.items()}


def deltas(base: Model, experts: list[Model]) -> list[Model]:
    return [{n: wide(e)[n] - wide(base)[n] for n in base} for e in experts]


def flat(model: Model) -> np.ndarray:
    return np.concatenate([values.ravel() for values in model.values()])


def unflat(vector: np.ndarray, like: Model) -> Model:
    out, at = {}, 0
    for name, values in like.items():
        out[name] = vector[at : at + values.size].reshape(values.shape)
        at += values.size
    return out


def plus(base: Model, vector: np.ndarray, scale: float = 1.0) -> Model:
    return unflat(flat(wide(base)) + scale * vector, base)


def top(vector: np.ndarray, share: float) -> np.ndarray:
    """The vector with all but its `share` largest magnitudes zero."""
    kept = max(1, round(share * vector.size))
    out = np.zeros_like(vector)
    at = np.argsort(-np.abs(vector), kind="stable")[:kept]
    out[at] = vector[at]
    return out


def elected(taus: np.ndarray) -> np.ndarray:
    """Disjoint mean of what agrees with the sign of the sum (rows are task vectors)."""
    sign = np.where(taus.sum(0) >= 0, 1.0, -1.0)
    agree = taus * sign > 0
    return (taus * agree).sum(0) / np.maximum(agree.sum(0), 1)


def ties_global(base: Model, experts: list[Model], density: float = 0.2) -> Model:
    return plus(base, elected(np.array([top(flat(t), density) for t in deltas(base, experts)])))


def localize(base: Model, experts: list[Model], density: float = 0.1) -> Model:
    taus = np.array([top(flat(t), density) for t in deltas(base, experts)])
    return plus(base, taus.sum(0) / np.maximum((taus != 0).sum(0), 1))


def consensus(
    base: Model, experts: list[Model], mask: float = 0.4, k: int = 2, lam: float = 0.3
) -> Model:
    taus = np.array([flat(t) for t in deltas(base, experts)])
    origin, fine = flat(wide(base)), np.array([flat(wide(e)) for e in experts])
    multi = origin + taus.sum(0)
    masks = np.abs(origin - fine) > mask * np.abs(multi - fine)
    return plus(base, taus.sum(0) * (masks.sum(0) >= k), lam)


def tall(base: Model, experts: list[Model], which: int, mask: float = 0.4) -> Model:
    """One model rebuilt by its TALL mask, after localize_utils.py."""
    taus = np.array([flat(t) for t in deltas(base, experts)])
    keep = np.abs(taus[which - 1]) > mask * np.abs(taus.sum(0) - taus[which - 1])
    return plus(base, taus.sum(0) * keep)


def slerp(experts: list[Model], t: float) -> Model:
    """Tensor by tensor, by the angle between the two."""
    out = {}
    for name in experts[0]:
        a, b = (wide(e)[name].ravel() for e in experts)
        angle = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        mixed = np.sin((1 - t) * angle) * a + np.sin(t * angle) * b
        out[name] = (mixed / np.sin(angle)).reshape(experts[0][name].shape)
    return out


def dare_ties(base: Model, experts: list[Model], density: float = 0.5) -> Model:
    out = {}
    for name in base:
        taus = []
        for number, expert in enumerate(experts):
            tau = wide(expert)[name].ravel() - wide(base)[name].ravel()
            drawn = uniform16(key_of(7, name, str(number)), 0, tau.size) / 65536
            taus.append(np.where(drawn < density, tau / density, 0))
        out[name] = wide(base)[name] + elected(np.array(taus)).reshape(base[name].shape)
    return out


def della(base: Model, experts: list[Model], density: float = 0.5, epsilon: float = 0.15) -> Model:
    out = {}
    for name in base:
        width = base[name].shape[-1]
        taus = []
        for number, expert in enumerate(experts):
            tau = (wide(expert)[name] - wide(base)[name]).reshape(-1, width)
            drawn = uniform16(key_of(7, name, str(number)), 0, tau.size).reshape(tau.shape) / 65536
            for row, uniform in zip(tau, drawn, strict=True):
                rank = np.array([(np.abs(row) < abs(x)).sum() for x in row])
                keep = density - epsilon + 2 * epsilon * rank / (width - 1)
                keep = np.round(keep * 65536) / 65536
                row[:] = np.where(uniform < keep, row / keep, 0)
            taus.append(tau.ravel())
        out[name] = wide(base)[name] + elected(np.array(taus)).reshape(base[name].shape)
    return out


def emr(base: Model, experts: list[Model], which: int = 0) -> Model:
    taus = np.array([flat(t) for t in deltas(base, experts)])
    sign = np.where(taus.sum(0) > 0, 1.0, -1.0)
    unified = sign * np.max(np.where(taus * sign > 0, np.abs(taus), 0), axis=0)
    if not which:
        return plus(base, unified)
    tau = taus[which - 1]
    mask = tau * unified > 0
    return plus(base, mask * unified, np.abs(tau).sum() / np.abs(mask * unified).sum())


def pcb(
    base: Model, experts: list[Model], ratio: float = 0.1, clip: float = 0.01, lam: float = 1.2
) -> Model:
    """After vision_source_code/pcb_ES.py."""
    checks = np.array([flat(t) for t in deltas(base, experts)])
    n, d = checks.shape

    def clamp(x: np.ndarray, low: float, high: float) -> np.ndarray:
        s = np.sort(x, axis=1)
        return np.clip(x, s[:, [int(d * low)]], s[:, [int(d * (1 - high) - 1)]])

    def normalize(x: np.ndarray) -> np.ndarray:
        least, most = x.min(1, keepdims=True), x.max(1, keepdims=True)
        return (x - least) / (most - least)

    size = clamp(np.abs(checks), clip, clip)
    clamped = np.sign(checks) * size
    unit = np.sign(checks) * normalize(size)
    intra = np.exp(n * normalize(size) ** 2)
    inter = np.array([np.tanh(unit[i] * unit).sum(0) for i in range(n)])
    scale = normalize(clamp(intra * inter, 1 - ratio, 0))
    return plus(base, (lam * clamped * scale).sum(0) / np.maximum(scale.sum(0), 1e-12))


def widen(base: Model, experts: list[Model]) -> Model:
    def importance(x: np.ndarray) -> np.ndarray:
        out = np.exp(x) / np.exp(x).sum(0)
        for row, values in zip(out, x, strict=True):
            row[values > values.mean()] = 1.0
        return out

    def ranks(x: np.ndarray) -> np.ndarray:
        return np.array([[(row < value).sum() / row.size for value in row] for row in x])

    out = {}
    for name, values in wide(base).items():
        token = "embed_tokens" in name
        matrix = values if values.ndim < 2 else values.reshape(len(values), -1)
        matrix = matrix.T if token else matrix
        fine = [wide(e)[name] for e in experts]
        fine = [f if f.ndim < 2 else f.reshape(len(f), -1) for f in fine]
        fine = [f.T if token else f for f in fine]
        taus = np.array([f - matrix for f in fine])
        if matrix.ndim == 1:
            merged = (taus * importance(np.abs(taus))).sum(0)
        else:
            old = np.linalg.norm(matrix, axis=0)
            magnitude, direction = [], []
            for f in fine:
                new = np.linalg.norm(f, axis=0)
                magnitude.append(np.abs(new - old))
                direction.append(1 - ((f / new) * (matrix / old)).sum(0))
            weight = importance(ranks(np.array(magnitude))) + importance(ranks(np.array(direction)))
            merged = (taus * weight[:, None, :] / 2).sum(0)
        result = matrix + merged
        out[name] = (result.T if token else result).reshape(values.shape)
    return out


def by_matrix(rule: Callable[[list[np.ndarray]], np.ndarray]) -> Callable[..., Model]:
    """A rule for matrices, vectors take the mean."""

    def merge(base: Model, experts: list[Model]) -> Model:
        out = {}
        for name, values in wide(base).items():
            taus = [wide(e)[name] - values for e in experts]
            if values.ndim > 1:
                taus = [t.reshape(len(t), -1) for t in taus]
                out[name] = values + rule(taus).reshape(values.shape)
            else:
                out[name] = values + sum(taus) / len(taus)
        return out

    return merge


def polar(x: np.ndarray) -> np.ndarray:
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return u @ vh


def tsv_m(taus: list[np.ndarray]) -> np.ndarray:
    shape, n = taus[0].shape, len(taus)
    rank = min(shape)
    k = int(rank / n)
    u_all, s_all, v_all = np.zeros((shape[0], rank)), np.zeros(rank), np.zeros((rank, shape[1]))
    for i, tau in enumerate(taus):
        u, s, vh = np.linalg.svd(tau, full_matrices=False)
        u_all[:, i * k : (i + 1) * k] = u[:, :k]
        s_all[i * k : (i + 1) * k] = s[:k]
        v_all[i * k : (i + 1) * k] = vh[:k]
    return polar(u_all) @ np.diag(s_all) @ polar(v_all)


def iso_c(taus: list[np.ndarray]) -> np.ndarray:
    total = sum(taus)
    singular = np.linalg.svd(total, compute_uv=False)
    return polar(total) * singular.mean()


def iso_cts(taus: list[np.ndarray], fraction: float = 0.8) -> np.ndarray:
    rank, n = min(taus[0].shape), len(taus)
    common = int(rank * fraction)
    common = rank - round((rank - common) / n) * n
    own = (rank - common) // n
    u, s, vh = np.linalg.svd(sum(taus), full_matrices=False)
    project = np.eye(len(u)) - u[:, :common] @ u[:, :common].T
    parts = [np.linalg.svd(project @ tau, full_matrices=False) for tau in taus]
    left = polar(np.hstack([*(p[0][:, :own] for p in parts), u[:, :common]]))
    right = polar(np.vstack([*(p[2][:own] for p in parts), vh[:common]]))
    strength = np.concatenate([*(p[1][:own] for p in parts), s[:common]]).mean()
    return strength * left @ right


def knots(taus: list[np.ndarray], density: float = 1.0) -> np.ndarray:
    u, s, vh = np.linalg.svd(np.hstack(taus), full_matrices=False)
    keep = s > 1e-5
    parts = np.split(np.diag(s[keep]) @ vh[keep], len(taus), axis=1)
    shape = parts[0].shape
    trimmed = np.array([top(part.ravel(), density) for part in parts])
    return u[:, keep] @ elected(trimmed).reshape(shape)


def adam_by_differences(
    loss: Callable[[np.ndarray], float], start: np.ndarray, rate: float, steps: int,
    project: np.ndarray | None = None,
) -> np.ndarray:  # fmt: skip
    """Adam on a loss whose gradient is measured by central differences (exact for quadratics)."""
    x, m, v = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for t in range(1, steps + 1):
        slope = np.zeros_like(x)
        for at in np.ndindex(*x.shape):
            ends = []
            for sign in (1, -1):
                moved = x.copy()
                moved[at] += sign * 0.5
                ends.append(loss(moved))
            slope[at] = ends[0] - ends[1]
        if project is not None:
            slope = slope - project @ slope
        m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
        x = x - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return x


def wudi_loss(tau: np.ndarray, taus: list[np.ndarray]) -> float:
    return float(sum((((tau - t) @ t.T) ** 2).sum() / (t**2).sum() for t in taus))


def wudi(taus: list[np.ndarray], rate: float, steps: int) -> np.ndarray:
    return adam_by_differences(lambda x: wudi_loss(x, taus), sum(taus), rate, steps)


def doge(
    taus: list[np.ndarray], lows: list[float], rate: float, steps: int,
    eta: float = 0.07, subspace: int = 6,
) -> np.ndarray:  # fmt: skip
    """After fusion_bench's doge_ta.py, with the masks' thresholds of the whole model given."""
    n, rank = len(taus), min(taus[0].shape)
    lams = [eta / np.linalg.norm(t) for t in taus]
    tops = [np.linalg.svd(t, full_matrices=False)[0][:, : rank // n] for t in taus]
    u = np.linalg.svd(np.hstack(tops), full_matrices=False)[0][:, : rank // subspace]

    def loss(delta: np.ndarray) -> float:
        total = 0.0
        for v in taus:
            part = -v * sum(a * t for a, t in zip(lams, taus, strict=True))
            part = part - v * sum(a * delta for a in lams) + v * v
            total += float((part.sum(1) ** 2).sum())
        return total

    delta = adam_by_differences(loss, np.zeros_like(taus[0]), rate, steps, u @ u.T)
    pairs = zip(lams, taus, lows, strict=True)
    return sum(a * (t + delta) * (np.abs(t) >= low) for a, t, low in pairs)
