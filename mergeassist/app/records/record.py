"""What is kept of one merged path, and how it stands in its file.

Texts are any bytes: JSON holds them as UTF-8 whose other bytes are lone surrogates.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any, NamedTuple

from mergeassist.core.chunks import Chunk, Conflict, MergedFile
from mergeassist.core.markers import Labels
from mergeassist.core.merge import Merge

SCHEMA = "mergeassist.record/1"


class Hunk(NamedTuple):
    """One accepted conflict: what it was, what was put, how sure the judge was.

    `position` counts the conflicts of the file, `line` is where the text began in the merged file.
    `reviewed` and `undone` are times, `None` while nobody has looked at it or taken it back.
    """

    position: int
    line: int
    conflict: Conflict
    put: bytes
    probability: float | None
    source: str
    also: tuple[str, ...]
    reviewed: float | None = None
    undone: float | None = None


class Texts(NamedTuple):
    """The whole file: git's merge of it, the text git left, and the text put in its place."""

    merged: MergedFile
    left: bytes
    result: bytes


class Look(NamedTuple):
    """How the conflicts of a file are printed."""

    style: str
    size: int
    labels: Labels
    algorithm: str


class Operation(NamedTuple):
    """What git was doing, as far as it could be told; `other` is the commit merged or applied."""

    name: str
    head: str | None
    other: str | None


class Record(NamedTuple):
    """All hunks accepted in one path by one merge.

    `texts` is `None` for a file too long to keep.  With `filtered` the texts are as in the work
    tree, else as in git's objects.  `blobs` are the ids of the three versions and `result_blob`
    that of the whole file after the merge.
    """

    id: str
    path: str
    time: float
    by: str
    version: str
    model: str
    operation: Operation
    filtered: bool
    blobs: Merge[str] | None
    result_blob: str
    look: Look
    hunks: tuple[Hunk, ...]
    texts: Texts | None


def to_json(record: Record) -> dict[str, Any]:
    """A record as it stands in its file."""
    texts = record.texts
    packed = None
    if texts is not None:
        chunks = [_chunk_to_json(chunk) for chunk in texts.merged.chunks]
        data = json.dumps([chunks, _text(texts.left), _text(texts.result)]).encode("ascii")
        packed = base64.b64encode(zlib.compress(data)).decode("ascii")
    return {
        "schema": SCHEMA,
        **record._asdict(),
        "operation": record.operation._asdict(),
        "blobs": record.blobs._asdict() if record.blobs else None,
        "look": {**record.look._asdict(), "labels": [_text(x) for x in record.look.labels]},
        "hunks": [
            {**hunk._asdict(), "conflict": _chunk_to_json(hunk.conflict), "put": _text(hunk.put)}
            for hunk in record.hunks
        ],
        "texts": packed,
    }


def from_json(value: dict[str, Any]) -> Record:
    """Inverse to `to_json`.

    Raises `ValueError`, `KeyError`, `TypeError`, `AttributeError` or `zlib.error` for what it
    has not written.
    """
    fields = dict(value)
    if fields.pop("schema") != SCHEMA:
        raise ValueError("another schema")
    look = fields.pop("look")
    labels = Labels(*map(_bytes, look["labels"]))
    blobs = fields.pop("blobs")
    packed = fields.pop("texts")
    texts = None
    if packed is not None:
        chunks, left, result = json.loads(zlib.decompress(base64.b64decode(packed)))
        merged = MergedFile(tuple(map(_chunk_from_json, chunks)))
        texts = Texts(merged, _bytes(left), _bytes(result))
    hunks = tuple(
        Hunk(**{
            **hunk, "conflict": _conflict(hunk["conflict"]), "put": _bytes(hunk["put"]),
            "also": tuple(hunk["also"]),
        })
        for hunk in fields.pop("hunks")
    )  # fmt: skip
    return Record(
        **{**fields, "operation": Operation(**fields["operation"])},
        blobs=Merge(**blobs) if blobs else None,
        look=Look(look["style"], int(look["size"]), labels, look["algorithm"]),
        hunks=hunks, texts=texts,
    )  # fmt: skip


def _chunk_to_json(chunk: Chunk) -> str | list[str | None]:
    if isinstance(chunk, bytes):
        return _text(chunk)
    base = None if chunk.base is None else _text(chunk.base)
    return [_text(chunk.ours), base, _text(chunk.theirs)]


def _chunk_from_json(value: str | list[str | None]) -> Chunk:
    return _bytes(value) if isinstance(value, str) else _conflict(value)


def _conflict(value: list[str | None]) -> Conflict:
    ours, base, theirs = value
    return Conflict(_bytes(ours), None if base is None else _bytes(base), _bytes(theirs))


def _text(data: bytes) -> str:
    """Any bytes as a text that JSON's escapes can hold."""
    return data.decode("utf-8", "surrogateescape")


def _bytes(text: str | None) -> bytes:
    if text is None:
        raise ValueError("a text is missing")
    return text.encode("utf-8", "surrogateescape")
