"""CMA-ES (Hansen, arXiv 1604.00772) in the small: maximise a function of some dozens of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


def maximise(
    value: Callable[[Vector], float], start: Vector, spread: float, budget: int, seed: int
) -> tuple[Vector, float]:
    """The best point met and its value, after `budget` evaluations (the first is `start`)."""
    size = len(start)
    lot = np.random.default_rng(seed)
    brood = max(4, 4 + int(3 * math.log(size)))
    parents = brood // 2
    shares = math.log(parents + 0.5) - np.log(np.arange(1, parents + 1))
    shares /= shares.sum()
    mass = 1 / float((shares**2).sum())
    path_rate = (mass + 2) / (size + mass + 5)
    damping = 1 + 2 * max(0.0, math.sqrt((mass - 1) / (size + 1)) - 1) + path_rate
    rank_rate = (4 + mass / size) / (size + 4 + 2 * mass / size)
    one = 2 / ((size + 1.3) ** 2 + mass)
    many = min(1 - one, 2 * (mass - 2 + 1 / mass) / ((size + 2) ** 2 + mass))
    expected = math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size**2))
    mean, covariance = start.astype(np.float64), np.eye(size)
    step_path, rank_path = np.zeros(size), np.zeros(size)
    best, top, used, generation = mean.copy(), value(mean), 1, 0
    while used < budget:
        generation += 1
        scales, axes = np.linalg.eigh(covariance)
        scales = np.sqrt(np.maximum(scales, 1e-20))
        count = min(brood, budget - used)
        drawn = (axes * scales) @ lot.standard_normal((size, count))
        points = mean + spread * drawn.T
        values = np.array([value(point) for point in points])
        used += count
        if values.max() > top:
            best, top = points[int(np.argmax(values))].copy(), float(values.max())
        if count < brood:
            break
        order = np.argsort(-values, kind="stable")[:parents]
        moves = drawn.T[order]
        shift = shares @ moves
        mean = mean + spread * shift
        whitened = axes @ ((axes.T @ shift) / scales)
        step_path = (1 - path_rate) * step_path
        step_path += math.sqrt(path_rate * (2 - path_rate) * mass) * whitened
        length = float(np.linalg.norm(step_path))
        correction = math.sqrt(1 - (1 - path_rate) ** (2 * generation))
        steady = float(length / correction < (1.4 + 2 / (size + 1)) * expected)
        rank_path = (1 - rank_rate) * rank_path
        rank_path += steady * math.sqrt(rank_rate * (2 - rank_rate) * mass) * shift
        covariance = (1 - one - many) * covariance + one * np.outer(rank_path, rank_path)
        covariance += many * (moves.T * shares) @ moves
        spread *= math.exp(min(1.0, (path_rate / damping) * (length / expected - 1)))
    return best, top
