"""What a router did on a text: how often each expert was chosen, how alike its answers are.

A statistics file is safetensors with, for every layer, `LAYER.usage` (E,), the share of choices
that fell on each expert, and, if known, `LAYER.similarity` (E, E), cosines of the router's logits
over the tokens.  `collect` makes one with torch and transformers.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mergeassist.errors import InputError, UsageError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.dtypes import convert, is_float
from mergeassist.params.experts.grouping import Numbers, cosines
from mergeassist.params.experts.layers import MoeLayer
from mergeassist.params.formats import open_checkpoint, safetensors
from mergeassist.params.tensors import Checkpoint, Layout, Output, Tensor

WINDOW = 512


class Routing(NamedTuple):
    """Usage (E,) and similarity (E, E) of one layer, `None` where unknown."""

    usage: Numbers | None = None
    similarity: Numbers | None = None


def read_routing(path: Path, layers: Mapping[str, MoeLayer]) -> dict[str, Routing]:
    """Statistics of every layer; raises InputError for files that do not fit the model."""
    opened = open_checkpoint(path)
    found = {}
    for name, layer in layers.items():
        usage = _numbers(opened, f"{name}.usage", (layer.size,))
        alike = _numbers(opened, f"{name}.similarity", (layer.size, layer.size))
        if usage is None and alike is None:
            raise InputError(path, f"nothing about layer {name}", "make it with --text FILE")
        if usage is not None and not (usage >= 0).all():
            raise InputError(path, f"{name}.usage is negative", "make it with --text FILE")
        found[name] = Routing(usage, alike)
    opened.close()
    return found


def _numbers(opened: Checkpoint, name: str, shape: tuple[int, ...]) -> Numbers | None:
    tensor = opened.tensors.get(name)
    if tensor is None:
        return None
    if tensor.shape != shape or not is_float(tensor.dtype):
        wanted = f"floats {list(shape)}"
        raise InputError(opened.path, f"{name} is {tensor.label}, not {wanted}")
    return convert(opened.raw(name), tensor.dtype, "F64").view("<f8").reshape(shape)


def router_rows(model: Checkpoint, layer: MoeLayer) -> Numbers | None:
    """The rows (E, n) of the layer's router, `None` for a layer without one."""
    for name in layer.router:
        tensor = model.tensors[name]
        if len(tensor.shape) == 2 and is_float(tensor.dtype):
            wide = convert(model.raw(name), tensor.dtype, "F64").view("<f8")
            return wide.reshape(tensor.shape)
    return None


def write_routing(path: Path, routing: Mapping[str, Routing]) -> None:
    """Write what `read_routing` reads."""
    arrays = {}
    for name, found in routing.items():
        for kind, values in found._asdict().items():
            if values is not None:
                arrays[f"{name}.{kind}"] = np.ascontiguousarray(values, "<f8")
    tensors = {}
    for name, values in arrays.items():
        blocks = partial(iter, [values.reshape(-1).view(np.uint8)])
        tensors[name] = Output(Tensor(name, "F64", values.shape, values.nbytes), blocks)
    write_atomically(path, safetensors.stream(Layout((), {}, tensors)))


def collect(folder: Path, text: Path, layers: Iterable[MoeLayer], top: int) -> dict[str, Routing]:
    """Run the model on a text; UsageError without torch and transformers or without routers."""
    torch, transformers = _runtime()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    words = tokenizer(text.read_text("utf-8"), add_special_tokens=False)["input_ids"]
    if not words:
        raise InputError(text, "no text in it")
    named = list(layers)
    window = min(WINDOW, getattr(model.config, "max_position_embeddings", WINDOW))
    logits: list[list[Any]] = [[] for _ in named]
    with torch.no_grad():
        for at in range(0, len(words), window):
            ids = torch.tensor([words[at : at + window]])
            answers = model.eval()(input_ids=ids, output_router_logits=True).router_logits
            if len(answers) != len(named):
                raise UsageError(
                    f"{folder}: {len(answers)} routers speak, {len(named)} layers "
                    "have experts; give --routing FILE instead"
                )
            for kept, answer in zip(logits, answers, strict=True):
                kept.append(answer.reshape(-1, answer.shape[-1]).double().numpy())
    return {
        layer.name: _summary(np.concatenate(kept), top)
        for layer, kept in zip(named, logits, strict=True)
    }


def _summary(logits: Numbers, top: int) -> Routing:
    """Usage and similarity from logits (tokens, E)."""
    chosen = np.argsort(-logits, axis=1, kind="stable")[:, :top]
    counts = np.bincount(chosen.ravel(), minlength=logits.shape[1])
    return Routing(counts / counts.sum(), cosines(logits.T))


def _runtime() -> tuple[Any, Any]:
    try:
        return importlib.import_module("torch"), importlib.import_module("transformers")
    except ImportError as error:
        raise UsageError(
            f"--text needs torch and transformers ({error.name} is missing): "
            "pip install 'mergeassist[train]', or give --routing FILE"
        ) from None
