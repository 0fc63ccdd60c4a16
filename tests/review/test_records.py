"""The store: what is kept, that it stays bounded, and that it never costs a merge."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergeassist.app import records
from mergeassist.app.records import store
from mergeassist.app.records.record import Hunk, Look, Operation, Record, Texts, from_json, to_json
from mergeassist.core.chunks import Conflict, from_chunks
from mergeassist.core.markers import Labels
from mergeassist.core.merge import Merge
from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo, lines

DRIVER_MODULES = """
import sys
from mergeassist.app import records
heavy = {"numpy", "subprocess", "pathlib", "argparse", "sqlite3", "tree_sitter"} & set(sys.modules)
print(sorted(heavy))
"""


def record(identity: str = "abcde", when: float = 1e9, put: bytes = b"x\n") -> Record:
    conflict = Conflict(b"ours\n", None, b"theirs\n")
    hunk = Hunk(0, 1, conflict, put, 0.5, "ours", ("also",))
    merged = from_chunks([b"\xff\n", conflict])
    return Record(identity, "a\udcffb", when, "driver", "1", "m", Operation("merge", "h", None),
                  False, Merge("a", "b", "c"), "r", Look("diff3", 7, Labels(), "myers"), (hunk,),
                  Texts(merged, b"left", put))


@given(st.binary(max_size=20), st.one_of(st.none(), st.floats(0, 1)))
def test_json_holds_any_bytes(text: bytes, probability: float | None) -> None:
    made = record(put=text)
    made = made._replace(hunks=(made.hunks[0]._replace(probability=probability),))
    assert from_json(to_json(made)) == made


def test_damaged_files_are_passed_over(tmp_path: Path) -> None:
    records.write(str(tmp_path), record())
    whole = (tmp_path / "abcde.json").read_text()
    for number, text in enumerate([
        "", "{}", "[]", "1", whole[: len(whole) // 2], whole.replace("record/1", "record/9"),
        whole.replace('"texts": "', '"texts": "AAAA'), whole.replace('"put": ', '"put": 1, "x": '),
    ]):
        (tmp_path / f"bad{number}.json").write_text(text)
    assert records.read_all(str(tmp_path)) == [record()]


def test_the_store_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "hunks"
    now = time.time()
    for number in range(6):
        records.write(str(folder), record(f"aaaa{number}"))
        os.utime(folder / f"aaaa{number}.json", (now, now - 1000 * (6 - number)))
    (folder / "aaaaa.json.77").write_text("of a driver that was killed")
    os.utime(folder / "aaaaa.json.77", (now, now - 2 * 86_400))

    def left() -> list[str]:
        store.prune(str(folder), now)
        return sorted(path.name[4] for path in folder.iterdir())

    assert left() == list("012345")
    monkeypatch.setattr(store, "MOST_RECORDS", 4)
    assert left() == list("2345")
    monkeypatch.setattr(store, "MOST_BYTES", int(2.5 * (folder / "aaaa5.json").stat().st_size))
    assert left() == list("45")
    os.utime(folder / "aaaa4.json", (now, now - 91 * 86_400))
    assert left() == ["5"]


def test_ids_are_short_and_new(tmp_path: Path) -> None:
    first = store.free_id(str(tmp_path), "seed")
    assert len(first) == 5
    records.write(str(tmp_path), record(first))
    assert store.free_id(str(tmp_path), "seed") != first


def test_the_driver_pays_for_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-S", "-c", DRIVER_MODULES], cwd=ROOT,
                          capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("obstacle", ["a file in the way", "raises", "switched off", "read-only"])
def test_a_merge_without_a_record(repo: Repo, make_driver: MakeDriver, obstacle: str) -> None:
    patch, environment = ACCEPT_ALL, {}
    folder = repo.path / ".git" / "mergeassist"
    if obstacle == "a file in the way":
        folder.write_text("")
    elif obstacle == "raises":
        patch += "\nsys.modules['mergeassist.app.records'] = None"
    elif obstacle == "switched off":
        environment["MERGEASSIST_RECORDS"] = "0"
    else:
        (folder / "hunks").mkdir(parents=True)
        (folder / "hunks").chmod(0o500)
        if os.access(folder / "hunks", os.W_OK):
            (folder / "hunks").chmod(0o700)
            (folder / "hunks").rmdir()
            (folder / "hunks").symlink_to("/proc/self/no such place")
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    repo.arm(make_driver(patch))
    done = repo.run("merge", "--no-edit", "topic", **environment)
    assert done.returncode == 0
    assert b"resolved 1 of 1" in done.stderr
    assert b"review" not in done.stderr
    assert (b"not on record" in done.stderr) == (obstacle != "switched off")
    assert repo.read("f") == lines(9, _5="ours\ntheirs\n")
    assert not (folder / "hunks").is_dir() or not any((folder / "hunks").iterdir())


@pytest.mark.parametrize("moment", ["os.replace", "prune"])
def test_killed_while_it_records(repo: Repo, make_driver: MakeDriver, moment: str) -> None:
    """git's conflict stands, and the store can be read."""
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    plain = repo.copy()
    plain.git("merge", "topic", code=1)
    kill = "\nimport os, signal\ndie = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    kill += {
        "os.replace": "import mergeassist.app.records.store as s\n"
                      "s.os = types.SimpleNamespace(**{**vars(os), 'replace': die})",
        "prune": "import mergeassist.app.records.keep as k\nk.prune = die",
    }[moment]
    repo.arm(make_driver(ACCEPT_ALL + kill))
    repo.git("-c", "merge.conflictStyle=merge", "merge", "topic", code=1)
    assert repo.read("f").count(b"<<<<<<<") == 1
    assert repo.unmerged() == plain.unmerged()
    found = records.read_all(str(repo.path / ".git" / "mergeassist" / "hunks"))
    assert len(found) == (1 if moment == "prune" else 0)
