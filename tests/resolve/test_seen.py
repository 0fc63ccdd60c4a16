"""`resolve` knows what this repository has resolved before."""

from __future__ import annotations

from typing import Any

import pytest

from mergeassist.app.learn import index_file, learn
from mergeassist.git.index_store import Index
from tests.resolve.conftest import resolve

NAMES = {"base": b"start(self, timeout, retries)\n",
         "ours": b"begin(self, timeout, retries, log)\n",
         "theirs": b"start(self, limit, retries, trace)\n"}
COMMITTED = b"begin(self, deadline, *rest)\n"
AROUND = b"first\nsecond\nthird\n"


@pytest.fixture
def again(repository: Any, cli: Any) -> Any:
    """A conflict that was resolved by hand once, in another file, and learned from."""

    def versions(path: str) -> list[dict[str, bytes]]:
        return [{path: AROUND + text + AROUND} for text in NAMES.values()]

    repository.branches(*versions("one.txt"))
    repository.merge()
    repository.commit({"one.txt": AROUND + COMMITTED + AROUND})
    repository.git("branch", "-D", "topic")
    repository.branches(*versions("two.txt"))
    repository.merge()
    return repository


def test_what_was_committed_then_is_offered(again, cli, capsys, monkeypatch) -> None:
    _, (before,) = resolve(again, capsys, monkeypatch, "--list")
    (conflict,) = before["conflicts"]
    assert COMMITTED.decode() not in [p["text"] for p in conflict["proposals"]]
    assert cli("learn", cwd=again.root).returncode == 0
    _, (after,) = resolve(again, capsys, monkeypatch, "--list")
    offered = after["conflicts"][0]["proposals"]
    (number,) = (n for n, p in enumerate(offered, 1) if p["text"] == COMMITTED.decode())
    assert offered[number - 1]["source"] == "seen-exact" and number <= 3
    assert offered[number - 1]["probability"] > 0.1
    code, _ = resolve(again, capsys, monkeypatch, "--accept", str(number))
    assert code == 0
    assert again.read("two.txt") == AROUND + COMMITTED + AROUND


def test_what_was_merged_since_is_learned_before(repository, run) -> None:
    learn(repository.root)
    repository.branches({"f": b"1\n"}, {"g": b"ours\n"}, {"h": b"theirs\n"})
    repository.git("merge", "-q", "--no-edit", "topic")
    merged = repository.git("rev-parse", "HEAD").decode().strip()
    repository.git("checkout", "-q", "topic")
    repository.commit({"f": b"2\n"})
    repository.git("checkout", "-q", "main")
    repository.commit({"f": b"3\n"})
    repository.merge()
    assert run("--list")[0] == 1
    with Index(index_file(repository.root)) as index:
        assert index.known() == {merged}
