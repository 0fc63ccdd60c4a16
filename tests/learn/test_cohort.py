"""Equal conflicts of one merge: one judgement, whatever file they stand in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mergeassist.app import cohort
from mergeassist.app import decide as deciding
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.judge import model
from mergeassist.propose.context import Context
from tests.learn.past import OneByOne, Past, framed

ONE = Conflict(b"version = 2\n", b"version = 1\n", b"version = 3\n")
SPACED = Conflict(b"  version = 2\n", b"  version = 1\n", b"  version = 3\n")
OTHER = Conflict(b"a\n", b"b\n", b"c\n")
THRESHOLD = 0.8


def decision(conflict: Conflict, ours: float | None, theirs: float | None) -> Decision:
    """Two proposals with the judge's probabilities, best first."""
    both = [Proposal(conflict.ours, "line-ours", (), ours),
            Proposal(conflict.theirs, "line-theirs", (), theirs)]  # fmt: skip
    both.sort(key=lambda one: -(one.probability or 0.0))
    best = both[0].probability or 0.0
    return Decision(conflict, tuple(both), best >= THRESHOLD, "alone")


def jointly(files: list[tuple[Decision, ...]]) -> list[tuple[Decision, ...]]:
    """As `resolve` does with all files of a merge."""
    groups = cohort.groups_of(files)
    return [cohort.joined(decisions, groups, THRESHOLD) for decisions in files]


def test_equal_conflicts_rank_and_settle_alike() -> None:
    files = [
        (decision(ONE, 0.85, 0.1), decision(OTHER, 0.3, 0.6)),
        (decision(SPACED, 0.3, 0.6),),
        (decision(ONE, 0.9, 0.05),),
    ]
    (first, untouched), (second,), (third,) = jointly(files)
    assert untouched is files[0][1]
    sources = {one.proposals[0].source for one in (first, second, third)}
    assert sources == {"line-ours"}
    said = {one.proposals[0].probability for one in (first, second, third)}
    assert len(said) == 1
    (probability,) = said
    assert probability is not None and 0.6 < probability < 0.8
    assert not any(one.accepted for one in (first, second, third))
    assert second.proposals[0].text == SPACED.ours, "each file keeps its own white space"
    assert "2 equal conflicts" in first.reason


def test_agreement_changes_nothing_but_the_words() -> None:
    alone = decision(ONE, 0.9, 0.05)
    for one in jointly([(alone,), (alone,)]):
        assert [p.probability for p in one[0].proposals] == pytest.approx([0.9, 0.05], abs=1e-3)
        assert one[0].accepted


def test_what_only_some_propose_counts_less() -> None:
    more = decision(ONE, 0.1, 0.2)
    more = more._replace(proposals=(Proposal(b"version = 4\n", "x", (), 0.6), *more.proposals))
    (joint,), _ = jointly([(more,), (decision(ONE, 0.1, 0.7),)])
    assert joint.proposals[0].source == "line-theirs"


def test_without_a_judge_nothing_happens() -> None:
    files = [(decision(ONE, None, None),), (decision(ONE, None, None),)]
    assert jointly(files) == files


def test_a_later_file_hears_of_the_earlier_ones(tmp_path: Path) -> None:
    operation = ["head", "theirs", None, "topic"]

    def after(*decisions: Decision, key: list[str | None] = operation) -> tuple[Decision, ...]:
        return cohort.with_earlier(decisions, tmp_path / "state", key, THRESHOLD)

    sure = decision(ONE, 0.9, 0.05)
    assert after(sure) == (sure,)
    (unsure,) = after(decision(SPACED, 0.5, 0.3))
    assert unsure.proposals[0].probability == pytest.approx(0.75, abs=0.01)
    (against,) = after(decision(ONE, 0.001, 0.999))
    assert not against.accepted, "its equal was settled as ours"
    other = ["head", "another", None, "topic"]
    assert after(decision(ONE, 0.001, 0.999), key=other)[0].accepted


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"operation": null}'])
def test_a_damaged_file_is_no_reason_to_fail(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cohort").write_bytes(content)
    sure = (decision(ONE, 0.9, 0.05),)
    assert cohort.with_earlier(sure, tmp_path, ["a"], THRESHOLD) == sure
    assert cohort.with_earlier(sure, tmp_path / "no" / "such", ["a"], THRESHOLD) == sure


class ByFile(OneByOne):
    """A judge that is sure of ours in one file, and of theirs in every other."""

    class calibration:  # noqa: N801 - stands for an attribute
        threshold = staticmethod(lambda risk: THRESHOLD)

    @staticmethod
    def judge(view: object, proposals: tuple[Proposal, ...], _: object) -> model.Judged:
        path = view.file.context.path  # type: ignore[attr-defined]
        side = "line-ours" if path == "a.txt" else "line-theirs"
        judged = [p._replace(probability=0.95 if side in p.sources else 0.001) for p in proposals]
        ranked = tuple(sorted(judged, key=lambda p: -(p.probability or 0.0)))
        return model.Judged(ranked, proposals, (), np.zeros((0, 0)), np.zeros(0))


def test_a_driver_never_contradicts_what_it_settled(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ("a.txt", "b.txt")
    texts = [{path: framed(text) for path in files} for text in (b"b\n", b"o\n", b"t\n")]
    past.fork(*texts)
    topic = past.git("rev-parse", "topic").strip()
    monkeypatch.setenv(f"GITHEAD_{topic}", "topic")
    monkeypatch.setattr(deciding, "_judge", ByFile)
    merged = MergedFile((b"above\n", Conflict(b"o\n", b"b\n", b"t\n"), b"below\n"))

    def settled(path: str) -> bytes | None:
        (one,) = deciding.decide(merged, Context(path), repository=past.root)
        return one.text

    assert settled("a.txt") == b"o\n"
    assert settled("b.txt") is None
    kept = json.loads((past.root / ".git" / "mergeassist" / "cohort").read_text())
    assert topic in kept["operation"]
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=past.root, check=True)
    assert settled("b.txt") == b"t\n", "another operation"
