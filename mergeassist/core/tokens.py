"""Tokens of source text: lossless, language-free, over bytes.

A word, a number, a line end, a run of other white space, or one other byte.  Bytes above 127
count as letters, so UTF-8 words (and Latin-1 ones) stay whole; comments and strings fall into
words like everything else, which is what lets edits inside them merge.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    rb"[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*"  # word
    rb"|[0-9]+"  # number
    rb"|\r?\n"  # line end
    rb"|[ \t\r\f\v]+"  # other white space
    rb"|."  # punctuation and every other byte
)
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")

tokenize = _TOKEN.findall
"""`tokenize(text: bytes) -> list[bytes]`, with `b"".join(tokenize(x)) == x`."""

split_lines = _LINE.findall
"""`split_lines(text: bytes) -> list[bytes]`: lines with their ends, split at LF only (as git)."""


def is_blank(token: bytes) -> bool:
    """Whether a token or line holds white space only."""
    return not token or token.isspace()


def trimmed(text: bytes) -> bytes:
    """A text without white space at line ends and without outer blank lines."""
    return b"\n".join(line.rstrip() for line in text.split(b"\n")).strip(b"\n")
