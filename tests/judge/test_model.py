"""The shipped judge."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.errors import InputError
from mergeassist.judge.evidence import ConflictView, FileView
from mergeassist.judge.model import Judge, load, shipped_folder
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose

CASES = [
    (b"import a\nimport b\n", b"import a\n", b"import a\nimport c\n"),
    (b"timeout = 30\n", b"timeout = 10\n", b"timeout = 20  # seconds\n"),
    (b"", b"old()\n", b"old(1)\n"),
    (b"x = 1\n" * 60, b"x = 2\n" * 60, b"y = 1\n" * 60),
]


@pytest.fixture(scope="module")
def judge() -> Judge:
    found = load()
    assert found is not None, "no judge is shipped"
    return found


def view_of(ours: bytes, base: bytes, theirs: bytes) -> ConflictView:
    merged = MergedFile((b"import os\n", Conflict(ours, base, theirs), b"main()\n"))
    return FileView(merged, Context("a.py", "python")).conflicts()[0]


@pytest.mark.parametrize("case", CASES)
def test_probabilities_are_ranked_and_leave_room(
    judge: Judge, case: tuple[bytes, bytes, bytes]
) -> None:
    view = view_of(*case)
    ranked = judge.rank(view, propose(view.sides))
    probabilities = [p.probability for p in ranked]
    assert probabilities == sorted(probabilities, reverse=True)  # type: ignore[type-var]
    assert 0 < sum(p or 0 for p in probabilities) <= 1 + 1e-3


def test_ranking_does_not_depend_on_the_order_of_proposals(judge: Judge) -> None:
    view = view_of(*CASES[1])
    proposals = propose(view.sides)
    one = {p.text: p.probability for p in judge.rank(view, proposals)}
    again = {p.text: p.probability for p in judge.rank(view, proposals)}
    assert one == again


def test_a_conflict_is_judged_in_the_light_of_the_others_of_its_file(judge: Judge) -> None:
    ours, base, theirs = CASES[1]
    alone = view_of(*CASES[1])
    chunks: list[bytes | Conflict] = [b"import os\n"]
    for at in range(4):
        chunks += [Conflict(*(b"%s%d\n" % (side, at) for side in (ours, base, theirs))), b"#\n"]
    views = FileView(MergedFile(tuple(chunks)), Context("a.py", "python")).conflicts()
    offered = [propose(view.sides) for view in views]
    together = judge.judge_file(views, offered)
    by_itself = [judge.judge(view, found) for view, found in zip(views, offered, strict=True)]
    assert all(one is not None for one in together)
    moved = [
        np.abs(one.scores - other.scores).max()
        for one, other in zip(together, by_itself, strict=True)
        if one is not None
    ]
    assert max(moved) < 1.0, "a pull is smaller than its strength"
    single = judge.judge_file([alone], [propose(alone.sides)])
    assert single[0] is not None
    assert single[0].ranked == judge.judge(alone, propose(alone.sides)).ranked


def test_conflicts_past_the_time_are_not_judged(judge: Judge) -> None:
    view = view_of(*CASES[0])
    asked = iter([False, True])
    found = judge.judge_file([view, view], [propose(view.sides)] * 2, is_late=lambda: next(asked))
    assert found[0] is not None
    assert found[1] is None


def test_everything_fits_in_the_wheel(judge: Judge) -> None:
    folder = shipped_folder()
    assert folder is not None
    assert sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) < 60e6


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is an extra")
@pytest.mark.parametrize("case", CASES)
def test_torch_and_numpy_agree(judge: Judge, case: tuple[bytes, bytes, bytes]) -> None:
    folder = shipped_folder()
    assert folder is not None
    other = Judge(folder, "torch")
    view = view_of(*case)
    proposals = propose(view.sides)
    probabilities = [
        one.calibration.probabilities(one.scores(view, proposals)) for one in (judge, other)
    ]
    assert np.abs(probabilities[0] - probabilities[1]).max() < 1e-3


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no judge"):
        Judge(tmp_path)


def test_an_unknown_runtime_is_named() -> None:
    with pytest.raises(InputError, match="no such runtime"):
        Judge(Path(), "abacus")
