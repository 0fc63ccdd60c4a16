"""Pickle as data: an interpreter that builds inert descriptions, and its inverse.

Nothing is imported or called.  A global is a name; calling one is a `Call` node that says so.
Names that are not on the allow-list are refused all the same, so that a hostile file is not
carried into the merge and loaded by the next tool.  Opcodes: `pickletools` in the standard
library.
"""

from __future__ import annotations

import io
import pickletools
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError, UnsafeInputError

OPCODE_LIMIT = 20_000_000
DEPTH_LIMIT = 200

_STORAGES = (
    "Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool",
    "ComplexFloat", "ComplexDouble", "Untyped",
)  # fmt: skip
ALLOWED: frozenset[tuple[str, str]] = frozenset({
    ("collections", "OrderedDict"), ("collections", "defaultdict"), ("collections", "Counter"),
    ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "dict"), ("builtins", "list"),
    ("builtins", "complex"), ("builtins", "bytearray"), ("builtins", "slice"),
    ("builtins", "int"), ("builtins", "float"), ("builtins", "bool"), ("builtins", "str"),
    ("__builtin__", "set"), ("__builtin__", "frozenset"),
    ("__builtin__", "complex"), ("__builtin__", "bytearray"),
    ("__builtin__", "list"), ("__builtin__", "dict"), ("__builtin__", "slice"),
    ("_codecs", "encode"),
    ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"),
    ("__builtin__", "object"), ("builtins", "object"),
    ("argparse", "Namespace"), ("types", "SimpleNamespace"),
    ("datetime", "datetime"), ("datetime", "date"), ("datetime", "timedelta"),
    ("pathlib", "PosixPath"), ("pathlib", "PurePosixPath"), ("pathlib", "Path"),
    ("numpy", "ndarray"), ("numpy", "dtype"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core")
      for name in ("_reconstruct", "scalar")),
    ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"),
    ("torch", "device"), ("torch", "Size"), ("torch", "Tensor"), ("torch.nn", "Parameter"),
    *(("torch", f"{name}Storage") for name in _STORAGES),
    ("torch.storage", "UntypedStorage"), ("torch.storage", "TypedStorage"),
    *(("torch", name) for name in (
        "float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8",
        "bool", "complex64", "complex128", "uint16", "uint32", "uint64", "float8_e4m3fn",
        "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu", "strided",
        "contiguous_format", "channels_last", "preserve_format")),
    *(("torch._utils", name) for name in (
        "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
        "_rebuild_parameter_with_state")),
    ("torch.serialization", "_get_layout"), ("torch._tensor", "_rebuild_from_type_v2"),
})  # fmt: skip


class Global:
    """The name of an importable object; never imported."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    @property
    def key(self) -> tuple[str, str]:
        """(module, name)."""
        return (self.module, self.name)


class Items:
    """`{...}` (kind "dict"), `[...]`, `(...)` or a set: pairs or values in order."""

    __slots__ = ("kind", "values")

    def __init__(self, kind: str, values: list[Any]) -> None:
        self.kind, self.values = kind, values


class Call:
    """`function(*arguments)` that nobody makes; `new` for NEWOBJ, `state` for BUILD.

    `items` and `values` are what SETITEMS and APPENDS would have put in the result.
    """

    __slots__ = ("arguments", "function", "items", "new", "state", "values")

    def __init__(self, function: Any, arguments: Any, new: bool) -> None:
        self.function, self.arguments, self.new = function, arguments, new
        self.state: Any = None
        self.items: list[tuple[Any, Any]] = []
        self.values: list[Any] = []

    @property
    def key(self) -> tuple[str, str]:
        """(module, name) of the function, or empty strings."""
        return self.function.key if isinstance(self.function, Global) else ("", "")


class Persistent:
    """A persistent id: in PyTorch, a storage."""

    __slots__ = ("id",)

    def __init__(self, identity: Any) -> None:
        self.id = identity


class _Mark:
    __slots__ = ()


MARK = _Mark()


class _Machine:
    """The pickle machine over inert nodes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, content: bytes) -> Any:
        for steps, (opcode, argument, _) in enumerate(pickletools.genops(io.BytesIO(content))):
            if steps > OPCODE_LIMIT:
                raise UnsafeInputError(self.path, "the pickle has too many steps")
            if opcode.name == "STOP":
                return self.stack.pop()
            self._step(opcode.name, argument)
        raise ValueError("no STOP")

    def _step(self, name: str, argument: Any) -> None:
        if name in _PUSH:
            self.stack.append(argument)
        elif name in _MAKE:
            self.stack.append(_MAKE[name]())
        elif name in ("PROTO", "FRAME"):
            pass
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            self.stack.append(self.memo[int(argument)])
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self.memo[int(argument)] = self.stack[-1]
        else:
            handler = _HANDLERS.get(name)
            if handler is None:
                raise UnsafeInputError(self.path, f"the pickle uses opcode {name}")
            handler(self, argument)

    def memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def tail(self) -> list[Any]:
        """Everything above the last mark."""
        at = len(self.stack) - 1
        while self.stack[at] is not MARK:
            at -= 1
            if at < 0:
                raise ValueError("no mark")
        found = self.stack[at + 1 :]
        del self.stack[at:]
        return found

    def set_items(self, flat: list[Any]) -> None:
        target = self.stack[-1]
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        if isinstance(target, Call):
            target.items.extend(pairs)
        elif isinstance(target, Items) and target.kind == "dict":
            target.values.extend(pairs)
        else:
            raise ValueError("items set on something else than a mapping")

    def append(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, Call | Items) or getattr(target, "kind", "") in ("dict", "tuple"):
            raise ValueError("values appended to something else than a list")
        target.values.extend(values)

    def name(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise ValueError("a global's name is not text")
        if (module, name) not in ALLOWED:
            raise UnsafeInputError(
                self.path, f"the pickle names {module}.{name}, which could run code",
                "save tensors and plain values only (a state_dict, or safetensors)",
            )  # fmt: skip
        self.stack.append(Global(module, name))

    def call(self, new: bool) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if not isinstance(function, Global) or not isinstance(arguments, Items):
            raise ValueError("a call of something that is not a name")
        self.stack.append(Call(function, arguments, new))

    def build(self, _: Any) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if not isinstance(target, Call):
            raise ValueError("state set on something else than an object")
        target.state = state

    def stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.name(module, name)

    def take(self, count: int, kind: str) -> None:
        values = self.stack[len(self.stack) - count :]
        if len(values) != count:
            raise ValueError("stack underflow")
        del self.stack[len(self.stack) - count :]
        self.stack.append(Items(kind, values))

    def dictionary(self, _: Any) -> None:
        flat = self.tail()
        self.stack.append(Items("dict", list(zip(flat[::2], flat[1::2], strict=True))))


_PUSH = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "UNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "STRING", "BINSTRING", "SHORT_BINSTRING",
})  # fmt: skip
_MAKE: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False,
    "EMPTY_DICT": lambda: Items("dict", []), "EMPTY_LIST": lambda: Items("list", []),
    "EMPTY_TUPLE": lambda: Items("tuple", []), "EMPTY_SET": lambda: Items("set", []),
    "MARK": lambda: MARK,
}  # fmt: skip
_HANDLERS: dict[str, Callable[[_Machine, Any], object]] = {
    "MEMOIZE": _Machine.memoize,
    "POP": lambda m, _: m.stack.pop(),
    "POP_MARK": lambda m, _: m.tail(),
    "DICT": _Machine.dictionary,
    "LIST": lambda m, _: m.stack.append(Items("list", m.tail())),
    "TUPLE": lambda m, _: m.stack.append(Items("tuple", m.tail())),
    "FROZENSET": lambda m, _: m.stack.append(Items("frozenset", m.tail())),
    "TUPLE1": lambda m, _: m.take(1, "tuple"),
    "TUPLE2": lambda m, _: m.take(2, "tuple"),
    "TUPLE3": lambda m, _: m.take(3, "tuple"),
    "SETITEM": lambda m, _: m.set_items([m.stack.pop(-2), m.stack.pop()]),
    "SETITEMS": lambda m, _: m.set_items(m.tail()),
    "APPEND": lambda m, _: m.append([m.stack.pop()]),
    "APPENDS": lambda m, _: m.append(m.tail()),
    "ADDITEMS": lambda m, _: m.append(m.tail()),
    "GLOBAL": lambda m, argument: m.name(*argument.split(" ", 1)),
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": lambda m, _: m.call(False),
    "NEWOBJ": lambda m, _: m.call(True),
    "BUILD": _Machine.build,
    "BINPERSID": lambda m, _: m.stack.append(Persistent(m.stack.pop())),
}


def read(path: Path, content: bytes) -> Any:
    """The inert tree of a pickle; raises InputError (damaged) or UnsafeInputError (hostile)."""
    try:
        return _Machine(path).run(content)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        reason = str(error) or type(error).__name__
        raise InputError(path, f"its pickle is damaged ({reason})", "fetch it again") from None


def write(tree: Any) -> bytes:
    """A protocol 2 pickle of an inert tree; nodes that appear twice are written once."""
    writer = _Writer()
    writer.node(tree, 0)
    return b"\x80\x02" + b"".join(writer.out) + b"."


class _Writer:
    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.memo: dict[int | tuple[str, str], int] = {}
        self.kept: list[Any] = []

    def node(self, node: Any, depth: int) -> None:
        if depth > DEPTH_LIMIT:
            raise ValueError("nested too deeply")
        scalar = _scalar(node)
        if scalar is not None:
            self.out.append(scalar)
            return
        key = node.key if isinstance(node, Global) else id(node)
        if key in self.memo:
            self.out.append(b"j" + struct.pack("<I", self.memo[key]))
            return
        if isinstance(node, Global):
            self.out.append(f"c{node.module}\n{node.name}\n".encode())
        elif isinstance(node, Persistent):
            self.node(node.id, depth + 1)
            self.out.append(b"Q")
        elif isinstance(node, Call):
            self._call(node, depth)
        else:
            self._items(node, depth)
        self.memo[key] = len(self.memo)
        self.out.append(b"r" + struct.pack("<I", self.memo[key]))

    def _call(self, node: Call, depth: int) -> None:
        self.node(node.function, depth + 1)
        self.node(node.arguments, depth + 1)
        self.out.append(b"\x81" if node.new else b"R")
        self._fill(node.items, node.values, depth)
        if node.state is not None:
            self.node(node.state, depth + 1)
            self.out.append(b"b")

    def _items(self, node: Items, depth: int) -> None:
        if node.kind == "dict":
            self.out.append(b"}")
            self._fill(node.values, [], depth)
        elif node.kind == "list":
            self.out.append(b"]")
            self._fill([], node.values, depth)
        elif node.kind == "tuple":
            self.out.append(b"(")
            for value in node.values:
                self.node(value, depth + 1)
            self.out.append(b"t")
        else:
            # Protocol 2 has no set opcodes: a call of the type on a list.
            arguments = Items("tuple", [Items("list", node.values)])
            # The memo knows nodes by identity, so this one must outlive it.
            self.kept.append(arguments)
            self.node(Global("__builtin__", node.kind), depth + 1)
            self.node(arguments, depth + 1)
            self.out.append(b"R")

    def _fill(self, pairs: list[tuple[Any, Any]], values: list[Any], depth: int) -> None:
        if pairs:
            self.out.append(b"(")
            for key, value in pairs:
                self.node(key, depth + 1)
                self.node(value, depth + 1)
            self.out.append(b"u")
        if values:
            self.out.append(b"(")
            for value in values:
                self.node(value, depth + 1)
            self.out.append(b"e")


def _scalar(node: Any) -> bytes | None:
    """The opcodes of a plain value, or `None` for a node."""
    if node is None:
        return b"N"
    if isinstance(node, bool):
        return b"\x88" if node else b"\x89"
    if isinstance(node, int):
        if -(1 << 31) <= node < 1 << 31:
            return b"J" + struct.pack("<i", node)
        data = node.to_bytes(node.bit_length() // 8 + 1, "little", signed=True)
        # LONG1 where it fits: PyTorch's own restricted reader knows no LONG4.
        short = len(data) < 256
        head = b"\x8a" + bytes([len(data)]) if short else b"\x8b" + struct.pack("<I", len(data))
        return head + data
    if isinstance(node, float):
        return b"G" + struct.pack(">d", node)
    if isinstance(node, str):
        data = node.encode("utf-8", "surrogatepass")
        return b"X" + struct.pack("<I", len(data)) + data
    if isinstance(node, bytes):
        # Python 3 only; protocol 2 readers of Python 3 accept the opcode.
        return b"B" + struct.pack("<I", len(node)) + node
    return None
