"""Carrying a plan out: blocks in, blocks out, memory that does not grow with the model.

Inputs are mapped; a block of CHUNK floats is widened, merged, rounded and handed to the writer
before the next one is read.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.dtypes import (
    FLOATS,
    Bytes,
    Floats,
    Words,
    aligned,
    convert,
    decode_split,
    encode,
    encode_split,
    integers,
    lane_bytes,
    limit,
    odd_float32,
)
from mergeassist.params.lineage import SIDES
from mergeassist.params.methods import METHODS, Block, Whole
from mergeassist.params.plan import Blend, Convert, Copy, Largest, Plan, Scales, Step, Tie
from mergeassist.params.scaled import new_scales
from mergeassist.params.tensors import Buffer, Checkpoint, Output, Version, pieces

CHUNK = 1 << 16
STATISTICS_CHUNK = 1 << 16


class NotFiniteError(Exception):
    """A blended tensor holds NaN or infinity, in an input or for the first time in the result."""

    def __init__(self, tensor: str, where: str) -> None:
        self.tensor, self.where = tensor, where
        super().__init__(f"{tensor}: {where}")


class Run(NamedTuple):
    """How a plan is carried out: the seed, one id an expert for the random numbers, block size.

    `statistics` holds one opened file an expert for methods with data.
    """

    seed: int = 0
    ids: tuple[str, ...] = ("1", "2")
    chunk: int = CHUNK
    statistics: tuple[Checkpoint, ...] = ()


def outputs(plan: Plan, run: Run) -> dict[str, Output]:
    """Every tensor of the result with the function that streams its bytes."""
    workspace = _Workspace(run.chunk, plan)
    return {
        name: Output(step.tensor, partial(_stream, step, run, workspace))
        for name, step in plan.steps.items()
    }


class _Workspace:
    """Blocks kept from tensor to tensor, one per (number of experts, work type)."""

    def __init__(self, chunk: int, plan: Plan) -> None:
        self.chunk = max(1, chunk)
        self._plan = plan
        self._blocks: dict[tuple[int, str, int], Block] = {}
        self._states: dict[tuple[str, int], Any] = {}
        self._scales: dict[str, Bytes] = {}

    def state(self, action: Blend) -> Any:
        """What the method's `prepare` says of all tensors that are merged as `action` is, once."""
        key = (action.spec.label, len(action.experts))
        if key not in self._states:
            alike = [step.action for step in self._plan.steps.values()
                     if isinstance(step.action, Blend)
                     and (step.action.spec.label, len(step.action.experts)) == key]  # fmt: skip
            # One work type for all, so that their figures can be compared bit by bit.
            wide = max((_wide(a, "F16") for a in alike), key=lambda d: FLOATS[d].digits)

            def blocks(every: int) -> Iterator[Block]:
                for found in alike:
                    yield from _blocks(found, wide, _floats(found), self, every)

            prepare = METHODS[action.spec.method].prepare
            assert prepare is not None
            total = sum(map(_floats, alike))
            self._states[key] = prepare(blocks, total, action.spec.parameters)
        return self._states[key]

    def scales(self, step: Step, run: Run) -> Bytes:
        """The merged scales of the codes that `step` computes: a pass of its own, once."""
        if step.tensor.name not in self._scales:
            self._scales[step.tensor.name] = _scales(step, run, self)
        return self._scales[step.tensor.name]

    def block(self, experts: int, dtype: str, size: int) -> Block:
        work = FLOATS[dtype].work
        key = (experts, work.__name__, size)
        if key not in self._blocks:
            self._blocks[key] = Block(experts, size, work)
        return self._blocks[key]


def _stream(step: Step, run: Run, workspace: _Workspace) -> Iterator[Buffer]:
    action = step.action
    if isinstance(action, Copy):
        return pieces(action.source.raw)
    if isinstance(action, Convert):
        return _converted(action.source, action.source.raw, step.tensor.dtype)
    if isinstance(action, Largest):
        values = [integers(v.raw, step.tensor.dtype) for v in action.sources]
        return iter([np.maximum.reduce(values).view(np.uint8)])
    if isinstance(action, Tie):
        return iter(())
    if isinstance(action, Scales):
        return pieces(workspace.scales(action.codes, run))
    return _blended(step, action, run, workspace)


def _converted(source: Version, raw: Bytes, target: str) -> Iterator[Buffer]:
    """Some of the source's bytes as another dtype, or as they are."""
    if source.tensor.dtype == target:
        yield from pieces(raw)
        return
    step = CHUNK * lane_bytes(source.tensor.dtype)
    for at in range(0, raw.size, step):
        wide = convert(raw[at : at + step], source.tensor.dtype, "F64").view("<f8")
        out = convert(raw[at : at + step], source.tensor.dtype, target)
        if not (np.abs(wide) <= limit(target)).all():
            raise NotFiniteError(source.tensor.name, f"not finite as {target}")
        yield out


def _blended(step: Step, action: Blend, run: Run, workspace: _Workspace) -> Iterator[Buffer]:
    dtype, size = step.tensor.dtype, _floats(action)
    scales = _scales_of(step, action, run, workspace)
    packed = aligned(workspace.chunk * lane_bytes(dtype), np.uint8)
    scratch = aligned(workspace.chunk, np.uint32)
    for start, values, split in _results(step, action, run, workspace):
        out = packed[: values.size * lane_bytes(dtype)]
        if action.cells is not None:
            values /= scales[action.cells.grid.cells(start, values.size)]
        if not _rounded(values, dtype, split, out, scratch[: values.size]):
            raise NotFiniteError(step.tensor.name, _culprit(action, start, values.size))
        yield out
    if action.tail is not None:
        tail = action.tail
        yield from _converted(tail, tail.raw[size * lane_bytes(tail.tensor.dtype) :], dtype)
    if action.more is not None:
        version, rows = action.more
        width = version.raw.size // version.tensor.shape[0]
        for row in rows:
            yield from _converted(version, version.raw[row * width : (row + 1) * width], dtype)


def _results(
    step: Step, action: Blend, run: Run, workspace: _Workspace
) -> Iterator[tuple[int, Floats, bool]]:
    """(start, values, whether they are split) of every block of the merged tensor."""
    method = METHODS[action.spec.method]
    dtype, size = step.tensor.dtype, _floats(action)
    wide = _wide(action, dtype)
    state = None
    if method.of_model:
        state = workspace.state(action)
    elif method.prepare is not None and size:
        blocks = partial(_blocks, action, wide, size, workspace)
        state = method.prepare(blocks, size, action.spec.parameters)
    keys = tuple(key_of(run.seed, step.tensor.name, i) for i in run.ids) if method.random else ()
    if method.whole is not None:
        return _whole(step, action, Whole(step.tensor.name, None, (), keys, state), run, wide)
    block = workspace.block(len(action.experts), wide, workspace.chunk)
    block.state, block.keys, block.sources = state, keys, {}
    return _merged(block, action, dtype, size, workspace.chunk)


def _scales(step: Step, run: Run, workspace: _Workspace) -> Bytes:
    """The scales' bytes, from the largest merged magnitude of each cell."""
    action = step.action
    assert isinstance(action, Blend)
    assert action.cells is not None
    grid = action.cells.grid
    largest = np.zeros(math.prod(grid.counts), np.float32)
    for start, values, _ in _results(step, action, run, workspace):
        if not np.isfinite(values).all():
            raise NotFiniteError(step.tensor.name, _culprit(action, start, values.size))
        np.maximum.at(largest, grid.cells(start, values.size), np.abs(values))
    found = new_scales(action.cells, largest, step.tensor.dtype)
    if found is None:
        raise NotFiniteError(step.tensor.name, f"no {action.cells.dtype} scale fits its values")
    return found


def _scales_of(step: Step, action: Blend, run: Run, workspace: _Workspace) -> Floats:
    """The merged scales as fp32, flat; empty for a tensor without."""
    if action.cells is None:
        return np.empty(0, np.float32)
    raw = workspace.scales(step, run)
    return convert(raw, action.cells.dtype, "F32").view(np.float32)


def _merged(
    block: Block, action: Blend, dtype: str, size: int, chunk: int
) -> Iterator[tuple[int, Floats, bool]]:
    """(start, values, whether they are split) of every block that the kernel computes."""
    kernel = METHODS[action.spec.method].kernel
    assert kernel is not None
    split = dtype == "BF16" and _splits(action, chunk)
    for start in range(0, size, chunk):
        _load(block, action, start, min(chunk, size - start), split)
        with np.errstate(all="ignore"):
            kernel(block, action.spec.parameters)
        yield start, block.out, block.split


def _whole(
    step: Step, action: Blend, whole: Whole, run: Run, wide: str
) -> Iterator[tuple[int, Floats, bool]]:
    """The same for a method that sees whole tensors: `whole` has its name, keys and state."""
    method = METHODS[action.spec.method]
    shape = (action.base or action.experts[0]).tensor.shape
    lanes = FLOATS[wide].lanes
    full = (*shape, lanes) if lanes > 1 else shape
    if action.experts[0].tensor.layout is not None:
        # In another memory order there are no rows to speak of: a vector.
        full = (math.prod(full),)
    assert method.whole is not None

    def array(version: Version) -> Floats:
        values: Floats = np.empty(math.prod(full), FLOATS[wide].work)
        _read(version, 0, values.size, values)
        if not np.isfinite(values).all():
            # LAPACK does not end well on NaN, and the guards only saw samples.
            raise NotFiniteError(step.tensor.name, _culprit(action, 0, values.size))
        return values.reshape(full)

    known = tuple(_statistics(checkpoint, step.tensor.name) for checkpoint in run.statistics)
    base = array(action.base) if action.base is not None else None
    whole = whole._replace(base=base, experts=tuple(map(array, action.experts)), statistics=known)
    with np.errstate(all="ignore"):
        merged = method.whole(whole, action.spec.parameters)
    values = np.ascontiguousarray(merged, FLOATS[wide].work).reshape(-1)
    for start in range(0, values.size, run.chunk):
        yield start, values[start : start + run.chunk], False


def _statistics(checkpoint: Checkpoint, name: str) -> Floats | None:
    tensor = checkpoint.tensors.get(name)
    if tensor is None or tensor.dtype not in FLOATS:
        return None
    values = convert(checkpoint.raw(name), tensor.dtype, "F64").view("<f8")
    return values.reshape(tensor.shape)


def _versions(action: Blend) -> tuple[Version, ...]:
    return action.experts if action.base is None else (action.base, *action.experts)


def _wide(action: Blend, dtype: str) -> str:
    """The widest of `dtype` and the inputs' types, to compute in: fp64 wherever one side is."""
    return max((dtype, *(v.tensor.dtype for v in _versions(action))),
               key=lambda d: FLOATS[d].digits)  # fmt: skip


def _floats(action: Blend) -> int:
    """Floats that all inputs have (one side may have appended rows)."""
    return min(v.raw.size // lane_bytes(v.tensor.dtype) for v in _versions(action))


def _rounded(values: Floats, dtype: str, split: bool, out: Bytes, scratch: Words) -> bool:
    """Write `values` (n,) into `out`; whether all of them are finite in `dtype`."""
    if split:
        return encode_split(values, out, scratch)
    most = limit(dtype)
    # A NaN fails both comparisons.
    with np.errstate(all="ignore"):
        if not (values.max() <= most and values.min() >= -most):
            return False
    if dtype == "BF16" and values.dtype == np.float64:
        values = odd_float32(values)
    encode(values, dtype, out, scratch)
    return True


def _splits(action: Blend, chunk: int) -> bool:
    """Whether blocks may be read as 32-bit words of two BF16 each."""
    if not METHODS[action.spec.method].orderless or chunk % 2:
        return False
    return _all_bf16(action) and all(v.raw.ctypes.data % 4 == 0 for v in _versions(action))


def _all_bf16(action: Blend) -> bool:
    return all(version.tensor.dtype == "BF16" for version in _versions(action))


def _blocks(
    action: Blend, wide: str, size: int, workspace: _Workspace, every: int
) -> Iterator[Block]:
    """Blocks for statistics, of a fixed size where that size could change the answer."""
    method = METHODS[action.spec.method]
    free = method.orderless and not method.ordered_prepare
    chunk = workspace.chunk if free else STATISTICS_CHUNK
    block = workspace.block(len(action.experts), wide, chunk)
    block.state = None
    # Where bytes lie must not change the order of a sum: split whenever the types allow it.
    allowed = _splits(action, chunk) if free else method.orderless and _all_bf16(action)
    split = allowed and FLOATS[wide].work is np.float32
    for start in range(0, size, chunk * every):
        _load(block, action, start, min(chunk, size - start), split)
        yield block


def _load(block: Block, action: Blend, start: int, size: int, split: bool) -> None:
    block.resize(start, size)
    block.split = split and size % 2 == 0
    if action.base is not None and METHODS[action.spec.method].needs_base:
        _read(action.base, start, size, block.base, block.split)
    for version, target in zip(action.experts, block.experts, strict=True):
        _read(version, start, size, target, block.split)


def _read(version: Version, start: int, size: int, out: Floats, split: bool = False) -> None:
    if split:
        decode_split(version.raw[2 * start : 2 * (start + size)], out)
    else:
        version.read(start, size, out)


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
