"""What config.json says about experts, before and after there are fewer of them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from mergeassist.errors import UsageError
from mergeassist.params.experts.compact import Compacted

START = "config.json:"
COUNTS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts")
CHOSEN = (
    "num_experts_per_tok",
    "num_experts_per_token",
    "moe_topk",
    "moe_top_k",
    "moe_k",
    "top_k_experts",
    "num_selected_experts",
)
# A model whose experts are factors must not load as if it were whole.
MODEL_TYPE, FACTORED, TRUE_TYPE = START + "model_type", "mergeassist-factored", START + "factored"
Settings = dict[str, Hashable]


def chosen_now(extras: Mapping[str, Hashable]) -> int | None:
    """How many experts the router chooses for a token, `None` where config.json does not say."""
    for _, config in _configs(extras):
        for key in CHOSEN:
            if isinstance(config.get(key), int):
                return int(config[key])
    return None


def chosen_after(now: int | None, layers: Sequence[Compacted], left: int) -> int | None:
    """k / n where all groups hold n exact copies, otherwise k, at most as many as are left."""
    if now is None:
        return None
    size = layers[0].layer.size // left
    if size > 1 and all(done.exact for done in layers):
        return max(1, now // size)
    return min(now, left)


def new_settings(
    extras: Mapping[str, Hashable], before: int, after: int, chosen: int | None
) -> Settings:
    """config.json with the new counts, also one level down (`text_config`)."""
    found: Settings = dict(extras)
    for place, config in _configs(extras):
        changed = {key: after for key in COUNTS if config.get(key) == before}
        changed |= {key: chosen for key in CHOSEN if key in config and chosen is not None}
        if config.get("n_group", 1) not in (None, 1):
            raise UsageError(
                f"config.json: experts in {config['n_group']} routing groups "
                "(n_group) cannot be compacted"
            )
        if place:
            found[START + place] = json.dumps({**config, **changed})
        else:
            found |= {START + key: json.dumps(value) for key, value in changed.items()}
    return found


def _configs(extras: Mapping[str, Hashable]) -> Iterator[tuple[str, dict[str, Any]]]:
    """config.json itself (named ''), then the objects in it."""
    top = {
        key.removeprefix(START): json.loads(value)
        for key, value in extras.items()
        if key.startswith(START) and isinstance(value, str)
    }
    yield "", top
    yield from ((key, value) for key, value in top.items() if isinstance(value, dict))


def marked(extras: Mapping[str, Hashable]) -> Settings:
    """Settings under which no reader takes the factors for a whole model."""
    found = dict(extras)
    if MODEL_TYPE in found:
        found[TRUE_TYPE], found[MODEL_TYPE] = found[MODEL_TYPE], json.dumps(FACTORED)
    return found


def unmarked(extras: Mapping[str, Hashable]) -> Settings:
    """The inverse."""
    found = dict(extras)
    if TRUE_TYPE in found:
        found[MODEL_TYPE] = found.pop(TRUE_TYPE)
    return found
