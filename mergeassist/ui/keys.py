"""A terminal whose keys are read one by one, and its screen; POSIX only."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

END = "end of input"
_NAMES = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down",
    b"\x1b[C": "right", b"\x1bOC": "right", b"\x1b[D": "left", b"\x1bOD": "left",
    b"\x1b[5~": "page up", b"\x1b[6~": "page down", b"\x1b[Z": "left", b"\t": "right",
    b"\r": "enter", b"\n": "enter", b"\x1b": "escape",
}  # fmt: skip
_ESCAPE = b"\x1b"
_ENTER_SCREEN, _LEAVE_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _ERASE_LINE = "\x1b[H", "\x1b[2K"
SCREEN_END = "\x1b[?25l"  # the cursor stays hidden: what follows every whole screen
_STOPPED = (signal.SIGHUP, signal.SIGTERM)


class Terminal:
    """Keys from standard input, screens to the console's stream."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._input = sys.stdin.fileno()
        self._pending = b""
        self.stale = True  # whether the screen has to be painted again

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keys one by one on the alternate screen; leaves the terminal as it was.

        In it a hang-up or a request to end reads like Ctrl-C.
        """
        before = {number: signal.signal(number, _interrupt) for number in _STOPPED}
        before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, self._suspend)
        self._cooked = termios.tcgetattr(self._input)
        try:
            self._enter()
            yield
        finally:
            self._leave()
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The terminal as others expect it, for an editor."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    def paint(self, lines: Sequence[Text]) -> None:
        """Show a whole screen in one write."""
        console = self.console
        with console.capture() as capture:
            for line in lines:
                console.print(line, no_wrap=True, crop=True, soft_wrap=False)
        # erased before it is written: behind a full line the code would take its last cell away
        rows = (f"{_ERASE_LINE}{row}" for row in capture.get().removesuffix("\n").split("\n"))
        console.file.write(_HOME + "\n".join(rows) + SCREEN_END)
        console.file.flush()
        self.stale = False

    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        size = self.console.size
        return size.width, size.height

    def key(self, seconds: float, source: Connection | None = None) -> str:
        """The next key by name; empty when time is up or `source` has something to say."""
        if not self._pending:
            ready, _, _ = select.select([self._input, *([source] if source else [])], [], [],
                                        seconds)
            if self._input not in ready:
                return ""
            self._pending = os.read(self._input, 1024)
            if not self._pending:
                return END
        return self._next()

    def _next(self) -> str:
        text = self._pending
        for code, name in _NAMES.items():
            if text.startswith(code) and (code != _ESCAPE or len(text) == 1):
                self._pending = text[len(code):]
                return name
        if text.startswith(_ESCAPE):  # a key without a name here
            self._pending = b""
            return "escape"
        length = next((n for n in range(1, 5) if _decodes(text[:n])), 1)
        self._pending = text[length:]
        return text[:length].decode("utf-8", "replace")

    def _enter(self) -> None:
        tty.setcbreak(self._input)
        self._say(_ENTER_SCREEN)
        self.stale = True

    def _leave(self) -> None:
        try:
            self._say(_LEAVE_SCREEN)
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._cooked)
        except (OSError, termios.error):  # the terminal is gone
            pass

    def _say(self, codes: str) -> None:
        self.console.file.write(codes)
        self.console.file.flush()

    def _suspend(self, number: int, _: FrameType | None) -> None:
        """Ctrl-Z: give the terminal back, stop, and take it again."""
        self._leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._suspend)
        self._enter()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _decodes(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


