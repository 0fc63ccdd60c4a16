"""NSGA-II (Deb et al. 2002) on a cheap function: the non-dominated set of a box, maximised."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def _beaten_by(values: Matrix) -> npt.NDArray[np.bool_]:
    """[i, j]: row j is no worse than row i in any objective, and better in one."""
    no_worse = np.ones((len(values), len(values)), np.bool_)
    better = np.zeros_like(no_worse)
    for column in values.T:
        no_worse &= column[None, :] >= column[:, None]
        better |= column[None, :] > column[:, None]
    return no_worse & better


def dominated(values: Matrix) -> npt.NDArray[np.bool_]:
    """Which rows (points, objectives) another row beats: no worse anywhere, better somewhere."""
    return np.asarray(np.any(_beaten_by(values), axis=1), np.bool_)


def fronts(values: Matrix, enough: int | None = None) -> npt.NDArray[np.int64]:
    """The rank of each row: 0 for the non-dominated, 1 for those after taking them away, ...

    Once `enough` rows have one, all others share the next.
    """
    beaten = _beaten_by(values)
    left = beaten.sum(1)
    ranks = np.full(len(values), -1)
    level = done = 0
    while done < (enough or len(values)):
        now = (left == 0) & (ranks < 0)
        ranks[now] = level
        done += int(now.sum())
        left = left - beaten[:, now].sum(1)
        level += 1
    ranks[ranks < 0] = level
    return ranks


def crowding(values: Matrix) -> Matrix:
    """How far apart the neighbours of each row are, summed over objectives; ends are infinite."""
    total = np.zeros(len(values))
    for column in values.T:
        order = np.argsort(column, kind="stable")
        span = float(column[order[-1]] - column[order[0]]) or 1.0
        total[order[[0, -1]]] = np.inf
        total[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / span
    return total


def search(
    objectives: Callable[[Matrix], Matrix], low: float, high: float, size: int, *, seed: int,
    population: int = 80, generations: int = 60,
) -> tuple[Matrix, Matrix]:  # fmt: skip
    """Points (n, size) in the box and their objectives (n, m), none dominated by another."""
    lot = np.random.default_rng(seed)
    points = lot.uniform(low, high, (population, size))
    points[:size] = np.eye(size) * high + (1 - np.eye(size)) * low
    values = objectives(points)
    for _ in range(generations):
        children = _children(points, values, low, high, lot)
        points = np.concatenate([points, children])
        values = np.concatenate([values, objectives(children)])
        ranks, space = fronts(values, population), np.zeros(len(values))
        for level in range(int(ranks.max()) + 1):
            at = np.flatnonzero(ranks == level)
            space[at] = crowding(values[at])
        kept = np.lexsort((-space, ranks))[:population]
        points, values = points[kept], values[kept]
    best = ~dominated(values)
    return points[best], values[best]


def _children(
    points: Matrix, values: Matrix, low: float, high: float, lot: np.random.Generator
) -> Matrix:
    """Tournaments, simulated binary crossover (eta 15), polynomial mutation (eta 20)."""
    count, size = points.shape
    ranks, space = fronts(values), crowding(values)
    pairs = lot.integers(0, count, (2, count))
    first = (ranks[pairs[0]] < ranks[pairs[1]]) | (
        (ranks[pairs[0]] == ranks[pairs[1]]) & (space[pairs[0]] > space[pairs[1]])
    )
    parents = points[np.where(first, pairs[0], pairs[1])]
    others = parents[lot.permutation(count)]
    u = lot.uniform(size=parents.shape)
    beta = np.where(u < 0.5, (2 * u) ** (1 / 16), (1 / (2 - 2 * u)) ** (1 / 16))
    crossed = np.where(lot.uniform(size=parents.shape) < 0.9,
                       ((1 + beta) * parents + (1 - beta) * others) / 2, parents)  # fmt: skip
    u = lot.uniform(size=parents.shape)
    delta = np.where(u < 0.5, (2 * u) ** (1 / 21) - 1, 1 - (2 - 2 * u) ** (1 / 21))
    mutated = lot.uniform(size=parents.shape) < max(0.3, 1 / size)
    found: Matrix = np.clip(crossed + mutated * delta * (high - low), low, high)
    return found
