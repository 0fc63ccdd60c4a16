"""```console blocks of the documents, read and run.

A block holds commands behind `$ ` (continued behind `> `) and what they print.  In the output `…`
stands for anything: within a line for part of it, alone on a line for any number of lines.  A
command with no output behind it may print what it likes.  HTML comments above a block, which
readers do not see, say the rest:

    <!-- place: demo -->              go to a new place of that kind (`places.py`)
    <!-- exit: 1 -->                  the exit code of the block's last command, else 0
    <!-- k7fq2 = [a-z0-9]{5} -->      a text that stands for whatever is printed in its place
    <!-- not run: why -->             needs what a test has not; listed in `test_docs.py`
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^(```+)(\w*)[^\n]*\n(.*?)^\1 *$", re.M | re.S)
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->")
_SETTING = re.compile(r"(place|exit|not run): (.*)")
_TIMEOUT = 1000


class Step(NamedTuple):
    """One command, its exit code, and the lines it prints (`None`: not shown)."""

    command: str
    code: int
    output: list[str] | None


class Block(NamedTuple):
    """One fenced block: its language, lines, settings, stand-ins, and commands if a console's."""

    language: str
    line: int
    body: str
    settings: dict[str, str]
    stand_ins: dict[str, str]
    steps: list[Step]


def blocks(document: Path) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    text = document.read_text("utf-8")
    after = 0
    for fence in _FENCE.finditer(text):
        settings: dict[str, str] = {}
        stand_ins: dict[str, str] = {}
        for said in _COMMENT.findall(text, after, fence.start()):
            if found := _SETTING.fullmatch(said):
                settings[found[1]] = found[2]
            elif found := re.fullmatch(r"(.+?) = (.+)", said):
                stand_ins[found[1]] = found[2]
        after = fence.end()
        steps = _steps(fence[3], int(settings.get("exit", "0"))) if fence[2] == "console" else []
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(fence[2], line, fence[3], settings, stand_ins, steps)


def _steps(body: str, code: int) -> list[Step]:
    steps: list[Step] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], 0, None))
        elif line.startswith("> ") and steps and steps[-1].output is None:
            steps[-1] = steps[-1]._replace(command=f"{steps[-1].command}\n{line[2:]}")
        else:
            last = steps[-1]
            steps[-1] = last._replace(output=[*(last.output or []), line])
    if steps:
        steps[-1] = steps[-1]._replace(code=code)
    return steps


class Shell:
    """Where the commands run: the folder outlives a command, variables do not."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.known: dict[str, str] = {}

    def run(self, step: Step, stand_ins: dict[str, str]) -> str:
        """Run one command; what is wrong with its exit code or output, empty where nothing is."""
        command = step.command
        for name, value in self.known.items():
            command = command.replace(name, value)
        note = Path(self.environment["HOME"]) / "folder"
        script = f'{command}\ncode=$?; pwd >"{note}"; exit $code'
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, **self.environment}, timeout=_TIMEOUT, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
        )  # fmt: skip
        if note.exists():
            self.folder = Path(note.read_text().rstrip("\n"))
        said = f"$ {command}\n{done.stdout}[exit {done.returncode}]"
        if done.returncode != step.code:
            return f"exit {done.returncode}, the document says {step.code}:\n{said}"
        if step.output is None:
            return ""
        found = re.fullmatch(self._pattern(step.output, stand_ins), done.stdout)
        if found is None:
            return f"prints something else:\n{said}"
        self.known |= {name: found[f"s{k}"] for k, name in enumerate(stand_ins)
                       if f"s{k}" in found.re.groupindex}  # fmt: skip
        return ""

    def _pattern(self, output: list[str], stand_ins: dict[str, str]) -> str:
        parts: list[str] = []
        met: set[str] = set()
        for line in output:
            if line.strip() == "…":
                parts.append(r"(?:.*\n)*?")
                continue
            text = re.escape(line.rstrip()).replace("…", ".*")
            for k, (name, pattern) in enumerate(stand_ins.items()):
                if name in self.known:
                    continue
                if re.escape(name) in text:
                    one = f"(?P=s{k})" if name in met else f"(?P<s{k}>{pattern})"
                    text = text.replace(re.escape(name), one, 1)
                    met.add(name)
            for name, value in self.known.items():
                text = text.replace(re.escape(name), re.escape(value))
            parts.append(text + r"[ \t]*\n")
        return "".join(parts)
