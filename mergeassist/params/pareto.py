"""MAP (arXiv 2406.07529): the trade-offs between metrics that merges of some models can reach.

A merge is base + sum c_i tau_i.  Some c are merged and evaluated; to each metric a quadratic in c
is fitted (through a logit where the metric lies in 0..1), and NSGA finds the c that no other c
beats in all metrics.  (The quadratic is the paper's; what it leaves over is kriged, because few
metrics are quadratic over the whole box.)  Half of the evaluations are laid out beforehand (the
experts, their mean, all in full, a Latin square); the rest go where the predicted front has the
widest gap, and are fitted in turn.  More than `NESTED` models are merged pairwise, bottom up, each
pair at its best compromise: a pair of merges is again a merge of the same task vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.errors import UsageError
from mergeassist.params.nsga import dominated, search
from mergeassist.params.provider import Metrics

Matrix = npt.NDArray[np.float64]
Evaluate = Callable[[Sequence[float]], Metrics]
NESTED = 3
LEAST = 6
HIGH = 1.0
LENGTHS = (0.15, 0.3, 0.6)
NOISES = (1e-3, 1e-1)


class Point(NamedTuple):
    """Coefficients of the task vectors, metrics, and whether these were measured."""

    weights: tuple[float, ...]
    metrics: Metrics
    measured: bool


class Study(NamedTuple):
    """What was evaluated, the front (measured and predicted points), the surrogates' errors."""

    metrics: tuple[str, ...]
    evaluated: tuple[Point, ...]
    front: tuple[Point, ...]
    errors: Metrics


class _Surrogate:
    """One quadratic a metric, by least squares, and kriging of what it leaves over.

    The kriging's length and noise are those with the least leave-one-out error; none is chosen
    where the quadratic alone predicts better.
    """

    def __init__(self, points: Matrix, values: Matrix) -> None:
        rows = _terms(points)
        self.logit = (values.min(0) >= 0) & (values.max(0) <= 1)
        targets = np.where(self.logit, _logit(values), values)
        # A little ridge keeps under-determined fits (more coefficients than points) tame.
        square = rows.T @ rows + 1e-6 * np.eye(rows.shape[1])
        self._coefficients = np.linalg.inv(square) @ rows.T @ targets
        self._points = points
        rest = targets - rows @ self._coefficients
        self._corrections = [_kriging(points, column) for column in rest.T]
        self.errors = np.sqrt(((self(points) - values) ** 2).mean(0))

    def __call__(self, points: Matrix) -> Matrix:
        """Predicted metrics, shape (points, metrics)."""
        raw = _terms(points) @ self._coefficients
        for column, (length, factors) in zip(raw.T, self._corrections, strict=True):
            column += _kernel(points, self._points, length) @ factors
        return np.where(self.logit, 1 / (1 + np.exp(-np.clip(raw, -30, 30))), raw)


def _kriging(points: Matrix, rest: Matrix) -> tuple[float, Matrix]:
    """(length, factor of each point) of the kernel sum that predicts left-out points best."""
    best, chosen = float((rest**2).sum()), (1.0, np.zeros(len(rest)))
    for length in LENGTHS:
        for noise in NOISES:
            kernel = _kernel(points, points, length) + noise * np.eye(len(points))
            inverse = np.linalg.inv(kernel)
            factors = inverse @ rest
            error = float(((factors / np.diag(inverse)) ** 2).sum())
            if error < best:
                best, chosen = error, (length, factors)
    return chosen


def _kernel(left: Matrix, right: Matrix, length: float) -> Matrix:
    gaps = ((left[:, None, :] - right[None, :, :]) ** 2).sum(-1)
    return np.asarray(np.exp(-gaps / (2 * length**2)))


def _terms(points: Matrix) -> Matrix:
    """1, c_i, c_i c_j: shape (points, (n + 1)(n + 2) / 2)."""
    count = points.shape[1]
    products = [points[:, i] * points[:, j] for i in range(count) for j in range(i, count)]
    return np.column_stack([np.ones(len(points)), points, *products])


def _logit(values: Matrix) -> Matrix:
    inside = np.clip(values, 1e-3, 1 - 1e-3)
    return np.log(inside / (1 - inside))


def explore(evaluate: Evaluate, experts: int, budget: int, seed: int = 0) -> Study:
    """At most `budget` evaluations; UsageError where that is too few."""
    if budget < LEAST:
        raise UsageError(f"{budget} evaluations are too few; give {LEAST} or more")
    if experts > NESTED:
        return _nested(evaluate, experts, budget, seed)
    study = _Search(evaluate, experts, seed)
    for weights in _design(experts, max(LEAST, budget // 2), seed):
        study.measure(weights)
    while len(study.points) < budget:
        study.measure(study.next_point())
    return study.result()


class _Search:
    """The points measured so far."""

    def __init__(self, evaluate: Evaluate, experts: int, seed: int) -> None:
        self.evaluate, self.experts, self.seed = evaluate, experts, seed
        self.points: list[tuple[float, ...]] = []
        self.found: list[Metrics] = []

    def measure(self, weights: Sequence[float] | Matrix) -> None:
        """Merge and evaluate one point."""
        chosen = tuple(round(float(w), 6) for w in weights)
        metrics = self.evaluate(chosen)
        if self.found and set(metrics) != set(self.found[0]):
            raise UsageError("the metrics of two models have different names")
        self.points.append(chosen)
        self.found.append(metrics)

    def values(self) -> Matrix:
        """The metrics, shape (points, metrics)."""
        return np.array([list(found.values()) for found in self.found])

    def front(self, population: int, generations: int) -> tuple[_Surrogate, Matrix, Matrix]:
        """The surrogate and its non-dominated points."""
        surrogate = _Surrogate(np.array(self.points), self.values())
        points, values = search(surrogate, 0.0, HIGH, self.experts, seed=self.seed,
                                population=population, generations=generations)  # fmt: skip
        return surrogate, points, values

    def next_point(self) -> Matrix:
        """The point of the predicted front that lies farthest from what was measured."""
        _, points, _ = self.front(48, 15)
        gaps = np.array([np.min(np.linalg.norm(np.array(self.points) - p, axis=1)) for p in points])
        chosen: Matrix = points[int(np.argmax(gaps))]
        return chosen

    def result(self) -> Study:
        """Measured points that no other measured point beats, and the predicted front."""
        surrogate, points, predicted = self.front(120, 40)
        names = tuple(self.found[0])
        measured = [Point(w, m, True) for w, m in zip(self.points, self.found, strict=True)]
        best = ~dominated(self.values())
        front = [point for point, good in zip(measured, best, strict=True) if good]
        for weights, values in zip(points, predicted, strict=True):
            metrics = dict(zip(names, map(float, values), strict=True))
            front.append(Point(tuple(map(float, weights)), metrics, False))
        order = sorted(front, key=lambda point: point.metrics[names[0]])
        errors = dict(zip(names, map(float, surrogate.errors), strict=True))
        return Study(names, tuple(measured), tuple(order), errors)


def _design(experts: int, count: int, seed: int) -> Matrix:
    """The first points: each expert, the mean, all in full, then a Latin square."""
    fixed = [*np.eye(experts), np.full(experts, 1 / experts), np.ones(experts)]
    lot = np.random.default_rng(seed)
    rest = max(0, count - len(fixed))
    square = (np.array([lot.permutation(rest) for _ in range(experts)]).T + 0.5) / max(1, rest)
    return np.concatenate([np.array(fixed), square.reshape(rest, experts) * HIGH])[:count]


def _nested(evaluate: Evaluate, experts: int, budget: int, seed: int) -> Study:
    """Pairs first; each node is a direction in the space of the task vectors."""
    nodes = [np.eye(experts)[i] for i in range(experts)]
    share = max(LEAST, budget // (experts - 1))
    everything: list[Point] = []
    study: Study | None = None
    while len(nodes) > 1:
        merged = []
        for first, second in zip(nodes[::2], nodes[1::2], strict=False):

            def of_pair(weights: Sequence[float], a: Matrix = first, b: Matrix = second) -> Metrics:
                return evaluate(tuple(map(float, weights[0] * a + weights[1] * b)))

            study = _lifted(explore(of_pair, 2, share, seed), first, second)
            everything += study.evaluated
            merged.append(np.array(pick(study, {}).weights))
        nodes = merged + nodes[len(nodes) - len(nodes) % 2 :]
    assert study is not None
    return study._replace(evaluated=tuple(everything))


def _lifted(study: Study, first: Matrix, second: Matrix) -> Study:
    """The study of a pair with weights of all task vectors."""

    def lift(point: Point) -> Point:
        whole = point.weights[0] * first + point.weights[1] * second
        return point._replace(weights=tuple(map(float, whole)))

    return study._replace(
        evaluated=tuple(map(lift, study.evaluated)), front=tuple(map(lift, study.front))
    )


def pick(study: Study, preference: Metrics) -> Point:
    """The front's point with the largest preferred sum of metrics, each scaled to its range.

    Without a preference all metrics count alike, which is the knee of the front.
    """
    unknown = sorted(set(preference) - set(study.metrics))
    if unknown:
        raise UsageError(f"no metric {unknown[0]!r}; there are: {', '.join(study.metrics)}")
    table = np.array([[point.metrics[name] for name in study.metrics] for point in study.front])
    span = np.ptp(table, axis=0)
    scaled = (table - table.min(0)) / np.where(span > 0, span, 1.0)
    factors = np.array([preference.get(name, 0.0 if preference else 1.0) for name in study.metrics])
    # The weakest metric counts too, so that equal sums go to the more even point.
    scores = scaled @ factors + 0.1 * (scaled + (factors == 0)).min(1)
    return study.front[int(np.argmax(scores))]


def hypervolume(values: Matrix, reference: Sequence[float]) -> float:
    """The area that two-metric points (n, 2) dominate beyond a reference point."""
    inside = values[(values > np.asarray(reference)).all(1)]
    area, height = 0.0, float(reference[1])
    for x, y in inside[np.argsort(-inside[:, 0])]:
        if y > height:
            area += (x - reference[0]) * (y - height)
            height = float(y)
    return float(area)
