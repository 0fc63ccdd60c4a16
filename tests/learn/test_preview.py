"""A merge that does not happen: what is said of it, and that nothing has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.app import preview as previewing
from mergeassist.app.preview import as_record, preview
from mergeassist.errors import GitError, UsageError
from tests.learn.conftest import Judge
from tests.learn.past import Past, framed

ROOT = Path(__file__).parents[2]
B, O, T = framed(b"b\n"), framed(b"o\n"), framed(b"t\n")  # noqa: E741 - as in diff3


def test_nothing_is_touched(past: Past) -> None:
    past.fork({"a.py": B, "b": B}, {"a.py": O, "b": B}, {"a.py": T, "b": T})
    past.git("config", "merge.trap.driver", f"touch {past.root}/trapped")
    (past.root / ".git" / "info" / "attributes").write_text("*.py merge=trap\n")
    before = past.state()
    done = preview("topic", past.root)
    assert [file.path for file in done.files] == ["a.py"]
    assert done.files[0].reason == "the merge driver trap decides"
    assert past.state() == before


def test_a_conflict_left_open_has_its_proposals(past: Past) -> None:
    past.fork({"d/a.py": B}, {"d/a.py": O}, {"d/a.py": T})
    record = as_record(preview("topic", past.root))
    assert (record["kind"], record["left"]) == ("merge", 1)
    assert record["theirs"] == {"name": "topic", "commit": past.git("rev-parse", "topic").strip()}
    (file,) = record["files"]
    assert (file["path"], file["status"], file["reason"]) == ("d/a.py", "conflict", None)
    (conflict,) = file["conflicts"]
    assert (conflict["ours"], conflict["base"], conflict["theirs"]) == ("o\n", "b\n", "t\n")
    assert {"o\n", "t\n"} <= {one["text"] for one in conflict["proposals"]}


def test_a_sure_judge_leaves_nothing(
    past: Past, monkeypatch: pytest.MonkeyPatch, sure: Judge
) -> None:
    past.fork({"a.py": B}, {"a.py": O}, {"a.py": T})
    monkeypatch.setattr(previewing, "decide", sure)
    assert preview("topic", past.root).left == 1
    done = preview("topic", past.root, min_probability=0.4)
    assert done.left == 0
    assert done.files[0].status == "resolved"


def test_the_context_is_that_of_a_merge(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    past.fork({"a.py": B}, {"a.py": O}, {"a.py": T})
    contexts = []

    def spy(merged: object, context: object, **_: object) -> tuple[()]:
        contexts.append(context)
        return ()

    monkeypatch.setattr(previewing, "decide", spy)
    preview("main..topic", past.root)
    (context,) = contexts
    assert context.message == "Merge branch 'topic'"
    assert context.times[1:] == (past.now, past.now)
    assert context.authors == ("t@example.org",) * 3
    assert context.conflicted_files == 1
    assert [c["subject"] for c in context.history["theirs"]] == ["change of theirs"]


def test_every_kind_of_conflict_has_a_reason(past: Past) -> None:
    names = ("gone", "added", "union", "unset", "clean-binary", "bin")
    base = {name: B for name in names if name != "added"} | {"bin": b"\0b", "kept": B}
    base["clean-binary"] = b"1\n2\n3\n4\n5\n"
    ours = dict.fromkeys(names, O) | {"bin": b"\0o", "clean-binary": b"X\n2\n3\n4\n5\n"}
    theirs: dict[str, bytes | None] = dict.fromkeys(names, T)
    theirs |= {"gone": None, "bin": b"\0t", "clean-binary": b"1\n2\n3\n4\nX\n"}
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 1\n"
    for number, side in enumerate((base, ours, theirs)):
        side["pointer"] = pointer % number
    ours["added"], theirs["added"] = b"quite\nanother\n", b"and yet\na third\n"
    past.fork(base, ours, theirs)
    (past.root / ".git" / "info" / "attributes").write_text(
        "union merge=union\nunset -merge\nclean-binary binary\n"
    )
    done = preview("topic", past.root)
    reasons = {file.path: (file.status, file.reason) for file in done.files}
    assert reasons == {
        "gone": ("conflict", "one side has no such file: keep it or delete it"),
        "added": ("conflict", ""),
        "union": ("resolved", "both sides are kept: merge=union"),
        "unset": ("conflict", "binary by attribute: choose a version by hand"),
        "clean-binary": ("conflict", "binary by attribute: choose a version by hand"),
        "bin": ("conflict", "binary, not UTF-8, missing or above 120 kB"),
        "pointer": (
            "conflict", "Git LFS pointers: weights are merged, of others a version is taken"),
    }
    past.git("merge", "-q", "topic", ok=False)
    conflicts = set(past.git("diff", "--name-only", "--diff-filter=U").split())
    assert conflicts == {path for path, (status, _) in reasons.items() if status == "conflict"}


def test_a_file_that_both_added_has_its_proposals(past: Past) -> None:
    """Its base is empty, as for the driver."""
    ours, theirs = b"same\nours\n", b"same\ntheirs\n"
    past.fork({"a": B}, {"a": B, "new.py": ours}, {"a": B, "new.py": theirs})
    (file,) = as_record(preview("topic", past.root))["files"]
    assert (file["path"], file["status"], file["reason"]) == ("new.py", "conflict", None)
    (conflict,) = file["conflicts"]
    sides = (ours.decode(), theirs.decode())
    assert (conflict["ours"], conflict["base"], conflict["theirs"]) == (sides[0], "", sides[1])
    assert {*sides, "same\nours\ntheirs\n"} <= {one["text"] for one in conflict["proposals"]}


def test_up_to_date_and_forward(past: Past) -> None:
    past.commit({"a": B})
    past.git("branch", "old")
    past.commit({"a": O})
    assert preview("old", past.root).kind == "up-to-date"
    assert preview("old..main", past.root).kind == "fast-forward"
    assert preview("main", past.root).left == 0


def test_what_cannot_be_merged(past: Past, tmp_path: Path) -> None:
    past.commit({"a": B})
    past.git("checkout", "-q", "--orphan", "apart")
    past.commit({"a": O})
    past.git("checkout", "-q", "main")
    for wanted, reason in (
        ("apart", "unrelated histories"), ("nowhere", "no branch or commit"),
        ("main...apart", "two dots"), ("--all", "no branch or commit"),
    ):
        with pytest.raises(UsageError, match=reason):
            preview(wanted, past.root)
    (tmp_path / "plain").mkdir()
    with pytest.raises(GitError):
        preview("main", tmp_path / "plain")


def test_a_bare_repository(past: Past, tmp_path: Path) -> None:
    past.fork({"a.py": B}, {"a.py": O}, {"a.py": T})
    past.git("clone", "-q", "--bare", str(past.root), str(tmp_path / "bare.git"))
    assert preview("main..topic", tmp_path / "bare.git").left == 1


def test_the_command(past: Past) -> None:
    past.fork({"a.py": B, "c": B}, {"a.py": O}, {"a.py": T, "c": T})
    past.git("branch", "same")

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "mergeassist", "preview", *words], cwd=past.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )

    done = run("topic", "--min-probability", "1")
    assert (done.returncode, done.stderr) == (1, b"")
    lines = done.stdout.decode().splitlines()
    assert lines[0].startswith("topic (") and lines[0].endswith("1 path in conflict for git")
    assert lines[1] == "  left      a.py"
    assert lines[-1] == "1 path would remain in conflict"
    answer = run("topic", "--json", "--min-probability", "1")
    assert (answer.returncode, json.loads(answer.stdout)["left"]) == (1, 1)
    assert run("same").returncode == 0
    bad = run("nowhere")
    assert bad.returncode == 2 and b"no branch or commit" in bad.stderr
