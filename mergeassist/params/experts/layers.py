"""Layers of experts in a checkpoint, told by the names of its tensors.

    PREFIX.experts.N.w1.weight         Mixtral, PhiMoE           router PREFIX.gate.weight
    PREFIX.experts.N.gate_proj.weight  Qwen-MoE, OLMoE, DeepSeek router PREFIX.gate.weight
    PREFIX.experts.expert_N.wi.weight  Switch Transformers       router PREFIX.router.classifier...

Shared experts (`shared_expert.`) are no part of a layer here: every token goes through them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mergeassist.params.tensors import Tensor

_EXPERT = re.compile(r"^(?:(.*?)\.)?experts\.(expert_)?(\d+)\.(.+)$")
_ROUTER = re.compile(r"(^|\.)(gate|router|wg)(\.|$)")
_FUSED = re.compile(r"(^|\.)experts\.(gate_up_proj|gate_proj|up_proj|down_proj|w1|w2|w3)$")


class MoeLayer(NamedTuple):
    """One layer of `size` experts: `parts` are what follows an expert's number, in file order.

    `router` names the tensors that have one row (or number) an expert.
    """

    name: str
    size: int
    parts: tuple[str, ...]
    router: tuple[str, ...]
    marker: str = ""

    def tensor(self, expert: int, part: str) -> str:
        """The name of one tensor of one expert."""
        return f"{self.block(expert)}.{part}"

    def block(self, expert: int) -> str:
        """What the names of one expert's tensors start with."""
        return f"{self.name}.experts.{self.marker}{expert}".lstrip(".")

    @property
    def names(self) -> list[str]:
        """All tensors of the layer."""
        parts = [self.tensor(e, part) for e in range(self.size) for part in self.parts]
        return [*parts, *self.router]


class Found(NamedTuple):
    """The layers, and those that look like one but are not whole, with the reason."""

    layers: dict[str, MoeLayer]
    odd: dict[str, str]


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts layers.2 before layers.10."""
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", name)]


def any_experts(names: Iterable[str]) -> bool:
    """Whether there is anything to look at; all that a model without experts pays for."""
    return any("experts." in name for name in names)


def find_layers(tensors: Mapping[str, Tensor]) -> Found:
    """Every layer whose experts are numbered from 0 and alike in names, types and shapes."""
    parts: dict[str, dict[int, dict[str, Tensor]]] = {}
    markers: dict[str, str] = {}
    odd: dict[str, str] = {}
    for name, tensor in tensors.items():
        match = _EXPERT.match(name)
        if match is not None:
            layer = match[1] or ""
            markers[layer] = match[2] or ""
            parts.setdefault(layer, {}).setdefault(int(match[3]), {})[match[4]] = tensor
        elif _FUSED.search(name) and len(tensor.shape) == 3:
            odd[name.rpartition(".experts")[0]] = "all experts lie in one tensor"
    layers = {}
    for layer, experts in parts.items():
        if sorted(experts) != list(range(len(experts))):
            odd[layer] = "experts are not numbered from 0 on"
        elif len({_form(found) for found in experts.values()}) > 1:
            odd[layer] = "its experts differ in names, types or shapes"
        else:
            router = _router(layer, len(experts), tensors)
            layers[layer] = MoeLayer(layer, len(experts), tuple(experts[0]), router, markers[layer])
    return Found(layers, odd)


def _form(expert: Mapping[str, Tensor]) -> frozenset[object]:
    return frozenset((part, t.dtype, t.shape, t.layout) for part, t in expert.items())


def _router(layer: str, count: int, tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Tensors directly in the layer that are named like a router and have a row an expert."""
    start = layer + "." if layer else ""
    return tuple(
        name
        for name, tensor in tensors.items()
        if name.startswith(start)
        and "experts." not in name
        and "shared" not in name
        and _ROUTER.search(name[len(start) :])
        and tensor.shape[:1] == (count,)
        and tensor.layout is None
    )
