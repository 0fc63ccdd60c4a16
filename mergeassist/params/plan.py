"""What happens to every tensor, decided before any byte is written.

Each name is a `Merge[Version]` compared by content.  What at most one side changed is copied,
bit for bit; what both changed goes to the policy's method if it can be computed with, to a rule
if its name says what it is (counter, training state, running statistic), and is a clash otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from mergeassist.core.merge import Resolved
from mergeassist.params import rules
from mergeassist.params.dtypes import (
    FLOATS,
    convert,
    is_float,
    is_integer,
    lane_bytes,
    needs_scale,
)
from mergeassist.params.lineage import SIDES, Row, rows_of
from mergeassist.params.methods import METHODS
from mergeassist.params.policy import Policy, Spec, spec
from mergeassist.params.scaled import Cells, Pair, pairs_of, widened
from mergeassist.params.target import (
    TORCH_NAMES,
    CannotMergeError,
    grown,
    refuse_incomputable,
    settle,
    settled_dtype,
)
from mergeassist.params.tensors import Checkpoint, Tensor, Version
from mergeassist.params.vocabulary import Growth

_TRAINING_NOTE = "training state changed by both: ours kept (averaging it is wrong)"

_BOUND = "both sides changed parts that belong together"
_LORA = " (halves of adapters do not average: merge the folders with --lora concat, svd or knots)"


class Inputs(NamedTuple):
    """The opened checkpoints: base (or `None`) and the experts, ours first.

    `notes` say what was done to them before (experts of a mixture put in base's order), and
    `opened` are the experts without that, for the writers of files.
    """

    base: Checkpoint | None
    experts: tuple[Checkpoint, ...]
    growth: Growth | None = None
    notes: tuple[str, ...] = ()
    opened: tuple[Checkpoint, ...] = ()


class Copy(NamedTuple):
    """Bytes taken as they are."""

    source: Version


class Convert(NamedTuple):
    """Values of one side, rounded to the dtype that another side changed to."""

    source: Version


class Largest(NamedTuple):
    """The element-wise maximum of integers (counters)."""

    sources: tuple[Version, ...]


class Blend(NamedTuple):
    """A method on floats.

    `tail` gives the rows that one side appended, `more` (side, rows) those of the other side that
    follow them.  With `cells`, the values are rounded to codes with scales of their own.
    """

    base: Version | None
    experts: tuple[Version, ...]
    spec: Spec
    tail: Version | None = None
    more: tuple[Version, tuple[int, ...]] | None = None
    cells: Cells | None = None


class Scales(NamedTuple):
    """The scales that go with the codes which `codes` computes."""

    codes: Step


class Tie(NamedTuple):
    """No bytes of its own: shares those of `Tensor.tied_to`."""


Action = Copy | Convert | Largest | Blend | Scales | Tie


class Step(NamedTuple):
    """One tensor of the result."""

    tensor: Tensor
    action: Action
    reason: str


class Clash(NamedTuple):
    """Why one tensor or value cannot be merged."""

    name: str
    reason: str


class Plan(NamedTuple):
    """The whole merge; it can be carried out when `clashes` is empty."""

    steps: dict[str, Step]
    extras: dict[str, Hashable]
    clashes: tuple[Clash, ...]
    notes: tuple[str, ...]


def make_plan(
    inputs: Inputs, policy: Policy, *, every: bool = False, dtype: str | None = None
) -> Plan:
    """Decide every tensor and every other value.

    `every` applies the method to all float tensors, also those that one side changed (mergekit's
    reading of a recipe); the three-way laws then no longer hold.  `dtype` is what all weights are
    to have in the end.
    """
    return _Planner(inputs, policy, every, dtype).plan()


class _Planner:
    def __init__(self, inputs: Inputs, policy: Policy, every: bool, dtype: str | None) -> None:
        self.inputs, self.policy, self.every, self.dtype = inputs, policy, every, dtype
        self.steps: dict[str, Step] = {}
        self.clashes: list[Clash] = []
        self.notes: list[str] = list(inputs.notes)
        self.pairs: dict[str, Pair] = {}
        self.bound: set[str] = set()

    def plan(self) -> Plan:
        rows, clashes = rows_of(self.inputs.base, self.inputs.experts)
        self.clashes += [Clash(name, reason) for name, reason in clashes]
        self.pairs = pairs_of(rows, every=self.every)
        locked = self._locked(rows)
        for row in rows:
            try:
                if row.name in locked:
                    raise CannotMergeError(_BOUND + _LORA * rules.is_adapter_half(row.name))
                pair = self.pairs.get(row.name)
                step = self._row(row) if pair is None else self._scaled(row, pair)
            except CannotMergeError as error:
                self.clashes.append(Clash(row.name, str(error)))
                continue
            if step is not None:
                self.steps[row.name] = self._cast(step)
        self._check_ties()
        extras = self._extras()
        return Plan(self.steps, extras, tuple(self.clashes), tuple(dict.fromkeys(self.notes)))

    def _locked(self, rows: list[Row]) -> frozenset[str]:
        """Tensors that mean something only together (`rules.unit`) and that several sides changed.

        Bits and their scales must come from one side; the product of two adapter halves is a sum
        only while one of them stays the same.
        """
        members: dict[str, list[Row]] = {}
        for row in rows:
            members.setdefault(rules.unit(row.name), []).append(row)
        locked: set[str] = set()
        for group in members.values():
            adapter = rules.is_adapter_half(group[0].name)
            if len(group) == 1 or not (adapter or _quantised(group)):
                continue
            self.bound.update(row.name for row in group)
            if all(row.name in self.pairs for row in group):
                continue
            changed = {r.name: [i for i, v in enumerate(r.experts) if v != r.base] for r in group}
            moved = [name for name, movers in changed.items() if movers]
            agreed = all(_all_same(row.experts) for row in group)
            movers = {i for found in changed.values() for i in found}
            if len(movers) > 1 and not agreed and (len(moved) > 1 or not adapter):
                locked.update(moved)
        return frozenset(locked)

    def _row(self, row: Row) -> Step | None:
        tie = settle(row.ties[0], row.ties[1:])
        if tie is None:
            raise CannotMergeError("tied to different tensors on the two sides")
        described = next((v.tensor for v in row.experts if v and v.tensor.tied_to), None)
        if tie.value is not None and described is not None:
            return Step(described._replace(name=row.name, tied_to=str(tie.value)), Tie(), "tied")
        floats = all(v is not None and is_float(v.tensor.dtype) for v in row.experts)
        blended = self.every and floats and row.name not in self.bound
        alone = len(row.experts) == 1 and row.experts[0] != row.base
        if not (blended and (alone or not _all_same(row.experts))):
            answer = self._three_way(row)
            if answer is not None:
                if answer.value is None:
                    return None
                return self._copied(row, answer.value)
        return self._contention(row)

    def _three_way(self, row: Row) -> Resolved[Version | None] | None:
        if self.inputs.base is None:
            return Resolved(row.experts[0]) if _all_same(row.experts) else None
        return settle(row.base, row.experts)  # type: ignore[return-value,arg-type]

    def _copied(self, row: Row, chosen: Version) -> Step:
        who = [
            side
            for side, v in zip(SIDES(len(row.experts)), row.experts, strict=True)
            if v is not None and v == chosen and v != row.base
        ]
        reason = "unchanged" if chosen == row.base else who[0] if len(who) == 1 else "same change"
        return Step(_owned(chosen.tensor, row.name), Copy(chosen), reason)

    def _contention(self, row: Row) -> Step:
        experts = _all_present(row)
        chosen = self.policy.spec(row.name)
        if chosen.method in ("ours", "theirs", "base"):
            versions = {"base": row.base, "ours": experts[0], "theirs": experts[-1]}
            version = versions[chosen.method]
            if version is None:
                raise CannotMergeError("the policy takes base, which has no such tensor")
            return Step(_owned(version.tensor, row.name), Copy(version), f"policy {chosen.method}")
        if chosen.method == "conflict":
            raise CannotMergeError("changed by both; the policy leaves it to you")
        role = rules.role(row.name)
        if role is rules.Role.TRAINING:
            self.notes.append(_TRAINING_NOTE)
            mine = experts[0]
            return Step(_owned(mine.tensor, row.name), Copy(mine), "training state: ours")
        if role is rules.Role.COUNTER and (experts[0].tensor.size == 1 or _integral(experts)):
            return self._counter(row, experts)
        if role is rules.Role.RUNNING:
            self.notes.append("running statistics averaged: re-estimate them if you can")
            chosen = spec("linear")
        return self._blend(row, experts, chosen)

    def _scaled(self, row: Row, pair: Pair) -> Step:
        """Codes or their scales, which the policy for the codes decides."""
        step = self._contention(widened(pair))
        if isinstance(step.action, Blend):
            step = step._replace(action=step.action._replace(cells=pair.cells))
            if row.name == pair.codes.name:
                return step
            return Step(_owned(pair.cells.experts[0].tensor, row.name), Scales(step), "scales")
        side = {"base": row.base, "ours": row.experts[0], "theirs": row.experts[-1]}
        chosen = side[self.policy.spec(pair.codes.name).method]
        assert chosen is not None
        return Step(_owned(chosen.tensor, row.name), Copy(chosen), step.reason)

    def _counter(self, row: Row, experts: tuple[Version, ...]) -> Step:
        first = experts[0].tensor
        if any((v.tensor.dtype, v.tensor.shape) != (first.dtype, first.shape) for v in experts):
            raise CannotMergeError("a counter of different types")
        if is_integer(first.dtype):
            return Step(_owned(first, row.name), Largest(experts), "counter: largest")
        best = max(experts, key=lambda v: float(_scalar(v)))
        return Step(_owned(first, row.name), Copy(best), "counter: largest")

    def _blend(self, row: Row, experts: tuple[Version, ...], chosen: Spec) -> Step:
        if row.base is None and (self.inputs.base is not None or METHODS[chosen.method].needs_base):
            raise CannotMergeError(
                "added by both sides, differently"
                if self.inputs.base
                else f"no base to compare with, which {chosen.method} needs"
            )
        most = METHODS[chosen.method].max_experts
        if len(experts) > most:
            raise CannotMergeError(f"{chosen.method} takes {most} models")
        versions = experts if row.base is None else (row.base, *experts)
        refuse_incomputable(versions)
        target, cast = settled_dtype(row, experts, self._wanted(experts[0].tensor))
        if cast is not None:
            tensor = _owned(cast.tensor, row.name)
            size = tensor.nbytes // lane_bytes(tensor.dtype) * lane_bytes(target)
            return Step(tensor._replace(dtype=target, nbytes=size), Convert(cast), "dtype changed")
        if len({v.tensor.layout for v in versions}) > 1:
            raise CannotMergeError("the sides store it in different memory orders")
        tail, more = grown(row, experts, self.inputs.growth)
        shaped = (tail or experts[0]).tensor
        lanes, shape = shaped.nbytes // lane_bytes(shaped.dtype), shaped.shape
        if more is not None:
            lanes = lanes // shape[0] * (shape[0] + len(more[1]))
            shape = (shape[0] + len(more[1]), *shape[1:])
            self.notes.append("both sides added tokens: rows matched by the tokenizers")
        tensor = _owned(shaped, row.name)._replace(
            dtype=target, shape=shape, nbytes=lanes * lane_bytes(target)
        )
        return Step(tensor, Blend(row.base, experts, chosen, tail, more), chosen.label)

    def _wanted(self, tensor: Tensor) -> str | None:
        """The dtype asked for, where the tensor holds weights that stand alone."""
        if self.dtype is None or not is_float(tensor.dtype) or FLOATS[tensor.dtype].lanes > 1:
            return None
        alone = tensor.name not in self.pairs and not rules.is_scale(tensor.name)
        kept = rules.role(tensor.name) in (rules.Role.TRAINING, rules.Role.COUNTER)
        return self.dtype if alone and not kept else None

    def _cast(self, step: Step) -> Step:
        """What is copied, in the dtype asked for."""
        wanted = self._wanted(step.tensor)
        if wanted is None or wanted == step.tensor.dtype:
            return step
        size = step.tensor.nbytes // lane_bytes(step.tensor.dtype) * lane_bytes(wanted)
        tensor = step.tensor._replace(dtype=wanted, nbytes=size)
        source = step.action.source if isinstance(step.action, Copy | Convert) else None
        return Step(tensor, Convert(source) if source else step.action, step.reason)

    def _check_ties(self) -> None:
        for name, step in list(self.steps.items()):
            owner = step.tensor.tied_to
            if owner is not None and (owner not in self.steps or self.steps[owner].tensor.tied_to):
                self.clashes.append(Clash(name, f"tied to {owner!r}, which is gone"))

    def _extras(self) -> dict[str, Hashable]:
        """Everything that is no tensor, settled key by key."""
        base = self.inputs.base.extras if self.inputs.base else {}
        sides = [expert.extras for expert in self.inputs.experts]
        merged: dict[str, Hashable] = {}
        for key in dict.fromkeys(key for side in (*sides, base) for key in side):
            values = [self._named_dtype(key) or side.get(key) for side in sides]
            answer = settle(base.get(key), values)
            value = answer.value if answer else self._extra(key, values, base)
            if value is not None:
                merged[key] = value
        return merged

    def _named_dtype(self, key: str) -> Hashable:
        """What config.json is to call the dtype asked for."""
        if self.dtype is None or key not in ("config.json:dtype", "config.json:torch_dtype"):
            return None
        return json.dumps(TORCH_NAMES[self.dtype])

    def _extra(self, key: str, values: list[Hashable], base: Mapping[str, Hashable]) -> Hashable:
        if self.inputs.growth is not None and key in self.inputs.growth.settled:
            return self.inputs.growth.settled[key]
        role = rules.role(key)
        if role is rules.Role.TRAINING:
            self.notes.append(_TRAINING_NOTE)
            return values[0]
        present = [v for v in values if v is not None]
        if role is rules.Role.COUNTER and all(_is_number(v) for v in present):
            return max(present, key=lambda v: v[1])  # type: ignore[index]
        if self.inputs.base is None:
            self.notes.append(f"{key}: the models differ, the first one's is kept")
            return values[0]
        self.clashes.append(Clash(key, "changed by both sides, differently"))
        return base.get(key)


def _owned(tensor: Tensor, name: str) -> Tensor:
    return tensor._replace(name=name, tied_to=None)


def _quantised(group: list[Row]) -> bool:
    versions = [v for row in group for v in (row.base, *row.experts) if v is not None]
    return any(needs_scale(v.tensor.dtype) for v in versions)


def _all_same(versions: Sequence[Version | None]) -> bool:
    return all(v == versions[0] for v in versions[1:])


def _integral(versions: Sequence[Version]) -> bool:
    return all(is_integer(v.tensor.dtype) for v in versions)


def _is_number(value: Hashable) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and value[0] == "int"


def _scalar(version: Version) -> float:
    if not is_float(version.tensor.dtype):
        raise CannotMergeError("a counter of an unknown type")
    return float(convert(version.raw, version.tensor.dtype, "F64").view("<f8")[0])


def _all_present(row: Row) -> tuple[Version, ...]:
    present = tuple(v for v in row.experts if v is not None)
    if len(present) == len(row.experts):
        return present
    sides = SIDES(len(row.experts))
    gone = [side for side, v in zip(sides, row.experts, strict=True) if v is None]
    if row.base is None:
        raise CannotMergeError(f"missing in {', '.join(gone)}, and the others differ")
    raise CannotMergeError(f"removed by {', '.join(gone)}, changed by the other")
