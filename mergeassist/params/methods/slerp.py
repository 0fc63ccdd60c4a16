"""SLERP of two flattened tensors along the great circle between them (Shoemake 1985)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mergeassist.params.methods.base import Block, Blocks, Method, Parameter, Values
from mergeassist.params.methods.spherical import gram

NEARLY_PARALLEL = 0.9995


def slerp(block: Block, values: Values) -> None:
    """sin((1-t)w)/sin w * ours + sin(tw)/sin w * theirs; `block.state` holds the two factors."""
    ours, theirs = block.experts
    np.multiply(ours, block.state[0], out=ours)
    np.multiply(theirs, block.state[1], out=theirs)
    np.add(ours, theirs, out=block.out)


def prepare(blocks: Blocks, size: int, values: Values) -> Any:
    """The factors of both sides; those of lerp where the tensors are nearly parallel."""
    found = gram(blocks, size, task_vectors=False)
    dot, ours_norm, theirs_norm = (float(found[at]) for at in ((0, 1), (0, 0), (1, 1)))
    t = values["t"][0]
    norms = math.sqrt(ours_norm * theirs_norm)
    cosine = max(-1.0, min(1.0, dot / norms)) if norms > 0 else 1.0
    if abs(cosine) > NEARLY_PARALLEL:
        return 1 - t, t
    angle = math.acos(cosine)
    return math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)


SLERP = Method(
    "slerp", "along the great circle between two models (ignores base)", slerp,
    (Parameter("t", 0.5, 0.0, 1.0, "0: ours, 1: theirs"),),
    needs_base=False, max_experts=2, prepare=prepare, orderless=True, ordered_prepare=True,
)  # fmt: skip
