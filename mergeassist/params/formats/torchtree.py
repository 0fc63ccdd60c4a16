"""The containers of a torch checkpoint as flat paths, and back.

`Tree` walks an inert pickle once: mappings (and sequences that hold tensors) become paths such as
`model.layer.0.weight`; every other value is a leaf, frozen so that it can be compared.
`rebuild` is the inverse, with the values that the merge settled on.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.formats.pickles import DEPTH_LIMIT, Call, Global, Items, Persistent

FREE_NODES, NODES_A_BYTE = 200_000, 20
_DROPPED = object()
_MAPPINGS = {("collections", "OrderedDict"), ("collections", "defaultdict")}


class Tree:
    """Paths of one checkpoint: `tensors` (nodes), `leaves` (nodes) and `frozen` (values).

    `size` is the pickle's length: a tree that unfolds to far more nodes than that is a bomb.
    """

    def __init__(self, path: Path, root: Any, is_tensor: Callable[[Any], bool], size: int) -> None:
        self.path, self.root, self.is_tensor = path, root, is_tensor
        self.tensors: dict[str, Any] = {}
        self.leaves: dict[str, Any] = {}
        self.frozen: dict[str, Hashable] = {}
        self._budget = FREE_NODES + NODES_A_BYTE * size
        self._holds: dict[int, bool] = {}
        self._walk(root, "", 0)

    def _spend(self, depth: int) -> None:
        self._budget -= 1
        if self._budget < 0 or depth > DEPTH_LIMIT:
            raise UnsafeInputError(self.path, "its pickle is nested too deeply or too large")

    def _walk(self, node: Any, at: str, depth: int) -> None:
        self._spend(depth)
        if self.is_tensor(node):
            self._unique(at)
            self.tensors[at] = node
            return
        inside = self.children(node, at, depth)
        if not inside:
            self._unique(at)
            self.leaves[at] = node
            self.frozen[at] = self._freeze(node, depth)
            return
        for path, _, value in inside:
            self._walk(value, path, depth + 1)

    def _unique(self, at: str) -> None:
        if at in self.tensors or at in self.leaves:
            raise InputError(self.path, f"two values are both called {at!r}")

    def children(self, node: Any, at: str, depth: int = 0) -> list[tuple[str, Any, Any]]:
        """(path, key, value) of what a container holds; empty for leaves and empty containers."""
        pairs = mapping_pairs(node)
        if pairs is not None and all(isinstance(key, str | int) for key, _ in pairs):
            found = [(_join(at, key), key, value) for key, value in pairs]
            if isinstance(node, Call) and found and node.state is not None:
                found.append((_join(at, "__state__"), None, node.state))
            return found
        if isinstance(node, Items) and node.kind in ("list", "tuple"):
            if self._holds_tensor(node, depth):
                return [(_join(at, i), i, value) for i, value in enumerate(node.values)]
        elif isinstance(node, Call) and self._holds_tensor(node, depth):
            raise InputError(
                self.path, f"{at!r} is a tensor inside {'.'.join(node.key)}", "save plain tensors"
            )
        return []

    def _holds_tensor(self, node: Any, depth: int) -> bool:
        self._spend(depth)
        if self.is_tensor(node) or isinstance(node, Persistent):
            return True
        if not isinstance(node, Items | Call):
            return False
        known = self._holds.get(id(node))
        if known is None:
            # A cycle meets this provisional answer instead of itself.
            self._holds[id(node)] = False
            known = any(self._holds_tensor(part, depth + 1) for part in _parts(node))
            self._holds[id(node)] = known
        return known

    def _freeze(self, node: Any, depth: int) -> Hashable:
        """A hashable value equal for equal nodes; floats by their bits, so that NaN is itself."""
        self._spend(depth)
        if isinstance(node, float):
            return ("float", struct.pack(">d", node))
        if isinstance(node, Global):
            return ("global", *node.key)
        if isinstance(node, Items):
            return (node.kind, *(self._freeze(value, depth + 1) for value in _parts(node)))
        if isinstance(node, Call):
            return ("call", *(self._freeze(value, depth + 1) for value in _parts(node)))
        if isinstance(node, Persistent):
            return ("persistent", self._freeze(node.id, depth + 1))
        if node is not None and not isinstance(node, bool | int | str | bytes):
            raise InputError(self.path, "its pickle is damaged (a mark as a value)")
        return (type(node).__name__, node)


def mapping_pairs(node: Any) -> list[tuple[Any, Any]] | None:
    """The (key, value) pairs of a dict, OrderedDict or defaultdict node, else `None`."""
    if isinstance(node, Items) and node.kind == "dict":
        return node.values
    if isinstance(node, Call) and node.key in _MAPPINGS and not node.values:
        return node.items
    return None


def _parts(node: Any) -> list[Any]:
    if isinstance(node, Items):
        if node.kind == "dict":
            return [part for pair in node.values for part in pair]
        return node.values
    flat = [part for pair in node.items for part in pair]
    return [node.function, node.arguments, *flat, *node.values, node.state]


def _join(at: str, key: Any) -> str:
    return f"{at}.{key}" if at else str(key)


def rebuild(trees: list[Tree], settled: Mapping[str, Hashable], tensors: Mapping[str, Any]) -> Any:
    """The merged tree: containers as in the first tree that has them, settled values inside.

    `settled` maps paths to frozen values of one of `trees`, `tensors` to tensor nodes; a path in
    neither is left out.  Raises ValueError where nothing is left.
    """
    leaves = {}
    for path, value in settled.items():
        leaves[path] = next(t.leaves[path] for t in trees if t.frozen.get(path, _DROPPED) == value)
    root = _rebuild([(tree, tree.root) for tree in trees], "", {**leaves, **tensors})
    if root is _DROPPED:
        raise ValueError("the merged checkpoint is empty")
    return root


def _rebuild(nodes: list[tuple[Tree, Any]], at: str, settled: Mapping[str, Any]) -> Any:
    if at in settled:
        return settled[at]
    containers = [(t, n, inside) for t, n in nodes if (inside := t.children(n, at))]
    if not containers:
        return _DROPPED
    merged: dict[str, tuple[Any, list[tuple[Tree, Any]]]] = {}
    for tree, _, inside in containers:
        for path, key, value in inside:
            merged.setdefault(path, (key, []))[1].append((tree, value))
    kept = []
    for path, (key, versions) in merged.items():
        value = settled[path] if path in settled else _rebuild(versions, path, settled)
        if value is not _DROPPED:
            kept.append((key, value))
    return _container(containers[0][1], kept) if kept else _DROPPED


def _container(like: Any, kept: list[tuple[Any, Any]]) -> Any:
    if isinstance(like, Call):
        copy = Call(like.function, like.arguments, like.new)
        copy.items = [(key, value) for key, value in kept if key is not None]
        copy.state = next((value for key, value in kept if key is None), None)
        return copy
    if like.kind == "dict":
        return Items("dict", kept)
    return Items(like.kind, [value for _, value in kept])
