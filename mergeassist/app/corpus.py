"""The corpus of real conflicts: reading it, and locating what people committed.

Format: one zstandard-compressed JSON-lines file a repository, one line a conflicted file
(`base`, `ours`, `theirs`, `resolved`, `path`, `language` and evidence fields).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.diff import UNMATCHED, match
from mergeassist.core.tokens import split_lines
from mergeassist.errors import InputError
from mergeassist.propose.context import Context

Record = dict[str, Any]


def corpus_files(paths: list[Path]) -> list[Path]:
    """Every `*.jsonl` and `*.jsonl.zst` file named by or standing below `paths`.

    Raises `InputError` for a path that holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted([*path.rglob("*.jsonl"), *path.rglob("*.jsonl.zst")])
        else:
            below = [path] if path.is_file() else []
        if not below:
            raise InputError(path, "no corpus here", "name a .jsonl or .jsonl.zst file or a folder")
        found += below
    return found


def read_lines(path: Path) -> Iterator[str]:
    """The lines of one corpus file, decompressed as they are read."""
    if path.suffix != ".zst":
        with path.open(encoding="utf-8") as text:
            yield from text
        return
    import zstandard

    with (
        path.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as reader,
        io.TextIOWrapper(reader, encoding="utf-8") as text,
    ):
        yield from text


def read_records(path: Path) -> Iterator[Record]:
    """The records of one corpus file."""
    return map(json.loads, read_lines(path))


def encode(text: str) -> bytes:
    """JSON text to file bytes; lone surrogates stand for bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def context_of(record: Record) -> Context:
    """What may be known at merge time of one record: never `resolved`, never the outcome."""
    return Context(
        path=record.get("path") or "",
        language=record.get("language") or "",
        base=encode(record["base"]),
        ours=encode(record["ours"]),
        theirs=encode(record["theirs"]),
        message=record.get("message"),
        times=tuple(record["times"]) if record.get("times") else None,
        authors=tuple(record["authors"]) if record.get("authors") else None,
        conflicted_files=record.get("conflicted_files"),
        history=record.get("history"),
    )


def committed_texts(merged: MergedFile, resolved: bytes) -> list[bytes | None]:
    """For each conflict what the committed file holds in its place.

    The merged text with each conflict as one foreign line is diffed against `resolved`; the
    answer lies between the unchanged line before and the unchanged line after.  `None` where
    a neighbour did not survive.
    """
    lines: list[bytes | Conflict] = []
    for chunk in merged.chunks:
        lines += split_lines(chunk) if isinstance(chunk, bytes) else [chunk]
    after = split_lines(resolved)
    keys: list[object] = [id(x) if isinstance(x, Conflict) else x for x in lines]
    matched = match(keys, after)
    answers: list[bytes | None] = []
    for at, line in enumerate(lines):
        if not isinstance(line, Conflict):
            continue
        start = matched[at - 1] + 1 if at else 0
        if at and matched[at - 1] == UNMATCHED:
            answers.append(None)
            continue
        end = matched[at + 1] if at + 1 < len(lines) else len(after)
        answers.append(None if end == UNMATCHED else b"".join(after[start:end]))
    return answers


def without_space(text: bytes) -> bytes:
    """A text without any white space: the MergeBERT paper's equality."""
    return b"".join(text.split())
