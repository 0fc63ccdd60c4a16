"""Ask the process that an earlier file of the same merge has left behind (`_worker_serve.py`).

git starts a driver for every file, and loading the judge costs more than judging.  So the first
driver that had to load it leaves a child that keeps it for a few seconds and answers the next
ones over a socket in a private directory under the git directory.  What comes back is decisions
only: this process writes, and checks them as it checks its own.  Where anything is not as it
should be (no worker, another version, a busy or silent one, an answer that makes no sense) the
answer is `None`, and the driver decides by itself.

Linux only: elsewhere a process that has loaded numpy cannot be forked safely, and a directory
held open cannot be named.  Standard library only, and little of it.
"""

# pathlib would cost the driver ten milliseconds
# ruff: noqa: PTH102, PTH208, PTH103, PTH109, PTH113, PTH116, PTH118, PTH120, PTH123

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from mergeassist import __version__
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision, Proposal

try:  # the module around it costs four milliseconds
    from _socket import AF_UNIX, SO_PEERCRED, SOCK_STREAM, SOL_SOCKET, socket
except ImportError:
    socket = None  # type: ignore[assignment, misc]

SOCKET, LOCK = "socket", "lock"
HELLO = b"mergeassist\n"
YES, NO = b"yes", b"no"
MOST = 1 << 28  # bytes of one message
_PLACE = ("mergeassist", "worker")
_HELLO_SECONDS = 1.0  # a worker that is not free by then is no help
_ANSWER_SHARE = 0.7  # of the time a file may take; the rest is for deciding here
_WORK_SHARE = 0.6
_LATEST_SHARE = 0.85
_SIZE = 8


class Question(NamedTuple):
    """One path to decide: its three versions, what git has merged, seconds to decide in."""

    path: str
    sides: Merge[bytes]
    merged: MergedFile
    seconds: float


class Answer(NamedTuple):
    """What was decided on: `merged` as asked or as one conflict; `model` names the judge
    (`None`: it is loaded here)."""

    merged: MergedFile
    decisions: tuple[Decision, ...]
    model: str | None = None


class Worker:
    """The worker of this work tree, if there is one, as one driver sees it."""

    def __init__(self, budget: float) -> None:
        """`budget` is the number of seconds a file may take."""
        self.budget = budget
        self.environment = dict(os.environ)  # before numpy's settings join it
        self.started = time.monotonic()
        self.lost = 0.0  # seconds waited in vain

    def ask(self, path: str, sides: Merge[bytes], merged: MergedFile) -> Answer | None:
        """The worker's answer; `None` where there is none that can be used."""
        if socket is None or sys.platform != "linux":
            return None
        started = time.monotonic()
        question = Question(path, sides, merged, self.budget * _WORK_SHARE)
        try:
            folder = open_folder()
            try:
                return self._ask(folder, question, started)
            finally:
                os.close(folder)
        except (OSError, ValueError):
            self.lost = time.monotonic() - started
            return None

    def _ask(self, folder: int, question: Question, started: float) -> Answer:
        connection = socket(AF_UNIX, SOCK_STREAM)
        try:
            connection.settimeout(_HELLO_SECONDS)
            connection.connect(address(folder))
            if not is_mine(connection):
                raise ValueError("a stranger answers")
            if receive(connection, len(HELLO), started + _HELLO_SECONDS) != HELLO:
                raise ValueError("no worker of ours")
            deadline = started + self.budget * _ANSWER_SHARE
            connection.settimeout(max(deadline - time.monotonic(), 0.01))
            connection.sendall(pack(question_fields(question, self.environment)))
            return read_answer(receive_fields(connection, deadline), question)
        finally:
            connection.close()

    def seconds_left(self) -> float:
        """What remains for deciding here, also after a worker that did not answer."""
        share = self.budget * _WORK_SHARE
        return max(0.5, min(share, self.budget * _LATEST_SHARE - self.lost))

    def leave_behind(self) -> None:
        """Leave a worker for the next file, where the judge was loaded here.  Never raises."""
        try:
            if socket is None or sys.platform != "linux" or not _judge_is_loaded():
                return
            if len(os.listdir("/proc/self/task")) > 1:  # a fork would keep one thread of them
                return
            serve = importlib.import_module("mergeassist._worker_serve")
            serve.leave_behind(self.environment, time.monotonic() - self.started)
        except Exception:  # the merge is done
            return


def _judge_is_loaded() -> bool:
    return sys.modules.get("mergeassist.judge.model") is not None


def git_directory() -> str:
    """The git directory of a driver's working directory, which is the top of a work tree or a
    bare repository; raises `OSError`."""
    found = os.environ.get("GIT_DIR") or ".git"
    if os.path.isfile(found):
        with open(found, encoding="utf-8", errors="surrogateescape") as file:
            found = file.read().strip().removeprefix("gitdir: ")
    os.stat(os.path.join(found, "HEAD"))
    return found


def open_folder() -> int:
    """A descriptor of the worker's directory; raises `OSError` where it is not there or not
    private."""
    path = os.path.join(git_directory(), *_PLACE)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    found = os.fstat(folder)
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        os.close(folder)
        raise PermissionError(path)
    return folder


def make_folder() -> int:
    """The same, made where it is missing."""
    path = os.path.join(git_directory(), *_PLACE)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        pass
    return open_folder()


def address(folder: int) -> str:
    """The socket in an open directory: short, and no one can put another in its place."""
    return f"/proc/self/fd/{folder}/{SOCKET}"


def is_mine(connection: Any) -> bool:
    """Whether the other end belongs to the same user."""
    found = connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 12)  # pid, uid, gid
    return int.from_bytes(found[4:8], sys.byteorder) == os.geteuid()


def identity(path: str) -> bytes:
    """What tells one directory from another of the same name, as in a container."""
    found = os.stat(path)
    return b"%d:%d" % (found.st_dev, found.st_ino)


def pack(fields: Iterable[bytes]) -> bytes:
    """A message: its length, then every field behind its own."""
    body = b"".join(len(field).to_bytes(_SIZE, "big") + field for field in fields)
    return len(body).to_bytes(_SIZE, "big") + body


def receive(connection: Any, count: int, deadline: float) -> bytes:
    """Exactly `count` bytes; raises `OSError` past `deadline` or at the end."""
    parts: list[bytes] = []
    while count:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        part = connection.recv(min(count, 1 << 20))
        if not part:
            raise ConnectionError("cut off")
        parts.append(part)
        count -= len(part)
        if time.monotonic() > deadline:
            raise TimeoutError("too late")
    return b"".join(parts)


class Fields:
    """The fields of a message, taken one after the other; raises `ValueError` for a wrong one."""

    def __init__(self, body: bytes) -> None:
        self._fields: list[bytes] = []
        at = 0
        while at < len(body):
            end = at + _SIZE + int.from_bytes(body[at : at + _SIZE], "big")
            if end > len(body) or at + _SIZE > len(body):
                raise ValueError("a field is cut off")
            self._fields.append(body[at + _SIZE : end])
            at = end
        self._fields.reverse()

    def bytes(self) -> bytes:
        """The next field."""
        if not self._fields:
            raise ValueError("a field is missing")
        return self._fields.pop()

    def text(self) -> str:
        """The next field as a text."""
        return os.fsdecode(self.bytes())

    def count(self, most: int = 1 << 20) -> int:
        """The next field as a number from 0."""
        field = self.bytes()
        if not field.isdigit() or len(field) > 12 or int(field) > most:
            raise ValueError("not a count")
        return int(field)

    def number(self) -> float:
        """The next field as a finite number from 0."""
        value = float(self.bytes())
        if not 0 <= value < 1e9:
            raise ValueError("not a number")
        return value

    def end(self) -> None:
        """Raise `ValueError` where more is there."""
        if self._fields:
            raise ValueError("more than was asked for")


def receive_fields(connection: Any, deadline: float) -> Fields:
    """The next message; raises `OSError` and `ValueError`."""
    size = int.from_bytes(receive(connection, _SIZE, deadline), "big")
    if size > MOST:
        raise ValueError("too long")
    return Fields(receive(connection, size, deadline))


def question_fields(question: Question, environment: Mapping[str, str]) -> list[bytes]:
    """A question as a message."""
    fields = [__version__.encode(), os.fsencode(os.getcwd()), identity("."), b"%d" % os.geteuid()]
    fields.append(b"\0".join(os.fsencode(f"{k}={v}") for k, v in environment.items()))
    fields += [repr(question.seconds).encode(), os.fsencode(question.path), *question.sides]
    fields.append(b"%d" % len(question.merged.chunks))
    for chunk in question.merged.chunks:
        if isinstance(chunk, Conflict):
            known = b"1" if chunk.base is not None else b"0"
            fields += [b"c", chunk.ours, known, chunk.base or b"", chunk.theirs]
        else:
            fields += [b"s", chunk]
    return fields


def read_question(fields: Fields) -> Question:
    """Inverse to the end of `question_fields`; raises `ValueError`."""
    seconds, path = fields.number(), fields.text()
    sides = Merge(fields.bytes(), fields.bytes(), fields.bytes())
    chunks: list[bytes | Conflict] = []
    for _ in range(fields.count()):
        if fields.bytes() == b"s":
            chunks.append(fields.bytes())
            continue
        ours, known, base = fields.bytes(), fields.bytes() == b"1", fields.bytes()
        chunks.append(Conflict(ours, base if known else None, fields.bytes()))
    fields.end()
    return Question(path, sides, MergedFile(tuple(chunks)), seconds)


def answer_fields(answer: Answer) -> list[bytes]:
    """An answer about the conflicts as they were asked."""
    fields = [YES, (answer.model or "").encode(), b"%d" % len(answer.decisions)]
    for decision in answer.decisions:
        fields += [b"1" if decision.accepted else b"0", os.fsencode(decision.reason)]
        fields.append(b"%d" % len(decision.proposals))
        for text, source, also, probability in decision.proposals:
            said = b"" if probability is None else repr(float(probability)).encode()
            fields += [text, source.encode(), " ".join(also).encode(), said]
    return fields


def read_answer(fields: Fields, question: Question) -> Answer:
    """Inverse to `answer_fields`; raises `ValueError` for a refusal and for nonsense."""
    if fields.bytes() != YES:
        raise ValueError("the worker has refused")
    model, conflicts = fields.text(), question.merged.conflicts
    if fields.count() != len(conflicts):
        raise ValueError("another number of decisions")
    decisions: list[Decision] = []
    for conflict in conflicts:
        accepted, reason = fields.count(1) == 1, fields.text()
        proposals = tuple(_read_proposal(fields) for _ in range(fields.count()))
        if accepted and not proposals:
            raise ValueError("nothing is accepted")
        decisions.append(Decision(conflict, proposals, accepted, reason))
    fields.end()
    return Answer(question.merged, tuple(decisions), model)


def _read_proposal(fields: Fields) -> Proposal:
    text, source, also = fields.bytes(), fields.text(), tuple(fields.text().split())
    said = fields.bytes()
    if said and not 0 <= float(said) <= 1:  # also for "nan"
        raise ValueError("not a probability")
    return Proposal(text, source, also, float(said) if said else None)
