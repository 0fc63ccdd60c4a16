"""Layer-wise merging of one architecture: method and coefficients of each layer are searched.

`layerwise` is the homogeneous half of Unconstrained Model Merging (arXiv 2410.13699): CMA-ES over
one coefficient a layer and expert (and a choice of method a layer), scored by the user's metrics.
`adamerging` (arXiv 2310.02575) goes downhill on a loss whose gradient the user's function or
program gives, the entropy of predictions on unlabelled data for instance.  Both answer with a
`Policy`, so that the merge is an ordinary one: recorded, streamed and derived again by `models
verify`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.errors import UsageError
from mergeassist.params.dtypes import FLOATS, Floats, convert, is_float
from mergeassist.params.evolve import maximise
from mergeassist.params.formats import open_checkpoint
from mergeassist.params.methods.descent import adam
from mergeassist.params.policy import Policy, Spec, spec
from mergeassist.params.tensors import Checkpoint

Arrays = Mapping[str, Floats]
Loss = Callable[[Policy, Callable[[], Arrays]], tuple[float, Arrays]]
METHODS = ("task-arithmetic", "ties", "tsv-m", "iso-c", "pcb", "widen")
_LAYER = re.compile(r"^(.*?\d+)\.")
_SPECIAL = re.compile(r"([\[*?])")


class Outcome(NamedTuple):
    """The best policy met, its score, that of the start, and evaluations made."""

    policy: Policy
    score: float
    start: float
    evaluations: int


def layers_of(checkpoint: Checkpoint, at_most: int) -> list[list[str]]:
    """Float tensors by layer (their name up to the first number), what is outside together.

    Where there are more than `at_most` layers, neighbours share coefficients.
    """
    found: dict[str, list[str]] = {}
    for name, tensor in checkpoint.tensors.items():
        if is_float(tensor.dtype):
            match = _LAYER.match(name)
            found.setdefault(match[1] if match else "", []).append(name)
    groups = list(found.values())
    size = -(-len(groups) // max(1, at_most))
    return [
        [name for group in groups[i : i + size] for name in group]
        for i in range(0, len(groups), size)
    ]


def pattern_of(name: str) -> str:
    """A policy pattern that matches exactly this tensor."""
    return _SPECIAL.sub(r"[\1]", name)


def policy_of(
    groups: Sequence[Sequence[str]], weights: npt.NDArray[np.float64], methods: Sequence[str]
) -> Policy:
    """One specification a group; `weights` has shape (groups, experts)."""
    patterns: list[tuple[str, Spec]] = []
    for names, row, method in zip(groups, weights, methods, strict=True):
        # As many digits as the record's labels keep.
        chosen = _specification(method, [float(f"{w:.5g}") for w in row])
        patterns += [(pattern_of(name), chosen) for name in names]
    return Policy(spec("ram"), tuple(patterns))


def _specification(method: str, row: list[float]) -> Spec:
    declared = {p.name for p in spec_parameters(method)}
    if "weight" in declared:
        return spec(method, {"weight": row})
    # Methods without a weight an expert are scaled as a whole.
    return spec(method, {"lambda": float(f"{sum(row):.5g}")})


def spec_parameters(method: str) -> Sequence[Any]:
    """The declared parameters of a method; UsageError for one that cannot be searched."""
    from mergeassist.params.methods import method_named

    found = method_named(method).parameters
    if not {"weight", "lambda"} & {p.name for p in found}:
        raise UsageError(f"{method} has no coefficient to search")
    return found


def layerwise(
    base: Path, experts: int, score: Callable[[Policy], float], methods: Sequence[str],
    budget: int, at_most: int, seed: int,
) -> Outcome:  # fmt: skip
    """Search `budget` policies, from all coefficients 1 / experts."""
    for method in methods:
        spec_parameters(method)
    checkpoint = open_checkpoint(base)
    groups = layers_of(checkpoint, at_most)
    checkpoint.close()
    count = len(groups)
    choices = len(methods) if len(methods) > 1 else 0

    def policy(point: npt.NDArray[np.float64]) -> Policy:
        weights = np.clip(point[: count * experts].reshape(count, experts), -1.0, 3.0)
        votes = point[count * experts :].reshape(count, choices)
        named = [methods[int(np.argmax(v))] if choices else methods[0] for v in votes]
        return policy_of(groups, weights, named)

    start = np.concatenate([np.full(count * experts, 1 / experts), np.zeros(count * choices)])
    first: list[float] = []

    def value(point: npt.NDArray[np.float64]) -> float:
        found = score(policy(point))
        first.append(found)
        return found

    best, top = maximise(value, start, 0.2, budget, seed)
    return Outcome(policy(best), top, first[0], len(first))


def load(path: Path) -> dict[str, Floats]:
    """All float tensors of a checkpoint in memory, fp32 (fp64 for F64)."""
    checkpoint = open_checkpoint(path)
    found: dict[str, Floats] = {}
    for name, tensor in checkpoint.tensors.items():
        if is_float(tensor.dtype) and FLOATS[tensor.dtype].lanes == 1:
            target = "F64" if tensor.dtype == "F64" else "F32"
            raw = convert(checkpoint.raw(name), tensor.dtype, target)
            found[name] = raw.view(FLOATS[target].work).reshape(tensor.shape)
    checkpoint.close()
    return found


def adamerging(
    base: Path, experts: Sequence[Path], loss: Loss, steps: int, rate: float, start: float = 0.3
) -> Outcome:
    """One coefficient a tensor and expert, by Adam on `loss`; whole models are in memory.

    `loss` is asked with the policy, for those who want the merge as a file, and a function that
    makes the merged arrays; it answers with the loss and its gradient of each tensor.
    """
    origin = load(base)
    taus = [{n: e[n] - origin[n] for n in origin} for e in map(load, experts)]
    names = list(origin)
    losses: list[float] = []

    def policy(weights: Floats) -> Policy:
        return policy_of([[n] for n in names], np.asarray(weights, np.float64),
                         ["task-arithmetic"] * len(names))  # fmt: skip

    def merged(weights: Floats) -> Arrays:
        found = dict(origin)
        for name, row in zip(names, weights, strict=True):
            for tau, weight in zip(taus, row, strict=True):
                found[name] = found[name] + tau[name].dtype.type(weight) * tau[name]
        return found

    def gradient(weights: Floats) -> Floats:
        value, slopes = loss(policy(weights), lambda: merged(weights))
        losses.append(float(value))
        return np.array([[float(np.vdot(slopes[n], tau[n])) if n in slopes else 0.0
                          for tau in taus] for n in names])  # fmt: skip

    weights = adam(np.full((len(names), len(taus)), start), gradient, rate, steps)
    gradient(weights)
    return Outcome(policy(weights), -losses[-1], -losses[0], len(losses))
