"""A newcomer's path, recorded: docs/first-merge.md says what the commands print today."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui import first_merge


def test_the_page_is_what_a_newcomer_sees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])  # `transcript` puts our programs before it
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("MERGEASSIST_TIMEOUT", "")  # set, and taken back
    page = first_merge.transcript(tmp_path)
    assert len(first_merge.COMMANDS) + len([first_merge.INSTALLATION]) <= 5
    for command in (first_merge.INSTALLATION, *first_merge.COMMANDS):
        assert f"$ {command}\n" in page
    recorded = first_merge.PAGE.read_text("utf-8")
    assert first_merge.normalized(page) == first_merge.normalized(recorded), (
        "python -m tests.ui.first_merge writes the page anew")

    # and the merge was looked at: nothing waits for a person any more
    root = tmp_path / "shop"
    parents = subprocess.run(["git", "log", "-1", "--format=%p"], cwd=root, capture_output=True,
                             check=True, text=True).stdout.split()
    assert len(parents) == 2
    listed = subprocess.run([sys.executable, "-m", "mergeassist", "review", "--json"], cwd=root,
                            capture_output=True, check=True)
    states = [hunk["state"] for record in json.loads(listed.stdout)["records"]
              for hunk in record["hunks"]]
    assert states == ["reviewed"]


def test_what_changes_is_noticed() -> None:
    recorded = first_merge.PAGE.read_text("utf-8")
    changes = (("resolved 0 of", "solved 0 of"), ("settled", "done"), ("t theirs", "t others"))
    for old, new in changes:
        assert old in recorded
        changed = recorded.replace(old, new)
        assert first_merge.normalized(recorded) != first_merge.normalized(changed)
