"""Look for what a merge must not leave behind: conflict markers, unmerged paths, broken files.

A whole conflict (`<`, perhaps `|`, `=`, `>` of one size, in this order) counts in every size
from that of the attribute `conflict-marker-size` on (git's default 7; nested conflicts of
criss-cross merges are larger).  Single lines count only where nothing honest looks like them:
a row of `=` under a title or of `|` in a table never does by itself.
"""

from __future__ import annotations

import codecs
import importlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mergeassist.app.files import read_bytes
from mergeassist.app.merge_file import is_binary
from mergeassist.core import markers
from mergeassist.errors import GitError, UsageError
from mergeassist.git.run import git
from mergeassist.git.worktree import blobs

SCHEMA = "mergeassist.check/1"

DRIVER_NAME = b"mergeassist"
_LINK_TYPES = (b"120000", b"160000")
_LS_FILES = ("ls-files", "--full-name")
_SHOWN = 120


class Finding(NamedTuple):
    """One thing to mend: `kind` is `conflict`, `stray-marker`, `unmerged` or `broken`."""

    path: str
    line: int | None
    kind: str
    text: str


class Report(NamedTuple):
    """All findings in path order, and warnings that are no findings."""

    files: int
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


class Attributes(NamedTuple):
    """What git's attributes say of one path."""

    marker_size: int = markers.DEFAULT_SIZE
    merge: bytes = b"unspecified"


def check(
    paths: Sequence[str], start: Path, *, staged: bool = False, merged: bool = False
) -> Report:
    """Scan the files of the work tree, or with `staged` what the next commit would change.

    Without `paths` all tracked files are scanned.  Outside a repository only named files can
    be.  With `merged` the files of a merge are looked through for what it broke.  Raises
    `UsageError` for a path that does not exist and `InputError` for an unreadable one.
    """
    root = _root(start)
    if root is None:
        if staged or merged or not paths:
            raise UsageError(f"{start} is not in a git work tree; name the files to check")
        return _check_plain(paths, start)
    names = (_staged if staged else _tracked)(paths, start, root)
    attributes = _attributes(names, root)
    contents = _index_texts(names, root) if staged else _work_texts(names, root)
    findings = [
        finding
        for name, data in contents
        for finding in scan(data, os.fsdecode(name), attributes[name].marker_size)
    ]
    findings += _unmerged(paths, start, root)
    warnings = _warnings(attributes, root)
    if merged:
        # the grammars load for a merge only
        broken = importlib.import_module("mergeassist.app.check_merged").broken
        for one in broken(root):
            if os.fsencode(one.path) not in names:
                continue
            if one.sure:
                findings.append(Finding(one.path, one.line, "broken", one.text))
            else:
                warnings += (one.said,)
    return Report(len(names), tuple(sorted(findings, key=_order)), warnings)


def scan(data: bytes, path: str, size: int = markers.DEFAULT_SIZE) -> list[Finding]:
    """The leftover markers in one text; `size` is what the path's attributes ask for."""
    text = _as_git_text(data)
    if text is None:
        return []
    lines = _marker_lines(text, size)
    findings: list[Finding] = []
    for run in sorted({line.size for line in lines}):
        findings += _scan_size([line for line in lines if line.size == run], path, run == size)
    return sorted(findings, key=_order)


class _Line(NamedTuple):
    number: int
    kind: bytes
    size: int
    label: bytes
    text: bytes


@lru_cache(maxsize=8)
def _candidate(size: int) -> re.Pattern[bytes]:
    run = rb"|".join(rb"%s{%d,}" % (re.escape(kind), size) for kind in (b"<", b"|", b"=", b">"))
    return re.compile(rb"^(%s)([ \t\r][^\n]*)?$" % run, re.MULTILINE)


def _marker_lines(text: bytes, size: int) -> list[_Line]:
    if b"<" * size not in text and b">" * size not in text:
        return []
    lines = []
    number, at = 1, 0
    for found in _candidate(size).finditer(text):
        number += text.count(b"\n", at, found.start())
        at = found.start()
        label = (found[2] or b"").strip()
        lines.append(_Line(number, found[1][:1], len(found[1]), label, found[0].strip()))
    return lines


def _scan_size(lines: Sequence[_Line], path: str, expected: bool) -> Iterator[Finding]:
    """Findings among the marker lines of one size; `expected` is the size git would use here."""
    index = 0
    stray: list[_Line] = []
    while index < len(lines):
        length = _whole(lines[index:])
        if length:
            yield _finding(lines[index], path, "conflict")
        else:
            stray.append(lines[index])
        index += length or 1
    arrows = [line for line in stray if line.kind in b"<>"]
    # a bare row is honest (a quotation, a drawing) unless its counterparts stand near
    kinds = {line.kind for line in stray}
    for line in arrows:
        if expected and (line.label or len(kinds) > 1):
            yield _finding(line, path, "stray-marker")


def _whole(lines: Sequence[_Line]) -> int:
    """How many marker lines from the first on make one whole conflict; 0 where they do not."""
    kinds = b"".join(line.kind for line in lines[:64])
    found = re.match(rb"<[|=]*=[=|]*>", kinds)
    return found.end() if found else 0


def _finding(line: _Line, path: str, kind: str) -> Finding:
    return Finding(path, line.number, kind, line.text[:_SHOWN].decode("utf-8", "replace"))


def _as_git_text(data: bytes) -> bytes | None:
    """The text git sees: UTF-16 with a byte order mark is read, other binary content is not."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return None if is_binary(data) else data


def _order(finding: Finding) -> tuple[str, int]:
    return finding.path, finding.line or 0


def _root(start: Path) -> Path | None:
    try:
        return Path(os.fsdecode(git("rev-parse", "--show-toplevel", cwd=start).rstrip(b"\n")))
    except GitError:
        return None


def _check_plain(paths: Sequence[str], start: Path) -> Report:
    findings: list[Finding] = []
    for path in paths:
        findings += scan(read_bytes(start / path), path)
    return Report(len(paths), tuple(sorted(findings, key=_order)), ())


def _tracked(paths: Sequence[str], start: Path, root: Path) -> list[bytes]:
    """Tracked files at or below `paths`, and untracked ones named outright, from the top."""
    names = set(_list(_LS_FILES, paths, start, root))
    for path in paths:
        if not os.path.lexists(start / path) and not _list(_LS_FILES, [path], start, root):
            raise UsageError(f"{path}: no such file")
    named = [path for path in paths if (start / path).is_file()]
    if named:
        names |= set(_list((*_LS_FILES, "--others"), named, start, root))
    return sorted(names)


def _staged(paths: Sequence[str], start: Path, root: Path) -> list[bytes]:
    words = ("diff", "--cached", "--name-only", "--no-renames", "--diff-filter=ACMRTU")
    return sorted(set(_list(words, paths, start, root)))


def _list(words: Sequence[str], paths: Sequence[str], start: Path, root: Path) -> list[bytes]:
    """What a listing command of git says of `paths`, or of the whole work tree without any."""
    command = ("--literal-pathspecs", *words, "-z", "--", *paths)
    return git(*command, cwd=start if paths else root).split(b"\0")[:-1]


def _work_texts(names: Iterable[bytes], root: Path) -> Iterator[tuple[bytes, bytes]]:
    for name in names:
        place = root / os.fsdecode(name)
        # a link's target is not ours to read; a deleted file has nothing left over
        if place.is_file() and not place.is_symlink():
            yield name, read_bytes(place)


def _index_texts(names: Sequence[bytes], root: Path) -> Iterator[tuple[bytes, bytes]]:
    """The staged text of each name; unmerged names have none."""
    if not names:
        return
    wanted = set(names)
    entries = []
    for entry in git("ls-files", "-s", "-z", cwd=root).split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        mode, blob, stage = head.split()
        if name in wanted and stage == b"0" and mode not in _LINK_TYPES:
            entries.append((name, blob.decode()))
    contents = blobs(root, [blob for _, blob in entries])
    for name, object_id in entries:
        yield name, contents[object_id]


def _attributes(names: Sequence[bytes], root: Path) -> dict[bytes, Attributes]:
    words = ("check-attr", "-z", "--stdin", "conflict-marker-size", "merge")
    answer = git(*words, cwd=root, input=b"".join(name + b"\0" for name in names))
    fields = iter(answer.split(b"\0")[:-1])
    found: dict[bytes, Attributes] = dict.fromkeys(names, Attributes())
    for name, attribute, value in zip(fields, fields, fields, strict=True):
        known = found[name]
        if attribute == b"merge":
            found[name] = known._replace(merge=value)
        elif value.isdigit() and int(value) > 0:
            found[name] = known._replace(marker_size=int(value))
    return found


def _unmerged(paths: Sequence[str], start: Path, root: Path) -> list[Finding]:
    entries = _list((*_LS_FILES, "-u"), paths, start, root)
    names = {entry.partition(b"\t")[2] for entry in entries}
    return [Finding(os.fsdecode(name), None, "unmerged", "unmerged in the index")
            for name in names]


def _warnings(attributes: dict[bytes, Attributes], root: Path) -> tuple[str, ...]:
    """A clone whose attributes name a driver that nobody has defined merges as plain git."""
    wanting = sum(value.merge == DRIVER_NAME for value in attributes.values())
    if not wanting or git("config", "merge.mergeassist.driver", cwd=root, nothing=True).strip():
        return ()
    return (f"{wanting} files ask for merge=mergeassist, but this clone has no such driver: "
            "git merges them as plain text; run mergeassist install",)
