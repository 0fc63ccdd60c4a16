"""Through real git: the policy `structural`, and the language that attributes state."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mergeassist.git.attributes import stated_language
from tests.git.real_git import ROOT, Repo

WHOLE_DRIVER = f"""\
#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
import mergeassist._driver
sys.exit(mergeassist._driver.main())
"""
BASE, OURS, THEIRS = b'{"a": 1}\n', b'{"a": 1, "b": 2}\n', b'{"a": 1, "c": 3}\n'


@pytest.fixture
def structural(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    monkeypatch.setenv("MERGEASSIST_WORKER", "0")
    script = tmp_path / "bin" / "mergeassist-driver"
    script.parent.mkdir()
    script.write_text(WHOLE_DRIVER)
    script.chmod(0o755)
    repo.git("config", "mergeassist.policy", "structural")
    return repo.arm(str(script))


def _fork(repo: Repo) -> Repo:
    repo.fork("data.tmpl", BASE, OURS, THEIRS)
    return repo


@pytest.mark.parametrize("name", ["mergeassist.language=json", "linguist-language=JSON"])
def test_attributes_state_the_language(structural: Repo, name: str) -> None:
    _fork(structural).write(".gitattributes", f"*.tmpl {name}\n".encode())
    structural.git("merge", "--no-edit", "topic")
    assert structural.read("data.tmpl") == b'{"a": 1, "b": 2, "c": 3}\n'


def test_without_a_language_two_additions_at_one_place_stay_git_s_conflict(
    structural: Repo,
) -> None:
    plain = _fork(structural).copy()
    plain.git("config", "--remove-section", "merge.mergeassist")
    plain.git("merge", "topic", code=1)
    structural.git("merge", "topic", code=1)
    assert structural.read("data.tmpl") == plain.read("data.tmpl")


def test_a_moved_member_takes_the_edit_with_it(structural: Repo) -> None:
    f, g, h = (b"    int %s() {\n        return 10;\n    }\n" % name for name in (b"f", b"g", b"h"))
    java = [b"class A {\n" + b"\n".join(members) + b"}\n" for members in (
        (f, g, h), (g, h, f), (f.replace(b"10", b"11"), g, h),
    )]
    structural.fork("A.java", *java)
    structural.git("merge", "--no-edit", "topic")
    assert structural.read("A.java") == java[1].replace(f, f.replace(b"10", b"11"))


def test_the_nearer_attribute_wins_and_no_value_is_none(repo: Repo) -> None:
    repo.write(".gitattributes", b"*.x linguist-language=Java mergeassist.language=python\n"
                                 b"*.y linguist-language\n*.z -linguist-language\n")
    stated = [stated_language(name, repo.path) for name in ("a.x", "a.y", "a.z", "a.w")]
    assert stated == ["python", "", "", ""]
