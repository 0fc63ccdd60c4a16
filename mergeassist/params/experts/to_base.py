"""Before a three-way merge: experts put in base's order, where they clearly had another one.

A side whose experts (or whose hidden units within an expert) were permuted computes the same as
before, but merges like an unrelated model.  Every side's experts are compared with base's number by
number on a sample, which is all that an ordinary fine-tune pays for.  Where that cosine is under
the guards' limit for related models, the order is looked for: experts by their sampled weights or
their router's rows, hidden units by weight matching.  An order counts only if each expert (unit)
is closest to a different one of base's and the experts are related in it; nothing is solved for, so
every machine finds the same.  A layer that at most one side changed is left as it is: its bytes are
copied, and the three-way laws hold.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.align import Order
from mergeassist.params.dtypes import FLOATS, Bytes, convert, is_float, lane_bytes
from mergeassist.params.experts.grouping import Numbers
from mergeassist.params.experts.layers import MoeLayer, find_layers
from mergeassist.params.experts.matching import axes_of, clear_order, reordered, units
from mergeassist.params.experts.routing import router_rows
from mergeassist.params.guards import RELATED
from mergeassist.params.lineage import SIDES
from mergeassist.params.tensors import Checkpoint, Tensor, Version

RUNS, RUN = 4, 256
COLUMNS = 64


class Moved(NamedTuple):
    """What was put in base's order: of which side and layer.

    `experts` says which of the side's experts takes each place, `units` in how many experts the
    hidden units were moved as well.
    """

    side: str
    layer: str
    experts: tuple[int, ...]
    units: int

    def as_json(self) -> dict[str, Any]:
        """For the record."""
        return {**self._asdict(), "experts": list(self.experts)}

    @property
    def note(self) -> str:
        """For people."""
        what = []
        elsewhere = sum(place != expert for place, expert in enumerate(self.experts))
        if elsewhere:
            what.append(f"{elsewhere} of {len(self.experts)} experts")
        if self.units:
            what.append(f"hidden units of {self.units} experts")
        return f"{self.side}: {self.layer}: put in base's order: {' and '.join(what)}"


class _Order(NamedTuple):
    """Of one layer: the side's expert for each place, and the units of places where they moved."""

    experts: Order
    units: dict[int, Order]


class Reordered:
    """A side seen in base's order; `original` is the side itself."""

    def __init__(self, original: Checkpoint, orders: Mapping[MoeLayer, _Order]) -> None:
        self.original = original
        self.format, self.path = original.format, original.path
        self.tensors, self.extras = original.tensors, original.extras
        self._raw: dict[str, Any] = {}
        for layer, order in orders.items():
            self._add(layer, order)

    def _add(self, layer: MoeLayer, order: _Order) -> None:
        axes = {found.part: found.axis for found in axes_of(layer, self.tensors)}
        for place, expert in enumerate(order.experts):
            for part in layer.parts:
                name = layer.tensor(int(expert), part)
                found = partial(self.original.raw, name)
                if place in order.units and part in axes:
                    units = order.units[place]
                    found = partial(_on_disk, self.original, name, axes[part], units)
                self._raw[layer.tensor(place, part)] = found
        for name in layer.router:
            self._raw[name] = partial(_on_disk, self.original, name, 0, order.experts)

    def raw(self, name: str) -> Bytes:
        """The tensor's bytes, shape (nbytes,), in base's order."""
        found = self._raw.get(name)
        if found is None:
            return self.original.raw(name)
        raw: Bytes = found()
        if isinstance(found, partial) and found.func is _on_disk:
            self._raw[name] = lambda: raw
        return raw

    def close(self) -> None:
        """Unmap the side."""
        self._raw.clear()
        self.original.close()


def _on_disk(checkpoint: Checkpoint, name: str, axis: int, order: Order) -> Bytes:
    """The permuted bytes in an unnamed temporary file, so that memory does not grow by them."""
    tensor = checkpoint.tensors[name]
    moved = reordered(checkpoint.raw(name), tensor, axis, order)
    with tempfile.TemporaryFile() as file:
        file.write(moved.data)
        file.flush()
        return np.frombuffer(mmap.mmap(file.fileno(), moved.size), np.uint8)


def in_bases_order(
    base: Checkpoint, experts: tuple[Checkpoint, ...]
) -> tuple[tuple[Checkpoint, ...], tuple[Moved, ...]]:
    """The sides, those with permuted experts wrapped, and what was done."""
    found: dict[int, dict[MoeLayer, _Order]] = {}
    for layer in find_layers(base.tensors).layers.values():
        if not _is_plain(layer, base.tensors):
            continue
        orders = {
            i: order
            for i, side in enumerate(experts)
            if all(_fits(base.tensors[n], side.tensors.get(n)) for n in layer.names)
            and (order := _order_of(base, side, layer)) is not None
        }
        if orders and _contended(base, experts, layer):
            for i, order in orders.items():
                found.setdefault(i, {})[layer] = order
    names = SIDES(len(experts))
    moved = [
        Moved(names[i], layer.name, tuple(map(int, order.experts)), len(order.units))
        for i, orders in sorted(found.items())
        for layer, order in orders.items()
    ]
    sides = [Reordered(s, found[i]) if i in found else s for i, s in enumerate(experts)]
    return tuple(sides), tuple(moved)


def _is_plain(layer: MoeLayer, tensors: Mapping[str, Tensor]) -> bool:
    """Whether every tensor of the layer is one that a permutation may be applied to."""
    return all(
        is_float(tensors[name].dtype)
        and FLOATS[tensors[name].dtype].lanes == 1
        and tensors[name].layout is None
        and tensors[name].tied_to is None
        for name in layer.names
    )


def _fits(mine: Tensor, other: Tensor | None) -> bool:
    return other is not None and (other.shape, other.layout, other.tied_to) == (
        mine.shape,
        mine.layout,
        mine.tied_to,
    )


def _contended(base: Checkpoint, experts: Sequence[Checkpoint], layer: MoeLayer) -> bool:
    """Whether two sides changed the layer, differently."""
    versions = [[Version(c, c.tensors[n]) for n in layer.names] for c in (base, *experts)
                if all(n in c.tensors for n in layer.names)]  # fmt: skip
    changed = [found for found in versions[1:] if found != versions[0]]
    return len(changed) > 1 and any(found != changed[0] for found in changed[1:])


def _order_of(base: Checkpoint, side: Checkpoint, layer: MoeLayer) -> _Order | None:
    """The order in which the side is clearly closer to base; `None` where it is its own."""
    # Any permutation shows in the largest matrix; an ordinary fine-tune is not asked for more.
    largest = max(layer.parts, key=lambda part: base.tensors[layer.tensor(0, part)].size)
    first = (_samples(base, layer, (largest,)) * _samples(side, layer, (largest,))).sum(1)
    if (first >= RELATED).all():
        return None
    weights = _samples(base, layer, layer.parts) @ _samples(side, layer, layer.parts).T
    scores = weights
    rows = [router_rows(model, layer) for model in (base, side)]
    if rows[0] is not None and rows[1] is not None:
        centre = rows[0].mean(0)
        scores = np.maximum(weights, _unit(rows[0] - centre) @ _unit(rows[1] - centre).T)
    places = clear_order(scores)
    if places is None:
        return None
    units_of: dict[int, Order] = {}
    for place, expert in enumerate(places):
        if weights[place, expert] < RELATED:
            order = _units(base, side, layer, place, int(expert))
            if order is None:
                return None
            if not _is_identity(order):
                units_of[place] = order
    return None if _is_identity(places) and not units_of else _Order(places, units_of)


def _is_identity(order: Order) -> bool:
    return bool((order == np.arange(len(order))).all())


def _samples(model: Checkpoint, layer: MoeLayer, parts: Sequence[str]) -> Numbers:
    """One row of unit length an expert: evenly spaced runs of its tensors."""
    return _unit(np.array([
        np.concatenate([_sample(model, layer.tensor(expert, part)) for part in parts])
        for expert in range(layer.size)
    ]))  # fmt: skip


def _sample(model: Checkpoint, name: str) -> Numbers:
    tensor, raw = model.tensors[name], model.raw(name)
    width = lane_bytes(tensor.dtype)
    starts = [(tensor.size - RUN) * i // (RUNS - 1) for i in range(RUNS)]
    if tensor.size <= RUNS * RUN:
        starts, runs = [0], tensor.size
    else:
        runs = RUN
    pieces = [convert(raw[s * width : (s + runs) * width], tensor.dtype, "F64") for s in starts]
    return np.concatenate(pieces).view("<f8")


def _unit(rows: Numbers) -> Numbers:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Numbers = rows / np.where(lengths == 0, 1, lengths)
    return scaled


def _units(
    base: Checkpoint, side: Checkpoint, layer: MoeLayer, place: int, expert: int
) -> Order | None:
    """The order of the expert's hidden units that makes it base's; `None` where none clearly does.

    Judged on some columns of each matrix, scaled so that every part counts alike.
    """
    # A vector has one number a unit, whose cosine says nothing.
    found = axes_of(layer, base.tensors)
    axes = [a for a in found if len(base.tensors[layer.tensor(place, a.part)].shape) > 1]
    total: Any = 0.0
    for part, axis in axes:
        mine = units(base, layer.tensor(place, part), axis, COLUMNS)
        theirs = units(side, layer.tensor(expert, part), axis, COLUMNS)
        total = total + _unit(mine.astype(np.float64)) @ _unit(theirs.astype(np.float64)).T
    if not axes:
        return None
    order = clear_order(total)
    if order is None:
        return None
    close = float(total[np.arange(len(order)), order].mean()) / len(axes)
    return order if close >= RELATED else None
