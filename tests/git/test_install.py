"""install, uninstall, track, languages and doctor, as a user calls them."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

import pytest

from mergeassist.errors import GitError, UsageError
from mergeassist.git import attributes
from mergeassist.git.driver_line import driver_line, driver_of, written_for
from mergeassist.git.index_store import Index
from mergeassist.git.run import git_version
from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo, lines

BASE, OURS, THEIRS = lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n")


def call(command: str, *words: str) -> int:
    module = importlib.import_module(f"mergeassist.cli.{command}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    code: int = module.run(parser.parse_args(words))
    return code


@pytest.fixture
def inside(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.chdir(repo.path)
    return repo


def snapshot(repo: Repo) -> str:
    return repo.git("config", "--list", "--show-origin", "--null")


@pytest.mark.parametrize("scope", ["local", "global", "worktree"])
def test_install_and_uninstall(inside: Repo, make_driver: MakeDriver, scope: str) -> None:
    before = snapshot(inside)
    driver = make_driver(ACCEPT_ALL)
    assert call("install", f"--{scope}", "--driver", driver, "--languages") == 0
    armed = snapshot(inside)
    assert inside.git("config", "mergetool.mergeassist.trustExitCode") == "true\n"
    call("install", f"--{scope}", "--driver", driver, "--languages")
    assert snapshot(inside) == armed
    inside.fork("f.py", BASE, OURS, THEIRS)
    inside.git("merge", "--no-edit", "topic")
    assert inside.read("f.py") == lines(9, _5="ours\ntheirs\n")
    call("uninstall", f"--{scope}")
    assert snapshot(inside) == before
    call("uninstall", f"--{scope}")
    assert snapshot(inside) == before


def test_uninstall_takes_its_attributes_away(inside: Repo, make_driver: MakeDriver) -> None:
    info = inside.path / ".git" / "info" / "attributes"
    info.parent.mkdir(exist_ok=True)
    info.write_text("*.c -text\n")
    call("install", "--driver", make_driver(), "--languages")
    assert "*.py merge=mergeassist" in info.read_text()
    call("uninstall")
    assert info.read_text() == "*.c -text\n"


def test_uninstall_leaves_what_the_user_tracks(
    inside: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str]
) -> None:
    info = inside.path / ".git" / "info" / "attributes"
    call("track", "--local", "*.foo")
    tracked = info.read_bytes()
    call("install", "--driver", make_driver(), "--languages")
    assert b"*.py merge=mergeassist" in info.read_bytes()
    call("uninstall")
    assert info.read_bytes() == tracked
    assert "1 lines stay in" in capsys.readouterr().err
    call("track", "--local", "--remove", "*.foo")
    assert not info.exists()


def known_here(repo: Repo) -> set[str]:
    with Index(repo.path / ".git" / "mergeassist" / "index.sqlite") as index:
        return index.known()


@pytest.fixture
def merged(inside: Repo) -> Repo:
    """A repository with one merge, which was made by hand."""
    inside.fork("f.py", BASE, OURS, THEIRS)
    inside.git("merge", "--no-edit", "topic", code=1)
    inside.commit("merged", {"f.py": OURS})
    return inside


@pytest.mark.parametrize("scope", ["local", "worktree"])
def test_install_learns(
    merged: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str], scope: str
) -> None:
    call("install", f"--{scope}", "--driver", make_driver())
    assert known_here(merged) == {merged.git("rev-parse", "HEAD").strip()}
    said = capsys.readouterr().err
    assert "mergeassist: learned from 1 merges in " in said
    assert "s; 1 conflicts of 1 merges are known\n" in said
    call("install", f"--{scope}", "--driver", make_driver())
    assert "1 conflicts of 1 past merges are known\n" in capsys.readouterr().err
    call("uninstall", f"--{scope}")
    said = capsys.readouterr().err
    assert ("index.sqlite; delete it at will" in said) == (scope == "local")
    assert len(known_here(merged)) == 1


@pytest.mark.parametrize("option", ["--no-learn", "--print", "--global"])
def test_install_that_learns_nothing(
    merged: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    call("install", option, "--driver", make_driver())
    assert not (merged.path / ".git" / "mergeassist" / "index.sqlite").exists()
    assert ("mergeassist learn learns" in capsys.readouterr().err) == (option == "--global")


@pytest.mark.parametrize("error", [GitError("git is older than 2.38"), KeyboardInterrupt(),
                                   RuntimeError("a bug\nin two lines")])
def test_install_stands_whatever_stops_the_learning(
    merged: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, error: BaseException,
) -> None:
    def learn(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mergeassist.app.learn.learn", learn)
    assert call("install", "--driver", make_driver()) == 0
    assert written_for(merged.git("config", "merge.mergeassist.driver").strip())
    (*_, said) = capsys.readouterr().err.splitlines()
    assert "learn" in said and " ".join(str(error).split()) in said


def test_an_index_that_cannot_be_written(
    merged: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str]
) -> None:
    (merged.path / ".git" / "mergeassist").write_text("in the way")
    assert call("install", "--driver", make_driver()) == 0
    assert "no more is learned from past merges: " in capsys.readouterr().err


@pytest.mark.parametrize("key", ["merge.mergeassist.driver", "merge.mergeassist.name",
                                 "merge.mergeassist.other", "mergetool.mergeassist.cmd"])
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_somebody_elses_values_stay(
    inside: Repo, make_driver: MakeDriver, command: str, key: str
) -> None:
    inside.git("config", key, "their own")
    before = snapshot(inside)
    words = ["--driver", make_driver()] if command == "install" else []
    with pytest.raises(UsageError, match="did not write"):
        call(command, *words)
    assert snapshot(inside) == before


def test_print_writes_nothing_and_can_be_run(
    inside: Repo, make_driver: MakeDriver, capsys: pytest.CaptureFixture[str]
) -> None:
    before, driver = snapshot(inside), make_driver()
    call("install", "--print", "--driver", driver)
    assert snapshot(inside) == before
    assert os.system(capsys.readouterr().out) == 0
    printed = snapshot(inside)
    call("install", "--driver", driver)
    assert snapshot(inside) == printed


def test_install_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_driver: MakeDriver
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GitError, match="not a git repository"):
        call("install", "--driver", make_driver())
    assert call("install", "--global", "--driver", make_driver()) == 0


@pytest.mark.parametrize("words", [("install", "--no-learn"), ("uninstall",), ("doctor",),
                                   ("resolve", "--list")])
def test_a_repository_of_somebody_else_is_named_as_such(
    inside: Repo, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    # what git's own tests use
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitError, match="dubious ownership"):
        call(*words, *(("--driver", make_driver()) if words[0] == "install" else ()))


def test_a_driver_that_cannot_run(inside: Repo, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be executed"):
        call("install", "--driver", str(tmp_path))


@pytest.mark.parametrize("version", [(2, 30, 0), (2, 44, 0)])
@pytest.mark.parametrize("path", ["/bin/driver", "/a b/it's 100%/d", "/ü/$x;`y`/\"d\""])
def test_the_line_can_be_read_back(path: str, version: tuple[int, int, int]) -> None:
    line = driver_line(path, version, "1.2.3")
    assert driver_of(line) == path
    assert written_for(line) == ("1.2.3", version)
    assert ("%X" in line) == (version >= (2, 44, 0))
    assert driver_of("other %O %A %B") is None


def test_a_driver_in_a_strange_place(inside: Repo, make_driver: MakeDriver) -> None:
    driver = make_driver(ACCEPT_ALL, name="it's 100% \"ü\" $HOME")
    inside.arm(driver)
    inside.fork("f", BASE, OURS, THEIRS)
    inside.git("merge", "--no-edit", "topic", PATH="/usr/bin:/bin")
    assert inside.read("f") == lines(9, _5="ours\ntheirs\n")


def test_track(inside: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    file = inside.path / ".gitattributes"
    file.write_bytes(b"*.txt text\n")
    for _ in range(2):
        call("track", "*.py", "a dir/*.c", "*.safetensors")
        assert file.read_bytes().startswith(b"*.txt text\n#")
        assert attributes.listed(file) == [
            "*.py merge=mergeassist", '"a dir/*.c" merge=mergeassist',
            "*.safetensors merge=mergeassist -text",
        ]
    paths = [b"x.py", b"a dir/x.c", b"x.safetensors", b"x.txt"]
    found = attributes.check(inside.path, ["merge", "text"], paths)
    assert [found[path]["merge"] for path in paths] == ["mergeassist"] * 3 + ["unspecified"]
    assert found[b"x.safetensors"]["text"] == "unset"
    call("track", "--lfs", "*.safetensors")
    assert attributes.listed(file)[-1] == (
        "*.safetensors filter=lfs diff=lfs merge=mergeassist -text")
    capsys.readouterr()
    call("track")
    assert capsys.readouterr().out.splitlines() == attributes.listed(file)
    call("track", "--remove", "*.py", "a dir/*.c", "*.safetensors")
    assert file.read_bytes() == b"*.txt text\n"


def test_track_keeps_line_ends_and_what_stands_elsewhere(inside: Repo) -> None:
    file = inside.path / ".gitattributes"
    file.write_bytes(b"*.py merge=mergeassist\r\n*.c -text")
    call("track", "*.py", "*.go")
    assert file.read_bytes().startswith(b"*.py merge=mergeassist\r\n*.c -text\n# mergeassist")
    assert file.read_bytes().count(b"*.py") == 1
    assert b"*.go merge=mergeassist\n" in file.read_bytes()


@pytest.mark.parametrize(("option", "where"), [("--local", ".git/info/attributes"),
                                               ("--global", "../home/config/git/attributes")])
def test_track_outside_the_work_tree(inside: Repo, option: str, where: str) -> None:
    call("track", option, "*.py")
    assert (inside.path / where).resolve().read_text().count("*.py merge=mergeassist") == 1
    answer = attributes.check(inside.path, ["merge"], [b"x.py"])
    assert answer == {b"x.py": {"merge": "mergeassist"}}


def test_track_where_there_is_no_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = Repo(tmp_path / "bare", bare=True).path
    monkeypatch.chdir(bare)
    with pytest.raises(UsageError, match="use --local"):
        call("track", "*.py")
    assert not (bare / ".gitattributes").exists()
    call("track", "--local", "*.py")
    assert "*.py merge=mergeassist" in (bare / "info" / "attributes").read_text()


def test_track_in_the_users_named_file(inside: Repo, tmp_path: Path) -> None:
    inside.git("config", "--global", "core.attributesFile", str(tmp_path / "my attributes"))
    call("track", "--global", "*.py")
    assert attributes.listed(tmp_path / "my attributes") == ["*.py merge=mergeassist"]


@pytest.mark.parametrize("pattern", ["", " ", "!*.py", "a\nb"])
def test_patterns_that_no_line_can_hold(inside: Repo, pattern: str) -> None:
    with pytest.raises(UsageError, match="pattern"):
        call("track", pattern)
    assert not (inside.path / ".gitattributes").exists()


@pytest.mark.parametrize("pattern", ["#a", 'a "b" c', "tab\there", "back\\ slash", '"q'])
def test_patterns_that_must_be_quoted(inside: Repo, pattern: str) -> None:
    call("track", pattern)
    path = pattern.replace("\\ ", " ").encode()
    assert attributes.check(inside.path, ["merge"], [path])[path]["merge"] == "mergeassist"
    call("track", "--remove", pattern)
    assert not (inside.path / ".gitattributes").exists()


def test_languages(inside: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    call("languages", "--gitattributes")
    printed = capsys.readouterr().out
    (inside.path / ".gitattributes").write_text(printed)
    paths = [b"a.py", b"b.tsx", b"c.h", b"d.rs", b"e.md", b"f.png"]
    found = attributes.check(inside.path, ["merge"], paths)
    assert [found[path]["merge"] for path in paths] == ["mergeassist"] * 5 + ["unspecified"]
    call("languages")
    assert "python           tree   .py .pyi .pyw " in capsys.readouterr().out


def doctor(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    capsys.readouterr()
    code = call("doctor", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "mergeassist.doctor/1"
    assert report["ok"] == (code == 0)
    return code, {check["id"]: check["level"] for check in report["checks"]}


@pytest.fixture
def healthy(inside: Repo, make_driver: MakeDriver) -> Repo:
    inside.commit("one", {"a.py": b"1\n", "b.txt": b"2\n"})
    call("install", "--driver", make_driver())
    call("track", "--local", "*.py")
    return inside


def test_doctor_finds_nothing(healthy: Repo, capsys: pytest.CaptureFixture[str]) -> None:
    code, levels = doctor(capsys)
    assert code == 0
    assert {levels.pop("git")} <= {"ok", "note"}
    assert set(levels.values()) == {"ok"}
    assert call("doctor") == 0
    assert "1 of 2 tracked files use mergeassist" in capsys.readouterr().out


def test_doctor_in_an_unarmed_clone(
    inside: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inside.commit("one", {"a.py": b"1\n", ".gitattributes": b"*.py merge=mergeassist\n"})
    inside.git("clone", "-q", ".", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    code, levels = doctor(capsys)
    assert code == 1
    assert levels["unarmed"] == levels["driver"] == "fail"


def test_doctor_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert doctor(capsys)[1]["repository"] == "note"


AILMENTS = {
    "driver gone": ("executable", "fail"),
    "driver broken": ("executable", "fail"),
    "line of another git": ("driver", "warn"),
    "foreign line": ("driver", "warn"),
    "recursive": ("recursive", "warn"),
    "no path": ("paths", "fail"),
    "some paths": ("unreached", "note"),
    "merge.default": ("default", "note"),
    "lfs": ("lfs", "warn"),
    "switched off": ("switch", "warn"),
}


@pytest.mark.parametrize("ailment", AILMENTS)
def test_doctor_names_the_ailment(
    healthy: Repo, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], ailment: str,
) -> None:
    driver = Path(make_driver())
    monkeypatch.setenv("PATH", f"{Path(healthy.git('--exec-path').strip())}:/usr/bin:/bin")
    set_line = ("config", "merge.mergeassist.driver")
    match ailment:
        case "driver gone":
            driver.unlink()
        case "driver broken":
            driver.write_text("#!/bin/sh\nexit 126\n")
        case "line of another git":
            other = (2, 30, 0) if git_version() >= (2, 44, 0) else (2, 44, 0)
            healthy.git(*set_line, driver_line(str(driver), other, "0.1"))
        case "foreign line":
            healthy.git(*set_line, "something %A")
        case "recursive":
            healthy.git("config", "--unset", "merge.mergeassist.recursive")
        case "no path":
            call("track", "--local", "--remove", "*.py")
        case "some paths":
            healthy.commit("more", {"c.go": b"3\n"})
        case "merge.default":
            healthy.git("config", "merge.default", "union")
        case "lfs":
            healthy.commit("lfs", {".gitattributes": b"*.bin merge=lfs\n", "x.bin": b"x"})
        case "switched off":
            monkeypatch.setenv("MERGEASSIST", "0")
    name, level = AILMENTS[ailment]
    code, levels = doctor(capsys)
    assert levels[name] == level
    assert code == (level == "fail")


def test_mergetool(inside: Repo, tmp_path: Path, make_driver: MakeDriver) -> None:
    command = tmp_path / "bin" / "mergeassist"
    command.parent.mkdir()
    command.write_text(f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\n"
                       "from mergeassist.cli.main import main\nsys.exit(main())\n")
    command.chmod(0o755)
    inside.fork("it's a file.py", BASE, OURS, THEIRS)
    inside.git("merge", "topic", code=1)
    call("install", "--driver", make_driver())
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    done = inside.run("mergetool", "--no-prompt", "--tool=mergeassist", PATH=path)
    text = inside.read("it's a file.py")
    assert b"ours\n" in text and b"theirs\n" in text, done.stdout + done.stderr
    assert done.returncode == bool(inside.unmerged())
