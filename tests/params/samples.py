"""Small checkpoints made with numpy only, and an independent reader of safetensors."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mergeassist.params.merge import Report, Request, merge
from mergeassist.params.policy import Policy, Spec, spec

Arrays = Mapping[str, np.ndarray]
CODES = {
    "float32": "F32", "float64": "F64", "float16": "F16", "int64": "I64", "int32": "I32",
    "uint8": "U8", "bool": "BOOL", "complex64": "C64", "uint16": "BF16", "int8": "F8_E4M3",
}  # fmt: skip


def save(path: Path, arrays: Arrays, metadata: Mapping[str, str] | None = None) -> Path:
    """Write safetensors; uint16 stands for BF16 bits, int8 for F8_E4M3 bits."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at, data = 0, []
    for name, array in arrays.items():
        end = at + array.nbytes
        header[name] = {
            "dtype": CODES[str(array.dtype)], "shape": array.shape, "data_offsets": [at, end],
        }  # fmt: skip
        data.append(np.ascontiguousarray(array).tobytes())
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    return path


def load(path: Path) -> dict[str, np.ndarray]:
    """Read what `save` writes."""
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    types = {code: name for name, code in CODES.items()}
    found = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = np.frombuffer(content[start:end], types[entry["dtype"]])
        found[name] = flat.reshape(entry["shape"])
    return found


def bf16(values: np.ndarray) -> np.ndarray:
    """The bits of `values` rounded to bf16, to nearest even."""
    bits = np.asarray(values, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bf16(bits: np.ndarray) -> np.ndarray:
    """Float32 values of bf16 bits."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def noise(seed: int, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Normal float32 numbers."""
    return (np.random.default_rng(seed).standard_normal(shape) * scale).astype(np.float32)


def run(
    folder: Path, base: Arrays | None, *experts: Arrays, method: str | Spec = "ties",
    patterns: Sequence[tuple[str, Spec]] = (), **options: Any,
) -> tuple[Report, dict[str, np.ndarray]]:
    """Merge arrays by way of files; returns the report and the merged arrays."""
    parameters = options.pop("parameters", {})
    chosen = method if isinstance(method, Spec) else spec(method, parameters)
    origin = save(folder / "base.safetensors", base) if base is not None else None
    paths = tuple(
        save(folder / f"expert{i}.safetensors", arrays) for i, arrays in enumerate(experts)
    )
    request = Request(origin, paths, Policy(chosen, tuple(patterns)), **options)
    out = folder / "out.safetensors"
    out.unlink(missing_ok=True)
    report = merge(request, out)
    return report, load(out) if out.exists() else {}
