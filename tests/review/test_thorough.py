"""`install --thorough`: hooks that look a merge, a pick or a rebase over, and only warn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.git.index_store import Index
from mergeassist.git.thorough import NAMES
from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo
from tests.review.conftest import Cli

FILLER = "\n".join(f"x{n} = {n}" for n in range(12)) + "\n"
FUNCTION = "def new():\n    return 1\n"
TWICE = "f.py:15: the merge made a second 'new'"


@pytest.fixture
def command(make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch) -> str:
    """A driver, and beside it a program `mergeassist` that notes that it was started."""
    driver = make_driver(ACCEPT_ALL)
    program = Path(driver).with_name("mergeassist")
    program.write_text(
        f'#!/bin/sh\necho >>"${{0%/*}}/started"\nexec {sys.executable} -m mergeassist "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return driver


def armed(repo: Repo, cli: Cli, command: str) -> Repo:
    """Both sides add the function, at either end of the file."""
    repo.fork("f.py", FILLER.encode(), (FILLER + FUNCTION).encode(), (FUNCTION + FILLER).encode())
    said = cli("install", "--thorough", "--driver", command, err=True)
    assert "hooks look merges over: post-merge, post-commit, post-rewrite" in said
    return repo


def said_by(repo: Repo, *words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def starts(command: str) -> int:
    note = Path(command).with_name("started")
    return len(note.read_text().splitlines()) if note.exists() else 0


@pytest.mark.parametrize(
    "words", [("merge", "--no-edit", "topic"), ("cherry-pick", "topic"), ("rebase", "topic")]
)
def test_what_git_made_in_silence_is_warned_of(
    repo: Repo, cli: Cli, command: str, words: tuple[str, ...]
) -> None:
    said = said_by(armed(repo, cli, command), *words)
    assert said.count(f"mergeassist: warning: {TWICE}") == 1
    assert starts(command) == 1
    assert repo.git("status", "--porcelain") == ""


def test_a_merge_finished_by_hand(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command).git("merge", "--no-commit", "topic")
    assert TWICE in said_by(repo, "commit", "-q", "-m", "by hand")


def test_a_revert(repo: Repo, cli: Cli, command: str) -> None:
    """What it brings back was moved in the meantime: now it stands there twice."""
    repo.commit("both", {"f.py": (FILLER + FUNCTION).encode()})
    repo.commit("gone", {"f.py": FILLER.encode()})
    repo.commit("elsewhere", {"f.py": (FUNCTION + FILLER).encode()})
    cli("install", "--thorough", "--driver", command, err=True)
    assert TWICE in said_by(repo, "revert", "--no-edit", "HEAD~1")
    assert starts(command) == 1


def test_a_pick_finished_by_hand(repo: Repo, cli: Cli, command: str) -> None:
    """git has forgotten by then what was picked; who met the conflict has noted it."""
    program = Path(command)
    program.write_text(program.read_text().replace(ACCEPT_ALL, ""))
    text = FILLER.replace("x5 = 5", "x5 = {}")
    repo.fork("f.py", FILLER.encode(), (text.format("o") + FUNCTION).encode(),
              (FUNCTION + text.format("t")).encode())
    cli("install", "--thorough", "--no-learn", "--driver", command, err=True)
    cli("track", "--local", "*.py", err=True)
    repo.git("cherry-pick", "topic", code=1)
    cli("resolve", "--list", code=1)
    (repo.path / "f.py").write_text(FUNCTION + text.format("both") + FUNCTION)
    repo.git("add", "f.py")
    assert TWICE in said_by(repo, "commit", "-q", "--no-edit")
    # the next commit is no pick, whatever was noted
    repo.git("commit", "-q", "--allow-empty", "-m", "plain")
    assert starts(command) == 1


def test_a_merge_is_learned_once_it_is_made(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command)
    file = repo.path / ".git" / "mergeassist" / "index.sqlite"
    with Index(file) as index:
        assert index.known() == set()
    os.utime(file, (1_577_836_800, 1_577_836_800))  # when these tests make their merges
    repo.git("merge", "--no-edit", "topic")
    with Index(file) as index:
        assert index.known() == {repo.git("rev-parse", "HEAD").strip()}


def test_python_is_not_started_for_a_commit_or_a_fast_forward(
    repo: Repo, cli: Cli, command: str
) -> None:
    armed(repo, cli, command)
    repo.git("commit", "-q", "--allow-empty", "-m", "plain")
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "amended")
    assert starts(command) == 0
    repo.git("checkout", "-q", "-b", "behind", "HEAD~1")
    repo.git("merge", "-q", "--ff-only", "-")
    assert starts(command) == 0


def test_switched_off_and_taken_away(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command).git("config", "mergeassist.thorough", "false")
    assert "warning" not in said_by(repo, "merge", "--no-edit", "topic")
    assert starts(command) == 0
    cli("uninstall", err=True)
    assert not any((repo.path / ".git/hooks" / name).exists() for name in NAMES)
    assert repo.git("config", "mergeassist.thorough", code=1) == ""


def test_the_hook_of_somebody_else_stays(repo: Repo, cli: Cli, command: str) -> None:
    place = repo.path / ".git/hooks/post-merge"
    place.parent.mkdir(exist_ok=True)
    place.write_text("#!/bin/sh\necho mine\n")
    said = cli("install", "--thorough", "--driver", command, err=True)
    assert "post-merge is not mergeassist's; add to it: mergeassist check --after" in said
    assert "merges over: post-commit, post-rewrite" in said
    cli("uninstall", err=True)
    assert place.read_text() == "#!/bin/sh\necho mine\n"


def test_a_folder_of_hooks_that_others_share_is_left_alone(
    repo: Repo, cli: Cli, command: str, tmp_path: Path
) -> None:
    shared = tmp_path / "shared-hooks"
    shared.mkdir()
    repo.git("config", "core.hooksPath", str(shared))
    said = cli("install", "--thorough", "--driver", command, err=True)
    assert said.count("is not mergeassist's; add to it") == len(NAMES)
    assert os.listdir(shared) == []
    cli("uninstall", err=True)


def test_a_broken_program_never_fails_a_merge(repo: Repo, cli: Cli, command: str) -> None:
    armed(repo, cli, command)
    Path(command).with_name("mergeassist").unlink()
    assert "warning" not in said_by(repo, "merge", "--no-edit", "topic")
    assert repo.git("log", "-1", "--format=%p").count(" ") == 1
