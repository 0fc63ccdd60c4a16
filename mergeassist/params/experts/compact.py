"""Merging experts of one model: M-SMoE (arXiv 2310.01334), and MC on top where asked for.

    groups   -> `grouping`: routing statistics, or how alike the router's rows are
    align    -> `matching`: members' hidden units in the order of their core's
    merge    W = sum_e f_e W_e / sum_e f_e  over the group, f_e the usage
    router   r = the same mean of the members' rows (`--router core`: the core's row)
    MC       -> `low_rank`: W = U V + S

The paper keeps every router row and lets members share the merged expert, which no file format of
transformers can say; `keep_router` writes that as equal experts.  With one row a group instead,
copies of an expert merge without loss: the row of n copies takes their place, and where every group
holds n exact copies the router must choose k / n instead of k experts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mergeassist.errors import InputError, UsageError
from mergeassist.params.align import Order
from mergeassist.params.dtypes import Floats, convert
from mergeassist.params.experts import low_rank
from mergeassist.params.experts.grouping import Group, cosines, group
from mergeassist.params.experts.layers import MoeLayer, find_layers, natural
from mergeassist.params.experts.matching import Axis, axes_of, best_order, likeness, reordered
from mergeassist.params.experts.routing import Routing, router_rows
from mergeassist.params.tensors import Buffer, Checkpoint, Output, Tensor, same_bytes

PLAIN = ("F16", "BF16", "F32", "F64")


class Wish(NamedTuple):
    """What the user asked for: see `models compact-experts --help`."""

    experts: int
    router: str = "mean"
    align: bool = True
    keep_router: bool = False
    rank: int | None = None
    sparse: float = 0.1
    dense: bool = False


class Compacted(NamedTuple):
    """One layer: its groups, the order of units of every member that moved, and whether all
    groups are exact copies of one size.
    """

    layer: MoeLayer
    axes: tuple[Axis, ...]
    groups: list[Group]
    orders: dict[int, Order]
    exact: bool = False

    @property
    def moved(self) -> int:
        """How many hidden units took another place."""
        return sum(int((o != np.arange(len(o))).sum()) for o in self.orders.values())

    def as_json(self) -> dict[str, Any]:
        """For the record."""
        return {
            "layer": self.layer.name,
            "units_moved": self.moved,
            "exact_copies": self.exact,
            "groups": [
                {"members": list(g.members), "weights": list(g.weights)} for g in self.groups
            ],
        }


def layers_in(model: Checkpoint) -> list[MoeLayer]:
    """The layers by number; InputError where there are none or they cannot be told apart."""
    found = find_layers(model.tensors)
    if found.odd:
        name, reason = next(iter(found.odd.items()))
        raise InputError(model.path, f"{name}: {reason}", "save it as PREFIX.experts.N.PART")
    if not found.layers:
        raise InputError(model.path, "no experts.N. in its tensors' names", "nothing to compact")
    for layer in found.layers.values():
        for name in layer.names:
            tensor = model.tensors[name]
            if tensor.dtype not in PLAIN or tensor.layout or tensor.tied_to:
                raise InputError(model.path, f"{name} is {tensor.label}", "save it as plain floats")
    return sorted(found.layers.values(), key=lambda layer: natural(layer.name))


def compacted(model: Checkpoint, layer: MoeLayer, routing: Routing, wish: Wish) -> Compacted:
    """Groups and orders of one layer; UsageError where nothing says who is like whom."""
    if not 1 <= wish.experts <= layer.size:
        raise UsageError(f"--experts {wish.experts}: {layer.name} has {layer.size}")
    alike = routing.similarity
    if alike is None:
        rows = router_rows(model, layer)
        if rows is None:
            raise UsageError(f"{layer.name}: no router among its tensors; give --routing FILE")
        alike = cosines(rows)
    groups = group(alike, routing.usage, wish.experts)
    orders: dict[int, Order] = {}
    axes = axes_of(layer, model.tensors) if wish.align else ()
    if wish.align and not axes:
        raise UsageError(
            f"{layer.block(0)}: its tensors' names do not say which are hidden units; "
            "--no-align merges them by number"
        )
    for found in groups:
        for member in found.members[1:]:
            if wish.align:
                scores = likeness((model, layer, found.members[0]), (model, layer, member), axes)
                order = best_order(scores)
                if not np.array_equal(order, np.arange(len(order))):
                    orders[member] = order
    done = Compacted(layer, axes, groups, orders)
    return done._replace(exact=_copies(model, done))


def _copies(model: Checkpoint, done: Compacted) -> bool:
    """Whether all members equal their core bit for bit, router rows too, in groups of one size."""
    layer = done.layer
    if len({len(found.members) for found in done.groups}) > 1:
        return False
    for found in done.groups:
        core = found.members[0]
        for member in found.members[1:]:
            for part in layer.parts:
                mine = _part(model, done, core, part)
                if not same_bytes(mine, _part(model, done, member, part)):
                    return False
            for name in layer.router:
                rows = model.raw(name).reshape(layer.size, -1)
                if not np.array_equal(rows[core], rows[member]):
                    return False
    return True


def _part(model: Checkpoint, done: Compacted, expert: int, part: str) -> Any:
    """The bytes of one tensor of one expert, its units in the core's order."""
    name = done.layer.tensor(expert, part)
    raw = model.raw(name)
    axis = next((a.axis for a in done.axes if a.part == part), None)
    if expert not in done.orders or axis is None:
        return raw
    return reordered(raw, model.tensors[name], axis, done.orders[expert])


def merged_part(model: Checkpoint, done: Compacted, found: Group, part: str) -> Floats:
    """sum f_e W_e / sum f_e as the core's weights plus a mean difference, fp64.

    So written, equal experts give exactly what they are.
    """
    dtype = model.tensors[done.layer.tensor(found.members[0], part)].dtype
    shape = model.tensors[done.layer.tensor(found.members[0], part)].shape
    core, *rest = (
        convert(_part(model, done, e, part), dtype, "F64").view("<f8") for e in found.members
    )
    total = np.zeros_like(core)
    for member, weight in zip(rest, found.weights[1:], strict=True):
        total += weight * (member - core)
    merged: Floats = (core + total).reshape(shape)
    return merged


def merged_router(model: Checkpoint, done: Compacted, name: str, mode: str) -> Floats:
    """One row a group, fp64."""
    tensor = model.tensors[name]
    rows = convert(model.raw(name), tensor.dtype, "F64").view("<f8").reshape(tensor.shape)
    found = []
    for one in done.groups:
        core = rows[one.members[0]]
        if mode == "mean":
            weights = zip(one.members[1:], one.weights[1:], strict=True)
            core = core + sum(w * (rows[e] - rows[one.members[0]]) for e, w in weights)
        found.append(core)
    return np.array(found)


def outputs_of(model: Checkpoint, layers: list[Compacted], wish: Wish) -> dict[str, Output]:
    """Every tensor of the result, computed when it is written."""
    changed: dict[str, list[Output]] = {}
    for done in layers:
        changed |= _of_layer(model, done, wish)
    streams: dict[str, Output] = {}
    for name, tensor in model.tensors.items():
        for output in changed.get(name, [Output(tensor, partial(_kept, model, name))]):
            streams[output.tensor.name] = output
    return streams


def _kept(model: Checkpoint, name: str) -> Iterator[Buffer]:
    if model.tensors[name].tied_to is None:
        yield model.raw(name)


def _of_layer(model: Checkpoint, done: Compacted, wish: Wish) -> dict[str, list[Output]]:
    """What takes the place of each tensor of the layer: nothing, itself, or its factors."""
    layer, tensors = done.layer, model.tensors
    changed: dict[str, list[Output]] = {name: [] for name in layer.names}
    for number, found in enumerate(done.groups):
        places = found.members if wish.keep_router else (number,)
        for part in layer.parts:
            work = partial(merged_part, model, done, found, part)
            for place in places:
                tensor = tensors[layer.tensor(place, part)]
                changed[tensor.name] = _written(tensor, work, wish)
    for name in layer.router:
        tensor = tensors[name]
        if wish.keep_router:
            changed[name] = [Output(tensor, partial(_kept, model, name))]
            continue
        size = tensor.nbytes // layer.size * len(done.groups)
        shape = (len(done.groups), *tensor.shape[1:])
        work = partial(merged_router, model, done, name, wish.router)
        smaller = tensor._replace(shape=shape, nbytes=size)
        changed[name] = [Output(smaller, partial(_plain, work, tensor.dtype))]
    return changed


def _written(tensor: Tensor, work: Any, wish: Wish) -> list[Output]:
    if wish.rank is None or len(tensor.shape) != 2:
        return [Output(tensor, partial(_plain, work, tensor.dtype))]
    parts = _Factors(work, wish.rank, wish.sparse, tensor.dtype)
    if wish.dense:
        return [Output(tensor, partial(_plain, parts.dense, tensor.dtype))]
    rows, columns = tensor.shape
    rank, kept = min(wish.rank, rows, columns), round(wish.sparse * rows)
    item = tensor.nbytes // max(1, tensor.size)
    shapes = ((rows, rank), (rank, columns), (kept,), (kept, columns))
    found = []
    for number, (ending, shape) in enumerate(zip(low_rank.ENDINGS, shapes, strict=True)):
        dtype, width = ("I64", 8) if ending == low_rank.ROWS else (tensor.dtype, item)
        about = Tensor(tensor.name + ending, dtype, shape, width * int(np.prod(shape)))
        found.append(Output(about, partial(parts.stream, number)))
    return found


class _Factors:
    """The factors of one matrix, computed for the first of its tensors, dropped after the last."""

    def __init__(self, work: Any, rank: int, share: float, dtype: str) -> None:
        self.work, self.rank, self.share, self.dtype = work, rank, share, dtype
        self.found: low_rank.Factored | None = None

    def compute(self) -> low_rank.Factored:
        """The factors."""
        return low_rank.factor(self.work(), self.rank, self.share, self.dtype)

    def dense(self) -> Floats:
        """U V + S."""
        return low_rank.dense(self.compute())

    def stream(self, number: int) -> Iterator[Buffer]:
        """The bytes of one factor."""
        found = self.found or self.compute()
        self.found = None if number == len(found) - 1 else found
        if low_rank.ENDINGS[number] == low_rank.ROWS:
            yield np.ascontiguousarray(found.rows, "<i8").view(np.uint8)
        else:
            values: Any = found[number]
            yield low_rank.packed(values, self.dtype)


def _plain(work: Any, dtype: str) -> Iterator[Buffer]:
    yield low_rank.packed(work(), dtype)


def expanded(model: Checkpoint) -> dict[str, Output]:
    """A factored checkpoint's tensors with U V + S multiplied out; InputError for others."""
    whole = {name.removesuffix(low_rank.UP) for name in model.tensors if name.endswith(low_rank.UP)}
    if not whole:
        raise InputError(model.path, "no low-rank factors in it", "nothing to expand")
    found: dict[str, Output] = {}
    for name, tensor in model.tensors.items():
        stem = next((name.removesuffix(e) for e in low_rank.ENDINGS if name.endswith(e)), "")
        if stem not in whole:
            found[name] = Output(tensor, partial(_kept, model, name))
        elif name.endswith(low_rank.UP):
            shape = (tensor.shape[0], _tensor(model, stem + low_rank.DOWN).shape[1])
            size = tensor.nbytes // max(1, tensor.size) * shape[0] * shape[1]
            about = Tensor(stem, tensor.dtype, shape, size)
            found[stem] = Output(
                about, partial(_plain, partial(_multiplied, model, stem), tensor.dtype)
            )
    return found


def _tensor(model: Checkpoint, name: str) -> Tensor:
    if name not in model.tensors:
        raise InputError(model.path, f"{name} is missing", "write it again")
    return model.tensors[name]


def _multiplied(model: Checkpoint, stem: str) -> Floats:
    def read(ending: str) -> Any:
        tensor = _tensor(model, stem + ending)
        raw = model.raw(tensor.name)
        if ending == low_rank.ROWS:
            return raw.view("<i8").reshape(tensor.shape)
        return convert(raw, tensor.dtype, "F64").view("<f8").reshape(tensor.shape)

    return low_rank.dense(low_rank.Factored(*map(read, low_rank.ENDINGS)))
