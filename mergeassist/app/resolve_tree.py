"""Resolve the conflicts of a work tree: sides from the index, surroundings from the file.

Nothing is written unless asked for, a file is replaced whole or not at all, what stood there
is kept as `.orig`, and what cannot be understood is reported and left alone.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mergeassist.app import files, records
from mergeassist.app.decide import decide, seen_in, with_language
from mergeassist.app.merge_file import is_binary, tree_merge
from mergeassist.app.regions import NoCorrespondenceError, Region, Regions, locate, look
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import GitError, InternalError, UsageError
from mergeassist.git import history, textmerge
from mergeassist.git.run import git, git_version, is_distrust
from mergeassist.git.worktree import (
    Unmerged,
    conflict_style,
    git_dir,
    operation_labels,
    unmerged,
)
from mergeassist.propose.context import Context

if TYPE_CHECKING:
    from mergeassist.judge.personal import Personal
    from mergeassist.propose.seen import SeenBefore


NOT_JUDGED = "not judged yet"

_SECONDS = 60.0  # a file: nobody waits for all of it, as git does for the driver
_SPARSE_FROM = (2, 34, 0)  # git add --sparse
_MESSAGE_LIMIT = 300  # as in the corpus
_EXECUTABLE, _SYMLINK, _SUBMODULE = "100755", "120000", "160000"
_KINDS = {
    (True, True, True): "both-modified",
    (False, True, True): "both-added",
    (True, False, True): "deleted-by-us",
    (True, True, False): "deleted-by-them",
    (False, True, False): "added-by-us",
    (False, False, True): "added-by-them",
    (True, False, False): "both-deleted",
}
_POINTERS = "Git LFS pointers: take a version with git checkout --ours or --theirs"
_FORCE = "--force rebuilds it from the index and keeps this text as .orig"


class ConflictedFile(NamedTuple):
    """One unmerged path: what is open in it, or why it is left alone."""

    path: bytes
    kind: str
    reason: str = ""
    work: bytes | None = None
    regions: Regions | None = None
    decisions: tuple[Decision, ...] = ()
    rebuilt: bool = False
    executable: bool = False

    @property
    def name(self) -> str:
        """The path for people, relative to the top of the work tree."""
        return os.fsdecode(self.path)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What is open, top to bottom."""
        return self.regions.merged.conflicts if self.regions else ()


class Opened(NamedTuple):
    """A path as it was read, before anything has judged it."""

    file: ConflictedFile
    versions: Merge[bytes] | None = None


class WorkTree:
    """The unmerged paths of one work tree."""

    def __init__(self, start: Path) -> None:
        """Find the work tree around `start`; raises `UsageError` outside of one."""
        try:
            top = git("rev-parse", "--show-toplevel", cwd=start)
        except GitError as error:
            if is_distrust(error):
                raise
            raise UsageError(f"{start} is not in a git work tree") from error
        self.root = Path(os.fsdecode(top.removesuffix(b"\n")))
        self.entries = sorted(unmerged(self.root), key=lambda entry: entry.path)
        self._entry = {entry.path: entry for entry in self.entries}
        self._attributes = _attributes(self.root, list(self._entry))

    def select(self, paths: Sequence[str], start: Path) -> list[Unmerged]:
        """The unmerged entries at or below `paths` (all without any).

        Raises `UsageError` for a path without conflicts.
        """
        if not paths:
            return self.entries
        chosen: set[bytes] = set()
        for path in paths:
            place = Path(os.path.normpath(start.absolute() / path))
            inside = _relative(place, self.root)
            found = {
                entry.path for entry in self.entries
                if inside in (b".", entry.path) or entry.path.startswith(inside + b"/")
            }
            if not found:
                raise UsageError(f"{path}: no unmerged path there; see git status")
            chosen |= found
        return [entry for entry in self.entries if entry.path in chosen]

    def read(
        self, entry: Unmerged, *, force: bool = False, min_probability: float | None = None
    ) -> ConflictedFile:
        """One path with its open conflicts and a decision for each.

        `force` takes git's own text where that of the work tree cannot be used.
        """
        return self.judge(self.open(entry, force=force), min_probability)

    def open(self, entry: Unmerged, *, force: bool = False) -> Opened:
        """One path with its open conflicts; nothing has judged them yet."""
        kind = _KINDS[entry.base is not None, entry.ours is not None, entry.theirs is not None]
        attributes = self._attributes[entry.path]
        reason = self._unusable(entry, attributes)
        if reason:
            return Opened(ConflictedFile(entry.path, kind, reason))
        try:
            versions = self.versions(entry.path)
        except GitError as error:  # a filter that fails, an object that is not here
            return Opened(ConflictedFile(entry.path, kind, f"not to be read: {error}"))
        if textmerge.are_pointers(versions):
            return Opened(ConflictedFile(entry.path, kind, _POINTERS))
        reference = tree_merge(*versions)
        if reference is None:
            return Opened(ConflictedFile(entry.path, kind, "binary: choose a version by hand"))
        work = self.text_of(entry.path)
        try:
            regions, rebuilt = self._regions(
                work, versions, reference, attributes.marker_size, force=force
            )
        except NoCorrespondenceError as error:
            return Opened(ConflictedFile(entry.path, kind, str(error), work))
        executable = _EXECUTABLE in (entry.modes.ours, entry.modes.theirs)
        file = ConflictedFile(
            entry.path, kind, "", work, regions, rebuilt=rebuilt, executable=executable
        )
        return Opened(file, versions)

    def versions(self, path: bytes) -> Merge[bytes]:
        """The three versions of an unmerged path as git would write them.  Raises `GitError`."""
        entry = self._entry[path]
        names = (entry.base, entry.ours, entry.theirs)
        return Merge(*(self._content(path, name) for name in names))

    def judge(self, opened: Opened, min_probability: float | None = None) -> ConflictedFile:
        """The path with a decision for each conflict; the repository's own past joins in."""
        file, versions = opened
        if file.regions is None or versions is None:
            return file
        context = self._context(file.path, versions)
        return file._replace(
            decisions=_decide(
                file.regions, context, min_probability, (self._seen, self._personal)
            )
        )

    def write(
        self, file: ConflictedFile, texts: Sequence[bytes | None], standing: bytes | None
    ) -> bytes:
        """Put `texts` in place; returns the new text of the file.

        `standing` is what must be there now.  Raises `UsageError` when something else is,
        `InputError` when the file cannot be written.
        """
        if self.text_of(file.path) != standing:
            raise UsageError(f"{file.name}: changed on disk in the meantime; run resolve again")
        if file.regions is None:
            raise InternalError(f"{file.name} has no regions")
        path = self._path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = file.regions.text(texts)
        files.write_atomic(path, new, mode=0o777 if file.executable else None)
        return new

    def keep_old(self, file: ConflictedFile) -> Path | None:
        """Keep the text that stands in the work tree as `.orig`; raises `InputError`."""
        if file.work is None:
            return None
        path = self._path(file.path)
        return files.write_new(path.with_name(path.name + ".orig"), file.work, like=path)

    def record(
        self, file: ConflictedFile, texts: Sequence[bytes | None], *, looked_at: bool
    ) -> str:
        """Keep what was put, for `review` and `undo`; the id, empty where nothing was kept."""
        regions = file.regions
        if regions is None:
            return ""
        lines = next((part.lines for part in regions.parts if isinstance(part, Region)), None)
        style, labels = look(lines)
        whole = records.Texts(
            regions.merged, regions.text([None] * len(texts)), regions.text(texts)
        )
        printed = records.Look(style, regions.size, labels, textmerge.HISTOGRAM)
        decisions = file.decisions or tuple(
            Decision(conflict, (), False, NOT_JUDGED) for conflict in file.conflicts
        )
        return records.of_resolve(
            os.fspath(self.root), file.name, whole, texts, decisions, printed,
            looked_at=looked_at,
        )

    def stage(self, file: ConflictedFile) -> None:
        """`git add` the file.  Raises `GitError`."""
        # a merge puts what it leaves in conflict into the work tree, of a sparse checkout too
        sparse = ["--sparse"] if git_version() >= _SPARSE_FROM else []
        git("--literal-pathspecs", "add", *sparse, "--", file.name, cwd=self.root)

    def _path(self, path: bytes) -> Path:
        return self.root / os.fsdecode(path)

    def _unusable(self, entry: Unmerged, attributes: _Attributes) -> str:
        if entry.ours is None or entry.theirs is None:
            return "one side has no such file: keep it with git add or delete it with git rm"
        if _SYMLINK in entry.modes:
            return "a symbolic link: choose a target by hand"
        if _SUBMODULE in entry.modes:
            return "a submodule: choose a commit by hand"
        if attributes.binary:
            return "binary by attribute: choose a version by hand"
        place = self.root
        for part in Path(os.fsdecode(entry.path)).parts:
            place /= part
            if place.is_symlink():
                return f"{place.relative_to(self.root)} is a symbolic link in the work tree"
        if place.exists() and not stat.S_ISREG(place.lstat().st_mode):
            return "something other than a file stands in the work tree"
        return ""

    def _regions(
        self,
        work: bytes | None,
        versions: Merge[bytes],
        reference: MergedFile,
        size: int,
        *,
        force: bool,
    ) -> tuple[Regions, bool]:
        """The open regions, and whether git's own text had to take the place of `work`.

        Raises `NoCorrespondenceError`.
        """
        problem = "it is not in the work tree"
        if work is not None:
            if is_binary(work):
                raise NoCorrespondenceError("the work tree holds binary content")
            try:
                return locate(work, versions, reference, size), False
            except NoCorrespondenceError as error:
                problem = str(error)
        if not force:
            raise NoCorrespondenceError(f"{problem}; {_FORCE}")
        if not reference.conflicts:
            return Regions((reference.settled() or b"",), size), True
        text = _git_text(self.root, versions, size)
        return locate(text, versions, reference, size), True

    def _content(self, path: bytes, name: str | None) -> bytes:
        """A version as git would write it to the work tree (line ends, filters)."""
        if name is None:
            return b""
        return git("cat-file", "--filters", f"--path={os.fsdecode(path)}", name, cwd=self.root)

    def text_of(self, path: bytes) -> bytes | None:
        """What stands in the work tree, `None` for nothing.  Raises `InputError`."""
        place = self._path(path)
        return files.read_bytes(place) if place.exists() else None

    def _context(self, path: bytes, versions: Merge[bytes]) -> Context:
        name = os.fsdecode(path)
        facts = history.facts(name, self.root)
        context = Context(
            path=name, base=versions.base, ours=versions.ours, theirs=versions.theirs,
            message=facts.message or self._message, times=facts.times, authors=facts.authors,
            conflicted_files=len(self.entries), history=facts.history,
        )
        return with_language(context, self.root)

    @cached_property
    def _seen(self) -> SeenBefore | None:
        return seen_in(self.root)

    @cached_property
    def _personal(self) -> Personal | None:
        """What `learn` has learned here; numpy is loaded only for that."""
        if self._seen is None:
            return None
        from mergeassist.app.personal import personal_in

        return personal_in(self.root)

    @cached_property
    def _message(self) -> str | None:
        return _prepared_message(git_dir(self.root))


class _Attributes(NamedTuple):
    marker_size: int
    binary: bool


def _attributes(root: Path, paths: Sequence[bytes]) -> dict[bytes, _Attributes]:
    words = ("check-attr", "-z", "--stdin", "conflict-marker-size", "merge")
    answer = git(*words, cwd=root, input=b"".join(path + b"\0" for path in paths))
    fields = answer.split(b"\0")[:-1]
    values = {
        (path, name): value
        for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True)
    }
    return {
        path: _Attributes(
            marker_size(values[path, b"conflict-marker-size"]), values[path, b"merge"] == b"unset"
        )
        for path in paths
    }


def marker_size(value: bytes) -> int:
    """The size that an attribute's value asks for, git's default where it is no number."""
    return int(value) if value.isdigit() and int(value) > 0 else markers.DEFAULT_SIZE


def _relative(place: Path, root: Path) -> bytes:
    for top in (root, root.resolve()):
        if place.is_relative_to(top):
            return os.fsencode(place.relative_to(top))
    raise UsageError(f"{place} is outside the work tree {root}")


def _git_text(root: Path, versions: Merge[bytes], size: int) -> bytes:
    """The text `git merge` leaves, in the user's conflict style."""
    style, labels = conflict_style(root), operation_labels(root)
    try:
        with tempfile.TemporaryDirectory(prefix="mergeassist-") as folder:
            request = textmerge.Request(versions, size, labels, folder)
            return textmerge.merge(request, [style])[style].text
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot merge the versions again: {error}") from error


def _decide(
    regions: Regions,
    context: Context,
    min_probability: float | None,
    learned: tuple[SeenBefore | None, Personal | None],
) -> tuple[Decision, ...]:
    seen, personal = learned
    decisions = decide(
        regions.merged, context, min_probability=min_probability, seen=seen, personal=personal,
        seconds=_SECONDS,
    )  # fmt: skip
    return left_without_base(map(_without_markers, decisions))


def brings_markers(conflict: Conflict, text: bytes) -> bool:
    """Whether `text` holds conflict markers that neither side has.

    The base of a merge with several merge bases is a merge itself, with its own conflicts.
    """
    sides = (conflict.ours, conflict.theirs)
    marked = (textmerge.has_marker_lines(each, markers.DEFAULT_SIZE) for each in (text, *sides))
    return next(marked) and not any(marked)


def _without_markers(decision: Decision) -> Decision:
    kept = tuple(
        each for each in decision.proposals if not brings_markers(decision.conflict, each.text)
    )
    if kept == decision.proposals:
        return decision
    if kept[:1] == decision.proposals[:1]:
        return decision._replace(proposals=kept)
    return decision._replace(proposals=kept, accepted=False, reason="markers-in-base")


def left_without_base(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions, open where the base is unknown: what the sides changed, a person must see."""
    return tuple(
        decision._replace(accepted=False, reason="base-unknown")
        if decision.conflict.base is None else decision
        for decision in decisions
    )


def _prepared_message(folder: Path) -> str | None:
    """The message git has prepared, without its comments, which list the conflicts."""
    path = folder / "MERGE_MSG"
    if not path.is_file():
        return None
    lines = path.read_text("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))[:_MESSAGE_LIMIT]
