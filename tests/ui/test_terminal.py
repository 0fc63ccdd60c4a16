"""`mergeassist resolve` as people use it: a real terminal, the real judge, real keys."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.ui.conftest import BASE, OURS, THEIRS
from tests.ui.terminal import Terminal


def test_keys_from_the_first_to_the_last(two, tmp_path: Path) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\nprintf "typed\\n" > "$1"\n')
    editor.chmod(0o755)
    with Terminal(two.root, "--stage", GIT_EDITOR=f"'{editor}'") as terminal:
        terminal.expect("1 of 3", "a.py:3", "our 3", "their 3", "p = 0.", "left to you")
        terminal.press("?")
        terminal.expect("Keys", "take theirs")
        terminal.press("x")
        terminal.press("t")
        terminal.expect("2 of 3", "a.py:16", "1 settled")
        assert b"their 3\n" in two.read("a.py"), "an answer is in the file at once"
        terminal.press("u")
        terminal.expect("1 of 3", "0 settled")
        assert b"their 3\n=" not in two.read("a.py") and two.read("a.py").count(b"<<<<") == 2
        terminal.press("o")
        terminal.expect("2 of 3")
        terminal.press("e")
        terminal.expect("3 of 3", "b.py:1", "2 settled")
        terminal.press("p")
        terminal.expect("2 of 3", "settled: by hand")
        terminal.press("s")
        terminal.expect("3 of 3")
        terminal.press("w")
        terminal.expect("Why: b.py:1", "printed by", "[1]")
        terminal.press("\x1b[B")
        terminal.press("xB")
        terminal.expect("The end", "3 of 3 conflicts are settled")
        terminal.press("\r")
        code, said = terminal.end()
    assert code == 0
    assert "a.py: both-modified, 2 of 2 conflicts settled, staged" in said
    assert two.read("a.py") == OURS.replace(b"our 12\n", b"typed\n")
    assert two.read("b.py") == b"1\n"
    assert two.git("ls-files", "-u") == b""


def test_a_number_takes_what_is_shown_under_it(two) -> None:
    with Terminal(two.root, "b.py") as terminal:
        terminal.expect("1 of 1", "[1]")
        terminal.press("\t")
        shown = terminal.expect("[2]")
        terminal.press("\r")
        terminal.expect("The end")
        terminal.press("q")
        assert terminal.end()[0] == 0
    put = two.read("b.py").decode()
    assert put and all(line in shown for line in put.splitlines())


def test_what_an_answer_breaks_is_told_at_once(doubling) -> None:
    with Terminal(doubling.root, "--stage") as terminal:
        terminal.expect("1 of 2", "f.py:12")
        terminal.press("t")
        terminal.expect("2 of 2", "g.py:1", "warning: f.py:12: the merge made a second 'new'")
        terminal.press("t")
        assert "warning" not in terminal.expect("The end")
        terminal.press("q")
        code, said = terminal.end()
    assert code == 0 and doubling.git("ls-files", "-u") == b""
    assert "mergeassist: warning: f.py:12: the merge made a second 'new'" in said


def test_it_goes_on_where_it_stopped(two) -> None:
    with Terminal(two.root) as terminal:
        terminal.expect("1 of 3")
        terminal.press("s")
        terminal.expect("2 of 3")
        terminal.press("o")
        terminal.expect("3 of 3")
        terminal.press("q")
        assert terminal.end()[0] == 1
    with Terminal(two.root) as terminal:
        terminal.expect("2 of 2", "b.py:1")  # what was skipped is asked last
        terminal.press("p")
        terminal.expect("1 of 2", "a.py:3", "skipped")
        terminal.press("t")
        terminal.expect("2 of 2")
        terminal.press("tq")
        assert terminal.end()[0] == 0
    assert two.read("a.py") == THEIRS.replace(b"their 12\n", b"our 12\n")
    assert not (two.root / ".git/mergeassist/resolve.json").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_answered_is_lost(two, number: int) -> None:
    with Terminal(two.root) as terminal:
        terminal.expect("1 of 3")
        terminal.press("t")
        terminal.expect("2 of 3")
        terminal.interrupt(number)
        assert terminal.end()[0] == 130
    assert two.read("a.py").count(b"<<<<<<<") == 1 and b"their 3\n" in two.read("a.py")
    listed = subprocess.run([sys.executable, "-m", "mergeassist", "review"], cwd=two.root,
                            capture_output=True, check=True)
    assert b"a.py:3" in listed.stdout


def test_killed_at_once_after_an_answer(two) -> None:
    with Terminal(two.root) as terminal:
        terminal.expect("1 of 3")
        terminal.press("t")
        terminal.expect("2 of 3")
        terminal.process.kill()
    assert two.read("a.py").count(b"<<<<<<<") == 1 and b"their 3\n" in two.read("a.py")


def test_a_file_saved_by_an_editor_meanwhile(two) -> None:
    with Terminal(two.root) as terminal:
        terminal.expect("1 of 3")
        two.write("a.py", b"saved elsewhere\n")
        terminal.press("t")
        terminal.expect("1 of 3", "changed on disk")
        terminal.press("q")
        assert terminal.end()[0] == 1
    assert two.read("a.py") == b"saved elsewhere\n"


def test_no_color_and_a_change_of_size(two) -> None:
    with Terminal(two.root, NO_COLOR="1") as terminal:
        terminal.expect("1 of 3")
        assert "\x1b[1;4m" in terminal.raw and "\x1b[32m" not in terminal.raw
        assert not [code for code in ("\x1b[3", "\x1b[9") if f"{code}2m" in terminal.raw]
        terminal.resize(140, 40)
        terminal.expect("ours  HEAD")
        end = time.monotonic() + 60
        while len(terminal.screen.splitlines()) < 40:
            assert terminal.read() and time.monotonic() < end
        row = next(line for line in terminal.screen.splitlines() if "our 3" in line)
        assert "line 3" in row and "their 3" in row, "beside each other"
        terminal.press("q")
        assert terminal.end()[0] == 1


def test_lines_where_a_terminal_can_do_no_more(two) -> None:
    with Terminal(two.root, "b.py", TERM="dumb") as terminal:
        end = time.monotonic() + 60
        while "q quit > " not in terminal.seen:
            assert terminal.read() and time.monotonic() < end
        terminal.press("w\nB\n")
        code, _ = terminal.end()
    assert code == 0 and two.read("b.py") == b"1\n"
    assert "printed by" in terminal.seen and "\x1b[" not in terminal.seen


def test_no_unmerged_paths(repository) -> None:
    repository.commit({"a": b"1\n"})
    with Terminal(repository.root) as terminal:
        code, _ = terminal.end()
    assert code == 0 and "no unmerged paths" in terminal.seen


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_in_tmux(two, tmp_path: Path) -> None:
    """A terminal that somebody else has written, at 80 columns."""
    socket = str(tmp_path / "tmux")

    def tmux(*words: str) -> str:
        done = subprocess.run(["tmux", "-S", socket, "-f", os.devnull, *words], check=True,
                              capture_output=True)
        return done.stdout.decode()

    def expect(*texts: str) -> list[str]:
        end = time.monotonic() + 60
        while not all(text in (shown := tmux("capture-pane", "-p")) for text in texts):
            assert time.monotonic() < end, shown
            time.sleep(0.05)
        return shown.splitlines()

    command = f"{sys.executable} -m mergeassist resolve; cat"
    tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(two.root), command)
    try:
        lines = expect("1 of 3", "p = 0.", "q quit")
        assert len(lines) == 24 and max(map(len, lines)) <= 80
        assert lines[0].startswith(" 1 of 3  a.py:3") and "0 settled" in lines[0]
        tmux("send-keys", "t")
        expect("2 of 3")
        tmux("send-keys", "q")
        expect("1 of 2 conflicts settled")
    finally:
        tmux("kill-server")
    assert two.read("a.py").startswith(BASE[:14] + b"their 3\nline 4")
