"""Repositories that are not whole, merges that are not plain, and runs that were killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mergeassist.app.learn import learn
from mergeassist.app.preview import preview
from mergeassist.errors import UsageError
from mergeassist.git import asking, history, merges
from mergeassist.git.merges import Replay
from tests.learn.past import Past, framed

ROOT = Path(__file__).parents[2]
FOUR = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))


def test_a_partial_clone_learns_what_it_has(past: Past, tmp_path: Path) -> None:
    """One line says what is missing, and nothing is fetched."""
    past.merge("a", *FOUR)
    past.merge("b", *FOUR)
    past.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    past.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{past.root}",
             str(clone))  # fmt: skip
    packs = sorted((clone / ".git" / "objects").rglob("*.pack"))
    report = learn(clone)
    assert (report.new, report.conflicts) == (2, 0)
    (note,) = report.notes
    assert note.startswith("2 merges could not be redone: ")
    assert "\n" not in note
    with pytest.raises(UsageError, match=r"unable to read.*; in a partial clone: git fetch"):
        preview("HEAD^1..HEAD^2", clone)
    assert sorted((clone / ".git" / "objects").rglob("*.pack")) == packs


def test_a_submodule_in_conflict_is_passed(past: Past) -> None:
    """The file beside it is learned."""
    past.now += 1
    base = past.commit({"a": FOUR[0]}, "base")
    for branch, text in (("topic", FOUR[2]), ("main", FOUR[1])):
        past.git("checkout", "-q", "-B", branch, base)
        other = past.git("commit-tree", "HEAD^{tree}", "-m", branch).strip()
        past.git("update-index", "--add", "--cacheinfo", f"160000,{other},module")
        (past.root / "a").write_bytes(text)
        past.git("add", "a")
        past.git("commit", "-q", "-m", branch)
    past.git("merge", "-q", "topic", ok=False)
    (past.root / "a").write_bytes(FOUR[3])
    past.git("add", "a")
    past.git("update-index", "--cacheinfo", f"160000,{base},module")
    past.git("commit", "-q", "-m", "Merge branch 'topic'")
    report = learn(past.root)
    assert (report.new, report.conflicts, report.notes) == (1, 1, ())


def test_an_octopus_under_way_is_unknown(past: Past) -> None:
    past.fork({"a": FOUR[0]}, {"a": FOUR[1]}, {"a": FOUR[2]})
    topic = past.git("rev-parse", "topic").strip()
    head = past.root / ".git" / "MERGE_HEAD"
    head.write_text(f"{topic}\n{topic}\n")
    assert history.facts("a", past.root) == history.Facts()
    head.write_text(f"{topic}\n")
    assert history.facts("a", past.root).history is not None


def test_a_replaced_commit_and_a_graft_change_nothing_that_is_kept(past: Past) -> None:
    past.merge("a", *FOUR)
    before = learn(past.root).conflicts
    past.git("replace", "--graft", "HEAD^2")
    report = learn(past.root, rebuild=True)
    assert (report.conflicts, report.notes) == (before, ())


def test_learning_leaves_a_graph_that_a_merge_reads(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands beside the index, not among the repository's objects."""
    past.merge("a", *FOUR)
    past.fork({"b": FOUR[0]}, {"b": FOUR[1]}, {"b": FOUR[2]})
    before = past.state()
    monkeypatch.setattr("mergeassist.app.learn._MANY", 1)
    learn(past.root)
    place = past.root.joinpath(".git", *asking.GRAPH)
    new = sorted(str(f.relative_to(place)) for f in place.rglob("*") if f.is_file())
    assert new == ["info/commit-graph"]
    assert past.git("commit-graph", "verify", "--object-dir", str(place), ok=False) == ""
    topic = past.git("rev-parse", "topic").strip()
    monkeypatch.setenv(f"GITHEAD_{topic}", "topic")
    lent: list[str] = []
    start = asking.spawn

    def listening(words: list[str], environment: dict[str, str]) -> object:
        lent.append(environment.get("GIT_OBJECT_DIRECTORY", ""))
        return start(words, environment)

    monkeypatch.setattr(asking, "spawn", listening)
    facts = history.facts("b", past.root)
    assert {os.path.realpath(name) for name in lent[1:]} == {os.path.realpath(place)}
    assert facts.history is not None
    assert [c["subject"] for c in facts.history["ours"]] == ["change of ours"]
    subprocess.run(["rm", "-r", str(past.root / ".git" / "mergeassist")], check=True)
    assert past.state() == before


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from mergeassist.git.merges import Replay
with Replay({repo!r}) as replay:
    print(replay._folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_run_left_is_swept(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not what a living one holds, nor what is too young to be told apart."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    past.commit({"a": b"a\n"})
    code = KILLED.format(root=str(ROOT), repo=str(past.root))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    left = Path(os.fsdecode(done.stdout.strip()))
    assert left.is_dir() and left.parent == temporary
    foreign = temporary / "mergeassist-replay-foreign"
    foreign.mkdir()
    with Replay(past.root) as living:
        assert left.is_dir()
        monkeypatch.setattr(merges, "_YOUNG", -60.0)
        with Replay(past.root):
            assert not left.exists()
            assert Path(living._folder).is_dir()
    assert [file.name for file in temporary.iterdir()] == [foreign.name]
