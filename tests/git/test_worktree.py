"""What git's index and work tree say, read in few processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mergeassist.core.markers import Labels
from mergeassist.core.merge import Merge
from mergeassist.errors import GitError
from mergeassist.git import worktree
from mergeassist.git.run import git
from tests.git.real_git import Repo, lines

BASE, OURS, THEIRS = lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n")


def test_unmerged_paths_and_their_blobs(repo: Repo) -> None:
    repo.fork("a\tb\nc", BASE, OURS, THEIRS)
    repo.git("checkout", "-q", "topic")
    repo.commit("added", {"both": b"t\n", "gone": b"x\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("added", {"both": b"m\n"})
    repo.git("merge", "topic", code=1)
    entries = {entry.path: entry for entry in worktree.unmerged(repo.path)}
    assert set(entries) == {b"a\tb\nc", b"both"}
    changed = entries[b"a\tb\nc"]
    texts = worktree.blobs(repo.path, [name for name in changed.versions if name])
    assert changed.versions.map(lambda name: texts[name or ""]) == Merge(BASE, OURS, THEIRS)
    assert changed.modes == Merge("100644", "100644", "100644")
    assert entries[b"both"].base is None and entries[b"both"].modes.base is None
    assert changed.is_file


def test_nothing_unmerged(repo: Repo) -> None:
    repo.commit("one", {"f": b"1\n"})
    assert worktree.unmerged(repo.path) == []


def test_a_missing_blob(repo: Repo) -> None:
    with pytest.raises(GitError, match="no object"):
        worktree.blobs(repo.path, ["0" * 40])


def test_empty_and_large_blobs(repo: Repo) -> None:
    texts = [b"", b"\n", b"\0" * 100_000, b"no end"]
    names = [repo_blob(repo, text) for text in texts]
    assert worktree.blobs(repo.path, [*names, names[0]]) == dict(zip(names, texts, strict=True))


def repo_blob(repo: Repo, text: bytes) -> str:
    return git("hash-object", "-w", "--stdin", cwd=repo.path, input=text).decode().strip()


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert"])
def test_labels_are_those_git_printed(repo: Repo, operation: str) -> None:
    repo.git("config", "merge.conflictStyle", "diff3")
    repo.fork("f", BASE, OURS, THEIRS)
    if operation == "revert":
        repo.commit("later", {"f": lines(9, _5="later\n")})
    words = {"merge": "topic", "rebase": "topic", "cherry-pick": "topic", "revert": "HEAD~1"}
    repo.git(operation, words[operation], code=1)
    marked = repo.read("f").splitlines()
    ours, base, theirs = (
        next(line[8:] for line in marked if line.startswith(marker))
        for marker in (b"<<<<<<<", b"|||||||", b">>>>>>>")
    )
    assert worktree.operation_labels(repo.path) == Labels(ours, base, theirs)


def test_no_operation(repo: Repo) -> None:
    repo.commit("one", {"f": b"1\n"})
    assert worktree.operation_labels(repo.path) == Labels()


def test_directories(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", {"deep/f": b"1\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    assert worktree.root(repo.path / "deep") == repo.path
    assert worktree.root(linked) == linked
    assert worktree.common_dir(linked) == repo.path / ".git"
    assert worktree.common_dir(repo.path / "deep") == repo.path / ".git"
    assert worktree.git_dir(linked).parent == repo.path / ".git" / "worktrees"


def test_errors_are_one_line_with_gits_reason(tmp_path: Path) -> None:
    with pytest.raises(GitError, match=r"^git rev-parse [^\n]*not a git repository[^\n]*$"):
        git("rev-parse", "--show-toplevel", cwd=tmp_path)
    with pytest.raises(GitError, match="git"):
        git("version", cwd=tmp_path / "nowhere")
