"""Evidence from the repository: the tips of the operation, and each side's own commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mergeassist.git import history


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {
        "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    root = tmp_path / "repository"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    commit(root, "one\ntwo\n", "start")
    run(root, "checkout", "-q", "-b", "topic")
    commit(root, "one\ntopic\n", "topic changes two")
    run(root, "checkout", "-q", "main")
    commit(root, "one\nfirst try\n", "main tries")
    commit(root, "one\nmain\n", "main changes two")
    return root


def run(root: Path, *words: str, check: bool = True) -> None:
    subprocess.run(["git", *words], cwd=root, check=check, capture_output=True)


def commit(root: Path, text: str, message: str) -> None:
    (root / "file.txt").write_text(text)
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", message)


def subjects(facts: history.Facts, side: str) -> list[str]:
    assert facts.history is not None
    return [commit["subject"] for commit in facts.history[side]]


def test_a_stopped_merge_knows_both_sides(repository: Path) -> None:
    run(repository, "merge", "topic", check=False)
    facts = history.facts("file.txt", repository)
    assert subjects(facts, "ours") == ["main changes two", "main tries"]
    assert subjects(facts, "theirs") == ["topic changes two"]
    assert facts.history is not None
    assert "+first try" in facts.history["ours"][1]["patch"]
    assert facts.authors == ("a@example.org",) * 3
    assert facts.times is not None and facts.times[0] >= facts.times[1] > 0


def test_inside_a_merge_the_environment_names_the_other_side(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = subprocess.run(
        ["git", "rev-parse", "topic"], cwd=repository, check=True, capture_output=True, text=True
    ).stdout.strip()
    monkeypatch.setenv(f"GITHEAD_{topic}", "topic")
    facts = history.facts("file.txt", repository)
    assert facts.message == "Merge branch 'topic'"
    assert subjects(facts, "theirs") == ["topic changes two"]


def test_a_stopped_rebase_takes_the_parent_for_base(repository: Path) -> None:
    run(repository, "checkout", "-q", "topic")
    run(repository, "rebase", "main", check=False)
    facts = history.facts("file.txt", repository)
    assert subjects(facts, "theirs") == ["topic changes two"]
    assert subjects(facts, "ours") == ["main changes two", "main tries"]


def test_nothing_is_known_outside_an_operation(repository: Path, tmp_path: Path) -> None:
    assert history.facts("file.txt", repository) == history.Facts()
    assert history.facts("file.txt", tmp_path) == history.Facts()


def test_too_slow_is_unknown(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(repository, "merge", "topic", check=False)
    monkeypatch.setattr(history, "SECONDS", 0.0)
    assert history.facts("file.txt", repository) == history.Facts()


def test_patches_are_cut(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_PATCH", 5)
    (row,) = history.side_commits("main~2", "topic", "file.txt", repository) or []
    assert row["patch"] == "@@ -2"
