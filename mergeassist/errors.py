"""Every exception mergeassist raises, and the one table of exit codes.

MergeassistError
├── UsageError            the user asked for something that cannot be (exit 2)
├── InputError            a file that cannot be used: names it, the reason, the next step (exit 2)
│   └── UnsafeInputError  a file that looks hostile (exit 2)
├── GitError              git failed or is too old (exit 3)
└── InternalError         a bug in mergeassist (exit 3)

A message is one line: what, why, and what to do next.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line and of the driver (which uses the first two only)."""

    OK = 0
    CONFLICT = 1
    USAGE = 2
    INTERNAL = 3
    INTERRUPTED = 130


class MergeassistError(Exception):
    """Base of all errors that end as one clear line."""

    exit_code = Exit.INTERNAL


class UsageError(MergeassistError):
    """The command line or configuration asks for something impossible."""

    exit_code = Exit.USAGE


class InputError(MergeassistError):
    """A file cannot be used; the message names it, the reason and the next step."""

    exit_code = Exit.USAGE

    def __init__(self, path: object, reason: str, advice: str = "") -> None:
        self.path, self.reason, self.advice = str(path), reason, advice
        super().__init__(f"{path}: {reason}" + (f"; {advice}" if advice else ""))


class UnsafeInputError(InputError):
    """A file that would have to be trusted to be read (hostile header, pickle globals)."""


class GitError(MergeassistError):
    """git is missing, too old, or failed."""


class InternalError(MergeassistError):
    """A bug: please report it."""
