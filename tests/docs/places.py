"""Repositories in which the documents' commands run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tests.docs.console import Shell
from tests.git.real_git import ROOT, Repo

BASE = """\
import json

PRICES = {
    "espresso": 2.20,
    "tea": 2.00,
}


def price(name):
    return PRICES[name]
"""
OURS = BASE.replace("import json\n", "import json\nimport os\n").replace(
    "return PRICES[name]", "return round(PRICES[name] * 1.07, 2)"
)
THEIRS = BASE.replace("import json\n", "import json\nimport logging\n").replace(
    "price(name):\n    return PRICES[name]", "price(name, cups=1):\n    return cups * PRICES[name]"
)
_LAUNCHER = "#!/bin/sh\nexec '{python}' -P -m {module} \"$@\"\n"


def shell(folder: Path, kind: str) -> Shell:
    """A new place of a kind, with `mergeassist` on PATH and no settings of the user."""
    home, programs = folder / "home", folder / "bin"
    for each in (home, programs):
        each.mkdir(parents=True)
    for name, module in (("mergeassist", "mergeassist"),
                         ("mergeassist-driver", "mergeassist._driver")):  # fmt: skip
        script = programs / name
        script.write_text(_LAUNCHER.format(python=sys.executable, module=module))
        script.chmod(0o755)
    environment = {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                   "PYTHONPATH": str(ROOT), "MERGEASSIST_TIMEOUT": "1000"}  # fmt: skip
    return Shell(PLACES[kind](folder), environment)


def _empty(folder: Path) -> Path:
    place = folder / "here"
    place.mkdir()
    return place


def _project(folder: Path) -> Path:
    """A repository whose branches `main` (checked out) and `feature` conflict in menu.py."""
    repo = Repo(folder / "cafe")
    others = {"README.md": b"# Cafe\n", "web/app.ts": b"export {};\n"}
    repo.commit("A menu", {**others, "menu.py": BASE.encode()})
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit("Cups, and a log", {"menu.py": THEIRS.encode()})
    repo.git("checkout", "-q", "main")
    repo.commit("Tax", {"menu.py": OURS.encode()})
    return repo.path


def _pull_request(folder: Path) -> Path:
    """A clone that a forge has checked out: `feature` is to go to `origin/main`."""
    origin = _project(folder)
    Repo(origin).git("clone", "-q", "--no-hardlinks", str(origin), str(folder / "clone"))
    clone = Repo(folder / "clone")
    clone.git("checkout", "-q", "feature")
    return clone.path


PLACES: dict[str, Callable[[Path], Path]] = {
    "empty": _empty, "project": _project, "pull request": _pull_request,
}  # fmt: skip
