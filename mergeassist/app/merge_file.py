"""Merge three versions of one file: git's line merge, then a decision for each conflict.

`line_merge` is the one way from three texts to a `MergedFile` outside the driver; the corpus
tools, `merge`, `batch` and `resolve` all use it, so that their regions are the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mergeassist.app.decide import decide, doubted, reshaped
from mergeassist.core import markers
from mergeassist.core.chunks import Conflict, MergedFile, from_chunks
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import GitError
from mergeassist.git import textmerge
from mergeassist.propose.context import Context

# git looks for a NUL in the first 8000 bytes only (`buffer_is_binary`)
_BINARY_WINDOW = 8000


class FileMerge(NamedTuple):
    """What became of one file: the line merge, the decisions, and the text after them."""

    merged: MergedFile
    decisions: tuple[Decision, ...]
    result: MergedFile

    @property
    def status(self) -> str:
        """`clean` (git's line merge was enough), `resolved` or `conflict`."""
        if self.result.conflicts:
            return "conflict"
        return "resolved" if self.decisions else "clean"


def merge_texts(
    versions: Merge[bytes],
    context: Context,
    *,
    min_probability: float | None = None,
    policy: str | None = None,
) -> FileMerge | None:
    """Merge three texts and settle what the policy accepts; `None` for binary content.

    Raises `GitError` when git cannot be run.
    """
    merged = line_merge(*versions)
    if merged is None:
        return None
    if not merged.conflicts:
        merged = doubted(merged, context, policy)
    return settle(merged, context, min_probability=min_probability, policy=policy)


def settle(
    merged: MergedFile,
    context: Context,
    *,
    min_probability: float | None = None,
    policy: str | None = None,
) -> FileMerge:
    """Decide every conflict of `merged` and put the accepted texts in place."""
    if not merged.conflicts:
        return FileMerge(merged, (), merged)
    merged = reshaped(merged, context, policy)
    decisions = decide(merged, context, min_probability=min_probability, policy=policy)
    return FileMerge(merged, decisions, merged.replace(lambda i, _: decisions[i].text))


def line_merge(base: bytes, ours: bytes, theirs: bytes) -> MergedFile | None:
    """git's line merge of three texts with the base kept in each conflict; `None` for binary.

    One `git merge-file` process (Myers, diff3: the regions of the corpus), none when the merge
    is trivial.  Conflicts carry no marker lines of their own (`Conflict.lines` is `None`).
    Raises `GitError` when git cannot be run.
    """
    return _line_merge(Merge(base, ours, theirs), textmerge.merge_file)


def tree_merge(base: bytes, ours: bytes, theirs: bytes) -> MergedFile | None:
    """Like `line_merge`, with the regions that `git merge` finds (histogram, where git can)."""
    return _line_merge(Merge(base, ours, theirs), textmerge.merge)


def _line_merge(
    versions: Merge[bytes],
    ask_git: Callable[[textmerge.Request, Sequence[str]], dict[str, textmerge.TextMerge]],
) -> MergedFile | None:
    trivial = versions.trivial()
    if trivial is not None:
        return from_chunks([trivial.value])
    if any(is_binary(text) for text in versions):
        return None
    # markers in the inputs must not look like those of this merge
    size = markers.free_size(*versions)
    try:
        with tempfile.TemporaryDirectory(prefix="mergeassist-") as folder:
            request = textmerge.Request(versions, size, markers.Labels(), folder)
            text = ask_git(request, ["diff3"])["diff3"].text
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot merge the texts: {error}; is git installed?") from error
    parsed = textmerge.restore_final_newline(markers.parse(text, size), versions)
    return MergedFile(tuple(
        chunk._replace(lines=None) if isinstance(chunk, Conflict) else chunk
        for chunk in parsed.chunks
    ))


def is_binary(data: bytes) -> bool:
    """Whether git takes `data` for binary and refuses to merge it by lines."""
    return b"\0" in data[:_BINARY_WINDOW]
