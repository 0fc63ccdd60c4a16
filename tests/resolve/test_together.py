"""`resolve` judges equal conflicts of all files together."""

from __future__ import annotations

from typing import Any

import pytest

from mergeassist.app import resolve_tree
from mergeassist.app.judging import Wanted, judge
from mergeassist.app.resolve_tree import WorkTree
from mergeassist.app.session import Session
from mergeassist.core.outcome import Decision, Proposal
from tests.resolve.conftest import resolve

AROUND = b"first\nsecond\nthird\n"
# the judge's probability of ours, theirs in each file; at 0.8 it accepts
SAID = {"a.txt": (0.9, 0.05), "b.txt": (0.85, 0.1), "c.txt": (0.3, 0.6)}


def decide(merged: Any, context: Any, *, min_probability: Any = None, **_: Any) -> Any:
    said = SAID.get(context.path, (0.7, 0.2))
    threshold = 0.8 if min_probability is None else min_probability

    def one(conflict: Any) -> Decision:
        both = [Proposal(conflict.ours, "line-ours", (), said[0]),
                Proposal(conflict.theirs, "line-theirs", (), said[1])]
        both.sort(key=lambda proposal: -(proposal.probability or 0.0))
        return Decision(conflict, tuple(both), max(said) >= threshold, "alone")

    return tuple(one(conflict) for conflict in merged.conflicts)


@pytest.fixture
def three(repository: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One conflict in three files, twice with other white space, and another one in a fourth."""
    monkeypatch.setattr(resolve_tree, "decide", decide)
    bumps = [b"version = 1\n", b"version = 2\n", b"version = 3\n"]
    others = [b"x\n", b"y\n", b"z\n"]
    repository.branches(*(
        {**{name: AROUND + indent + bump + AROUND
            for name, indent in (("a.txt", b""), ("b.txt", b"  "), ("c.txt", b"\t"))},
         "d.txt": AROUND + other + AROUND}
        for bump, other in zip(bumps, others, strict=True)
    ))
    repository.merge()
    return repository


def proposals(files: list[dict[str, Any]]) -> dict[str, tuple[str, float]]:
    firsts = {file["path"]: file["conflicts"][0]["proposals"][0] for file in files}
    return {path: (first["text"].strip(), first["probability"]) for path, first in firsts.items()}


def test_a_list_ranks_them_alike(three, capsys, monkeypatch) -> None:
    _, files = resolve(three, capsys, monkeypatch, "--list")
    found = proposals(files)
    assert {found[name][0] for name in SAID} == {"version = 2"}
    (probability,) = {found[name][1] for name in SAID}
    assert 0.6 < probability < 0.85
    assert found["d.txt"] == ("y", 0.7), "one of its own is left alone"


@pytest.mark.parametrize("least, settled", [("0.8", set()), ("0.6", {*SAID, "d.txt"})])
def test_all_of_them_are_settled_or_none(
    three, capsys, monkeypatch, least: str, settled: set[str]
) -> None:
    resolve(three, capsys, monkeypatch, "--yes", "--min-probability", least)
    done = {name for name in (*SAID, "d.txt") if b"<<<<" not in three.read(name)}
    assert done == settled
    if settled:
        assert three.read("c.txt") == AROUND + b"\tversion = 2\n" + AROUND


def test_what_would_no_longer_parse_is_not_accepted(three, capsys, monkeypatch) -> None:
    monkeypatch.setattr("mergeassist.app.guards.still_parses",
                        lambda merged, decisions, context: context.path != "c.txt" and None)
    resolve(three, capsys, monkeypatch, "--yes", "--min-probability", "0.6")
    assert b"<<<<" in three.read("c.txt") and b"<<<<" not in three.read("a.txt")


def test_the_conflict_on_the_screen_keeps_its_order(three) -> None:
    """Those behind it are told of when all files are judged."""
    tree = WorkTree(three.root)
    session = Session(tree, len(tree.entries))
    for news in judge(Wanted(three.root)):
        session.take(news)
    firsts = [session.decision(place).proposals[0] for place in session.places]
    assert [first.probability for first in firsts[:1]] == [0.9]
    assert [first.text.strip() for first in firsts[1:3]] == [b"version = 2"] * 2
    assert firsts[1].probability == firsts[2].probability < 0.85
