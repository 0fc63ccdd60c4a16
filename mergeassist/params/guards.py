"""Checks on what is about to be blended: related models? finite numbers? visible deltas?

Figures come from a sample of every blended tensor (evenly spaced runs of elements), so that a
hopeless merge is refused in seconds.  Limits: fine-tunes of one model measured here have weights
at cosine > 0.9 with their base (CHGNet 0.3.0 to r2SCAN .993); unrelated models of equal shapes lie
under 0.05 (15 LigandMPNN, 4 IgFold checkpoints), retrained ones at 0.2 (Silero VAD releases).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from mergeassist.params.dtypes import FLOATS, Floats, lane_bytes
from mergeassist.params.lineage import SIDES
from mergeassist.params.plan import Blend, Step
from mergeassist.params.tensors import Tensor, Version

RELATED = 0.5
OPPOSED = -0.5
VANISHING = 0.1
RUNS = 16
RUN = 1024


class Figures(NamedTuple):
    """One blended tensor, sampled.

    `with_base` are the cosines of each expert with base, `between` that of the first two task
    vectors (of the first two models where there is no base), `clash` the share of elements that
    the two move in opposite directions, `sub_ulp` the share of deltas of the merged result that
    vanish in the result's dtype, `norms` the relative norms of the task vectors, `broken` the
    side where NaN or infinity was met.
    """

    size: int
    with_base: tuple[float, ...]
    between: float
    clash: float
    sub_ulp: float
    norms: tuple[float, ...]
    broken: str = ""


class Verdict(NamedTuple):
    """What the guards say of the whole merge; `refusal` is empty where it may go on."""

    with_base: tuple[float, ...]
    between: float
    clash: float
    sub_ulp: float
    refusal: str = ""

    def as_json(self) -> dict[str, object]:
        """For the record."""
        return {
            "cosine_with_base": [round(c, 6) for c in self.with_base],
            "cosine_between": round(self.between, 6),
            "sign_clash": round(self.clash, 6),
            "sub_ulp": round(self.sub_ulp, 6),
        }


def inspect(steps: Mapping[str, Step]) -> dict[str, Figures]:
    """Figures of every tensor that a method will compute."""
    found = {}
    for name, step in steps.items():
        if isinstance(step.action, Blend) and step.action.experts[0].tensor.size:
            action = step.action
            found[name] = figures(action.base, action.experts, step.tensor)
    return found


def sample(version: Version, floats: int) -> Floats:
    """About RUNS runs of RUN elements among the first `floats`, widened to fp64, shape (m,)."""
    dtype = version.tensor.dtype
    if floats <= RUNS * RUN:
        starts: Iterable[int] = [0]
        length = floats
    else:
        length = RUN
        starts = [(floats - RUN) * i // (RUNS - 1) for i in range(RUNS)]
    parts = []
    for start in starts:
        out: Floats = np.empty(length, FLOATS[dtype].work)
        version.read(start, length, out)
        parts.append(out.astype(np.float64))
    return np.concatenate(parts)


def figures(base: Version | None, experts: tuple[Version, ...], result: Tensor) -> Figures:
    """Figures of one tensor of floats; the inputs' common leading elements are compared."""
    versions = experts if base is None else (base, *experts)
    floats = min(v.raw.size // lane_bytes(v.tensor.dtype) for v in versions)
    with np.errstate(all="ignore"):
        values = [sample(v, floats) for v in experts]
        origin = sample(base, floats) if base is not None else None
        broken = _broken(origin, values)
        if broken:
            return Figures(floats, (), 0.0, 0.0, 0.0, (), broken)
        if origin is None:
            between = cosine(values[0], values[-1])
            return Figures(floats, (), between, 0.0, 0.0, ())
        taus = [value - origin for value in values]
        changed = (taus[0] != 0) & (taus[-1] != 0)
        opposed = changed & (np.signbit(taus[0]) != np.signbit(taus[-1]))
        merged: Floats = np.add.reduce(taus) / len(taus)
        scale = length(origin) or 1.0
        return Figures(
            floats,
            tuple(cosine(origin, value) for value in values),
            cosine(taus[0], taus[-1]),
            float(opposed.mean()),
            _vanishing(origin, merged, result.dtype),
            tuple(length(tau) / scale for tau in taus),
        )


def _broken(origin: Floats | None, values: list[Floats]) -> str:
    """The name of the first side that is not finite, empty for none."""
    sides = ["base", *SIDES(len(values))]
    found = zip(sides, [origin, *values], strict=True)
    return next((n for n, v in found if v is not None and not np.isfinite(v).all()), "")


def cosine(left: Floats, right: Floats) -> float:
    """Cosine of two vectors of shape (m,); 1 where both are zero, 0 where one is."""
    norms = length(left), length(right)
    if 0.0 in norms:
        return 1.0 if norms == (0.0, 0.0) else 0.0
    return float(np.add.reduce((left / norms[0]) * (right / norms[1])))


def length(values: Floats) -> float:
    """Euclidean norm of a vector.

    Not by BLAS: it wakes threads that then spin, which cost a short merge half of its CPU seconds.
    """
    return math.sqrt(float(np.add.reduce(values * values)))


def _vanishing(origin: Floats, delta: Floats, dtype: str) -> float:
    """Share of nonzero deltas under half a unit in the last place of `origin` in `dtype`."""
    moved = delta != 0
    if not moved.any():
        return 0.0
    _, exponent = np.frexp(np.abs(origin[moved]))
    half_ulp = np.ldexp(0.5, exponent - FLOATS[dtype].digits)
    return float((np.abs(delta[moved]) < half_ulp).mean())


def judge(found: Mapping[str, Figures], ranks: Mapping[str, int]) -> Verdict:
    """The whole merge: means over tensors weighted by size, matrices only where there are any.

    Vectors are left out because norms' weights lie near 1 in every model, related or not.
    """
    chosen = {n: f for n, f in found.items() if ranks[n] > 1} or dict(found)
    total = sum(f.size for f in chosen.values())
    if not total:
        return Verdict((), 0.0, 0.0, 0.0)

    def mean(values: Iterable[tuple[float, int]]) -> float:
        return sum(v * n for v, n in values if math.isfinite(v)) / total

    experts = max(len(f.with_base) for f in chosen.values())
    with_base = tuple(
        mean((f.with_base[i], f.size) for f in chosen.values() if len(f.with_base) > i)
        for i in range(experts)
    )
    between = mean((f.between, f.size) for f in chosen.values())
    verdict = Verdict(
        with_base, between,
        mean((f.clash, f.size) for f in chosen.values()),
        mean((f.sub_ulp, f.size) for f in chosen.values()),
    )  # fmt: skip
    return verdict._replace(refusal=_refusal(verdict))


def _refusal(verdict: Verdict) -> str:
    if not verdict.with_base:
        if verdict.between < RELATED:
            return f"unrelated models: cosine {verdict.between:.3f}, under {RELATED}"
        return ""
    lowest = min(verdict.with_base)
    if lowest < RELATED:
        which = verdict.with_base.index(lowest) + 1
        return f"unrelated models: side {which} has cosine {lowest:.3f} with base, under {RELATED}"
    if len(verdict.with_base) == 2 and verdict.between < OPPOSED:
        return f"the two sides undo each other: cosine {verdict.between:.3f} of their changes"
    return ""
