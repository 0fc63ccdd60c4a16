"""Answer an editor: JSON-RPC 2.0 over two pipes, framed as the Language Server Protocol does.

Requests are those of `mergeassist.batch/1` (`app/batch.py`), or name a file of a work tree that is
in conflict; one process keeps the judge loaded.  They are answered in order, one at a time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

from mergeassist import __version__
from mergeassist.app import batch, settle
from mergeassist.app.resolve_tree import ConflictedFile, WorkTree
from mergeassist.core.outcome import Decision
from mergeassist.errors import Exit, MergeassistError
from mergeassist.propose.words import most_telling, phrase

SCHEMA = "mergeassist.serve/1"
MOST_BYTES = 64 << 20  # of one message

# https://www.jsonrpc.org/specification, and the protocol's own
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL = (
    -32700, -32600, -32601, -32602, -32603
)  # fmt: skip
NOT_INITIALIZED = -32002


class BrokenFrameError(Exception):
    """Bytes that are no message: what follows cannot be told apart either."""


class _RefusedError(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


class _State(NamedTuple):
    initialized: bool = False
    shut_down: bool = False


class Server:
    """One conversation."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._state = _State()

    def run(self) -> int:
        """Answer until `exit` or the end of the input; the exit code.

        As the protocol asks: 0 after `shutdown` or at the end of the input, 1 for `exit`
        without it, and for a frame that cannot be read.
        """
        while True:
            try:
                body = read_message(self._source)
            except BrokenFrameError as error:
                self._send(_failed(None, PARSE_ERROR, str(error)))
                return 1
            if body is None:
                return Exit.OK
            message, answer = self._parsed(body)
            if message.get("method") == "exit":
                return Exit.OK if self._state.shut_down else 1
            if answer is None:
                answer = self._answer(message)
            if answer is not None:
                self._send(answer)

    def _parsed(self, body: bytes) -> tuple[Mapping[str, Any], dict[str, Any] | None]:
        """The message, or an empty one and the error to answer."""
        try:
            message = json.loads(body.decode("utf-8", "surrogateescape"))
        except (ValueError, RecursionError) as error:
            return {}, _failed(None, PARSE_ERROR, f"not JSON: {error}")
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            identity = message.get("id") if isinstance(message, dict) else None
            return {}, _failed(identity, INVALID_REQUEST, "expected an object with a method")
        return message, None

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; `None` for a notification, which gets none."""
        identity, wanted = message.get("id"), "id" in message
        try:
            result = self._call(message["method"], message.get("params", {}))
            answer = {"jsonrpc": "2.0", "id": identity, "result": result}
        except _RefusedError as refusal:
            answer = _failed(identity, refusal.code, str(refusal))
        except (batch.BadLineError, MergeassistError) as error:
            answer = _failed(identity, INVALID_PARAMS, str(error))
        except Exception as error:  # a bug must not end the conversation
            answer = _failed(identity, INTERNAL, f"{type(error).__name__}: {error}")
        return answer if wanted else None

    def _call(self, method: str, params: Any) -> Any:
        if method not in METHODS:
            raise _RefusedError(NO_METHOD, f"no method {method!r}; there are {', '.join(METHODS)}")
        if not isinstance(params, dict):
            raise _RefusedError(INVALID_PARAMS, "params: expected an object")
        if method == "initialize":
            self._state = self._state._replace(initialized=True)
        elif not self._state.initialized:
            raise _RefusedError(NOT_INITIALIZED, "initialize comes first")
        if self._state.shut_down:
            raise _RefusedError(INVALID_REQUEST, "the server was shut down")
        if method == "shutdown":
            self._state = self._state._replace(shut_down=True)
        return METHODS[method](params)

    def _send(self, answer: Mapping[str, Any]) -> None:
        body = json.dumps(answer).encode("ascii")
        self._sink.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._sink.flush()


def read_message(source: BinaryIO) -> bytes | None:
    """The body of the next message, `None` at the end; raises `BrokenFrameError`."""
    length: int | None = None
    while (line := source.readline(1024)) != b"\r\n":
        if not line and length is None:
            return None
        name, colon, value = line.partition(b":")
        if not colon or not line.endswith(b"\n"):
            raise BrokenFrameError(f"not a header line: {line[:60]!r}")
        if name.strip().lower() == b"content-length":
            if not value.strip().isdigit():
                raise BrokenFrameError(f"Content-Length: not a number: {value[:60]!r}")
            length = int(value)
    if length is None:
        raise BrokenFrameError("no Content-Length")
    if length > MOST_BYTES:
        raise BrokenFrameError(f"a message of {length} bytes; {MOST_BYTES} at most")
    body = source.read(length)
    if len(body) < length:
        raise BrokenFrameError("the input ended within a message")
    return body


def _failed(identity: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message}}


def _initialize(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": SCHEMA, "serverInfo": {"name": "mergeassist", "version": __version__},
            "batch": batch.SCHEMA, "resolve": settle.SCHEMA, "methods": list(METHODS)}


def _analyze(params: Mapping[str, Any]) -> dict[str, Any]:
    """Texts: an answer of the batch schema; a path alone: a file of `resolve --json`."""
    if "ours" not in params:
        return settle.file_record(settle.untouched(_conflicted(params)))
    answer: dict[str, Any] = json.loads(
        batch.process_line(json.dumps(params).encode(), _probability(params))
    )
    if answer["status"] == "error":
        raise _RefusedError(INVALID_PARAMS, answer["error"])
    return answer


def _explain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Why one conflict (`conflict`, from 1) was decided as it was."""
    if "ours" in params:
        decisions = batch.merge(params, _probability(params)).decisions
    else:
        decisions = _conflicted(params).decisions
    number = params.get("conflict", 1)
    if not isinstance(number, int) or not 1 <= number <= len(decisions):
        raise _RefusedError(INVALID_PARAMS, f"conflict: expected 1 to {len(decisions)}")
    return explanation(decisions[number - 1], number)


def explanation(decision: Decision, number: int) -> dict[str, Any]:
    """A decision with every pattern that stands behind it, also in words."""
    return {
        "conflict": number,
        "accepted": decision.accepted,
        "reason": decision.reason,
        "proposals": [
            {"text": batch.as_str(proposal.text), "probability": proposal.probability,
             "sources": list(proposal.sources), "words": phrase(most_telling(proposal.sources))}
            for proposal in decision.proposals
        ],
    }


def _conflicted(params: Mapping[str, Any]) -> ConflictedFile:
    """The file that `path` names, in the work tree it lies in."""
    name = params.get("path")
    if not isinstance(name, str):
        raise _RefusedError(INVALID_PARAMS, "path: expected a string")
    if name.startswith("file://"):
        name = unquote(urlsplit(name).path, errors="surrogateescape")
    path = Path(name)
    if not path.is_absolute():
        raise _RefusedError(INVALID_PARAMS, f"path: {name!r} is not absolute")
    folder = next((place for place in path.parents if place.is_dir()), path)
    tree = WorkTree(folder)
    entries = tree.select([os.fspath(path)], folder)
    if len(entries) != 1:
        raise _RefusedError(INVALID_PARAMS, f"path: {name!r} is not one file in conflict")
    return tree.read(entries[0], min_probability=_probability(params))


def _probability(params: Mapping[str, Any]) -> float | None:
    value = params.get("min_probability")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise _RefusedError(INVALID_PARAMS, "min_probability: expected a number from 0 to 1")
    return float(value)


def _shutdown(_: Mapping[str, Any]) -> None:
    return None


METHODS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "initialize": _initialize, "analyze": _analyze, "explain": _explain, "shutdown": _shutdown,
}  # fmt: skip
