"""A command on a pseudo-terminal, and what stands on its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from mergeassist.ui.keys import SCREEN_END

WHOLE = SCREEN_END
_CODES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\].*?\x07)")


class Terminal:
    """One process with a terminal of its own."""

    def __init__(
        self, root: Path, *arguments: str, size: tuple[int, int] = (80, 24),
        command: Sequence[str] = (), **environment: str,
    ) -> None:
        self._side, child = pty.openpty()
        self.resize(*size)
        words = command or [sys.executable, "-m", "mergeassist", "resolve", *arguments]
        # a size in the environment would outlast every change of size
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            words, cwd=root, stdin=child, stdout=child, stderr=child,
            preexec_fn=self._own, env={**inherited, "TERM": "xterm-256color", **environment},
        )
        os.close(child)
        self.seen = ""

    def _own(self) -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C and hang-ups arrive

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._side)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._side, keys.encode())

    def read(self, seconds: float = 0.1) -> bool:
        """Take what is there; `False` at the end."""
        if select.select([self._side], [], [], seconds)[0]:
            try:
                data = os.read(self._side, 1 << 16)
            except OSError:
                return False
            self.seen += data.decode(errors="replace")
            return bool(data)
        return True

    @property
    def raw(self) -> str:
        """The newest whole screen with its codes."""
        whole = self.seen.split(WHOLE)
        return whole[-2] if len(whole) > 1 else ""

    @property
    def screen(self) -> str:
        """The newest whole screen as people read it."""
        return plain(self.raw)

    def expect(self, *texts: str) -> str:
        """Wait until a screen holds all of `texts`."""
        end = time.monotonic() + 60
        while not all(text in self.screen for text in texts):
            assert time.monotonic() < end, f"waited for {texts}, saw\n{self.screen}"
            assert self.read() or all(text in self.screen for text in texts), self.screen
        return self.screen

    def end(self) -> tuple[int, str]:
        """The exit code, and what was printed after the last screen."""
        end = time.monotonic() + 60
        while self.read() and self.process.poll() is None:
            assert time.monotonic() < end, self.screen
        while select.select([self._side], [], [], 0)[0] and self.read():
            pass
        return self.process.wait(60), plain(self.seen.rpartition(WHOLE)[2])

    def interrupt(self, number: int = signal.SIGINT) -> None:
        os.killpg(self.process.pid, number)


def plain(text: str) -> str:
    return _CODES.sub("", text).replace("\r\n", "\n")
