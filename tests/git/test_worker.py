"""The process that a driver leaves for the next file: used where it can be, never believed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mergeassist import _worker
from mergeassist._worker import Answer, Fields, Question
from mergeassist.core.chunks import Conflict, MergedFile
from mergeassist.core.merge import Merge
from mergeassist.core.outcome import Decision, Proposal
from tests.git.real_git import MakeDriver, Repo, lines

linux = pytest.mark.skipif(sys.platform != "linux", reason="the worker is for Linux")

# decides without a judge, and writes down which process decided and which one is a worker
PATCH = """
import os, time, types
import mergeassist._worker as worker, mergeassist._worker_serve as serve
judge = types.ModuleType("mergeassist.judge.model")
judge.shipped_folder = lambda: None
sys.modules["mergeassist.judge.model"] = judge
serve.IDLE = serve._MOST_IDLE = {idle}
worker._HELLO_SECONDS = 20  # a busy machine is not what is tested
def note(*words):
    with open({log!r}, "a") as file:
        print(*words, os.getpid(), file=file)
in_worker = lambda: os.getsid(0) == os.getpid()
opened = serve._Desk.open
def open_desk(self, server):
    note("worker")
    opened(self, server)
serve._Desk.open = open_desk
ours_and_theirs = text
def decide(merged, context, **_):
    note(context.path)
    {decide}
    return tuple(Decision(c, (Proposal(text(c), "test", ("also",), 0.9),), True, "test")
                 for c in merged.conflicts)
{more}
"""
BASE, OURS, THEIRS = lines(9), lines(9, _4="ours\n"), lines(9, _4="theirs\n")
BOTH = lines(9, _4="ours\ntheirs\n")


class Bench:
    """A repository with three conflicting files and drivers that write a log."""

    def __init__(self, repo: Repo, make_driver: MakeDriver, log: Path) -> None:
        self.repo, self.make_driver, self.log_file = repo, make_driver, log
        repo.commit("base", dict.fromkeys("abc", BASE))
        repo.git("checkout", "-q", "-b", "topic")
        repo.commit("theirs", dict.fromkeys("abc", THEIRS))
        repo.git("checkout", "-q", "main")
        repo.commit("ours", dict.fromkeys("abc", OURS))

    @property
    def folder(self) -> Path:
        return self.repo.path / ".git" / "mergeassist" / "worker"

    def arm(self, decide: str = "pass", more: str = "", idle: float = 60) -> None:
        patch = PATCH.format(idle=idle, log=str(self.log_file), decide=decide, more=more)
        self.repo.arm(self.make_driver(patch))

    def merge(self, **env: str) -> dict[str, int]:
        """Merge from the start; which process has decided which path."""
        self.repo.git("reset", "-q", "--hard", "main")
        before = len(self.log())
        self.repo.git("merge", "-q", "--no-commit", "topic", code=None, **env)
        return {path: pid for path, pid in self.log()[before:] if path != "worker"}

    def log(self) -> list[tuple[str, int]]:
        text = self.log_file.read_text() if self.log_file.exists() else ""
        return [(path, int(pid)) for path, pid in map(str.split, text.splitlines())]

    def worker(self) -> int:
        """The newest worker, once it has begun."""
        wait_until(lambda: any(name == "worker" for name, _ in self.log()))
        return [pid for name, pid in self.log() if name == "worker"][-1]

    def assert_merged(self) -> None:
        assert {self.repo.read(path) for path in "abc"} == {BOTH}
        assert not self.repo.unmerged()


def wait_until(condition: object) -> None:
    for _ in range(600):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def end_worker(repo: Repo) -> None:
    """Kill the process that holds the lock; there is one and no more."""
    holders = [
        int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _holds(pid, repo)
    ]
    for pid in holders:
        os.kill(pid, signal.SIGKILL)
    assert len(holders) == 1


def _holds(pid: str, repo: Repo) -> bool:
    try:
        names = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return False
    return str(repo.path / ".git" / "mergeassist" / "worker" / "lock") in names


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may collect it in a container


@pytest.fixture
def bench(repo: Repo, make_driver: MakeDriver, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(repo, make_driver, tmp_path / "log")
    yield bench
    for name, pid in bench.log():
        if name == "worker" and is_running(pid):
            os.kill(pid, signal.SIGKILL)


@linux
def test_later_files_are_decided_by_the_process_the_first_has_left(bench: Bench) -> None:
    bench.arm()
    first, second, third = bench.merge().values()
    bench.assert_merged()
    worker = bench.worker()
    assert first != worker == second == third
    # `git` was run with pipes for output and has returned: nothing holds them
    assert is_running(worker)
    assert bench.folder.stat().st_mode & 0o777 == 0o700
    assert set(bench.merge().values()) == {worker}
    bench.assert_merged()


@linux
def test_nothing_is_left_after_idle_time(bench: Bench) -> None:
    bench.arm(idle=0.3)
    bench.merge()
    worker = bench.worker()
    wait_until(lambda: not is_running(worker))
    wait_until(lambda: sorted(os.listdir(bench.folder)) == ["lock"])


@linux
def test_a_killed_worker_is_replaced(bench: Bench) -> None:
    bench.arm()
    bench.merge()
    killed = bench.worker()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not is_running(killed))
    assert (bench.folder / "socket").exists()
    deciders = list(bench.merge().values())
    bench.assert_merged()
    assert killed not in deciders and deciders[1] == deciders[2] == bench.worker() != killed


@linux
def test_a_worker_that_hangs_is_left_and_ends(bench: Bench) -> None:
    bench.arm("if in_worker(): time.sleep(600)", more="serve._GRACE = 0.1", idle=5)
    deciders = bench.merge(MERGEASSIST_TIMEOUT="4")
    bench.assert_merged()
    workers = {pid for name, pid in bench.log() if name == "worker"}
    assert len(set(deciders.values()) - workers) == 3  # the log keeps the last to decide a path
    wait_until(lambda: not any(map(is_running, workers)))


@linux
def test_what_a_worker_says_is_checked_as_ever(bench: Bench) -> None:
    markers = "lambda c: b'<<<<<<< a\\n' if in_worker() else ours_and_theirs(c)"
    bench.arm(more=f"text = {markers}")
    bench.merge()
    texts = [bench.repo.read(path) for path in "abc"]
    texts.remove(BOTH)  # the first one, decided by the driver
    for text in texts:
        assert b"<<<<<<< " in text and b"ours\n" in text and b"theirs\n" in text
        assert b"<<<<<<< a\n" not in text
    assert len(bench.repo.unmerged().splitlines()) == 6


@linux
def test_a_worker_of_another_version_or_environment_is_not_asked(bench: Bench) -> None:
    bench.arm()
    bench.merge()
    worker = bench.worker()
    assert worker not in bench.merge(MERGEASSIST_MIN_PROBABILITY="0.99").values()
    assert worker in bench.merge().values()
    bench.arm(more="worker.__version__ = '0.0.0'")
    assert worker not in bench.merge().values()
    bench.assert_merged()


@linux
def test_a_worker_leaves_questions_alone_once_the_program_has_changed(
    bench: Bench, tmp_path: Path
) -> None:
    module = tmp_path / "later.py"
    module.write_text("")
    extra = (
        f"sys.path.insert(0, {str(tmp_path)!r}); import later; "
        "sys.modules['mergeassist_later'] = later"
    )
    bench.arm(more=extra)
    bench.merge()
    worker = bench.worker()
    assert set(bench.merge().values()) == {worker}
    module.write_text("x = 1\n")
    assert worker not in bench.merge().values()
    bench.assert_merged()


@linux
def test_two_drivers_at_once_leave_one_worker(bench: Bench) -> None:
    bench.arm("time.sleep(0.3)")
    script = bench.log_file.parent / "a driver's home" / "mergeassist-driver"
    running = []
    for name in "abcd":
        for part, text in (("O", BASE), ("A", OURS), ("B", THEIRS)):
            bench.repo.write(name + part, text)
        words = [str(script), name + "O", name + "A", name + "B", "7", name]
        running.append(subprocess.Popen(words, cwd=bench.repo.path, stderr=subprocess.DEVNULL))
    assert [process.wait() for process in running] == [0] * 4
    worker = bench.worker()
    assert {bench.repo.read(name + "A") for name in "abcd"} == {BOTH}
    bench.merge()
    assert [pid for name, pid in bench.log() if name == "worker"] == [worker]


@linux
@pytest.mark.parametrize(
    "reply",
    [b"", b"hello, I am not it\n", _worker.HELLO, _worker.HELLO + b"\xff" * 40,
     _worker.HELLO + _worker.pack([b"no"]), _worker.HELLO + _worker.pack([b"yes", b"m", b"9"]),
     _worker.HELLO + _worker.pack([b"yes", b"m", b"1", b"1", b"r", b"0"])],
)  # fmt: skip
def test_nonsense_from_the_socket_is_no_answer(bench: Bench, reply: bytes) -> None:
    bench.arm()
    bench.folder.mkdir(mode=0o700, parents=True)
    (bench.folder / "lock").touch()
    with socket.socket(socket.AF_UNIX) as server:
        folder = os.open(bench.folder, os.O_RDONLY)
        server.bind(_worker.address(folder))
        os.close(folder)
        server.listen()
        thread = threading.Thread(target=_say_once, args=(server, reply))
        thread.start()
        bench.merge()
        thread.join()
    bench.assert_merged()


def _say_once(server: socket.socket, reply: bytes) -> None:
    connection, _ = server.accept()
    connection.sendall(reply)
    connection.close()
    server.close()


@linux
def test_a_directory_that_others_may_enter_is_not_used(bench: Bench) -> None:
    bench.arm()
    bench.folder.mkdir(mode=0o700, parents=True)
    bench.folder.chmod(0o755)
    assert len(set(bench.merge().values())) == 3
    bench.assert_merged()
    assert not os.listdir(bench.folder)


@linux
def test_it_can_be_forbidden(bench: Bench) -> None:
    bench.arm()
    bench.repo.git("config", "mergeassist.worker", "false")
    assert len(set(bench.merge().values())) == 3
    bench.assert_merged()
    assert not bench.folder.exists()


@linux
def test_the_real_judge_says_the_same_from_a_worker(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")  # or all of numpy is compiled again
    monkeypatch.setenv("MERGEASSIST_TIMEOUT", "60")
    base = "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(20))
    ours = "import json\n" + base.replace("return x + 7\n", "return x + 70\n")
    theirs = "import re\n" + base.replace("return x + 7\n", "return f(x) + 7\n")
    repo.commit("base", {name: base.encode() for name in ("a.py", "b.py")})
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("theirs", {name: theirs.encode() for name in ("a.py", "b.py")})
    repo.git("checkout", "-q", "main")
    repo.commit("ours", {name: ours.encode() for name in ("a.py", "b.py")})
    script = tmp_path / "mergeassist-driver"
    script.write_text(
        f"#!{sys.executable}\nimport os, sys\nsys.path.insert(0, {os.getcwd()!r})\n"
        "import mergeassist._worker as w, mergeassist._driver as d\nask = w.Worker.ask\n"
        "import mergeassist._worker_serve as s\nw._HELLO_SECONDS = s.IDLE = s._MOST_IDLE = 30\n"
        "def asked(*words):\n    found = ask(*words)\n"
        f"    print(found is not None, file=open({str(tmp_path / 'log')!r}, 'a'))\n"
        "    return found\nw.Worker.ask = asked\nsys.exit(d.main())\n"
    )
    script.chmod(0o755)
    results = []
    # two repositories: what the first files of a merge were decided is remembered
    for one, worker in ((repo, "1"), (repo.copy(), "0")):
        one.arm(str(script))
        settings = {"MERGEASSIST_WORKER": worker, "MERGEASSIST_MIN_PROBABILITY": "0.3"}
        one.git("merge", "-q", "--no-commit", "topic", code=None, **settings)
        results.append((one.read("a.py"), one.read("b.py")))
    end_worker(repo)
    assert (tmp_path / "log").read_text().split() == ["False", "True"]
    assert results[0] == results[1]
    assert any(b"<<<<<<<" not in text.partition(b"def f7")[0] for text in results[0])


QUESTION = Question(
    "päth", Merge(b"a\n", b"b\n", b"c\n"),
    MergedFile((b"x\n", Conflict(b"b\n", b"a\n", b"c\n"), b"y\n", Conflict(b"", None, b"\xff"))),
    2.5,
)  # fmt: skip
ANSWER = Answer(
    QUESTION.merged,
    (
        Decision(QUESTION.merged.conflicts[0], (Proposal(b"b\nc\n", "one", ("two", "three"), 0.9),
                                                Proposal(b"", "four", (), None)), True, "sure"),
        Decision(QUESTION.merged.conflicts[1], (), False, "ünsure"),
    ),
    "model",
)  # fmt: skip


def test_questions_and_answers_survive_the_way() -> None:
    fields = Fields(_worker.pack(_worker.question_fields(QUESTION, {"A": "b", "C": ""}))[8:])
    head = [fields.bytes() for _ in range(5)]
    assert head[4] == b"A=b\0C="
    assert _worker.read_question(fields) == QUESTION
    fields = Fields(_worker.pack(_worker.answer_fields(ANSWER))[8:])
    assert _worker.read_answer(fields, QUESTION) == ANSWER


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_answer_is_an_answer_or_a_value_error(data: st.DataObject) -> None:
    body = bytearray(_worker.pack(_worker.answer_fields(ANSWER))[8:])
    cut = data.draw(st.integers(0, len(body)))
    for _ in range(data.draw(st.integers(0, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[:cut]) if data.draw(st.booleans()) else bytes(body)
    try:
        answer = _worker.read_answer(Fields(damaged), QUESTION)
    except ValueError:
        return
    assert len(answer.decisions) == 2
    assert all(d.text is None or isinstance(d.text, bytes) for d in answer.decisions)
