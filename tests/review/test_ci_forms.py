"""What forges read: SARIF against its schema, the action and the examples against their keys."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from mergeassist.app import ci_formats
from mergeassist.app.ci import Item, Report
from mergeassist.core.chunks import Conflict
from tests.docs.console import blocks
from tests.git.real_git import ROOT, Repo, lines
from tests.review.yaml_reader import load

# the schema of OASIS, where somebody has it: a hundred kilobytes that are not ours to copy
OFFICIAL = os.environ.get("MERGEASSIST_TEST_SARIF_SCHEMA", "")


def thing(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required),
            "properties": properties}  # fmt: skip


TEXT = {"type": "string", "minLength": 1}
MESSAGE = thing(("text",), text=TEXT)
# the parts of SARIF 2.1.0 that we write, by its sections 3.13, 3.14, 3.18, 3.27 to 3.30 and 3.49
SARIF = {"$schema": "http://json-schema.org/draft-04/schema#"} | thing(
    ("version", "runs"),
    **{"$schema": {"type": "string", "pattern": r"sarif-2\.1\.0\.json$"}},
    version={"enum": ["2.1.0"]},
    runs={"type": "array", "items": thing(
        ("tool",),
        tool=thing(("driver",), driver=thing(
            ("name",), name=TEXT, version=TEXT,
            rules={"type": "array", "uniqueItems": True,
                   "items": thing(("id",), id=TEXT, shortDescription=MESSAGE)},
        )),
        results={"type": "array", "items": thing(
            ("message",), ruleId={"enum": ["merge-conflict", "resolved-hunk"]},
            level={"enum": ["none", "note", "warning", "error"]}, message=MESSAGE,
            locations={"type": "array", "items": thing(physicalLocation=thing(
                artifactLocation=thing(uri={"type": "string", "pattern": r"^[\w%/.~-]+$"}),
                region=thing(startLine={"type": "integer", "minimum": 1}),
            ))},
        )},
    )},
)  # fmt: skip

TEXTS = st.binary(max_size=12)
PATHS = st.binary(min_size=1, max_size=12).map(os.fsdecode)
ITEMS = st.builds(
    Item, PATHS, st.one_of(st.none(), st.integers(1, 9)), st.booleans(),
    st.sampled_from(["content", "add/add", "deleted in head"]),
    st.one_of(st.none(), st.floats(0, 1)), st.sampled_from(["", "line-ours"]),
    st.one_of(st.none(), st.builds(Conflict, TEXTS, st.one_of(st.none(), TEXTS), TEXTS)),
    st.one_of(st.none(), TEXTS),
)  # fmt: skip


@given(st.lists(ITEMS, max_size=4))
def test_sarif_follows_its_schema(items: list[Item]) -> None:
    report = Report("1" * 40, "2" * 40, "3" * 40, tuple(items))
    written = json.loads(ci_formats.sarif(report))
    Draft4Validator(SARIF).validate(written)
    rules = {rule["id"] for rule in written["runs"][0]["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in written["runs"][0]["results"]} <= rules


@pytest.mark.skipif(not OFFICIAL, reason="MERGEASSIST_TEST_SARIF_SCHEMA names no schema")
def test_sarif_follows_the_official_schema() -> None:
    validator = Draft4Validator(json.loads(Path(OFFICIAL).read_text("utf-8")))
    items = [Item("a b\udcff/ü", line, line is not None, "content", 0.5, "s") for line in (1, None)]
    report = Report("1" * 40, "2" * 40, "3" * 40, tuple(items))
    validator.validate(json.loads(ci_formats.sarif(report)))
    validator.validate(json.loads(ci_formats.sarif(report._replace(items=()))))
    assert list(validator.iter_errors({"version": "2.1.0"}))


class TestAction:
    """action.yml by the keys that GitHub documents for a composite action."""

    action = load((ROOT / "action.yml").read_text("utf-8"))
    steps = action["runs"]["steps"]

    def test_keys(self) -> None:
        assert set(self.action) <= {
            "name", "author", "description", "inputs", "outputs", "runs", "branding",
        }  # fmt: skip
        assert {"name", "description", "runs"} <= set(self.action)
        for value in self.action["inputs"].values():
            assert set(value) <= {"description", "required", "default", "deprecationMessage"}
            assert isinstance(value["description"], str)
            assert value["required"] or isinstance(value["default"], str)
        for value in self.action["outputs"].values():
            assert set(value) == {"description", "value"}
        assert set(self.action["runs"]) == {"using", "steps"}
        assert self.action["runs"]["using"] == "composite"
        for step in self.steps:
            assert set(step) <= {"name", "id", "if", "shell", "run", "env", "working-directory",
                                 "uses", "with", "continue-on-error"}  # fmt: skip
            assert ("run" in step) != ("uses" in step)
            assert "run" not in step or step["shell"] == "bash"

    def test_expressions(self) -> None:
        """Each names what is there, and none stands in a script, where it would be code."""
        ids = {step["id"] for step in self.steps if "id" in step}
        used = set()
        for place, text in texts(self.action):
            for expression in re.findall(r"\$\{\{\s*(.*?)\s*\}\}", text):
                assert place[-1] != "run"
                context, _, rest = expression.partition(".")
                if context == "inputs":
                    used.add(rest)
                elif context == "steps":
                    step, _, output = rest.partition(".outputs.")
                    assert step in ids
                    assert f'"{output}=' in (ROOT / "hooks" / "ci-action").read_text("utf-8")
                else:
                    assert expression == "runner.temp"
        assert used == set(self.action["inputs"])

    def test_every_input_reaches_the_program(self) -> None:
        script = (ROOT / "hooks" / "ci-action").read_text("utf-8")
        environment = self.steps[-1]["env"]
        assert {f"INPUT_{name.upper().replace('-', '_')}" for name in self.action["inputs"]} == set(
            environment
        )
        assert all(name in script for name in environment)

    def test_its_steps_run(self, repo: Repo, tmp_path: Path) -> None:
        """The scripts as the runner starts them; pip stands for itself, it would need a network."""
        repo.fork("f.py", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
        temp = tmp_path / "runner's temp"
        temp.mkdir()
        python = tmp_path / "bin" / "python3"
        python.parent.mkdir()
        programs = {
            tmp_path / "pip": f'printf "%s|" "$PWD" "$@" >\'{tmp_path}/asked\'',
            tmp_path / "mergeassist": f'exec {sys.executable} -P -m mergeassist "$@"',
            python: f'[ "$1 $2" = "-m venv" ] || exit 9; mkdir -p "$3/bin"; '
                    f"cp -p '{tmp_path}/pip' '{tmp_path}/mergeassist' \"$3/bin\"",
        }  # fmt: skip
        for program, script in programs.items():
            program.write_text(f"#!/bin/bash\n{script}\n")
            program.chmod(0o755)
        inputs = {name: value["default"] for name, value in self.action["inputs"].items()}
        inputs |= {"target": "topic", "min-probability": "1", "html-file": str(temp / "merge.html"),
                   "sarif-file": str(temp / "merge.sarif")}  # fmt: skip
        environment = {
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "RUNNER_TEMP": str(temp),
            "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        codes = []
        for step in self.steps:
            given = {name: re.sub(r"\$\{\{ inputs\.(.*?) \}\}", lambda m: inputs[m[1]], value)
                     for name, value in step.get("env", {}).items()}  # fmt: skip
            place = temp if step.get("working-directory") else repo.path
            words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = subprocess.run(words, cwd=place, env={**os.environ, **environment, **given},
                                  capture_output=True, check=False)  # fmt: skip
            codes.append(done.returncode)
        assert codes == [0, 1], done.stderr
        folder, *asked = (tmp_path / "asked").read_text().split("|")
        assert (folder, asked[0]) == (str(temp), "install")
        assert str(ROOT) in asked
        assert (tmp_path / "output").read_text() == "verdict=conflict\n"
        assert (temp / "merge.html").read_text("utf-8").startswith("<!doctype html>")
        Draft4Validator(SARIF).validate(json.loads((temp / "merge.sarif").read_text()))


class TestExamples:
    """The examples of docs/ci.md."""

    github, gitlab = (load(block.body) for block in blocks(ROOT / "docs" / "ci.md")
                      if block.language == "yaml")  # fmt: skip

    def test_github(self) -> None:
        assert self.github["permissions"] == {"contents": "read"}
        assert self.github["on"] == "pull_request"
        (job,) = self.github["jobs"].values()
        checkout, ours, *_ = job["steps"]
        assert checkout["with"]["fetch-depth"] == 0
        assert checkout["with"]["persist-credentials"] is False
        assert set(ours["with"]) <= set(TestAction.action["inputs"])

    def test_gitlab_runs(self, repo: Repo, tmp_path: Path) -> None:
        """Its script in a clone as the runner makes it, apart from what needs a network."""
        repo.fork("f.py", lines(9), lines(9, _5="ours\n"), lines(9, _5="theirs\n"))
        tip = repo.git("rev-parse", "topic").strip()
        clone = Repo(tmp_path / "clone")
        clone.git("remote", "add", "origin", str(repo.path))
        clone.git("fetch", "-q", "origin", tip)
        clone.git("checkout", "-q", "--detach", tip)
        program = tmp_path / "mergeassist"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m mergeassist "$@"\n')
        program.chmod(0o755)
        (job,) = self.gitlab.values()
        assert set(job) <= {"image", "rules", "variables", "script", "artifacts", "stage", "needs"}
        venv, install, *rest = job["script"]
        assert (venv.split()[0], install.split()[1:]) == ("python", ["install", "mergeassist"])
        script = "\n".join(rest).replace("/tmp/mergeassist/bin/mergeassist", f"'{program}'")
        environment = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_COMMIT_SHA": tip,
                       "PYTHONPATH": str(ROOT)}  # fmt: skip
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=clone.path,
            env={**os.environ, **environment},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert b"conflict (content): f.py:5" in done.stdout
        for name in job["artifacts"]["paths"]:
            assert (clone.path / name).stat().st_size > 0


def texts(value: Any, place: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    """Every string of a document with the keys that lead to it."""
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in texts(each, (*place, str(key)))]
    if isinstance(value, list):
        return [found for each in value for found in texts(each, place)]
    return [(place, value)] if isinstance(value, str) else []
