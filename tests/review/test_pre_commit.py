"""The hooks, as the real pre-commit installs them from this repository.

Its environment for the hooks is built with packages from PyPI, so this runs only where
`MERGEASSIST_TEST_PRE_COMMIT` names the program `pre-commit`.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.git.real_git import ACCEPT_ALL, ROOT, MakeDriver, Repo, lines

HOME = os.environ.get("HOME", "")  # where pip is configured; tests get another
PROGRAM = os.environ.get("MERGEASSIST_TEST_PRE_COMMIT", "")
STAGES = ["pre-commit", "pre-merge-commit", "pre-push", "manual"]
CONFIG = """
default_install_hook_types: [pre-commit, pre-merge-commit, pre-push]
repos:
  - repo: {url}
    rev: {revision}
    hooks:
      - id: mergeassist-check
      - id: mergeassist-review
"""


def declared() -> list[dict[str, str]]:
    """The hooks of the file, read without a YAML parser: one `key: value` a line."""
    hooks: list[dict[str, str]] = []
    for line in (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("- "):
            hooks.append({})
        key, _, value = line[2:].partition(": ")
        hooks[-1][key] = value
    return hooks


def test_the_hooks_are_declared() -> None:
    from mergeassist.cli.main import COMMANDS

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert [hook["id"] for hook in declared()] == ["mergeassist-check", "mergeassist-review"]
    for hook in declared():
        program, command, *_ = hook["entry"].split()
        assert program in scripts
        assert command in COMMANDS
        assert hook["stages"] == f"[{', '.join(STAGES)}]"
        assert hook["pass_filenames"] == "false"


@pytest.mark.skipif(not PROGRAM, reason="MERGEASSIST_TEST_PRE_COMMIT does not name pre-commit")
def test_the_real_pre_commit(repo: Repo, make_driver: MakeDriver, tmp_path: Path) -> None:
    """A merge waits until somebody has looked; markers are never committed."""
    source = Repo(tmp_path / "source")
    tracked = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT,
                             capture_output=True, check=True).stdout
    wanted = (b"mergeassist/", b"models/", b"pyproject.toml", b"README.md", b"LICENSE", b".pre-c")
    source.commit("as it stands", {
        os.fsdecode(name): (ROOT / os.fsdecode(name)).read_bytes()
        for name in tracked.split(b"\0") if name.startswith(wanted)
    })
    revision = source.git("rev-parse", "HEAD").strip()
    config = CONFIG.format(url=source.path.as_uri(), revision=revision)
    repo.commit("hooks", {".pre-commit-config.yaml": config.encode()})
    repo.fork("f", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
    environment = {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "HOME": HOME}
    done = subprocess.run([PROGRAM, "install", "--install-hooks"], cwd=repo.path,
                          env={**os.environ, **environment}, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    repo.arm(make_driver(ACCEPT_ALL))

    # pre-merge-commit: the driver has resolved all, nobody has looked
    stopped = repo.run("merge", "--no-edit", "topic", **environment)
    assert stopped.returncode != 0
    assert b"nobody has looked at these" in stopped.stdout + stopped.stderr
    # pre-commit: the same at `git commit`, until the hunks are marked
    assert repo.run("commit", "--no-edit", **environment).returncode != 0
    hook = next((tmp_path / "cache").glob("*/py_env-*/bin/mergeassist"))
    subprocess.run([hook, "review", "--mark"], cwd=repo.path, check=True, capture_output=True)
    assert repo.run("commit", "--no-edit", **environment).returncode == 0
    # markers
    repo.write("f", b"<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n")
    repo.git("add", "f")
    stopped = repo.run("commit", "-m", "markers", **environment)
    assert stopped.returncode != 0
    assert b"f:1: conflict" in stopped.stdout + stopped.stderr
    # pre-push: all was looked at
    repo.git("reset", "-q", "--hard")
    repo.git("init", "-q", "--bare", "../remote")
    repo.git("push", "-q", "../remote", "main", **environment)
