"""Which language a path is in, and whether a text parses in it.

Grammars are wheels of their own (`tree-sitter-<language>`): one is loaded when first asked for,
by name, so that importing this module costs nothing and a missing wheel only silences it.
"""

from __future__ import annotations

import importlib
import re
import warnings
from functools import cache
from typing import Any

from mergeassist.languages.lines import parse_lines
from mergeassist.languages.profiles import BY_NAME, INTERPRETERS, PROFILES, Profile

MAX_BYTES = 4_000_000
_CPP_HEADER = re.compile(rb"^\s*(?:class|namespace|template|using)\b|\bpublic:|::", re.M)
# The corpus and most users say typescript for both dialects, and css for its dialects.
_SPOKEN = {"tsx": "typescript", "scss": "css"}
# linguist's names that are not ours in lower case
_LINGUIST = {
    "c#": "csharp", "c++": "cpp", "shell": "bash", "java properties": "properties",
    "go module": "gomod", "terraform": "hcl", "makefile": "make", "verilog": "systemverilog",
    "json with comments": "json", "json5": "json", "jupyter notebook": "json", "less": "scss",
    "restructuredtext": "rst", "python console": "python", "svg": "xml", "dotenv": "properties",
}  # fmt: skip


@cache
def _by_ending() -> dict[str, str]:
    return {ending: profile.name for profile in PROFILES for ending in profile.extensions}


@cache
def _by_file_name() -> dict[str, str]:
    return {name: profile.name for profile in PROFILES for name in profile.filenames}


def language_of(path: str, head: bytes = b"") -> str:
    """The language's id by file name, ending, then first line; empty where unknown."""
    name = dialect_of(path, head)
    return _SPOKEN.get(name, name)


def dialect_of(path: str, head: bytes = b"") -> str:
    """Like `language_of`, but tells TSX from TypeScript and SCSS from CSS."""
    file_name = re.split(r"[/\\]", path)[-1]
    known = _by_file_name().get(file_name)
    if known:
        return known
    dot = file_name.rfind(".")
    known = _by_ending().get(file_name[dot:].lower(), "") if dot >= 0 else ""
    if known == "c" and file_name.endswith(".h") and _CPP_HEADER.search(head):
        return "cpp"
    if known or not head.startswith(b"#!"):
        return known
    command = head[2:].split(b"\n", 1)[0].split()
    names = [word.rsplit(b"/", 1)[-1].rstrip(b".0123456789") for word in command]
    if names[:1] == [b"env"]:
        names = [name for name in names[1:] if not name.startswith(b"-")]
    return INTERPRETERS.get(names[0], "") if names else ""


def named_language(name: str) -> str:
    """The id of a language by our own name or linguist's (`C++`, `Java-Properties`); or empty."""
    plain = name.strip().lower().replace("-", " ")
    known = _LINGUIST.get(plain, plain.replace(" ", "-"))
    return known if known in BY_NAME else ""


def profile_of(language: str, path: str = "") -> Profile | None:
    """The profile to parse a file with; `path` decides between dialects."""
    if language in ("typescript", "css"):
        dialect = dialect_of(path)
        if _SPOKEN.get(dialect) == language:
            language = dialect
    return BY_NAME.get(language)


@cache
def parser_of(name: str) -> Any | None:
    """The tree-sitter parser of a profile; `None` where the grammar is not installed."""
    profile = BY_NAME.get(name)
    if profile is None or profile.grammar is None or not profile.grammar[0]:
        return None
    module, function = profile.grammar
    try:
        tree_sitter = importlib.import_module("tree_sitter")
        grammar = getattr(importlib.import_module(module), function)()
        with warnings.catch_warnings():  # a few wheels hand out a bare address
            warnings.simplefilter("ignore", DeprecationWarning)
            return tree_sitter.Parser(tree_sitter.Language(grammar))
    except (ImportError, AttributeError, ValueError):
        return None


def has_tree(name: str) -> bool:
    """Whether texts of a language can be parsed here: prose has a tree, but none to merge by."""
    profile = BY_NAME.get(name)
    if profile is None or profile.grammar is None or profile.prose:
        return False
    return not profile.grammar[0] or parser_of(name) is not None


def parse(name: str, text: bytes, old_tree: Any = None) -> Any | None:
    """The syntax tree of a text, `None` where the language cannot be parsed here."""
    profile = BY_NAME.get(name)
    if profile is not None and profile.grammar is not None and not profile.grammar[0]:
        return parse_lines(text, profile.grammar[1]) if len(text) <= MAX_BYTES else None
    parser = parser_of(name) if len(text) <= MAX_BYTES else None
    if parser is None:
        return None
    return parser.parse(text, old_tree) if old_tree is not None else parser.parse(text)


def parses(language: str, text: bytes, path: str = "") -> bool | None:
    """Whether a text is without syntax errors; `None` where that cannot be told."""
    profile = profile_of(language, path)
    if profile is None:
        return None
    tree = parse(profile.name, text)
    if tree is None:
        return None
    if tree.root_node.has_error and language == "typescript" and not path:
        tree = parse("tsx", text)  # the id names both dialects
    return tree is not None and not tree.root_node.has_error
