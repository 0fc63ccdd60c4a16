"""`mergeassist.batch/1`: one JSON object a line in, one a line out, in the same order.

The schema is `mergeassist/schemas/batch-1.json`, the description `docs/batch.md`.  Texts are
JSON strings; a byte that is not UTF-8 travels as a lone surrogate U+DC80…U+DCFF (Python's
`surrogateescape`) in both directions.  Lines written are pure ASCII.
"""

from __future__ import annotations

import json
import math
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from mergeassist.app.merge_file import FileMerge, merge_texts
from mergeassist.core import markers
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision
from mergeassist.errors import MergeassistError
from mergeassist.propose.context import Context

SCHEMA = "mergeassist.batch/1"

# lines read ahead of the one being written, a worker: enough to keep all of them busy
_AHEAD = 8


class BadLineError(ValueError):
    """An input line that is not what the schema asks for; the message says why."""


def schema() -> bytes:
    """The JSON schema of the lines read and written."""
    return Path(__file__).parents[1].joinpath("schemas", "batch-1.json").read_bytes()


def run_lines(
    lines: Iterable[bytes], *, jobs: int = 1, min_probability: float | None = None
) -> Iterator[bytes]:
    """One output line for each input line, in order; a line that fails yields an error object.

    With `jobs` > 1 that many processes work, while at most `_AHEAD * jobs` lines are held.
    Raises whatever reading `lines` raises.
    """
    if jobs <= 1:
        return (process_line(line, min_probability) for line in lines)
    return _run_parallel(lines, jobs, min_probability)


def process_line(line: bytes, min_probability: float | None = None) -> bytes:
    """Answer one input line; never raises for what stands in it."""
    identity: object = None
    try:
        request = _parse(line)
        identity = request.get("id") if _is_identity(request.get("id")) else None
        answer = _merge_request(request, min_probability)
    except RecursionError:
        answer = error_record(identity, "the line nests too deeply")
    except (BadLineError, MergeassistError) as error:
        answer = error_record(identity, str(error))
    except Exception as error:  # a bug must not stop the stream
        answer = error_record(identity, f"internal error: {type(error).__name__}: {error}")
    return json.dumps(answer).encode() + b"\n"


def record(identity: object, done: FileMerge, text: bytes) -> dict[str, Any]:
    """The output object of one merged file."""
    return {
        "id": identity,
        "status": done.status,
        "text": as_str(text),
        "conflicts": [conflict_record(decision) for decision in done.decisions],
        "error": None,
    }


def conflict_record(decision: Decision) -> dict[str, Any]:
    """The output object of one conflict, proposals best first."""
    sides = decision.conflict.sides
    proposals = decision.proposals
    return {
        "ours": as_str(sides.ours),
        "base": as_str(sides.base),
        "theirs": as_str(sides.theirs),
        "accepted": decision.accepted,
        "probability": proposals[0].probability if proposals else None,
        "proposals": [
            {
                "text": as_str(proposal.text),
                "probability": proposal.probability,
                "source": proposal.source,
            }
            for proposal in proposals
        ],
    }


def error_record(identity: object, reason: str) -> dict[str, Any]:
    """The output object of a line that could not be merged."""
    return {"id": identity, "status": "error", "text": None, "conflicts": [], "error": reason}


def as_str(text: bytes) -> str:
    """Bytes as a JSON string; what is not UTF-8 becomes lone surrogates."""
    return text.decode("utf-8", "surrogateescape")


def _parse(line: bytes) -> dict[str, Any]:
    if not line.strip():
        raise BadLineError("the line is empty")
    try:
        request = json.loads(as_str(line))
    except ValueError as error:
        raise BadLineError(f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise BadLineError(f"expected a JSON object, got {type(request).__name__}")
    return request


def _merge_request(request: Mapping[str, Any], min_probability: float | None) -> dict[str, Any]:
    identity = request.get("id")
    if not _is_identity(identity):
        raise BadLineError("id: expected a string, a finite number or null")
    done = merge(request, min_probability)
    text = done.result.settled()
    if text is None:
        # seven, unless a line of the texts would pass for a marker of that size
        size = markers.free_size(*(_text(request, name) for name in Merge._fields
                                   if request.get(name) is not None))
        text = markers.render(done.result, "diff3", size, markers.Labels())
    return record(identity, done, text)


def merge(request: Mapping[str, Any], min_probability: float | None = None) -> FileMerge:
    """Merge what one request asks for; raises `BadLineError` for one that is none."""
    base = None if request.get("base", "") is None else _text(request, "base")
    ours, theirs = _text(request, "ours"), _text(request, "theirs")
    context = _context(request, Merge(base, ours, theirs))
    versions = Merge(base or b"", ours, theirs)
    done = merge_texts(versions, context, min_probability=min_probability)
    if done is None:
        raise BadLineError("binary content (NUL bytes) cannot be merged by lines")
    return done


def _text(request: Mapping[str, Any], name: str) -> bytes:
    value = request.get(name)
    if not isinstance(value, str):
        raise BadLineError(f"{name}: expected a string, got {_kind(request, name)}")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise BadLineError(f"{name}: a lone surrogate that stands for no byte") from error


def _context(request: Mapping[str, Any], versions: Merge[Any]) -> Context:
    path = request.get("path")
    if not isinstance(path, str):
        raise BadLineError(f"path: expected a string, got {_kind(request, 'path')}")
    return Context(
        path=path,
        language=_optional(request, "language", _is_str) or "",
        base=versions.base,
        ours=versions.ours,
        theirs=versions.theirs,
        message=_optional(request, "message", _is_str),
        times=_tuple(_optional(request, "times", _is_integers)),
        authors=_tuple(_optional(request, "authors", _is_strings)),
        conflicted_files=_optional(request, "conflicted_files", _is_integer),
        history=_optional(request, "history", _is_history),
    )


def _optional(request: Mapping[str, Any], name: str, accepts: Callable[[Any], bool]) -> Any:
    value = request.get(name)
    if value is not None and not accepts(value):
        raise BadLineError(f"{name}: not of the form the schema asks for")
    return value


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)


def _is_identity(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or _is_str(value) or _is_integer(value)


def _is_str(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_integers(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_integer, value))


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_is_str, value))


def _is_history(value: Any) -> bool:
    return isinstance(value, dict) and all(
        commits is None or (isinstance(commits, list) and all(map(_is_commit, commits)))
        for commits in (value.get("ours"), value.get("theirs"))
    )


def _is_commit(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _is_integer(value.get("time"))
        and all(_is_str(value.get(name)) for name in ("author", "subject", "patch"))
    )


def _kind(request: Mapping[str, Any], name: str) -> str:
    return type(request[name]).__name__ if name in request else "nothing"


class _Workers:
    """A process pool that survives the death of one of its processes."""

    def __init__(self, jobs: int, min_probability: float | None) -> None:
        self._jobs, self._min_probability = jobs, min_probability
        self._lock = threading.Lock()
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        # spawn: a fork of a process that has threads may hang
        return ProcessPoolExecutor(
            self._jobs, mp_context=get_context("spawn"), initializer=_prepare_worker
        )

    def submit(self, line: bytes) -> Future[bytes]:
        with self._lock:
            try:
                return self._pool.submit(process_line, line, self._min_probability)
            except BrokenProcessPool:
                self._pool = self._start()
                return self._pool.submit(process_line, line, self._min_probability)

    def answer(self, line: bytes, future: Future[bytes]) -> bytes:
        """The answer to `line`; one whose process died is tried once more, alone."""
        try:
            return future.result()
        except BrokenProcessPool:
            pass
        alone = _Workers(1, self._min_probability)
        try:
            return alone.submit(line).result()
        except BrokenProcessPool:
            return json.dumps(error_record(_identity(line), _DIED)).encode() + b"\n"
        finally:
            alone.close()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


_DIED = "the process that merged this line died (out of memory, or killed)"


def _identity(line: bytes) -> object:
    try:
        identity = _parse(line).get("id")
    except (BadLineError, RecursionError):
        return None
    return identity if _is_identity(identity) else None


def _prepare_worker() -> None:
    # Ctrl-C reaches every process of the group: the parent alone says so
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # a parent that was killed cannot stop its workers
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run_parallel(
    lines: Iterable[bytes], jobs: int, min_probability: float | None
) -> Iterator[bytes]:
    workers = _Workers(jobs, min_probability)
    # the bound on the queue is what stops a fast writer from filling our memory
    pending: queue.Queue[tuple[bytes, Future[bytes]] | BaseException | None] = queue.Queue(
        jobs * _AHEAD
    )

    def read() -> None:
        try:
            for line in lines:
                pending.put((line, workers.submit(line)))
        except BaseException as error:  # handed to the consumer
            pending.put(error)
        else:
            pending.put(None)

    # a thread of its own: answers go out while we wait for the next line
    threading.Thread(target=read, daemon=True).start()
    try:
        while (item := pending.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield workers.answer(*item)
    finally:
        workers.close()
