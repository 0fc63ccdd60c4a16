"""torch and transformers, loaded by name where `models distill` needs them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import InputError, UsageError
from mergeassist.params.distill.tokens import spellings


class Runtime(NamedTuple):
    """The two packages and the device to compute on."""

    torch: Any
    transformers: Any
    device: str


def load_runtime(device: str = "auto") -> Runtime:
    """Raises UsageError where a package is missing."""
    try:
        torch = importlib.import_module("torch")
        transformers = importlib.import_module("transformers")
        importlib.import_module("safetensors.torch")
    except ImportError as error:
        raise UsageError(
            f"models distill needs torch and transformers ({error.name} is missing): "
            "pip install 'mergeassist[train]'"
        ) from None
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return Runtime(torch, transformers, device)


class Language(NamedTuple):
    """A model's tokenizer: spellings of its ordinary tokens, its ids with a part in every text."""

    tokenizer: Any
    words: dict[int, str]
    end: int | None


def load_language(runtime: Runtime, folder: Path) -> Language:
    """The tokenizer of a model folder; InputError where there is none that knows offsets."""
    try:
        found = runtime.transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InputError(folder, f"no tokenizer ({_first_line(error)})", "save one there") from None
    if not found.is_fast:
        raise InputError(folder, "a tokenizer without offsets", "save its tokenizer.json there")
    special = set(found.all_special_ids)
    words = {n: w for n, w in spellings(found.get_vocab()).items() if n not in special}
    return Language(found, words, found.eos_token_id)


def load_model(runtime: Runtime, folder: Path) -> Any:
    """A causal language model in fp32; InputError where the folder holds none."""
    auto = runtime.transformers.AutoModelForCausalLM
    try:
        # Pickled weights could run code.
        found = auto.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        advice = "give a folder with config.json and safetensors"
        raise InputError(
            folder, f"no causal language model ({_first_line(error)})", advice
        ) from None
    return found.float().to(runtime.device)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
