"""The conversation of `mergeassist resolve`: in process, and on a pseudo-terminal."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mergeassist.app.resolve_tree import both
from mergeassist.core.chunks import Conflict
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.ui.console import console, printable
from mergeassist.ui.prompt import Choice, Prompt
from tests.cli.cli_support import Repository

CONFLICT = Conflict(b"ours\n", b"base\n", b"theirs\n")
DECISION = Decision(
    CONFLICT, (Proposal(b"first\n", "union", ("both",), 0.75), Proposal(b"", "empty")),
    False, "below-threshold")


def talk(*answers: str, decisions: int = 1) -> tuple[Choice, str]:
    """What comes of a conversation, and all that was shown."""
    shown = io.StringIO()
    left = iter(answers)

    def ask(question: str) -> str:
        shown.write(question)
        for answer in left:
            return answer
        raise EOFError

    prompt = Prompt(console("never", shown), ask, lambda _, name: b"edited " + name.encode(), both)
    choice = prompt.file("f.py", [DECISION] * decisions, [3, 9][:decisions])
    return choice, shown.getvalue()


@pytest.mark.parametrize(("answer", "text"), [
    ("1", b"first\n"), ("2", b""), ("o", b"ours\n"), ("t", b"theirs\n"),
    (" B \n", b"ours\ntheirs\n"), ("e", b"edited f.py"), ("s", None),
])
def test_answers(answer: str, text: bytes | None) -> None:
    assert talk(answer)[0] == Choice([text], quit=False)


@pytest.mark.parametrize("answer", ["", "0", "3", "9", "x", "oo", "²"])
def test_what_is_no_answer_is_asked_again(answer: str) -> None:
    choice, shown = talk(answer, "t")
    assert choice.texts == [b"theirs\n"]
    assert shown.count("q quit > ") == 2 and "not an answer" in shown


def test_quit_and_end_of_input_keep_what_was_answered() -> None:
    for ending in (["q"], []):
        assert talk("1", *ending, decisions=2)[0] == Choice([b"first\n", None], quit=True)


def test_everything_needed_is_shown() -> None:
    _, shown = talk("w", "s")
    for text in ("f.py:3  conflict 1 of 1", "ours", "base", "theirs", "[1] union, p = 0.75",
                 "[2] empty", "(nothing)", "below-threshold", "also printed by both"):
        assert text in shown


def test_colour_only_where_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(color: str) -> str:
        stream = io.StringIO()
        console(color, stream).print("x", style="bold red")
        return stream.getvalue()

    assert "\x1b[" in shown("always")
    assert shown("never") == shown("auto") == "x\n"
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31" not in shown("auto") and "31" in shown("always")


def test_text_cannot_drive_the_terminal() -> None:
    assert printable(b"a\x1b[2Jb\r\n\tc\x00\xff\xc2\x9b") == "a\\x1b[2Jb\n\tc\\x00\ufffd\\x9b"
    assert printable("x\u202ey\u2066") == "x\\u202ey\\u2066"
    assert printable("日本 é\u00a0") == "日本 é "


class Terminal:
    """`mergeassist resolve` on a terminal of its own."""

    def __init__(self, root: Path, *arguments: str, **environment: str) -> None:
        self._side, child = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mergeassist", "resolve", *arguments], cwd=root,
            stdin=child, stdout=subprocess.PIPE, stderr=child, start_new_session=True,
            env={**os.environ, "TERM": "dumb", **environment},
        )
        os.close(child)
        self._seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self._side)

    def expect(self, text: str) -> str:
        """Read until `text` was shown; returns all up to it."""
        while text not in self._seen:
            waiting = select.select([self._side], [], [], 20)[0]
            assert waiting, f"waited for {text!r}, saw {self._seen!r}"
            self._seen += os.read(self._side, 4096).decode()
        before, _, self._seen = self._seen.partition(text)
        return before

    def say(self, text: str) -> None:
        os.write(self._side, text.encode())

    def end(self) -> tuple[int, bytes]:
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output


@pytest.fixture
def two(repository: Repository) -> Iterator[Repository]:
    """One conflict in either of two files."""
    repository.branches(*(dict.fromkeys(("a.py", "b.py"), text)
                          for text in (b"1\n", b"ours\n", b"theirs\n")))
    repository.merge()
    yield repository


def test_terminal_conversation(two) -> None:
    with Terminal(two.root) as terminal:
        assert "a.py:1  conflict 1 of 1" in terminal.expect("q quit > ")
        terminal.say("t\n")
        assert "b.py:1" in terminal.expect("q quit > ")
        terminal.say("b\n")
        code, output = terminal.end()
    assert code == 0 and output.count(b"1 of 1 conflicts settled") == 2
    assert two.read("a.py") == b"theirs\n" and two.read("b.py") == b"ours\ntheirs\n"


def test_terminal_quit_keeps_the_first_file(two) -> None:
    with Terminal(two.root, "--stage") as terminal:
        terminal.expect("q quit > ")
        terminal.say("o\n")
        terminal.expect("q quit > ")
        terminal.say("q\n")
        assert terminal.end()[0] == 1
    assert two.status() == b"UU b.py\0"
    assert two.read("a.py") == b"ours\n" and b"<<<<<<<" in two.read("b.py")


def test_terminal_interrupt(two) -> None:
    with Terminal(two.root) as terminal:
        terminal.expect("q quit > ")
        os.killpg(terminal.process.pid, signal.SIGINT)
        assert terminal.end()[0] == 130
    assert b"<<<<<<<" in two.read("a.py") and not (two.root / "a.py.orig").exists()


@pytest.mark.parametrize(("editor", "content"), [
    ("printf 'typed\\n' >", b"typed\n"), ("true", None), ("false", None),
])
def test_terminal_editor(two, tmp_path, editor: str, content: bytes | None) -> None:
    script = tmp_path / "my editor"
    script.write_text(f'#!/bin/sh\n{editor} "$1"\n')
    script.chmod(0o755)
    with Terminal(two.root, "a.py", GIT_EDITOR=f"'{script}'") as terminal:
        terminal.expect("q quit > ")
        terminal.say("e\n")
        if content is None:
            terminal.expect("left as it is")
            terminal.expect("q quit > ")
            terminal.say("s\n")
        code, _ = terminal.end()
    if content is None:
        assert code == 1 and b"<<<<<<<" in two.read("a.py")
    else:
        assert code == 0 and two.read("a.py") == content
