"""Past merges as conflicts with what people made of them.

One definition for the index of `learn`, for `backtest` and for training: a two-parent merge is
redone, and a path is taken when git leaves base, ours and theirs of it, all regular UTF-8 files
of at most 120 kB, and the merge commit holds a file there without conflict markers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from mergeassist.app.corpus import Record
from mergeassist.app.merge_file import tree_merge
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git.merges import MergeCommit, Replay, Replayed
from mergeassist.git.objects import Objects
from mergeassist.git.textmerge import restore_final_newline
from mergeassist.git.worktree import Unmerged
from mergeassist.languages.syntax import language_of
from mergeassist.propose.context import Context

MAX_BYTES = 120_000
_MESSAGE_LIMIT = 300


class PastFile(NamedTuple):
    """One conflicted path of a merge, and the file as it was committed.

    `marked` is what git left there, in diff3 style; `None` where that could not be read.
    """

    path: str
    versions: Merge[bytes]
    resolved: bytes
    marked: bytes | None = None

    def regions(self) -> MergedFile | None:
        """The conflicts as `git merge` prints them; `None` where git refuses the texts."""
        if self.marked is None or markers.free_size(*self.versions) != markers.DEFAULT_SIZE:
            try:
                return tree_merge(*self.versions)
            except GitError:
                return None
        parsed = restore_final_newline(markers.parse(self.marked), self.versions)
        return MergedFile(tuple(
            chunk._replace(lines=None) if isinstance(chunk, Conflict) else chunk
            for chunk in parsed.chunks
        ))


class PastMerge(NamedTuple):
    """One merge redone: its usable files, how many paths conflicted, or why it could not be."""

    commit: MergeCommit
    files: tuple[PastFile, ...] = ()
    conflicted_files: int = 0
    problem: str | None = None


class People(NamedTuple):
    """Who and when of a merge: it, first parent, second parent."""

    message: str
    times: tuple[int, ...]
    authors: tuple[str, ...]


def past_merges(
    replay: Replay, commits: Sequence[MergeCommit]
) -> Generator[PastMerge, None, None]:
    """Redo each merge, in order."""
    answers = replay.run((commit.ours, commit.theirs) for commit in commits)
    for commit, answer in zip(commits, answers, strict=True):
        files = tuple(_files(replay.objects, commit, answer))
        yield PastMerge(commit, files, len(answer.entries), answer.problem)


def _files(objects: Objects, commit: MergeCommit, answer: Replayed) -> Iterator[PastFile]:
    usable = [
        (path, entry) for entry in answer.entries if (path := usable_path(entry)) is not None
    ]
    names = [
        name for path, entry in usable
        for name in (entry.base, entry.ours, entry.theirs, f"{commit.name}:{path}")
    ]
    texts = iter(objects.read_all([name or "" for name in names], MAX_BYTES))
    files = []
    for path, _ in usable:
        found = [text for text in islice(texts, 4) if text is not None and is_text(text)]
        if len(found) == 4 and not markers.has_markers(found[3]):
            files.append(PastFile(path, Merge(*found[:3]), found[3]))
    left = objects.read_all([f"{answer.tree}:{file.path}" for file in files], 4 * MAX_BYTES)
    for file, marked in zip(files, left, strict=True):
        yield file._replace(marked=marked)


def usable_path(entry: Unmerged) -> str | None:
    """The path of an entry whose three versions are regular files; `None` for any other."""
    if None in entry.versions or not entry.is_file:
        return None
    try:
        return entry.path.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_text(data: bytes) -> bool:
    """Whether `data` is UTF-8 and no binary content."""
    if b"\0" in data:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def people(objects: Objects, commits: Iterable[str]) -> People | None:
    """Message of the first commit, times and authors of all; `None` where one is missing."""
    messages, times, authors = [], [], []
    for name in commits:
        raw = objects.read(name)
        if raw is None:
            return None
        head, _, message = raw.decode("utf-8", "replace").partition("\n\n")
        fields = dict(line.partition(" ")[::2] for line in reversed(head.split("\n")))
        seconds = fields.get("committer", "").split()[-2:-1]
        if not seconds or not seconds[0].lstrip("-").isdigit():
            return None
        times.append(int(seconds[0]))
        authors.append(fields.get("author", "").partition("<")[2].partition(">")[0])
        messages.append(message)
    return People(messages[0][:_MESSAGE_LIMIT], tuple(times), tuple(authors))


def context_of(replay: Replay, merge: PastMerge, file: PastFile, *, history: bool) -> Context:
    """What could be known of one file when the merge was made; nothing of its outcome.

    `history` adds each side's commits of the path, two `git log` a file.
    """
    commit = merge.commit
    known = people(replay.objects, commit[:3])
    return Context(
        path=file.path,
        language=language_of(file.path, file.versions.ours[:200]),
        base=file.versions.base,
        ours=file.versions.ours,
        theirs=file.versions.theirs,
        # a person may have edited the rest of it after the fact
        message=known.message.partition("\n")[0] if known else None,
        times=known.times if known else None,
        authors=known.authors if known else None,
        conflicted_files=merge.conflicted_files,
        history=replay.history(commit.ours, commit.theirs, file.path) if history else None,
    )


def record(
    replay: Replay, merge: PastMerge, file: PastFile, repo: str, *, history: bool = True
) -> Record | None:
    """One line of the corpus, addresses as hashes; `None` where a commit cannot be read."""
    commit = merge.commit
    known = people(replay.objects, commit[:3])
    if known is None:
        return None
    sides = replay.history(commit.ours, commit.theirs, file.path) if history else None
    for side in (sides or {}).values():
        for one in side:
            one["author"] = hashed(one["author"])
    return {
        "repo": repo,
        "merge": commit.name,
        "path": file.path,
        "language": language_of(file.path, file.versions.ours[:200]),
        "message": known.message,
        "parents": [commit.ours, commit.theirs],
        "times": list(known.times),
        "merge_base": replay.merge_base(commit.ours, commit.theirs),
        "authors": [hashed(author) for author in known.authors],
        "conflicted_files": merge.conflicted_files,
        "base": file.versions.base.decode("utf-8"),
        "ours": file.versions.ours.decode("utf-8"),
        "theirs": file.versions.theirs.decode("utf-8"),
        "resolved": file.resolved.decode("utf-8"),
        "history": sides,
    }


def hashed(address: str) -> str:
    """An address that tells people apart without naming them."""
    return hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:8]
