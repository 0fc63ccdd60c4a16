"""`install --trailer`: the hook that names in a merge commit what was put."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mergeassist.git.trailer import hook
from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo, lines
from tests.review.conftest import Cli

TRAILER = "Mergeassist-Resolved"


@pytest.fixture
def command(make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch) -> str:
    """A driver that accepts all, with the program `mergeassist` beside it."""
    driver = make_driver(ACCEPT_ALL)
    program = Path(driver).with_name("mergeassist")
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -m mergeassist \"$@\"\n")
    program.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return driver


def trailers(repo: Repo) -> list[str]:
    return repo.git("log", "-1", f"--format=%(trailers:key={TRAILER},valueonly)").split("\n")[:-2]


def armed(repo: Repo, cli: Cli, command: str) -> Repo:
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    cli("install", "--trailer", "--driver", command, err=True)
    (repo.path / ".git/info").mkdir(exist_ok=True)
    repo.write(".git/info/attributes", b"* merge=mergeassist\n")
    return repo


def test_a_merge_commit_names_what_was_put(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command).git("merge", "--no-edit", "topic")
    assert trailers(repo) == ["f:5 p=? test"]
    repo.commit("no merge", {"other": b"x\n"})
    assert trailers(repo) == []


def test_after_a_merge_that_stopped(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command).git("merge", "--no-commit", "topic")
    repo.git("commit", "-q", "-m", "by hand")
    assert trailers(repo) == ["f:5 p=? test"]


def test_switched_off_and_taken_away(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command)
    repo.git("config", "mergeassist.trailer", "false")
    repo.git("merge", "--no-edit", "topic")
    assert trailers(repo) == []
    place = repo.path / ".git/hooks/prepare-commit-msg"
    assert place.exists()
    cli("uninstall", err=True)
    assert not place.exists()
    assert repo.git("config", "mergeassist.trailer", code=1) == ""


def test_the_hook_of_somebody_else_stays(repo: Repo, cli: Cli, command: str) -> None:
    place = repo.path / ".git/hooks/prepare-commit-msg"
    place.parent.mkdir(exist_ok=True)
    place.write_text("#!/bin/sh\necho mine\n")
    said = cli("install", "--trailer", "--driver", command, code=2, err=True)
    assert "is not mergeassist's" in said.splitlines()[-1]
    cli("uninstall", err=True)
    assert place.read_text() == "#!/bin/sh\necho mine\n"


def test_elsewhere_than_in_a_repository(repo: Repo, cli: Cli, command: str) -> None:
    for option in ("--global", "--print"):
        assert "--trailer" in cli("install", "--trailer", option, code=2, err=True)


def test_the_copy_for_hands_is_the_same() -> None:
    assert (ROOT / "hooks/prepare-commit-msg").read_text() == hook()
    assert os.access(ROOT / "hooks/prepare-commit-msg", os.X_OK)


def test_the_last_line_of_a_merge_has_the_sum(repo: Repo, cli: Cli, make_driver: MakeDriver
) -> None:
    versions = [lines(20), lines(20, _4="yes 4\n", _15="ours\n"),
                lines(20, _4="theirs 4\n", _15="theirs\n")]
    names = ("a", "b", "c")
    repo.commit("base", dict.fromkeys(names, versions[0]))
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", dict.fromkeys(names, versions[2]))
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {**dict.fromkeys(names, versions[1]),
                         "c": lines(20, _4="yes 4\n")})
    repo.arm(make_driver("accept = lambda conflict: b'yes' in conflict.ours"))
    for _ in range(2):  # the second merge counts anew
        said = repo.run("merge", "topic").stderr.decode().splitlines()
        said = [line for line in said if line.startswith("mergeassist: ")]
        assert len(said) == 3
        assert "in all" not in said[0]
        assert " conflicts in 2 files; mergeassist review" in said[1]
        assert said[2].endswith("; in all resolved 3 of 5 conflicts in 3 files; mergeassist review")
        repo.git("merge", "--abort")
