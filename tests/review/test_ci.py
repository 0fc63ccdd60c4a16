"""`ci` against real git: what it reports, where it writes, and what a hostile repository can do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mergeassist.app import ci, ci_formats
from mergeassist.app.ci import Item, Report
from mergeassist.core.chunks import Conflict
from mergeassist.errors import UsageError
from tests.git.real_git import ACCEPT_ALL, ACCEPT_MARKED, ROOT, MakeDriver, Repo, lines
from tests.review.conftest import Cli

TWO = (lines(20), lines(20, _4="yes 4\n", _15="same\nours\n"),
       lines(20, _4="theirs 4\n", _15="same\ntheirs\n"))
HOSTILE = "a%b,c:d|`e`<script>\n::error::x"


@pytest.fixture
def pull(repo: Repo, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A pull request's branch `main`, to be merged into `topic`; all conflicts are accepted."""
    use(make_driver(ACCEPT_ALL), monkeypatch)
    repo.fork("f.py", *TWO)
    return repo


def use(driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ci._Isolated, "_script", lambda _: driver)


def everything(repo: Repo) -> str:
    """References, index, work tree and configuration."""
    return repr((repo.git("for-each-ref"), repo.git("ls-files", "-s"),
                 repo.git("status", "--porcelain"), (repo.path / ".git" / "config").read_text(),
                 sorted(path.name for path in (repo.path / ".git").iterdir())))


def test_resolved(pull: Repo, cli: Cli) -> None:
    before = everything(pull)
    report = json.loads(cli("ci", "--target", "topic", "--format", "json"))
    assert everything(pull) == before
    assert report["verdict"] == "resolved"
    assert [(item["path"], item["line"], item["status"]) for item in report["items"]] == [
        ("f.py", 4, "resolved"), ("f.py", 15, "resolved"),
    ]
    assert report["items"][0]["put"] == "yes 4\ntheirs 4\n"
    text = pull.git("show", f"{report['tree']}:f.py")
    assert "<<<<<<<" not in text


def test_conflicts_remain(
    pull: Repo, cli: Cli, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(make_driver(ACCEPT_MARKED), monkeypatch)
    report = cli("ci", "--target", "topic", code=1)
    assert "resolved 1 of 2 conflicts in 1 files" in report
    assert "conflict (content): f.py:1" in report


def test_clean(pull: Repo, cli: Cli) -> None:
    assert "merges without conflicts" in cli("ci", "--target", "HEAD~1")


def test_a_deletion_against_an_edit(pull: Repo, cli: Cli) -> None:
    pull.git("checkout", "-q", "topic")
    pull.git("rm", "-q", "f.py")
    pull.git("commit", "-qm", "delete")
    pull.git("checkout", "-q", "main")
    assert "conflict (deleted in target): f.py" in cli("ci", "--target", "topic", code=1)


@pytest.mark.parametrize("name", ["no-such", "--all", ""])
def test_no_such_target(pull: Repo, cli: Cli, name: str) -> None:
    cli("ci", f"--target={name}", code=2)


def test_the_target_that_the_forge_names(
    pull: Repo, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull.git("update-ref", "refs/remotes/origin/next", "topic")
    monkeypatch.setenv("GITHUB_BASE_REF", "next")
    assert "resolved 2 of 2" in cli("ci")


def test_written_files(pull: Repo, cli: Cli, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n")
    words = [f"--write={name}={tmp_path / name}" for name in ("summary", "sarif")]
    cli("ci", "--target", "topic", *words)
    assert summary.read_text().startswith("before\n### mergeassist")
    assert json.loads((tmp_path / "sarif").read_text())["version"] == "2.1.0"
    cli("ci", "--target", "topic", "--write=pdf=x", code=2)


@pytest.mark.parametrize(("fail", "code"), [("true", 1), ("false", 0)])
def test_the_step_of_the_action(
    pull: Repo, tmp_path: Path, fail: str, code: int
) -> None:
    """As the runner starts it, with an input that would be code if it were not a variable."""
    program = tmp_path / "mergeassist"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -m mergeassist \"$@\"\n")
    program.chmod(0o755)
    evil = "topic;$(touch${IFS}ran)`touch${IFS}ran`"
    pull.git("branch", evil, "topic")
    environment = {
        "RUNNER_TEMP": str(tmp_path), "MERGEASSIST": str(program), "PYTHONPATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "INPUT_TARGET": evil,
        "GITHUB_OUTPUT": str(tmp_path / "output"), "INPUT_FAIL_ON_CONFLICT": fail,
        "INPUT_MIN_PROBABILITY": "1",
    }
    done = subprocess.run([ROOT / "hooks" / "ci-action"], cwd=pull.path, capture_output=True,
                          env={**os.environ, **environment})
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(b"::error file=f.py,line=4,")
    assert (tmp_path / "output").read_text() == "verdict=conflict\n"
    assert "conflict (content)" in (tmp_path / "summary").read_text()
    assert not (pull.path / "ran").exists()


class TestHostile:
    """The repository, and the branch that asks to be merged, are somebody else's."""

    def test_no_hook_filter_or_setting_takes_part(
        self, pull: Repo, cli: Cli, tmp_path: Path
    ) -> None:
        ran = tmp_path / "ran"
        command = f"touch '{ran}'; cat"
        for name in ("pre-merge-commit", "post-merge", "reference-transaction", "post-checkout"):
            hook = pull.path / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
            hook.chmod(0o755)
        for key in ("filter.x.smudge", "filter.x.clean", "merge.x.driver", "core.fsmonitor",
                    "merge.mergeassist.driver", "diff.x.textconv"):
            pull.git("config", key, command)
        (pull.path / ".git" / "info" / "attributes").write_text("* filter=x merge=x diff=x\n")
        assert json.loads(cli("ci", "--target", "topic", "--format", "json"))["verdict"] == (
            "resolved"
        )
        assert not ran.exists()

    def test_what_it_tracks_names_no_program(
        self, pull: Repo, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Attributes, included configuration and settings of either branch, and of the machine."""
        ran = tmp_path / "ran"
        evil = f"touch '{ran}'; cat"
        settings = f'[merge "mergeassist"]\ndriver = {evil}\n[merge "x"]\ndriver = {evil}\n'
        tracked = {
            ".gitattributes": b"* merge=x filter=x diff=x\n[attr]binary merge=x\n",
            ".gitconfig": settings.encode(), ".lfsconfig": b"[lfs]\n\turl = ext::sh -c x\n",
            "pyproject.toml": b"[tool.mergeassist]\nmin-probability = 0.0\ntrust = true\n"
                              b"model = 'model'\ndriver = 'x'\ntrust-repository = true\n",
            "model/config.json": b"{}", "mergeassist.py": f"open({str(ran)!r}, 'w')\n".encode(),
        }  # fmt: skip
        for branch in ("topic", "main"):
            pull.git("checkout", "-q", branch)
            pull.commit(f"of {branch}", tracked)
        pull.git("config", "include.path", "../.gitconfig")
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "merge.mergeassist.driver")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", evil)
        report = json.loads(cli("ci", "--target", "topic", "--format", "json", code=None))
        assert [item["path"] for item in report["items"]] == ["f.py", "f.py"]
        assert not ran.exists()

    def test_the_head_lowers_nothing(self, repo: Repo, cli: Cli) -> None:
        """Our own driver and judge: what a low setting of the head would accept stays open."""
        low = b"[tool.mergeassist]\nmin-probability = 0.0\ntrust-repository = true\n"
        repo.fork("f.py", *TWO)
        repo.commit("low", {"pyproject.toml": low})
        assert "resolved 0 of 2" in cli("ci", "--target", "topic", code=1)

    @pytest.mark.parametrize(("asked", "floor"), [("0.99", 0.99), ("0.0", 0.0), ("7", None)])
    def test_the_target_may_raise_the_threshold_only(
        self, pull: Repo, cli: Cli, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch,
        asked: str, floor: float | None,
    ) -> None:
        """The driver sees the target's floor, and nothing of the head's."""
        use(make_driver(f"""
from mergeassist.git import settings
accept = lambda c: settings.load(".").threshold(0.9) == max(0.9, {floor})
"""), monkeypatch)
        pull.git("checkout", "-q", "topic")
        table = f"[tool.mergeassist]\nmin-probability = {asked}\nmodel = '/etc'\n"
        pull.commit("target", {"pyproject.toml": table.encode()})
        pull.git("checkout", "-q", "main")
        pull.commit("head", {"pyproject.toml": table.replace(asked, "0.5").encode()})
        words = ("ci", "--target", "topic")
        if floor is None:
            assert "min-probability" in cli(*words, code=2, err=True)
        else:
            assert cli(*words).count("resolved with") == 3

    def test_the_driver_sees_no_secret(
        self, pull: Repo, cli: Cli, make_driver: MakeDriver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_TOKEN", "ghp-0123")
        monkeypatch.setenv("MERGEASSIST_TRUST_REPOSITORY", "1")
        use(make_driver("""
import os
accept = lambda c: "ghp-0123" not in repr(os.environ) and "TRUST" not in repr(os.environ)
"""), monkeypatch)
        assert "resolved 2 of 2" in cli("ci", "--target", "topic")

    def test_modules_of_the_repository_are_not_ours(
        self, repo: Repo, cli: Cli, tmp_path: Path
    ) -> None:
        """Our own driver, started where it finds no module of the repository."""
        ran = tmp_path / "ran"
        trap = f"open({str(ran)!r}, 'w')\n".encode()
        extra = {"mergeassist/__init__.py": trap, "sitecustomize.py": trap, "re.py": trap}
        repo.commit("traps", extra)
        repo.fork("f.py", *TWO)
        assert "conflict (content): f.py:4" in cli(
            "ci", "--target", "topic", "--min-probability", "1", code=1
        )
        assert not ran.exists()

    def test_paths_and_texts_are_escaped(self) -> None:
        conflict = Conflict(b"````\n</details>\n::error::y\n", b"", b"  ::error::z\n")
        report = Report("1" * 40, "2" * 40, "3" * 40, (
            Item(HOSTILE, 3, True, "resolved", 0.97, "test", conflict, b"```\n"),
            Item(HOSTILE, None, False, "content"),
        ))
        for name, form in ci_formats.FORMATS.items():
            printed = form(report)
            commands = re.findall(r"(?m)^\s*::.*", printed)
            assert len(commands) == (2 if name == "github" else 0), name
        github = ci_formats.github(report).splitlines()
        assert github[0].startswith("::notice file=a%25b%2Cc%3Ad|`e`<script>\ufffd%3A%3Aerror%3A")
        assert github[1].startswith("::error ")
        summary = ci_formats.summary(report)
        assert "<script>" not in summary
        assert re.search(r"(?m)^`{5,}$", summary)
        sarif = json.loads(ci_formats.sarif(report))["runs"][0]["results"]
        assert [each["level"] for each in sarif] == ["note", "error"]
        uri = sarif[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w%/.-]+", uri)


class TestPush:
    @pytest.fixture
    def remote(self, pull: Repo) -> Repo:
        pull.git("init", "-q", "--bare", "../remote")
        pull.git("remote", "add", "origin", "../remote")
        pull.git("push", "-q", "origin", "main", "topic")
        return Repo(pull.path.parent / "remote")

    def test_a_branch_of_its_own(self, pull: Repo, remote: Repo, cli: Cli, tmp_path: Path) -> None:
        hook = pull.path / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch '{tmp_path / 'ran'}'\nexit 1\n")
        hook.chmod(0o755)
        here = pull.git("for-each-ref", "refs/heads") + pull.git("status", "--porcelain")
        refs = remote.git("for-each-ref").splitlines()
        cli("ci", "--target", "topic", "--push-branch", "mergeassist/1")
        assert not (tmp_path / "ran").exists()
        after = remote.git("for-each-ref").splitlines()
        assert [line for line in after if "mergeassist/1" not in line] == refs
        parents = remote.git("log", "-1", "--format=%P", "mergeassist/1").split()
        assert parents == [pull.git("rev-parse", name).strip() for name in ("main", "topic")]
        body = remote.git("log", "-1", "--format=%B", "mergeassist/1")
        assert "\nMergeassist-Resolved: f.py:4 p=? test\n" in body
        assert "yes 4\ntheirs 4\n" in remote.git("show", "mergeassist/1:f.py")
        assert here == pull.git("for-each-ref", "refs/heads") + pull.git("status", "--porcelain")
        cli("ci", "--target", "topic", "--push-branch", "mergeassist/1")  # ours: replaced

    @pytest.mark.parametrize("branch", ["main", "topic", "-x", "refs/heads/x", "a..b", "old"])
    def test_never_anothers(self, pull: Repo, remote: Repo, cli: Cli, branch: str) -> None:
        pull.git("push", "-q", "origin", "main:old")
        refs = remote.git("for-each-ref")
        cli("ci", "--target", "topic", f"--push-branch={branch}", code=3 if branch == "a..b" else 2)
        assert remote.git("for-each-ref") == refs

    def test_the_authors_branch_by_its_name_at_the_forge(
        self, pull: Repo, remote: Repo, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_HEAD_REF", "feature")
        cli("ci", "--target", "topic", "--push-branch", "feature", code=2)

    def test_an_open_conflict_is_not_pushed(
        self, pull: Repo, remote: Repo, cli: Cli, make_driver: MakeDriver,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use(make_driver(ACCEPT_MARKED), monkeypatch)
        refs = remote.git("for-each-ref")
        cli("ci", "--target", "topic", "--push-branch", "new", code=1)
        assert remote.git("for-each-ref") == refs
        report = ci.examine(pull.path, "topic")
        with pytest.raises(UsageError, match="no resolution to push"):
            ci.push(pull.path, report, "new")
