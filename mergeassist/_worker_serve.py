"""The worker itself: a fork of the driver that loaded the judge, answering the next drivers.

It is detached from everything git could wait for (own session, no inherited descriptors), holds
a lock so that there is never a second one a work tree, serves one question at a time, leaves
after `IDLE` seconds without one (more where files take longer: a busy machine) and after `LIFE`
seconds in any case; the kernel's alarm ends one that hangs.  It decides only for the program,
model and environment it was born with, in the directory (not just the name) the question came
from, and writes nothing but what deciding itself keeps (`git/history.py`).  A question it cannot
take is refused; the driver then decides itself.
"""

from __future__ import annotations

import fcntl
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mergeassist import __version__, _worker
from mergeassist._worker import NO, Answer, Fields

IDLE = 3.0
LIFE = 60.0
_SLOWER, _MOST_IDLE = 4.0, 15.0
_GRACE = 3.0  # seconds beyond a question's own until the alarm
_READ = 2.0
_QUEUE = 4
_HIGH, _MOST_DESCRIPTORS = 100, 1 << 16
# what git and the shell change from file to file without a meaning for us
_OF_THE_SHELL = ("_", "SHLVL", "PWD", "OLDPWD")

Stamp = tuple[tuple[int, int], ...]


def leave_behind(environment: Mapping[str, str], took: float) -> None:
    """Fork the worker, unless there is one; the caller, which has finished its merge, goes on.

    `took` is how many seconds the caller needed: the next one may be as long in coming.

    The socket listens before the fork: the next driver is often there first.
    """
    folder = _worker.make_folder()
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(_worker.LOCK, flags, 0o600, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another worker holds it
        return
    _sweep(folder)
    # now, while the files are still those that were loaded
    desk = _Desk(environment, min(max(IDLE, _SLOWER * took), _MOST_IDLE))
    _forget()  # a database connection must not be shared with a child
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    os.umask(0o077)
    server.bind(_worker.address(folder))
    server.listen(_QUEUE)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    if os.fork():
        return
    try:
        _serve(desk, server.detach(), lock, folder)
    except BaseException:  # nobody is there to be told
        os._exit(1)
    os._exit(0)


def _serve(desk: _Desk, *descriptors: int) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, desk.idle + _GRACE)
    listening, _, folder = _detach(descriptors)
    try:
        with socket.socket(fileno=listening) as server:
            desk.open(server)
    finally:
        _sweep(folder)


def _detach(kept: Sequence[int]) -> list[int]:
    """Leave git's session and directory, and let go of every pipe that somebody may wait on;
    the new numbers of the descriptors that are kept."""
    os.setsid()
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    apart = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, _HIGH) for one in kept]
    for standard in range(3):
        os.dup2(nothing, standard)
    low = 3
    for one in sorted(apart):
        os.closerange(low, one)
        low = one + 1
    os.closerange(low, _MOST_DESCRIPTORS)
    return apart


def _sweep(folder: int) -> None:
    try:
        os.unlink(_worker.SOCKET, dir_fd=folder)
    except FileNotFoundError:
        pass


class _Desk:
    """What the worker was born with, and how it answers."""

    def __init__(self, environment: Mapping[str, str], idle: float) -> None:
        self.idle = idle
        self.environment = _lasting(environment)
        self.uid = os.geteuid()
        modules = [m for name, m in list(sys.modules.items()) if name.startswith("mergeassist")]
        self.program = [str(file) for m in modules if (file := getattr(m, "__file__", None))]
        self.stamp = _stamp(self.program)
        self.model = _model()

    def open(self, server: socket.socket) -> None:
        """Answer until nobody asks any more."""
        closing = time.monotonic() + LIFE
        while time.monotonic() < closing:
            signal.setitimer(signal.ITIMER_REAL, self.idle + _GRACE)
            server.settimeout(self.idle)
            try:
                connection, _ = server.accept()
            except TimeoutError:
                return
            with connection:
                try:
                    self._answer(connection)
                except (OSError, ValueError):  # whoever asked has left, or speaks nonsense
                    continue

    def _answer(self, connection: socket.socket) -> None:
        if not _worker.is_mine(connection):
            return
        deadline = time.monotonic() + _READ
        connection.settimeout(_READ)
        connection.sendall(_worker.HELLO)
        fields = _worker.receive_fields(connection, deadline)
        try:
            reply = self._decide(fields)
        except Exception:  # the driver meets the same error, and can tell the user
            reply = [NO]
        finally:
            os.chdir("/")
        connection.settimeout(_READ)
        connection.sendall(_worker.pack(reply))

    def _decide(self, fields: Fields) -> list[bytes]:
        version, folder, identity = fields.text(), fields.text(), fields.bytes()
        uid = fields.count(1 << 32)
        asked = dict(pair.partition("=")[::2] for pair in fields.text().split("\0"))
        if version != __version__ or uid != self.uid or _lasting(asked) != self.environment:
            return [NO]
        os.chdir(folder)
        if _worker.identity(".") != identity or _stamp(self.program) != self.stamp:
            return [NO]
        question = _worker.read_question(fields)
        signal.setitimer(signal.ITIMER_REAL, question.seconds + _GRACE)
        _put_environment(asked)
        _forget()
        app = importlib.import_module("mergeassist.app.for_driver")
        if _model() != self.model:  # loaded once, and another by now
            return [NO]
        answer: Answer = app.decide_path(
            question.path, question.sides, question.merged, question.seconds
        )
        if answer.merged is not question.merged:
            return [NO]
        return _worker.answer_fields(answer._replace(model=app.model_name(answer)))


def _model() -> tuple[list[str], Stamp]:
    """The judge's files as the settings of the working directory name them."""
    files = importlib.import_module("mergeassist.app.for_driver").model_files()
    return files, _stamp(files)


def _lasting(environment: Mapping[str, str]) -> dict[str, str]:
    """What must be the same for all questions: all but what git says of the operation."""
    return {
        name: value for name, value in environment.items()
        if not name.startswith("GIT") and name not in _OF_THE_SHELL
    }  # fmt: skip


def _put_environment(asked: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("GIT")]:
        del os.environ[name]
    os.environ.update({k: v for k, v in asked.items() if k.startswith("GIT")})


def _stamp(files: Iterable[str]) -> Stamp:
    found = map(os.stat, files)
    return tuple((one.st_mtime_ns, one.st_size) for one in found)


def _forget() -> None:
    """Empty what the application remembers of configuration and index."""
    for name, module in list(sys.modules.items()):
        if name.startswith("mergeassist.app."):
            for value in list(vars(module).values()):
                _clear(value)


def _clear(value: Any) -> None:
    clear = getattr(value, "cache_clear", None)
    if callable(clear):
        clear()
