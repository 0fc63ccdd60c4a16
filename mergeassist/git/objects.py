"""The contents of many objects through one `git cat-file --batch-command` (git >= 2.36)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from typing import IO

# bytes of questions that any pipe takes before they are read
_PIPE = 16_000


class Objects:
    """Objects by name through one long-lived `git cat-file`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, name: str, most: int | None = None) -> bytes | None:
        """The content of one object, as `read_all` gives it."""
        return self.read_all([name], most)[0]

    def read_all(self, names: Sequence[str], most: int | None = None) -> list[bytes | None]:
        """The contents of objects (`id`, or `commit:path`), in order.

        `None` for one that is missing, neither file nor commit, or larger than `most` bytes.
        """
        found: list[bytes | None] = []
        questions = [b"" if "\n" in name or "\0" in name else os.fsencode(name) for name in names]
        at = 0
        while at < len(questions):
            end, size = at, 0
            # what fits into a pipe can be written before anything is read
            while end == at or (end < len(questions) and size < _PIPE):
                size += len(questions[end]) + 16
                end += 1
            found += self._read_some(questions[at:end], most)
            at = end
        return found

    def _read_some(self, questions: list[bytes], most: int | None) -> list[bytes | None]:
        answers: list[bytes | None] = [None] * len(questions)
        wanted = [at for at, question in enumerate(questions) if question]
        try:
            self._ask(b"info", [questions[at] for at in wanted])
            sizes = [self._head() for _ in wanted]
            usable = [
                at for at, size in zip(wanted, sizes, strict=True)
                if size is not None and (most is None or size <= most)
            ]
            self._ask(b"contents", [questions[at] for at in usable])
            for at in usable:
                answers[at] = self._content()
        except (OSError, EOFError):  # git met a damaged object and has gone
            self.close()
        return answers

    def close(self) -> None:
        """End the process; a later `read` starts another."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:  # it has died: nothing is left to flush
                        pass
            process.wait()

    def _ask(self, command: bytes, questions: list[bytes]) -> None:
        process = self._running()
        assert process.stdin is not None
        process.stdin.write(b"".join(command + b" " + one + b"\n" for one in questions))
        process.stdin.flush()

    def _head(self) -> int | None:
        """The size of the next object if it is a file or a commit; raises `EOFError`."""
        line = self._output.readline()
        if not line:
            raise EOFError
        words = line.split()
        usable = len(words) == 3 and words[1] in (b"blob", b"commit") and words[2].isdigit()
        return int(words[2]) if usable else None

    def _content(self) -> bytes:
        size = self._head()
        content = self._output.read((size or 0) + 1)
        if size is None or len(content) != size + 1:
            raise EOFError
        return content[:-1]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch-command"], env=self._environment,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._process

    @property
    def _output(self) -> IO[bytes]:
        output = self._running().stdout
        assert output is not None
        return output
