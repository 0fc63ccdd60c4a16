"""Consoles that honour `--color`, and text of repositories made safe to print."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.console import Console

_MOST = 20  # warnings at once


def console(color: str = "auto", stream: TextIO | None = None) -> Console:
    """A console on `stream` (standard output); `auto` colours terminals unless NO_COLOR is set."""
    from rich.console import Console

    force = {"always": True, "never": False}.get(color)
    return Console(
        file=stream or sys.stdout,
        force_terminal=force,
        no_color=True if color == "never" else (False if color == "always" else None),
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
    )


def warn(said: Sequence[str]) -> None:
    """Warnings on standard error, a line each, at most a screenful."""
    for text in said[:_MOST]:
        line = printable(f"mergeassist: warning: {text}").replace("\n", "\\n")
        sys.stderr.write(f"{line}\n")
    if len(said) > _MOST:
        sys.stderr.write(f"mergeassist: warning: and {len(said) - _MOST} more\n")


def printable(text: bytes | str) -> str:
    """Text that cannot drive the terminal: control and direction characters become visible.

    Line ends and tabs stay; CR before a line end goes.
    """
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(map(_visible, plain.replace("\r\n", "\n")))


def _visible(char: str) -> str:
    if char in "\n\t" or char.isprintable():
        return char
    # Cc, Cf (direction overrides), lone surrogates and the like; plain separators stay
    if unicodedata.category(char) in ("Zs", "Zl", "Zp"):
        return " "
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
