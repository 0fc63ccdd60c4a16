"""docs/editors.md works as it stands: real git, a real Neovim where there is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mergeassist.git import install
from tests.ui.first_merge import programs_in

GUIDE = Path(__file__).parents[2].joinpath("docs", "editors.md").read_text("utf-8")
VERSIONS = (b"a\nb\nc\n", b"a\nb1\nc\n", b"a\nb2\nc\n")


def block(language: str) -> str:
    """The one code block of a language."""
    (text,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", GUIDE)
    return str(text)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`mergeassist` and its driver on PATH, as pip installs them."""
    folder = programs_in(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@pytest.fixture
def conflicted(repository, programs: Path):
    repository.branches(*({"f.py": text} for text in VERSIONS))
    repository.merge()
    changes = install.plan_install("local", repository.root, str(programs / "mergeassist-driver"))
    install.apply(changes, "local", repository.root)
    return repository


@pytest.mark.parametrize(("probability", "code"), [("0", 0), ("1", 1)])
def test_git_mergetool(conflicted, probability: str, code: int) -> None:
    (command,) = re.findall(r"(?m)^    (git mergetool .*)$", GUIDE)
    left = conflicted.read("f.py")
    conflicted.git("config", "mergeassist.minProbability", probability)
    done = subprocess.run(command.split(), cwd=conflicted.root, capture_output=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert bool(conflicted.git("ls-files", "-u")) == bool(code)
    assert (b"<<<<<<<" in conflicted.read("f.py")) == bool(code)
    if not code:
        assert conflicted.read("f.py.orig") == left


def test_the_command_line_that_jj_would_run(programs: Path, tmp_path: Path) -> None:
    tool = tomllib.loads(block("toml"))["merge-tools"]["mergeassist"]
    names = {"$base": "base.py", "$left": "left.py", "$right": "right.py", "$output": "out.py",
             "$path": "src/f.py"}
    for name, text in zip(("base.py", "left.py", "right.py"), VERSIONS, strict=True):
        (tmp_path / name).write_bytes(text)
    words = [tool["program"], *(names.get(word, word) for word in tool["merge-args"])]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode in tool["merge-conflict-exit-codes"], done.stderr
    assert (tmp_path / "out.py").read_bytes().count(b"<<<<<<<") == 1
    (tmp_path / "right.py").write_bytes(VERSIONS[0])
    assert subprocess.run(words, cwd=tmp_path, check=False).returncode == 0
    assert (tmp_path / "out.py").read_bytes() == VERSIONS[1]


def test_the_tasks_of_visual_studio_code(conflicted) -> None:
    for task in json.loads(block("json"))["tasks"]:
        places = {"${file}": "f.py", "${workspaceFolder}": str(conflicted.root)}
        words = [places.get(word, word) for word in task["args"]]
        done = subprocess.run([task["command"], *words], cwd=conflicted.root, capture_output=True,
                              text=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 1, done.stderr
        if task["problemMatcher"]:
            pattern = task["problemMatcher"]["pattern"]["regexp"]
            found = [match for line in done.stdout.splitlines()
                     if (match := re.match(pattern, line))]
            assert found and found[0][1].endswith("f.py") and found[0][2] == "2", done.stdout


@pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim")
def test_neovim(conflicted, tmp_path: Path) -> None:
    plugin = tmp_path / "mergeassist.lua"
    wait = ("vim.cmd('MergeAssist')\n"
            "vim.wait(60000, function() return vim.fn.search('<<<<<<<', 'n') == 0 end, 50)\n"
            "vim.cmd('silent write')\nvim.cmd('quitall!')\n")
    plugin.write_text(block("lua") + "vim.cmd('edit f.py')\nvim.cmd('3')\n" + wait)
    done = subprocess.run(["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-S", plugin],
                          cwd=conflicted.root, capture_output=True, text=True, timeout=120,
                          check=False)
    first = subprocess.run([sys.executable, "-m", "mergeassist", "resolve", "--json", "--force"],
                           cwd=conflicted.root, capture_output=True, check=False)
    proposals = json.loads(first.stdout)["files"][0]["conflicts"][0]["proposals"]
    assert conflicted.read("f.py").decode() == f"a\n{proposals[0]['text']}c\n", done.stderr
