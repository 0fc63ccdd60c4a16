"""What names say: training state, counters, running statistics, scales, adapter halves.

These rules speak only where both sides changed something that must not be averaged; a change
on one side is always taken.
"""

from __future__ import annotations

import re
from enum import Enum

_TRAINING = re.compile(
    r"(^|[.:/])(optimizers?|optimizer_states?|optim|optimizer_state_dict|lr_schedulers?|schedulers?"
    r"|scheduler_state_dict|scaler|grad_scaler|rng|rng_states?|rng_state_\w+|\w*_rng_state"
    r"|random_state|callbacks|loops|training_history|history|metrics|trainer_state"
    r"|trainer_args|best_\w+)([.:/]|$)"
)
_COUNTER = re.compile(
    r"(^|[.:/_])(num_batches_tracked|global_step|steps?|epochs?|iterations?|iter|last_epoch"
    r"|num_updates)$"
)
_RUNNING = re.compile(r"(^|[._/])(running_(mean|var)|moving_(mean|variance)|moving_average)$")
_SCALE = re.compile(
    r"(_scale_inv|_scales?|\.scales?|_zero_points?|\.q?zeros|\.g_idx|\.absmax|\.quant_map"
    r"|\.quant_state\.\w+|\.nested_absmax|\.SCB)$"
)
_QUANTISED = re.compile(r"\.(qweight|weight|weight_packed)$")
_ADAPTER = re.compile(
    r"(^|\.)lora_(?:embedding_)?(A|B|magnitude_vector)(\.|$)|(^|\.)(lora_up|lora_down)(\.|$)"
)
_HEAD = re.compile(r"(^|\.)(lm_head|embed_out|output_projection)\.weight$")
_EMBEDDING = re.compile(
    r"(^|\.)(embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|shared)\.weight$"
)


class Role(Enum):
    """What both sides' changes to a value mean."""

    VALUE = "value"
    TRAINING = "training state"
    COUNTER = "counter"
    RUNNING = "running statistic"


def role(name: str) -> Role:
    """The role that a tensor's or scalar's path gives it."""
    if _TRAINING.search(name):
        return Role.TRAINING
    if _COUNTER.search(name):
        return Role.COUNTER
    if _RUNNING.search(name):
        return Role.RUNNING
    return Role.VALUE


def is_scale(name: str) -> bool:
    """Whether the tensor holds quantisation scales, which belong to another tensor's bits."""
    return _SCALE.search(name) is not None


def unit(name: str) -> str:
    """A key shared by tensors that mean something only together.

    A quantised weight and its scales, or the halves of one adapter; other tensors stand alone.
    """
    if _ADAPTER.search(name):
        return "adapter " + _ADAPTER.sub("*", name)
    if is_scale(name) or _QUANTISED.search(name):
        return "quantised " + re.sub(r"\.weight$|\.qweight$|\.weight_packed$", "", _bare(name))
    return name


def _bare(name: str) -> str:
    return re.sub(r"\.(weight|qweight)$", "", _SCALE.sub("", name))


def is_adapter_half(name: str) -> bool:
    """Whether the tensor is one factor of a low-rank adapter."""
    return _ADAPTER.search(name) is not None


def is_output_head(name: str) -> bool:
    """Whether the tensor is a language model's head, which may be tied to its embedding."""
    return _HEAD.search(name) is not None


def is_embedding(name: str) -> bool:
    """Whether the tensor is a token embedding."""
    return _EMBEDDING.search(name) is not None
