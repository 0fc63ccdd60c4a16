"""Trees of line-based formats (properties, ini, go.mod, go.sum, requirements), as tree-sitter's.

No grammar wheel exists for them and none is needed: a file is a list of entries, in sections
that begin with `[name]` or blocks between `word (` and `)`.  A `Node` has what the structural
merge and the parse checks ask of tree-sitter's nodes, and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

KINDS = frozenset(
    {"document", "section", "header", "block", "open", "close", "entry", "key", "value", "comment"}
)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_KEYS = {
    "properties": re.compile(rb"(?:\\.|[^\s=:\\])+"),
    "ini": re.compile(rb"[^=:\n]*[^=:\s]"),
    "gomod": re.compile(rb"\S+"),
    "gosum": re.compile(rb"\S+ \S+"),
    "requirements": re.compile(rb"[A-Za-z0-9._-]+|\S+"),
}
_COMMENTS = {
    "properties": (b"#", b"!"),
    "ini": (b";", b"#"),
    "gomod": (b"//",),
    "gosum": (),
    "requirements": (b"#",),
}


class Node:
    """A stretch of the text; children in order, leaves where there are none."""

    def __init__(self, kind: str, start: int, end: int, children: list[Node] | None = None) -> None:
        self.type, self.start_byte, self.end_byte = kind, start, end
        self.children = children or []
        self.parent: Node | None = None
        self.start_point = (0, 0)
        self.has_error = False
        self.is_named = True
        for child in self.children:
            if isinstance(child, Node):
                child.parent = self

    @property
    def child_count(self) -> int:
        """How many children there are."""
        return len(self.children)

    @property
    def named_children(self) -> list[Node]:
        """All children: there is no punctuation."""
        return self.children

    @property
    def named_child_count(self) -> int:
        """The same as `child_count`."""
        return len(self.children)

    def child_by_field_name(self, name: str) -> Node | None:
        """The first child of that type: types are the fields."""
        return next(iter(self.children_by_field_name(name)), None)

    def children_by_field_name(self, name: str) -> list[Node]:
        """The children of that type."""
        return [child for child in self.children if child.type == name]


class Tree(NamedTuple):
    """What a parser returns; `edit` has nothing to do, as each parse is a whole one."""

    root_node: Node

    def copy(self) -> Tree:
        """Itself: a tree is not changed."""
        return self

    def edit(self, **_: object) -> None:
        """Nothing to remember."""


def parse_lines(text: bytes, form: str) -> Tree:
    """The tree of a text in one of the five forms; never fails."""
    document: list[Node] = []
    inner = document
    opened: tuple[str, int] = ("", 0)

    def close(end: int) -> None:
        nonlocal inner
        if inner is not document:
            document.append(Node(opened[0], opened[1], end, inner))
            inner = document

    end = 0
    for line, start, stop in _logical_lines(text, form):
        stripped = line.strip()
        if form == "ini" and stripped.startswith(b"["):
            close(end)
            inner, opened = [_leaf("header", start, stop)], ("section", start)
        elif form == "gomod" and stripped.endswith(b"("):
            close(end)
            inner, opened = [_leaf("open", start, stop)], ("block", start)
        elif form == "gomod" and stripped == b")" and inner is not document:
            inner.append(_leaf("close", start, stop))
            close(stop)
        elif stripped.startswith(_COMMENTS[form]):
            inner.append(_leaf("comment", start, stop))
        else:
            inner.append(_entry(text, start, stop, form))
        end = stop
    close(end)
    root = Node("document", document[0].start_byte if document else 0, len(text), document)
    _number(root, text)
    return Tree(root)


def _logical_lines(text: bytes, form: str) -> Iterator[tuple[bytes, int, int]]:
    """Lines that hold anything, continued ones in one piece: text, start and end of content."""
    at = start = 0
    continued = False
    for line in _LINE.findall(text):
        start = start if continued else at
        at += len(line)
        bare = line.rstrip(b"\r\n")
        comment = text[start:at].lstrip().startswith(_COMMENTS[form])
        continued = form == "properties" and not comment and _escapes_end(bare) and at < len(text)
        if continued:
            continue
        content = text[start:at]
        if content.strip():
            left = start + len(content) - len(content.lstrip())
            yield content, left, start + len(content.rstrip())


def _escapes_end(line: bytes) -> bool:
    return (len(line) - len(line.rstrip(b"\\"))) % 2 == 1


def _leaf(kind: str, start: int, stop: int) -> Node:
    return Node(kind, start, stop)


def _entry(text: bytes, start: int, stop: int, form: str) -> Node:
    found = _KEYS[form].match(text, start, stop)
    if found is None or found.end() == stop:
        return Node("entry", start, stop, [_leaf("key", start, stop)])
    rest = text[found.end() : stop]
    left = found.end() + len(rest) - len(rest.lstrip())
    return Node(
        "entry", start, stop, [_leaf("key", start, found.end()), _leaf("value", left, stop)]
    )


def _number(root: Node, text: bytes) -> None:
    """Give every node its line."""
    line = at = 0
    stack = [root]
    while stack:
        node = stack.pop()
        if node.start_byte >= at:
            line, at = line + text.count(b"\n", at, node.start_byte), node.start_byte
        node.start_point = (line, 0)
        stack += reversed(node.children)
