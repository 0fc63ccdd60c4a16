"""`mergeassist batch`: the protocol, its schema, order, and bad lines."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mergeassist.app import batch, merge_file
from tests.cli.cli_support import decide_for

SCHEMA = json.loads(batch.schema())
CORPUS_FIELDS = {
    "language": "python", "message": "Merge branch 'x'", "times": [3, 1, 2],
    "authors": ["p", "q", "r"], "conflicted_files": 2,
    "history": {"ours": [{"time": 1, "author": "q", "subject": "s", "patch": "@@"}],
                "theirs": None},
}


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}", "anyOf": [{}]})


def question(**changes: object) -> dict[str, Any]:
    texts = {"base": "a\nb\n", "ours": "a\nX\n", "theirs": "a\nY\n"}
    return {"id": 1, "path": "a.py"} | texts | changes


def ask(*requests: object, **options: Any) -> list[dict[str, Any]]:
    """The answers to objects (or raw lines), each checked against the schema."""
    lines = [line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
             for line in requests]
    answers = [json.loads(line) for line in batch.run_lines(lines, **options)]
    for answer in answers:
        validator("answer").validate(answer)
    return answers


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_file, "decide", decide_for(b"merged\n"))


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["title"] == batch.SCHEMA


def test_every_status(undecided: None) -> None:
    answers = ask(
        question(id="clean", base="a\nb\nc\n", ours="X\nb\nc\n", theirs="a\nb\nY\n"),
        question(id="conflict"),
        question(id="bad", ours=None),
    )
    assert [(a["id"], a["status"], a["text"]) for a in answers] == [
        ("clean", "clean", "X\nb\nY\n"),
        ("conflict", "conflict",
         "a\n<<<<<<< ours\nX\n||||||| base\nb\n=======\nY\n>>>>>>> theirs\n"),
        ("bad", "error", None),
    ]
    (resolved,) = ask(question(), min_probability=0.5)
    assert (resolved["status"], resolved["text"]) == ("resolved", "a\nmerged\n")
    assert resolved["conflicts"] == [{
        "ours": "X\n", "base": "b\n", "theirs": "Y\n", "accepted": True, "probability": 0.9,
        "proposals": [{"text": "merged\n", "probability": 0.9, "source": "invented"},
                      {"text": "X\n", "probability": 0.05, "source": "ours"}],
    }]


def test_corpus_fields_reach_the_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def decide(merged: object, context: object, **_: object) -> object:
        seen.append(context)
        return decide_for(b"")(merged, context)

    monkeypatch.setattr(merge_file, "decide", decide)
    request = question(**CORPUS_FIELDS, resolved="never evidence", merge="0" * 40)
    validator("request").validate(request)
    ask(request)
    (context,) = seen
    assert context.language == "python" and context.times == (3, 1, 2)
    assert context.authors == ("p", "q", "r") and context.conflicted_files == 2
    assert context.history == CORPUS_FIELDS["history"] and context.base == b"a\nb\n"
    assert "never evidence" not in repr(context)


@pytest.mark.parametrize("line", [
    b"\n", b"   \n", b"{\n", b"[]\n", b"null\n", b'"text"\n', b"NaN\n", b"[" * 100_000 + b"\n",
    b'{"id": 1}\n', b"\xff\xfe\n", b"\0\n",
    *(json.dumps(question(**change)).encode() for change in (
        {"path": 5}, {"ours": 5}, {"theirs": ["x"]}, {"base": 1}, {"ours": "\ud800"},
        {"times": [1, 2]}, {"times": [1, 2, "x"]}, {"authors": "me"}, {"history": {"ours": [1]}},
        {"conflicted_files": True}, {"language": 3}, {"id": [1]}, {"id": float("inf")},
        {"base": "\0", "ours": "a\0", "theirs": "b\0"},
    )),
])
def test_bad_line_is_an_error_object_and_the_stream_goes_on(line: bytes, undecided: None) -> None:
    bad, good = ask(line, question(id="next"))
    assert bad["status"] == "error" and bad["error"]
    assert (good["id"], good["status"]) == ("next", "conflict")


def test_an_error_keeps_the_id(undecided: None) -> None:
    assert ask(question(id="q7", ours=None))[0]["id"] == "q7"


def test_a_bug_below_is_an_error_object(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(merge_file, "decide", broken)
    (answer,) = ask(question())
    assert answer["error"] == "internal error: ZeroDivisionError: oh"


def test_bytes_that_are_not_utf8_survive() -> None:
    (answer,) = ask(question(base="a\n", ours="a\n", theirs="\udcff\udc80é\r\n"))
    assert answer["text"].encode("utf-8", "surrogateescape") == b"\xff\x80\xc3\xa9\r\n"


def test_null_base_is_add_add(undecided: None) -> None:
    (answer,) = ask(question(base=None))
    assert answer["conflicts"][0]["base"] == ""


def test_markers_outgrow_those_of_the_texts(undecided: None) -> None:
    (answer,) = ask(question(base="=======\nb\n", ours="=======\nX\n", theirs="=======\nY\n"))
    assert "\n<<<<<<<< ours\n" in answer["text"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"") + b"\n"),
    st.fixed_dictionaries({}, optional={
        "id": st.one_of(st.none(), st.integers(), st.text(max_size=3), st.booleans()),
        "path": st.one_of(st.text(max_size=5), st.integers()),
        "base": st.one_of(st.none(), st.text(max_size=5)),
        "ours": st.text(max_size=5), "theirs": st.just("t"),
    }),
), max_size=3))
def test_one_valid_answer_a_line_whatever_comes(requests: list[Any]) -> None:
    assert len(ask(*requests)) == len(requests)


def test_cli_answers_in_order_with_several_processes(cli) -> None:
    count = 60
    lines = [json.dumps(question(id=i, theirs="a\nY\n" * (1 + 400 * (i % 3 == 0)))).encode()
             for i in range(count)]
    lines[7] = b"not json"
    done = cli("batch", "--jobs", "2", input=b"\n".join(lines))
    assert done.returncode == 0 and done.stderr == b""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == [None if i == 7 else i for i in range(count)]
    alone = cli("batch", input=b"\n".join(lines))
    assert alone.stdout == done.stdout and done.stdout.isascii()


def test_cli_prints_the_schema(cli) -> None:
    assert json.loads(cli("batch", "--schema").stdout) == SCHEMA


@pytest.fixture(params=["1", "2"])
def conversation(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "mergeassist", "batch", "--jobs", request.param],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def converse(process: subprocess.Popen[bytes], request: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    assert select.select([process.stdout], [], [], 20)[0], "no answer while stdin is open"
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def test_an_answer_does_not_wait_for_the_next_question(conversation) -> None:
    for number in range(3):
        assert converse(conversation, question(id=number))["id"] == number


def test_interrupt_is_exit_130(conversation) -> None:
    converse(conversation, question())
    os.killpg(conversation.pid, signal.SIGINT)
    assert conversation.wait(20) == 130
    assert conversation.stderr.read() == b"mergeassist: interrupted\n"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs proc(5)")
def test_workers_leave_with_a_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "mergeassist", "batch", "--jobs", "2"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    ) as process:
        converse(process, question())
        assert len(group_members(process.pid)) > 1
        process.kill()
    deadline = time.monotonic() + 20
    while group_members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert group_members(process.pid) == []


def group_members(group: int) -> list[int]:
    """The living processes of a process group (proc(5): pid, name, state, parent, group)."""
    members = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, number = entry.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(number) == group and state != "Z":
            members.append(int(entry.parent.name))
    return members


def test_a_dead_worker_costs_its_own_line_only(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [json.dumps(question(id=i)).encode() for i in range(6)]
    lines[2] = json.dumps(question(id=2, path="please-die")).encode()
    monkeypatch.setattr(batch, "process_line", die_on_demand)
    answers = [json.loads(line) for line in batch.run_lines(lines, jobs=2)]
    assert [a["id"] for a in answers] == list(range(6))
    assert [a["status"] for a in answers] == ["done", "done", "error", "done", "done", "done"]
    assert "died" in answers[2]["error"]


def die_on_demand(line: bytes, _: float | None = None) -> bytes:
    """What a worker runs here: it is found by name in this module."""
    if b"please-die" in line:
        os._exit(9)
    return json.dumps({"id": json.loads(line)["id"], "status": "done"}).encode()
