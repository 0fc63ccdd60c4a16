"""mergekit-style YAML recipes: `merge_method`, `base_model`, `models`, `parameters`.

Only what this program can do as mergekit does it is accepted: one number per parameter and model.
Slices, filters, gradients and tokenizer surgery are refused by name.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import InputError, UsageError
from mergeassist.params.policy import Spec, spec

METHODS = {
    "linear": "linear", "task_arithmetic": "task-arithmetic", "ties": "ties",
    "dare_linear": "dare", "slerp": "slerp", "ram": "ram",
}  # fmt: skip
_UNUSED = ("normalize", "int8_mask", "rescale")
_KNOWN = frozenset({"merge_method", "base_model", "models", "parameters", "dtype", "out_dtype"})


class Recipe(NamedTuple):
    """What a recipe says."""

    base: Path | None
    experts: tuple[Path, ...]
    spec: Spec


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; raises UsageError without PyYAML, InputError for what cannot be done."""
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError:
        raise UsageError("recipes need PyYAML: pip install pyyaml") from None
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(path, f"cannot be read ({' '.join(str(error).split())})") from None
    if not isinstance(content, dict):
        raise InputError(path, "not a recipe", "it needs merge_method and models")
    for key in content:
        if key not in _KNOWN:
            raise InputError(path, f"{key} is not supported", "merge with mergekit, or remove it")
    method = METHODS.get(str(content.get("merge_method")))
    if method is None:
        known = ", ".join(METHODS)
        raise InputError(path, f"merge_method {content.get('merge_method')!r}", f"known: {known}")
    return _recipe(path, content, method)


def _recipe(path: Path, content: dict[str, Any], method: str) -> Recipe:
    models = content.get("models")
    if not isinstance(models, list) or not all(
        isinstance(entry, dict) and entry.get("model") for entry in models
    ):
        raise InputError(path, "models is not a list of model entries")
    named = content.get("base_model")
    base = _model(path, named) if named else None
    experts, each = [], []
    for model in models:
        where = _model(path, model["model"])
        if where != base or method in ("linear", "slerp"):
            experts.append(where)
            each.append(model.get("parameters") or {})
    shared = dict(content.get("parameters") or {})
    parameters: dict[str, object] = {k: v for k, v in shared.items() if k not in _UNUSED}
    if method == "linear" and "normalize" in shared:
        parameters["normalize"] = float(shared["normalize"])
    if any("weight" in found for found in each):
        parameters["weight"] = [found.get("weight", shared.get("weight", 1.0)) for found in each]
    densities = {found["density"] for found in each if "density" in found}
    if len(densities) > 1:
        raise InputError(path, "one density per model is not supported", "give them the same")
    if densities:
        parameters["density"] = densities.pop()
    return Recipe(base if method not in ("linear", "slerp") else None, tuple(experts),
                  spec(method, parameters))  # fmt: skip


def _model(path: Path, name: object) -> Path:
    """A model named in a recipe, relative to the recipe or to the current directory."""
    found = Path(str(name))
    return found if found.exists() or found.is_absolute() else path.parent / found
