"""The conversation line by line, and consoles."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from mergeassist.app.session import Session
from mergeassist.ui.console import console, printable
from mergeassist.ui.prompt import Prompt

QUESTION = "q quit > "


@pytest.fixture
def talk_in(session_on) -> Callable[..., tuple[Session, str]]:
    """What comes of a conversation in a repository, and all that was shown."""

    def run(root: Path, *answers: str) -> tuple[Session, str]:
        shown = io.StringIO()
        left = iter(answers)
        session = session_on(root)

        def ask(question: str) -> str:
            shown.write(question)
            for answer in left:
                return answer
            raise EOFError

        edit = lambda conflict, name: b"edited " + name.encode() + b"\n"  # noqa: E731
        Prompt(console("never", shown), ask, edit).run(session, lambda: False)
        session.finish()
        return session, shown.getvalue()

    return run


@pytest.fixture
def talk(two, talk_in) -> Callable[..., tuple[Session, str]]:
    """A conversation about the two files."""
    return partial(talk_in, two.root)


@pytest.mark.parametrize(("answer", "text"), [
    ("1", b"merged\n"), ("2", b"ours\n"), ("o", b"ours\n"), ("T", b"theirs\n"),
    (" b \n", b"ours\ntheirs\n"), ("B", b"1\n"), ("e", b"edited b.py\n"),
])
def test_answers(talk, two, answer: str, text: bytes) -> None:
    talk("s", "s", answer)
    assert two.read("b.py") == text


@pytest.mark.parametrize("answer", ["", "0", "3", "9", "x", "oo", "²", "u"])
def test_what_is_no_answer_is_asked_again(talk, two, answer: str) -> None:
    _, shown = talk("s", "s", answer, "t")
    assert two.read("b.py") == b"theirs\n"
    assert shown.count(QUESTION) == 4
    assert any(said in shown for said in ("not an answer", "no proposal", "no answer to undo"))


@pytest.mark.parametrize("ending", [["q"], [], ["quit"]])
def test_quit_and_end_of_input_keep_what_was_answered(talk, two, ending: list[str]) -> None:
    session, _ = talk("t", *ending)
    assert session.settled == 1
    assert b"their 3\n" in two.read("a.py") and two.read("a.py").count(b"<<<<<<<") == 1


def test_back_and_undo(talk, two) -> None:
    session, shown = talk("t", "o", "p", "t", "u", "u", "q")
    assert "(settled: ours)" in shown
    assert session.settled == 1
    assert b"their 3\n" in two.read("a.py") and two.read("a.py").count(b"<<<<<<<") == 1


def test_everything_needed_is_shown(talk) -> None:
    _, shown = talk("w", "q")
    for text in ("a.py:3  conflict 1 of 2", "ours", "base", "theirs", "[1] invented, p = 0.90",
                 "[2] ours, p = 0.05", "threshold", "printed by invented, other"):
        assert text in shown


def test_what_an_answer_breaks_is_told_at_once(doubling, talk_in) -> None:
    _, shown = talk_in(doubling.root, "o", "p", "t", "t")
    said = "warning: f.py:12: the merge made a second 'new'"
    first, second, third, fourth, _ = shown.split(QUESTION)
    assert said in fourth and said not in first + second + third
    assert doubling.read("f.py").count(b"def new") == 2


def test_answers_from_a_pipe(two, cli) -> None:
    done = cli("resolve", "--ui=plain", "a.py", cwd=two.root, input=b"t\n")
    assert done.returncode == 1 and b"1 of 2 conflicts settled" in done.stdout
    done = cli("resolve", "--ui=plain", cwd=two.root, input=b"o\nb\n")
    assert done.returncode == 0
    assert two.read("b.py") == b"ours\ntheirs\n"


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
