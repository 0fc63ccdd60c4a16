"""PyTorch checkpoints (`torch.save`, zip form): .pt .pth .bin .ckpt.

The archive holds one pickle, which describes nested containers, scalars and tensors, and one
entry per storage (`data/<key>`) with the bytes.  The pickle is read as data (`pickles`); the unit
that is merged is the storage, so views and shared storages survive by construction.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import BITS, Bytes
from mergeassist.params.formats import pickles, zips
from mergeassist.params.formats.pickles import Call, Global, Items, Persistent
from mergeassist.params.formats.torchtree import Tree, rebuild
from mergeassist.params.tensors import Layout, OutputFile, Tensor

NAME = "torch"
PICKLE_LIMIT = 1 << 30
ALIGNMENT = 64
LEGACY_MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
_STORAGE_TYPES = {
    "FloatStorage": "F32", "DoubleStorage": "F64", "HalfStorage": "F16",
    "BFloat16Storage": "BF16", "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16",
    "CharStorage": "I8", "ByteStorage": "U8", "BoolStorage": "BOOL",
    "ComplexFloatStorage": "C64", "ComplexDoubleStorage": "C128",
}  # fmt: skip
_DTYPES = {
    "float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "int64": "I64",
    "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
    "uint16": "U16", "uint32": "U32", "uint64": "U64", "complex64": "C64", "complex128": "C128",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ", "float8_e5m2fnuz": "F8_E5M2FNUZ",
}  # fmt: skip
_REBUILDERS = ("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3")


class TorchZip:
    """An opened torch zip checkpoint; `extras` holds every leaf that is no tensor."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive = zips.Archive(path)
        self.prefix = _prefix(path, self.archive)
        self.pickle_name = f"{self.prefix}/data.pkl"
        if f"{self.prefix}/constants.pkl" in self.archive.entries:
            raise InputError(path, "a TorchScript program", "merge its state_dict instead")
        self._refuse_other_archives()
        self._check_byte_order()
        self.pickle = self.archive.stored(self.pickle_name)
        if self.pickle.size > PICKLE_LIMIT:
            raise InputError(path, f"a pickle of {self.pickle.size} bytes", "save tensors only")
        root = pickles.read(path, self.pickle.tobytes())
        self.tree = Tree(path, root, is_tensor, self.pickle.size)
        self.extras: dict[str, Hashable] = self.tree.frozen
        self.tensors: dict[str, Tensor] = {}
        self.storages: dict[str, str] = {}
        self._views: dict[str, tuple[int, int]] = {}
        self._read_tensors()

    def _refuse_other_archives(self) -> None:
        """One pickle, one folder: PyTorch may look for its pickle in the folder of the first entry.

        A second one would be carried into the merge unread.
        """
        for name in self.archive.entries:
            inside = name.startswith(self.prefix + "/")
            if not inside or (name.endswith(".pkl") and name != self.pickle_name):
                raise UnsafeInputError(
                    self.path, f"zip entry {name!r} is no part of {self.prefix!r}",
                    "save it again with torch.save",
                )  # fmt: skip

    def _check_byte_order(self) -> None:
        order = f"{self.prefix}/byteorder"
        if order in self.archive.entries and self.archive.stored(order).tobytes() != b"little":
            raise InputError(self.path, "big-endian tensors", "save it on a little-endian machine")

    def _read_tensors(self) -> None:
        owners: dict[str, str] = {}
        for name, node in self.tree.tensors.items():
            key, dtype, offset, shape, stride = describe(self.path, name, node)
            storage = self._storage(key)
            item = BITS[dtype] // 8
            contiguous = stride == _contiguous(shape)
            whole = contiguous and offset == 0
            size = item
            for length in shape:
                size *= length
            layout: Hashable = None if whole and size == storage.size else (offset, shape, stride)
            last = sum((n - 1) * s for n, s in zip(shape, stride, strict=True)) if size else -1
            if size and (offset + last + 1) * item > storage.size:
                raise InputError(self.path, f"tensor {name!r} leaves its storage", "fetch it again")
            owner = owners.setdefault(key, name)
            if owner == name:
                full = shape if layout is None else (storage.size // item,)
                self.tensors[name] = Tensor(name, dtype, full, storage.size, layout)
            elif contiguous:
                self.tensors[name] = Tensor(name, dtype, shape, size, layout, owner)
                self._views[name] = (offset * item, size)
            else:
                full = (storage.size // item,)
                self.tensors[name] = Tensor(name, dtype, full, storage.size, layout, owner)
            self.storages[name] = key

    def _storage(self, key: str) -> Bytes:
        name = f"{self.prefix}/data/{key}"
        if name not in self.archive.entries:
            raise InputError(self.path, f"storage {key!r} is missing", "fetch it again")
        return self.archive.stored(name)

    def raw(self, name: str) -> Bytes:
        """The storage's bytes, shape (nbytes,); for a tied contiguous view, its part of them."""
        storage = self._storage(self.storages[name])
        if name in self._views:
            start, size = self._views[name]
            return storage[start : start + size]
        return storage

    def close(self) -> None:
        """Unmap the file."""
        self.archive.close()


def is_tensor(node: Any) -> bool:
    """Whether an inert node describes a tensor (or a Parameter around one)."""
    return isinstance(node, Call) and (
        (node.key[0] == "torch._utils" and node.key[1] in _REBUILDERS)
        or node.key == ("torch._utils", "_rebuild_parameter")
    )


def _is_parameter(node: Any) -> bool:
    return bool(node.key[1] == "_rebuild_parameter")


def _inner(node: Any) -> list[Any]:
    """The arguments of the rebuild call, unwrapping a Parameter."""
    arguments: list[Any] = node.arguments.values
    if _is_parameter(node):
        if not arguments or not is_tensor(arguments[0]) or _is_parameter(arguments[0]):
            raise ValueError("a parameter without a tensor")
        return _inner(arguments[0])
    return arguments


def describe(
    path: Path, name: str, node: Any
) -> tuple[str, str, int, tuple[int, ...], tuple[int, ...]]:
    """(storage key, dtype, offset, shape, stride) of a tensor node, in elements."""
    try:
        arguments = _inner(node)
        storage, offset, size, stride = arguments[:4]
        marker, kind, key, _, _ = storage.id.values
        shape, strides = tuple(size.values), tuple(stride.values)
        dtype = _STORAGE_TYPES.get(kind.name)
        if len(arguments) > 6 and isinstance(arguments[6], Global):
            dtype = _DTYPES.get(arguments[6].name)
    except (ValueError, AttributeError, TypeError, IndexError):
        raise InputError(path, f"tensor {name!r} is described badly", "fetch it again") from None
    numbers = (offset, *shape, *strides)
    sane = all(type(n) is int and n >= 0 for n in numbers) and len(shape) == len(strides)
    if marker != "storage" or not isinstance(key, str) or not sane:
        raise InputError(path, f"tensor {name!r} is described badly", "fetch it again")
    if dtype is None:
        raise InputError(path, f"tensor {name!r} has an unknown type", "update mergeassist")
    return key, dtype, offset, shape, strides


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= max(length, 1)
    return tuple(reversed(strides))


def _prefix(path: Path, archive: zips.Archive) -> str:
    for name in archive.entries:
        if name.endswith("/data.pkl") and name.count("/") == 1:
            return name.removesuffix("/data.pkl")
    raise InputError(path, "a zip without data.pkl", "save it with torch.save")


def recognise(path: Path, head: bytes) -> bool:
    """A zip whose first member is `<prefix>/data.pkl`, or torch's older form (to refuse it)."""
    if head.startswith(LEGACY_MAGIC):
        return True
    if head[:4] != b"PK\3\4" or len(head) < 30:
        return False
    length: int = struct.unpack("<H", head[26:28])[0]
    return head[30 : 30 + length].endswith(b"/data.pkl")


def open_checkpoint(path: Path) -> TorchZip:
    """Open and validate; raises InputError or UnsafeInputError."""
    with path.open("rb") as handle:
        if handle.read(len(LEGACY_MAGIC)) == LEGACY_MAGIC:
            raise InputError(
                path, "PyTorch's format of before 1.6", "load and save it again with torch.save"
            )
    return TorchZip(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """One archive: ours' pickle where the structure is ours, else the merged tree's."""
    yield OutputFile("", zips.stream(_members(layout)))


def _members(layout: Layout) -> Iterator[zips.Member]:
    sides = [side for side in layout.sides if isinstance(side, TorchZip)]
    ours = sides[0]
    described = {name: output.tensor for name, output in layout.outputs.items()}
    keys: dict[str, str] = {}
    if described == ours.tensors and layout.extras == ours.extras:
        pickle = ours.pickle.tobytes()
        keys = {ours.storages[n]: n for n, t in described.items() if t.tied_to is None}
    else:
        nodes = _tensor_nodes(sides, described, keys)
        pickle = pickles.write(rebuild([side.tree for side in sides], layout.extras, nodes))
    storages = f"{ours.prefix}/data/"
    done = False
    for entry in ours.archive.entries.values():
        if entry.name == ours.pickle_name:
            yield zips.Member(entry.name, [pickle], align=ALIGNMENT)
        elif not entry.name.startswith(storages):
            yield zips.Member(entry.name, [ours.archive.stored(entry.name)], align=ALIGNMENT)
        elif not done:
            done = True
            yield from _storage_members(layout, storages, keys)
    if not done:
        yield from _storage_members(layout, storages, keys)


def _storage_members(layout: Layout, folder: str, keys: dict[str, str]) -> Iterator[zips.Member]:
    for key, name in keys.items():
        yield zips.Member(f"{folder}{key}", layout.outputs[name].stream(), align=ALIGNMENT)


def _tensor_nodes(
    sides: list[TorchZip], described: dict[str, Tensor], keys: dict[str, str]
) -> dict[str, Any]:
    """A node per tensor with storages numbered anew; fills `keys` (storage key -> owner)."""
    numbers = {n: str(i) for i, n in enumerate(n for n, t in described.items() if not t.tied_to)}
    keys.update({key: name for name, key in numbers.items()})
    nodes = {}
    for name, tensor in described.items():
        owner = tensor.tied_to or name
        side = next(
            side for side in sides
            if name in side.tensors and side.tensors[name]._replace(tied_to=None)
            == tensor._replace(tied_to=None)
        )  # fmt: skip
        nodes[name] = _with_storage(side.tree.tensors[name], numbers[owner])
    return nodes


def _with_storage(node: Any, key: str) -> Any:
    """A copy of a tensor node that refers to storage `key`."""
    arguments = list(node.arguments.values)
    if node.key[1] == "_rebuild_parameter":
        arguments[0] = _with_storage(arguments[0], key)
    else:
        marker, kind, _, location, count = arguments[0].id.values
        arguments[0] = Persistent(Items("tuple", [marker, kind, key, location, count]))
    return Call(node.function, Items("tuple", arguments), node.new)
