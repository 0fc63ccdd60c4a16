"""YAML as our own files use it, read by the grammar that the package brings along."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import tree_sitter
import tree_sitter_yaml

_WORDS = {"true": True, "false": False, "null": None, "~": None}


def load(text: str) -> Any:
    """Mappings, sequences and scalars; raises `ValueError` for what does not parse."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_yaml.language()))
    root = parser.parse(text.encode()).root_node
    if root.has_error:
        raise ValueError("no YAML")
    return _value(root)


def _value(node: Any) -> Any:
    kind = node.type
    text = node.text.decode()
    if kind in ("block_mapping", "flow_mapping"):
        pairs = [child for child in node.named_children if child.type.endswith("_pair")]
        keys = [_value(pair.child_by_field_name("key")) for pair in pairs]
        assert len(keys) == len(set(keys)), keys
        values = [pair.child_by_field_name("value") for pair in pairs]
        return {key: None if value is None else _value(value)
                for key, value in zip(keys, values, strict=True)}  # fmt: skip
    if kind in ("block_sequence", "flow_sequence"):
        items = [child for child in node.named_children if child.type != "comment"]
        return [_value(item) for item in items]
    if kind == "double_quote_scalar":
        return json.loads(text)
    if kind == "single_quote_scalar":
        return text[1:-1].replace("''", "'")
    if kind == "block_scalar":
        first, _, rest = text.partition("\n")
        assert first == "|", first
        return textwrap.dedent(rest)
    if kind == "plain_scalar":
        return _WORDS.get(text, int(text) if text.isdecimal() else text)
    inner = [child for child in node.named_children if child.type != "comment"]
    return _value(inner[0]) if inner else None
