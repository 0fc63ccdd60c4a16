"""The backtest: no peeking, figures one can check by hand, a page that is safe to open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.app.backtest import replay as replaying
from mergeassist.app.backtest.figures import figures, offer
from mergeassist.app.backtest.page import page
from mergeassist.app.backtest.replay import Options, Tried, backtest, show
from mergeassist.app.evaluate import Scored
from mergeassist.core.chunks import Conflict
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision, Proposal
from mergeassist.errors import UsageError
from tests.learn.conftest import Judge
from tests.learn.past import Past, framed

ROOT = Path(__file__).parents[2]
FOUR = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"made by hand\n")))


def test_only_earlier_merges_are_visible(past: Past) -> None:
    """The same conflict three times: the first has nothing to look back on."""
    names = [past.merge(path, *FOUR) for path in "abc"]
    tried = backtest(past.root, Options()).tried
    assert [one.merge for one in tried] == names
    assert [None if one.seen is None else one.seen.of for one in tried] == [None, 1, 2]
    assert [one.seen.merge for one in tried if one.seen] == names[:2]
    assert [one.scored.oracle for one in tried] == [False, True, True]


def test_a_merge_of_the_same_second_is_not_earlier(past: Past) -> None:
    past.merge("a", *FOUR)
    past.now -= 86_400
    past.merge("b", *FOUR)
    assert [one.seen for one in backtest(past.root, Options()).tried] == [None, None]


def test_without_memory_nothing_is_proposed_from_it(past: Past) -> None:
    for path in "ab":
        past.merge(path, *FOUR)
    tried = backtest(past.root, Options(seen=False)).tried
    assert [one.scored.oracle for one in tried] == [False, False]


def test_the_outcome_takes_no_part_in_the_context(
    past: Past, monkeypatch: pytest.MonkeyPatch, sure: Judge
) -> None:
    past.merge("a.py", *FOUR)
    contexts = []

    def spy(merged: object, context: object, **words: object) -> object:
        contexts.append(context)
        return sure(merged, context, **words)

    monkeypatch.setattr(replaying, "decide", spy)
    backtest(past.root, Options())
    (context,) = contexts
    assert b"made by hand" not in repr(context).encode()
    assert context.history["ours"][0]["subject"] == "change of ours"


def test_last_counts_merges_that_conflicted(past: Past) -> None:
    names = [past.merge(path, *FOUR) for path in "abc"]
    past.fork({"x": b"1\n"}, {"y": b"1\n"}, {"z": b"1\n"})
    past.git("merge", "-q", "--no-edit", "topic")
    assert [one.merge for one in backtest(past.root, Options(last=2)).tried] == names[1:]


def test_figures_and_the_wrong_ones(
    past: Past, monkeypatch: pytest.MonkeyPatch, sure: Judge
) -> None:
    """Seen once and right, then seen and wrong: what the judge is sure of, people changed."""
    for path, text in (("a", b"r\n"), ("b", b"r\n"), ("c d", b"otherwise\n")):
        past.merge(path, *FOUR[:3], framed(text))
    monkeypatch.setattr(replaying, "decide", sure)
    result = backtest(past.root, Options())
    found = figures(result, 0.1)
    assert (found["merges"], found["conflicts"], found["with_ground_truth"]) == (3, 3, 3)
    policy = found["policy"]
    assert (policy["accepted"], policy["right"], policy["precision"]) == (2, 1, 0.5)
    assert found["seen"]["seen-exact"] == {"seen": 2, "right": 1, "agreed": 2, "agreed_right": 1}
    assert found["offer"] is None, "three conflicts prove nothing"
    (wrong,) = found["wrong"]
    name = f"{past.head()[:12]}:c d:1"
    assert wrong["command"] == f"mergeassist backtest --show '{name}'"
    again = show(past.root, name, Options())
    assert (again.committed, again.decision.proposals[0].text) == (b"otherwise\n", b"r\n")


def test_show_refuses_what_it_does_not_know(past: Past) -> None:
    head = past.merge("a", *FOUR)
    for wanted in (f"{head}:a:2", f"{head}:b:1", f"{head}:a", f"{head}^1:a:1", f"{head}:a:0"):
        with pytest.raises(UsageError):
            show(past.root, wanted, Options())


def tried(probability: float | None, right: bool, text: bytes = b"p\n") -> Tried:
    sides = Merge(b"b\n", b"o\n", b"t\n")
    proposal = Proposal(text, "line-x", (), probability)
    accepted = probability is not None and probability >= 0.5
    decision = Decision(Conflict(b"o\n", b"b\n", b"t\n"), (proposal,), accepted, "")
    scored = Scored("", "", right, right, right, right, accepted, probability, 1, False, False,
                    None, (), ())
    return Tried("0" * 40, 1, "p<b>.py", 0, sides, decision, b"committed\n", scored, None)


def test_the_offer_is_the_lowest_threshold_that_holds() -> None:
    sure = [tried(0.95, True)] * 60 + [tried(0.85, True)] * 59 + [tried(0.85, False)]
    unsure = [tried(0.55, at % 2 == 0) for at in range(60)]
    found = offer(sure + unsure, 0.1)
    assert found is not None
    # one step further down 30 of 180 would be wrong
    assert (found.threshold, found.accepted, found.right) == (0.56, 120, 119)
    assert offer(unsure, 0.1) is None
    assert offer([tried(0.95, True)] * 21, 0.1) is None, "0.9 ** 21 > 0.1: luck is not ruled out"
    assert offer([tried(0.95, True)] * 22, 0.1) is not None
    assert offer([tried(None, True)] * 60, 0.1) is None


def test_the_page_draws_what_the_figures_say() -> None:
    """That it is whole and harmless is tested in tests/report, in a browser."""
    result = replaying.Result([tried(0.9, False), tried(0.7, True)], 1, 1, 0, ("a <note>",))
    text = page(figures(result, 0.1), result.tried, "<title>")
    assert text.count("<circle") == 2
    assert "said 0.90, was 0.00, 1 conflicts" in text
    assert "Note: a &lt;note&gt;" in text


def test_the_page_without_a_judge_has_no_plot() -> None:
    result = replaying.Result([tried(None, True)], 1, 1, 0, ())
    text = page(figures(result, 0.1), result.tried, "x")
    assert "<svg" not in text and "No judge is installed" in text
    empty = replaying.Result([], 0, 0, 0, ())
    assert "0 conflicts" in page(figures(empty, 0.1), [], "x")


SURE = """
import sys
sys.path.insert(0, {root!r})
from mergeassist.app import decide as deciding
from mergeassist.core.outcome import Decision
from mergeassist.app.backtest import replay
plain = deciding.decide
def decide(merged, context, **words):
    return tuple(
        d._replace(proposals=(next(p for p in d.proposals if p.text == d.conflict.ours)
                              ._replace(probability=0.9),), accepted=True)
        for d in plain(merged, context, **words))
deciding._judge = lambda: None
replay.decide = decide
from mergeassist.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_command_writes_files_and_stores_the_threshold(past: Past, tmp_path: Path) -> None:
    """Thirty conflicts in one merge, all of them ours: 0.9 holds."""
    past.now += 86_400
    texts = [b"".join(b"%d\n" % n + side + b"%d.\n" % n for n in range(30))
             for side in (b"b\n", b"o\n", b"t\n")]
    past.merge("a.py", *texts, texts[1])

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-c", SURE.format(root=str(ROOT)), "backtest", *words],
            cwd=past.root, env=dict(os.environ), capture_output=True, check=False,
        )

    out, html = tmp_path / "out.json", tmp_path / "out.html"
    done = run("--json", str(out), "--html", str(html), "--apply", "--no-history")
    assert (done.returncode, done.stderr) == (0, b""), done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "1 merges with conflicts, 1 files, 30 conflicts, 30 with ground truth"
    assert lines[-1] == "stored: git config mergeassist.minProbability 0.30"
    assert past.git("config", "mergeassist.minProbability") == "0.30\n"
    assert json.loads(out.read_text())["offer"]["accepted"] == 30
    assert html.read_text().count("<circle") == 10
    strict = run("--apply", "--risk", "0.01")
    assert strict.returncode == 1
    assert strict.stdout.decode().splitlines()[-1] == "no threshold is stored"
    shown = run("--show", f"{past.head()}:a.py:7")
    assert shown.returncode == 0 and b"conflict 7 of merge" in shown.stdout
    assert run("--risk", "2").returncode == 2
