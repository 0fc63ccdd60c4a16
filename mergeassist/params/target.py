"""The dtype and shape of a tensor that is computed, from those of its versions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from mergeassist.core.merge import Merge, Resolved
from mergeassist.params.dtypes import FLOATS, convert, is_float, is_integer, lane_bytes
from mergeassist.params.lineage import Row
from mergeassist.params.tensors import Version, same_bytes
from mergeassist.params.vocabulary import Growth

CONVERT_BYTES = 1 << 20
# What --dtype and recipes call them, and torch.
DTYPES = {
    "bf16": "BF16", "bfloat16": "BF16", "fp16": "F16", "float16": "F16",
    "fp32": "F32", "float32": "F32", "fp64": "F64", "float64": "F64",
}  # fmt: skip
TORCH_NAMES = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}


class CannotMergeError(Exception):
    """Raised while one row is planned; becomes a Clash."""


def settle(base: Hashable, experts: Sequence[Hashable]) -> Resolved[Hashable] | None:
    """The value where at most one distinct change was made, for any number of experts."""
    if len(experts) == 2:
        return Merge(base, experts[0], experts[1]).trivial()
    changed: list[Hashable] = []
    for expert in experts:
        if expert != base and expert not in changed:
            changed.append(expert)
    if len(changed) > 1:
        return None
    return Resolved(changed[0] if changed else base)


def refuse_incomputable(versions: Sequence[Version]) -> None:
    """Clash for what cannot be averaged: blocks, bits that need scales, integers, adapters."""
    for version in versions:
        dtype = version.tensor.dtype
        if not is_float(dtype):
            kind = "integers" if is_integer(dtype) else "booleans" if dtype == "BOOL" else dtype
            raise CannotMergeError(f"both sides changed it, and {kind} cannot be averaged")


def settled_dtype(
    row: Row, experts: tuple[Version, ...], wanted: str | None = None
) -> tuple[str, Version | None]:
    """The result's dtype, and the one side to convert where the others only changed the dtype.

    `wanted` is the dtype that somebody asked for.
    """
    base = row.base
    dtypes = [v.tensor.dtype for v in experts]
    answer = Resolved(wanted) if wanted else settle(base.tensor.dtype if base else None, dtypes)
    if answer is None:
        found = ", ".join(sorted(set(dtypes)))
        raise CannotMergeError(f"different dtypes on the sides: {found}; choose one with --dtype")
    target = str(answer.value)
    if FLOATS[target].lanes != FLOATS[(base or experts[0]).tensor.dtype].lanes:
        raise CannotMergeError("real on one side, complex on the other")
    if base is not None:
        moved = [v for v in experts if v.tensor.dtype == base.tensor.dtype or not _is_cast(base, v)]
        other = wanted is not None or (moved and moved[0].tensor.dtype != target)
        if len(moved) == 1 and len(moved) < len(experts) and other:
            return target, moved[0]
    return target, None


def _is_cast(base: Version, version: Version) -> bool:
    """Whether `version` is base rounded to another dtype and nothing else."""
    source, target = base.tensor, version.tensor
    if (source.shape, source.layout) != (target.shape, target.layout):
        return False
    step, width = lane_bytes(source.dtype), lane_bytes(target.dtype)
    for at in range(0, base.raw.size // step, CONVERT_BYTES):
        end = min(at + CONVERT_BYTES, base.raw.size // step)
        cast = convert(base.raw[at * step : end * step], source.dtype, target.dtype)
        if not same_bytes(cast, version.raw[at * width : end * width]):
            return False
    return True


def grown(
    row: Row, experts: tuple[Version, ...], growth: Growth | None
) -> tuple[Version | None, tuple[Version, tuple[int, ...]] | None]:
    """The side that appended rows to base's shape, and what the other one appended; or `None`s."""
    if row.base is None:
        if len({v.tensor.shape for v in experts}) > 1:
            raise CannotMergeError(f"different shapes: {_shapes(experts)}")
        return None, None
    shape = row.base.tensor.shape
    changed = [v for v in experts if v.tensor.shape != shape]
    if not changed:
        return None, None
    longer = all(_extends(v.tensor.shape, shape) and v.tensor.layout is None for v in changed)
    if len(changed) == 1 and longer:
        return changed[0], None
    if len(changed) == 2 == len(experts) and longer:
        rows = Merge(shape[0], *(v.tensor.shape[0] for v in experts))
        if growth is not None and growth.rows == rows:
            return experts[0], (experts[1], growth.appended)
        raise CannotMergeError(
            "both sides added rows, and no tokenizer.json beside all three says which is which"
        )
    raise CannotMergeError(f"different shapes: {_shapes((row.base, *experts))}")


def _extends(grown: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return len(grown) == len(shape) > 0 and grown[1:] == shape[1:] and grown[0] > shape[0]


def _shapes(versions: Sequence[Version]) -> str:
    return ", ".join(dict.fromkeys(v.tensor.label for v in versions))
