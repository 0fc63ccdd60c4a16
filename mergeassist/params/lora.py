"""LoRA adapters (PEFT directories) merged as what they mean: the sum of their products B A.

Averaging A with A and B with B is not the average of the products, so it is never done.  `concat`
is exact: ranks add up, (B1|B2)(A1;A2) = B1 A1 + B2 A2, each scale folded into its B.  `svd` brings
that sum back to a rank, the best approximation in the Frobenius norm.  `knots` (KnOTS-TIES, arXiv
2410.19735) elects signs in a basis that the changes share (linear layers).  With a base adapter the
result is the three-way merge: the experts' sum less n - 1 times base.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mergeassist.errors import InputError, UsageError
from mergeassist.params.dtypes import Bytes, Floats, convert, is_float
from mergeassist.params.formats.directory import Directory
from mergeassist.params.formats.safetensors import stream
from mergeassist.params.merge import Report, fingerprint, write_directory
from mergeassist.params.methods.spectral import aligned_factors
from mergeassist.params.tensors import Buffer, Layout, Output, OutputFile, Tensor

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
MODES = ("concat", "svd", "knots")
_HALF = re.compile(r"^(.*)\.lora_(embedding_)?([AB])(\..*)?$")
_SHARED = ("fan_in_fan_out", "base_model_name_or_path", "task_type", "bias")


class Factors(NamedTuple):
    """One module of one adapter: A (r, ...), B (..., r, ...) as stored, and alpha over r."""

    down: Floats
    up: Floats
    scale: float
    dtype: str


class Adapter(NamedTuple):
    """An opened adapter: factors by the names of their two tensors, other tensors, settings."""

    path: Path
    factors: dict[tuple[str, str], Factors]
    rest: dict[str, tuple[Tensor, Bytes]]
    config: dict[str, Any]


class Merged(NamedTuple):
    """The two halves of one merged module, in fp64, and the share of the sum's energy they keep."""

    down: Floats
    up: Floats
    kept: float = 1.0


def merge_adapters(
    base: Path | None, experts: Sequence[Path], target: Path, mode: str,
    weights: Sequence[float] = (), rank: int | None = None,
) -> Report:  # fmt: skip
    """Write the merged adapter to the new directory `target`.

    Raises InputError for what is no adapter and UsageError for wishes that cannot be met.
    """
    if mode not in MODES or (rank is not None and (mode != "svd" or rank < 1)):
        raise UsageError("--lora takes concat, svd or knots, and --rank goes with svd")
    factors = list(weights or [1.0] * len(experts))
    if len(factors) == 1:
        factors *= len(experts)
    if len(factors) != len(experts):
        raise UsageError(f"{len(factors)} weights for {len(experts)} adapters")
    paths = [*experts, *([base] if base else [])]
    adapters = [read_adapter(path) for path in paths]
    if base is not None:
        factors.append(1.0 - sum(factors))
    record: dict[str, Any] = {
        "version": 1, "method": f"lora-{mode}", "weights": list(weights), "rank": rank,
        "base": {"path": str(base), "id": fingerprint(base)} if base else None,
        "experts": [{"path": str(p), "id": fingerprint(p)} for p in experts],
    }  # fmt: skip
    merged = _merge_all(adapters, factors, mode, rank)
    record["tensors"] = {f"merged: lora-{mode}": 2 * len(merged)}
    lowest = min(found.kept for found in merged.values())
    record["notes"] = [f"at least {lowest:.2%} of every module's change kept"] * (mode == "svd")
    write_directory(_files(adapters, factors, merged, mode), target)
    return Report((), record)


def read_adapter(path: Path) -> Adapter:
    """Open a PEFT directory; raises InputError for anything that is no plain LoRA."""
    opened = Directory(path) if path.is_dir() and (path / WEIGHTS).is_file() else None
    if opened is None or not (path / CONFIG).is_file():
        raise InputError(path, "no PEFT adapter", f"it needs {CONFIG} and {WEIGHTS}")
    config = json.loads((path / CONFIG).read_bytes())
    if config.get("peft_type", "LORA") != "LORA" or config.get("use_dora"):
        raise InputError(
            path,
            "not a plain LoRA adapter (DoRA and others are not sums of products)",
            "merge it into its model first (PEFT's merge_and_unload), then merge the models",
        )
    halves: dict[tuple[str, str], dict[str, str]] = {}
    rest = {}
    for name, tensor in opened.tensors.items():
        match = _HALF.match(name)
        if match and is_float(tensor.dtype):
            halves.setdefault((match[1], (match[2] or "") + (match[4] or "")), {})[match[3]] = name
        else:
            rest[name] = (tensor, opened.raw(name))
    factors = {}
    for (module, _), names in halves.items():
        if set(names) != {"A", "B"}:
            raise InputError(path, f"{module} has only one half of its adapter", "save it again")
        down, up = (_array(opened, names[half]) for half in "AB")
        if up.ndim < 2 or down.shape[0] != up.shape[1]:
            raise InputError(path, f"the halves of {module} do not fit", "save it again")
        scale = _scale(path, config, module, down.shape[0])
        dtype = opened.tensors[names["B"]].dtype
        factors[names["A"], names["B"]] = Factors(down, up, scale, dtype)
    return Adapter(path, factors, rest, config)


def _array(opened: Directory, name: str) -> Floats:
    tensor = opened.tensors[name]
    return convert(opened.raw(name), tensor.dtype, "F64").view("<f8").reshape(tensor.shape)


def _scale(path: Path, config: Mapping[str, Any], module: str, rank: int) -> float:
    """alpha / r, or alpha / sqrt(r), with PEFT's patterns per module."""
    alpha = config.get("lora_alpha", rank)
    for pattern, value in (config.get("alpha_pattern") or {}).items():
        if re.match(rf"(.*\.)?({pattern})$", module):
            alpha = value
            break
    try:
        return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)
    except (TypeError, ValueError):
        raise InputError(path / CONFIG, f"lora_alpha is {alpha!r}", "save it again") from None


def _merge_all(
    adapters: Sequence[Adapter], weights: Sequence[float], mode: str, rank: int | None
) -> dict[tuple[str, str], Merged]:
    merged = {}
    for names in dict.fromkeys(names for adapter in adapters for names in adapter.factors):
        parts = [(adapter.factors[names], weight)
                 for adapter, weight in zip(adapters, weights, strict=True)
                 if names in adapter.factors and weight != 0]  # fmt: skip
        shapes = {(p.down.shape[1:], (p.up.shape[0], *p.up.shape[2:])) for p, _ in parts}
        if len(shapes) > 1:
            raise UsageError(f"{names[0]}: the adapters are for layers of different shapes")
        found = Merged(
            np.concatenate([part.down for part, _ in parts], 0),
            np.concatenate([part.up * (part.scale * weight) for part, weight in parts], 1),
        )
        wanted = rank or max(part.down.shape[0] for part, _ in parts)
        if mode == "knots" and found.down.ndim == found.up.ndim == 2:
            merged[names] = Merged(*aligned_factors(
                [(part.down, part.up * (part.scale * weight)) for part, weight in parts]
            ))  # fmt: skip
        else:
            merged[names] = truncated(found, wanted) if mode == "svd" else found
    if not merged:
        raise UsageError("the adapters hold no LoRA factors")
    return merged


def truncated(found: Merged, rank: int) -> Merged:
    """The best product of that rank, by the small core's singular values; never the full matrix."""
    down = found.down.reshape(found.down.shape[0], -1)
    # B of a convolution is (out, r, 1, 1).
    up = np.moveaxis(found.up, 1, -1).reshape(-1, found.up.shape[1])
    left, left_core = np.linalg.qr(up)
    right, right_core = np.linalg.qr(down.T)
    u, s, vh = np.linalg.svd(left_core @ right_core.T)
    count = min(rank, s.size)
    root = np.sqrt(s[:count])
    energy = float((s**2).sum())
    new_up = np.zeros((up.shape[0], rank))
    new_down = np.zeros((rank, down.shape[1]))
    new_up[:, :count] = left @ u[:, :count] * root
    new_down[:count] = (root[:, None] * vh[:count]) @ right.T
    wide = (found.up.shape[0], *found.up.shape[2:], rank)
    return Merged(
        new_down.reshape(rank, *found.down.shape[1:]),
        np.moveaxis(new_up.reshape(wide), -1, 1),
        float((s[:count] ** 2).sum()) / energy if energy else 1.0,
    )


def _files(
    adapters: Sequence[Adapter], weights: Sequence[float],
    merged: Mapping[tuple[str, str], Merged], mode: str,
) -> Iterator[OutputFile]:  # fmt: skip
    """The weights, then the settings as in the first adapter with the new ranks."""
    outputs: dict[str, Output] = {}
    exact = mode == "svd" or all(
        math.frexp(abs(f.scale * w))[0] in (0.0, 0.5)
        for adapter, w in zip(adapters, weights, strict=True) for f in adapter.factors.values()
    )  # fmt: skip
    for names, found in merged.items():
        dtypes = {a.factors[names].dtype for a in adapters if names in a.factors}
        # A factor that is no power of two would round B: fp32 keeps that out of sight of bf16.
        dtype = dtypes.pop() if len(dtypes) == 1 and exact else "F32"
        for name, values in zip(names, (found.down, found.up), strict=True):
            outputs[name] = _output(name, values, dtype)
    for name, (tensor, raw) in _common_rest(adapters).items():
        outputs[name] = Output(tensor, lambda raw=raw: iter([raw]))  # type: ignore[misc]
    metadata: dict[str, Hashable] = {"format": "pt"}
    yield OutputFile(WEIGHTS, stream(Layout((), metadata, dict(sorted(outputs.items())))))
    content: list[Buffer] = [json.dumps(_config(adapters, merged), indent=2).encode() + b"\n"]
    yield OutputFile(CONFIG, content)


def _output(name: str, values: Floats, dtype: str) -> Output:
    raw = convert(np.ascontiguousarray(values, "<f8").reshape(-1).view(np.uint8), "F64", dtype)
    tensor = Tensor(name, dtype, values.shape, raw.size)
    return Output(tensor, lambda: iter([raw]))


def _common_rest(adapters: Sequence[Adapter]) -> dict[str, tuple[Tensor, Bytes]]:
    """Tensors that are no LoRA factors (saved modules, embeddings) must be the same in all."""
    found: dict[str, tuple[Tensor, Bytes]] = {}
    for adapter in adapters:
        for name, (tensor, raw) in adapter.rest.items():
            known = found.setdefault(name, (tensor, raw))
            if known[0] != tensor or not np.array_equal(known[1], raw):
                raise InputError(adapter.path, f"{name} is trained in full and differs",
                                 "merge it apart with models merge")  # fmt: skip
    return found


def _config(
    adapters: Sequence[Adapter], merged: Mapping[tuple[str, str], Merged]
) -> dict[str, Any]:
    """Settings in which every module's scale is one."""
    ranks = {}
    for (name, _), found in merged.items():
        match = _HALF.match(name)
        assert match is not None
        ranks[match[1].removeprefix("base_model.model.")] = found.down.shape[0]
    most = max(ranks.values())
    others = {module: rank for module, rank in ranks.items() if rank != most}
    first = adapters[0].config
    for adapter in adapters[1:]:
        for key in _SHARED:
            if first.get(key) != adapter.config.get(key):
                raise InputError(adapter.path / CONFIG, f"{key} differs from the first adapter's",
                                 "merge adapters of one model, or edit it")  # fmt: skip
    targets: Any = first.get("target_modules")
    if all(isinstance(a.config.get("target_modules"), list) for a in adapters):
        targets = sorted({name for a in adapters for name in a.config["target_modules"]})
    return {
        **first, "r": most, "lora_alpha": most, "rank_pattern": others, "alpha_pattern": others,
        "use_rslora": False, "target_modules": targets,
    }  # fmt: skip
