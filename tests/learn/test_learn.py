"""The index: what it keeps, what a second run does, what a kill leaves."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mergeassist.app import learn as learning
from mergeassist.app.learn import catch_up, index_file, learn
from mergeassist.errors import InputError, UsageError
from mergeassist.git import index_place, merges
from mergeassist.git.index_store import Index, Keys, Learned, Row
from mergeassist.git.merges import Replay, list_merges
from tests.learn.past import DAY, START, Past, framed

ROOT = Path(__file__).parents[2]
KEYS = Keys(1, 2, 3)
ROW = Row("a/b.py", 0, KEYS, "ours", None, None)


def names(count: int) -> list[str]:
    return [f"{at:040x}" for at in range(1, count + 1)]


def rows_of(past: Past) -> list[tuple[object, ...]]:
    store = sqlite3.connect(index_file(past.root))
    found = store.execute("SELECT path, place, side, text, time FROM conflicts "
                          "ORDER BY time, path, place").fetchall()
    store.close()
    return found


def test_what_is_kept(past: Past) -> None:
    past.merge("a.py", framed(b"b\n"), framed(b"o\n"), framed(b"t\n"), framed(b"t\n"))
    past.merge("d/b.txt", framed(b"b\n"), framed(b"o\n"), framed(b"t\n"), framed(b"o\nt\n"))
    past.merge("c", framed(b"b\n"), framed(b"o\n"), framed(b"t\n"), framed(b"by hand\n"))
    report = learn(past.root)
    assert (report.new, report.known, report.merges, report.conflicts) == (3, 0, 3, 3)
    assert rows_of(past) == [
        ("a.py", 0, "theirs", None, START + DAY),
        ("d/b.txt", 0, "other", b"o\nt\n", START + 2 * DAY),
        ("c", 0, "other", b"by hand\n", START + 3 * DAY),
    ]
    assert report.bytes == index_file(past.root).stat().st_size


def test_a_second_run_does_what_is_new(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    redone: list[str] = []
    one = learning.learned

    def spy(merge: learning.PastMerge) -> Learned:
        redone.append(merge.commit.name)
        return one(merge)

    monkeypatch.setattr(learning, "learned", spy)
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    first = [past.merge("a", *four), past.merge("b", *four)]
    learn(past.root)
    assert redone == first[::-1]
    redone.clear()
    assert learn(past.root).new == 0
    assert redone == []
    third = past.merge("c", *four)
    report = learn(past.root)
    assert redone == [third]
    assert (report.new, report.known) == (1, 2)
    redone.clear()
    assert learn(past.root, rebuild=True).new == 3
    assert redone == [third, *first[::-1]]


def test_limit_takes_the_newest_and_since_the_later(past: Past) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abc":
        past.merge(path, *four)
    assert learn(past.root, limit=1).new == 1
    assert [row[0] for row in rows_of(past)] == ["c"]
    assert learn(past.root, since=f"@{START + 2 * DAY}").new == 1
    with pytest.raises(UsageError, match="'soon': not a date"):
        learn(past.root, since="soon")
    assert [row[0] for row in rows_of(past)] == ["b", "c"]
    assert learn(past.root).new == 1


class Clock:
    """A second passes whenever somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now


def test_in_a_limited_time_the_newest_are_learned_and_a_later_run_goes_on(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abcdefghij":
        past.merge(path, *four)
    with monkeypatch.context() as limited:
        limited.setattr(learning, "time", Clock())
        report = learn(past.root, seconds=12)
    assert 0 < report.new < 10
    assert report.left == 10 - report.new
    assert [row[0] for row in rows_of(past)] == list("abcdefghij")[-report.new :]
    rest = learn(past.root)
    assert (rest.new, rest.known, rest.left) == (report.left, report.new, 0)
    assert len(rows_of(past)) == 10


def test_a_graph_for_which_there_was_no_time_is_written_later(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abc":
        past.merge(path, *four)
    monkeypatch.setattr(learning, "_MANY", 3)
    with monkeypatch.context() as limited:
        limited.setattr(merges, "_PATHS_SECONDS", 1e9)
        assert learn(past.root, seconds=600).new == 3
    graph = past.root / ".git" / "mergeassist" / "objects" / "info" / "commit-graph"
    assert not graph.exists()
    assert learn(past.root).new == 0
    # paths that are known cost nothing
    monkeypatch.setattr(merges, "_PATHS_SECONDS", 1e9)
    with Replay(past.root) as replay:
        names = [commit.name for commit in list_merges(past.root).merges]
        assert replay.prepare(names)
        assert not replay.prepare(names, paths=True, seconds=600)
        replay.reuse_graph(graph.parent.parent)
        assert replay.prepare(names, paths=True, seconds=600)


def test_an_interrupted_run_keeps_what_it_has_redone(past: Past) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abcd":
        past.merge(path, *four)

    def interrupt(done: int, total: int) -> None:
        assert total == 4
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(past.root, progress=interrupt)
    assert [row[0] for row in rows_of(past)] == ["c", "d"]


def test_catching_up(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where an index is, only merges of its last month and since, and never an error."""
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    past.merge("old", *four)
    assert catch_up(past.root) == 0
    assert not index_file(past.root).exists()
    past.now += 60 * DAY
    past.merge("a", *four)
    learn(past.root, limit=1)
    os.utime(index_file(past.root), (past.now, past.now))
    past.merge("b", *four)
    assert catch_up(past.root) == 1
    assert [row[0] for row in rows_of(past)] == ["a", "b"]
    assert index_file(past.root).stat().st_mtime > past.now + DAY
    assert catch_up(past.root) == 0
    with Index(index_file(past.root), write=True) as index:
        index._store.execute("BEGIN EXCLUSIVE")
        assert catch_up(past.root, seconds=0.1) == 0
    index_file(past.root).write_bytes(b"not a database at all, only text" * 40)
    assert catch_up(past.root) == 0


def test_the_newest_merges_are_listed_without_the_rest(past: Past) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abc":
        past.merge(path, *four)
    past.now += DAY
    past.git("merge", "-q", "-s", "ours", "--no-edit", "HEAD^2", "HEAD~2^2", ok=False)
    whole = list_merges(past.root).merges
    assert len(whole) == 3
    assert list_merges(past.root, newest=2).merges == whole[:2]


def test_a_problem_is_told_once_and_remembered(past: Past) -> None:
    past.merge("a", *map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    gone = past.git("rev-parse", "HEAD^2:a").strip()
    (past.root / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    for new in (1, 0):
        report = learn(past.root)
        assert report.new == new
        (note,) = report.notes
        assert note.startswith("1 merges could not be redone: unable to read")
        assert gone not in note


def test_worktrees_share_one_index(past: Past, tmp_path: Path) -> None:
    past.merge("a", *map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    past.git("worktree", "add", "-q", str(tmp_path / "other"), "HEAD~1")
    learn(tmp_path / "other")
    inside = past.root / "deep" / "er"
    inside.mkdir(parents=True)
    expected = (past.root / ".git" / "mergeassist" / "index.sqlite").resolve()
    for place in (past.root, inside, tmp_path / "other", past.root / ".git"):
        found = index_place.locate(place)
        assert found is not None and found.resolve() == expected


def test_no_index_is_found_where_there_is_none(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index_place.locate(past.root) is None
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / ".git").write_bytes(b"gitdir: \0nonsense")
    assert index_place.locate(tmp_path / "plain") is None
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    assert index_place.locate(past.root) is None


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from mergeassist.app import learn as learning
learning._BATCH = 1
one, at = learning.learned, iter(range(100))
def dying(merge):
    if next(at) == {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    return one(merge)
learning.learned = dying
learning.learn({repo!r})
"""


def test_a_kill_between_batches_loses_only_what_is_open(past: Past) -> None:
    four = tuple(map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    for path in "abcd":
        past.merge(path, *four)
    before = past.state()
    code = KILLED.format(root=str(ROOT), repo=str(past.root), after=2)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [row[0] for row in rows_of(past)] == ["c", "d"]
    report = learn(past.root)
    assert (report.new, report.known) == (2, 2)
    assert [row[0] for row in rows_of(past)] == ["a", "b", "c", "d"]
    (past.root / ".git" / "mergeassist" / "index.sqlite").unlink()
    assert past.state() == before, "nothing else has changed in the repository"


STEADY = """
import sys
sys.path.insert(0, {root!r})
from mergeassist.app import learn as learning
learning._BATCH, learning._MANY = 2, 3
print("started", flush=True)
learning.learn({repo!r})
"""


def test_killed_at_any_moment_it_loses_nothing_and_harms_nothing(past: Past) -> None:
    """Whatever the run is at: starting, merging, writing the graph or a batch."""
    chance = random.Random(4)
    for at in range(10):
        past.merge(f"f{at}", *map(framed, (b"b\n", b"o\n", b"t\n", b"r%d\n" % at)))
    before, heads = past.state(), past.git("for-each-ref")
    code, kills = STEADY.format(root=str(ROOT), repo=str(past.root)), 0
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline() == b"started\n"
            time.sleep(chance.uniform(0, 0.25))
            process.kill()
        kills += process.returncode == -signal.SIGKILL
        if index_file(past.root).exists():
            store = sqlite3.connect(index_file(past.root))
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            store.close()
    assert kills > 0
    report = learn(past.root)
    assert (report.merges, report.conflicts) == (10, 10)
    assert [row[0] for row in rows_of(past)] == [f"f{at}" for at in range(10)]
    assert past.git("for-each-ref") == heads
    shutil.rmtree(past.root / ".git" / "mergeassist")
    assert past.state() == before, "nothing else has changed in the repository"


HALF = """
import os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from mergeassist.git.index_store import Index, Keys, Learned, Row
from mergeassist.git.merges import Replay, list_merges
index = Index(Path({file!r}), write=True)
index._store.execute("PRAGMA cache_size = 1")
index._store.execute("PRAGMA cache_spill = 1")
def batch():
    for at in range(2, 3000):
        row = Row("p" * 200, 0, Keys(at, at, at), "other", b"t" * 500, b"t")
        yield Learned(f"{{at:040x}}", at, (row,))
    os.kill(os.getpid(), signal.SIGKILL)
index.add(batch())
"""


def test_a_kill_inside_a_batch_is_rolled_back_by_the_next_reader(tmp_path: Path) -> None:
    """The pages had reached the file already: its journal takes them back."""
    file = tmp_path / "index.sqlite"
    with Index(file, write=True) as index:
        index.add([Learned(names(1)[0], 5, (ROW,))])
    size = file.stat().st_size
    code = HALF.format(root=str(ROOT), file=str(file))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.stat().st_size > size, "the test must leave a half-written file"
    assert file.with_name("index.sqlite-journal").exists()
    with Index(file) as index:
        assert index.known() == {names(1)[0]}
        assert [m.row for m in index.matches((KEYS, KEYS), None, 9)] == [ROW]


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Index(tmp_path / "i", write=True) as index:
        def batch() -> object:
            yield Learned(names(1)[0], 5, (ROW,))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            index.add(batch())  # type: ignore[arg-type]
        assert index.size() == (0, 0)


def test_a_merge_is_kept_once(tmp_path: Path) -> None:
    """Two runs at once may both redo it."""
    with Index(tmp_path / "i", write=True) as one, Index(tmp_path / "i", write=True) as two:
        one.add([Learned(names(1)[0], 5, (ROW,))])
        two.add([Learned(names(1)[0], 5, (ROW, ROW)), Learned(names(2)[1], 6, (ROW,))])
        assert one.size() == (2, 2)


def test_a_busy_index_is_an_error_at_once_for_a_reader(tmp_path: Path) -> None:
    file = tmp_path / "i"
    with Index(file, write=True) as index:
        index._store.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match="another run is at work"):
            Index(file, wait=0.0)


@pytest.mark.parametrize("content", [b"not a database at all, only text" * 40, b""])
def test_a_damaged_index_says_what_to_do(past: Past, content: bytes) -> None:
    file = index_file(past.root)
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(InputError, match="mergeassist learn --rebuild"):
        Index(file)
    past.merge("a", *map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))
    assert learn(past.root, rebuild=True).conflicts == 1


def test_a_reader_creates_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Index(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []
    Index(tmp_path / "i", write=True).close()
    with Index(tmp_path / "i") as index, pytest.raises(InputError, match="cannot be written"):
        index.add([Learned(names(1)[0], 5)])


def test_the_command(past: Past) -> None:
    past.merge("a", *map(framed, (b"b\n", b"o\n", b"t\n", b"r\n")))

    def run(*words: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-m", "mergeassist", "learn", *words], cwd=past.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode().splitlines()

    first = run()
    assert first[0].startswith("1 new merges in ") and first[0].endswith(" s, 0 known before")
    assert first[1].startswith("the index holds 1 conflicts of 1 merges, ")
    assert '"known": 1,' in "".join(run("--json"))
    assert len(first) == 2
