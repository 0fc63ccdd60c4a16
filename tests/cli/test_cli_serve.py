"""`mergeassist serve --stdio`: frames, the life of a conversation, answers of the batch schema."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mergeassist.app import batch
from tests.cli.cli_support import Repository

TEXTS = {"path": "f.py", "base": "a\nb\n", "ours": "a\nX\n", "theirs": "a\nY\n"}


class Client:
    """An editor."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mergeassist", "serve", "--stdio"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self._next = 0

    def send(self, body: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout
        head = self.process.stdout.readline()
        assert head.startswith(b"Content-Length: ") and self.process.stdout.readline() == b"\r\n"
        message: dict[str, Any] = json.loads(self.process.stdout.read(int(head.split()[1])))
        assert message["jsonrpc"] == "2.0"
        return message

    def call(self, method: str, params: Any = None) -> dict[str, Any]:
        self._next += 1
        message = {"jsonrpc": "2.0", "id": self._next, "method": method}
        self.send(json.dumps(message | ({} if params is None else {"params": params})).encode())
        answer = self.receive()
        assert answer["id"] == self._next
        return answer

    def end(self) -> int:
        output, errors = self.process.communicate(timeout=60)
        assert (output, errors) == (b"", b"")
        return self.process.returncode


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client()
    yield client
    client.process.kill()
    client.process.communicate()


def test_a_whole_conversation(client: Client, repository: Repository) -> None:
    assert client.call("analyze", TEXTS)["error"]["code"] == -32002
    hello = client.call("initialize")["result"]
    assert hello["methods"] == ["initialize", "analyze", "explain", "shutdown"]
    answer = client.call("analyze", {**TEXTS, "id": "mine"})["result"]
    Draft202012Validator(json.loads(batch.schema())).validate(answer)
    assert (answer["id"], answer["status"]) == ("mine", "conflict")
    why = client.call("explain", {**TEXTS, "conflict": 1})["result"]
    assert [p["text"] for p in why["proposals"]] == [
        p["text"] for p in answer["conflicts"][0]["proposals"]]
    assert "below the threshold" in why["reason"] and why["proposals"][0]["words"]
    sure = client.call("analyze", {**TEXTS, "min_probability": 0.0})["result"]
    assert sure["status"] == "resolved"

    repository.branches({"d/f.py": b"1\n"}, {"d/f.py": b"2\n"}, {"d/f.py": b"3\n"})
    repository.merge()
    before = repository.read("d/f.py")
    place = repository.root / "d/f.py"
    for name in (str(place), place.as_uri()):
        file = client.call("analyze", {"path": name})["result"]
        assert (file["path"], file["status"], len(file["conflicts"])) == ("d/f.py", "conflict", 1)
    assert client.call("explain", {"path": str(place)})["result"]["conflict"] == 1
    assert repository.read("d/f.py") == before

    client.send(b'{"jsonrpc": "2.0", "method": "analyze"}')  # notifications get no answer
    assert client.call("shutdown")["result"] is None
    assert client.call("analyze", TEXTS)["error"]["code"] == -32600
    client.send(b'{"jsonrpc": "2.0", "method": "exit"}')
    assert client.end() == 0


@pytest.mark.parametrize(("method", "params", "code", "text"), [
    ("frobnicate", {}, -32601, "no method"), ("analyze", [1], -32602, "expected an object"),
    ("analyze", {"path": 3}, -32602, "path"), ("analyze", {"path": "f.py"}, -32602, "absolute"),
    ("analyze", {"path": "/"}, -32602, ""), ("analyze", {"path": "/nowhere/f.py"}, -32602, ""),
    ("analyze", {**TEXTS, "base": 3}, -32602, "base"),
    ("analyze", {**TEXTS, "min_probability": 2}, -32602, "min_probability"),
    ("explain", {**TEXTS, "conflict": 2}, -32602, "1 to 1"),
    ("explain", {**TEXTS, "ours": "\0"}, -32602, "binary"),
])
def test_refusals(monkeypatch, method: str, params: Any, code: int, text: str) -> None:
    import io

    from mergeassist.app.serve import Server

    messages = [{"id": 1, "method": "initialize"}, {"id": 2, "method": method, "params": params}]
    source = b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for message in messages
                      if (body := json.dumps({"jsonrpc": "2.0", **message}).encode()))
    sink = io.BytesIO()
    assert Server(io.BytesIO(source), sink).run() == 0
    answer = json.loads(sink.getvalue().rpartition(b"\r\n\r\n")[2])
    assert answer["error"]["code"] == code and text in answer["error"]["message"]


@pytest.mark.parametrize(("data", "code", "error"), [
    (b"", 0, None), (b"Content-Length: 3\r\n\r\n{", 1, -32700),
    (b"GET / HTTP/1.1\r\n\r\n", 1, -32700),
    (b"Content-Length: x\r\n\r\n", 1, -32700), (b"\r\n", 1, -32700),
    (b"Content-Length: 999999999999\r\n\r\n", 1, -32700),
    (b"Content-Length: 3\r\n\r\nnot", 0, -32700), (b"Content-Length: 2\r\n\r\n[]", 0, -32600),
    (b"content-length:2\r\nContent-Type: x\r\n\r\n{}", 0, -32600),
    (b'Content-Length: 17\r\n\r\n{"method":"exit"}', 1, None),
])
def test_frames_that_are_none(data: bytes, code: int, error: int | None) -> None:
    import io

    from mergeassist.app.serve import Server

    sink = io.BytesIO()
    assert Server(io.BytesIO(data), sink).run() == code
    body = sink.getvalue().rpartition(b"\r\n\r\n")[2]
    assert (json.loads(body)["error"]["code"] if body else None) == error


def test_the_editors_guide_is_right_about_methods() -> None:
    from mergeassist.app.serve import METHODS

    guide = Path(__file__).parents[2].joinpath("docs", "editors.md").read_text()
    for method in METHODS:
        assert f"`{method}`" in guide
