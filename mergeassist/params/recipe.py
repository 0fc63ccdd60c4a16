"""mergekit-style YAML recipes: `merge_method`, `base_model`, `models`, `parameters`.

Only what this program can do as mergekit does it is accepted: one number per parameter and model.
Slices, filters, gradients, tokenizer surgery and settings that make another method are refused by
name.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, NamedTuple

from mergeassist.errors import InputError, UsageError
from mergeassist.params.policy import Spec, spec
from mergeassist.params.target import DTYPES

METHODS = {
    "linear": "linear", "task_arithmetic": "task-arithmetic", "ties": "ties",
    "dare_linear": "dare", "dare_ties": "dare-ties", "della": "della", "breadcrumbs": "breadcrumbs",
    "slerp": "slerp", "nuslerp": "nuslerp", "multislerp": "multi-slerp", "karcher": "karcher",
    "model_stock": "model-stock", "sce": "sce", "ram": "ram", "arcee_fusion": "important-only",
}  # fmt: skip
NO_BASE = ("linear", "slerp", "karcher")
# Whether the weights are divided out: mergekit's default, and what the method does here.
_NORMALIZES = {
    "task-arithmetic": (False, False), "ties": (True, True), "dare": (False, False),
    "dare-ties": (False, True), "della": (True, True), "breadcrumbs": (False, False),
}  # fmt: skip
_ALWAYS = {"rescale": True, "normalize_weights": True, "filter_wise": False}
_UNUSED = ("normalize", "int8_mask", "eps", "tol", *_ALWAYS)
_NAMES = {"select_topk": "select", "max_iter": "steps"}
_ONE_FOR_ALL = ("density", "epsilon", "gamma")
_KNOWN = frozenset({"merge_method", "base_model", "models", "parameters", "dtype", "out_dtype"})


class Recipe(NamedTuple):
    """What a recipe says."""

    base: Path | None
    experts: tuple[Path, ...]
    spec: Spec
    dtype: str | None = None


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
    named = str(content.get("merge_method"))
    if named not in METHODS:
        known = ", ".join(METHODS)
        raise InputError(path, f"merge_method {content.get('merge_method')!r}", f"known: {known}")
    return _recipe(path, content, METHODS[named])


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
        if where != base or method in NO_BASE:
            experts.append(where)
            each.append(model.get("parameters") or {})
    if method == "slerp" and base is not None:
        # t counts from the base model, wherever it stands.
        experts = [base, *(where for where in experts if where != base)]
    shared = dict(content.get("parameters") or {})
    _refuse_other_methods(path, method, shared)
    parameters: dict[str, object] = {
        str(_NAMES.get(k, k)): v for k, v in shared.items() if k not in _UNUSED
    }
    if method == "linear" and "normalize" in shared:
        parameters["normalize"] = float(shared["normalize"])
    if any("weight" in found for found in each):
        parameters["weight"] = [found.get("weight", shared.get("weight", 1.0)) for found in each]
    for name in _ONE_FOR_ALL:
        values = {found[name] for found in each if name in found}
        if len(values) > 1:
            raise InputError(path, f"one {name} per model is not supported", "give them the same")
        if values:
            parameters[name] = values.pop()
    return Recipe(None if method in NO_BASE else base, tuple(experts), spec(method, parameters),
                  _dtype(path, content))  # fmt: skip


def _refuse_other_methods(path: Path, method: str, shared: dict[str, Any]) -> None:
    """InputError for settings with which mergekit computes something else than we do."""
    usual, here = _NORMALIZES.get(method, (False, False))
    if method in _NORMALIZES and bool(shared.get("normalize", usual)) != here:
        raise InputError(path, f"{method} with normalize: {str(not here).lower()} is not supported",
                         f"set normalize: {str(here).lower()}, or merge with mergekit")  # fmt: skip
    for name, value in _ALWAYS.items():
        if name in shared and bool(shared[name]) != value:
            raise InputError(path, f"{name}: {shared[name]} is not supported",
                             "remove it, or merge with mergekit")  # fmt: skip


def _dtype(path: Path, content: dict[str, Any]) -> str | None:
    """What the result is written in; the work is done in fp32 whatever the recipe says."""
    named = str(content.get("out_dtype") or content.get("dtype") or "")
    if not named:
        return None
    if named not in DTYPES:
        raise InputError(path, f"dtype {named!r}", f"known: {', '.join(DTYPES)}")
    return DTYPES[named]


def _model(path: Path, name: object) -> Path:
    """A model named in a recipe, relative to the recipe or to the current directory."""
    found = Path(str(name))
    return found if found.exists() or found.is_absolute() else path.parent / found
