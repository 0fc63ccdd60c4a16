"""A directory in Hugging Face layout: shards with an index, one safetensors file, or an adapter.

    model.safetensors.index.json  {"metadata": {...}, "weight_map": {tensor: shard}}
    adapter_config.json + adapter_model.safetensors  (PEFT)

Tensors of all shards form one checkpoint.  The settings beside them (config.json, tokenizer.json,
adapter_config.json ...) are `extras`: JSON objects key by key, other files as a whole.  Links are
followed inside the folder and into Hugging Face's cache (snapshots/REVISION -> ../../blobs) only.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import Bytes
from mergeassist.params.formats import safetensors
from mergeassist.params.tensors import Buffer, Layout, Output, OutputFile, Tensor

NAME = "directory"
INDEX_SUFFIX = ".safetensors.index.json"
SINGLES = ("model.safetensors", "adapter_model.safetensors", "diffusion_pytorch_model.safetensors")
SETTINGS_LIMIT = 64 << 20
SETTINGS = (".json", ".txt", ".model", ".jinja")
SHOWN = 5
BY_KEY = (
    "config.json", "adapter_config.json", "generation_config.json", "tokenizer_config.json",
)  # fmt: skip


class Directory:
    """An opened model directory; tensor names are those inside the shards."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.index_path = path if path.is_file() else _index(path)
        self.path = path.parent if path.is_file() else path
        self.single = "" if self.index_path else _single(self.path)
        self.index: dict[str, Any] = _json(self.index_path) if self.index_path else {}
        self.shard_of: dict[str, str] = {}
        self.shards: dict[str, safetensors.Safetensors] = {}
        self.tensors: dict[str, Tensor] = {}
        self.extras: dict[str, Hashable] = {}
        for name in self._shard_names():
            self._open_shard(name)
        self._check_index()
        self._read_settings()

    def _shard_names(self) -> list[str]:
        if self.single:
            return [self.single]
        weight_map = self.index.get("weight_map")
        if not isinstance(weight_map, dict) or not all(
            isinstance(name, str) and name == Path(name).name for name in weight_map.values()
        ):
            raise UnsafeInputError(self.index_path, "its weight_map is not tensor to file name")
        return sorted(set(weight_map.values()))

    def _open_shard(self, name: str) -> None:
        path = self.path / name
        if not path.is_file():
            raise InputError(path, "this shard is missing", "fetch it (git lfs pull)")
        shard = self.shards[name] = safetensors.open_checkpoint(path)
        for tensor in shard.tensors.values():
            if tensor.name in self.tensors:
                raise InputError(path, f"tensor {tensor.name!r} is in two shards")
            self.tensors[tensor.name], self.shard_of[tensor.name] = tensor, name
        for key, value in shard.extras.items():
            self.extras[f"{name}:{key}"] = value

    def _check_index(self) -> None:
        if self.index_path and self.index["weight_map"] != self.shard_of:
            raise InputError(self.index_path, "it disagrees with the shards", "save it again")

    def _read_settings(self) -> None:
        for path in sorted(self.path.iterdir()):
            if path.suffix not in SETTINGS or not path.is_file() or path == self.index_path:
                continue
            if path.is_symlink() and not self._is_own(path):
                raise UnsafeInputError(
                    path, "a link out of the folder", "put the file itself there"
                )
            if path.stat().st_size > SETTINGS_LIMIT:
                raise InputError(path, "a settings file of this size", "move it away")
            if path.name in BY_KEY:
                for key, value in _json(path).items():
                    self.extras[f"{path.name}:{key}"] = json.dumps(value)
            else:
                self.extras[path.name] = path.read_bytes()

    def _is_own(self, link: Path) -> bool:
        folder = self.path.resolve()
        owners = [folder]
        if folder.parent.name == "snapshots":
            owners.append(folder.parent.parent / "blobs")
        return any(link.resolve().is_relative_to(owner) for owner in owners)

    def left_behind(self) -> list[str]:
        """A note on the files that no merge writes again: other weights, subfolders, programs."""
        known = {*self.shards, *(key.partition(":")[0] for key in self.extras)}
        known.add(self.index_path.name if self.index_path else "")
        others = sorted(
            path.name + "/" * path.is_dir() for path in self.path.iterdir()
            if path.name not in known and not path.name.startswith(".")
        )  # fmt: skip
        if not others:
            return []
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        return [f"not merged and not copied: {', '.join(others[:SHOWN])}{more}"]

    def raw(self, name: str) -> Bytes:
        """The tensor's bytes, shape (nbytes,)."""
        return self.shards[self.shard_of[name]].raw(name)

    def close(self) -> None:
        """Unmap the shards."""
        for shard in self.shards.values():
            shard.close()


def _index(path: Path) -> Path | None:
    return next(iter(sorted(path.glob("*" + INDEX_SUFFIX))), None)


def _single(path: Path) -> str:
    return next((name for name in SINGLES if (path / name).is_file()), "")


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise InputError(path, "not JSON", "fetch it again") from None
    if not isinstance(found, dict):
        raise InputError(path, "not a JSON object", "fetch it again")
    return found


def recognise(path: Path, head: bytes) -> bool:
    """A directory with shards or one known file, or the index of shards itself."""
    if path.is_dir():
        return bool(_index(path) or _single(path))
    return path.name.endswith(INDEX_SUFFIX) and b"weight_map" in head


def explain(path: Path) -> InputError:
    """Why a directory is none of these."""
    named = sorted(
        p.name for p in path.iterdir()
        if p.suffix in (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf", ".onnx", ".npz")
    )  # fmt: skip
    if not named:
        return InputError(path, "no weights in this folder", f"it needs {SINGLES[0]}, or an index")
    if len(named) == 1:
        return InputError(path, f"its weights are {named[0]}", "name that file instead")
    return InputError(
        path, f"{len(named)} files of weights ({named[0]} ...) and no *{INDEX_SUFFIX}",
        "merge file by file, or save the model again as safetensors (save_pretrained)",
    )  # fmt: skip


def open_checkpoint(path: Path) -> Directory:
    """Open and validate; raises InputError or UnsafeInputError."""
    return Directory(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """Shards as in ours (tensors new in theirs go to the shard they came in), index, settings.

    Where only theirs cut its shards anew, as in theirs.
    """
    sides = [side for side in layout.sides if isinstance(side, Directory)]
    ours = sides[0]
    if len(sides) == 3 and _same_cut(ours, sides[2]) and not _same_cut(sides[1], sides[2]):
        ours = sides[1]
        sides.insert(0, ours)
    placed: dict[str, dict[str, Output]] = {}
    for name, output in layout.outputs.items():
        shard = next(side.shard_of[name] for side in sides if name in side.shard_of)
        shard = shard if shard in ours.shards else next(iter(ours.shards))
        placed.setdefault(shard, {})[name] = output
    for shard, outputs in placed.items():
        prefix = shard + ":"
        metadata = {
            k.removeprefix(prefix): v for k, v in layout.extras.items() if k.startswith(prefix)
        }
        part = Layout((), metadata, outputs)
        yield OutputFile(shard, safetensors.stream(part))
    if ours.index_path:
        yield OutputFile(ours.index_path.name, [_index_bytes(ours, placed)])
    yield from _settings(layout.extras)


def _same_cut(side: Directory, base: Directory) -> bool:
    """Whether every tensor of base that `side` has still lies in the same shard."""
    return all(side.shard_of.get(n, shard) == shard for n, shard in base.shard_of.items())


def _index_bytes(ours: Directory, placed: dict[str, dict[str, Output]]) -> bytes:
    total = sum(o.tensor.nbytes for part in placed.values() for o in part.values())
    weight_map = {name: shard for shard, part in placed.items() for name in part}
    metadata = {**ours.index.get("metadata", {}), "total_size": total}
    index = {**ours.index, "metadata": metadata, "weight_map": dict(sorted(weight_map.items()))}
    return json.dumps(index, indent=2).encode() + b"\n"


def _settings(extras: Mapping[str, Hashable]) -> Iterator[OutputFile]:
    by_key: dict[str, dict[str, Any]] = {}
    for key, value in extras.items():
        name, _, entry = key.partition(":")
        if isinstance(value, bytes):
            blocks: list[Buffer] = [value]
            yield OutputFile(key, blocks)
        elif not name.endswith(".safetensors") and isinstance(value, str):
            by_key.setdefault(name, {})[entry] = json.loads(value)
    for name, content in by_key.items():
        yield OutputFile(name, [json.dumps(content, indent=2).encode() + b"\n"])
