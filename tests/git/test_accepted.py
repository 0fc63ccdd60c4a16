"""Accepted texts reach the file; what is open keeps git's own form."""

from __future__ import annotations

import pytest

from tests.git.real_git import ACCEPT_ALL, ACCEPT_MARKED, MakeDriver, Repo, lines, without_labels

TWO = {"base": lines(20), "ours": lines(20, _4="yes 4\n", _15="same\nours\n"),
       "theirs": lines(20, _4="theirs 4\n", _15="same\ntheirs\n")}


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_what_stays_open_is_printed_as_git_prints_it(
    repo: Repo, make_driver: MakeDriver, style: str
) -> None:
    repo.git("config", "merge.conflictStyle", style)
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    plain.git("merge", "topic", code=1)
    repo.arm(make_driver(ACCEPT_MARKED))
    done = repo.run("merge", "topic")
    assert done.returncode == 1
    assert b"mergeassist: f: resolved 1 of 2" in done.stderr
    open_region = plain.read("f")[plain.read("f").index(b"line 5\n") :]
    expected = lines(3) + b"yes 4\ntheirs 4\n" + open_region
    assert without_labels(repo.read("f")) == without_labels(expected)


def test_a_last_line_without_end_gets_none(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", b"a\nb", b"a\nours", b"a\ntheirs")
    repo.arm(make_driver(ACCEPT_ALL + "\ntext = lambda conflict: conflict.theirs"))
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == b"a\ntheirs"


def test_crlf_is_kept(repo: Repo, make_driver: MakeDriver) -> None:
    crlf = {name: text.replace(b"\n", b"\r\n") for name, text in TWO.items()}
    repo.fork("f", *crlf.values())
    repo.arm(make_driver(ACCEPT_MARKED))
    repo.git("merge", "topic", code=1)
    assert repo.read("f").count(b"\n") == repo.read("f").count(b"\r\n")
    assert b"yes 4\r\ntheirs 4\r\n" in repo.read("f")


def test_autocrlf(repo: Repo, make_driver: MakeDriver) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.fork("f", *TWO.values())
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    merged = repo.git("show", "HEAD:f").encode()
    assert b"yes 4\ntheirs 4\n" in merged
    assert repo.read("f") == merged.replace(b"\n", b"\r\n")


@pytest.mark.parametrize("text", ["<<<<<<< a\\n", "no end of line", "\\n>>>>>>>>>\\n"])
def test_an_accepted_text_that_cannot_be_is_refused(
    repo: Repo, make_driver: MakeDriver, text: str
) -> None:
    repo.fork("f", *TWO.values())
    plain = repo.copy()
    plain.git("merge", "topic", code=1)
    repo.arm(make_driver(ACCEPT_ALL + f"\ntext = lambda conflict: b'{text}'"))
    assert b"left as a conflict: ValueError" in repo.run("merge", "topic").stderr
    assert without_labels(repo.read("f")) == without_labels(plain.read("f"))


def test_an_empty_result(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", b"a\n", b"b\n", b"c\n")
    repo.arm(make_driver(ACCEPT_ALL + "\ntext = lambda conflict: b''"))
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == b""


def test_bytes_that_are_no_text_encoding(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", b"\xff\n\xe4\n", b"\xff\n\xe5\n", b"\xff\n\xe6\n")
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == b"\xff\n\xe5\n\xe6\n"


def test_the_file_keeps_its_mode(repo: Repo, make_driver: MakeDriver) -> None:
    repo.write("f", b"a\n")
    (repo.path / "f").chmod(0o755)
    repo.fork("f", b"a\n", b"b\n", b"c\n")
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    assert (repo.path / "f").stat().st_mode & 0o111
    assert repo.git("ls-files", "-s", "f").startswith("100755")
