"""Code inside of other files: scripts and styles in HTML, fenced code in Markdown.

A conflict that lies wholly within one such stretch is merged as if the stretch were a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mergeassist.core.chunks import Conflict, MergedFile, from_chunks
from mergeassist.core.outcome import Proposal
from mergeassist.languages.profiles import BY_NAME
from mergeassist.languages.syntax import named_language, parse
from mergeassist.propose.context import Context
from mergeassist.propose.structure.region import MAX_BYTES, propose_structure

_FENCE = re.compile(rb"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`{]*)[^\n]*$", re.M)
_SHORT = {
    "py": "python", "python3": "python", "js": "javascript", "jsx": "javascript",
    "ts": "typescript", "yml": "yaml", "sh": "bash", "rb": "ruby", "rs": "rust",
    "cs": "csharp", "kt": "kotlin", "golang": "go", "jsonc": "json",
}  # fmt: skip
_SCRIPTS = {b"json": "json", b"typescript": "typescript", b"ts": "typescript"}
_CLOSING = (b"</script", b"</style", b"```", b"~~~")


class Stretch(NamedTuple):
    """Bytes `start:end` of a text, in a language of their own."""

    start: int
    end: int
    language: str


def propose_embedded(merged: MergedFile, context: Context) -> list[list[Proposal]]:
    """What structure proposes unjudged to each conflict that lies in embedded code."""
    result: list[list[Proposal]] = [[] for _ in merged.conflicts]
    ours = merged.side("ours")
    if context.language not in ("html", "markdown") or len(ours) > MAX_BYTES:
        return result
    stretches = list(_scripts(ours) if context.language == "html" else _fences(ours))
    at = index = 0
    for chunk in merged.chunks:
        if not isinstance(chunk, Conflict):
            at += len(chunk)
            continue
        stop = at + len(chunk.ours)
        within = (s for s in stretches if s.start <= at and stop <= s.end)
        stretch = next(within, None)
        if stretch is not None and not _closes(chunk):
            before, behind = ours[stretch.start : at], ours[stop : stretch.end]
            inner = from_chunks([before, chunk, behind])
            place = Context(language=stretch.language)
            result[index] = propose_structure((chunk,), inner, place, strict=True)[0]
        at, index = stop, index + 1
    return result


def _closes(conflict: Conflict) -> bool:
    return any(mark in side for side in conflict.sides for mark in _CLOSING)


def _fences(text: bytes) -> Iterator[Stretch]:
    """The fenced code of a Markdown text whose language is known."""
    opened: re.Match[bytes] | None = None
    for found in _FENCE.finditer(text):
        if opened is None:
            opened = found
        elif found[1].startswith(opened[1]) and not found[2]:
            language = _named(opened[2].decode("latin-1"))
            if language:
                yield Stretch(opened.end() + 1, found.start(), language)
            opened = None


def _named(word: str) -> str:
    return _SHORT.get(word.lower()) or named_language(word)


def _scripts(text: bytes) -> Iterator[Stretch]:
    """The scripts and styles of an HTML text."""
    tree = parse("html", text)
    stack: list[Any] = [] if tree is None else [tree.root_node]
    while stack:
        node = stack.pop()
        if node.type == "raw_text" and node.parent.type in ("script_element", "style_element"):
            language = "css"
            if node.parent.type == "script_element":
                tag = text[node.parent.start_byte : node.start_byte]
                kinds = (name for mark, name in _SCRIPTS.items() if mark in tag)
                language = next(kinds, "javascript")
            if language in BY_NAME:
                yield Stretch(node.start_byte, node.end_byte, language)
        stack += node.children
