"""One file a record, written beside its place and renamed; bounded in number, bytes and age."""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH103, PTH105, PTH108, PTH112, PTH118, PTH123

from __future__ import annotations

import json
import os
import zlib
from hashlib import sha1

from mergeassist.app.records.record import Record, from_json, to_json

MOST_RECORDS = 1000
MOST_BYTES = 64 << 20
MOST_DAYS = 90

_DAY = 86_400
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"  # nothing that is read as something else, no words
_ID_LENGTH = 5
_ENDING = ".json"


def write(folder: str, record: Record) -> None:
    """Put a record in its place in one step.  Raises `OSError`."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, record.id + _ENDING)
    new = f"{path}.{os.getpid()}"
    try:
        with open(new, "w", encoding="ascii") as file:
            file.write(json.dumps(to_json(record)) + "\n")
        os.replace(new, path)
    except BaseException:
        if os.path.lexists(new):
            os.unlink(new)
        raise


def read_all(folder: str) -> list[Record]:
    """Every record that can be read, oldest first; damaged ones are passed over."""
    if not os.path.isdir(folder):
        return []
    records = []
    for entry in os.scandir(folder):
        if not entry.name.endswith(_ENDING):
            continue
        try:
            with open(entry.path, encoding="ascii") as file:
                records.append(from_json(json.load(file)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, zlib.error):
            continue
    return sorted(records, key=lambda record: (record.time, record.id))


def prune(folder: str, now: float) -> None:
    """Take the oldest records away until number, bytes and age are within bounds.

    Raises `OSError`.
    """
    entries = []
    for entry in os.scandir(folder):
        if not entry.is_file(follow_symlinks=False):
            continue
        found = entry.stat(follow_symlinks=False)
        entries.append((found.st_mtime, found.st_size, entry.path))
    entries.sort(reverse=True)
    room = MOST_BYTES
    for number, (changed, size, path) in enumerate(entries):
        room -= size
        stray = not path.endswith(_ENDING) and changed < now - _DAY  # of a killed process
        old = changed < now - MOST_DAYS * _DAY
        if number >= MOST_RECORDS or (number and room < 0) or old or stray:
            os.unlink(path)


def free_id(folder: str, seed: str) -> str:
    """A short id that no record has yet; raises `OSError` where there is none."""
    for number in range(100):
        text = f"{seed}\0{number}".encode(errors="surrogateescape")
        value = int.from_bytes(sha1(text, usedforsecurity=False).digest()[:8], "big")
        letters = ""
        for _ in range(_ID_LENGTH):
            value, rest = divmod(value, len(_ALPHABET))
            letters += _ALPHABET[rest]
        if not os.path.lexists(os.path.join(folder, letters + _ENDING)):
            return letters
    raise OSError("no free id")
