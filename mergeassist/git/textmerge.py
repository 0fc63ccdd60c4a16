"""git's own answer to a three-way merge of texts, asked of git itself.

`git merge` (ort) merges text with the histogram algorithm, level `zealous` and the user's
`merge.conflictStyle` (git's merge-ort.c and merge-ll.c); `git merge-file` has other defaults.
The only way to leave exactly git's conflict is to let ort print it: three commits in a
throw-away bare repository laid out by hand, and one `git merge-tree --write-tree` (git >= 2.38)
a style.  Older git, and callers inside git that use the Myers algorithm, get `git merge-file`.

Standard library only, and little of it: the driver pays for every import.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH103, PTH118, PTH120, PTH123

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.markers import Labels, free_size, parse, render
from mergeassist.core.merge import Merge

try:  # hashlib would load OpenSSL, for three milliseconds
    from _sha1 import sha1  # type: ignore[import-not-found, unused-ignore]
except ImportError:
    from hashlib import sha1

HISTOGRAM = "histogram"
MYERS = "myers"

_EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
_CLEAN, _CONFLICT = 0, 1
_MERGE_FILE_MOST_CONFLICTS = 127
_PIPE_CHUNK = 1 << 16
_NAME = b"f"
_POINTER = b"version https://git-lfs.github.com/spec/v1"


class TextMerge(NamedTuple):
    """What git leaves in the file, and whether git calls it clean."""

    clean: bool
    text: bytes


class Request(NamedTuple):
    """One three-way merge as git would be asked for it.

    `algorithm` is a value of `diff.algorithm`; `folder` an existing directory for scratch files
    that the caller removes.
    """

    sides: Merge[bytes]
    size: int
    labels: Labels
    folder: str
    algorithm: str = HISTOGRAM


def merge(request: Request, styles: Sequence[str]) -> dict[str, TextMerge]:
    """What `git merge` leaves for each conflict style (`merge`, `diff3`, `zdiff3`).

    Raises `OSError` when scratch files cannot be written or git cannot be run, `ValueError`
    when git refuses the texts.
    """
    wanted = list(dict.fromkeys(styles))
    answers = _merge_tree(request, wanted)
    return answers if answers is not None else merge_file(request, wanted)


def merge_open(merged: MergedFile, style: str, request: Request) -> bytes:
    """Print a partly settled file: what is open as git would print it in the user's style.

    Three virtual files that agree in everything settled go through git again.  Where git would
    see the open regions in another way, they are printed as they are.  Raises as `merge` does.
    """
    sides = Merge(*(merged.side(name) for name in Merge._fields))
    text = merge(request._replace(sides=sides), [style])[style].text
    printed = parse(text, request.size)
    if printed.conflicts:
        last = restore_final_newline(printed, sides)
        if last.side("ours") == sides.ours and last.side("theirs") == sides.theirs:
            return text
    return render(merged, style, request.size, request.labels)


def parsed(request: Request, style: str, text: bytes) -> MergedFile:
    """git's text of a style in parts; asked again with longer markers where a line of the sides,
    such as a title's underline, would pass for one.  Raises as `merge` does."""
    size = free_size(*request.sides, at_least=request.size)
    if size != request.size:
        text = merge(request._replace(size=size), (style,))[style].text
    return restore_final_newline(parse(text, size), request.sides)


def has_marker_lines(text: bytes, size: int) -> bool:
    """Whether a marker of this size or of a deeper virtual base (`size` + 2 a level) is there."""
    if b"<" * size not in text and b">" * size not in text:
        return False
    return re.search(rb"(?m)^(?:<{%d,}|>{%d,})(?:[ \t\r]|$)" % (size, size), text) is not None


def restore_final_newline(merged: MergedFile, sides: Merge[bytes]) -> MergedFile:
    """Undo the line end git puts behind a side whose last line has none, before a marker."""
    if not merged.chunks or not isinstance(merged.chunks[-1], Conflict):
        return merged
    last = merged.chunks[-1]
    base, ours, theirs = (
        _as_in_input(side, text) for side, text in zip(last.sides, sides, strict=True)
    )
    whole = last._replace(ours=ours, theirs=theirs, base=base if last.base is not None else None)
    return MergedFile((*merged.chunks[:-1], whole))


def _as_in_input(side: bytes, text: bytes) -> bytes:
    if not side or text.endswith(b"\n"):
        return side
    # git adds the line end of the file, one or two bytes: the shorter cut is tried first
    return next((side[:-cut] for cut in (1, 2) if text.endswith(side[:-cut])), side)


def algorithm_of(labels: Labels | None, configured: str) -> str:
    """The diff algorithm git itself would use here.

    ort takes histogram, or `diff.algorithm` from git 2.47; callers that merge one file by
    themselves take Myers and are known by their labels: rerere has none, `apply -3` and
    `checkout -m` have the plain words.
    """
    if labels in (Labels(b"", b"", b""), Labels()):
        return MYERS
    if configured and labels is not None and _git_version() >= (2, 47):
        return configured
    return HISTOGRAM


def _git_version() -> tuple[int, int]:
    output, _ = finish(spawn(["git", "version"], os.environ))
    found = re.search(rb"(\d+)\.(\d+)", output)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def is_rerere(sides: Merge[bytes], size: int) -> bool:
    """rerere hands over texts whose markers it has stripped of labels, in base and ours."""
    bare = b"<" * size + b"\n"
    return all(
        text.startswith(bare) or b"\n" + bare in text for text in (sides.base, sides.ours)
    )


def are_pointers(sides: Merge[bytes]) -> bool:
    """Whether both sides are Git LFS pointers: no merge of their lines names an object."""
    return sides.ours.startswith(_POINTER) and sides.theirs.startswith(_POINTER)


def _merge_tree(request: Request, styles: Sequence[str]) -> dict[str, TextMerge] | None:
    """Ask ort; `None` when this git cannot be asked (older than 2.38, or 2.43 for Myers)."""
    repository = _Repository(os.path.join(request.folder, "repository"), request)
    running = [
        spawn(repository.command(style, request.algorithm), repository.environment)
        for style in styles
    ]
    answers: dict[str, TextMerge] = {}
    for style, process in zip(styles, running, strict=True):  # every process is waited for
        output, code = finish(process)
        if code in (_CLEAN, _CONFLICT):
            text = repository.merged_text(output)
            answers[style] = TextMerge(code == _CLEAN, repository.label(text, request))
    return answers if len(answers) == len(styles) else None


def merge_file(request: Request, styles: Sequence[str]) -> dict[str, TextMerge]:
    """What `git merge-file` leaves for each style: Myers, conflicts joined across blank lines.

    Raises `OSError` when git cannot be run, `ValueError` when git refuses the texts.
    """
    paths = []
    for name, text in zip(Merge._fields, request.sides, strict=True):
        paths.append(os.path.join(request.folder, name))
        _write(paths[-1], text)
    base, ours, theirs = paths
    answers = {}
    for style in styles:
        # without a style option the user's configuration would choose: `clean_environment`
        options = [] if style == "merge" else ["--" + style]
        labels = [word for label in request.labels for word in (b"-L", label)]
        words: list[str | bytes] = [
            "git", "merge-file", "-p", "-q", f"--marker-size={request.size}", *options, *labels,
            ours, base, theirs,
        ]
        output, code = finish(spawn(words, clean_environment(request.folder)))
        if not 0 <= code <= _MERGE_FILE_MOST_CONFLICTS:
            raise ValueError(f"git merge-file refused the texts (exit {code})")
        answers[style] = TextMerge(code == _CLEAN, output)
    return answers


class _Repository:
    """A bare repository with one base commit and two that grew from it, written by hand."""

    def __init__(self, directory: str, request: Request) -> None:
        self.directory = directory
        self.environment = clean_environment(directory)
        _lay_out(directory, request.size)
        self._texts: dict[str, bytes] = {_EMPTY_BLOB: b""}
        self.base = self._commit(request.sides.base)
        self.ours = self._commit(request.sides.ours, self.base)
        # a second line keeps the commits apart; git would not merge a commit with itself
        self.theirs = self._commit(request.sides.theirs, self.base, b"theirs")

    def command(self, style: str, algorithm: str) -> list[str]:
        """The words that merge the two sides with one conflict style."""
        # full object names make labels that stand nowhere else
        config = [f"merge.conflictStyle={style}", "core.abbrev=40", "core.looseCompression=0"]
        words = ["git", *(word for pair in config for word in ("-c", pair)), "merge-tree"]
        if algorithm != HISTOGRAM:
            words += ["-X", f"diff-algorithm={algorithm}"]
        return [*words, "--write-tree", "--no-messages", self.ours, self.theirs]

    def merged_text(self, output: bytes) -> bytes:
        """The text of the file in the tree that `merge-tree` names on its first line."""
        tree = self._read(output[:40].decode("ascii"))
        blob = tree[tree.index(b"\0") + 1 :][:20].hex()
        return self._texts[blob] if blob in self._texts else self._read(blob)

    def label(self, text: bytes, request: Request) -> bytes:
        """Put the labels of the merge where git printed the names of our commits."""
        names = Labels(*(name.encode() for name in (self.ours, self.base, self.theirs)))
        for char, name, label in zip((b"<", b"|", b">"), names, request.labels, strict=True):
            marker = char * request.size + b" "
            text = text.replace(marker + name, marker + label)
        return text

    def _commit(self, text: bytes, parent: str = "", message: bytes = b"") -> str:
        blob = self._write("blob", text)
        self._texts[blob] = text
        tree = self._write("tree", b"100644 " + _NAME + b"\0" + bytes.fromhex(blob))
        lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []),
                 "author m <m> 0 +0000", "committer m <m> 0 +0000", "", ""]
        return self._write("commit", "\n".join(lines).encode() + message)

    def _write(self, kind: str, content: bytes) -> str:
        data = f"{kind} {len(content)}\0".encode() + content
        name: str = sha1(data, usedforsecurity=False).hexdigest()
        os.makedirs(os.path.dirname(self._loose(name)), exist_ok=True)
        _write(self._loose(name), zlib.compress(data, 0))
        return name

    def _read(self, name: str) -> bytes:
        data = zlib.decompress(read(self._loose(name)))
        return data[data.index(b"\0") + 1 :]

    def _loose(self, name: str) -> str:
        return os.path.join(self.directory, "objects", name[:2], name[2:])


def _lay_out(directory: str, size: int) -> None:
    """What makes a directory a repository (git's `is_git_directory`), and its attributes.

    A second merge in the same folder adds its objects to those of the first.
    """
    for name in ("objects", "refs", "info"):
        os.makedirs(os.path.join(directory, name), exist_ok=True)
    _write(os.path.join(directory, "HEAD"), b"ref: refs/heads/none\n")
    attributes = _NAME + b" conflict-marker-size=%d\n" % size
    _write(os.path.join(directory, "info", "attributes"), attributes)


def clean_environment(git_dir: str) -> dict[str, str]:
    """The environment in which git knows `git_dir` only and no one's configuration."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_DIR": git_dir,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "HOME": git_dir,  # git before 2.32 does not know GIT_CONFIG_GLOBAL
        "XDG_CONFIG_HOME": git_dir,
        "LC_ALL": "C",
    }


class Process(NamedTuple):
    """A running process and the end of the pipe it prints to."""

    pid: int
    output: int


def spawn(words: Sequence[str | bytes], environment: Mapping[str, str]) -> Process:
    """Start a program found on PATH, its standard output in a pipe, its errors dropped.

    `subprocess` does the same for eight more milliseconds.  Raises `OSError`.
    """
    reader, writer = os.pipe()
    try:
        actions = [
            (os.POSIX_SPAWN_DUP2, writer, 1),
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        pid = os.posix_spawnp(words[0], list(words), environment, file_actions=actions)
    except OSError:
        os.close(reader)
        raise
    finally:
        os.close(writer)
    return Process(pid, reader)


def finish(process: Process) -> tuple[bytes, int]:
    """All a process printed, and its exit code (negative: the signal that ended it)."""
    parts = []
    try:
        while part := os.read(process.output, _PIPE_CHUNK):
            parts.append(part)
    finally:
        os.close(process.output)
        _, status = os.waitpid(process.pid, 0)
    return b"".join(parts), os.waitstatus_to_exitcode(status)


def read(path: str) -> bytes:
    """The bytes of a file."""
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
