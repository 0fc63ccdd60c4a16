"""The figures of `mergeassist evaluate`, on a corpus whose answers are known."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mergeassist.app.evaluate import (
    Options,
    Scored,
    calibration,
    evaluate,
    pattern_table,
    row_of,
    rows_by_language,
    shares_at,
)
from mergeassist.judge.model import shipped_folder


def scored(first: bool, probability: float | None, accepted: bool = False) -> Scored:
    return Scored(
        repository="r", language="python", first=first, first_three=True, oracle=True,
        first_but_space=first, accepted=accepted, probability=probability, candidates=4,
        ours=first, theirs=False, token_merge=None,
        right_sources=("line-ours",) if first else ("line-theirs",),
        sources=("line-ours", "line-theirs"),
    )  # fmt: skip


def record(ours: str, theirs: str, resolved: str) -> dict[str, object]:
    around = "first\n{}last\n"
    return {
        "repo": "r", "path": "a.txt", "language": "text", "base": around.format("start\n"),
        "ours": around.format(ours), "theirs": around.format(theirs),
        "resolved": around.format(resolved),
    }  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    rows = [
        record("ours\n", "theirs\n", "ours\n"),
        record("ours\n", "theirs\n", "ours\ntheirs\n"),
        record("ours\n", "theirs\n", "something nobody wrote\n"),
        record("start\n", "theirs\n", "theirs\n"),
    ]
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_counts_and_oracle(corpus: Path, jobs: int) -> None:
    seen: list[int] = []
    found = evaluate([corpus], Options(), jobs=jobs, progress=seen.append)
    conflicts = [one for score in found for one in score.conflicts]
    assert len(found) == seen[-1] == 4
    assert len(conflicts) == 3  # the fourth merges cleanly
    row = row_of(conflicts)
    assert row.oracle == pytest.approx(2 / 3)
    assert row.ours == pytest.approx(1 / 3)


@pytest.mark.skipif(shipped_folder() is None, reason="no judge is shipped")
def test_learning_goes_forward_in_time_only(tmp_path: Path) -> None:
    """Twenty merges that took theirs teach those after them, and not those before."""
    rows = [
        {**record(f"ours {at}\n", f"theirs {at}\n", f"theirs {at}\n"), "merge": f"{at:040x}",
         "times": [100 + at, 50, 60], "authors": ["m", "o", "t"]}
        for at in range(20)
    ]  # fmt: skip
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in reversed(rows)))

    def theirs_first(options: Options) -> list[bool]:
        found = evaluate([path], options, jobs=1)
        return [one.first for score in found for one in score.conflicts]

    plain, learned = theirs_first(Options()), theirs_first(Options(learn=True))
    assert learned[0] == plain[-1]  # the oldest merge, which nothing has taught
    assert learned[-1] and sum(learned) > sum(plain)


@pytest.mark.skipif(shipped_folder() is None, reason="no judge is shipped")
def test_a_repository_teaches_itself_only(tmp_path: Path) -> None:
    rows = [
        {**record(f"ours {at}\n", f"theirs {at}\n", f"{side} {at}\n"), "merge": f"{at:040x}",
         "times": [100 + at, 50, 60], "authors": ["m", "o", "t"], "repo": side}
        for at in range(12) for side in ("ours", "theirs")
    ]  # fmt: skip

    def said(name: str, kept: Sequence[str]) -> list[float | None]:
        path = tmp_path / name
        chosen = [row for row in rows if row["repo"] in kept]
        path.write_text("".join(json.dumps(row) + "\n" for row in chosen))
        found = evaluate([path], Options(learn=True), jobs=1)
        return [one.probability for score in found for one in score.conflicts]

    apart = said("o.jsonl", ["ours"]) + said("t.jsonl", ["theirs"])
    assert said("both.jsonl", ["ours", "theirs"]) == apart
    assert len(set(apart)) > 4


def test_precision_is_of_the_accepted_only() -> None:
    row = row_of([scored(True, 0.9, True), scored(False, 0.9, True), scored(True, 0.2)])
    assert (row.accepted, row.precision) == (pytest.approx(2 / 3), 0.5)


def test_small_languages_have_no_row() -> None:
    many = [scored(True, None)] * 100
    assert set(rows_by_language(many)) == {"python"}
    assert rows_by_language(many[:99]) == {}


def test_shares_count_from_the_most_certain() -> None:
    good, bad = [scored(True, 0.9)] * 40, [scored(False, 0.5)] * 60
    assert shares_at(good + bad, (0.95, 0.4)) == {"0.95": 0.4, "0.40": 1.0}
    assert shares_at([scored(True, None)], (0.9,)) == {}


def test_calibration_error_of_an_honest_and_a_boastful_judge() -> None:
    honest = [scored(at % 2 == 0, 0.5) for at in range(100)]
    boastful = [scored(at % 2 == 0, 0.9) for at in range(100)]
    assert (calibration(honest) or {})["error"] == pytest.approx(0.0, abs=0.11)
    assert (calibration(boastful) or {})["error"] == pytest.approx(0.4, abs=0.11)
    assert calibration([scored(True, None)]) is None


def test_pattern_table_gives_share_and_precision() -> None:
    table = pattern_table([scored(True, None), scored(False, None)])
    assert table == {"line-ours": (1.0, 0.5), "line-theirs": (1.0, 0.5)}


@pytest.mark.parametrize(
    ("words", "learns"),
    [((), True), (("--no-learn",), False), (("--no-history",), False),
     (("--no-history", "--learn"), True)],
)  # fmt: skip
def test_the_command_prints_json(corpus: Path, words: tuple[str, ...], learns: bool) -> None:
    command = [sys.executable, "-m", "mergeassist", "evaluate", str(corpus), "--json"]
    done = subprocess.run([*command, "--jobs", "1", *words], capture_output=True, check=True)
    figures = json.loads(done.stdout)
    assert (figures["files"], figures["with_ground_truth"]) == (4, 3)
    assert 0 <= figures["all"]["first"] <= 1
    assert figures["learn"] is learns
