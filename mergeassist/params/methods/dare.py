"""DARE: drop deltas at random, rescale the rest by 1/p, add (arXiv 2311.03099).

Variant: 1/p as in the paper, PEFT and MergeBench; mergekit rescales to the old L1 norm instead.
The random number of an element is 16 bits of Philox 4x64 (Salmon et al., SC'11), keyed by (seed,
tensor name, expert) with the element's index as the counter: neither blocks nor order matter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mergeassist.params.methods.base import (
    SCALE,
    WEIGHT,
    Block,
    Mask,
    Method,
    Parameter,
    Values,
    weights,
)

STEPS = 1 << 16
PER_COUNTER = 16
_LOWER = np.uint32(0xFFFF)


def uniform16(key: int, start: int, size: int) -> npt.NDArray[np.uint16]:
    """Random 16-bit numbers for elements start..start+size, shape (size,), dtype uint16."""
    skip = start % PER_COUNTER
    words = -(-(size + skip) // 4)
    source = np.random.Philox(key=key, counter=start // PER_COUNTER)
    return source.random_raw(words).view(np.uint16)[skip : skip + size]


def _continued(block: Block, number: int) -> npt.NDArray[np.uint16]:
    """`uniform16` for one expert of the block; a generator goes on where its last block ended."""
    key, after = block.keys[number], block.start + block.size
    if block.start % PER_COUNTER or block.size % PER_COUNTER:
        return uniform16(key, block.start, block.size)
    at, source = block.sources.pop(key, (-1, None))
    if source is None or at != block.start:
        source = np.random.Philox(key=key, counter=block.start // PER_COUNTER)
    block.sources[key] = (after, source)
    drawn: npt.NDArray[np.uint16] = source.random_raw(block.size // 4).view(np.uint16)
    return drawn


def dare(block: Block, values: Values) -> None:
    """base + lambda * sum w_i tau_i m_i / p, m_i kept with probability p = density."""
    limit = max(1, round(values["density"][0] * STEPS))
    total = block.experts[0]
    for number, (expert, factor) in enumerate(
        zip(block.experts, weights(values, len(block.experts)), strict=True)
    ):
        np.subtract(expert, block.base, out=expert)
        if limit < STEPS:
            # A copy widens booleans faster than a multiplication by them does.
            np.copyto(block.spare, kept(block, number, limit))
            np.multiply(expert, block.spare, out=expert)
        scale = factor * values["lambda"][0] * STEPS / limit
        if scale != 1.0:
            np.multiply(expert, scale, out=expert)
        if number:
            np.add(total, expert, out=total)
    np.add(block.base, total, out=block.out)


def kept(block: Block, number: int, limit: int) -> Mask:
    """Which elements of the block are drawn under `limit` for one expert, in the block's order."""
    drawn, keep = _continued(block, number), block.masks[0]
    if not block.split:
        return np.less(drawn, np.uint16(limit), out=keep)
    words, half = drawn.view(np.uint32), block.size // 2
    part = block.out.view(np.uint32)[:half]
    np.less(np.bitwise_and(words, _LOWER, out=part), np.uint32(limit), out=keep[:half])
    # The upper half is under the limit where the whole word is under the limit shifted.
    np.less(words, np.uint32(limit << 16), out=keep[half:])
    return keep


DENSITY = Parameter("density", 0.5, 1 / STEPS, 1.0, "probability p that a delta is kept")
DARE = Method(
    "dare", "random dropping of deltas, the rest scaled by 1/p, added", dare,
    (DENSITY, WEIGHT, SCALE), random=True, orderless=True,
)  # fmt: skip
