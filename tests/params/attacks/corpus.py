"""Each function writes one bad file; `CORPUS` lists them with a word of the expected refusal."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def safetensors(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(start: int, end: int, shape: Any = None, dtype: str = "U8") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [end - start] if shape is None else shape,
            "data_offsets": [start, end]}  # fmt: skip


def torch_zip(content: bytes, storages: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a/data.pkl", content)
        for key, data in (storages or {}).items():
            archive.writestr(f"a/data/{key}", data)
        archive.writestr("a/version", b"3\n")
    return out.getvalue()


class Evil:
    """Pickles as a call of os.system."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def bomb() -> bytes:
    """Lists of lists of lists, each ten times the one before."""
    node: list[Any] = ["x"]
    for _ in range(30):
        node = [node] * 10
    return pickle.dumps({"w": node}, protocol=2)


def cycle() -> bytes:
    node: list[Any] = []
    node.append(node)
    return pickle.dumps({"w": node}, protocol=2)


def second_archive(mark: str) -> bytes:
    """A harmless pickle for us, and another one where PyTorch might look."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("b/data.pkl", pickle.dumps({"w": Evil(mark)}, protocol=2))
    return out.getvalue()


def parameters_in_parameters(depth: int = 5000) -> bytes:
    """A tensor wrapped so often in parameters that unwrapping by recursion would overflow."""
    wrap = b"ctorch._utils\n_rebuild_parameter\n("
    tensor = storage()[storage().index(b"ctorch") : -2]
    return b"\x80\x02}X\1\0\0\0w" + wrap * depth + tensor + b"\x88}tR" * depth + b"s."


def mark_as_value() -> bytes:
    """MARK memoized, then set as a value, which no writer does."""
    return b"\x80\x02}X\1\0\0\0w(q\0s."


def deep() -> bytes:
    return b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b"."


def npz(name: str, content: bytes, packing: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def zip_bomb() -> bytes:
    header = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1073741824,)}")
    out = npz("w.npy", header + bytes(1 << 20), zipfile.ZIP_DEFLATED)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _claim(out, len(squeeze.flush()))


def _claim(content: bytes, _: int) -> bytes:
    """The directory claims 1 GB for a member of 1 MB."""
    at = content.rindex(b"PK\1\2")
    return content[: at + 24] + struct.pack("<I", 1 << 30) + content[at + 28 :]


def overlapping_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/data.pkl", pickle.dumps({}, protocol=2))
        archive.writestr("a/data/0", b"x" * 64)
    content = out.getvalue()
    at = content.rindex(b"PK\1\2")
    first = content.index(b"PK\1\2")
    # The second member points at the first one's bytes.
    return content[: at + 42] + content[first + 42 : first + 46] + content[at + 46 :]


def gguf(tensors: int = 1, pairs: int = 0, rest: bytes = b"", version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, pairs) + rest


def gguf_info(name: bytes, sizes: list[int], code: int, offset: int) -> bytes:
    head = struct.pack("<Q", len(name)) + name + struct.pack("<I", len(sizes))
    return head + struct.pack(f"<{len(sizes)}Q", *sizes) + struct.pack("<IQ", code, offset)


def onnx(tensor: bytes) -> bytes:
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    return b"\x08\x08\x3a" + bytes([len(graph)]) + graph


def storage(key: str = "0", numbers: tuple[int, int, int] = (0, 4, 1)) -> bytes:
    """A state dict with one tensor: (offset, size, stride) of float32."""
    offset, size, stride = numbers
    return (
        b"\x80\x02}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\n"
        b"FloatStorage\nX" + struct.pack("<I", len(key)) + key.encode()
        + b"X\3\0\0\0cpuJ\4\0\0\0tQJ"
        + struct.pack("<i", offset) + b"J" + struct.pack("<i", size) + b"\x85J"
        + struct.pack("<i", stride) + b"\x85\x89}tRs."
    )  # fmt: skip


W = {"w": entry(0, 4)}
CORPUS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "empty-header.safetensors": (lambda _: safetensors(b""), "not"),
    "huge-header.safetensors": (lambda _: safetensors(W, b"1234", 1 << 62), "header of"),
    "long-header.safetensors": (lambda _: safetensors(W, b"1234", 99_999_999), "ends inside"),
    "cut-header.safetensors": (lambda _: safetensors(W)[:20], "ends inside"),
    "not-json.safetensors": (lambda _: safetensors(b"{w: 1}"), "not JSON"),
    "deep-json.safetensors": (lambda _: safetensors(b'{"a":' * 90_000), "nested|not JSON"),
    "duplicate.safetensors": (
        lambda _: safetensors(b'{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},'
                              b'"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', b"1234"),
        "duplicate"),
    "overlap.safetensors": (
        lambda _: safetensors({"a": entry(0, 4), "b": entry(2, 6)}, b"123456"), "overlaps"),
    "hole.safetensors": (
        lambda _: safetensors({"a": entry(0, 4), "b": entry(6, 8)}, b"12345678"), "hole"),
    "truncated.safetensors": (lambda _: safetensors(W, b"12"), "ends inside"),
    "trailing.safetensors": (lambda _: safetensors(W, b"123456"), "follow"),
    "wrong-size.safetensors": (
        lambda _: safetensors({"w": entry(0, 4, [5])}, b"1234"), "disagree"),
    "negative.safetensors": (lambda _: safetensors({"w": entry(-4, 0, [4])}, b"1234"), "badly"),
    "overflow.safetensors": (
        lambda _: safetensors({"w": entry(0, 0, [1 << 62, 1 << 62])}), "impossible"),
    "float-shape.safetensors": (
        lambda _: safetensors({"w": entry(0, 4, [4.0])}, b"1234"), "badly"),
    "unknown-dtype.safetensors": (
        lambda _: safetensors({"w": entry(0, 4, [4], "Q9")}, b"1234"), "unknown dtype"),
    "metadata.safetensors": (lambda _: safetensors({"__metadata__": {"a": 1}}), "__metadata__"),
    "evil.pt": (lambda m: torch_zip(pickle.dumps({"w": Evil(str(m))}, protocol=2)), "run code"),
    "evil4.pt": (lambda m: torch_zip(pickle.dumps([Evil(str(m))], protocol=4)), "run code"),
    "eval.pt": (lambda m: torch_zip(b"\x80\x02cbuiltins\neval\nX\1\0\0\x001\x85R."), "run code"),
    "second.pt": (lambda m: second_archive(str(m)), "no part of"),
    "wrapped.pt": (
        lambda m: torch_zip(parameters_in_parameters(), {"0": bytes(16)}), "described badly"),
    "mark.pt": (lambda m: torch_zip(mark_as_value()), "damaged"),
    "inst.pt": (lambda m: torch_zip(b"(X\4\0\0\0trueios\nsystem\n."), "opcode INST"),
    "ext.pt": (lambda m: torch_zip(b"\x80\x02\x82\1."), "opcode EXT1"),
    "build-on-list.pt": (lambda m: torch_zip(b"\x80\x02]}b."), "damaged"),
    "underflow.pt": (lambda m: torch_zip(b"\x80\x02R."), "damaged"),
    "no-stop.pt": (lambda m: torch_zip(b"\x80\x02]"), "damaged"),
    "bad-memo.pt": (lambda m: torch_zip(b"\x80\x02h\5."), "damaged"),
    "bomb.pt": (lambda m: torch_zip(bomb()), "too large|too deeply"),
    "cycle.pt": (lambda m: torch_zip(cycle()), "too deeply|too large"),
    "deep.pt": (lambda m: torch_zip(deep()), "too deeply|too large"),
    "missing-storage.pt": (lambda m: torch_zip(storage()), "missing"),
    "outside.pt": (lambda m: torch_zip(storage(numbers=(2, 4, 1)), {"0": bytes(16)}), "leaves"),
    "stride.pt": (
        lambda m: torch_zip(storage(numbers=(0, 4, 1 << 30)), {"0": bytes(16)}), "leaves"),
    "negative.pt": (lambda m: torch_zip(storage(numbers=(-4, 4, 1)), {"0": bytes(16)}), "badly"),
    "truncated.pt": (lambda m: torch_zip(storage(), {"0": bytes(1600)})[:900], "damaged"),
    "overlap.pt": (lambda m: overlapping_zip(), "overlaps"),
    "legacy.pt": (lambda m: b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02", "before 1.6"),
    "objects.npz": (
        lambda m: npz("w.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
                                   pickle.dumps(Evil(str(m))))), "pickled objects"),
    "code.npz": (lambda m: npz("w.npy", npy("__import__('os').system('true')")), "cannot be read"),
    "short.npz": (
        lambda m: npz("w.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9,)}")),
        "disagrees"),
    "bomb.npz": (lambda m: zip_bomb(), "claim to be"),
    "counts.gguf": (lambda m: gguf(1 << 60), "tensors and"),
    "string.gguf": (lambda m: gguf(0, 1, struct.pack("<Q", 1 << 60)), "ends inside"),
    "array.gguf": (
        lambda m: gguf(0, 1, struct.pack("<Q1sIIQ", 1, b"k", 9, 0, 1 << 60)), "ends inside"),
    "nested.gguf": (
        lambda m: gguf(0, 1, struct.pack("<Q1sI", 1, b"k", 9) + struct.pack("<IQ", 9, 1) * 9),
        "unknown type"),
    "far.gguf": (lambda m: gguf(1, 0, gguf_info(b"w", [4], 0, 1 << 40)), "ends inside"),
    "overlap.gguf": (
        lambda m: gguf(2, 0, gguf_info(b"a", [64], 0, 0) + gguf_info(b"b", [64], 0, 32))
        + bytes(2048), "overlaps"),
    "version.gguf": (lambda m: gguf(version=9), "version 9"),
    "cut.gguf": (lambda m: b"GGUF\3", "ends inside"),
    "short.onnx": (lambda m: onnx(b"\x08\x04\x10\x01\x42\x01w\x4a\x02xx"), "disagrees"),
    "escape.onnx": (
        lambda m: onnx(b"\x08\x04\x10\x01\x42\x01w\x70\x01\x6a\x13\x0a\x08location\x12\x07../../x"),
        "outside"),
    "cut.onnx": (lambda m: onnx(b"\x08\x04\x10\x01\x42\x01w")[:-2], "ends inside"),
}  # fmt: skip
