"""git attributes: which paths use mergeassist, and the lines that make them.

Attributes come from `.gitattributes` (read from the side merged into), `info/attributes` of
the repository, and the user's file (gitattributes(5)).  What is written here stands in a marked
block, so that it can be found, renewed and taken out again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from mergeassist.errors import GitError, UsageError
from mergeassist.git.run import git
from mergeassist.git.worktree import common_dir, git_dir, root

DRIVER_NAME = "mergeassist"
ARMED = f"merge={DRIVER_NAME}"

LANGUAGES: dict[str, tuple[str, ...]] = {
    "bash": ("sh", "bash"),
    "c": ("c", "h"),
    "cpp": ("cc", "cpp", "cxx", "hh", "hpp", "hxx"),
    "csharp": ("cs",),
    "css": ("css", "scss", "less"),
    "devicetree": ("dts", "dtsi"),
    "elixir": ("ex", "exs"),
    "go": ("go", "mod"),
    "haskell": ("hs",),
    "hcl": ("tf", "hcl", "tfvars"),
    "html": ("html", "htm"),
    "java": ("java",),
    "ini": ("ini", "cfg"),
    "javascript": ("js", "jsx", "mjs", "cjs"),
    "json": ("json",),
    "julia": ("jl",),
    "kotlin": ("kt", "kts"),
    "lua": ("lua",),
    "make": ("mk",),
    "markdown": ("md", "markdown"),
    "nix": ("nix",),
    "ocaml": ("ml", "mli"),
    "php": ("php",),
    "properties": ("properties",),
    "python": ("py", "pyi"),
    "ruby": ("rb",),
    "rust": ("rs",),
    "scala": ("scala",),
    "solidity": ("sol",),
    "sql": ("sql",),
    "starlark": ("bzl", "bazel", "star"),
    "swift": ("swift",),
    "systemverilog": ("sv", "svh", "v"),
    "toml": ("toml",),
    "typescript": ("ts", "tsx", "mts", "cts"),
    "xml": ("xml",),
    "yaml": ("yaml", "yml"),
    "zig": ("zig",),
}

CHECKPOINTS = (".safetensors", ".gguf", ".pt", ".pth", ".ckpt", ".bin", ".npz", ".npy", ".onnx")

_NO_VALUE = ("", "unspecified", "set", "unset")
# a block for each command that writes lines, so that each takes away its own
TRACK, INSTALL = "mergeassist track", "mergeassist install --languages"
_BEGIN = {by: f"# mergeassist: begin (written by `{by}`)".encode() for by in (TRACK, INSTALL)}
_END = b"# mergeassist: end"


def language_patterns() -> list[str]:
    """`*.ext` for every known text language."""
    return sorted(f"*.{extension}" for group in LANGUAGES.values() for extension in group)


def is_known_text(path: bytes) -> bool:
    """Whether the extension of `path` is that of a known text language."""
    return os.fsdecode(path).rpartition(".")[2].lower() in _EXTENSIONS


_EXTENSIONS = {extension for group in LANGUAGES.values() for extension in group}


def line(pattern: str, *, lfs: bool = False) -> str:
    """The attribute line that arms a pattern; checkpoints are kept from line-end conversion.

    Raises `UsageError` for a pattern that no line can hold.
    """
    if not pattern.strip() or pattern.startswith("!") or set(pattern) & {"\n", "\r", "\0"}:
        raise UsageError(f"{pattern!r} is no attribute pattern; try '*.py'")
    quoted = _quote(pattern)
    if not lfs and PurePosixPath(pattern).suffix.lower() not in CHECKPOINTS:
        return f"{quoted} {ARMED}"
    return f"{quoted} {'filter=lfs diff=lfs ' if lfs else ''}{ARMED} -text"


def _quote(pattern: str) -> str:
    if not set(pattern) & set(" \t") and pattern[0] not in '"#':
        return pattern
    escaped = pattern.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'


def tracked_file(cwd: str | Path | None = None) -> Path:
    """`.gitattributes` at the top of the work tree.  Raises `UsageError` where there is none."""
    top = root(cwd)
    if top == git_dir(cwd):
        raise UsageError(f"{top} has no work tree to track attributes in; use --local")
    return top / ".gitattributes"


def local_file(cwd: str | Path | None = None) -> Path:
    """`info/attributes`, shared by all work trees of a repository.  Raises `GitError`."""
    return common_dir(cwd) / "info" / "attributes"


def global_file() -> Path:
    """The user's own file: `core.attributesFile` or git's default.  Raises `GitError`."""
    named = git("config", "--global", "--type=path", "core.attributesFile", nothing=True)
    if named.strip():
        return Path(os.fsdecode(named.removesuffix(b"\n")))
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "git" / "attributes"


def add(file: Path, lines: Iterable[str], by: str = TRACK) -> list[str]:
    """Put lines into a block of an attributes file; what already stands there is not repeated.

    A line for a pattern of the block replaces the old one.  Returns the lines that are new.
    Raises `OSError` when the file cannot be written.
    """
    before, block, after = _split(file, by)
    wanted = [text.encode() for text in lines]
    there = {text.rstrip() for text in (*before, *block, *after)}
    new = [text for text in dict.fromkeys(wanted) if text not in there]
    if not new:
        return []
    patterns = {_pattern(text) for text in new}
    kept = [text for text in block if _pattern(text) not in patterns]
    _join(file, before, [*kept, *new], after, by)
    return [text.decode() for text in new]


def remove(
    file: Path, patterns: Sequence[str] | None = None, by: Sequence[str] = (TRACK, INSTALL)
) -> list[str]:
    """Take patterns, or whole blocks, out of an attributes file; returns the lines removed.

    Lines outside the blocks are the user's and stay.  Raises `OSError`.
    """
    unwanted = None if patterns is None else {_quote(p).encode() for p in patterns}
    removed = []
    for writer in by:
        before, block, after = _split(file, writer)
        gone = [text for text in block if unwanted is None or _pattern(text) in unwanted]
        if gone:
            _join(file, before, [text for text in block if text not in gone], after, writer)
        removed += gone
    return [text.decode(errors="replace") for text in removed]


def listed(file: Path) -> list[str]:
    """The lines of a file that name mergeassist, in a block or not.  Raises `OSError`."""
    parts = _split(file, TRACK)
    return [
        text.decode(errors="replace") for part in parts for text in part
        if ARMED.encode() in text.split() and not text.lstrip().startswith(b"#")
    ]


def check(root: str | Path, names: Sequence[str], paths: Iterable[bytes]
          ) -> dict[bytes, dict[str, str]]:
    """The attributes of many paths in one process, as `git check-attr` names their values.

    Raises `GitError`.
    """
    stdin = b"".join(path + b"\0" for path in paths)
    answer: dict[bytes, dict[str, str]] = {}
    words = git("check-attr", "-z", "--stdin", *names, cwd=root, input=stdin).split(b"\0")
    for path, name, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
        answer.setdefault(path, {})[name.decode()] = value.decode(errors="replace")
    return answer


def stated_language(path: str, cwd: str | Path | None = None) -> str:
    """What attributes say a path is written in: `mergeassist.language`, else linguist's name.

    Empty where they say nothing, or where there is no repository.
    """
    names = (f"{DRIVER_NAME}.language", "linguist-language")
    try:
        values = check(cwd or ".", names, [os.fsencode(path)]).get(os.fsencode(path), {})
    except GitError:
        return ""
    stated = (values.get(name, "") for name in names)
    return next((value for value in stated if value not in _NO_VALUE), "")


def _pattern(text: bytes) -> bytes:
    if text.startswith(b'"'):
        end = 1
        while end < len(text) and text[end : end + 1] != b'"':
            end += 2 if text[end : end + 1] == b"\\" else 1
        return text[: end + 1]
    return text.split(maxsplit=1)[0] if text.split() else b""


def _split(file: Path, by: str) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """The lines before, in and behind a block of ours, without their ends."""
    lines = file.read_bytes().split(b"\n") if file.exists() else []
    if lines and not lines[-1]:
        lines.pop()
    bare = [text.rstrip(b"\r") for text in lines]
    if _BEGIN[by] in bare and _END in bare[bare.index(_BEGIN[by]) :]:
        begin = bare.index(_BEGIN[by])
        end = bare.index(_END, begin)
        return lines[:begin], bare[begin + 1 : end], lines[end + 1 :]
    return lines, [], []


def _join(
    file: Path, before: list[bytes], block: list[bytes], after: list[bytes], by: str
) -> None:
    framed = [_BEGIN[by], *block, _END] if block else []
    lines = [*before, *framed, *after]
    if not lines:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(file.name + ".mergeassist")
    new.write_bytes(b"\n".join(lines) + b"\n")
    new.replace(file)
