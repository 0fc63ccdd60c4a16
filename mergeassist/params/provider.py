"""What only the user's own program can say about a model: its metrics.

Three ways to give it: a shell command with `{model}` in it, run once a model; a shell command
without, started once, which reads one JSON object a line ({"model": PATH}) and answers with one
line each; `python:package.module:function`, called with the path.  An answer is a JSON object of
numbers, or one number (then called "metric"); of a command run once, the last line counts.
Larger is better.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from mergeassist.errors import UsageError

Metrics = dict[str, float]
PLACE = "{model}"
PYTHON = "python:"


class Evaluator:
    """Metrics of checkpoints; a context manager, because a process may stay.

    `count` is how many models were evaluated.
    """

    def __init__(self, command: str | Sequence[str]) -> None:
        self.command = command if isinstance(command, str) else shlex.join(command)
        self.count = 0
        self._process: subprocess.Popen[str] | None = None
        self._function = load_function(self.command) if self.command.startswith(PYTHON) else None

    def __enter__(self) -> Evaluator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                # Closing flushes, and the process may be gone.
                with contextlib.suppress(OSError):
                    _pipe(pipe).close()
            self._process.wait()

    def __call__(self, model: Path, **asked: object) -> Metrics:
        """Metrics of the model; UsageError where the program fails or says no number."""
        self.count += 1
        if self._function is not None:
            return self._metrics(self._function(model))
        text = self._once(model) if PLACE in self.command else self._ask(model, asked)
        try:
            return self._metrics(json.loads(text))
        except ValueError:
            raise UsageError(f"{self.command}: answered {text[:80]!r}, not JSON") from None

    def _once(self, model: Path) -> str:
        parts = [part.replace(PLACE, str(model)) for part in shlex.split(self.command)]
        try:
            done = subprocess.run(parts, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            raise UsageError(f"{self.command}: failed ({said[-1] if said else error})") from None
        return (done.stdout.strip().splitlines() or [""])[-1]

    def _ask(self, model: Path, asked: dict[str, object]) -> str:
        try:
            if self._process is None:
                self._process = subprocess.Popen(
                    shlex.split(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    text=True,
                )  # fmt: skip
            pipe = _pipe(self._process.stdin)
            pipe.write(json.dumps({"model": str(model), **asked}) + "\n")
            pipe.flush()
            line = _pipe(self._process.stdout).readline()
        except BrokenPipeError:
            line = ""
        except OSError as error:
            raise UsageError(f"{self.command}: {error}") from None
        if not line:
            raise UsageError(f"{self.command}: ended without an answer")
        return line

    def _metrics(self, answer: Any) -> Metrics:
        if isinstance(answer, int | float) and not isinstance(answer, bool):
            answer = {"metric": answer}
        try:
            found = {str(name): float(value) for name, value in answer.items()}
        except (AttributeError, TypeError, ValueError):
            found = {}
        if not found or not all(map(math.isfinite, found.values())):
            raise UsageError(f"{self.command}: answered {str(answer)[:80]}, not finite numbers")
        return found


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def load_function(name: str) -> Callable[..., Any]:
    """The function of `python:package.module:function`; raises UsageError."""
    module, _, attribute = name.removeprefix(PYTHON).partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{name}: {error}") from None
    if not callable(found):
        raise UsageError(f"{name}: not a function")
    checked: Callable[..., Any] = found
    return checked
