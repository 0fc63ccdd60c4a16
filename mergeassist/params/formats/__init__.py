"""Checkpoint formats: a hand-written table, recognised by content."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from mergeassist.errors import InputError
from mergeassist.params.formats import directory, gguf, npz, onnx, safetensors, torchzip
from mergeassist.params.tensors import Checkpoint, Format

HEAD_BYTES = 4096
FORMATS: tuple[Format, ...] = tuple(
    cast(Format, module) for module in (directory, gguf, torchzip, npz, safetensors, onnx)
)


def find_format(path: Path) -> Format | None:
    """The format of a file or directory, by content; `None` for anything else."""
    head = b""
    if path.is_file():
        with path.open("rb") as handle:
            head = handle.read(HEAD_BYTES)
    return next((found for found in FORMATS if found.recognise(path, head)), None)


def open_checkpoint(path: Path) -> Checkpoint:
    """Open any checkpoint; raises InputError, or UnsafeInputError for hostile ones."""
    if not path.exists():
        raise InputError(path, "no such file", "check the path")
    found = find_format(path)
    if found is None and path.is_dir():
        raise directory.explain(path)
    if found is None:
        raise InputError(
            path, "not a checkpoint that mergeassist reads",
            "known: safetensors, torch zip, npz, ONNX, GGUF, and directories of them",
        )  # fmt: skip
    return found.open_checkpoint(path)


def format_named(name: str) -> Format:
    """The format whose NAME is `name`."""
    return next(found for found in FORMATS if name == found.NAME)
