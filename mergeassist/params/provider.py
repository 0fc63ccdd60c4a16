"""What only the user's own program can say about a model: its metrics.

Three ways to give it: a shell command with `{model}` in it, run once a model; a shell command
without, started once, which reads one JSON object a line ({"model": PATH}) and answers with one
line each; `python:package.module:function`, called with the path.  An answer is a JSON object of
numbers, or one number (then called "metric"); of a command run once, the last line counts.
Larger is better.

Where gradients are wanted, the question names a second path ("gradients", `{gradients}`): the
program writes the gradient of each tensor there, as safetensors, and answers with the loss.
Where statistics are wanted ("statistics", `{statistics}`, and their "kind": fisher or gram) it
writes those, and answers with any number: of the examples it saw, say.  A function is called with
the path and the kind and returns arrays by tensor name.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from mergeassist.errors import UsageError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.formats import safetensors
from mergeassist.params.tensors import Layout, Output, Tensor

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
        asked = {"model": str(model), **asked}
        text = self._once(asked) if PLACE in self.command else self._ask(asked)
        try:
            return self._metrics(json.loads(text))
        except ValueError:
            raise UsageError(f"{self.command}: answered {text[:80]!r}, not JSON") from None

    def _once(self, asked: dict[str, object]) -> str:
        parts = shlex.split(self.command)
        for name, value in asked.items():
            parts = [part.replace(f"{{{name}}}", str(value)) for part in parts]
        try:
            done = subprocess.run(parts, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            raise UsageError(f"{self.command}: failed ({said[-1] if said else error})") from None
        return (done.stdout.strip().splitlines() or [""])[-1]

    def _ask(self, asked: dict[str, object]) -> str:
        try:
            if self._process is None:
                self._process = subprocess.Popen(
                    shlex.split(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    text=True,
                )  # fmt: skip
            pipe = _pipe(self._process.stdin)
            pipe.write(json.dumps(asked) + "\n")
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


def statistics_of(command: str, kind: str, models: Sequence[Path], target: Path) -> list[Path]:
    """One statistics file a model, beside `target`, where `models verify` will look for them."""
    files = [target.parent / f"{target.name}.{kind}-{number}.safetensors"
             for number in range(1, len(models) + 1)]  # fmt: skip
    if command.startswith(PYTHON):
        function = load_function(command)
        for model, file in zip(models, files, strict=True):
            _save(file, function(model, kind), command)
        return files
    with Evaluator(command) as program:
        for model, file in zip(models, files, strict=True):
            file.unlink(missing_ok=True)
            program(model, statistics=str(file), kind=kind)
            if not file.is_file():
                raise UsageError(f"{command}: wrote no {file}")
    return files


def _save(file: Path, arrays: Mapping[str, Any], command: str) -> None:
    """Arrays as safetensors, in fp32."""
    outputs = {}
    try:
        for name, array in arrays.items():
            values = np.ascontiguousarray(array, np.float32)
            tensor = Tensor(name, "F32", values.shape, values.nbytes)
            raw = values.reshape(-1).view(np.uint8)
            outputs[name] = Output(tensor, partial(iter, [raw]))
    except (AttributeError, TypeError, ValueError) as error:
        raise UsageError(f"{command}: returned no arrays by name ({error})") from None
    write_atomically(file, safetensors.stream(Layout((), {}, outputs)))


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
