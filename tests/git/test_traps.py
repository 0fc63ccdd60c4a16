"""The traps of git's driver contract, each against real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mergeassist.git.run import git_version
from tests.git.real_git import ACCEPT_ALL, MakeDriver, Repo, lines, without_labels

BASE, OURS, THEIRS = lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n")
# merge-file (Myers) sees a conflict, `git merge` (histogram) does not
HISTOGRAM_CLEAN = b"a\nb\nb\n}\n", b"a\na\nb\n}\nc\n", b"a\nb\n}\n"


def git_alone(repo: Repo, path: str = "f", *options: str) -> bytes:
    """What `git merge topic` leaves in a path without the driver."""
    plain = repo.copy()
    plain.git(*options, "merge", "topic", code=1)
    return plain.read(path)


def test_rerere_replays(repo: Repo, make_driver: MakeDriver) -> None:
    repo.git("config", "rerere.enabled", "true")
    repo.fork("f", BASE, OURS, THEIRS)
    repo.arm(make_driver())
    repo.git("merge", "topic", code=1)
    repo.write("f", lines(9, _5="resolved by hand\n"))
    repo.git("commit", "-qam", "merge")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    done = repo.run("merge", "topic")
    assert b"using previous resolution" in done.stdout + done.stderr
    assert repo.read("f") == lines(9, _5="resolved by hand\n")


def test_rerere_replays_what_git_recorded_without_us(repo: Repo, make_driver: MakeDriver) -> None:
    """Regions left alone hash as git's own, in a file that has moved on since."""
    repo.git("config", "rerere.enabled", "true")
    repo.fork("f", BASE, OURS, THEIRS)
    repo.git("merge", "topic", code=1)
    repo.write("f", lines(9, _5="resolved by hand\n"))
    repo.git("commit", "-qam", "merge")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("more", {"f": lines(9, _1="more\n", _5="ours\n")})
    repo.arm(make_driver())
    repo.git("merge", "topic", code=1)
    assert repo.read("f") == lines(9, _1="more\n", _5="resolved by hand\n")


@pytest.mark.parametrize("accept", ["", ACCEPT_ALL])
def test_criss_cross(repo: Repo, make_driver: MakeDriver, accept: str) -> None:
    """The virtual base holds nested markers: git's own conflict is left, whatever we think."""
    repo.fork("f", BASE, OURS, THEIRS)
    for name, other, text in (("main", "topic", "m\n"), ("topic", "main~1", "t\n")):
        repo.git("checkout", "-q", name)
        repo.git("merge", other, code=1)
        repo.write("f", lines(9, _5=text))
        repo.git("commit", "-qam", f"merge {other}")
    repo.git("checkout", "-q", "main")
    repo.git("config", "merge.conflictStyle", "diff3")
    expected = git_alone(repo)
    assert b"<<<<<<<<<" in expected
    repo.arm(make_driver(accept))
    repo.git("merge", "topic", code=1)
    assert without_labels(repo.read("f")) == without_labels(expected)


def test_markers_in_the_text_are_left_to_git(repo: Repo, make_driver: MakeDriver) -> None:
    manual = lines(9, _2="<<<<<<< like this\n")
    ours, theirs = manual.replace(b"line 5", b"ours"), manual.replace(b"line 5", b"theirs")
    repo.fork("f", manual, ours, theirs)
    expected = git_alone(repo)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "topic", code=1)
    assert without_labels(repo.read("f")) == without_labels(expected)


@pytest.mark.parametrize("accept", ["", ACCEPT_ALL])
def test_linked_work_tree(
    repo: Repo, make_driver: MakeDriver, tmp_path: Path, accept: str
) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    repo.arm(make_driver(accept))
    linked = tmp_path / "linked tree"
    repo.git("worktree", "add", "-q", "-b", "third", str(linked))
    done = Repo(linked).run("merge", "--no-edit", "topic")
    assert done.returncode == (0 if accept else 1), done.stderr
    expected = lines(9, _5="ours\ntheirs\n" if accept else
                     "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> topic\n")
    assert Repo(linked).read("f") == expected


def test_subdirectory(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("deep/er/f", BASE, OURS, THEIRS)
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("-C", "deep/er", "merge", "--no-edit", "topic")
    assert repo.read("deep/er/f") == lines(9, _5="ours\ntheirs\n")


@pytest.mark.parametrize("accept", ["", ACCEPT_ALL])
def test_bare_repository(
    repo: Repo, make_driver: MakeDriver, tmp_path: Path, accept: str
) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    plain = repo.git("merge-tree", "--write-tree", "main", "topic", code=1).split()[0]
    expected = repo.git("show", f"{plain}:f").encode()
    bare = Repo(tmp_path / "bare.git", bare=True)
    bare.git("fetch", "-q", str(repo.path), "main:main", "topic:topic")
    bare.arm(make_driver(accept))
    tree = bare.git("merge-tree", "--write-tree", "main", "topic", code=None).split()[0]
    if accept:
        expected = lines(9, _5="ours\ntheirs\n")
    merged = bare.git("show", f"{tree}:f").encode()
    assert without_labels(merged) == without_labels(expected)
    assert bare.leftovers() == []


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_add_add(repo: Repo, make_driver: MakeDriver, style: str) -> None:
    repo.git("config", "merge.conflictStyle", style)
    repo.fork("f", None, OURS, THEIRS)
    expected = git_alone(repo)
    repo.arm(make_driver())
    repo.git("merge", "topic", code=1)
    assert without_labels(repo.read("f")) == without_labels(expected)


def test_add_add_accepted(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", None, b"ours\n", b"theirs\n")
    repo.arm(make_driver(ACCEPT_ALL))
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == b"ours\ntheirs\n"


@pytest.mark.parametrize("accept", ["", ACCEPT_ALL])
def test_rename_on_one_side(repo: Repo, make_driver: MakeDriver, accept: str) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    repo.git("mv", "f", "renamed")
    repo.git("commit", "-qm", "rename")
    expected = b"" if accept else git_alone(repo, "renamed")
    repo.arm(make_driver(accept))
    repo.git("merge", "--no-edit", "topic", code=0 if accept else 1)
    if accept:
        expected = lines(9, _5="ours\ntheirs\n")
    assert without_labels(repo.read("renamed")) == without_labels(expected)


PATHS = ["with space", "it's \"quoted\"", "ümläut/文件.py", "$(touch hacked)", "%s %%A", "-rf",
         "back\\slash", "new\nline", "`id`;x", "*", "'", "\x1b[31m\u202e", "\udcff"]


@pytest.mark.parametrize("path", PATHS)
def test_names(repo: Repo, make_driver: MakeDriver, path: str) -> None:
    repo.fork(path, BASE, OURS, THEIRS)
    repo.arm(make_driver(ACCEPT_ALL))
    done = repo.run("merge", "--no-edit", "topic")
    assert done.returncode == 0, done.stderr
    assert repo.read(path) == lines(9, _5="ours\ntheirs\n")
    shown = (char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(path.split()))
    (said,) = (row for row in done.stderr.splitlines() if row.startswith(b"mergeassist: "))
    assert said.decode().startswith(f"mergeassist: {''.join(shown)}: resolved 1 of 1")
    assert not (repo.path / "hacked").exists()


def test_a_message_that_nobody_can_take_is_no_conflict(
    repo: Repo, make_driver: MakeDriver
) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    repo.arm(make_driver(ACCEPT_ALL))
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            ["git", "merge", "--no-edit", "topic"], cwd=repo.path, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=full, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert repo.read("f") == lines(9, _5="ours\ntheirs\n")


@pytest.mark.parametrize("size", [3, 12, 40])
def test_conflict_marker_size(repo: Repo, make_driver: MakeDriver, size: int) -> None:
    attributes = f"* merge=mergeassist conflict-marker-size={size}\n"
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/attributes").write_text(f"* conflict-marker-size={size}\n")
    repo.fork("f", BASE, OURS, THEIRS)
    expected = git_alone(repo)
    assert b"\n" + b"<" * size + b" " in expected
    repo.arm(make_driver(), attributes=attributes)
    repo.git("merge", "topic", code=1)
    assert repo.read("f") == expected


def test_kill_switch(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", BASE, OURS, THEIRS)
    expected = git_alone(repo)
    repo.arm(make_driver(ACCEPT_ALL))
    done = repo.run("merge", "topic", MERGEASSIST="0")
    assert done.returncode == 1
    assert without_labels(repo.read("f")) == without_labels(expected)
    assert b"mergeassist" not in done.stderr


def test_binary_is_left_to_git(repo: Repo, make_driver: MakeDriver) -> None:
    repo.fork("f", b"\0base", b"\0ours", b"\0theirs")
    repo.arm(make_driver(ACCEPT_ALL))
    done = repo.run("merge", "topic")
    assert done.returncode == 1
    assert b"Cannot merge binary files: f" in done.stderr
    assert repo.read("f") == b"\0ours"
    assert len(repo.unmerged().splitlines()) == 3


@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_what_git_merge_finds_clean_is_clean(
    repo: Repo, make_driver: MakeDriver, style: str
) -> None:
    repo.fork("f", *HISTOGRAM_CLEAN)
    plain = repo.copy()
    plain.git("merge", "--no-edit", "topic")
    repo.git("config", "merge.conflictStyle", style)
    repo.arm(make_driver())
    repo.git("merge", "--no-edit", "topic")
    assert repo.read("f") == plain.read("f")


@pytest.mark.parametrize("operation", ["merge", "rebase"])
def test_clean_text_never_starts_the_driver(
    repo: Repo, make_driver: MakeDriver, operation: str, tmp_path: Path
) -> None:
    repo.fork("f", BASE, lines(9, _1="ours\n"), lines(9, _9="theirs\n"))
    repo.arm(make_driver(f"open({str(tmp_path / 'started')!r}, 'w').close()"))
    repo.git(*{"merge": ["merge", "--no-edit", "topic"], "rebase": ["rebase", "topic"]}[operation])
    assert repo.read("f") == lines(9, _1="ours\n", _9="theirs\n")
    assert not (tmp_path / "started").exists()


def test_restoring_a_conflict(repo: Repo, make_driver: MakeDriver) -> None:
    """`git checkout --merge -- PATH` runs the driver again, without an operation's labels."""
    repo.fork("f", BASE, OURS, THEIRS)
    repo.arm(make_driver())
    repo.git("merge", "topic", code=1)
    repo.write("f", b"spoilt\n")
    repo.git("checkout", "--merge", "--", "f")
    assert repo.read("f") == lines(
        9, _5="<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\n")


def test_the_configured_diff_algorithm(repo: Repo, make_driver: MakeDriver) -> None:
    if git_version() < (2, 47, 0):
        pytest.skip("git merge ignores diff.algorithm")
    repo.fork("f", *HISTOGRAM_CLEAN)
    repo.git("config", "diff.algorithm", "myers")
    expected = git_alone(repo)
    repo.arm(make_driver())
    repo.git("merge", "topic", code=1)
    assert repo.read("f") == expected
