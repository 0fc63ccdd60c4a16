"""A syntax node's children as units: what moves, merges and is printed in one piece.

A unit is a child with the comments and attributes that document it, the separator behind it and
a comment on the rest of its line.  What a grammar leaves uncovered becomes a unit of its own, so
that nothing but white space stands between two units.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, NamedTuple

from mergeassist.languages.lines import Node
from mergeassist.languages.profiles import Groups, Profile

Key = tuple[str, ...]
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+|[^\sA-Za-z0-9_\x80-\xff]")
_OPERATOR = re.compile(rb"[-+*/%&|^<>=!?~@$:.]{1,3}|and|or|xor")
_ACCESS = (b".", b"?.", b"->", b"?->", b"::")  # before a member: no operands
_MOST_PARTS = 6  # of a binary expression: some grammars set a call beside its name
_MOST_LINKS = 1_000  # of a chain
_NAMED_BY = ("name", "key")
_THROUGH = ("definition", "declaration", "declarator", "left")


class Unit(NamedTuple):
    """Bytes `start:end` of the source: leading comments, then the node from `core` on.

    `separator` (with the white space before it) and `trail` (a comment on the same line) follow
    the unit; `stop` is their end.
    """

    start: int
    core: int
    end: int
    stop: int
    separator: bytes
    trail: bytes
    node: Any | None
    kind: str


class Source(NamedTuple):
    """One version of the file, to cut texts from; it differs from the others in `start:stop`."""

    text: bytes
    profile: Profile
    start: int
    stop: int

    def touches(self, unit: Unit) -> bool:
        """Whether a unit reaches into the part that differs."""
        return unit.start <= self.stop and unit.stop >= self.start

    def cut(self, unit: Unit) -> bytes:
        """A unit's own text, without separator and trailing comment."""
        return self.text[unit.start : unit.end]


def words_of(text: bytes) -> tuple[bytes, ...]:
    """The text without its layout, to compare."""
    return tuple(_WORD.findall(text))


def units_of(node: Any, source: Source) -> list[Unit]:
    """The units of a node in order."""
    profile, text = source.profile, source.text
    units: list[Unit] = []
    pending: list[tuple[int, int]] = []  # leading comments and attributes not yet claimed
    at = node.start_byte

    def flush() -> None:
        units.extend(Unit(s, s, e, e, b"", b"", None, "comment") for s, e in pending)
        pending.clear()

    for child in _children(node, source):
        start, end = child.start_byte, _trimmed_end(text, child.start_byte, child.end_byte)
        gap = text[at:start]
        if gap.strip():
            flush()
            left = at + len(gap) - len(gap.lstrip())
            right = _trimmed_end(text, at, start)
            units.append(Unit(left, left, right, right, b"", b"", None, "text"))
            gap = text[right:start]
        if end <= start:
            continue
        at = max(at, end)
        kind = _kind(child, source)
        if kind in profile.comments or kind in profile.leading:
            if pending and gap.count(b"\n") > 1:
                flush()
            on_line = b"\n" not in gap and not pending and kind in profile.comments
            if on_line and units and _ends_line(text, end) and units[-1].node is not None:
                last = units[-1]
                units[-1] = last._replace(stop=end, trail=text[last.stop : end])
            else:
                pending.append((start, end))
            continue
        previous = units[-1] if units and not pending else None
        known = kind in profile.separators or f"{node.type}:{kind}" in profile.separators
        separates = known and not child.is_named
        if separates and previous and not previous.separator and previous.kind != "text":
            units[-1] = previous._replace(stop=end, separator=text[previous.end : end])
            continue
        if pending and (gap.count(b"\n") > 1 or (not child.is_named and _closes(text[start:end]))):
            flush()
        first = pending[0][0] if pending else start
        pending.clear()
        units.append(Unit(first, start, end, end, b"", b"", child, kind))
    rest = text[at : node.end_byte]
    flush()
    if rest.strip():
        left = at + len(rest) - len(rest.lstrip())
        right = _trimmed_end(text, at, node.end_byte)
        units.append(Unit(left, left, right, right, b"", b"", None, "text"))
    return units


def _children(node: Any, source: Source) -> list[Any]:
    """The children, where a list is a chain of pairs (`a | b | c`) those of the whole chain."""
    profile = source.profile
    children: list[Any] = node.children
    if profile.unwrapped:
        whole = [[c] if c.type not in profile.unwrapped else c.children for c in children]
        children = [child for inner in whole for child in inner]
    if node.type in profile.chains or within(node) in profile.chains:
        while children and children[0].type == node.type:
            children = [*children[0].children, *children[1:]]
        return children
    children = _operands(node, children, source)
    return _joined(children, profile) if profile.joined else children


def _operands(node: Any, children: list[Any], source: Source) -> list[Any]:
    """The children; of a chain of one operator all, or an operand added to it shifts the others."""
    operator = operator_of(node, source)
    if not operator:
        return children
    first, last = children[0], children[-1]
    before: list[list[Any]] = []
    behind: list[list[Any]] = []
    while (left := _chained(first, node, source, operator)) is not None and _goes_on(behind):
        behind.append(left.children[1:])
        first = left.children[0]
    while (right := _chained(last, node, source, operator)) is not None and _goes_on(before):
        before.append(right.children[:-1])
        last = right.children[-1]
    inner = [*reversed(behind), children[1:-1], *before]
    return [first, *(child for part in inner for child in part), last]


def _goes_on(links: list[list[Any]]) -> bool:
    return len(links) < _MOST_LINKS


def _chained(inner: Any, node: Any, source: Source, operator: bytes) -> Any | None:
    """The operand, if it is an expression with the same operator."""
    while inner.child_count == 1 and inner.type != node.type:
        inner = inner.children[0]
    same = inner.type == node.type and operator_of(inner, source) == operator
    return inner if same else None


def operator_of(node: Any, source: Source) -> bytes:
    """What stands between the operands of a binary expression; empty for all else."""
    if not 3 <= node.child_count <= _MOST_PARTS:
        return b""
    found = [
        text
        for child in node.children[1:-1]
        if child.end_byte - child.start_byte <= 3
        and _OPERATOR.fullmatch(text := source.text[child.start_byte : child.end_byte])
    ]
    if len(found) != 1 or (found[0] in _ACCESS and "binary" not in node.type):
        return b""
    return found[0]


def within(node: Any) -> str:
    """A node's type with its parent's, as profiles name both."""
    return f"{node.parent.type}>{node.type}" if node.parent is not None else ""


def _kind(child: Any, source: Source) -> str:
    """A child's type, told further by a field's type or text where the profile says so."""
    refined = source.profile.refined.get(child.type)
    field = child.child_by_field_name(refined[0]) if refined is not None else None
    if refined is None or field is None:
        return str(child.type)
    for word in (field.type, source.text[field.start_byte : field.end_byte].decode("latin-1")):
        if word in refined[1]:
            return f"{child.type}:{word}"
    return str(child.type)


def _joined(children: list[Any], profile: Profile) -> list[Any]:
    """The children, with a signature and the body that the grammar sets behind it as one."""
    result: list[Any] = []
    for child in children:
        before = result[-1] if result else None
        if before is not None and profile.joined.get(before.type) == child.type:
            pair = Node(before.type, before.start_byte, child.end_byte, [before, child])
            pair.start_point, pair.parent = before.start_point, before.parent
            result[-1] = pair
        else:
            result.append(child)
    return result


def _trimmed_end(text: bytes, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip())


def _ends_line(text: bytes, end: int) -> bool:
    line_end = text.find(b"\n", end)
    return not text[end : len(text) if line_end < 0 else line_end].strip()


def _closes(token: bytes) -> bool:
    return token in (b")", b"]", b"}", b">", b"end")


def groups_of(node: Any, source: Source) -> Groups:
    """The kinds of children that may pass each other in this node."""
    profile = source.profile
    groups = profile.commutative.get(node.type) or profile.commutative.get(within(node))
    if groups is None and node.type in profile.named_sets and node.parent is not None:
        fields = (node.parent.child_by_field_name(field) for field in ("left", "name"))
        left = next((child for child in fields if child is not None), node.parent.children[0])
        name = source.text[left.start_byte : left.end_byte].split(b">")[0].split()[0].lstrip(b"<")
        if name.decode("latin-1") in profile.named_sets[node.type]:
            groups = (frozenset(child.type for child in node.named_children),)
    return groups or ()


def signature(unit: Unit, source: Source) -> Key | None:
    """What makes two units the same declaration, import or entry; `None` where nothing does."""
    node = unit.node
    if node is None:
        return None
    text = source.text[unit.core : min(unit.end, unit.core + 12)].decode("latin-1")
    if text in source.profile.one_of and node.type not in source.profile.commutative:
        return ("one of",)
    if not (node.is_named or unit.kind in source.profile.signatures):
        return None
    spec = source.profile.signatures.get(unit.kind)
    if spec is not None:
        for path in spec.split("/"):
            found: list[bytes] = []
            for part in path.split("+"):
                texts = _follow(node, part.split("."), source.text)
                found.append(b",".join(b"".join(text.split()) for text in texts))
            if any(found):
                return (unit.kind, *(text.decode("latin-1") for text in found))
        return None
    return _usual(node, source.text, unit.kind)


def _usual(node: Any, text: bytes, kind: str) -> Key | None:
    for _ in range(4):
        for field in _NAMED_BY:
            child = node.child_by_field_name(field)
            if child is not None:
                name = text[child.start_byte : child.end_byte]
                return (kind, b"".join(name.split()).decode("latin-1"))
        for field in _THROUGH:
            child = node.child_by_field_name(field)
            if child is not None:
                break
        else:
            return None
        if child.child_count == 0 or field == "left":
            name = text[child.start_byte : child.end_byte]
            return (kind, b"".join(name.split()).decode("latin-1"))
        node = child
    return None


def _follow(node: Any, steps: list[str], text: bytes) -> list[bytes]:
    """The texts at the end of a path of fields and node types."""
    nodes = [node]
    for step in steps:
        reached: list[Any] = []
        for here in nodes:
            if step == "*":
                reached += here.named_children or [here]
                continue
            if step == "1":
                reached = reached or [here]
                continue
            if step.startswith("@"):
                reached += [here] if _tag_around(here, text) in step.split("@") else []
                continue
            if "~" in step:
                kind, *names = step.split("~")
                reached += [
                    child
                    for child in here.children
                    if child.type == kind and _tag(child, text) in names
                ]
                continue
            if step.startswith("^"):
                reached += [
                    child
                    for child, following in pairwise(here.children)
                    if following.type == step[1:]
                ]
                continue
            by_field = here.children_by_field_name(step)
            reached += by_field or [child for child in here.children if child.type == step]
        nodes = reached
    return [text[found.start_byte : found.end_byte] for found in nodes]


def _tag(node: Any, text: bytes) -> str:
    """The name in an element's start tag."""
    opened = text[node.start_byte : node.start_byte + 200].split(b">")[0].strip(b"</")
    return opened.split()[0].decode("latin-1") if opened.split() else ""


def _tag_around(node: Any, text: bytes) -> str:
    outer = node.parent.parent if node.parent is not None else None
    return _tag(outer, text) if outer is not None else ""
