"""The driver's half: plain blobs, LFS pointers, real git, and a process killed at any moment."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mergeassist.params.driver import merge_checkpoint
from mergeassist.params.lfs import Pointer, Store, parse_pointer
from tests.params.samples import load, noise, save

W = noise(0, 20, 30)
SIDES = {"O": W, "A": W + noise(1, 20, 30, scale=0.01), "B": W + noise(2, 20, 30, scale=0.01)}
ROOT = Path(__file__).parents[2]
DRIVER = "import sys; from mergeassist.params.driver import merge_checkpoint as m; " \
         "r = m(*sys.argv[1:5], 7); sys.exit(1 if r is None else r)"  # fmt: skip


def git(*args: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(ROOT), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
    }  # fmt: skip
    return subprocess.run(["git", *args], cwd=cwd, check=check, text=True, capture_output=True,
                          env=environment)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git("init", "-q", "-b", "main", cwd=folder)
    line = f'{sys.executable} -c "{DRIVER}" %O %A %B %P'
    git("config", "merge.mergeassist.driver", line, cwd=folder)
    monkeypatch.chdir(folder)
    return folder


def weights(side: str) -> dict[str, np.ndarray]:
    other = {"O": W, "A": W, "B": W + 1}[side]
    return {"both": SIDES[side], "theirs": other, "same": W}


def branches(folder: Path, name: str = "m.safetensors") -> None:
    """main holds A, topic holds B, both from O."""
    save(folder / name, weights("O"))
    git("add", ".", cwd=folder)
    git("commit", "-qm", "base", cwd=folder)
    git("checkout", "-qb", "topic", cwd=folder)
    save(folder / name, weights("B"))
    git("commit", "-qam", "theirs", cwd=folder)
    git("checkout", "-q", "main", cwd=folder)
    save(folder / name, weights("A"))
    git("commit", "-qam", "ours", cwd=folder)


def check_merged(found: dict[str, np.ndarray]) -> None:
    assert found["same"].tobytes() == W.tobytes()
    assert found["theirs"].tobytes() == (W + 1).tobytes()
    assert not (found["both"] == SIDES["A"]).all()


def test_git_merge_of_plain_blobs(repository: Path) -> None:
    (repository / ".gitattributes").write_text("*.safetensors merge=mergeassist -text\n")
    branches(repository)
    git("merge", "-q", "topic", cwd=repository)
    check_merged(load(repository / "m.safetensors"))
    records = list((repository / ".git/mergeassist/records").glob("*.json"))
    record = json.loads(records[0].read_text())
    assert record["path"] == "m.safetensors"
    assert record["tensors"]["theirs"] == 1
    assert all(e["id"].startswith("git:") for e in record["experts"])
    assert git("status", "--porcelain", cwd=repository).stdout == ""


def test_git_merge_follows_the_attribute(repository: Path) -> None:
    (repository / ".gitattributes").write_text(
        "*.safetensors merge=mergeassist mergeassist-method=linear:weight=1 -text\n"
    )
    branches(repository)
    git("merge", "-q", "topic", cwd=repository)
    expected = (SIDES["A"] + SIDES["B"]) / 2
    assert (load(repository / "m.safetensors")["both"] == expected).all()


def test_git_merge_follows_the_attribute_for_some_tensors(repository: Path) -> None:
    (repository / ".gitattributes").write_text(
        "*.safetensors merge=mergeassist mergeassist-method=conflict "
        "mergeassist-tensors=*.head=ours|bo?h=linear:weight=3,1 -text\n"
    )
    (repository / "pyproject.toml").write_text('[tool.mergeassist.models]\nboth = "theirs"\n')
    branches(repository)
    git("merge", "-q", "topic", cwd=repository)
    expected = (SIDES["A"] * 3 + SIDES["B"]) / 4
    assert load(repository / "m.safetensors")["both"] == pytest.approx(expected, rel=1e-6)


needs_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")


@needs_lfs
@pytest.mark.parametrize("storage", ["", "shared-objects"])
def test_git_merge_with_lfs_and_a_fresh_clone(
    repository: Path, tmp_path: Path, storage: str
) -> None:
    git("lfs", "install", "--local", cwd=repository)
    if storage:
        git("config", "lfs.storage", storage, cwd=repository)
    (repository / ".gitattributes").write_text(
        "*.safetensors filter=lfs diff=lfs merge=mergeassist -text\n"
    )
    branches(repository)
    remote = tmp_path / "remote.git"
    git("init", "-q", "--bare", str(remote), cwd=tmp_path)
    git("remote", "add", "origin", f"file://{remote}", cwd=repository)
    git("push", "-q", "origin", "main", "topic", cwd=repository)
    # The objects of theirs and base are only on the remote now: git-lfs must fetch them.
    shutil.rmtree(repository / ".git" / (storage or "lfs") / "objects")
    git("merge", "-q", "topic", cwd=repository)
    check_merged(load(repository / "m.safetensors"))
    pointer = parse_pointer(git("show", "HEAD:m.safetensors", cwd=repository).stdout.encode())
    content = (repository / "m.safetensors").read_bytes()
    assert pointer == Pointer(hashlib.sha256(content).hexdigest(), len(content))
    assert git("status", "--porcelain", cwd=repository).stdout == ""
    git("push", "-q", "origin", "main", cwd=repository)
    smudge = "filter.lfs.smudge=git-lfs smudge %f"
    git("clone", "-q", f"file://{remote}", "clone", "--config", smudge,
        "--config", "filter.lfs.required=true", "-b", "main", cwd=tmp_path)  # fmt: skip
    check_merged(load(tmp_path / "clone" / "m.safetensors"))


def pointers(folder: Path, store: Store, *, crlf: str = "") -> None:
    for side in SIDES:
        file = save(folder / "x", weights(side))
        pointer = store.add([file.read_bytes()], file.stat().st_size)
        text = pointer.text()
        (folder / side).write_bytes(text.replace(b"\n", b"\r\n") if side == crlf else text)


@pytest.mark.parametrize("crlf", ["", "A", "B"])
def test_pointers_without_the_binary(repository: Path, crlf: str) -> None:
    store = Store.of_repository(repository)
    pointers(repository, store, crlf=crlf)
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 0
    pointer = parse_pointer((repository / "A").read_bytes())
    assert pointer is not None
    assert not pointer.damaged
    check_merged(load(store.path(pointer)))


def test_a_missing_object_is_a_conflict_that_says_what_to_run(
    repository: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_LFS_SKIP_SMUDGE", "1")
    store = Store.of_repository(repository)
    pointers(repository, store)
    theirs = parse_pointer((repository / "B").read_bytes())
    assert theirs is not None
    store.path(theirs).unlink()
    before = (repository / "A").read_bytes()
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 1
    assert (repository / "A").read_bytes() == before
    error = capfd.readouterr().err
    assert "git lfs fetch" in error
    assert "git's conflict of the pointers is left in place" in error
    assert error.count("\n") == 1


def test_pointer_against_blob_and_conflicted_base(repository: Path) -> None:
    pointers(repository, Store.of_repository(repository))
    save(repository / "B", weights("B"))
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 0
    check_merged(load(repository / "A"))
    pointers(repository, Store.of_repository(repository))
    (repository / "O").write_bytes(b"<<<<<<< a\nversion x\n=======\n>>>>>>> b\n")
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 1


@pytest.mark.parametrize(
    "text",
    [b"", b"version 1\n", b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 1\n",
     b"version https://git-lfs.github.com/spec/v1\nsize 1\n",
     b"<<<<<<< HEAD\nversion https://git-lfs.github.com/spec/v1\n"],
)  # fmt: skip
def test_what_is_no_pointer(text: bytes) -> None:
    assert parse_pointer(text) is None


def test_what_is_no_checkpoint_is_left_to_git(repository: Path) -> None:
    for side in SIDES:
        (repository / side).write_bytes(b"\0binary" + side.encode())
    assert merge_checkpoint("O", "A", "B", "picture.png", 7) is None
    for side in SIDES:
        (repository / side).write_text(f"text {side}\n")
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) is None


def test_no_base_is_a_conflict(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for side in "AB":
        save(repository / side, weights(side))
    (repository / "O").write_bytes(b"")
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 1
    assert "models merge" in capfd.readouterr().err


def test_one_sided_blob_is_linked(repository: Path) -> None:
    save(repository / "O", weights("O"))
    shutil.copy(repository / "O", repository / "A")
    save(repository / "B", weights("B"))
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 0
    assert (repository / "A").samefile(repository / "B")


def test_killed_at_any_moment_ours_is_whole(repository: Path) -> None:
    arrays = {side: {f"w{i}": noise(i, 512, 256) + noise(99 * (side != "O") + ord(side), 512, 256,
                     scale=0.01 * (side != "O")) for i in range(6)} for side in SIDES}  # fmt: skip
    for side in SIDES:
        save(repository / side, arrays[side])
    old = (repository / "A").read_bytes()
    assert merge_checkpoint("O", "A", "B", "m.safetensors", 7) == 0
    new = (repository / "A").read_bytes()
    assert new != old
    code = (
        "import os, sys\n"
        "from mergeassist.params.driver import merge_checkpoint\n"
        "for line in sys.stdin:\n"
        "    if os.fork() == 0:\n"
        "        merge_checkpoint('O', 'A', 'B', 'm.safetensors', 7)\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
        "    print('done', flush=True)\n"
    )
    # One warm process forks a merge a time, so that kills fall into the merge, not into imports.
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert parent.stdin is not None
    assert parent.stdout is not None
    random.seed(4)
    killed, longest = 0, 0.2
    # A handful here; benchmarks/params_kill.py does a hundred.
    for attempt in range(16):
        (repository / "A").write_bytes(old)
        started = time.monotonic()
        parent.stdin.write("go\n")
        parent.stdin.flush()
        if attempt:
            time.sleep(random.random() * longest)
            children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
            for child in children:
                try:
                    os.kill(int(child), signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    pass
        parent.stdout.readline()
        # On a busy machine a merge takes seconds; a hundred of those is too long for a test.
        longest = longest if attempt else min(time.monotonic() - started, 0.4)
        assert (repository / "A").read_bytes() in (old, new)
    parent.stdin.close()
    parent.stdout.close()
    parent.wait()
    assert killed > 4
