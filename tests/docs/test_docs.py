"""Every command of the documents is run, and prints what the document shows."""

from __future__ import annotations

import re
import subprocess
import sys
from argparse import ArgumentParser, _SubParsersAction
from pathlib import Path

import pytest

from mergeassist.cli.main import COMMANDS, parser_of
from tests.docs.console import blocks
from tests.docs.places import shell
from tests.git.conftest import _isolated, bytecode  # noqa: F401 - fixtures
from tests.git.real_git import ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# their commands have tests of their own: tests/params, tests/resolve, tests/ui
ELSEWHERE = (
    "models.md", "methods.md", "editors.md", "first-merge.md", "patterns.md", "resolve.md",
    "structural.md",
)  # fmt: skip
RUN = [document for document in DOCS if document.name not in ELSEWHERE]

# every block that is not run, by its first line; why stands in the document above it
NOT_RUN = {
    "README.md": [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/mergeassist demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && "
        ".venv/bin/python -m pytest -n 2",
    ],
    "how-to.md": ["$ git lfs fetch origin main feature"],
}


def names(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", RUN, ids=names)
def test_commands(document: Path, tmp_path: Path) -> None:
    here = None
    problems = []
    for number, block in enumerate(blocks(document)):
        if "not run" in block.settings or not block.steps:
            continue
        if "place" in block.settings or here is None:
            kind = block.settings.get("place", "project")
            here = shell(tmp_path / f"place {number}", kind)
        for at, step in enumerate(block.steps):
            code = step.code if at + 1 == len(block.steps) else 0
            problem = here.run(step._replace(code=code), block.stand_ins)
            if problem:
                problems.append(f"{document.name}:{block.line}: {problem}")
    assert not problems, "\n\n".join(problems)


def test_what_is_not_run_is_known() -> None:
    """A block of commands is a console's, so that it is run, or it is listed here by hand."""
    found: dict[str, list[str]] = {}
    for document in RUN:
        for block in blocks(document):
            idle = "not run" in block.settings or block.language in ("sh", "bash", "shell")
            assert not idle or block.settings.get("not run"), f"{document.name}:{block.line}: why?"
            if idle:
                found.setdefault(document.name, []).append(block.body.splitlines()[0])
    assert found == NOT_RUN


def test_links_lead_somewhere() -> None:
    for document in DOCS:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def options(parser: ArgumentParser) -> set[str]:
    """Every option of a command and of its subcommands."""
    found = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                found |= options(inner)
    return found


def test_every_option_named_exists() -> None:
    """Commands within the text are not run, but what they name must be there."""
    known = {name: options(parser_of(name)) for name in COMMANDS}
    inline = r"`(?:git[ -])?mergeassist ([a-z]+)([^`\n]*)`"
    spans = re.compile(inline + r"|^\$ mergeassist ([a-z]+)(.*)$", re.M)
    seen = 0
    for document in DOCS:
        for command, rest, command_too, rest_too in spans.findall(document.read_text("utf-8")):
            name, words = command or command_too, rest or rest_too
            assert name in COMMANDS, f"{document.name}: mergeassist {name}"
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", words):
                assert option in known[name], f"{document.name}: mergeassist {name} {option}"
                seen += 1
    assert seen > 20


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, ROOT / "docs" / "build_reference.py", "--check"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_document_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert {document.name for document in (ROOT / "docs").glob("*.md")} - {"README.md"} <= listed
