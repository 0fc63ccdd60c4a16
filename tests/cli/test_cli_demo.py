"""`mergeassist demo`: a real merge, nothing known beforehand, nothing left behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mergeassist.app import demo
from mergeassist.app.merge_file import tree_merge
from mergeassist.errors import UsageError
from tests.cli.cli_support import decide_for


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> demo.DemoReport:
    return demo.run(tmp_path_factory.mktemp("demo") / "kept")


def test_every_bundled_case_conflicts_and_has_a_story() -> None:
    shown = demo.cases()
    suffixes = {Path(case.path).suffix for case in shown}
    assert {".py", ".js", ".java", ".go", ".yaml", ".md", ".json"} <= suffixes
    assert len({case.path for case in shown}) == len(shown)
    for case in shown:
        merged = tree_merge(case.version("base"), case.version("ours"), case.version("theirs"))
        assert merged is not None and merged.conflicts and case.what


def test_report_agrees_with_the_files(kept: demo.DemoReport) -> None:
    plain = kept.repository.with_name("shop-with-git-alone")
    for file in kept.files:
        left = (kept.repository / file.case.path).read_bytes().count(b"\n<<<<<<< ")
        alone = (plain / file.case.path).read_bytes().count(b"\n<<<<<<< ")
        assert (file.open_conflicts, file.git_conflicts) == (left, alone)
        assert file.as_decided, file.case.path
        assert sum(not decision.accepted for decision in file.decisions) == left


def test_git_agrees_on_what_is_left(kept: demo.DemoReport) -> None:
    listing = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=U"], cwd=kept.repository,
        capture_output=True, check=True)
    left = {file.case.path for file in kept.files if file.open_conflicts}
    assert set(listing.stdout.decode().split()) == left


def test_a_driver_that_does_otherwise_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report follows the files: a pipeline that differs from the driver's is no cover."""
    def sure(merged, context, **_):
        return decide_for(b"invented\n")(merged, context, min_probability=0.1)

    monkeypatch.setattr(demo, "decide", sure)
    report = demo.run(tmp_path / "demo")
    assert not any(file.as_decided for file in report.files)


def test_command(cli, tmp_path: Path) -> None:
    scratch, home = tmp_path / "scratch", tmp_path / "home"
    scratch.mkdir()
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = me\n[merge]\n\tconflictStyle = diff3\n")
    done = cli("demo", cwd=tmp_path, env={
        "TMPDIR": str(scratch), "HOME": str(home), "MERGEASSIST": "0", "GIT_DIR": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    for case in demo.cases():
        assert f"{case.path}: {case.what}" in text
    assert "git alone: " in text and "with mergeassist: " in text and "\x1b" not in text
    assert list(scratch.iterdir()) == [] and sorted(os.listdir(home)) == [".gitconfig"]


def test_keep_keeps_and_refuses_a_full_folder(cli, tmp_path: Path) -> None:
    done = cli("demo", "--keep", tmp_path / "kept")
    assert done.returncode == 0 and (tmp_path / "kept" / "shop" / ".git").is_dir()
    again = cli("demo", "--keep", tmp_path / "kept")
    assert again.returncode == 2 and b"not an empty folder" in again.stderr


def test_the_environment_of_the_caller_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("MERGEASSIST", "0")
    before = dict(os.environ)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    with pytest.raises(UsageError):
        demo.run(tmp_path / "full")
    demo.run(tmp_path / "empty")
    assert dict(os.environ) == before
