"""Whatever ends the driver, and whenever: markers or a complete result, never one side alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.git.real_git import ACCEPT_ALL, MakeDriver, Repo, lines

BASE = lines(60)
OURS = lines(60, _5="ours 5\n", _30="ours 30\n", _50="ours alone\n")
THEIRS = lines(60, _5="theirs 5\n", _30="theirs 30\n", _55="theirs alone\n")
DONE = lines(60, _5="ours 5\ntheirs 5\n", _30="ours 30\ntheirs 30\n", _50="ours alone\n",
             _55="theirs alone\n")

# counts the calls of the product's functions, imports included; ends the driver at one of them
AT_CALL = """
import os, signal, resource
calls = 0
def count(frame, event, _):
    global calls
    if event == "call" and "/mergeassist/" in frame.f_code.co_filename:
        calls += 1
        if calls == {call}:
            sys.setprofile(None)
            {end}
        elif {call} < 0:
            open({log!r}, "w").write(str(calls))
sys.setprofile(count)
"""
ENDS = {
    "SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
    "SIGINT": "os.kill(os.getpid(), signal.SIGINT)",
    "no memory": "resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))",
    "no disk": "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
               "resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))",
    "exception": "raise RuntimeError('a bug')",
    "exit": "raise SystemExit(0)",
}


def assert_nothing_lost(repo: Repo, *, both_sides: bool = True) -> None:
    """The result is complete, or an unmerged path with both sides between markers."""
    text = repo.read("f")
    if text == DONE:
        return
    assert len(repo.unmerged().splitlines()) == 3
    assert b"\n<<<<<<< " in b"\n" + text and b"\n>>>>>>> " in text
    if both_sides:
        for line in (b"ours 5\n", b"theirs 5\n", b"ours 30\n", b"theirs 30\n", b"ours alone\n",
                     b"theirs alone\n"):
            assert line in text
    else:
        assert b"git checkout --merge -- " in text


@pytest.fixture
def conflicted(repo: Repo) -> Repo:
    repo.fork("f", BASE, OURS, THEIRS)
    return repo


@pytest.mark.parametrize("end", ENDS)
def test_ended_at_many_points(
    conflicted: Repo, make_driver: MakeDriver, tmp_path: Path, end: str
) -> None:
    points = 10 if end in ("SIGKILL", "SIGTERM", "no memory", "no disk") else 4
    log = tmp_path / "calls"
    conflicted.git("config", "mergeassist.timeout", "1000")
    conflicted.arm(make_driver(ACCEPT_ALL + AT_CALL.format(call=-1, end="pass", log=str(log))))
    conflicted.git("merge", "--no-edit", "topic")
    assert conflicted.read("f") == DONE
    conflicted.git("reset", "-q", "--hard", "HEAD~1")
    calls = int(log.read_text())
    assert calls > 60
    outcomes = set()
    for point in range(1, points + 1):
        call = calls * point // points
        make_driver(ACCEPT_ALL + AT_CALL.format(call=call, end=ENDS[end], log=""))
        outcomes.add(conflicted.run("merge", "--no-edit", "topic").returncode)
        assert_nothing_lost(conflicted)
        assert conflicted.leftovers() == []
        conflicted.git("reset", "-q", "--hard", "main" if conflicted.unmerged() else "HEAD~1")
    assert 1 in outcomes


def test_a_plain_line_is_as_safe_against_exceptions(
    conflicted: Repo, make_driver: MakeDriver
) -> None:
    """Without the shell's guard, before git's own text stands in the file."""
    conflicted.arm(make_driver("import mergeassist.git.textmerge as t\nt.merge = None"))
    script = conflicted.path.parent / "a driver's home" / "mergeassist-driver"
    conflicted.git("config", "merge.mergeassist.driver",
                   f'"{script}" %O %A %B %L %P')
    done = conflicted.run("merge", "topic")
    assert b"left as a conflict: TypeError" in done.stderr
    assert_nothing_lost(conflicted, both_sides=False)


def test_the_restored_file_has_both_sides(conflicted: Repo, make_driver: MakeDriver) -> None:
    conflicted.arm(make_driver())
    conflicted.git("merge", "topic", code=1)
    conflicted.write("f", b"<<<<<<< ours\ngone\n=======\n>>>>>>> theirs\n")
    conflicted.git("checkout", "--merge", "--", "f")
    assert_nothing_lost(conflicted)


def test_uninstalled_after_arming(conflicted: Repo, make_driver: MakeDriver) -> None:
    driver = make_driver()
    conflicted.arm(driver)
    Path(driver).unlink()
    done = conflicted.run("merge", "topic")
    assert done.returncode == 1
    assert_nothing_lost(conflicted)
    assert conflicted.leftovers() == []
    assert b"install mergeassist again" in done.stderr
    assert b"umask" not in done.stderr, "a shell names itself, which is the whole line"


def test_a_driver_whose_python_is_gone(conflicted: Repo, make_driver: MakeDriver) -> None:
    driver = Path(make_driver(name="a=b 'c'"))
    conflicted.arm(str(driver))
    driver.write_text("#!/no/such/python\n" + driver.read_text())
    done = conflicted.run("merge", "topic")
    assert done.returncode == 1
    assert_nothing_lost(conflicted)
    assert conflicted.leftovers() == []
    assert b"install mergeassist again" in done.stderr and b"umask" not in done.stderr


def test_another_program_of_that_name(conflicted: Repo, make_driver: MakeDriver) -> None:
    """Exit 0 alone is not believed."""
    driver = Path(make_driver())
    conflicted.arm(str(driver))
    driver.write_text("#!/bin/sh\nexit 0\n")
    assert conflicted.run("merge", "topic").returncode == 1
    assert_nothing_lost(conflicted)


def test_moved_to_another_place_on_path(conflicted: Repo, make_driver: MakeDriver) -> None:
    conflicted.arm(make_driver(name="old"))
    Path(make_driver(name="old")).unlink()
    new = Path(make_driver(ACCEPT_ALL, name="new")).parent
    conflicted.git("merge", "--no-edit", "topic", PATH=f"{new}{os.pathsep}{os.environ['PATH']}")
    assert conflicted.read("f") == DONE


def test_time_is_up(conflicted: Repo, make_driver: MakeDriver) -> None:
    conflicted.git("config", "mergeassist.timeout", "0.5")
    conflicted.arm(make_driver("import time\ndef decide(*_, **__):\n    time.sleep(20)"))
    done = conflicted.run("merge", "topic")
    assert done.returncode == 1
    assert b"mergeassist: f: left as a conflict: time is up" in done.stderr
    assert_nothing_lost(conflicted)


@pytest.mark.parametrize("worker", ["true", "false"])
def test_deciding_ends_before_the_time_is_up(
    conflicted: Repo, make_driver: MakeDriver, tmp_path: Path, worker: str
) -> None:
    """Else the conflicts that were decided in time would be lost with the rest."""
    told = tmp_path / "told"
    conflicted.git("config", "mergeassist.timeout", "1000")
    conflicted.git("config", "mergeassist.worker", worker)
    conflicted.arm(make_driver(
        "inner = decide\ndef decide(merged, context, *, seconds, **_):\n"
        f"    open({str(told)!r}, 'w').write(str(seconds))\n    return inner(merged, context)"))
    conflicted.git("merge", "topic", code=1)
    assert float(told.read_text()) == pytest.approx(600.0)


def test_a_proposer_cannot_swallow_the_time_budget(
    conflicted: Repo, make_driver: MakeDriver
) -> None:
    conflicted.git("config", "mergeassist.timeout", "0.5")
    sleeper = ("import time\ndef decide(*_, **__):\n    try:\n        time.sleep(20)\n"
               "    except Exception:\n        time.sleep(20)")
    conflicted.arm(make_driver(sleeper))
    assert b"time is up" in conflicted.run("merge", "topic").stderr


def test_a_traceback_only_when_asked_for(conflicted: Repo, make_driver: MakeDriver) -> None:
    conflicted.arm(make_driver("def decide(*_, **__):\n    raise KeyError('of the test')"))
    for wanted, debug in ((False, "0"), (True, "1")):
        done = conflicted.run("merge", "topic", MERGEASSIST_DEBUG=debug)
        assert b"mergeassist: f: left as a conflict: KeyError: 'of the test'\n" in done.stderr
        assert (b"Traceback" in done.stderr) == wanted
        conflicted.git("merge", "--abort")


FAKE_GIT = """#!/bin/sh
case "$1" in merge-file) {action};; *) exec {git} "$@";; esac
"""
FAILURES = {
    "killed": "kill -9 $$",
    "half written": "echo half; kill -9 $$",
    "full disk": "echo half; exit 255",
    "no disk at all": "exit 255",
    "missing": "exit 127",
    "usage": "exit 129",
}


def break_merge_file(repo: Repo, action: str) -> str:
    """A PATH whose git fails at `merge-file`, and that shell line started on purpose."""
    bin_dir = repo.path.parent / "fake"
    bin_dir.mkdir()
    real = repo.git("--exec-path").strip() + "/git"
    (bin_dir / "git").write_text(FAKE_GIT.format(action=action, git=real))
    (bin_dir / "git").chmod(0o755)
    line = repo.git("config", "merge.mergeassist.driver").strip()
    repo.git("config", "merge.mergeassist.driver", f'PATH="{bin_dir}:$PATH"; {line}')
    return line


@pytest.mark.parametrize("failure", FAILURES)
def test_git_merge_file_fails(conflicted: Repo, make_driver: MakeDriver, failure: str) -> None:
    conflicted.arm(make_driver(ACCEPT_ALL))
    break_merge_file(conflicted, FAILURES[failure])
    conflicted.git("merge", "--no-edit", "topic")
    assert conflicted.read("f") == DONE


@pytest.mark.parametrize("failure", [name for name in FAILURES if name != "no disk at all"])
def test_git_merge_file_fails_and_the_driver_is_gone(
    conflicted: Repo, make_driver: MakeDriver, failure: str
) -> None:
    driver = make_driver()
    conflicted.arm(driver)
    Path(driver).unlink()
    break_merge_file(conflicted, FAILURES[failure])
    assert conflicted.run("merge", "topic").returncode == 1
    assert_nothing_lost(conflicted, both_sides=False)
    assert conflicted.leftovers() == []


@pytest.mark.parametrize("blocks", [0, 1])
def test_full_disk_for_the_whole_line(
    conflicted: Repo, make_driver: MakeDriver, blocks: int
) -> None:
    """`ulimit -f` counts 512 bytes: nothing, or less than the merge, can be written."""
    big = b"".join(b"a line of some length, number %d\n" % n for n in range(900))
    conflicted.commit("bigger", {"f": OURS + big})
    conflicted.arm(make_driver())
    line = conflicted.git("config", "merge.mergeassist.driver").strip()
    conflicted.git("config", "merge.mergeassist.driver", f"ulimit -f {blocks}; {line}")
    assert conflicted.run("merge", "topic").returncode != 0
    if blocks:
        assert_nothing_lost(conflicted, both_sides=False)
    else:  # not one byte can be written: git still has all three versions
        assert len(conflicted.unmerged().splitlines()) == 3
    assert conflicted.leftovers() == []


def test_no_memory_for_the_whole_line(conflicted: Repo, make_driver: MakeDriver) -> None:
    conflicted.arm(make_driver())
    line = conflicted.git("config", "merge.mergeassist.driver").strip()
    for kilobytes in (4_000, 8_000, 16_000, 24_000):
        conflicted.git("config", "merge.mergeassist.driver", f"ulimit -v {kilobytes}; {line}")
        assert conflicted.run("merge", "topic").returncode != 0
        text = conflicted.read("f")
        assert b"<<<<<<< " in text and b">>>>>>> " in text
        conflicted.git("merge", "--abort")


def test_wrong_arguments() -> None:
    from mergeassist import _driver

    assert _driver.main([]) == _driver.USAGE
    assert _driver.main(["O", "A", "B", "seven", "f"]) == _driver.USAGE


def test_heavy_modules_are_not_loaded(conflicted: Repo, make_driver: MakeDriver) -> None:
    heavy = ["numpy", "rich", "subprocess", "argparse", "dataclasses", "tempfile", "pathlib",
             "mergeassist.params", "torch", "transformers", "onnxruntime"]
    patch = (f"import atexit\natexit.register(lambda: print('loaded:', "
             f"[m for m in {heavy} if m in sys.modules], file=sys.stderr))")
    conflicted.arm(make_driver(patch))
    done = conflicted.run("merge", "topic", PYTHON=sys.executable)
    assert b"loaded: []" in done.stderr
