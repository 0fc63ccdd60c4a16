"""Whether a model directory's settings, tokenizer and tensors still speak of the same model."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping

from mergeassist.params.rules import is_embedding, is_output_head

_LAYER = re.compile(r"(?:^|\.)(?:layers?|h|blocks?|encoder\.layer)\.(\d+)\.")
_LAYERS = ("num_hidden_layers", "n_layer", "num_layers", "n_layers")
_HIDDEN = ("hidden_size", "n_embd", "d_model")
Shapes = Mapping[str, tuple[int, ...]]


def disagreements(settings: Mapping[str, Hashable], shapes: Shapes) -> tuple[str, ...]:
    """What in `config.json` and `tokenizer.json` contradicts the tensors, one sentence each."""
    config = {
        key.partition(":")[2]: json.loads(value)
        for key, value in settings.items()
        if key.startswith("config.json:") and isinstance(value, str)
    }
    found = [*_vocabulary(config, settings, shapes), *_layers(config, shapes)]
    hidden = next((config[k] for k in _HIDDEN if isinstance(config.get(k), int)), None)
    for name, shape in _tables(shapes):
        if hidden is not None and hidden != shape[1] and "embedding_size" not in config:
            found.append(f"config.json says width {hidden}, but {name} is {shape[1]} wide")
    return tuple(found)


def _tables(shapes: Shapes) -> list[tuple[str, tuple[int, ...]]]:
    """Token embeddings and output heads."""
    return [(name, shape) for name, shape in shapes.items()
            if len(shape) == 2 and (is_embedding(name) or is_output_head(name))]  # fmt: skip


def _vocabulary(
    config: Mapping[str, object], settings: Mapping[str, Hashable], shapes: Shapes
) -> list[str]:
    found = []
    size = config.get("vocab_size")
    for name, shape in _tables(shapes):
        if isinstance(size, int) and size != shape[0]:
            found.append(f"config.json says vocab_size {size}, but {name} has {shape[0]} rows")
    last = _last_token(settings.get("tokenizer.json"))
    rows = min((shape[0] for _, shape in _tables(shapes)), default=None)
    if last is not None and rows is not None and last >= rows:
        found.append(f"tokenizer.json has token {last}, but the embedding has {rows} rows")
    return found


def _last_token(content: Hashable) -> int | None:
    if not isinstance(content, bytes):
        return None
    try:
        file = json.loads(content)
        vocabulary = file["model"]["vocab"]
        numbers = range(len(vocabulary)) if isinstance(vocabulary, list) else vocabulary.values()
        return max([*numbers, *(entry["id"] for entry in file["added_tokens"])], default=None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _layers(config: Mapping[str, object], shapes: Shapes) -> list[str]:
    said = next((config[k] for k in _LAYERS if isinstance(config.get(k), int)), None)
    numbers = [int(match[1]) for name in shapes if (match := _LAYER.search(name))]
    if said is None or not numbers or said == max(numbers) + 1:
        return []
    return [f"config.json says {said} layers, but the tensors have {max(numbers) + 1}"]
