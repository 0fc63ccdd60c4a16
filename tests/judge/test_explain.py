"""Reasons are what the judge's score loses without them, in words that are true of the texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mergeassist.app import explain
from mergeassist.app.explain import conflicts_at
from mergeassist.app.explain_words import GROUPS, REST, Facts, group_of
from mergeassist.app.regions import Region, Regions
from mergeassist.cli.main import main
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.judge.evidence import ConflictView, FileView, measure
from mergeassist.judge.model import Judge, load
from mergeassist.propose.context import Context
from mergeassist.propose.generate import propose_file

NEW = b"new one = 1\nnew two = 2\n"


def _commit(added: list[str], removed: list[str], time: int) -> dict[str, object]:
    patch = "@@\n" + "".join([f"+{x}\n" for x in added] + [f"-{x}\n" for x in removed])
    return {"time": time, "author": "a@x", "subject": "fix it", "patch": patch}


def _view(history: bool = True) -> tuple[ConflictView, MergedFile, Context]:
    """theirs brings two lines that ours once had and has changed since."""
    conflict = Conflict(b"later one = 11\nlater two = 22\n", b"", NEW)
    merged = MergedFile((b"import os\n", conflict, b"end = 0\n"))
    ours = [_commit(["later one = 11", "later two = 22"], ["new one = 1", "new two = 2"], 900_000),
            _commit(["new one = 1", "new two = 2"], [], 100_000)]  # fmt: skip
    past = {"ours": ours, "theirs": [_commit(["new one = 1", "new two = 2"], [], 200_000)]}
    context = Context("app/a.py", "python", message="Merge branch 'dev' into main",
                      times=(1_000_000, 900_000, 200_000), authors=("a@x", "a@x", "b@x"),
                      history=past if history else None)  # fmt: skip
    return FileView(merged, context).conflicts()[0], merged, context


def _judge() -> Judge:
    judge = load()
    assert judge is not None
    return judge


def _said(view: ConflictView, merged: MergedFile, context: Context) -> dict[str, str]:
    offered = propose_file(merged, context)[0]
    evidence = measure(view, offered)
    facts = Facts(view, evidence.conflict, evidence.candidates[0], offered[0])
    return {group.name: group.say(facts) for group in GROUPS}


def test_words_are_true_of_the_texts() -> None:
    said = _said(*_view())
    assert said["superseded"] == (
        "theirs' 2 new lines already stood in ours' own history and were changed there since"
    )
    assert said["commits"].startswith(
        "ours has 2 commits in this file since the base, 1 at this place; theirs has 1 and 1"
    )
    assert said["age"] == "ours changed this place 8 days later than theirs"
    assert said["edits"] == "ours adds 2 lines and deletes 0, theirs adds 2 and deletes 0"
    assert said["people"] == "whoever merges wrote ours' newest commit"
    assert "Merge branch 'dev' into main" in said["direction"]
    assert said["place"] == "it is conflict 1 of 1 in the file"
    assert said["language"] == "the file is in python"


def test_what_is_not_known_is_no_reason() -> None:
    view, merged, context = _view(history=False)
    said = _said(view, merged, context._replace(message=None, times=None, authors=None))
    bare = FileView(merged, Context("a.py", "python")).conflicts()[0]
    said |= {f"bare {k}": v for k, v in _said(bare, merged, Context("a.py", "python")).items()}
    for name in ("superseded", "undone", "commits", "twins", "bare direction", "bare people",
                 "bare age"):  # fmt: skip
        assert said[name] == ""
    reasons = explain.reasons(_judge(), bare, propose_file(merged, Context("a.py", "python"))[0])
    assert len(reasons) == 3 and all(reason.text for reason in reasons)


def test_strength_is_what_the_lead_loses() -> None:
    view, merged, context = _view()
    judge, offered = _judge(), propose_file(merged, context)[0]
    ranked = judge.judge(view, offered).ranked
    found, lead, runner_up = explain.explain_proposals(judge, view, offered, count=99)
    assert found == explain.explain_proposals(judge, view, ranked, count=99)[0]  # any order
    strengths = [abs(reason.strength) for reason in found]
    assert strengths == sorted(strengths, reverse=True)
    assert explain.reasons(judge, view, offered) == found[:3]
    scores = judge.scores(view, offered)
    order = sorted(scores, reverse=True)
    assert max(scores[1:]) in order[:2]
    rivals = [s for s in scores if s != max(scores[1:])]
    assert lead == pytest.approx(max(scores[1:]) - max(rivals), abs=1e-5)
    if runner_up is not None:
        assert runner_up in {one.source for one in offered}
    # with everything at its mean all candidates are alike
    everything = [r for r in found if r.group in ("kept", "pattern")]
    assert any(abs(r.strength) > 0.05 for r in everything)


def test_columns_of_each_kind_have_a_group() -> None:
    for column, candidate, group in (
        ("theirs_new_superseded", False, "superseded"), ("ours_gone_gone", False, "undone"),
        ("ours_file_new_in_other", False, "file"), ("ours_region_age", False, "age"),
        ("ours_in_theirs", False, "likeness"), ("is_pull_request", False, "direction"),
        ("is_ours_but_space", True, "kept"), ("ours_new_lines_kept", True, "kept"),
        ("source:line-ours", True, "pattern"), ("never_heard_of", False, REST.name),
    ):  # fmt: skip
        assert group_of(column, candidate=candidate).name == group


def test_a_line_finds_the_conflicts_of_its_stretch() -> None:
    one, two = Conflict(b"a\n", b"", b"b\n"), Conflict(b"c\n", b"", b"d\n")
    stretch = Region((one, b"mid\n", two), b"<<<<<<<\na\n=======\nb\n>>>>>>>\n", None)
    last = Region((one,), b"<\n=\n>", None)
    regions = Regions((b"top\n", stretch, b"low\nlow\n", last), 7)
    found = {line: conflicts_at(regions, line) for line in range(12)}
    assert [line for line, at in found.items() if at == [0, 1]] == [2, 3, 4, 5, 6]
    assert [line for line, at in found.items() if at == [2]] == [9, 10, 11]
    assert all(not at for line, at in found.items() if line in (0, 1, 7, 8))


def test_the_command_explains_three_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = {"base": "import os\nx = 1\n", "ours": "import os\nimport json\nx = 1\n",
             "theirs": "import os\nimport re\nx = 1\n"}  # fmt: skip
    words = ["explain", "--json"]
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text)
        words += [f"--{name}", str(tmp_path / f"{name}.py")]
    assert main(words) == 0
    (record,) = json.loads(capsys.readouterr().out)
    assert len(record["evidence"]) == 3 and record["of"] == 1
    assert record["proposals"][0]["probability"] >= record["proposals"][1]["probability"]
    words.remove("--json")
    assert main([*words, "1"]) == 0
    shown = capsys.readouterr().out
    assert all(one["text"] in shown for one in record["evidence"])
    for wrong in (["2"], ["x"], ["0"]):
        assert main([*words, *wrong]) == 2
    assert main(["explain", "a.py"]) == 2
    assert main(["explain", *words[1:3]]) == 2
