"""What is known at merge time beside the conflict itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Context(NamedTuple):
    """The file a conflict stands in, and what git knows of the merge.

    `base`, `ours` and `theirs` are the whole versions (`None` where unknown); the other fields
    are those of the corpus (`message`, `times` in seconds: now, ours, theirs; `authors` in the
    same order as opaque strings; `history` = {"ours": [commit…], "theirs": [commit…]} with
    `time, author, subject, patch` each, newest first).  Everything but `path` may be unknown.
    """

    path: str = ""
    language: str = ""
    base: bytes | None = None
    ours: bytes | None = None
    theirs: bytes | None = None
    message: str | None = None
    times: tuple[int, ...] | None = None
    authors: tuple[str, ...] | None = None
    conflicted_files: int | None = None
    history: Mapping[str, Any] | None = None
