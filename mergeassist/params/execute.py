"""Carrying a plan out: blocks in, blocks out, memory that does not grow with the model.

Inputs are mapped; a block of CHUNK floats is widened, merged, rounded and handed to the writer
before the next one is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from mergeassist.params.dtypes import (
    FLOATS,
    Bytes,
    Floats,
    Words,
    convert,
    decode,
    encode,
    integers,
    lane_bytes,
    odd_float32,
)
from mergeassist.params.lineage import SIDES
from mergeassist.params.methods import METHODS, Block
from mergeassist.params.plan import Blend, Convert, Copy, Largest, Plan, Step, Tie
from mergeassist.params.tensors import Buffer, Output, Version

CHUNK = 1 << 15
STATISTICS_CHUNK = 1 << 15
COPY_BYTES = 1 << 22
_LIMITS = {"F16": 65519.99, "BF16": 3.3961775e38}


class NotFiniteError(Exception):
    """A blended tensor holds NaN or infinity, in an input or for the first time in the result."""

    def __init__(self, tensor: str, where: str) -> None:
        self.tensor, self.where = tensor, where
        super().__init__(f"{tensor}: {where}")


class Run(NamedTuple):
    """How a plan is carried out: the seed, one id an expert for the random numbers, block size."""

    seed: int = 0
    ids: tuple[str, ...] = ("1", "2")
    chunk: int = CHUNK


def outputs(plan: Plan, run: Run) -> dict[str, Output]:
    """Every tensor of the result with the function that streams its bytes."""
    workspace = _Workspace(run.chunk)
    return {
        name: Output(step.tensor, partial(_stream, step, run, workspace))
        for name, step in plan.steps.items()
    }


class _Workspace:
    """Blocks kept from tensor to tensor, one per (number of experts, work type)."""

    def __init__(self, chunk: int) -> None:
        self.chunk = max(1, chunk)
        self._blocks: dict[tuple[int, str, int], Block] = {}

    def block(self, experts: int, dtype: str, size: int) -> Block:
        work = FLOATS[dtype].work
        key = (experts, work.__name__, size)
        if key not in self._blocks:
            self._blocks[key] = Block(experts, size, work)
        return self._blocks[key]


def _stream(step: Step, run: Run, workspace: _Workspace) -> Iterator[Buffer]:
    action = step.action
    if isinstance(action, Copy):
        return _pieces(action.source.raw)
    if isinstance(action, Convert):
        return _converted(action.source, step.tensor.dtype, workspace)
    if isinstance(action, Largest):
        values = [integers(v.raw, step.tensor.dtype) for v in action.sources]
        return iter([np.maximum.reduce(values).view(np.uint8)])
    if isinstance(action, Tie):
        return iter(())
    return _blended(step, action, run, workspace)


def _pieces(raw: Bytes) -> Iterator[Buffer]:
    for at in range(0, raw.size, COPY_BYTES):
        yield raw[at : at + COPY_BYTES]


def _converted(source: Version, target: str, workspace: _Workspace) -> Iterator[Buffer]:
    step = workspace.chunk * lane_bytes(source.tensor.dtype)
    for at in range(0, source.raw.size, step):
        out = convert(source.raw[at : at + step], source.tensor.dtype, target)
        if not np.isfinite(convert(out, target, "F64").view("<f8")).all():
            raise NotFiniteError(source.tensor.name, f"not finite as {target}")
        yield out


def _blended(step: Step, action: Blend, run: Run, workspace: _Workspace) -> Iterator[Buffer]:
    method = METHODS[action.spec.method]
    dtype = step.tensor.dtype
    versions = action.experts if action.base is None else (action.base, *action.experts)
    # Work in the widest input's type: fp64 wherever one side is.
    wide = max((dtype, *(v.tensor.dtype for v in versions)), key=lambda d: FLOATS[d].digits)
    size = min(v.raw.size // lane_bytes(v.tensor.dtype) for v in versions)
    block = workspace.block(len(action.experts), wide, workspace.chunk)
    if method.prepare is not None and size:
        block.state = method.prepare(partial(_blocks, action, wide, size, workspace), size,
                                     action.spec.parameters)  # fmt: skip
    if method.random:
        block.keys = tuple(key_of(run.seed, step.tensor.name, i) for i in run.ids)
    width = lane_bytes(dtype)
    packed = np.empty(workspace.chunk * width, np.uint8)
    bits = np.empty(workspace.chunk, np.uint32)
    limit = _LIMITS.get(dtype) or float(np.finfo(FLOATS[dtype].work).max)
    for start in range(0, size, workspace.chunk):
        _load(block, action, start, min(workspace.chunk, size - start))
        with np.errstate(all="ignore"):
            method.kernel(block, action.spec.parameters)
            # A NaN fails both comparisons.
            if not (block.out.max() <= limit and block.out.min() >= -limit):
                raise NotFiniteError(step.tensor.name, _culprit(action, start, block.size))
        out = packed[: block.size * width]
        _encode(block.out, dtype, out, bits[: block.size])
        yield out
    if action.tail is not None:
        yield from _pieces(action.tail.raw[size * width :])


def _encode(values: Floats, dtype: str, out: Bytes, bits: Words) -> None:
    if dtype == "BF16" and values.dtype == np.float64:
        values = odd_float32(values)
    encode(values, dtype, out, bits)


def _blocks(
    action: Blend, wide: str, size: int, workspace: _Workspace, every: int
) -> Iterator[Block]:
    """Blocks of a fixed size for statistics: they must not depend on how the merge is cut."""
    block = workspace.block(len(action.experts), wide, STATISTICS_CHUNK)
    for start in range(0, size, STATISTICS_CHUNK * every):
        _load(block, action, start, min(STATISTICS_CHUNK, size - start))
        yield block


def _load(block: Block, action: Blend, start: int, size: int) -> None:
    block.resize(start, size)
    if action.base is not None and METHODS[action.spec.method].needs_base:
        _read(action.base, start, size, block.base)
    for version, target in zip(action.experts, block.experts, strict=True):
        _read(version, start, size, target)


def _read(version: Version, start: int, size: int, out: Floats) -> None:
    width = lane_bytes(version.tensor.dtype)
    decode(version.raw[start * width : (start + size) * width], version.tensor.dtype, out)


def _culprit(action: Blend, start: int, size: int) -> str:
    """Which input is not finite in this block; the result itself where none is."""
    sides = zip(SIDES(len(action.experts)), action.experts, strict=True)
    for side, version in [("base", action.base), *sides]:
        if version is not None:
            values: Floats = np.empty(size, FLOATS[version.tensor.dtype].work)
            _read(version, start, size, values)
            if not np.isfinite(values).all():
                return f"NaN or infinity in {side}"
    return "the merged values overflow the dtype"


def key_of(seed: int, tensor: str, expert: str) -> int:
    """The 128-bit key of a tensor's random numbers."""
    text = f"{seed}\0{tensor}\0{expert}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:16], "little")
