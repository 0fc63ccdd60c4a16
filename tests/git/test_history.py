"""Evidence from the repository: the tips of the operation, and each side's own commits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.git import asking, history


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
    monkeypatch.setattr(asking, "SECONDS", 0.0)
    assert history.facts("file.txt", repository) == history.Facts()


def test_patches_are_cut(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_PATCH", 5)
    monkeypatch.setattr(history, "MAX_SUBJECT", 9)
    sides = history.sides_of("main~2", "main", "topic", "file.txt", repository)
    assert sides is not None
    assert [row["patch"] for row in sides["theirs"]] == ["@@ -2"]
    assert [row["subject"] for row in sides["theirs"]] == ["topic cha"]


def names_of(root: Path, name: str) -> str:
    done = subprocess.run(["git", "rev-parse", name], cwd=root, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("branch, name, message", [
    ("main", "topic", "Merge branch 'topic'"),
    ("work", "topic~0", "Merge branch 'topic' into work"),
    ("main", "v1", "Merge tag 'v1'"),
    ("main", "origin/topic", "Merge remote-tracking branch 'origin/topic'"),
    ("main", "COMMIT", "Merge commit 'COMMIT'"),
    ("--detach", "topic", "Merge branch 'topic' into HEAD"),
])  # fmt: skip
def test_the_message_is_the_one_git_will_propose(
    repository: Path, monkeypatch: pytest.MonkeyPatch, branch: str, name: str, message: str
) -> None:
    topic = names_of(repository, "topic")
    run(repository, "tag", "v1", topic)
    run(repository, "update-ref", "refs/remotes/origin/topic", topic)
    run(repository, "checkout", "-q", *([branch] if branch == "--detach" else ["-B", branch]))
    name, message = name.replace("COMMIT", topic), message.replace("COMMIT", topic)
    with monkeypatch.context() as patch:
        patch.setenv(f"GITHEAD_{topic}", name)
        assert history.facts("file.txt", repository).message == message
    run(repository, "merge", name, check=False)
    assert (repository / ".git" / "MERGE_MSG").read_text().partition("\n")[0] == message
    assert history.facts("file.txt", repository).message == message


def test_a_pull_names_what_was_fetched(repository: Path, tmp_path: Path) -> None:
    """Asked by a driver in the middle of it, and again when it has stopped."""
    run(tmp_path, "clone", "-q", "-b", "main", str(repository), "copy")
    copy, out = tmp_path / "copy", tmp_path / "said"
    code = ("from mergeassist.git import history; "
            f"open({str(out)!r}, 'w').write(str(history.facts('file.txt').message))")  # fmt: skip
    driver = f"PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -c \"{code}\"; exit 1 #"
    run(copy, "config", "merge.x.driver", driver)
    (copy / ".git" / "info" / "attributes").write_text("* merge=x\n")
    run(copy, "pull", "-q", "--no-rebase", "origin", "topic", check=False)
    said = (copy / ".git" / "MERGE_MSG").read_text().partition("\n")[0]
    assert out.read_text() == said == f"Merge branch 'topic' of {repository}"


def test_a_revert_leads_from_the_commit_to_the_one_before(repository: Path) -> None:
    run(repository, "revert", "--no-edit", "HEAD~1", check=False)
    facts = history.facts("file.txt", repository)
    assert subjects(facts, "ours") == ["main changes two"]
    assert subjects(facts, "theirs") == []


@pytest.mark.parametrize("renamed", ["ours", "theirs"])
def test_a_renamed_file_has_its_earlier_commits(repository: Path, renamed: str) -> None:
    """They come behind those under the new name; the other side's are found too."""
    commits = ["rename"]
    run(repository, "checkout", "-q", "main" if renamed == "ours" else "topic")
    run(repository, "mv", "file.txt", "moved.txt")
    run(repository, "commit", "-q", "-m", "rename")
    sides = history.sides_of(names_of(repository, "main~2" if renamed == "theirs" else "main~3"),
                             "main", "topic", "moved.txt", repository)  # fmt: skip
    assert sides is not None
    found = {side: [row["subject"] for row in rows] for side, rows in sides.items()}
    ours, theirs = ["main changes two", "main tries"], ["topic changes two"]
    expected = {"ours": ours, "theirs": theirs}
    expected[renamed] = commits + expected[renamed]
    assert found == expected


def test_what_an_operation_shares_is_asked_once(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(repository, "merge", "topic", check=False)
    asked: list[str] = []
    start = asking.spawn

    def counting(words: list[str], environment: dict[str, str]) -> object:
        asked.append(next(w for w in words[1:] if w in ("rev-parse", "log", "var", "merge-base")))
        return start(words, environment)

    monkeypatch.setattr(asking, "spawn", counting)
    first = history.facts("file.txt", repository)
    assert sorted(asked) == ["log", "log", "log", "merge-base", "rev-parse", "rev-parse", "var"]
    asked.clear()
    assert history.facts("file.txt", repository)[2:] == first[2:]
    assert sorted(asked) == ["log", "log", "rev-parse"]
    (repository / ".git" / "mergeassist" / "operation").write_bytes(b"\xff{")
    assert history.facts("file.txt", repository)[2:] == first[2:]
    run(repository, "merge", "--abort")
    run(repository, "merge", "-q", "topic~1", check=False)
    assert history.facts("file.txt", repository) == history.Facts()


def test_an_operation_that_is_too_slow_is_asked_no_more(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(repository, "merge", "topic", check=False)
    tried = []

    def late(git: history.Git, *words: object) -> None:
        tried.append(words)
        git.deadline = 0.0

    monkeypatch.setattr(history, "_logs", late)
    for _ in range(history.STRIKES + 2):
        facts = history.facts("file.txt", repository)
        assert (facts.history, facts.authors) == (None, ("a@example.org",) * 3)
    assert len(tried) == history.STRIKES


def test_the_users_settings_take_no_part(repository: Path) -> None:
    def sides() -> object:
        return history.sides_of("main~2", "main", "topic", "file.txt", repository)

    plain = sides()
    for key, value in {
        "log.follow": "true", "color.ui": "always", "diff.noprefix": "true", "diff.context": "9",
        "diff.external": "false", "log.showSignature": "true", "format.pretty": "oneline",
        "diff.interHunkContext": "9", "diff.algorithm": "patience", "log.showRoot": "false",
        "diff.mnemonicPrefix": "true", "i18n.logOutputEncoding": "utf-16", "log.date": "iso",
    }.items():  # fmt: skip
        run(repository, "config", key, value)
    assert sides() == plain is not None


def test_control_characters_in_a_patch_are_text(repository: Path) -> None:
    commit(repository, "one\n\x01\n\x01\x02\n", "main adds control characters")
    sides = history.sides_of("main~3", "main", "topic", "file.txt", repository)
    assert sides is not None
    assert [len(sides[name]) for name in ("ours", "theirs")] == [3, 1]
    assert "+\x01\n+\x01\x02\n" in sides["ours"][0]["patch"]


def test_a_partial_clone_fetches_nothing(repository: Path, tmp_path: Path) -> None:
    """Missing blobs make the history unknown; who and when are known."""
    run(repository, "config", "uploadpack.allowFilter", "true")
    run(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{repository}", "part")
    part = tmp_path / "part"
    topic = names_of(repository, "topic")
    objects = sorted(file.name for file in (part / "objects").rglob("*") if file.is_file())
    os.environ[f"GITHEAD_{topic}"] = "topic"
    try:
        facts = history.facts("file.txt", part)
    finally:
        del os.environ[f"GITHEAD_{topic}"]
    assert (facts.history, facts.message) == (None, "Merge branch 'topic'")
    assert facts.authors == ("a@example.org",) * 3
    assert sorted(f.name for f in (part / "objects").rglob("*") if f.is_file()) == objects


def test_a_shallow_clone_knows_no_history(repository: Path, tmp_path: Path) -> None:
    run(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repository}", "part")
    run(tmp_path / "part", "merge", "--allow-unrelated-histories", "origin/topic", check=False)
    facts = history.facts("file.txt", tmp_path / "part")
    assert (facts.history, facts.message) == (None, "Merge remote-tracking branch 'origin/topic'")


@pytest.mark.parametrize("days, first", [(0, "lent"), (29, "lent"), (31, "own")])
def test_the_lent_graph_comes_first_until_it_is_stale(
    tmp_path: Path, days: int, first: str
) -> None:
    """git reads no second graph: the one in the object directory it is told is its own."""
    own, lent = tmp_path / "objects", tmp_path.joinpath(*asking.GRAPH)
    for place, age in ((own, 0), (lent, days)):
        graph = place / "info" / "commit-graph"
        graph.parent.mkdir(parents=True)
        graph.touch()
        os.utime(graph, (1e9 - 86_400 * age,) * 2)
    git = asking.Git(tmp_path, environment={"GIT_ALTERNATE_OBJECT_DIRECTORIES": "/another"})
    git.lend_graph(str(tmp_path))
    order = [lent, own] if first == "lent" else [own, lent]
    assert git.environment["GIT_OBJECT_DIRECTORY"] == str(order[0])
    assert git.environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] == f"{order[1]}{os.pathsep}/another"
    (lent / "info" / "commit-graph").unlink()
    plain = asking.Git(tmp_path, environment={})
    plain.lend_graph(str(tmp_path))
    assert "GIT_OBJECT_DIRECTORY" not in plain.environment
